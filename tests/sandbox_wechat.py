"""The stand-in WeChat on a loopback port, a clock that tests move, and a server that takes down what it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.sandbox.wechat import WechatConfig, close_wechat, create_wechat
from backend.sandbox.wechat.config import CHECKOUT, read_templates

APP_ID = "wx5823bf96d3bd56c7"
APP_SECRET = "made-up-app-secret"
TOKEN = "madeuptoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
H5_URL = "http://127.0.0.1:8000"
NOWHERE = "http://127.0.0.1:9/wechat/callback"
TEMPLATES = read_templates(CHECKOUT / "config" / "notices.zh-CN.yaml")
WAIT_SECONDS = 20


class MovableClock:
    """A clock that stands until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment it stands at, in UTC."""
        return self.at

    def today(self) -> date:
        """The district's date at that moment."""
        return self.at.astimezone(timezone(timedelta(hours=8))).date()

    def move(self, **by: float) -> None:
        """Moves on by a timedelta's keywords."""
        self.at += timedelta(**by)


def a_clock() -> MovableClock:
    """A clock at a working day's morning in the district."""
    return MovableClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def served(app: Callable[..., Any], port: int = 0) -> Iterator[str]:
    """Serves a WSGI app on a loopback port, by default a free one; yields its base URL."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Wechat:
    """A running stand-in: `url` is what the server under test is pointed at."""

    url: str
    config: WechatConfig
    clock: MovableClock
    app: Flask

    def post(self, path: str, body: Any = None) -> Any:
        """Posts JSON and gives the JSON that comes back."""
        return requests.post(self.url + path, json=body, timeout=WAIT_SECONDS).json()

    def get(self, path: str, **query: Any) -> Any:
        """Gets JSON."""
        return requests.get(self.url + path, params=query, timeout=WAIT_SECONDS).json()

    def patch(self, path: str, body: Any) -> Any:
        """Patches JSON."""
        return requests.patch(self.url + path, json=body, timeout=WAIT_SECONDS).json()

    def openid(self, key: str) -> str:
        """The openid of one of the made-up people."""
        people: list[dict[str, str]] = self.get("/sandbox/people")["people"]
        return next(one["openid"] for one in people if one["key"] == key)

    def token(self, **more: Any) -> str:
        """An access token by /cgi-bin/stable_token."""
        account = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET}
        token: str = self.post("/cgi-bin/stable_token", {**account, **more})["access_token"]
        return token

    def chat(self, key: str, kind: str = "", at_least: int = 0) -> list[dict[str, Any]]:
        """A person's chat, once it holds so many messages of the kind."""
        query = {"kind": kind, "at_least": at_least, "wait_seconds": WAIT_SECONDS}
        messages: list[dict[str, Any]] = self.get(f"/sandbox/people/{key}/chat", **query)["messages"]
        return messages

    def settled_callbacks(self) -> list[dict[str, Any]]:
        """All callbacks, once none is owed any more."""
        answer = self.get("/sandbox/callbacks", wait_seconds=WAIT_SECONDS)
        assert answer["settled"]
        callbacks: list[dict[str, Any]] = answer["callbacks"]
        return callbacks


def a_config(folder: Path, callback_url: str = NOWHERE, **changes: Any) -> WechatConfig:
    """The account that tests play, with receipts that come at once."""
    fields = {
        "h5_public_url": H5_URL,
        "callback_url": callback_url,
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "templates": TEMPLATES,
        "journal_folder": folder,
        "receipt_delay_seconds": 0.0,
        **changes,
    }
    return WechatConfig(**fields)


@contextmanager
def running_wechat(config: WechatConfig, clock: MovableClock | None = None, port: int = 0) -> Iterator[Wechat]:
    """Runs the stand-in until the block ends."""
    clock = clock or a_clock()
    app = create_wechat(config, clock.now)
    with served(app, port) as url:
        yield Wechat(url, config, clock, app)
    close_wechat(app)


@dataclass
class TakenDown:
    """A server that takes down every callback and answers as it is told; `answers` runs out into success."""

    answers: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> Flask:
        """The WSGI app."""
        app = Flask(__name__)

        @app.route("/wechat/callback", methods=["GET", "POST"])
        def take() -> Response:
            if request.method == "GET":
                return Response(request.args["echostr"])
            self.received.append((dict(request.args), request.get_data()))
            return Response("success", status=self.answers.pop(0) if self.answers else 200)

        return app
