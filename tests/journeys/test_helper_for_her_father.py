"""A daughter files for her father: she asks on her phone, he signs on his; she hands in; he ends it, and she is out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

FATHER, DAUGHTER = "zhou-guoqiang", "zhou-xiaoming"


def test_a_daughter_files_for_her_father_until_he_ends_it(stage: Stage) -> None:
    father, daughter = stage.the_phone_of(FATHER), stage.the_phone_of(DAUGHTER)

    daughter.sign_in()
    link = _ask(daughter, father.person["name"])
    _agree(father, link)
    case_id, number = _file(daughter, father)
    _the_clerk_sees_the_document(stage, case_id, number)
    assert "正在替您办" in _end(father, case_id, stage.city.url)

    daughter.page.goto(f"{stage.city.url}/cases/{case_id}/progress")
    expect(daughter.page.get_by_text("没有找到").first).to_be_visible()
    daughter.shoot("out")
    daughter.page.goto(stage.city.url)
    daughter.at("home")
    expect(daughter.page.locator("[data-helped-case]")).to_have_count(0)
    told = ["授权有效", "已提交", "授权结束"]
    assert _told(stage, FATHER) == told
    callers.Phone.of(stage.city.url, stage.city.wechat_url, father.person).withdraw(case_id)
    assert _told(stage, FATHER, at_least=4) == [*told, "已撤回"]
    assert _told(stage, DAUGHTER) == told


def test_a_father_asks_for_help_and_his_daughter_agrees(stage: Stage) -> None:
    father, daughter = stage.a_phone(), stage.a_phone()

    father.sign_in()
    father.page.goto(f"{stage.city.url}/")
    father.at("home")
    father.tap("请家人帮忙")
    father.shoot("help-opened")
    father.page.get_by_role("link", name="请家人用自己的手机替我办").click()
    father.at("ask-as-applicant-1")
    father.page.locator('input[type=radio][value="child"]').check(force=True)
    father.shoot("ask-1")
    father.tap("继续")
    father.at("ask-as-applicant-2")
    father.page.locator("#applicant-name").fill("周国楠")
    father.page.locator("#helper-name").fill("周晓茗")
    father.shoot("ask-2")
    father.tap("继续")
    father.at("ask-as-applicant-3")
    _tick_all(father)
    father.shoot("ask-3")
    father.tap("继续")
    father.at("ask-as-applicant-4")
    father.write_name()
    father.shoot("ask-4")
    father.tap("签好了，去请他帮忙")
    father.at("authorisation")
    link = _link(father)
    father.shoot("waiting")

    daughter.sign_in()
    daughter.page.goto(link)
    daughter.at("invitation-1")
    daughter.shoot("invited")
    daughter.tap("愿意，往下看")
    daughter.at("invitation-2")
    daughter.page.locator("#helper-phone").fill("1380000123")
    daughter.tap("我承诺，开始帮忙")
    expect(daughter.page.locator("[data-error-summary]")).to_contain_text("手机号应是 11 位，现在是 10 位")
    daughter.shoot("ten-digits")
    daughter.page.locator("#helper-phone").fill("13800001234")
    daughter.tap("我承诺，开始帮忙")
    daughter.at("authorisation")
    expect(daughter.page.get_by_text("授权有效")).to_be_visible()
    daughter.shoot("active")


def test_an_invitation_can_be_refused_and_is_over(stage: Stage) -> None:
    father, daughter = stage.a_phone(), stage.a_phone()
    daughter.sign_in()
    link = _ask(daughter, "周国楠")
    father.sign_in()

    for phone in (father, daughter):
        phone.page.set_viewport_size({"width": 320, "height": 640})
    father.page.goto(link)
    father.at("invitation-1")
    _fits(father)
    father.tap("不同意")
    _fits(father)
    father.shoot("refusing")
    father.tap("不同意")
    father.at("invitation-declined")
    father.shoot("refused")

    father.page.goto(link)
    expect(father.page.locator("[data-problem]")).to_contain_text("这个链接不能用了")
    father.shoot("gone")
    daughter.tap("看看同意了没有")
    expect(daughter.page.get_by_role("heading", name="周国楠没有同意")).to_be_visible()
    _fits(daughter)
    daughter.shoot("declined")


def _ask(daughter: PhonePages, father_name: str) -> str:
    """“我帮家人办”, up to the link."""
    daughter.shoot("home")
    daughter.page.get_by_role("link", name="我帮家人办").click()
    daughter.at("ask-as-helper-1")
    daughter.tap("继续")
    expect(daughter.page.locator("[data-error-summary]")).to_contain_text("请选一项")
    daughter.page.locator('input[type=radio][value="child"]').check(force=True)
    daughter.shoot("ask-1")
    daughter.tap("继续")
    daughter.at("ask-as-helper-2")
    daughter.page.locator("#applicant-name").fill(father_name)
    daughter.page.locator("#helper-name").fill("周晓茗")
    daughter.page.locator("#helper-phone").fill(daughter.person["mobile"])
    daughter.shoot("ask-2")
    daughter.tap("继续")
    daughter.at("ask-as-helper-3")
    daughter.shoot("ask-3")
    daughter.tap("我承诺，去请他（她）同意")
    daughter.at("authorisation")
    link = _link(daughter)
    daughter.tap("就在身边，让他扫一扫")
    expect(daughter.page.locator("figure img")).to_be_visible()
    daughter.shoot("waiting")
    return link


def _agree(father: PhonePages, link: str) -> None:
    """He opens the link in his WeChat, which signs him in, and signs."""
    father.sign_in()
    father.page.goto(link)
    father.at("invitation-1")
    father.shoot("invited")
    father.tap("愿意，往下看")
    father.at("invitation-2")
    _tick_all(father)
    father.shoot("consents")
    father.tap("继续")
    father.at("invitation-3")
    father.tap("同意并签名")
    expect(father.page.locator("[data-error-summary]")).to_contain_text("还没有签名")
    father.write_name()
    father.shoot("signed")
    father.tap("同意并签名")
    father.at("authorisation")
    expect(father.page.get_by_text("授权有效")).to_be_visible()
    father.shoot("active")


def _file(daughter: PhonePages, father: PhonePages) -> tuple[str, str]:
    """She fills in, photographs, signs as 代办人 and hands in. The case's id and number."""
    daughter.tap("看看同意了没有")
    expect(daughter.page.get_by_role("heading", name="您可以替周国楠办了")).to_be_visible()
    daughter.shoot("active")
    daughter.page.get_by_role("link", name="返回").click()
    daughter.at("home")
    daughter.shoot("home-helping")
    daughter.tap("开始替他办")
    daughter.at("name")
    expect(daughter.page.locator("[data-helper-line]")).to_contain_text("您正在替 周** 办")
    daughter.answer_all(callers.answers_of(father.person, original_retirement_age=None))
    daughter.photographs = father.person
    daughter.photograph_all()
    daughter.tap("继续")
    daughter.at("check")
    daughter.shoot("check")
    daughter.tap("都对，去签名")
    daughter.at("sign")
    expect(daughter.page.get_by_role("heading", name="代办人签名")).to_be_visible()
    daughter.sign_and_submit("提交")
    daughter.at("submitted")
    daughter.shoot("submitted")
    found = re.search(r"/cases/([0-9a-f-]{36})", daughter.page.url)
    assert found is not None
    return found[1], daughter.page.locator("[data-case-number]").inner_text().strip()


