"""The stand-in WeChat answers as WeChat does: tokens, sign-in, pushes, callbacks, and what a restart must keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
import requests
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import WeChatCrypto

from backend.sandbox.wechat import envelope
from backend.sandbox.wechat.template_rules import first_fault
from tests.sandbox_wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    H5_URL,
    TEMPLATES,
    TOKEN,
    WAIT_SECONDS,
    TakenDown,
    Wechat,
    a_config,
    running_wechat,
    served,
)

RETURNED = next(one for one in TEMPLATES.values() if one.title == "材料补正通知")
RETURNED_VALUES = ("QY-20261124-00017", "刘**", "待补正", "2026年11月24日 10:05", "有2处要改，点这里逐项改好")


@pytest.fixture
def wechat(tmp_path: Path) -> Iterator[Wechat]:
    with running_wechat(a_config(tmp_path)) as running:
        yield running


def a_push(openid: str, **changes: Any) -> dict[str, Any]:
    data = {name: {"value": value} for (name, _), value in zip(RETURNED.fields, RETURNED_VALUES, strict=True)}
    message = {"touser": openid, "template_id": RETURNED.template_id, "url": f"{H5_URL}/cases/1", "data": data}
    return {**message, **changes}


def send(wechat: Wechat, message: dict[str, Any], token: str | None = None) -> Any:
    return wechat.post(f"/cgi-bin/message/template/send?access_token={token or wechat.token()}", message)


def follower(wechat: Wechat, key: str = "liu-guiying") -> str:
    wechat.post(f"/sandbox/people/{key}/follow")
    return wechat.openid(key)


def sign_in(wechat: Wechat, key: str = "liu-guiying", **changes: str) -> requests.Response:
    asked = {"appid": APP_ID, "redirect_uri": f"{H5_URL}/back?kept=1", "response_type": "code", "scope": "snsapi_base"}
    return requests.get(
        f"{wechat.url}/connect/oauth2/authorize",
        params={**asked, "state": "abc", **changes},
        cookies={"sandbox_wechat_person": key} if key else {},
        allow_redirects=False,
        timeout=WAIT_SECONDS,
    )


def exchange(wechat: Wechat, code: str, **changes: str) -> Any:
    account = {"appid": APP_ID, "secret": APP_SECRET, "grant_type": "authorization_code"}
    return wechat.get("/sns/oauth2/access_token", **{**account, "code": code, **changes})


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


# -- tokens -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx-other"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"secret": ""}, 41004),
        ({"grant_type": "x"}, 40002),
    ],
)
def test_a_token_is_refused_to_a_wrong_account(wechat: Wechat, changes: dict[str, str], errcode: int) -> None:
    account = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET, **changes}

    assert wechat.post("/cgi-bin/stable_token", account)["errcode"] == errcode
    assert wechat.get("/cgi-bin/token", **account)["errcode"] == errcode


def test_the_stable_token_stays_until_its_last_five_minutes(wechat: Wechat) -> None:
    first = wechat.token()
    wechat.clock.move(minutes=114, seconds=59)
    assert wechat.token() == first

    wechat.clock.move(seconds=1)

    assert wechat.token() != first


def test_the_old_stable_token_holds_on_after_the_new_one_is_out(wechat: Wechat) -> None:
    openid = follower(wechat)
    old = wechat.token()
    wechat.clock.move(minutes=116)
    new = wechat.token()

    assert new != old
    assert send(wechat, a_push(openid), old)["errcode"] == 0


def test_a_token_that_ran_out_and_one_never_issued_get_their_own_codes(wechat: Wechat) -> None:
    openid = follower(wechat)
    token = wechat.token()
    wechat.clock.move(seconds=7200)

    assert send(wechat, a_push(openid), token)["errcode"] == 42001
    assert send(wechat, a_push(openid), "made-up")["errcode"] == 40001
    assert wechat.post("/cgi-bin/message/template/send", a_push(openid))["errcode"] == 41001


def test_a_forced_refresh_kills_the_token_before_but_not_within_thirty_seconds(wechat: Wechat) -> None:
    openid = follower(wechat)
    first = wechat.token()
    assert wechat.token(force_refresh=True) == first

    wechat.clock.move(seconds=30)
    second = wechat.token(force_refresh=True)

    assert second != first
    assert send(wechat, a_push(openid), first)["errcode"] == 40001


def test_a_plain_token_leaves_the_one_before_five_minutes(wechat: Wechat) -> None:
    openid = follower(wechat)
    account = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET}
    first = wechat.get("/cgi-bin/token", **account)["access_token"]
    wechat.get("/cgi-bin/token", **account)

    assert send(wechat, a_push(openid), first)["errcode"] == 0
    wechat.clock.move(minutes=5)
    assert send(wechat, a_push(openid), first)["errcode"] == 40001


# -- web sign-in --------------------------------------------------------------------------------------------------


def test_sign_in_brings_a_code_and_the_state_back_and_keeps_the_address(wechat: Wechat) -> None:
    answer = sign_in(wechat)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{H5_URL}/back?kept=1&code=")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["abc"]
    assert exchange(wechat, code_of(answer))["openid"] == wechat.openid("liu-guiying")


def test_a_code_is_good_once(wechat: Wechat) -> None:
    code = code_of(sign_in(wechat))
    exchange(wechat, code)

    assert exchange(wechat, code)["errcode"] == 40163


@pytest.mark.parametrize(("seconds", "errcode"), [(299, None), (300, 40029), (301, 40029)])
def test_a_code_is_good_for_five_minutes(wechat: Wechat, seconds: int, errcode: int | None) -> None:
    code = code_of(sign_in(wechat))
    wechat.clock.move(seconds=seconds)

    assert exchange(wechat, code).get("errcode") == errcode


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [({"code": "unknown"}, 40029), ({"code": ""}, 41008), ({"appid": "x"}, 40013), ({"secret": "x"}, 40125)],
)
def test_a_wrong_exchange_says_what_is_wrong(wechat: Wechat, changes: dict[str, str], errcode: int) -> None:
    code = code_of(sign_in(wechat))

    assert exchange(wechat, **{"code": code, **changes})["errcode"] == errcode


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"redirect_uri": "http://elsewhere.example/back"}, 10003),
        ({"redirect_uri": ""}, 10011),
        ({"scope": ""}, 10010),
        ({"scope": "snsapi_login"}, 10005),
        ({"appid": ""}, 10012),
    ],
)
def test_a_wrong_sign_in_address_shows_the_refusal_page(wechat: Wechat, changes: dict[str, str], errcode: int) -> None:
    answer = sign_in(wechat, **changes)

    assert answer.status_code == 200
    assert f"错误码：{errcode}" in answer.text


def test_a_browser_that_is_nobody_yet_is_asked_who_it_is(wechat: Wechat) -> None:
    asked = sign_in(wechat, key="")
    assert "用谁的微信打开" in asked.text

    chosen = requests.post(asked.url, data={"person": "li-xiulan"}, allow_redirects=False, timeout=WAIT_SECONDS)

    assert chosen.cookies["sandbox_wechat_person"] == "li-xiulan"
    assert exchange(wechat, code_of(chosen))["openid"] == wechat.openid("li-xiulan")


# -- pushes -------------------------------------------------------------------------------------------------------


def test_a_push_lies_in_the_chat_with_its_labels(wechat: Wechat) -> None:
    answer = send(wechat, a_push(follower(wechat)))

    push = wechat.chat("liu-guiying", "push", 1)[0]
    assert answer["errmsg"] == "ok"
    assert (push["message_id"], push["title"]) == (answer["msgid"], "材料补正通知")
    assert ["请您做", "有2处要改，点这里逐项改好"] in push["rows"]


def test_a_push_to_somebody_who_does_not_follow_is_refused(wechat: Wechat) -> None:
    assert send(wechat, a_push(wechat.openid("liu-guiying")))["errcode"] == 43004


def test_a_push_to_nobody_or_by_no_template_is_refused(wechat: Wechat) -> None:
    openid = follower(wechat)

    assert send(wechat, a_push("nobody"))["errcode"] == 40003
    assert send(wechat, a_push(openid, template_id="unknown"))["errcode"] == 40037


def with_value(openid: str, name: str, value: str | None) -> dict[str, Any]:
    message = a_push(openid)
    data = {key: given for key, given in message["data"].items() if key != name}
    return {**message, "data": data if value is None else {**data, name: {"value": value}}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thing5", None),
        ("thing5", " "),
        ("thing5", "一" * 21),
        ("phrase3", "待您补正材料"),
        ("phrase3", "done"),
        ("character_string1", "编号一"),
        ("character_string1", "Q" * 33),
        ("time4", "上午十点"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(wechat: Wechat, name: str, value: str | None) -> None:
    answer = send(wechat, with_value(follower(wechat), name, value))

    assert answer["errcode"] == 47003
    assert f"data.{name}.value" in answer["errmsg"]


@pytest.mark.parametrize("value", ["2026年11月24日 10:05", "2026-11-24 10:05:09", "2026/11/24 10:05", "10:05"])
def test_the_ways_wechat_writes_a_time_are_taken(value: str) -> None:
    data = with_value("", "time4", value)["data"]

    assert first_fault(RETURNED, data) is None


def test_the_same_client_msg_id_is_shown_once_within_ten_minutes(wechat: Wechat) -> None:
    message = a_push(follower(wechat), client_msg_id="push-1")
    first = send(wechat, message)
    assert send(wechat, message)["msgid"] == first["msgid"]
    assert len(wechat.chat("liu-guiying", "push")) == 1

    wechat.clock.move(minutes=10)

    assert send(wechat, message)["msgid"] != first["msgid"]
    assert len(wechat.chat("liu-guiying", "push")) == 2


def test_customer_service_messages_need_a_recent_word_from_the_person(wechat: Wechat) -> None:
    openid = follower(wechat)
    message = {"touser": openid, "msgtype": "text", "text": {"content": "您好"}}
    path = f"/cgi-bin/message/custom/send?access_token={wechat.token()}"
    wechat.clock.move(minutes=1)
    assert wechat.post(path, message)["errcode"] == 45015

    wechat.post("/sandbox/people/liu-guiying/texts", {"text": "进度"})
    assert [wechat.post(path, message)["errcode"] for _ in range(6)] == [0, 0, 0, 0, 0, 45047]

    wechat.clock.move(hours=48)
    path = f"/cgi-bin/message/custom/send?access_token={wechat.token()}"
    assert wechat.post(path, message)["errcode"] == 45015


# -- planned faults -----------------------------------------------------------------------------------------------


def test_a_planned_error_answers_as_often_as_it_was_planned(wechat: Wechat) -> None:
    openid = follower(wechat)
    wechat.post("/sandbox/faults", {"endpoint": "template/send", "times": 2, "errcode": -1})

    assert [send(wechat, a_push(openid))["errcode"] for _ in range(3)] == [-1, -1, 0]


def test_a_lost_answer_has_done_its_work(wechat: Wechat) -> None:
    openid, token = follower(wechat), wechat.token()
    wechat.post("/sandbox/faults", {"endpoint": "template/send", "times": 1, "lose_answer": True})

    path = f"{wechat.url}/cgi-bin/message/template/send?access_token={token}"
    lost = requests.post(path, json=a_push(openid, client_msg_id="push-1"), timeout=WAIT_SECONDS)

    assert lost.status_code == 502
    assert len(wechat.chat("liu-guiying", "push", 1)) == 1
    assert send(wechat, a_push(openid, client_msg_id="push-1"))["errcode"] == 0
    assert len(wechat.chat("liu-guiying", "push")) == 1


# -- callbacks ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> TakenDown:
    return TakenDown()


@pytest.fixture
def connected(tmp_path: Path, server: TakenDown) -> Iterator[Wechat]:
    """The stand-in with a server that takes its callbacks down."""
    with (
        served(server.app()) as url,
        running_wechat(a_config(tmp_path, f"{url}/wechat/callback")) as running,
    ):
        yield running


def opened(query: dict[str, str], body: bytes) -> Element:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    clear = crypto.decrypt_message(body.decode(), query["msg_signature"], query["timestamp"], query["nonce"])
    return fromstring(clear)


def test_a_follow_reaches_the_server_signed_and_encrypted(connected: Wechat, server: TakenDown) -> None:
    openid = follower(connected)
    connected.settled_callbacks()

    query, body = server.received[0]
    event = opened(query, body)
    assert (query["encrypt_type"], query["openid"]) == ("aes", openid)
    assert query["signature"] == envelope.sign(TOKEN, query["timestamp"], query["nonce"])
    assert openid.encode() not in body
    assert (event.findtext("Event"), event.findtext("FromUserName")) == ("subscribe", openid)


def test_a_receipt_follows_the_push(connected: Wechat, server: TakenDown) -> None:
    msgid = send(connected, a_push(follower(connected)))["msgid"]
    connected.settled_callbacks()

    receipt = next(one for one in (opened(*got) for got in server.received) if one.findtext("MsgID"))
    assert receipt.findtext("Event") == "TEMPLATESENDJOBFINISH"
    assert (receipt.findtext("MsgID"), receipt.findtext("Status")) == (str(msgid), "success")


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
def test_a_push_that_fails_is_not_in_the_chat_page(connected: Wechat, server: TakenDown, status: str) -> None:
    openid = follower(connected)
    connected.patch("/sandbox/people/liu-guiying", {"receipt": status})
    send(connected, a_push(openid))
    connected.settled_callbacks()

    assert status in [opened(*got).findtext("Status") for got in server.received]
    assert "材料补正通知" not in requests.get(f"{connected.url}/phone/liu-guiying", timeout=WAIT_SECONDS).text


def test_a_callback_is_tried_three_times(connected: Wechat, server: TakenDown) -> None:
    server.answers += [500, 500, 500]

    connected.post("/sandbox/people/liu-guiying/texts", {"text": "您好"})

    (callback,) = connected.settled_callbacks()
    assert (callback["tries"], callback["outcome"]) == (["500", "500", "500"], "given up")
    assert len({opened(*got).findtext("MsgId") for got in server.received}) == 1
    assert "服务出现故障" in connected.chat("liu-guiying", "note", 1)[0]["text"]


def test_a_second_try_that_is_answered_ends_it(connected: Wechat, server: TakenDown) -> None:
    server.answers += [503]

    connected.post("/sandbox/people/liu-guiying/follow")

    (callback,) = connected.settled_callbacks()
    assert (callback["tries"], callback["outcome"]) == (["503", "200"], "delivered")


def test_the_check_of_the_server_address_passes_when_the_echo_comes_back(connected: Wechat) -> None:
    assert connected.post("/sandbox/callback-check")["passed"] is True


def test_the_check_fails_where_nothing_listens(wechat: Wechat) -> None:
    assert wechat.post("/sandbox/callback-check")["passed"] is False


# -- restart ------------------------------------------------------------------------------------------------------


def test_a_restart_keeps_people_chats_and_tokens(tmp_path: Path) -> None:
    with running_wechat(a_config(tmp_path)) as before:
        openid, token = follower(before), before.token()
        before.post("/sandbox/people", {"key": "new", "name": "新来的", "born_on": "1970-01-02"})
        send(before, a_push(openid, client_msg_id="push-1"), token)
        code = code_of(sign_in(before))
        chat = before.chat("liu-guiying", "push", 1)

    with running_wechat(a_config(tmp_path)) as after:
        assert after.chat("liu-guiying", "push") == [
            {**chat[0], "receipt": after.chat("liu-guiying", "push")[0]["receipt"]}
        ]
        assert after.get("/sandbox/people")["people"][-1]["key"] == "new"
        assert send(after, a_push(openid, client_msg_id="push-1"), token)["msgid"] == chat[0]["message_id"]
        assert exchange(after, code)["openid"] == openid


def test_a_restart_delivers_what_was_still_owed(tmp_path: Path, server: TakenDown) -> None:
    with running_wechat(a_config(tmp_path, receipt_delay_seconds=3600)) as before:
        msgid = send(before, a_push(follower(before)))["msgid"]

    with (
        served(server.app()) as url,
        running_wechat(a_config(tmp_path, f"{url}/wechat/callback")) as after,
    ):
        after.settled_callbacks()

    assert str(msgid) in [opened(*got).findtext("MsgID") for got in server.received]


def test_a_journal_torn_in_mid_line_loses_only_that_line(tmp_path: Path) -> None:
    with running_wechat(a_config(tmp_path)) as before:
        follower(before)
    journal = tmp_path / "wechat.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"fact": "following", "openid": "')

    with running_wechat(a_config(tmp_path)) as after:
        assert after.get("/sandbox/people")["people"][0]["follows"] is True
        after.post("/sandbox/people/liu-guiying/unfollow")

    with running_wechat(a_config(tmp_path)) as once_more:
        assert once_more.get("/sandbox/people")["people"][0]["follows"] is False


# -- WeChat's published example -----------------------------------------------------------------------------------


def test_the_envelope_matches_the_published_example() -> None:
    """From WeChat's own WXBizMsgCrypt test: key, AppID, random prefix and message give this ciphertext."""
    ciphertext = envelope.encrypt("我是中文abcd123", "wxb11529c136998cb6", AES_KEY, b"aaaabbbbccccdddd")

    assert ciphertext == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="


