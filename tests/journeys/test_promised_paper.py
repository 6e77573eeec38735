"""Returned once, then again by the supervisor's word; a paper she lacks is waived by a day, and she brings it later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from backend.adapters.clock import SystemClock
from tests.builders import a_small_photo
from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser

ABSENT = "contribution_record"


def returned_once_and_mended(phone: callers.Phone, clerk: callers.Desk) -> str:
    """Over HTTP: all but one paper filed, the ID card returned once and taken again."""
    view = phone.answer_all(phone.start(), callers.answers_of(phone.person))
    path = f"/api/filing/cases/{view['id']}"
    given = {**view, "slots": [slot for slot in view["slots"] if slot["key"] != ABSENT]}
    phone.photograph_all(given, lambda slot_key, part_key: a_small_photo(f"{view['id']}/{slot_key}/{part_key}"))
    phone.ask("POST", f"{path}/absences", {"slot_key": ABSENT, "reason": "自助机坏了"})
    phone.submit(phone.sign(phone.ask("GET", path)))
    judged = judge(clerk, view["id"], "blurred")
    suggested = {"kind": "suggested", "reason": "人社窗口也能打印"}
    where = f"/api/review/cases/{view['id']}"
    judged = clerk.ask("PUT", f"{where}/absences/{ABSENT}/decision", suggested, version=judged["version"])
    clerk.ask("POST", f"{where}/return", {"note": ""}, version=judged["version"], key=callers.a_key())
    mend(phone, view["id"], ("自助机还没修好", ABSENT))
    return str(view["id"])


def judge(clerk: callers.Desk, case_id: str, reason: str | None) -> Any:
    """A verdict on everything that waits but what she does not have; the ID card fails for the reason, if any."""
    where = f"/api/review/cases/{case_id}"
    clerk.ask("POST", f"{where}/claim", key=callers.a_key())
    view = clerk.ask("GET", where)
    given = [each for each in (*view["fields"], *view["slots"]) if each["needs_judgement"] and not each.get("absence")]
    verdicts: list[dict[str, Any]] = [{"subject": each["subject"], "verdict": "pass"} for each in given]
    for each in verdicts:
        if reason and each["subject"] == "slot:id_card":
            each |= {"verdict": "fail", "reason_code": reason}
    return clerk.ask("PUT", f"{where}/judgements", {"judgements": verdicts}, version=view["version"])


def mend(phone: callers.Phone, case_id: str, absent: tuple[str, str] | None = None) -> None:
    path = f"/api/filing/cases/{case_id}"
    view = phone.ask("GET", path)
    slot = next(each for each in view["slots"] if each["key"] == "id_card")
    for part in slot["parts"]:
        phone.photograph(case_id, slot, part["key"], a_small_photo(f"{view['version']}/{part['key']}"))
    if absent:
        phone.ask("POST", f"{path}/absences", {"slot_key": absent[1], "reason": absent[0]})
    phone.submit(phone.sign(phone.ask("GET", path)))


def test_a_promised_paper_is_brought_later(stage: Stage) -> None:
    her = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, her.person)
    clerk_over_http = callers.Desk.of(stage.city.url, "chuangkou1")
    case_id = returned_once_and_mended(over_http, clerk_over_http)
    judge(clerk_over_http, case_id, "cut_off")

    # the paper she does not have: the rule, a call, a waiver by a day; then the second return is asked for
    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(case_id)
    card = clerk.find(f"absence-{ABSENT}")
    card.scroll_into_view_if_needed()
    clerk.find(f"absence-{ABSENT}-call").click()
    clerk.find(f"absence-{ABSENT}-unanswered").click()
    clerk.find(f"absence-{ABSENT}-confirm").click()
    expect(clerk.find(f"absence-{ABSENT}-confirm")).to_have_count(0)
    expect(card).to_contain_text("打电话，没打通")
    expect(card).to_contain_text("待处理")
    clerk.find(f"absence-{ABSENT}-waive").click()
    promised_on = SystemClock().today() + timedelta(days=12)
    clerk.find(f"absence-{ABSENT}-on").fill(promised_on.isoformat())
    clerk.find(f"absence-{ABSENT}-reason").fill("系统里查得到缴费记录")
    clerk.shoot("absence")
    clerk.find(f"absence-{ABSENT}-confirm").click()
    expect(clerk.find(f"promise-{ABSENT}")).to_be_visible()
    clerk.shoot("waived")
    clerk.find("action-ask-return").click()
    clerk.find("decision-words").fill("新拍的反面少了一角")
    clerk.find("decision-more").fill("第一次只看出模糊")
    clerk.find("dialog-confirm").click()
    expect(clerk.find("decision-done")).to_be_visible()

    supervisor = stage.a_desk("zhuguan")
    supervisor.page.goto(f"{stage.city.url}/desk/review?queue=to_approve")
    expect(supervisor.page.locator(f'[data-case-id="{case_id}"]')).to_contain_text("退回过 1 次")
    supervisor.shoot("queue")
    supervisor.open_case(case_id)
    expect(supervisor.find("return-request")).to_contain_text("第一次只看出模糊")
    supervisor.decide("return")
    expect(supervisor.find("returns")).to_contain_text("退回过 2 次")

    mend(over_http, case_id)
    clerk_over_http.review(case_id)

    # accepted: she brings the paper by a photo, and the window looks at that one
    her.sign_in()
    expect(her.page.locator("[data-owed]")).to_contain_text("还剩")
    her.shoot("home-owes")
    her.tap("去补交")
    her.at("materials")
    her.shoot("materials-owed")
    her.photograph(ABSENT)
    expect(her.page.locator("[data-owed]")).to_contain_text("收到了")

    clerk.page.goto(f"{stage.city.url}/desk/review?queue=promises")
    expect(clerk.page.locator(f'[data-case-id="{case_id}"]')).to_contain_text("补交待看")
    clerk.shoot("queue-promises")
    clerk.open_case(case_id)
    clerk.find(f"promise-{ABSENT}-pass").click()
    expect(clerk.find(f"promise-{ABSENT}")).to_contain_text("已补齐")
    over_http.withdraw(case_id)
