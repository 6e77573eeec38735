"""Signing in and out over HTTP, as browsers and the stand-in WeChat do it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
import requests
import segno
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend import wiring
from backend.app import create_app
from backend.services import Services
from backend.settings import Settings
from tests.sandbox_wechat import WAIT_SECONDS, Wechat, a_config, running_wechat

PASSWORD = "青山不改，绿水长流。2026"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@contextmanager
def serving(settings: Settings) -> Iterator[Flask]:
    """The whole application with these settings."""
    world = wiring.build_world(settings)
    yield create_app(world.services, settings, world.is_ready)
    world.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with serving(settings) as app:
        yield app


@pytest.fixture
def services(app: Flask) -> Services:
    services: Services = app.extensions["services"]
    return services


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def wechat(tmp_path: Path, settings: Settings) -> Iterator[Wechat]:
    account = {"app_id": settings.wechat_app_id, "app_secret": settings.wechat_app_secret}
    with running_wechat(a_config(tmp_path, h5_public_url=settings.public_url, **account)) as running:
        yield running


@pytest.fixture
def in_wechat(wechat: Wechat, settings: Settings) -> Iterator[FlaskClient]:
    """A browser inside WeChat, at a service that reaches the stand-in."""
    authorize_url = f"{wechat.url}/connect/oauth2/authorize"
    with serving(replace(settings, wechat_api_url=wechat.url, wechat_authorize_url=authorize_url)) as app:
        yield app.test_client()


def add_staff(services: Services, username: str = "chen.clerk", role: str = "clerk") -> None:
    department = "health" if role == "officer" else None
    services.identity.add_staff(None, username, "陈明秀", role, department, PASSWORD)


def sign_in(client: FlaskClient, username: str = "chen.clerk", password: str = PASSWORD) -> TestResponse:
    return client.post("/api/identity/staff/session", json={"username": username, "password": password})


def change_headers(client: FlaskClient, **more: str) -> dict[str, str]:
    """What a page sends with a change: the CSRF token, and headers named with underscores."""
    token = client.get("/api/identity/session").get_json()["csrf_token"]
    return {"X-CSRF-Token": token, **{name.replace("_", "-"): value for name, value in more.items()}}


def cookie_of(answer: TestResponse, name: str) -> Mapping[str, str]:
    """The attributes of a cookie that an answer sets, lower-cased, and its value."""
    [line] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")]
    first, *attributes = line.split("; ")
    pairs = (attribute.partition("=") for attribute in attributes)
    return {"value": first.partition("=")[2], **{key.lower(): value for key, _, value in pairs}}


def code_of(answer: TestResponse) -> str:
    """The problem's code."""
    assert answer.content_type == "application/problem+json"
    code: str = answer.get_json()["code"]
    return code


# ── by WeChat ────────────────────────────────────────────────────────────────────────────────


def go_to_wechat(client: FlaskClient, next_path: str = "/", person: str = "liu-guiying") -> str:
    """Goes to WeChat's page as one of the made-up people; returns the path and query she is sent back to."""
    start = client.get("/api/identity/wechat/start", query_string={"next": next_path})
    assert start.status_code == 302
    back = requests.post(
        start.headers["Location"], data={"person": person}, allow_redirects=False, timeout=WAIT_SECONDS
    )
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_a_person_comes_back_from_wechat_signed_in(in_wechat: FlaskClient) -> None:
    answer = in_wechat.get(go_to_wechat(in_wechat, "/progress?case=1"))

    assert (answer.status_code, answer.headers["Location"]) == (302, "/progress?case=1")
    session = in_wechat.get("/api/identity/session").get_json()
    assert session["kind"] == "applicant"
    assert session["person"]["follows"] in (True, False)
    assert len(session["csrf_token"]) >= 32
    assert "staff" not in session
    assert "idle_minutes" not in session


def test_the_session_cookie_is_for_this_site_and_out_of_scripts_reach(in_wechat: FlaskClient) -> None:
    cookie = cookie_of(in_wechat.get(go_to_wechat(in_wechat)), "tuixiu_session")

    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/", "Lax", str(7 * 24 * 3600))
    assert "httponly" in cookie
    assert "secure" not in cookie
    assert len(cookie["value"]) >= 43


