"""She closes WeChat in the middle and comes back on another phone; and what a browser outside WeChat is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers
from tests.journeys.phone_pages import PhonePages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_another_phone_lands_on_the_open_question(stage: Stage) -> None:
    phone = stage.a_phone()
    answers = callers.answers_of(phone.person)
    phone.sign_in()
    phone.begin()
    for page in ("name", "id_number", "phone"):
        phone.answer(page, answers, shoot=False)
    phone.at("household_area")
    phone.context.close()

    other = PhonePages(stage.browser, stage.city.wechat_url, phone.person, stage.shots)
    other.sign_in()
    other.shoot("home-with-a-draft")
    other.tap("继续办理")

    other.at("household_area")
    assert other.faults == []
    other.close()


def test_outside_wechat_she_is_asked_to_scan_a_code(stage: Stage, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()

    page.goto(stage.city.url)

    code = page.get_by_role("img").first
    expect(code).to_be_visible()
    assert code.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    stage.shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=stage.shots / "01-scan.png")
    page.get_by_role("link", name="模拟").first.click()
    expect(page).to_have_url(f"{stage.city.wechat_url}/")
    context.close()
