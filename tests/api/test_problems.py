"""Every refusal is a problem (RFC 9457) with its status, its code and a sentence for the person."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from backend.api import problems
from backend.domain import errors
from tests.api.tabs import Tabs, problem_of

LEAVES = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, errors.RuleBroken)]
NEED_FACTS = {
    errors.WrongPassword: {"attempts_left": 3},
    errors.ActionNotAllowed: {"state": "填写中", "action": "提交"},
    errors.HeldByAnother: {"holder_name": "陈窗口", "expires_at": None},
    errors.TooManyAsked: {"most": 20},
    errors.ReturnNeedsSupervisor: {"returns": 1},
    errors.StaleVersion: {"version": 2, "changed_by": "陈窗口", "changed_at": None},
    errors.PhotoTooLarge: {"max_megabytes": 20},
    errors.PdfTooLong: {"pages": 12, "room": 4},
    errors.GuideUnchanged: {"number": 3},
}
LISTS = (
    *(errors.AnswersInvalid, errors.AnswersIncomplete, errors.MaterialsMissing),
    *(errors.NotAllJudged, errors.SomethingFailed, errors.ChecksOpen, errors.RulesUnsettled),
)

# fmt: off
STATUSES = [
    (errors.NotFound,          404), (errors.NotSignedIn,     401), (errors.WrongPassword,   401),
    (errors.SignInExpired,     401), (errors.NotAllowed,      403), (errors.SamePerson,      403),
    (errors.CsrfRefused,       403), (errors.ActionNotAllowed, 409), (errors.HeldByAnother,  409),
    (errors.ActiveCaseExists,  409), (errors.AlreadyUsed,     409), (errors.UsernameTaken,   409),
    (errors.StaleVersion,      412), (errors.VersionMissing,  428), (errors.ContentRefused,  422),
    (errors.AnswersInvalid,    422), (errors.MaterialsMissing, 422), (errors.ConsentMissing, 422),
    (errors.NotEligibleYet,    422), (errors.NotAllJudged,    422), (errors.ReasonMissing,   422),
    (errors.IdNumberInvalid,   422), (errors.PhotoTooLarge,   422), (errors.TooLarge,        413),
    (errors.TooMany,           429), (errors.LockedOut,       429), (errors.OutsideDown,     503),
]
# fmt: on


def a_refusal(leaf: type[errors.RuleBroken]) -> errors.RuleBroken:
    if leaf is errors.AnswersInvalid:
        return errors.AnswersInvalid([("name", "请填写")])
    facts: Any = NEED_FACTS.get(leaf, {})
    missing: Any = ["姓名"]
    return leaf(missing) if leaf in LISTS else leaf(**facts)


def answered(refusal: errors.RuleBroken) -> Any:
    app = Flask(__name__)
    with app.test_request_context("/api/filing/home"):
        return problems.from_refusal(refusal)


@pytest.mark.parametrize(("leaf", "status"), STATUSES)
def test_a_refusals_class_decides_its_status(leaf: type[errors.RuleBroken], status: int) -> None:
    assert answered(a_refusal(leaf)).status_code == status


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_refusal_has_a_code_of_its_own_a_title_and_a_sentence(leaf: type[errors.RuleBroken]) -> None:
    answer = answered(a_refusal(leaf))

    body = answer.get_json()
    assert answer.content_type == "application/problem+json"
    assert body["type"] == f"/docs/problems#{leaf.code}"
    assert (body["status"], body["code"], body["title"]) == (answer.status_code, leaf.code, leaf.title)
    assert not body["detail"].isascii()
    assert "！" not in body["detail"]
    assert "{" not in body["detail"]
    assert body["instance"].startswith("/api/filing/home")


def test_no_two_refusals_share_a_code() -> None:
    codes = [leaf.code for leaf in LEAVES]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("refusal", "after"),
    [(errors.OutsideDown(system="database"), "5"), (errors.TooMany(retry_after_seconds=17), "17")],
)
def test_what_passes_by_itself_says_when_to_try_again(refusal: errors.RuleBroken, after: str) -> None:
    assert answered(refusal).headers["Retry-After"] == after


# ── what the framework refuses ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/api/nothing", "/api/filing/cases/not-a-uuid", "/api/filing/cases/"])
def test_an_address_that_is_not_there(tabs: Tabs, path: str) -> None:
    problem = problem_of(tabs.her.get(path), 404)

    assert problem["code"] == "not-found"


def test_a_method_that_is_not_there_is_told_which_are(tabs: Tabs) -> None:
    answer = tabs.her.send("DELETE", "/api/filing/home")

    assert problem_of(answer, 405)["code"] == "method-not-allowed"
    assert "GET" in answer.headers["Allow"]


# fmt: off
BODIES = [
    # body                                content type          status  code
    (b"{",                                "application/json",   400,    "malformed"),
    (b"",                                 "application/json",   422,    "content-refused"),
    (b"\xed\xa0\x80",                     "application/json",   400,    "malformed"),
    (b"null",                             "application/json",   422,    "content-refused"),
    (b"[]",                               "application/json",   422,    "content-refused"),
    (b'"consents"',                       "application/json",   422,    "content-refused"),
    (b"{}",                               "application/json",   422,    "content-refused"),
    (b'{"consents": [], "notice_version": "1"}', "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": 1}',   "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": "1", "x": 1}', "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": "\\u0000"}',   "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": "\\ud800"}',   "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": "\\uDC00 "}',  "application/json", 422, "content-refused"),
    (b'{"consents": {}, "notice_version": "\\ud83d\\ude00"}', "application/json", 422, "consent-missing"),
    (b"consents=&notice_version=1",       "application/x-www-form-urlencoded", 415, "wrong-media-type"),
    (b'{"consents": {}}',                 "text/plain",         415,    "wrong-media-type"),
    (b" " * 2_000_001,                    "application/json",   413,    "too-large"),
]
# fmt: on


@pytest.mark.parametrize(("body", "content_type", "status", "code"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_cannot_be_used_is_a_problem(
    tabs: Tabs, body: bytes, content_type: str, status: int, code: str
) -> None:
    client = tabs.her.client
    headers = {"X-CSRF-Token": "a-csrf-token", "Content-Type": content_type}

    answer = client.post("/api/filing/cases", data=body, headers=headers)

    assert problem_of(answer, status)["code"] == code


def test_a_search_with_what_no_case_number_holds_is_a_problem(tabs: Tabs) -> None:
    problem_of(tabs.clerk.get("/api/review/cases?q=%00"), 422)
    problem_of(tabs.clerk.get("/api/review/cases?item=a%00"), 422)


def test_a_stranger_learns_nothing_but_that_she_is_one(tabs: Tabs) -> None:
    answer = tabs.stranger.client.post("/api/filing/cases", data=b"{", headers={"Content-Type": "text/plain"})

    assert problem_of(answer, 401)["code"] == "not-signed-in"


def test_a_fault_of_ours_is_a_problem_without_its_cause() -> None:
    app = Flask(__name__)
    problems.install(app)

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("430681197603120021")

    answer = app.test_client().get("/broken")

    assert problem_of(answer, 500)["code"] == "unexpected"
    assert "430681197603120021" not in answer.get_data(as_text=True)


def test_every_status_the_framework_answers_with_has_its_words() -> None:
    for status, (code, title, detail) in problems.FRAMEWORK.items():
        error = HTTPException()
        error.code = status
        with Flask(__name__).test_request_context("/"):
            body = problems.from_http(error).get_json()
        assert (body["code"], body["title"], body["detail"]) == (code, title, detail)


@pytest.mark.parametrize(
    ("messages", "flat"),
    [
        ({"json": {"name": ["缺少"]}}, [("/name", "缺少")]),
        ({"json": ["Invalid JSON."]}, [("", "Invalid JSON.")]),
        ({"query": {"q": ["太长", "不对"]}}, [("/query/q", "太长"), ("/query/q", "不对")]),
        ({"json": {"judgements": {0: {"verdict": ["缺少"]}}}}, [("/judgements/0/verdict", "缺少")]),
        ("坏了", [("", "坏了")]),
    ],
)
def test_nested_messages_become_pointers(messages: Any, flat: list[tuple[str, str]]) -> None:
    assert [(each["pointer"], each["detail"]) for each in problems.flat(messages)] == flat