def test_the_state_cookie_lives_ten_minutes_and_goes_when_it_was_used(in_wechat: FlaskClient) -> None:
    cookie = cookie_of(in_wechat.get("/api/identity/wechat/start"), "tuixiu_wechat_state")
    used = cookie_of(in_wechat.get(go_to_wechat(in_wechat)), "tuixiu_wechat_state")

    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/api/identity/wechat", "Lax", "600")
    assert "httponly" in cookie
    assert (used["value"], used["max-age"]) == ("", "0")


def test_cookies_are_secure_where_the_service_is_on_https(settings: Settings) -> None:
    with serving(replace(settings, public_url="https://127.0.0.1:8000")) as app:
        add_staff(app.extensions["services"])
        client = app.test_client()
        started = client.get("/api/identity/wechat/start")
        signed_in = sign_in(client)

    query = parse_qs(urlsplit(started.headers["Location"]).query)
    assert query["redirect_uri"] == ["https://127.0.0.1:8000/api/identity/wechat/return"]
    assert "secure" in cookie_of(started, "tuixiu_wechat_state")
    assert "secure" in cookie_of(signed_in, "tuixiu_session")


def test_a_foreign_address_to_go_on_to_becomes_the_start_page(in_wechat: FlaskClient) -> None:
    answer = in_wechat.get(go_to_wechat(in_wechat, "//evil.example/"))

    assert answer.headers["Location"] == "/"


