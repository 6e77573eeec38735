"""/wechat/callback as WeChat meets it: the stand-in calls a real HTTP server that answers at once and loses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from procrastinate import App
from sqlalchemy import text

from backend.api.notices import MOST_BYTES
from backend.app import create_app
from backend.jobs import make_app
from backend.sandbox.processes import free_port
from backend.sandbox.wechat import envelope
from backend.settings import Settings
from backend.wiring import World, build_world
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

NOBODY = "http://127.0.0.1:9"
PROBLEM = "application/problem+json"


@dataclass
class Door:
    """Where the service listens, its world, and what its worker would do."""

    url: str
    world: World
    database_url: str

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.world.store.engine.begin() as connection:
            counted: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - ours
            return counted

    def post(self, body: bytes, **query: str) -> requests.Response:
        """Posts as anybody could."""
        return requests.post(self.url, params=query, data=body, timeout=WAIT_SECONDS)

    def work(self) -> None:
        """Runs the real worker until no job is due."""
        jobs = make_app(self.world, self.database_url)
        asyncio.run(work_off(jobs))


async def work_off(jobs: App) -> None:
    async with jobs.open_async():
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)


def settings_for(database_url: str, secrets: dict[str, str], wechat_url: str = NOBODY) -> Settings:
    """Settings of the whole service; of the world only the database and WeChat are asked for here."""
    return Settings.from_environment(
        {
            **{name: value for name, value in secrets.items() if name.startswith("TUIXIU_")},
            "TUIXIU_ENVIRONMENT": "sandbox",
            "TUIXIU_DATABASE_URL": database_url,
            "TUIXIU_S3_ENDPOINT_URL": NOBODY,
            "TUIXIU_PUBLIC_URL": H5_URL,
            "TUIXIU_WECHAT_API_URL": wechat_url,
            "TUIXIU_WECHAT_APP_ID": APP_ID,
            "TUIXIU_WECHAT_APP_SECRET": APP_SECRET,
            "TUIXIU_WECHAT_TOKEN": TOKEN,
            "TUIXIU_WECHAT_ENCODING_AES_KEY": AES_KEY,
        }
    )


@contextmanager
def listening(settings: Settings) -> Iterator[Door]:
    """The whole service on a loopback port."""
    world = build_world(settings, a_clock())
    app = create_app(world.services, settings, world.is_ready)
    with served(app) as url:
        yield Door(f"{url}/wechat/callback", world, settings.database_url)
    world.close()


@pytest.fixture
def door(database_url: str, secrets_made: dict[str, str]) -> Iterator[Door]:
    with listening(settings_for(database_url, secrets_made)) as door:
        yield door


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


def test_without_a_database_wechat_is_told_to_come_again(tmp_path: Path, secrets_made: dict[str, str]) -> None:
    nowhere = "postgresql://nobody:nothing@127.0.0.1:9/none"
    with listening(settings_for(nowhere, secrets_made)) as door, calling(door, tmp_path) as wechat:
        wechat.post("/sandbox/people/liu-guiying/follow")
        (callback,) = wechat.settled_callbacks()

    assert callback["tries"] == ["503", "503", "503"]


def test_the_whole_way_from_her_follow_to_the_greeting_in_her_chat(
    tmp_path: Path, database_url: str, secrets_made: dict[str, str]
) -> None:
    port = free_port()
    settings = settings_for(database_url, secrets_made, f"http://127.0.0.1:{port}")
    with listening(settings) as door, running_wechat(a_config(tmp_path, door.url), port=port) as wechat:
        wechat.post("/sandbox/people/liu-guiying/follow")
        wechat.settled_callbacks()
        wechat.post("/sandbox/people/liu-guiying/texts", {"text": "进度"})
        wechat.settled_callbacks()
        door.work()

        greeting, answer = (one["text"] for one in wechat.chat("liu-guiying", "service", 2))
    assert greeting.startswith("您好，这里是屈原管理区“退休一件事”。")
    assert answer.startswith("没有查到您正在办的件。")
