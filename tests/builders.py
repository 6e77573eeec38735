"""Cases for tests, brought to where a test begins by the use cases themselves.

Where a test is not about photos, they are rows without a file: the domain keeps them, no store is asked.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import requests
from PIL import Image

from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore
from backend.domain.actors import SYSTEM, Actor
from backend.domain.case import Case, Signature, State
from backend.domain.review import SettlementKind, Verdict
from backend.domain.routing import Outcome
from backend.domain.service_guide import GuideVersion, content_hash
from backend.services import Services
from backend.services.ports import Push
from backend.services.review import GivenCheck, GivenSettlement, GivenVerdict
from backend.services.service_guide import service_guide
from backend.services.uploads import Announced
from tests import pictures
from tests.actors import Staff, an_applicant, hire_staff
from tests.domain.cases import AT, a_case, a_photo
from tests.domain.examples import answers as example_answers
from tests.domain.examples import id_number, rulebook
from tests.sandbox_wechat import MovableClock

View = dict[str, Any]
NO_CHECK_FOUND = {
    key: GivenCheck(found=False)
    for key in ("duplicate_contribution", "contribution_irregular", "transfer_pending", "archive_elsewhere")
}


def a_small_photo(name: str) -> bytes:
    """A picture of its own colour, small enough to be cleaned in milliseconds."""
    red, green, blue = hashlib.sha256(name.encode()).digest()[:3]
    return pictures.as_jpeg(Image.new("RGB", (480, 360), (red, green, blue)))


def a_key() -> str:
    """A new idempotency key."""
    return uuid4().hex


def born(day: int) -> dict[str, str]:
    """Answers of another person of the same age: one for each day of March 1976."""
    return {"id_number": id_number(date(1976, 3, day))}


# ── a case put into the database as it is ────────────────────────────────────────────────────

SUBMITTED = {"submitted_at": AT, "review_due_on": date(2026, 11, 27), "policy_hash": "a" * 64}


def a_seal() -> Seal:
    return Seal([("k1", b"\1" * 16)], b"\2" * 32)


def answers_of(person: int) -> dict[str, Any]:
    """Answers with an ID number of their own."""
    return example_answers(**born(person))


def a_person(store: PostgresStore, number: int = 1) -> UUID:
    with store.begin() as tx:
        return tx.people.sign_in(f"o-made-up-{number}", AT).id


def kept(store: PostgresStore, state: State = State.DRAFT, person: int = 1, **changes: Any) -> Case:
    """A case of its own person that is in the database."""
    submitted = {**SUBMITTED, "number": f"QY-20261124-{person:05}", "answers": answers_of(person)}
    whole = {} if state is State.DRAFT else submitted
    case = a_case(state, applicant_id=a_person(store, person), **{**whole, **changes})
    with store.begin() as tx:
        tx.cases.add(case)
        tx.cases.save(case)
    return case


# ── cases brought forward by the use cases ───────────────────────────────────────────────────


@dataclass
class Town:
    """The service on a real database and store, its staff, and one applicant whose case is brought forward."""

    services: Services
    store: PostgresStore
    clock: MovableClock
    staff: Staff = field(init=False)
    applicant: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.staff = hire_staff(self.store)
        self.applicant = an_applicant(self.store, self.clock)

    def another_applicant(self, number: int = 2) -> Actor:
        return an_applicant(self.store, self.clock, f"o-made-up-{number}")

    # ── the guide ────────────────────────────────────────────────────────────────────────

    def publish_an_older_guide(self) -> None:
        """The first version of the guide, from when config still said something else."""
        content = service_guide(rulebook()) | {"title": "从前的办事指南"}
        first = GuideVersion(1, content, content_hash(content), "第一版", AT, SYSTEM.id, SYSTEM.name)
        with self.store.begin() as tx:
            tx.guides.add(first)

    # ── the applicant ────────────────────────────────────────────────────────────────────

    def a_new_draft(self, applicant: Actor | None = None, precheck: Mapping[str, str] | None = None) -> View:
        """A case with nothing answered but what the pre-check asked, under every consent."""
        guide = self.services.filing.guide()
        consents = {each["key"]: each["version"] for each in guide["consents"]}
        notice = guide["notice"]["version"]
        view, _ = self.services.filing.start(applicant or self.applicant, consents, notice, precheck)
        return view

    def answer_page_by_page(self, applicant: Actor | None = None, **changes: Any) -> View:
        """A case with every question answered one page after the other, as an applicant does."""
        given = example_answers(**changes)
        view = self.a_new_draft(applicant)
        while page := view["open_page"]:
            view = self.answer(view, page, applicant, **given)
        return view

    def answer(self, view: View, page_key: str, applicant: Actor | None = None, **given: Any) -> View:
        """Answers one page with what `given` holds for it."""
        keys = [q["key"] for page in view["pages"] if page["key"] == page_key for q in page["questions"]]
        raw = {key: given[key] for key in keys if key in given}
        who = applicant or self.applicant
        return self.services.filing.answer(who, UUID(view["id"]), view["version"], page_key, raw)

    def an_answered_draft(self, applicant: Actor | None = None, **changes: Any) -> View:
        """A case with every question answered, all pages in one step."""
        who = applicant or self.applicant
        case_id = UUID(self.a_new_draft(who)["id"])
        given, graph = example_answers(**changes), rulebook().graph
        parsed: dict[str, Any] = {}
        while page_key := graph.open_page(parsed):
            keys = {question.key for question in graph.page(page_key, parsed).questions}
            raw = {key: value for key, value in given.items() if key in keys}
            parsed |= graph.parse(page_key, raw, parsed, self.clock.today())
        with self.store.begin() as tx:
            case = tx.cases.load(case_id)
            case.answer(parsed, who, self.clock.now())
            tx.cases.save(case)
        return self.services.filing.view(who, case_id)

    def give_every_photo(self, view: View) -> None:
        """A verified photo, without a file, in every open part of every slot."""
        with self.store.begin() as tx:
            case = tx.cases.load(UUID(view["id"]))
            for slot in view["slots"]:
                if slot["status"] in ("open", "returned"):
                    kind = slot["kind"] or (slot["kinds"][0]["key"] if slot["kinds"] else None)
                    moments = {"created_at": self.clock.now(), "ready_at": self.clock.now(), "round": case.round}
                    for part in slot["parts"]:
                        case.keep_photo(a_photo(slot["key"], part["key"], kind, **moments))
            tx.cases.save(case)

    def sign(self, view: View, applicant: Actor | None = None) -> View:
        """Her signature, without a file."""
        who, case_id = applicant or self.applicant, UUID(view["id"])
        with self.store.begin() as tx:
            case = tx.cases.load(case_id)
            case.sign(Signature(f"cases/{case_id}/signature.png", "b" * 64, self.clock.now()), who, self.clock.now())
            tx.cases.save(case)
        return self.services.filing.view(who, case_id)

    def photograph(self, case_id: UUID, slot_key: str, part_key: str, kind: str | None, actor: Actor) -> View:
        """Announces, sends and completes one photo, over the real store."""
        photo = a_small_photo(f"{case_id}/{slot_key}/{part_key}")
        announced = Announced("image/jpeg", len(photo), hashlib.sha256(photo).hexdigest())
        materials = self.services.materials
        photo_id, form = materials.request_upload(actor, case_id, (slot_key, part_key), kind, announced)
        assert form is not None
        sent = requests.post(form.url, data=form.fields, files={"file": photo}, timeout=20)
        assert sent.ok, sent.text
        return materials.complete(actor, case_id, photo_id, a_key())

    def photograph_everything(self, view: View, applicant: Actor | None = None) -> None:
        """A photo over the real store in every open part of every slot."""
        for slot in view["slots"]:
            if slot["status"] == "open":
                kind = slot["kind"] or (slot["kinds"][0]["key"] if slot["kinds"] else None)
                for part in slot["parts"]:
                    self.photograph(UUID(view["id"]), slot["key"], part["key"], kind, applicant or self.applicant)

    def a_ready_draft(self, applicant: Actor | None = None, **changes: Any) -> View:
        """Answered, photographed and signed; only the submission is left."""
        view = self.an_answered_draft(applicant, **changes)
        self.give_every_photo(view)
        return self.sign(view, applicant)

    def submit(self, view: View, applicant: Actor | None = None, key: str | None = None) -> View:
        commitment = self.services.filing.guide()["commitment"]["version"]
        who = applicant or self.applicant
        return self.services.filing.submit(who, UUID(view["id"]), view["version"], key or a_key(), commitment)

    def a_submitted_case(self, applicant: Actor | None = None, **changes: Any) -> UUID:
        return UUID(self.submit(self.a_ready_draft(applicant, **changes), applicant)["id"])

    # ── the window ───────────────────────────────────────────────────────────────────────

    def claimed(self, case_id: UUID, clerk: Actor | None = None) -> View:
        who = clerk or self.staff.clerk
        self.services.review.claim(who, case_id, a_key())
        return self.services.review.view(who, case_id)

    def a_claimed_case(self, **changes: Any) -> View:
        return self.claimed(self.a_submitted_case(**changes))

    def judge_all(self, view: View, failing: Mapping[str, str] | None = None) -> View:
        """Passes everything but `failing` (subject → reason code)."""
        failing = failing or {}
        subjects = [each["subject"] for each in (*view["fields"], *view["slots"]) if each["needs_judgement"]]
        verdicts = [
            GivenVerdict(s, Verdict.FAIL, failing[s]) if s in failing else GivenVerdict(s, Verdict.PASS)
            for s in subjects
        ]
        return self.services.review.judge(self.staff.clerk, UUID(view["id"]), view["version"], verdicts)

    def confirm(self, view: View, **found: bool) -> View:
        """The four checks, “no” but for those `found`, the statutory age, and what the policy leaves to the clerk."""
        checks = NO_CHECK_FOUND | {key: GivenCheck(found=value) for key, value in found.items()}
        age = view["age"]["statutory_age_months"]
        view = self.services.review.check(self.staff.clerk, UUID(view["id"]), view["version"], checks, age)
        for check in view["rule_checks"]:
            if check["is_open"] and check["to_settle"] == SettlementKind.CONFIRMED:
                view = self.settle(view, check["key"])
        return view

    def settle(
        self, view: View, rule_key: str, kind: SettlementKind = SettlementKind.CONFIRMED, note: str | None = None
    ) -> View:
        """One check of the policy, as its clerk."""
        given = GivenSettlement(kind, note)
        return self.services.review.settle(self.staff.clerk, UUID(view["id"]), view["version"], rule_key, given)

    def a_judged_case(self, applicant: Actor | None = None, **changes: Any) -> View:
        """Everything passed, the four checks “no”, the age confirmed."""
        return self.confirm(self.judge_all(self.claimed(self.a_submitted_case(applicant, **changes))))

    def accept(self, view: View) -> View:
        opinion = view["default_opinions"]["clerk"]
        return self.services.review.accept(self.staff.clerk, UUID(view["id"]), view["version"], a_key(), opinion)

    def a_reviewed_case(self, applicant: Actor | None = None, **changes: Any) -> View:
        return self.accept(self.a_judged_case(applicant, **changes))

    def approve(self, view: View) -> View:
        opinion, who = view["default_opinions"]["supervisor"], self.staff.supervisor
        return self.services.review.approve(who, UUID(view["id"]), view["version"], a_key(), opinion)

    def an_approved_case(self, applicant: Actor | None = None, **changes: Any) -> View:
        return self.approve(self.a_reviewed_case(applicant, **changes))

    def a_returned_case(self, failing: Mapping[str, str], **changes: Any) -> View:
        """Her view of a case in which these subjects (→ reason code) did not pass."""
        view = self.judge_all(self.a_claimed_case(**changes), failing)
        self.clock.move(minutes=5)
        self.services.review.return_for_correction(
            self.staff.clerk, UUID(view["id"]), view["version"], a_key(), "请照着改一改"
        )
        self.clock.move(minutes=5)
        return self.services.filing.view(self.applicant, UUID(view["id"]))

    def a_waiting_case(self, check: str = "transfer_pending") -> View:
        """The clerk's view of a case that waits for one check."""
        view = self.confirm(self.judge_all(self.a_claimed_case()), **{check: True})
        return self.services.review.hold(self.staff.clerk, UUID(view["id"]), view["version"], a_key())

    # ── the departments ──────────────────────────────────────────────────────────────────

    def officer_of(self, department: str) -> Actor:
        """The officer of a department's code."""
        officer: Actor = getattr(self.staff, department)
        return officer

    def items_of(self, case_id: UUID) -> dict[str, UUID]:
        """Item code → its id."""
        with self.store.begin() as tx:
            return {item.code: item.id for item in tx.cases.read(case_id).items.values()}

    def accept_item(self, officer: Actor, item_id: UUID) -> View:
        version = self.services.departments.view(officer, item_id)["version"]
        return self.services.departments.accept(officer, item_id, version, a_key())

    def decide_item(self, officer: Actor, item_id: UUID, outcome: Outcome = Outcome.GRANTED, reason: str = "") -> View:
        """Accepts and decides one item."""
        version = self.accept_item(officer, item_id)["version"]
        return self.services.departments.decide(officer, item_id, version, a_key(), outcome, reason)

    def decide_every_item(self, case_id: UUID) -> None:
        """All but the fund's: granted."""
        with self.store.begin() as tx:
            items = tx.cases.read(case_id).items.values()
        for item in items:
            if item.is_open and not item.is_fund:
                self.decide_item(self.officer_of(item.department), item.id)

    def a_completed_case(self, **changes: Any) -> UUID:
        """Without a housing fund: completed by the last decision."""
        case_id = UUID(self.an_approved_case(has_housing_fund="no", **changes)["id"])
        self.decide_every_item(case_id)
        return case_id

    # ── what was left behind ─────────────────────────────────────────────────────────────

    def pushes(self, case_id: UUID) -> list[Push]:
        with self.store.begin() as tx:
            return tx.pushes.of_case(case_id)

    def told(self, case_id: UUID) -> list[str]:
        """The events she was told of."""
        return [push.event for push in self.pushes(case_id)]

    def acts(self, case_id: UUID) -> list[str]:
        """What the audit chain says was done, in order."""
        with self.store.begin() as tx:
            return [link.entry.action for link in tx.audit.chain(case_id)]
