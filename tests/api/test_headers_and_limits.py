"""What every answer says to browsers, and how often one may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.api import callers, headers, limits, problems
from backend.api.callers import Caller, called_by
from backend.api.limits import client_address, network_of
from backend.domain.actors import Actor, Role
from backend.settings import Settings

SETTINGS = Settings.from_environment(
    {
        "TUIXIU_DATABASE_URL": "postgresql://tuixiu:a-real-password@10.0.0.5:5432/tuixiu",
        "TUIXIU_S3_ENDPOINT_URL": "http://10.0.0.6:8333",
        "TUIXIU_S3_PUBLIC_URL": "https://photos.tuixiu.example.gov.cn/evidence",
        "TUIXIU_S3_ACCESS_KEY": "an-access-key",
        "TUIXIU_S3_SECRET_KEY": "a-secret-key",
        "TUIXIU_PUBLIC_URL": "https://tuixiu.example.gov.cn",
        "TUIXIU_WECHAT_APP_ID": "wx0123456789abcdef",
        "TUIXIU_WECHAT_APP_SECRET": "an-app-secret",
        "TUIXIU_WECHAT_TOKEN": "a-token",
        "TUIXIU_WECHAT_ENCODING_AES_KEY": "A" * 43,
        "TUIXIU_SEALING_KEYS": "k1:" + "cd" * 16,
        "TUIXIU_INDEX_KEY": "ef" * 32,
        "TUIXIU_COOKIE_SECRET": "12" * 32,
    }
)


def a_client(**changes: Any) -> FlaskClient:
    """A browser at an app with a few open routes, one that fails, and the settings changed so."""
    settings = replace(SETTINGS, **changes)
    app = Flask(__name__, static_folder=None)
    app.extensions["settings"] = settings
    problems.install(app)

    def add(path: str, cache_control: str | None = None) -> None:
        @called_by(Caller.OPEN)
        def view() -> Response:
            return Response("", headers={"Cache-Control": cache_control} if cache_control else {})

        app.add_url_rule(path, path.replace(".", "-"), view)

    add("/")
    add("/healthz")
    add("/api/guide")
    add("/api/identity/wechat/start")
    add("/api/polled", "private, no-cache")
    add("/api/file", "no-cache")

    @app.get("/api/broken")
    @called_by(Caller.OPEN)
    def broken() -> Response:
        raise ZeroDivisionError

    callers.install(app)
    limits.install(app, settings)
    headers.install(app, settings)
    return app.test_client()


def policy_of(answer: TestResponse) -> Mapping[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


# ── headers ──────────────────────────────────────────────────────────────────────────────────


def test_scripts_come_from_here_only_and_photos_go_to_the_object_store() -> None:
    policy = policy_of(a_client().get("/"))

    assert policy["script-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "https://photos.tuixiu.example.gov.cn"]
    assert policy["img-src"] == ["'self'", "blob:", "data:"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == policy["base-uri"] == policy["default-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/", "/api/guide", "/api/broken", "/api/nowhere"])
def test_every_answer_has_the_headers_errors_too(path: str) -> None:
    answer = a_client().get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    ("public_url", "is_told"), [("https://tuixiu.example.gov.cn", True), ("http://127.0.0.1:8000", False)]
)
def test_browsers_are_told_to_stay_on_https_where_the_service_is_on_https(public_url: str, is_told: bool) -> None:
    answer = a_client(public_url=public_url).get("/")

    assert ("Strict-Transport-Security" in answer.headers) == is_told


@pytest.mark.parametrize(
    ("path", "cache_control"),
    [
        ("/api/guide",   "no-store"),
        ("/api/file",    "no-store"),
        ("/api/broken",  "no-store"),
        ("/api/nowhere", "no-store"),
        ("/api/polled",  "private, no-cache"),
        ("/",            None),
    ],
)  # fmt: skip
def test_nothing_of_the_api_is_kept_but_what_a_page_polls(path: str, cache_control: str | None) -> None:
    assert a_client().get(path).headers.get("Cache-Control") == cache_control


# ── limits ───────────────────────────────────────────────────────────────────────────────────


def statuses(client: FlaskClient, path: str, times: int, **request: Any) -> list[int]:
    return [client.get(path, **request).status_code for _ in range(times)]


def from_address(address: str) -> dict[str, Any]:
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def test_an_address_that_asks_too_often_hears_when_to_ask_again() -> None:
    client = a_client(requests_per_minute_per_address=3)
    statuses(client, "/api/guide", 6)  # twice the limit: a window may just have ended

    answer = client.get("/api/guide")

    assert answer.status_code == 429
    assert answer.get_json()["code"] == "too-many"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_address_is_not_held_up() -> None:
    client = a_client(requests_per_minute_per_address=3)
    statuses(client, "/api/guide", 6, **from_address("10.1.0.1"))

    assert statuses(client, "/api/guide", 1, **from_address("10.1.0.2")) == [200]


def test_an_address_that_does_not_exist_counts_too() -> None:
    client = a_client(requests_per_minute_per_address=3)
    statuses(client, "/api/nowhere", 6)

    assert statuses(client, "/api/guide", 1) == [429]


def test_pages_and_health_are_not_counted() -> None:
    client = a_client(requests_per_minute_per_address=1)

    assert set(statuses(client, "/", 5) + statuses(client, "/healthz", 5)) == {200}


def test_signing_in_is_limited_before_other_requests() -> None:
    client = a_client(sign_ins_per_minute_per_address=2)
    statuses(client, "/api/identity/wechat/start", 4)

    assert statuses(client, "/api/identity/wechat/start", 1) == [429]
    assert statuses(client, "/api/guide", 1) == [200]


def test_prints_are_limited_before_other_requests() -> None:
    client = a_client(prints_per_minute_per_address=2)
    statuses(client, "/api/guide/precheck.pdf", 4)

    assert statuses(client, "/api/guide/precheck.pdf", 1) == [429]
    assert statuses(client, "/api/guide", 1) == [200]


def test_nobody_tries_out_the_codes_of_links() -> None:
    app = Flask(__name__, static_folder=None)
    problems.install(app)
    person = Actor(uuid4(), Role.APPLICANT, "申请人")
    for path in ("/api/filing/invitation", "/api/filing/invitation/refusal", "/api/filing/home"):
        app.add_url_rule(path, path, called_by(Caller.OPEN)(lambda: ""))
    callers.install(app)

    @app.before_request
    def somebody() -> None:
        g.actor = person

    limits.install(app, replace(SETTINGS, codes_per_minute_per_person=2))
    client = app.test_client()
    statuses(client, "/api/filing/invitation", 4)

    assert statuses(client, "/api/filing/invitation/refusal", 1) == [429]
    assert statuses(client, "/api/filing/home", 1) == [200]


def test_a_person_is_limited_at_whatever_address() -> None:
    settings = replace(SETTINGS, requests_per_minute_per_person=3)
    app = Flask(__name__, static_folder=None)
    problems.install(app)
    app.add_url_rule("/api/filing", "filing", called_by(Caller.OPEN)(lambda: ""))
    people = [Actor(uuid4(), Role.APPLICANT, "申请人") for _ in range(2)]
    callers.install(app)

    @app.before_request
    def somebody() -> None:
        g.actor = people[asking]

    limits.install(app, settings)
    client = app.test_client()

    asking = 0
    answers = [statuses(client, "/api/filing", 1, **from_address(f"10.1.0.{n}")) for n in range(7)]
    asking = 1
    other = statuses(client, "/api/filing", 1)

    assert (answers[0], answers[-1], other) == ([200], [429], [200])


@pytest.mark.parametrize(
    ("proxies_trusted", "forwarded_for", "address"),
    [
        (0, "203.0.113.9",                    "10.0.0.1"),
        (1, "203.0.113.9",                    "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9",      "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9",      "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "203.0.113.9",                    "10.0.0.1"),
        (1, "",                               "10.0.0.1"),
    ],
)  # fmt: skip
def test_only_what_trusted_proxies_say_of_an_address_is_believed(
    proxies_trusted: int, forwarded_for: str, address: str
) -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded_for}

    assert client_address(environ, proxies_trusted) == address


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.9",              "203.0.113.9"),
        ("::ffff:203.0.113.9",       "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6",     "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1",     "2001:db8:1:2::/64"),
        ("not an address",           "unknown"),
        ("",                         "unknown"),
    ],
)  # fmt: skip
def test_one_line_counts_as_one_caller(address: str, counts_as: str) -> None:
    assert network_of(address) == counts_as


def test_limits_refuse_to_start_before_callers() -> None:
    with pytest.raises(RuntimeError, match="comes after"):
        limits.install(Flask(__name__), SETTINGS)
