"""Photos, absences and the signature over HTTP, as her phone does it: the whole app on a real database and S3."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.adapters.db.sealed import Seal
from backend.api.callers import CSRF_HEADER, SESSION_COOKIE
from backend.api.files import result_file
from backend.api.filing import CaseView
from backend.api.slots import SlotView
from backend.app import create_app
from backend.domain.case import Case
from backend.services.coach_view import coach_view
from backend.services.ports import ResultFile, Session
from backend.settings import Settings
from backend.wiring import World, build_world
from tests import pictures
from tests.domain.examples import answers
from tests.sandbox_wechat import MovableClock

if TYPE_CHECKING:
    from backend.sandbox.postgres import PostgresServer
    from tests.conftest import RunningStore

MORNING = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
CSRF = "a-token-of-this-session"
ANY = str(UUID(int=7))


@dataclass
class Phone:
    """Her phone: signed in, with a draft whose questions are answered."""

    client: FlaskClient
    case: str

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        sent = {CSRF_HEADER: CSRF, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.open(f"/api/filing/cases/{self.case}{path}", method=method, json=body, headers=sent)

    def announce(self, photo: bytes, **changed: Any) -> TestResponse:
        sha256 = hashlib.sha256(photo).hexdigest()
        body = {"slot_key": "id_card", "part_key": "front", "content_type": "image/jpeg", "file_name": "IMG_1.jpg"}
        return self.ask("POST", "/photos", {**body, "bytes": len(photo), "sha256": sha256, **changed})

    def send(self, photo: bytes) -> str:
        """Announces a photo and posts it as the ticket says; returns its id."""
        ticket = json_of(self.announce(photo), 201)
        files = {"file": ("IMG_1.jpg", photo, "image/jpeg")}
        answer = requests.post(ticket["url"], ticket["fields"], files=files, timeout=10)
        assert answer.status_code == 201, answer.text
        return str(ticket["photo_id"])

    def complete(self, photo_id: str) -> TestResponse:
        return self.ask("POST", f"/photos/{photo_id}/completion", Idempotency_Key=f"complete-{photo_id}")

    def sign(self, png: bytes, version: str | None = '"1"', strokes: int = 4) -> TestResponse:
        body = {"png_base64": base64.b64encode(png).decode(), "strokes": strokes}
        return self.ask("PUT", "/signature", body, **({"If_Match": version} if version else {}))


def json_of(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def refusal_of(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    return answer.status_code, problem["code"]


@pytest.fixture(scope="module")
def settings(
    postgres_server: PostgresServer, template_database: str, object_store: RunningStore, secrets_made: dict[str, str]
) -> Iterator[Settings]:
    """One database for this file: every test has a person and a case of its own in it."""
    name = f"phones_{uuid4().hex}"
    postgres_server.create_database(name, template_database)
    yield Settings.from_environment(
        {
            **{name: value for name, value in secrets_made.items() if name.startswith("TUIXIU_")},
            "TUIXIU_ENVIRONMENT": "sandbox",
            "TUIXIU_DATABASE_URL": postgres_server.url(name),
            "TUIXIU_S3_ENDPOINT_URL": object_store.endpoint_url,
            "TUIXIU_PUBLIC_URL": "http://127.0.0.1:8000",
            "TUIXIU_WECHAT_API_URL": "http://127.0.0.1:9",
            "TUIXIU_WECHAT_AUTHORIZE_URL": "http://127.0.0.1:9/connect",
        }
    )
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def world(settings: Settings) -> Iterator[World]:
    built = build_world(settings, MovableClock(MORNING))
    yield built
    built.close()


@pytest.fixture(scope="module")
def app(world: World, settings: Settings) -> Flask:
    return create_app(world.services, settings, world.is_ready)


@pytest.fixture
def phone(app: Flask, world: World, settings: Settings) -> Phone:
    client, cookie = app.test_client(), f"cookie-{uuid4()}"
    with world.store.begin() as tx:
        person = tx.people.sign_in(f"openid-{uuid4()}", MORNING)
        case = Case(uuid4(), person.id, MORNING, answers=answers(), changed_at=MORNING)
        tx.cases.add(case)
        digest = Seal(settings.sealing_keys, settings.index_key).digest(cookie.encode())
        later = MORNING + timedelta(days=1)
        tx.sessions.add(Session(digest, "applicant", person.id, CSRF, MORNING, MORNING, later))
    client.set_cookie(SESSION_COOKIE, cookie)
    return Phone(client, str(case.id))


# ── what the phone said ──────────────────────────────────────────────────────────────────────


def test_what_the_phone_said_of_a_photo_stays_with_it(phone: Phone, world: World) -> None:
    said = {"scores": {"sharpness": 3.5}, "warnings": ["blurred", "glare"], "insisted": True}

    ticket = json_of(phone.announce(pictures.id_card_front(), coach=said), 201)

    with world.store.begin() as tx:
        photo = tx.cases.read(UUID(phone.case)).photo(UUID(ticket["photo_id"]))
    assert coach_view(photo.coach) == {"warnings": ["有点糊", "反光"], "insisted": True}


@pytest.mark.parametrize(
    "said",
    [
        {"scores": {}, "warnings": ["ugly"], "insisted": False},
        {"scores": {"sharpness": "NaN"}, "warnings": [], "insisted": False},
        {"scores": {str(n): 1.0 for n in range(41)}, "warnings": [], "insisted": False},
        {"warnings": []},
    ],
)
def test_what_no_phone_of_ours_would_say_is_refused(phone: Phone, said: dict[str, Any]) -> None:
    assert phone.announce(pictures.id_card_front(), coach=said).status_code == 422


# ── photos ───────────────────────────────────────────────────────────────────────────────────


def test_a_photo_goes_from_her_phone_into_its_slot_and_back_out(phone: Phone) -> None:
    photo_id = phone.send(pictures.held_sideways(pictures.photo_for("id_card", "front")))

    slot = json_of(phone.complete(photo_id))
    assert SlotView().validate(slot) == {}
    photo = slot["parts"][0]["photo"]
    image, thumbnail = phone.client.get(photo["image_path"]), phone.client.get(photo["thumbnail_path"])
    assert (photo["id"], photo["width"], photo["height"]) == (photo_id, 1600, 1200)
    for shown in (image, thumbnail):
        assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
        assert shown.headers["Cache-Control"] == "private, no-store"
    assert len(image.data) == photo["bytes"]

    emptied = json_of(phone.ask("DELETE", f"/photos/{photo_id}"))
    assert emptied["parts"][0]["photo"] is None
    assert refusal_of(phone.client.get(photo["image_path"])) == (404, "not-found")


def test_the_case_shows_the_photo_as_the_slot_does(phone: Phone) -> None:
    slot = json_of(phone.complete(phone.send(pictures.photo_for("id_card", "front"))))

    case = json_of(phone.ask("GET", ""))

    assert CaseView().validate(case) == {}
    assert next(each for each in case["slots"] if each["key"] == "id_card") == slot


def test_completing_twice_gives_the_same_answer(phone: Phone) -> None:
    photo_id = phone.send(pictures.photo_for("id_card", "front"))

    assert json_of(phone.complete(photo_id)) == json_of(phone.complete(photo_id))


def test_completing_needs_a_key(phone: Phone) -> None:
    answer = phone.ask("POST", f"/photos/{ANY}/completion")

    assert refusal_of(answer) == (422, "content-refused")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"content_type": "image/gif"}, 422, "photo-not-an-image"),
        ({"bytes": 0}, 422, "photo-empty"),
        ({"bytes": 20_000_001}, 422, "photo-too-large"),
        ({"slot_key": "nothing-we-ask-for"}, 404, "not-found"),
        ({"slot_key": "application_form"}, 409, "action-not-allowed"),
        ({"slot_key": "work_history_proof", "part_key": "page_1"}, 422, "content-refused"),
    ],
    ids=str,
)
def test_a_photo_that_cannot_count_is_refused_before_it_is_sent(
    phone: Phone, changed: dict[str, Any], status: int, code: str
) -> None:
    answer = phone.announce(pictures.photo_for("id_card", "front"), **changed)

    assert refusal_of(answer) == (status, code)


@pytest.mark.parametrize(
    ("field", "value"),
    [("sha256", "nothing"), ("sha256", "A" * 64), ("bytes", "12"), ("bytes", -1), ("slot_key", ""), ("extra", 1)],
)
def test_a_malformed_announcement_names_the_field(phone: Phone, field: str, value: object) -> None:
    answer = phone.announce(pictures.photo_for("id_card", "front"), **{field: value})

    assert answer.status_code == 422
    assert [each["pointer"].split("/")[1] for each in answer.get_json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("photo", "code"),
    [
        (pictures.corrupt(), "photo-unreadable"),
        (pictures.not_an_image(), "photo-not-an-image"),
        (pictures.as_png(pictures.portrait()), "photo-mislabelled"),
        (pictures.too_small(), "photo-too-small"),
    ],
    ids=["corrupt", "text", "mislabelled", "small"],
)
def test_a_wrong_file_gets_a_sentence_that_says_what_to_do(phone: Phone, photo: bytes, code: str) -> None:
    answer = phone.complete(phone.send(photo))

    assert refusal_of(answer) == (422, code)
    assert "请" in answer.get_json()["detail"]


def test_a_photo_that_never_came_is_asked_for_again(phone: Phone) -> None:
    ticket = json_of(phone.announce(pictures.photo_for("id_card", "front")), 201)

    assert refusal_of(phone.complete(ticket["photo_id"])) == (422, "photo-not-arrived")


# ── absences ─────────────────────────────────────────────────────────────────────────────────


def test_a_material_she_does_not_have_can_be_said_and_unsaid(phone: Phone) -> None:
    said = json_of(phone.ask("POST", "/absences", {"slot_key": "qualification_form", "reason": "单位还没给"}))
    unsaid = json_of(phone.ask("DELETE", "/absences/qualification_form"))

    assert SlotView().validate(said) == {}
    assert (said["status"], said["absence"]) == ("absent", {"reason": "单位还没给"})
    assert (unsaid["status"], unsaid["absence"]) == ("open", None)


def test_having_none_needs_a_reason(phone: Phone) -> None:
    answer = phone.ask("POST", "/absences", {"slot_key": "qualification_form", "reason": " "})

    assert refusal_of(answer) == (422, "reason-missing")


# ── the signature ────────────────────────────────────────────────────────────────────────────


def test_a_signature_is_in_the_case_with_its_new_version(phone: Phone) -> None:
    answer = phone.sign(pictures.signature())

    case = json_of(answer)
    assert case["signature"]["signed_at"].startswith("2026-11-24T02:30:00")
    assert answer.headers["ETag"] == f'"{case["version"]}"' == '"2"'


@pytest.mark.parametrize(
    ("png", "version", "strokes", "status", "code"),
    [
        (pictures.signature(), None, 4, 428, "version-missing"),
        (pictures.signature(), '"9"', 4, 412, "stale-version"),
        (pictures.signature(), '"1"', 0, 422, "signature-missing"),
        (pictures.empty_signature(), '"1"', 4, 422, "signature-missing"),
        (b"no picture", '"1"', 4, 422, "photo-unreadable"),
    ],
    ids=["no version", "stale", "no stroke", "empty canvas", "no picture"],
)
def test_what_is_no_signature_of_what_she_saw_is_refused(
    phone: Phone, png: bytes, version: str | None, strokes: int, status: int, code: str
) -> None:
    assert refusal_of(phone.sign(png, version, strokes)) == (status, code)


def test_broken_base64_is_no_signature(phone: Phone) -> None:
    answer = phone.ask("PUT", "/signature", {"png_base64": "data:image/png;base64,AA", "strokes": 3}, If_Match='"1"')

    assert refusal_of(answer) == (422, "photo-unreadable")


# ── who may ──────────────────────────────────────────────────────────────────────────────────

ROUTES = [
    ("POST", "/photos"),
    ("POST", f"/photos/{ANY}/completion"),
    ("DELETE", f"/photos/{ANY}"),
    ("GET", f"/photos/{ANY}/image"),
    ("GET", f"/photos/{ANY}/thumbnail"),
    ("POST", "/absences"),
    ("DELETE", "/absences/id_card"),
    ("PUT", "/signature"),
    ("GET", f"/results/{ANY}"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_gets_in_unsigned_or_into_a_case_that_is_not_hers(phone: Phone, method: str, path: str) -> None:
    hers, phone.case = phone.case, ANY
    bodies = {
        "/photos": {"slot_key": "a", "part_key": "b", "content_type": "image/jpeg", "bytes": 9999, "sha256": "0" * 64},
        "/absences": {"slot_key": "id_card", "reason": "没有"},
        "/signature": {"png_base64": base64.b64encode(pictures.signature()).decode(), "strokes": 3},
    }
    headers = {"If_Match": '"1"', "Idempotency_Key": "a-key-of-hers"}
    assert refusal_of(phone.ask(method, path, bodies.get(path), **headers)) == (404, "not-found")

    phone.case = hers
    phone.client.delete_cookie(SESSION_COOKIE)
    assert refusal_of(phone.ask(method, path, bodies.get(path), **headers)) == (401, "not-signed-in")


# ── results ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("inline", "how"), [(True, "inline"), (False, "attachment")])
def test_a_result_leaves_under_its_own_name(inline: bool, how: str) -> None:
    result = ResultFile(
        id=uuid4(),
        item_id=uuid4(),
        name="退休证明.pdf",
        state="ready",
        content_type="application/pdf",
        declared_bytes=3,
        declared_sha256="0" * 64,
        incoming_key="incoming/results/1",
        object_key="cases/1/results/1.pdf",
        sha256="0" * 64,
        bytes=3,
        uploaded_by="吴社保",
        uploaded_at=MORNING,
    )

    answer = result_file(result, b"%PDF", inline=inline)

    assert answer.headers["Content-Disposition"] == f"{how}; filename*=UTF-8''{quote('退休证明.pdf')}"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
