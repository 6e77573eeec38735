"""The whole story in real browsers: she files on her phone, the window reviews, departments decide, she is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_from_wechat_sign_in_to_completed(stage: Stage) -> None:
    phone = stage.a_phone()
    answers = callers.answers_of(
        phone.person,
        wants_only_child_reward="yes",
        only_child_filing="combined",
        has_housing_fund="yes",
        marital_status="married",
        only_child_certificate="only_child_card",
        household_moved_in="no",
        delivery="express",
        delivery_name="程试行",
        delivery_phone=phone.person["mobile"],
        delivery_postcode="414418",
        delivery_address="屈原管理区营田镇某某路 1 号",
    )

    phone.sign_in()
    phone.shoot("home")
    phone.begin()
    phone.answer_all(answers)
    phone.photograph_all()
    number = phone.check_and_submit()
    case_id = _case_id(phone.page.url)
    _review(stage, number)
    _approve(stage, case_id)
    for username, results in (("renshe", 2), ("yibao", 1), ("weijian", 1)):
        _decide(stage, username, number, results)
    phone.open_progress(case_id, stage.city.url)
    phone.shoot("progress-in-hand")
    phone.page.get_by_role("link", name="看怎么办，办好后点这里").click()
    phone.at("housing-fund")
    phone.shoot("housing-fund")
    phone.tap("我已经办好了")
    expect(phone.page.get_by_text("已在“岳阳住房公积金”办好").first).to_be_visible()
    phone.open_progress(case_id, stage.city.url)

    expect(phone.page.get_by_text("全部办好了").first).to_be_visible()
    expect(phone.page.get_by_role("link", name="打开看").first).to_be_visible()
    phone.shoot("completed")
    told = callers.chat_of(stage.city.wechat_url, phone.person["key"], at_least=7)
    assert [_said(message) for message in told] == [
        "已提交",
        "已受理",
        "已办好",
        "已办好",
        "已办好",
        "已办好",
        "已办结",
    ]
    assert number in phone.chat()
    phone.shoot("chat")


def _review(stage: Stage, number: str) -> None:
    clerk = stage.a_desk("chuangkou1")
    assert clerk.claim_next() == number
    clerk.shoot("case")
    assert re.fullmatch(r"[0-9]{17}[0-9X]", clerk.look_at_whole_numbers("id_number", "核对身份证"))
    clerk.pass_all_fields()
    clerk.pass_all_slots()
    clerk.answer_checks()
    clerk.decide("accept")


def _approve(stage: Stage, case_id: str) -> None:
    supervisor = stage.a_desk("zhuguan")
    supervisor.open_case(case_id)
    supervisor.shoot("to-approve")
    supervisor.decide("approve")


def _decide(stage: Stage, username: str, number: str, items: int) -> None:
    officer = stage.a_desk(username)
    for place in range(items):
        officer.open_item(number)
        officer.accept_item()
        officer.upload_result(f"办理结果{place + 1}.pdf")
        officer.grant()


def _case_id(url: str) -> str:
    found = re.search(r"/cases/([0-9a-f-]{36})", url)
    assert found is not None
    return found[1]


def _said(message: dict[str, object]) -> str:
    """The 当前进度 or 办理结果 of a push."""
    text = str(message)
    found = re.search(r"已提交|已受理|已办好|已办结|待补正|已补正|已撤回|不予受理|未批准", text)
    assert found is not None, text
    return found[0]
