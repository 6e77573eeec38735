"""What each main endpoint costs, as a ratio to a bare Flask + psycopg handler that issues the same statements.

Both run in this process, one thread, by direct WSGI calls, on copies of one database of a real PostgreSQL (fsync on).
Each request is made once on each side, in turns, so that the machine's mood falls on both.
"""

import io
import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from backend.services import Services
from tests.bench.recording import RECORDER, BareHandler
from tests.journeys.callers import Caller, Desk, Phone

Environ = dict[str, Any]


@dataclass
class Measured:
    """Seconds of one endpoint on both sides, pair by pair."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    statements: int = 0

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(a / b for a, b in zip(self.ours, self.bare, strict=True))


class Pair:
    """The service and the bare handler, called with the same requests."""

    def __init__(self, app: Flask, bare: BareHandler) -> None:
        self._app = app
        self._bare = bare
        self.by_name: dict[str, Measured] = {}

    def ask(self, name: str, method: str, path: str, body: Any, cookie: str, headers: dict[str, str]) -> Any:
        """Asks the service, then the bare handler for the same; the service's JSON. Fails on anything but success."""
        measured = self.by_name.setdefault(name, Measured())
        self._bare.replay(RECORDER.take())  # what happened meanwhile beside the requests
        seconds, status, answer = timed(self._app, request_environ(method, path, body, cookie, headers))
        assert status.startswith("2"), f"{name}: {status} {answer.decode()[:500]}"
        recorded = RECORDER.take()
        recorded.body = answer
        self._bare.next = recorded
        bare_method = "GET" if method == "GET" else "POST"
        bare_seconds, _, _ = timed(self._bare.app, request_environ(bare_method, "/", body, cookie, {}))
        measured.ours.append(seconds)
        measured.bare.append(bare_seconds)
        measured.statements = sum(each.call.startswith("execute") for each in recorded.statements)
        return json.loads(answer) if answer else None


class PairedPhone(Phone):
    """A phone whose requests go to both sides."""

    pair: Pair
    cookie: str

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        name: str = "",
    ) -> Any:
        headers = headers_of(self.csrf, version, key)
        return self.pair.ask(name or f"{method} {path}", method, path, body, self.cookie, headers)


class PairedDesk(Desk):
    """A desk whose requests go to both sides."""

    pair: Pair
    cookie: str

    ask = PairedPhone.ask  # the same, for another kind of caller


def signed_in(caller: Caller, pair: Pair, services: Services, token: str) -> None:
    """Gives a caller its session."""
    _, session = services.identity.who(token)
    caller.csrf = session.csrf_token
    caller.cookie = f"tuixiu_session={token}"  # type: ignore[attr-defined]  # both paired kinds have it
    caller.pair = pair  # type: ignore[attr-defined]  # both paired kinds have it


def headers_of(csrf: str, version: int | None, key: str | None) -> dict[str, str]:
    """The headers the pages send."""
    headers = {"X-CSRF-Token": csrf}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    if key is not None:
        headers["Idempotency-Key"] = key
    return headers


def timed(app: Callable[..., Iterable[bytes]], environ: Environ) -> tuple[float, str, bytes]:
    """Seconds, status and body of one direct WSGI call."""
    seen: list[str] = []

    def start_response(status: str, _headers: Any, _exc: Any = None) -> Any:
        seen.append(status)

    began = time.perf_counter()
    body = b"".join(app(environ, start_response))
    return time.perf_counter() - began, seen[0], body


def request_environ(method: str, path: str, body: Any, cookie: str, headers: dict[str, str]) -> Environ:
    """A WSGI request as a server would make it."""
    content = json.dumps(body).encode() if body is not None else b""
    parts = urlsplit(path)
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_COOKIE": cookie,
        "CONTENT_TYPE": "application/json" if content else "",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }
