"""Phones and desks that speak the service's HTTP as the pages do, for journeys, restarts and measurements."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import requests

from backend.sandbox.people import DEMO_PASSWORD
from tests import pictures

View = dict[str, Any]
WAIT_SECONDS = 30
NO_CHECK_FOUND = {
    key: {"found": False}
    for key in ("duplicate_contribution", "contribution_irregular", "transfer_pending", "archive_elsewhere")
}
OFFICERS = {"social_security": "renshe", "medical_insurance": "yibao", "health": "weijian", "housing_fund": "gongjijin"}

PhotoFor = Callable[[str, str], bytes]


class Refused(Exception):
    """The service answered with a problem."""

    def __init__(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        self.problem = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        super().__init__(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:400]}")


@dataclass
class Caller:
    """A signed-in browser. `times` collects (route name, seconds) when somebody measures."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)
    csrf: str = ""
    times: list[tuple[str, float]] | None = None

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
        """The JSON of the answer. Raises Refused for a problem, requests.ConnectionError when nobody answers."""
        headers = {"X-CSRF-Token": self.csrf}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        answer = self.session.request(method, self.url + path, json=body, headers=headers, timeout=WAIT_SECONDS)
        if self.times is not None:
            self.times.append((name or f"{method} {path}", answer.elapsed.total_seconds()))
        if not answer.ok:
            raise Refused(answer)
        return answer.json() if answer.content else None


def a_key() -> str:
    """A new idempotency key."""
    return uuid.uuid4().hex


class Phone(Caller):
    """An applicant's phone, signed in through WeChat."""

    person: Mapping[str, Any]

    @classmethod
    def of(cls, url: str, wechat_url: str, person: Mapping[str, Any]) -> Phone:
        """Signs in as one of the sandbox's people (the JSON of /sandbox/people), as tapping the menu does."""
        phone = cls(url)
        phone.person = person
        came = phone.session.get(f"{wechat_url}/phone/{person['key']}/menu", timeout=WAIT_SECONDS)
        came.raise_for_status()
        phone.csrf = phone.ask("GET", "/api/identity/session")["csrf_token"]
        return phone

    def start(self) -> View:
        """Opens a draft under every consent."""
        guide = self.ask("GET", "/api/guide", name="guide")
        consents = {each["key"]: each["version"] for each in guide["consents"]}
        given = {"consents": consents, "notice_version": guide["notice"]["version"]}
        return self.ask("POST", "/api/filing/cases", given, name="start")

    def answer_all(self, view: View, answers: Mapping[str, Any]) -> View:
        """Answers page by page, as the pages are opened."""
        while page := view["open_page"]:
            keys = [q["key"] for p in view["pages"] if p["key"] == page for q in p["questions"]]
            body = {"answers": {key: answers[key] for key in keys}}
            path = f"/api/filing/cases/{view['id']}/answers/{page}"
            view = self.ask("PUT", path, body, version=view["version"], name="answer")
        return view

    def photograph(
        self, case_id: str, slot: View, part_key: str, photo: bytes, announced_as: Callable[[UUID], None] | None = None
    ) -> View:
        """Announces a photo, sends it to the object store, and completes it; `announced_as` is told its id between."""
        kind = slot["kind"] or (slot["kinds"][0]["key"] if slot["kinds"] else None)
        announced = {
            "slot_key": slot["key"],
            "part_key": part_key,
            "kind": kind,
            "content_type": "image/jpeg",
            "bytes": len(photo),
            "sha256": hashlib.sha256(photo).hexdigest(),
        }
        base = f"/api/filing/cases/{case_id}/photos"
        ticket = self.ask("POST", base, announced, name="announce photo")
        sent = requests.post(ticket["url"], data=ticket["fields"], files={"file": photo}, timeout=WAIT_SECONDS)
        sent.raise_for_status()
        if announced_as is not None:
            announced_as(UUID(ticket["photo_id"]))
        return self.ask("POST", f"{base}/{ticket['photo_id']}/completion", key=a_key(), name="complete photo")

    def photograph_all(self, view: View, photo_for: PhotoFor = pictures.photo_for) -> None:
        """Fills every open slot."""
        for slot in view["slots"]:
            if slot["status"] in ("open", "returned"):
                for part in slot["parts"]:
                    self.photograph(view["id"], slot, part["key"], photo_for(slot["key"], part["key"]))

    def sign(self, view: View) -> View:
        """Signs by hand."""
        drawn = {"png_base64": base64.b64encode(pictures.signature()).decode(), "strokes": 6}
        return self.ask("PUT", f"/api/filing/cases/{view['id']}/signature", drawn, version=view["version"], name="sign")

    def submit(self, view: View, key: str | None = None) -> View:
        """Hands the case in."""
        commitment = self.ask("GET", "/api/guide", name="guide")["commitment"]["version"]
        path = f"/api/filing/cases/{view['id']}/submission"
        body = {"commitment_version": commitment}
        return self.ask("POST", path, body, version=view["version"], key=key or a_key(), name="submit")

    def file(self, answers: Mapping[str, Any], photo_for: PhotoFor = pictures.photo_for) -> View:
        """Everything from the first answer to the submission."""
        view = self.answer_all(self.start(), answers)
        self.photograph_all(view, photo_for)
        view = self.ask("GET", f"/api/filing/cases/{view['id']}", name="show case")
        return self.submit(self.sign(view))

    def withdraw(self, case_id: str) -> None:
        """Takes the case back."""
        path = f"/api/filing/cases/{case_id}"
        self.ask("POST", f"{path}/withdrawal", {"reason": ""}, version=self.ask("GET", path)["version"])

    def report_fund_done(self, case_id: str) -> None:
        """Reports the housing fund done, if it is in the case."""
        view = self.ask("GET", f"/api/filing/cases/{case_id}", name="show case")
        for item in view["progress"]["items"]:
            if item["must_do"]:
                path = f"/api/filing/cases/{case_id}/items/{item['id']}/report"
                self.ask("POST", path, version=item["version"], name="report")


class Desk(Caller):
    """A member of staff at the desk."""

    @classmethod
    def of(cls, url: str, username: str, password: str = DEMO_PASSWORD) -> Desk:
        """Signs in with a password."""
        desk = cls(url)
        signed_in = desk.ask("POST", "/api/identity/staff/session", {"username": username, "password": password})
        desk.csrf = signed_in["csrf_token"]
        return desk

    def review(self, case_id: str) -> View:
        """Claims a case, passes everything, answers the checks with “no”, confirms the age and accepts."""
        path = f"/api/review/cases/{case_id}"
        self.ask("POST", f"{path}/claim", key=a_key(), name="claim")
        view = self.ask("GET", path, name="show review")
        subjects = [each["subject"] for each in (*view["fields"], *view["slots"]) if each["needs_judgement"]]
        verdicts = {"judgements": [{"subject": subject, "verdict": "pass"} for subject in subjects]}
        view = self.ask("PUT", f"{path}/judgements", verdicts, version=view["version"], name="judge")
        checks = {"checks": NO_CHECK_FOUND, "confirmed_age_months": view["age"]["statutory_age_months"] or 600}
        view = self.ask("PUT", f"{path}/checks", checks, version=view["version"], name="check")
        for check in view["rule_checks"]:
            if check["is_open"]:
                settled = {"kind": check["to_settle"], "note": "对照职工档案核实"}
                where = f"{path}/rule-checks/{check['key']}/settlement"
                view = self.ask("PUT", where, settled, version=view["version"], name="settle")
        opinion = {"opinion": view["default_opinions"]["clerk"]}
        return self.ask("POST", f"{path}/acceptance", opinion, version=view["version"], key=a_key(), name="accept")

    def approve(self, case_id: str) -> View:
        """The supervisor's opinion."""
        path = f"/api/review/cases/{case_id}"
        view = self.ask("GET", path, name="show review")
        opinion = {"opinion": view["default_opinions"]["supervisor"]}
        return self.ask("POST", f"{path}/approval", opinion, version=view["version"], key=a_key(), name="approve")

    def decide(self, item_id: str, outcome: str = "granted", reason: str = "") -> View:
        """Accepts and decides one item."""
        path = f"/api/departments/items/{item_id}"
        view = self.ask("GET", path, name="show item")
        view = self.ask("POST", f"{path}/acceptance", version=view["version"], key=a_key(), name="accept item")
        decision = {"outcome": outcome, "reason": reason}
        return self.ask("POST", f"{path}/decision", decision, version=view["version"], key=a_key(), name="decide")


def people_of(wechat_url: str) -> dict[str, View]:
    """The sandbox's people by key, with their papers and openid."""
    found = requests.get(f"{wechat_url}/sandbox/people", timeout=WAIT_SECONDS).json()["people"]
    return {person["key"]: person for person in found}


def new_person(
    wechat_url: str, number: int, *, follows: bool = True, born_on: str = "1976-03-08", woman: bool = True
) -> View:
    """A made-up person; unless told otherwise a woman born in March 1976, who may retire in November 2026."""
    sequence = 2 * (number % 500) + (0 if woman else 1)  # odd for men
    person = {"key": f"person-{number}", "name": "程试行", "born_on": born_on, "sequence": sequence}
    made = requests.post(f"{wechat_url}/sandbox/people", json={**person, "follows": follows}, timeout=WAIT_SECONDS)
    made.raise_for_status()
    answer: View = made.json()
    return answer


def follow(wechat_url: str, key: str) -> None:
    """A person follows the account, so that pushes arrive."""
    requests.post(f"{wechat_url}/sandbox/people/{key}/follow", timeout=WAIT_SECONDS).raise_for_status()


def chat_of(wechat_url: str, key: str, at_least: int = 0, kind: str = "push") -> list[View]:
    """A person's chat, once it holds at least so many messages of the kind."""
    query: dict[str, Any] = {"kind": kind, "at_least": at_least, "wait_seconds": WAIT_SECONDS}
    path = f"{wechat_url}/sandbox/people/{key}/chat"
    messages: list[View] = requests.get(path, params=query, timeout=WAIT_SECONDS + 5).json()["messages"]
    return messages


def answers_of(person: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """What she answers: everything filed together, no only child, no fund, picked up at the window."""
    return {
        "name": person["name"],
        "id_number": person["id_number"],
        "phone": person["mobile"],
        "household_area": {
            "province": "湖南省",
            "city": "岳阳市",
            "county": "屈原管理区",
            "town": "营田镇",
            "village": "槐花社区",
            "codes": {"province": "430000", "city": "430600", "county": "430671"},
        },
        "retirement_type": "normal",
        "original_retirement_age": "50",
        "retirement_timing": "on_time",
        "employment": "employed",
        "work_started_month": "1995-07",
        "contribution_months": 312,
        "deemed_contribution_months": 0,
        "retirement_filing": "combined",
        "medical_filing": "combined",
        "medical_paid_months": 264,
        "medical_in_province_months": 264,
        "medical_deemed_months": None,
        "wants_only_child_reward": "no",
        "has_housing_fund": "no",
        "bank_name": "中国农业银行",
        "bank_account": person["bank_account"],
        "bank_account_again": person["bank_account"],
        "delivery": "pick_up",
        **changes,
    }
