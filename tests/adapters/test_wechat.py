"""The adapter speaks WeChat's protocol to the stand-in over real HTTP; its access token lies in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine

from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import make_engine
from backend.adapters.db.tokens import PostgresTokenStore
from backend.adapters.wechat import WechatAccount, WechatCallbackDoor, WechatMessenger, WechatSignIn
from backend.domain.errors import OutsideDown, SignInExpired
from backend.domain.notices import CallbackRefused, Rejected, TokenRefused, Unreachable
from backend.sandbox.wechat import envelope
from tests.sandbox_wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    H5_URL,
    TEMPLATES,
    TOKEN,
    WAIT_SECONDS,
    Wechat,
    a_config,
    running_wechat,
    served,
)

RETURNED = next(one for one in TEMPLATES.values() if one.title == "材料补正通知")
TEMPLATE_IDS = {"returned": RETURNED.template_id, "gone": "no-such-template"}
FIELDS = {
    "character_string1": "QY-20261124-00017",
    "thing2": "刘**",
    "phrase3": "待补正",
    "time4": "2026年11月24日 10:05",
    "thing5": "有2处要改，点这里逐项改好",
}


@pytest.fixture
def wechat(tmp_path: Path) -> Iterator[Wechat]:
    with running_wechat(a_config(tmp_path)) as running:
        running.post("/sandbox/people/liu-guiying/follow")
        yield running


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url, 8)
    yield engine
    engine.dispose()


@pytest.fixture
def tokens(engine: Engine) -> PostgresTokenStore:
    return PostgresTokenStore(engine, Seal([("k1", b"\1" * 16)], b"\2" * 32))


def an_account(wechat: Wechat | None, **changes: Any) -> WechatAccount:
    url = wechat.url if wechat else "http://127.0.0.1:9"
    given = {
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "api_url": url,
        "authorize_url": f"{url}/connect/oauth2/authorize",
    }
    return WechatAccount(**{**given, **changes})


@pytest.fixture
def messenger(wechat: Wechat, tokens: PostgresTokenStore) -> WechatMessenger:
    return WechatMessenger(an_account(wechat), TEMPLATE_IDS, tokens, wechat.clock)


def push(messenger: WechatMessenger, openid: str, key: str = "returned", client_msg_id: str = "push-1") -> str:
    return messenger.send_template(openid, key, FIELDS, f"{H5_URL}/cases/1", client_msg_id)


def plan(wechat: Wechat, endpoint: str, times: int = 1, **fault: Any) -> None:
    wechat.post("/sandbox/faults", {"endpoint": endpoint, "times": times, **fault})


def issued_tokens(wechat: Wechat) -> int:
    return len(wechat.app.extensions["wechat_world"].tokens)


# -- messages -----------------------------------------------------------------------------------------------------


def test_a_push_arrives_with_its_link_and_gives_its_msgid(wechat: Wechat, messenger: WechatMessenger) -> None:
    msgid = push(messenger, wechat.openid("liu-guiying"))

    arrived = wechat.chat("liu-guiying", "push", 1)[0]
    assert (str(arrived["message_id"]), arrived["url"]) == (msgid, f"{H5_URL}/cases/1")
    assert arrived["client_msg_id"] == "push-1"


def test_a_text_arrives(wechat: Wechat, messenger: WechatMessenger) -> None:
    messenger.send_text(wechat.openid("liu-guiying"), "您好，材料收到了。")

    assert wechat.chat("liu-guiying", "service", 1)[0]["text"] == "您好，材料收到了。"


def test_what_wechat_refuses_for_good_is_rejected_with_its_code(wechat: Wechat, messenger: WechatMessenger) -> None:
    cases = [
        (wechat.openid("li-xiulan"), "returned", 43004),
        ("nobody", "returned", 40003),
        (wechat.openid("liu-guiying"), "gone", 40037),
    ]
    for openid, key, errcode in cases:
        with pytest.raises(Rejected) as refused:
            push(messenger, openid, key)
        assert refused.value.errcode == errcode


def test_a_text_after_the_time_for_it_is_rejected(wechat: Wechat, messenger: WechatMessenger) -> None:
    with pytest.raises(Rejected) as refused:
        messenger.send_text(wechat.openid("li-xiulan"), "您好")

    assert refused.value.errcode == 45015


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"errcode": 45009}, {"http_status": 500}, {"http_status": 404}])
def test_busy_and_broken_answers_may_be_tried_again(
    wechat: Wechat, messenger: WechatMessenger, fault: dict[str, int]
) -> None:
    openid = wechat.openid("liu-guiying")
    plan(wechat, "template/send", **fault)

    with pytest.raises(Unreachable):
        push(messenger, openid)
    push(messenger, openid)

    assert len(wechat.chat("liu-guiying", "push", 1)) == 1


def test_an_answer_lost_on_the_way_does_not_show_the_message_twice(wechat: Wechat, messenger: WechatMessenger) -> None:
    openid = wechat.openid("liu-guiying")
    plan(wechat, "template/send", lose_answer=True)

    with pytest.raises(Unreachable):
        push(messenger, openid)
    msgid = push(messenger, openid)

    assert [str(one["message_id"]) for one in wechat.chat("liu-guiying", "push", 1)] == [msgid]


def test_a_wechat_that_does_not_answer_in_time_is_unreachable(wechat: Wechat, tokens: PostgresTokenStore) -> None:
    hasty = WechatMessenger(an_account(wechat, timeout_seconds=0.2), TEMPLATE_IDS, tokens, wechat.clock)
    plan(wechat, "template/send", hold_seconds=0.6)

    with pytest.raises(Unreachable, match="ReadTimeout"):
        push(hasty, wechat.openid("liu-guiying"))


def test_a_wechat_that_is_not_there_is_unreachable(wechat: Wechat, tokens: PostgresTokenStore) -> None:
    alone = WechatMessenger(an_account(None), TEMPLATE_IDS, tokens, wechat.clock)

    with pytest.raises(Unreachable):
        push(alone, "anybody")


def test_a_page_in_place_of_json_is_unreachable(wechat: Wechat, tokens: PostgresTokenStore) -> None:
    portal = Flask("portal")
    portal.add_url_rule("/<path:_>", view_func=lambda _: "<html>请先登录网络</html>", methods=["GET", "POST"])
    with served(portal) as url:
        lost = WechatMessenger(an_account(wechat, api_url=url), TEMPLATE_IDS, tokens, wechat.clock)
        with pytest.raises(Unreachable):
            push(lost, "anybody")


# -- the access token ---------------------------------------------------------------------------------------------


def test_the_token_is_fetched_once_and_used_on(wechat: Wechat, messenger: WechatMessenger) -> None:
    openid = wechat.openid("liu-guiying")
    for number in range(3):
        push(messenger, openid, client_msg_id=f"push-{number}")

    assert issued_tokens(wechat) == 1


def test_of_many_who_start_without_a_token_one_fetches_it(wechat: Wechat, tokens: PostgresTokenStore) -> None:
    openid = wechat.openid("liu-guiying")
    account = an_account(wechat)
    messengers = [WechatMessenger(account, TEMPLATE_IDS, tokens, wechat.clock) for _ in range(6)]
    plan(wechat, "stable_token")  # the first who asks gets a token
    plan(wechat, "stable_token", http_status=500)  # a second would fail

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda each: push(each[1], openid, client_msg_id=f"push-{each[0]}"), enumerate(messengers)))

    assert len(wechat.chat("liu-guiying", "push", 6)) == 6
    assert issued_tokens(wechat) == 1


def test_a_token_near_its_end_is_renewed_before_it_runs_out(wechat: Wechat, messenger: WechatMessenger) -> None:
    openid = wechat.openid("liu-guiying")
    push(messenger, openid)
    wechat.clock.move(minutes=118, seconds=1)

    push(messenger, openid, client_msg_id="push-2")

    assert issued_tokens(wechat) == 2


def test_a_token_replaced_elsewhere_is_refreshed_once_and_the_call_made_again(
    wechat: Wechat, messenger: WechatMessenger
) -> None:
    openid = wechat.openid("liu-guiying")
    push(messenger, openid)
    wechat.post("/sandbox/tokens/revocation")

    push(messenger, openid, client_msg_id="push-2")

    assert len(wechat.chat("liu-guiying", "push", 2)) == 2
    assert issued_tokens(wechat) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_refused_twice_is_given_up_for_now(wechat: Wechat, messenger: WechatMessenger, errcode: int) -> None:
    openid = wechat.openid("liu-guiying")
    plan(wechat, "template/send", times=2, errcode=errcode)

    with pytest.raises(TokenRefused):
        push(messenger, openid)

    assert push(messenger, openid)


def test_a_wrong_secret_is_a_refused_token(wechat: Wechat, tokens: PostgresTokenStore) -> None:
    wrong = WechatMessenger(an_account(wechat, app_secret="wrong"), TEMPLATE_IDS, tokens, wechat.clock)

    with pytest.raises(TokenRefused) as refused:
        push(wrong, wechat.openid("liu-guiying"))

    assert refused.value.errcode == 40125


def test_the_account_does_not_show_its_secrets() -> None:
    shown = repr(an_account(None))

    assert APP_ID in shown
    assert all(secret not in shown for secret in (APP_SECRET, TOKEN, AES_KEY))


# -- web sign-in --------------------------------------------------------------------------------------------------


def code_from(wechat: Wechat, sign_in: WechatSignIn) -> str:
    address = sign_in.authorize_url(f"{H5_URL}/api/identity/wechat/return?kept=1&more=2", "state-1")
    answer = requests.get(
        address, cookies={"sandbox_wechat_person": "liu-guiying"}, allow_redirects=False, timeout=WAIT_SECONDS
    )
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (query["kept"], query["more"], query["state"]) == (["1"], ["2"], ["state-1"])
    return query["code"][0]


def test_a_code_becomes_the_openid_once(wechat: Wechat) -> None:
    sign_in = WechatSignIn(an_account(wechat))
    code = code_from(wechat, sign_in)

    assert sign_in.openid_for(code) == wechat.openid("liu-guiying")
    with pytest.raises(SignInExpired):
        sign_in.openid_for(code)


@pytest.mark.parametrize("code", ["made-up", "", "你好"])
def test_an_unknown_code_asks_for_a_new_sign_in(wechat: Wechat, code: str) -> None:
    with pytest.raises(SignInExpired):
        WechatSignIn(an_account(wechat)).openid_for(code)


def test_a_code_older_than_five_minutes_asks_for_a_new_sign_in(wechat: Wechat) -> None:
    sign_in = WechatSignIn(an_account(wechat))
    code = code_from(wechat, sign_in)
    wechat.clock.move(minutes=5)

    with pytest.raises(SignInExpired):
        sign_in.openid_for(code)


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"http_status": 502}, {"errcode": 40164}])
def test_sign_in_says_that_wechat_is_down(wechat: Wechat, fault: dict[str, int]) -> None:
    sign_in = WechatSignIn(an_account(wechat))
    code = code_from(wechat, sign_in)
    plan(wechat, "sns/access_token", **fault)

    with pytest.raises(OutsideDown) as down:
        sign_in.openid_for(code)

    assert down.value.facts == {"system": "wechat"}


def test_sign_in_says_so_where_nothing_listens() -> None:
    with pytest.raises(OutsideDown):
        WechatSignIn(an_account(None)).openid_for("any")


# -- callbacks ----------------------------------------------------------------------------------------------------


def posted(xml: str, token: str = TOKEN, app_id: str = APP_ID, key: str = AES_KEY) -> tuple[dict[str, str], bytes]:
    """Query and body of a callback, made by the stand-in's own code, not by wechatpy."""
    ciphertext = envelope.encrypt(xml, app_id, key)
    query = {"timestamp": "1764000000", "nonce": "42", "encrypt_type": "aes"}
    query["msg_signature"] = envelope.sign(token, query["timestamp"], query["nonce"], ciphertext)
    return query, envelope.to_xml({"ToUserName": "gh_1", "Encrypt": ciphertext}).encode()


