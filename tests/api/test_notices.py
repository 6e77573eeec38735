"""/wechat/callback as WeChat meets it: the stand-in calls a real HTTP server that answers at once and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, text

from backend.adapters import policy_files
from backend.adapters.db.screens import PostgresScreens
from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.adapters.db.tokens import PostgresTokenStore
from backend.adapters.wechat import WechatAccount, WechatCallbackDoor, WechatMessenger
from backend.adapters.wechat_wording import read_replies, read_wording
from backend.api import callers, problems
from backend.api.notices import MOST_BYTES, blp
from backend.sandbox.wechat import envelope
from backend.services.notices import Notices
from backend.settings import CHECKOUT
from tests.sandbox_wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    H5_URL,
    TOKEN,
    WAIT_SECONDS,
    Wechat,
    a_clock,
    a_config,
    running_wechat,
    served,
)

CONFIG = CHECKOUT / "config"
SEAL = Seal([("k1", b"\1" * 16)], b"\2" * 32)
PROBLEM = "application/problem+json"


@dataclass
class Door:
    """Where the service listens, and its database."""

    url: str
    engine: Engine

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.engine.begin() as connection:
            counted: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - ours
            return counted

    def post(self, body: bytes, **query: str) -> requests.Response:
        """Posts as anybody could."""
        return requests.post(self.url, params=query, data=body, timeout=WAIT_SECONDS)


def an_app(engine: Engine) -> Flask:
    """The API with this blueprint alone."""
    clock = a_clock()
    account = WechatAccount(APP_ID, APP_SECRET, TOKEN, AES_KEY, api_url="http://127.0.0.1:9")
    notices = Notices(
        store=PostgresStore(engine, SEAL),
        screens=PostgresScreens(engine, SEAL),
        messenger=WechatMessenger(account, {}, PostgresTokenStore(engine, SEAL), clock),
        door=WechatCallbackDoor(account),
        clock=clock,
        wording=read_wording(CONFIG),
        replies=read_replies(CONFIG),
        rulebook=policy_files.load(CONFIG),
        public_url=H5_URL,
    )
    app = Flask(__name__, static_folder=None)
    app.extensions["services"] = SimpleNamespace(notices=notices)
    app.extensions["settings"] = SimpleNamespace(public_url=H5_URL)
    app.register_blueprint(blp)
    problems.install(app)
    callers.install(app)
    return app


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    engine = make_engine(database_url, 4)
    with served(an_app(engine)) as url:
        yield Door(f"{url}/wechat/callback", engine)
    engine.dispose()


@contextmanager
def calling(door: Door, folder: Path, **changes: Any) -> Iterator[Wechat]:
    with running_wechat(a_config(folder, door.url, **changes)) as wechat:
        yield wechat


def posted(fields: dict[str, str | int], token: str = TOKEN) -> tuple[dict[str, str], bytes]:
    ciphertext = envelope.encrypt(envelope.to_xml(fields), APP_ID, AES_KEY)
    query = {"timestamp": "1764000000", "nonce": "42", "encrypt_type": "aes"}
    query["msg_signature"] = envelope.sign(token, query["timestamp"], query["nonce"], ciphertext)
    return query, envelope.to_xml({"Encrypt": ciphertext}).encode()


WRITTEN: dict[str, str | int] = {
    "FromUserName": "o1",
    "CreateTime": 5,
    "MsgType": "text",
    "MsgId": 1,
    "Content": "进度",
}


def test_wechats_check_of_the_address_passes(door: Door, tmp_path: Path) -> None:
    with calling(door, tmp_path) as wechat:
        assert wechat.post("/sandbox/callback-check")["passed"] is True


def test_the_check_by_anybody_else_is_refused(door: Door) -> None:
    answer = requests.get(door.url, params={"echostr": "<script>"}, timeout=WAIT_SECONDS)

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, PROBLEM)
    assert "<script>" not in answer.text


def test_the_echo_is_plain_text(door: Door) -> None:
    query = {"timestamp": "1", "nonce": "2", "echostr": "<b>", "signature": envelope.sign(TOKEN, "1", "2")}
    answer = requests.get(door.url, params=query, timeout=WAIT_SECONDS)

    assert (answer.text, answer.headers["Content-Type"]) == ("<b>", "text/plain; charset=utf-8")


def test_a_follow_is_answered_success_and_left_to_a_job(door: Door, tmp_path: Path) -> None:
    with calling(door, tmp_path) as wechat:
        wechat.post("/sandbox/people/liu-guiying/follow")
        (callback,) = wechat.settled_callbacks()

    assert (callback["tries"], callback["outcome"]) == (["200"], "delivered")
    assert (door.count("wechat_callbacks"), door.count("procrastinate_jobs")) == (1, 1)


def test_the_same_event_again_is_dropped(door: Door, tmp_path: Path) -> None:
    with calling(door, tmp_path) as wechat:
        wechat.post("/sandbox/people/liu-guiying/follow")
        (first,) = wechat.settled_callbacks()
        wechat.post(f"/sandbox/callbacks/{first['callback_id']}/redelivery")
        outcomes = [one["outcome"] for one in wechat.settled_callbacks()]

    assert outcomes == ["delivered", "delivered"]
    assert (door.count("wechat_callbacks"), door.count("procrastinate_jobs")) == (1, 1)


def test_the_answer_to_a_message_is_the_word_success(door: Door) -> None:
    query, body = posted(WRITTEN)
    answer = door.post(body, **query)

    assert (answer.status_code, answer.text) == (200, "success")


def test_a_callback_is_answered_within_200_milliseconds(door: Door) -> None:
    took = []
    for number in range(20):
        query, body = posted({**WRITTEN, "MsgId": number + 1})
        began = time.monotonic()
        door.post(body, **query).raise_for_status()
        took.append(time.monotonic() - began)

    assert sorted(took)[10] < 0.2


def test_what_is_not_wechats_is_refused_and_leaves_no_trace(door: Door) -> None:
    query, body = posted(WRITTEN, token="not the token")

    for answer in (door.post(body, **query), door.post(body), door.post(b"<xml/>"), door.post(b"")):
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, PROBLEM)
    assert door.count("wechat_callbacks") == 0


def test_an_xml_bomb_is_refused(door: Door) -> None:
    query, _ = posted(WRITTEN)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'

    assert door.post(bomb, **query).status_code == 403


@pytest.mark.parametrize("announced", [True, False])
def test_an_oversized_body_is_refused_whether_it_says_its_size_or_not(door: Door, announced: bool) -> None:
    query, _ = posted(WRITTEN)
    body = b"x" * (MOST_BYTES + 1)
    sent = body if announced else iter([body[:1000], body[1000:]])

    answer = requests.post(door.url, params=query, data=sent, timeout=WAIT_SECONDS)

    assert answer.status_code == 413
    assert door.count("wechat_callbacks") == 0


def test_without_a_database_wechat_is_told_to_come_again(tmp_path: Path) -> None:
    engine = make_engine("postgresql://nobody:nothing@127.0.0.1:9/none", 1)
    with (
        served(an_app(engine)) as url,
        running_wechat(a_config(tmp_path, f"{url}/wechat/callback")) as wechat,
    ):
        wechat.post("/sandbox/people/liu-guiying/follow")
        (callback,) = wechat.settled_callbacks()

    assert callback["tries"] == ["503", "503", "503"]
