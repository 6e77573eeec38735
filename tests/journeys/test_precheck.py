"""Before she signs in: the guide, five questions, and on into the filing; and how the guide's next version comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

# What is published says what it said before the window's clock, and one material, were changed in config.
OLDER_GUIDE = """
INSERT INTO guide_versions (number, content, content_hash, note, published_at, published_by_id, published_by)
SELECT number + 1,
       jsonb_set(content #- '{items,4,materials,0}', '{contacts,0,hours}', '"工作日 8:30–12:00"'),
       repeat('0', 64), '窗口的时间改了', now(), published_by_id, published_by
  FROM guide_versions ORDER BY number DESC LIMIT 1
"""


def choose(phone: PhonePages, page: str, value: str) -> None:
    """Answers one question of the pre-check and goes on."""
    phone.at(f"precheck-{page}").locator(f'input[type=radio][value="{value}"]').check(force=True)
    phone.shoot(f"precheck-{page}")
    phone.page.locator(".action button").click()


def test_five_questions_before_signing_in_carry_over_into_the_filing(stage: Stage) -> None:
    phone = stage.a_phone()
    phone.page.goto(f"{stage.city.url}/guide")
    phone.at("guide").locator("[data-edition]").wait_for()
    phone.shoot("guide")

    phone.page.locator("[data-precheck-link]").click()
    phone.at("precheck-birth_month")
    for button in ("1970 — 1979 年", "1976 年", "3 月"):
        phone.page.get_by_role("button", name=button, exact=True).click()
    phone.tap("继续")
    choose(phone, "category", "female_50")
    choose(phone, "retirement_type", "normal")
    choose(phone, "wants_only_child_reward", "no")
    choose(phone, "has_housing_fund", "yes")
    result = phone.at("precheck-result")
    expect(result.get_by_role("heading", level=1)).to_have_text("您现在就能办")
    expect(result.get_by_text("社会保障卡", exact=True)).to_be_visible()
    phone.tap("保存图片")
    expect(result.get_by_role("img")).to_be_visible()
    phone.shoot("precheck-result")
    assert phone.context.request.get(f"{stage.city.url}/api/identity/session").status == 401

    phone.tap("现在就办")
    phone.page.locator(f'button[value="{phone.person["key"]}"]').click()  # the stand-in asks whose WeChat this is
    phone.at("start")
    phone.shoot("start")
    phone.consent()
    answers = callers.answers_of(phone.person)
    for page in ("name", "id_number", "phone", "household_area"):
        phone.answer(page, answers, shoot=False)

    kind = phone.at("retirement_type").locator('input[value="normal"]')
    expect(kind).to_be_checked()
    phone.tap("继续")
    expect(phone.at("original_retirement_age").locator('input[value="50"]')).to_be_checked()


def test_the_administrator_publishes_the_next_version_after_seeing_what_changes(stage: Stage) -> None:
    stage.sql(OLDER_GUIDE)
    desk = stage.a_desk("guanliyuan")
    desk.page.get_by_role("link", name="办事指南").click()
    expect(desk.find("changed-group")).to_have_count(2)
    desk.shoot("guide-changes")

    desk.find("guide-publish").click()
    desk.find("dialog-confirm").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("还没有写这次改了什么")
    desk.page.locator("#guide-note").fill("窗口的时间改了，医保多列了一种材料")
    desk.shoot("guide-dialog")
    desk.find("dialog-confirm").click()

    expect(desk.find("guide-done")).to_contain_text("已发布")
    expect(desk.find("guide-version").first).to_contain_text("窗口的时间改了，医保多列了一种材料")
    expect(desk.find("guide-publish")).to_have_count(0)
    desk.shoot("guide-published")