@pytest.fixture(scope="module")
def door() -> WechatCallbackDoor:
    return WechatCallbackDoor(an_account(None))


def test_a_callback_opens_into_its_fields(door: WechatCallbackDoor) -> None:
    query, body = posted(envelope.to_xml({"FromUserName": "o1", "CreateTime": 5, "Content": "办到哪了 ]]> <b>"}))

    assert door.open(query, body) == {"FromUserName": "o1", "CreateTime": "5", "Content": "办到哪了 ]]> <b>"}


@pytest.mark.parametrize("changed", ["msg_signature", "timestamp", "nonce", "encrypt_type"])
def test_a_callback_with_a_changed_query_is_refused(door: WechatCallbackDoor, changed: str) -> None:
    query, body = posted("<xml/>")

    for altered in ({**query, changed: "1"}, {name: value for name, value in query.items() if name != changed}):
        with pytest.raises(CallbackRefused):
            door.open(altered, body)


def test_a_callback_for_another_account_or_by_another_token_is_refused(door: WechatCallbackDoor) -> None:
    for query, body in (posted("<xml/>", app_id="wx-other"), posted("<xml/>", token="other")):
        with pytest.raises(CallbackRefused):
            door.open(query, body)


def signed(body_inside: str) -> tuple[dict[str, str], bytes]:
    query = {"timestamp": "1764000000", "nonce": "42", "encrypt_type": "aes"}
    query["msg_signature"] = envelope.sign(TOKEN, query["timestamp"], query["nonce"], body_inside)
    return query, envelope.to_xml({"Encrypt": body_inside}).encode()


