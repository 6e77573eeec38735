"""A photo and an answer are returned once, with reasons; she mends exactly those; only those are judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser


def test_a_returned_photo_is_mended(stage: Stage) -> None:
    phone = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    case_id = over_http.file(callers.answers_of(phone.person))["id"]

    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(case_id)
    clerk.claim_this()
    clerk.fail_slot("social_security_card", "blurred")
    clerk.fail_field("work_started_month", "differs_from_photo")
    clerk.pass_all_fields()
    clerk.pass_all_slots(but=("social_security_card",))
    clerk.shoot("two-failed")
    clerk.decide("return", "别的都好")

    phone.sign_in()
    phone.shoot("home-returned")
    phone.tap("去改一改")
    phone.at("correction")
    phone.shoot("correction")
    expect(phone.page.get_by_text("照片有点糊，字看不清")).to_be_visible()
    assert phone.page.locator("[data-slot]").count() == 1
    _mend(phone)
    phone.at("correction")
    phone.shoot("mended")
    phone.tap("改好了，重新提交")
    phone.sign_and_submit("重新提交")
    phone.at("submitted")

    clerk.open_case(case_id)
    clerk.claim_this()
    waiting = clerk.page.locator('[data-testid^="slot-"][data-testid$="-pass"]:not([aria-pressed="true"])')
    expect(waiting).to_have_count(1)
    clerk.shoot("only-the-mended")
    told = callers.chat_of(stage.city.wechat_url, phone.person["key"], at_least=3)
    assert ["有2处要改" in str(message) for message in told] == [False, True, False]
    clerk.find("release").click()
    over_http.withdraw(case_id)


def _mend(phone: PhonePages) -> None:
    slot = phone.page.locator('[data-slot="social_security_card"]')
    if slot.locator("button.head").get_attribute("aria-expanded") == "false":
        slot.locator("button.head").click()
    album = slot.locator('[data-part="front"] input[type=file]').last
    photo = pictures.social_security_card_front(seed=77)
    album.set_input_files({"name": "IMG_0002.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(phone.page.get_by_text("还有 1 处没有改")).to_be_visible(timeout=30_000)
    phone.page.get_by_role("link", name="修改：参加工作时间").click()
    page = phone.at("work_started_month")
    page.get_by_role("button", name="修改").first.click()
    page.get_by_role("button", name="1990 — 1999 年").click()
    page.get_by_role("button", name="1996 年", exact=True).click()
    page.get_by_role("button", name="3 月", exact=True).click()
    phone.shoot("mend-answer")
    phone.tap("继续")
