"""A clerk judges a whole case by keys and draws on a photo; she sees it and takes another; both are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.desk_pages import DeskPages
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

MOST_STEPS = 80


def test_a_photo_is_marked_retaken_and_compared_without_the_mouse(stage: Stage) -> None:
    phone = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    case_id = over_http.file(callers.answers_of(phone.person))["id"]

    clerk = stage.a_desk("chuangkou1")
    _claims_by_keys(clerk, case_id)
    _passes_the_form(clerk)
    _draws_by_hand_and_takes_it_back(clerk)
    _draws_on_the_card(clerk)
    _passes_the_rest(clerk)
    _decides(clerk, "action-return")

    phone.sign_in()
    phone.tap("去改一改")
    phone.at("correction")
    slot = phone.page.locator('[data-slot="id_card"]')
    expect(slot.get_by_test_id("returned-photo").locator('[data-shape="box"]')).to_be_visible()
    expect(slot.get_by_test_id("returned-photo").get_by_text("右下角看不清")).to_be_visible()
    phone.shoot("marked")
    _retakes(phone)
    phone.tap("改好了，重新提交")
    phone.sign_and_submit("重新提交")
    phone.at("submitted")

    _claims_by_keys(clerk, case_id)
    expect(clerk.find("photo-title")).to_contain_text("身份证")
    clerk.page.keyboard.press("c")
    expect(clerk.find("compare")).to_be_visible()
    clerk.page.keyboard.press("ArrowLeft")
    clerk.shoot("compared")
    clerk.page.keyboard.press("Escape")
    _passes_the_rest(clerk)
    _answers_what_is_left(clerk)
    _decides(clerk, "action-accept")


def _claims_by_keys(clerk: DeskPages, case_id: str) -> None:
    clerk.open_case(case_id)
    clerk.find("claim-this").press("Enter")
    expect(clerk.find("slot-id_card-pass")).to_be_enabled()


def _passes_the_form(clerk: DeskPages) -> None:
    clerk.page.keyboard.press("n")
    expect(clerk.find("field-name")).to_have_attribute("aria-current", "true")
    clerk.shoot("first-field")
    for _ in range(clerk.page.locator('[data-testid^="field-"][data-testid$="-pass"]').count()):
        clerk.page.keyboard.press("p")
    expect(
        clerk.page.locator('[data-testid^="field-"][data-testid$="-pass"]:not([aria-pressed="true"])')
    ).to_have_count(0)


def _draws_by_hand_and_takes_it_back(clerk: DeskPages) -> None:
    """A box by mouse, an arrow by finger; without the last mark the material is not judged any more."""
    clerk.page.keyboard.press("n")
    expect(clerk.find("photo-title")).to_contain_text("身份证")
    frame = clerk.find("photo-stage").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    clerk.find("pen-box").click()
    clerk.page.mouse.move(x - 60, y - 40)
    clerk.page.mouse.down()
    clerk.page.mouse.move(x + 40, y + 30, steps=4)
    clerk.page.mouse.up()
    expect(clerk.page.locator('[data-mark="box"]')).to_have_count(1)
    clerk.page.keyboard.press("2")
    expect(clerk.find("slot-id_card-fail")).to_have_attribute("aria-pressed", "true")
    clerk.find("pen-arrow").click()
    _drags_a_finger(clerk, (x + 90, y + 90), (x + 20, y + 20))
    expect(clerk.page.locator('[data-mark="arrow"]')).to_have_count(1)
    clerk.shoot("drawn-by-hand")
    clerk.page.keyboard.press("Delete")
    expect(clerk.page.locator('[data-mark="arrow"]')).to_have_count(0)
    clerk.page.keyboard.press("m")
    clerk.page.keyboard.press("Delete")
    expect(clerk.page.locator("[data-mark]")).to_have_count(0)
    expect(clerk.find("slot-id_card-fail")).to_have_attribute("aria-pressed", "false")
    expect(clerk.find("saving")).to_contain_text("已保存")


def _drags_a_finger(clerk: DeskPages, start: tuple[float, float], end: tuple[float, float]) -> None:
    fingers = clerk.page.context.new_cdp_session(clerk.page)
    points = [(start[0] + (end[0] - start[0]) * n / 4, start[1] + (end[1] - start[1]) * n / 4) for n in range(5)]
    for n, (x, y) in enumerate(points):
        kind = "touchMove" if n else "touchStart"
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    fingers.detach()


def _draws_on_the_card(clerk: DeskPages) -> None:
    keys = clerk.page.keyboard
    keys.press("n")
    expect(clerk.find("photo-title")).to_contain_text("身份证")
    keys.press("b")
    for _ in range(6):
        keys.press("ArrowRight")
        keys.press("Shift+ArrowDown")
    keys.press("Enter")
    expect(clerk.find("mark-card")).to_be_visible()
    keys.press("2")
    keys.press("t")
    keys.type("右下角看不清")
    clerk.shoot("drawn")
    keys.press("Enter")
    expect(clerk.find("slot-id_card-fail")).to_have_attribute("aria-pressed", "true")
    expect(clerk.find("saving")).to_contain_text("已保存")
    clerk.page.reload()
    expect(clerk.page.locator('[data-mark="box"]')).to_be_visible()


def _passes_the_rest(clerk: DeskPages) -> None:
    """P for each photo; one that was not on the screen yet is shown first."""
    clerk.page.keyboard.press("n")
    waiting = clerk.page.locator('[data-testid^="slot-"][data-testid$="-pass"]:not([aria-pressed="true"])')
    failed = clerk.page.locator('[data-testid^="slot-"][data-testid$="-fail"][aria-pressed="true"]').count()
    for _ in range(MOST_STEPS):
        if waiting.count() == failed:
            break
        clerk.page.keyboard.press("p")
    expect(clerk.find("standing")).to_contain_text("全部判完")


def _answers_what_is_left(clerk: DeskPages) -> None:
    """What the policy leaves to her, the four checks, the age: each is where N leads."""
    for _ in range(MOST_STEPS):
        expect(clerk.find("saving")).to_contain_text("已保存")
        clerk.page.keyboard.press("n")
        focused = clerk.page.locator(":focus")
        expect(focused).to_have_count(1)
        if focused.get_attribute("data-testid") == "action-accept":
            return
        clerk.page.keyboard.press("ArrowRight" if focused.get_attribute("type") == "radio" else "Enter")
    raise AssertionError("N never came to the decision")


def _decides(clerk: DeskPages, action: str) -> None:
    clerk.page.keyboard.press("n")
    expect(clerk.page.locator(":focus")).to_have_attribute("data-testid", action)
    clerk.page.keyboard.press("Enter")
    clerk.find("dialog-confirm").press("Enter")
    expect(clerk.find("decision-done")).to_be_visible(timeout=15_000)


def _retakes(phone: PhonePages) -> None:
    slot = phone.page.locator('[data-slot="id_card"]')
    photo = pictures.id_card_front(seed=41)
    phone.give_photo(slot, "front", photo)
    expect(phone.page.get_by_text("都改好了")).to_be_visible()
    expect(slot.get_by_text("上次的照片")).to_be_visible()
    phone.shoot("retaken")