@pytest.mark.parametrize("ciphertext", ["", "%%%", "YWJj", "A" * 64, "é"])
def test_signed_rubbish_is_refused(door: WechatCallbackDoor, ciphertext: str) -> None:
    with pytest.raises(CallbackRefused):
        door.open(*signed(ciphertext))


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<xml><Encrypt>&b;</Encrypt></xml>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>'


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, "not xml", "", "<xml>", "<xml>" + "<a/>" * 0 + "\x00</xml>"])
def test_bombs_and_rubbish_are_refused_outside_and_inside(door: WechatCallbackDoor, xml: str) -> None:
    query, _ = posted("<xml/>")
    with pytest.raises(CallbackRefused):
        door.open(query, xml.encode())
    with pytest.raises(CallbackRefused):
        door.open(*posted(xml))


def test_a_crowd_of_fields_is_refused(door: WechatCallbackDoor) -> None:
    with pytest.raises(CallbackRefused):
        door.open(*posted("<xml>" + "".join(f"<f{number}/>" for number in range(41)) + "</xml>"))


def test_the_check_of_the_address_echoes_only_what_is_signed(door: WechatCallbackDoor) -> None:
    plain = {"timestamp": "1", "nonce": "2", "echostr": "echo", "signature": envelope.sign(TOKEN, "1", "2")}
    secret = envelope.encrypt("secret echo", APP_ID, AES_KEY)
    secure = {"timestamp": "1", "nonce": "2", "echostr": secret}
    secure["msg_signature"] = envelope.sign(TOKEN, "1", "2", secret)

    assert door.echo(plain) == "echo"
    assert door.echo(secure) == "secret echo"
    for wrong in ({**plain, "signature": "0" * 40}, {**plain, "echostr": ""}, {**secure, "nonce": "3"}, {}):
        with pytest.raises(CallbackRefused):
            door.echo(wrong)


def test_wechats_published_example_opens() -> None:
    """The message of WeChat's own sample code (WXBizMsgCrypt, Sample.py): keys, signature and ciphertext are theirs."""
    account = an_account(None, app_id="wx2c2769f8efd9abc2", token="spamtest")
    query = {
        "timestamp": "1409735669",
        "nonce": "1320562132",
        "encrypt_type": "aes",
        "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
    }
    ciphertext = (
        "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9"
        "FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3y"
        "t+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v"
        "6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
    )

    fields = WechatCallbackDoor(account).open(query, envelope.to_xml({"Encrypt": ciphertext}).encode())

    assert fields["Content"] == "abcdteT"
    assert (fields["FromUserName"], fields["MsgId"]) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", "6054768590064713728")