def _the_clerk_sees_the_document(stage: Stage, case_id: str, number: str) -> None:
    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(case_id)
    expect(clerk.find("case-number")).to_contain_text(number)
    helper = clerk.find("helper")
    expect(helper).to_contain_text("代办人 周**")
    expect(helper).to_contain_text("子女")
    expect(helper).to_contain_text("授权有效")
    clerk.shoot("helper")
    document = clerk.find("authorisation-document").get_attribute("href") or ""
    answer = clerk.page.request.get(f"{stage.city.url}{document}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    helper.get_by_role("button", name="查看完整姓名和手机").click()
    clerk.find("look-reason").fill("联系代办人")
    clerk.find("dialog-confirm").click()
    expect(helper).to_contain_text("周晓茗 1")
    clerk.find("refresh").click()
    expect(clerk.page.get_by_text("查看授权委托书").last).to_be_visible()
    clerk.page.locator("#history").scroll_into_view_if_needed()
    clerk.shoot("history")


def _end(father: PhonePages, case_id: str, base_url: str) -> str:
    """From his own case to the end of it, in two taps. What his case said before."""
    father.page.goto(f"{base_url}/cases/{case_id}/progress")
    father.at("progress")
    line = father.page.locator("[data-helper-line]")
    said = line.inner_text()
    father.shoot("his-progress")
    line.click()
    father.at("authorisation")
    expect(father.page.get_by_text("提交了申请")).to_be_visible()
    father.shoot("what-she-did")
    father.tap("撤销授权")
    father.at("revocation")
    father.shoot("revoking")
    father.tap("撤销授权")
    father.at("authorisation")
    expect(father.page.get_by_role("heading", name="授权已经结束")).to_be_visible()
    father.shoot("revoked")
    return said


def _told(stage: Stage, key: str, at_least: int = 3) -> list[str]:
    """What the pushes to one of them said."""
    told = callers.chat_of(stage.city.wechat_url, key, at_least=at_least)
    return [re.findall("授权有效|已提交|授权结束|已撤回", str(message))[0] for message in told]


def _tick_all(phone: PhonePages) -> None:
    for tick in phone.page.get_by_role("checkbox").all():
        tick.evaluate("tick => tick.scrollIntoView({block: 'center'})")  # from under the button at the bottom
        tick.check(force=True)


def _fits(phone: PhonePages) -> None:
    """Nothing goes over the edge of a small phone."""
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320


def _link(phone: PhonePages) -> str:
    """The address in what is to be passed on."""
    found = re.search(r"https?://\S+", phone.page.locator("[data-link]").inner_text())
    assert found is not None
    return found[0]
