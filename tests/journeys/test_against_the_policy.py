"""Fourteen months short after a correction: no dead end for her; the window gives a reason, the supervisor reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.desk_pages import DeskPages

pytestmark = pytest.mark.browser

REASON = "另有 1992 年至 1995 年视同缴费，区人社局 11 月 20 日认定"


def test_going_against_the_policy_needs_a_reason(stage: Stage) -> None:
    phone = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    case_id = over_http.file(callers.answers_of(phone.person))["id"]
    clerk = stage.a_desk("chuangkou1")
    _returns_the_months(clerk, case_id)

    phone.sign_in()
    phone.tap("去改一改")
    phone.at("correction")
    phone.page.get_by_role("link", name="修改：养老保险").first.click()
    phone.at("contribution_months")
    phone.page.locator("input").first.fill("166")
    phone.tap("继续")
    phone.at("eligibility")
    expect(phone.page.get_by_text("照样可以交上去")).to_be_visible()
    phone.shoot("short-but-may-hand-in")
    phone.tap("继续")
    phone.at("correction")
    phone.tap("改好了，重新提交")
    phone.sign_and_submit("重新提交")
    phone.at("submitted")

    _settles(clerk, case_id)
    supervisor = stage.a_desk("zhuguan")
    supervisor.open_case(case_id)
    expect(supervisor.find("overrides")).to_contain_text(REASON)
    supervisor.shoot("reads-the-reason")
    supervisor.decide("approve")


def _returns_the_months(clerk: DeskPages, case_id: str) -> None:
    clerk.open_case(case_id)
    clerk.claim_this()
    clerk.page.locator("#rules").scroll_into_view_if_needed()
    clerk.page.locator("#rules").evaluate("part => part.scrollIntoView({ block: 'start' })")
    clerk.shoot("rules")
    clerk.fail_field("contribution_months", "differs_from_photo")
    clerk.pass_all_fields()
    clerk.pass_all_slots()
    clerk.decide("return", "请照权益单改")


def _settles(clerk: DeskPages, case_id: str) -> None:
    clerk.open_case(case_id)
    clerk.claim_this()
    clerk.pass_all_fields()
    clerk.answer_checks()
    clerk.find("action-accept").click()
    clerk.find("dialog-confirm").click()
    refusal = clerk.page.get_by_role("alert")
    expect(refusal).to_contain_text("政策核对还要确认或写明理由：养老保险缴费年限")
    clerk.shoot("not-yet")
    refusal.get_by_role("link", name="养老保险缴费年限").click()
    clerk.shoot("fails")
    clerk.find("rule-contribution-reason").fill(REASON)
    clerk.find("rule-contribution-override").click()
    expect(clerk.find("rule-contribution-settled")).to_contain_text(REASON)
    clerk.find("rule-contribution").evaluate("line => line.scrollIntoView({ block: 'center' })")
    clerk.shoot("overridden")
    clerk.decide("accept")
