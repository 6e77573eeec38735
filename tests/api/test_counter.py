"""The counter over HTTP: which doors a sitting and a link open, and the whole story held against the document."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import requests
from werkzeug.test import TestResponse

from tests import pictures
from tests.adapters.pdf_text import text_of
from tests.api.tabs import Tab, Tabs, json_of, problem_of
from tests.builders import a_small_photo
from tests.domain.examples import answers, id_number

if TYPE_CHECKING:
    from tests.api.tabs import Document
    from tests.builders import View

COUNTER, FILING = "/api/counter", "/api/filing/cases"
WHO = {"name": "王秀兰", "id_number": answers()["id_number"]}
OPENED_BY_A_SITTING = {
    "GET /api/filing/cases/<uuid:case_id>",
    "PUT /api/filing/cases/<uuid:case_id>/answers/<string(maxlength=64):page_key>",
    "POST /api/filing/cases/<uuid:case_id>/submission",
    "POST /api/filing/cases/<uuid:case_id>/photos",
    "DELETE /api/filing/cases/<uuid:case_id>/photos/<uuid:photo_id>",
    "POST /api/filing/cases/<uuid:case_id>/photos/<uuid:photo_id>/completion",
    "GET /api/filing/cases/<uuid:case_id>/photos/<uuid:photo_id>/image",
    "GET /api/filing/cases/<uuid:case_id>/photos/<uuid:photo_id>/thumbnail",
    "POST /api/filing/cases/<uuid:case_id>/absences",
    "DELETE /api/filing/cases/<uuid:case_id>/absences/<string(maxlength=64):slot_key>",
    "PUT /api/filing/cases/<uuid:case_id>/signature",
    "GET /api/filing/cases/<uuid:case_id>/findings",
    "PUT /api/filing/cases/<uuid:case_id>/findings/<string(maxlength=120):finding_key>/dismissal",
    "GET /api/filing/cases/<uuid:case_id>/card",
    "GET /api/filing/cases/<uuid:case_id>/documents",
    "GET /api/filing/cases/<uuid:case_id>/documents/<uuid:document_id>",
    "GET /api/filing/cases/<uuid:case_id>/documents/<uuid:document_id>/pages/<int:number>",
}
OPENED_BY_A_LINK = {
    "POST /api/filing/cases/<uuid:case_id>/photos",
    "POST /api/filing/cases/<uuid:case_id>/photos/<uuid:photo_id>/completion",
}


def given(tab: Tab, how: str = "spoken") -> dict[str, Any]:
    guide = tab.view("/api/guide")
    consents = {each["key"]: each["version"] for each in guide["consents"]}
    return {"consents": consents, "notice_version": guide["notice"]["version"], "how": how}


def started(tab: Tab, **who: str) -> str:
    body = {**WHO, **who, **given(tab)}
    return str(json_of(tab.send("POST", f"{COUNTER}/cases", body, Idempotency_Key=uuid4().hex))["case_id"])


def opened_link(tab: Tab, case_id: str) -> str:
    path: str = json_of(tab.send("POST", f"{COUNTER}/cases/{case_id}/link"))["path"]
    return path.removeprefix("/shoot/")


def marked(tabs: Tabs, mark: str) -> set[str]:
    """The routes whose view carries a mark."""
    return {
        f"{method} {rule.rule}"
        for rule in tabs.app.url_map.iter_rules()
        if mark in vars(tabs.app.view_functions[rule.endpoint])
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_a_sitting_and_a_link_open_these_doors_and_no_other(tabs: Tabs) -> None:
    assert marked(tabs, "at_the_counter") == OPENED_BY_A_SITTING
    assert marked(tabs, "by_shoot_link") == OPENED_BY_A_LINK


def test_a_clerk_is_let_into_the_case_she_sits_for_and_into_no_other(tabs: Tabs) -> None:
    hers = json_of(tabs.her.send("POST", FILING, {k: v for k, v in given(tabs.her).items() if k != "how"}))["id"]
    case_id = started(tabs.clerk)

    assert tabs.clerk.view(f"{FILING}/{case_id}")["acting_as"] == "clerk"
    problem_of(tabs.clerk.get(f"{FILING}/{hers}"), 403)
    problem_of(tabs.of(tabs.town.staff.clerk).get(f"{FILING}/{case_id}"), 403)  # another browser of hers
    problem_of(tabs.of(tabs.town.staff.other_clerk).get(f"{FILING}/{case_id}"), 403)
    problem_of(tabs.supervisor.get(f"{FILING}/{case_id}"), 403)
    problem_of(tabs.clerk.send("POST", f"{FILING}/{case_id}/withdrawal", {}, If_Match='"1"'), 403)
    problem_of(tabs.clerk.get("/api/filing/home"), 403)


def test_a_sitting_wants_the_csrf_token_like_everything_else(tabs: Tabs) -> None:
    case_id = started(tabs.clerk)

    answer = tabs.clerk.client.put(f"{FILING}/{case_id}/answers/phone", json={"answers": {"phone": "13812345678"}})

    assert problem_of(answer, 403)["code"] == "csrf-refused"


def test_the_session_says_for_whom_a_clerk_sits(tabs: Tabs) -> None:
    assert "counter" not in tabs.clerk.view("/api/identity/session")

    case_id = started(tabs.clerk)
    seat = tabs.clerk.view("/api/identity/session")["counter"]
    assert tabs.clerk.send("DELETE", f"{COUNTER}/cases/{case_id}/sitting").status_code == 204

    assert (seat["case_id"], seat["applicant_name"], seat["clerk_name"]) == (case_id, "王**", "陈窗口")
    problem_of(tabs.clerk.get(f"{FILING}/{case_id}"), 403)


def test_a_second_case_says_which_one_is_there(tabs: Tabs) -> None:
    case_id = started(tabs.clerk)

    other = tabs.of(tabs.town.staff.other_clerk)
    answer = other.send("POST", f"{COUNTER}/cases", {**WHO, **given(other)}, Idempotency_Key=uuid4().hex)

    problem = problem_of(answer, 409)
    assert (problem["code"], problem["case_id"], problem["held_by"]) == ("walk-in-has-case", case_id, "陈窗口")


def test_a_phone_without_account_gives_photos_by_its_code_and_nothing_else(tabs: Tabs) -> None:
    case_id = started(tabs.clerk)
    code, phone = opened_link(tabs.clerk, case_id), tabs.stranger

    slot = shoots(phone, case_id, code)

    assert slot["parts"][0]["photo"]["image_path"] == ""
    problem_of(phone.get(f"{FILING}/{case_id}", X_Shoot_Code=code), 401)
    problem_of(phone.get("/api/shoot", X_Shoot_Code="a-code-nobody-gave"), 404)
    problem_of(phone.get("/api/shoot"), 404)
    problem_of(phone.send("POST", f"{FILING}/{uuid4()}/photos", announcement(b"x" * 2000), X_Shoot_Code=code), 404)
    assert tabs.clerk.send("DELETE", f"{COUNTER}/cases/{case_id}/link").status_code == 204
    problem_of(phone.get("/api/shoot", X_Shoot_Code=code), 404)


def announcement(photo: bytes) -> dict[str, Any]:
    file = {"content_type": "image/jpeg", "bytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    return {"slot_key": "id_card", "part_key": "front", **file}


def shoots(phone: Tab, case_id: str, code: str) -> Any:
    photo = a_small_photo(case_id)
    ticket = json_of(phone.send("POST", f"{FILING}/{case_id}/photos", announcement(photo), X_Shoot_Code=code))
    assert requests.post(ticket["url"], ticket["fields"], files={"file": photo}, timeout=20).ok
    where = f"{FILING}/{case_id}/photos/{ticket['photo_id']}/completion"
    return json_of(phone.send("POST", where, Idempotency_Key=uuid4().hex, X_Shoot_Code=code))


def test_the_whole_counter_is_as_the_document_says(tabs: Tabs, document: Document) -> None:
    document.tried.clear()
    clerk, phone = tabs.clerk, tabs.stranger
    assert json_of(clerk.send("POST", f"{COUNTER}/lookups", WHO)) == {"found": None}
    assert clerk.send("POST", f"{COUNTER}/consents.pdf", {"name": WHO["name"]}).content_type == "application/pdf"
    case_id = started(clerk)
    assert json_of(clerk.send("POST", f"{COUNTER}/lookups", WHO))["found"]["case_id"] == case_id
    where = f"{COUNTER}/cases/{case_id}"
    assert clerk.send("DELETE", f"{where}/sitting").status_code == 204
    json_of(clerk.send("PUT", f"{where}/sitting"))
    json_of(clerk.send("POST", f"{where}/sitting", given(clerk, "signed")))
    view = answers_all(clerk, case_id)
    code = opened_link(clerk, case_id)
    phone.send("GET", "/api/shoot", X_Shoot_Code=code)
    for slot in view["slots"]:
        if slot["status"] == "open":
            clerk.send("POST", f"{FILING}/{case_id}/absences", {"slot_key": slot["key"], "reason": "没有带来"})

    view = chooses(clerk, case_id, "paper")
    assert text_of(clerk.send("POST", f"{where}/application-form.pdf").get_data())
    problem_of(clerk.send("POST", f"{where}/paper-signature", If_Match=f'"{view["version"]}"'), 422)
    view = chooses(clerk, case_id, "handwritten")
    signs(phone, code)
    view = clerk.view(f"{FILING}/{case_id}")
    commitment = {"commitment_version": clerk.view("/api/guide")["commitment"]["version"]}
    view = clerk.change("POST", f"{FILING}/{case_id}/submission", commitment, version=view["version"])
    joins(tabs, clerk.send("POST", f"{where}/receipt.pdf"), view["number"])
    draft = started(clerk, name="李桂兰", id_number=id_number_of_another())
    assert clerk.view(f"{COUNTER}/cases")["unfinished"][0]["id"] == draft
    assert clerk.send("POST", f"{COUNTER}/cases/{draft}/abandonment", {"reason": "她不办了"}).status_code == 204
    assert clerk.send("DELETE", f"{where}/link").status_code == 404  # nobody sits there any more

    every = {
        f"{method.upper()} {path}"
        for path, operations in document.spec["paths"].items()
        for method in operations
        if method != "parameters" and path.startswith((COUNTER, "/api/shoot", "/api/filing/joining"))
    }
    assert every <= document.tried


def answers_all(tab: Tab, case_id: str) -> View:
    view = tab.view(f"{FILING}/{case_id}")
    while page := view["open_page"]:
        keys = [q["key"] for each in view["pages"] if each["key"] == page for q in each["questions"]]
        body = {"answers": {key: answers()[key] for key in keys}}
        view = tab.change("PUT", f"{FILING}/{case_id}/answers/{page}", body, version=view["version"])
    return dict(view)


def chooses(tab: Tab, case_id: str, kind: str) -> View:
    version = tab.view(f"{FILING}/{case_id}")["version"]
    return dict(tab.change("PUT", f"{COUNTER}/cases/{case_id}/signing", {"kind": kind}, version=version))


def signs(phone: Tab, code: str) -> None:
    shown = phone.send("GET", "/api/shoot", X_Shoot_Code=code).get_json()
    drawn = {"png_base64": base64.b64encode(pictures.signature()).decode(), "strokes": 5}
    version = f'"{shown["version"]}"'
    json_of(phone.send("PUT", "/api/shoot/signature", drawn, X_Shoot_Code=code, If_Match=version))


def joins(tabs: Tabs, receipt: TestResponse, number: str) -> None:
    found = re.search(r"以前有效）\s*((?:\d\s*){8})", text_of(receipt.get_data()))
    assert found is not None
    words = {"number": number, "code": found[1], "id_number": WHO["id_number"]}
    json_of(tabs.her.send("POST", "/api/filing/joining", words))
    assert tabs.her.view("/api/filing/home")["case"]["number"] == number


def id_number_of_another() -> str:
    return id_number(date(1976, 3, 28))