# -- the phone page -----------------------------------------------------------------------------------------------


def test_opening_a_push_goes_to_its_page_as_that_person(wechat: Wechat) -> None:
    send(wechat, a_push(follower(wechat)))
    message_id = wechat.chat("liu-guiying", "push", 1)[0]["message_id"]

    opened_page = requests.get(
        f"{wechat.url}/phone/liu-guiying/messages/{message_id}", allow_redirects=False, timeout=WAIT_SECONDS
    )

    assert opened_page.headers["Location"] == f"{H5_URL}/cases/1"
    assert opened_page.cookies["sandbox_wechat_person"] == "liu-guiying"


def test_the_menu_leads_into_the_service(wechat: Wechat) -> None:
    answer = requests.get(f"{wechat.url}/phone/li-xiulan/menu", allow_redirects=False, timeout=WAIT_SECONDS)

    assert answer.headers["Location"] == f"{H5_URL}/api/identity/wechat/start?next=/"


def test_a_link_in_an_answer_can_be_tapped(wechat: Wechat) -> None:
    openid = follower(wechat)
    text = f'您的办件正在办。<a href="{H5_URL}/cases/1?a=1&amp;b=2">点这里看详情</a>'
    message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
    wechat.post(f"/cgi-bin/message/custom/send?access_token={wechat.token()}", message)
    message_id = wechat.chat("liu-guiying", "service", 1)[0]["message_id"]

    path = f"/phone/liu-guiying/messages/{message_id}/links/1"
    answer = requests.get(wechat.url + path, allow_redirects=False, timeout=WAIT_SECONDS)

    assert path in requests.get(f"{wechat.url}/phone/liu-guiying", timeout=WAIT_SECONDS).text
    assert answer.headers["Location"] == f"{H5_URL}/cases/1?a=1&b=2"