def test_an_answer_without_this_browsers_cookie_is_a_page_that_says_what_to_do(
    in_wechat: FlaskClient,
) -> None:
    back = go_to_wechat(in_wechat)

    answer = in_wechat.application.test_client().get(back, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert "请从微信里重新打开" in answer.text
    assert 'href="/"' in answer.text
    assert "tuixiu_session" not in answer.headers.get("Set-Cookie", "")


def test_a_program_hears_the_same_as_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/identity/wechat/return", query_string={"code": "a", "state": "b"})

    assert (answer.status_code, code_of(answer)) == (401, "sign-in-expired")


def test_when_wechat_is_down_the_person_gets_a_page_that_says_so(client: FlaskClient) -> None:
    start = client.get("/api/identity/wechat/start")
    state = parse_qs(urlsplit(start.headers["Location"]).query)["state"][0]

    answer = client.get(f"/api/identity/wechat/return?{urlencode({'code': 'a', 'state': state})}", headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "暂时连不上" in answer.text


def test_a_return_address_that_the_browser_opens_twice_just_goes_on(in_wechat: FlaskClient) -> None:
    back = go_to_wechat(in_wechat)
    in_wechat.get(back)

    again = in_wechat.get(back, headers=BROWSER)

    assert (again.status_code, again.headers["Location"]) == (302, "/")


def test_signing_in_gives_a_new_token_and_ends_the_old_one(in_wechat: FlaskClient) -> None:
    in_wechat.get(go_to_wechat(in_wechat))
    cookie = in_wechat.get_cookie("tuixiu_session")
    assert cookie is not None
    in_wechat.get(go_to_wechat(in_wechat))

    with in_wechat.application.test_client() as thief:
        thief.set_cookie("tuixiu_session", cookie.value)
        assert thief.get("/api/identity/session").status_code == 401


def test_the_code_to_scan_leads_to_this_site(client: FlaskClient, settings: Settings) -> None:
    for next_path, leads_to in (("/case", "/case"), ("https://evil.example", "/")):
        answer = client.get("/api/identity/qr.svg", query_string={"next": next_path})

        scanned = segno.make_qr(settings.public_url + leads_to, error="m").svg_inline()
        assert answer.mimetype == "image/svg+xml"
        assert modules_of(answer.text) == modules_of(scanned), next_path


def modules_of(picture: str) -> str:
    """The dark modules of a QR code, as the last path of its picture."""
    paths: list[str] = re.findall(r' d="([^"]+)"', picture)
    return paths[-1]


# ── by password ──────────────────────────────────────────────────────────────────────────────


def test_nobody_is_told_where_to_sign_in(client: FlaskClient, settings: Settings) -> None:
    answer = client.get("/api/identity/session")

    assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")
    facts = {name: answer.get_json()[name] for name in ("sign_in_path", "public_url", "sandbox_phone_url")}
    assert facts == {
        "sign_in_path": "/api/identity/wechat/start",
        "public_url": settings.public_url,
        "sandbox_phone_url": settings.sandbox_wechat_phone_url,
    }


def test_an_officer_signs_in_and_is_described(client: FlaskClient, services: Services) -> None:
    add_staff(services, "officer.he", "officer")

    answer = sign_in(client, "officer.he")

    assert answer.status_code == 200
    view = answer.get_json()
    assert view == client.get("/api/identity/session").get_json()
    assert (view["kind"], view["idle_minutes"]) == ("staff", 30)
    described = {name: value for name, value in view["staff"].items() if name != "id"}
    assert described == {
        "name": "陈明秀",
        "role": "officer",
        "department": "health",
        "department_label": "区卫健局",
    }


def test_a_staff_cookie_ends_with_the_browser(client: FlaskClient, services: Services) -> None:
    add_staff(services)

    cookie = cookie_of(sign_in(client), "tuixiu_session")

    assert "max-age" not in cookie
    assert "expires" not in cookie
    assert "httponly" in cookie


def test_a_wrong_password_says_how_many_attempts_are_left(client: FlaskClient, services: Services) -> None:
    add_staff(services)

    answer = sign_in(client, password="not-her-password")

    assert (answer.status_code, code_of(answer), answer.get_json()["attempts_left"]) == (401, "wrong-password", 4)
    assert "Set-Cookie" not in answer.headers


def test_the_fifth_wrong_password_says_until_when_the_account_is_locked(
    client: FlaskClient, services: Services
) -> None:
    add_staff(services)

    answer = [sign_in(client, password="not-her-password") for _ in range(5)][-1]

    assert (answer.status_code, code_of(answer)) == (429, "locked-out")
    assert answer.get_json()["locked_until"].endswith("+00:00")
    assert 890 <= int(answer.headers["Retry-After"]) <= 900


def test_credentials_that_are_none_are_refused_with_pointers(client: FlaskClient) -> None:
    nothing: list[Any] = [{}, {"username": "a"}, {"username": "a", "password": None}, {"username": [], "password": "x"}]
    for body in (*nothing, [], "x"):
        answer = client.post("/api/identity/staff/session", json=body)

        assert answer.status_code == 422, body
        assert answer.get_json()["errors"], body


def test_another_sites_page_cannot_sign_a_visitor_in(client: FlaskClient, services: Services) -> None:
    add_staff(services)
    body = {"username": "chen.clerk", "password": PASSWORD}
    # fmt: off
    expected = [
        ({},                                  200),
        ({"Sec-Fetch-Site": "same-origin"},   200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Sec-Fetch-Site": "cross-site"},    403),
        ({"Sec-Fetch-Site": "same-site"},     403),
        ({"Origin": "https://evil.example"},  403),
        ({"Origin": "null"},                  403),
    ]
    # fmt: on
    sent = [headers for headers, _ in expected]

    answers = [client.post("/api/identity/staff/session", json=body, headers=headers) for headers in sent]

    assert [(headers, answer.status_code) for headers, answer in zip(sent, answers, strict=True)] == expected


# ── sessions ─────────────────────────────────────────────────────────────────────────────────


def test_signing_out_takes_the_csrf_token_and_ends_the_session(client: FlaskClient, services: Services) -> None:
    add_staff(services)
    sign_in(client)
    cookie = client.get_cookie("tuixiu_session")
    assert cookie is not None

    assert code_of(client.delete("/api/identity/session")) == "csrf-refused"
    answer = client.delete("/api/identity/session", headers=change_headers(client))

    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get_cookie("tuixiu_session") is None
    client.set_cookie("tuixiu_session", cookie.value)
    assert client.get("/api/identity/session").status_code == 401


def test_the_csrf_token_of_another_session_is_refused(app: Flask, services: Services) -> None:
    add_staff(services)
    hers, his = app.test_client(), app.test_client()
    sign_in(hers)
    sign_in(his)

    answer = hers.delete("/api/identity/session", headers=change_headers(his))

    assert (answer.status_code, code_of(answer)) == (403, "csrf-refused")


def test_a_made_up_cookie_is_nobody(client: FlaskClient) -> None:
    for token in ("made-up", "令牌", "\x00", "x" * 3000):
        client.set_cookie("tuixiu_session", token)

        assert client.get("/api/identity/session").status_code == 401, token


# ── the staff list ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def administrator(client: FlaskClient, services: Services) -> FlaskClient:
    add_staff(services, "boss", "administrator")
    sign_in(client, "boss")
    return client


def test_an_administrator_adds_somebody_who_then_signs_in(administrator: FlaskClient, app: Flask) -> None:
    new = {"username": "new.officer", "name": "何晓", "role": "officer", "department": "health", "password": PASSWORD}

    answer = administrator.post("/api/identity/staff", json=new, headers=change_headers(administrator))

    assert answer.status_code == 201
    row = {**answer.get_json(), "id": None}
    assert row == {
        "id": None,
        "username": "new.officer",
        "name": "何晓",
        "role": "officer",
        "department": "health",
        "active": True,
        "locked": False,
        "last_signed_in_at": None,
        "version": 1,
    }
    assert sign_in(app.test_client(), "new.officer").status_code == 200


def test_a_new_account_against_the_rules_is_refused_at_its_field(administrator: FlaskClient) -> None:
    new = {"username": "new.one", "name": "何晓", "role": "clerk", "password": "short"}

    answer = administrator.post("/api/identity/staff", json=new, headers=change_headers(administrator))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/password"]


def test_a_taken_user_name_is_refused(administrator: FlaskClient) -> None:
    new = {"username": "BOSS", "name": "何晓", "role": "clerk", "password": PASSWORD}

    answer = administrator.post("/api/identity/staff", json=new, headers=change_headers(administrator))

    assert (answer.status_code, code_of(answer)) == (409, "username-taken")


def test_the_list_shows_everybody_and_no_secret(administrator: FlaskClient, services: Services) -> None:
    add_staff(services)

    answer = administrator.get("/api/identity/staff")

    assert [row["username"] for row in answer.get_json()["staff"]] == ["boss", "chen.clerk"]
    assert "argon2" not in answer.text


def test_disabling_somebody_ends_her_session(administrator: FlaskClient, app: Flask, services: Services) -> None:
    add_staff(services)
    clerk = app.test_client()
    sign_in(clerk)
    row = administrator.get("/api/identity/staff").get_json()["staff"][1]

    answer = administrator.patch(
        f"/api/identity/staff/{row['id']}",
        json={"active": False},
        headers=change_headers(administrator, If_Match=f'"{row["version"]}"'),
    )

    assert (answer.status_code, answer.get_json()["active"]) == (200, False)
    assert clerk.get("/api/identity/session").status_code == 401


def test_a_change_names_the_version_that_was_seen(administrator: FlaskClient, services: Services) -> None:
    add_staff(services)
    row = administrator.get("/api/identity/staff").get_json()["staff"][1]
    # fmt: off
    expected = [
        (None,       428, "version-missing"),
        ('"99"',     412, "stale-version"),
        ('W/"99"',   412, "stale-version"),
        ("99",       422, "content-refused"),
        ("*",        422, "content-refused"),
        ('"-1"',     422, "content-refused"),
        ('"abc"',    422, "content-refused"),
        ('"1", "2"', 422, "content-refused"),
    ]
    # fmt: on

    found = []
    for if_match, _, _ in expected:
        headers = change_headers(administrator, **({} if if_match is None else {"If_Match": if_match}))
        answer = administrator.patch(f"/api/identity/staff/{row['id']}", json={"name": "何晓"}, headers=headers)
        found.append((if_match, answer.status_code, code_of(answer)))

    assert found == expected


def test_a_member_who_does_not_exist_is_not_found(administrator: FlaskClient) -> None:
    answer = administrator.patch(
        f"/api/identity/staff/{uuid4()}", json={"name": "何晓"}, headers=change_headers(administrator, If_Match='"1"')
    )

    assert (answer.status_code, code_of(answer)) == (404, "not-found")
