"""Cases for tests, brought to where a test begins by the use cases themselves. Photos are rows and small files."""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import requests
from PIL import Image

from backend.domain.actors import Actor
from backend.domain.review import Verdict
from backend.services import Services
from backend.services.ports import Store
from backend.services.review import GivenCheck, GivenVerdict
from backend.services.uploads import Announced
from tests import pictures
from tests.actors import Staff, an_applicant, hire_staff
from tests.domain.examples import answers as example_answers
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


@dataclass
class Town:
    """The service on a real database and store, its staff, and one applicant whose case is brought forward."""

    services: Services
    store: Store
    clock: MovableClock
    staff: Staff = field(init=False)
    applicant: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.staff = hire_staff(self.services)
        self.applicant = an_applicant(self.store, self.clock)

    # ── the applicant ────────────────────────────────────────────────────────────────────

    def a_new_draft(self, applicant: Actor | None = None) -> View:
        """A case with nothing answered, under every consent."""
        guide = self.services.filing.guide()
        consents = {each["key"]: each["version"] for each in guide["consents"]}
        view, _ = self.services.filing.start(applicant or self.applicant, consents, guide["notice"]["version"])
        return view

    def an_answered_draft(self, applicant: Actor | None = None, **changes: Any) -> View:
        """A case with every question answered page by page, as an applicant does."""
        given = example_answers(**changes)
        view = self.a_new_draft(applicant)
        while page := view["open_page"]:
            keys = [q["key"] for p in view["pages"] if p["key"] == page for q in p["questions"]]
            raw = {key: given[key] for key in keys}
            view = self.services.filing.answer(
                applicant or self.applicant, UUID(view["id"]), view["version"], page, raw
            )
        return view

    def photograph(self, case_id: UUID, slot_key: str, part_key: str, kind: str | None, actor: Actor) -> View:
        """Announces, sends and completes one photo, over the real store."""
        photo = a_small_photo(f"{case_id}/{slot_key}/{part_key}")
        return self.send_photo(case_id, slot_key, part_key, kind, actor, photo)

    def send_photo(
        self, case_id: UUID, slot_key: str, part_key: str, kind: str | None, actor: Actor, photo: bytes
    ) -> View:
        announced = Announced("image/jpeg", len(photo), hashlib.sha256(photo).hexdigest())
        materials = self.services.materials
        photo_id, form = materials.request_upload(actor, case_id, (slot_key, part_key), kind, announced)
        sent = requests.post(form.url, data=form.fields, files={"file": photo}, timeout=20)
        assert sent.ok, sent.text
        return materials.complete(actor, case_id, photo_id, a_key())

    def a_ready_draft(self, applicant: Actor | None = None, **changes: Any) -> View:
        """Answered, photographed and signed; only the submission is left."""
        who = applicant or self.applicant
        view = self.an_answered_draft(who, **changes)
        case_id = UUID(view["id"])
        for slot in view["slots"]:
            if slot["status"] == "open":
                kind = slot["kind"] or (slot["kinds"][0]["key"] if slot["kinds"] else None)
                for part in slot["parts"]:
                    self.photograph(case_id, slot["key"], part["key"], kind, who)
        version = self.services.filing.view(who, case_id)["version"]
        self.services.materials.save_signature(who, case_id, version, pictures.signature())
        return self.services.filing.view(who, case_id)

    def submit(self, view: View, applicant: Actor | None = None) -> View:
        commitment = self.services.filing.guide()["commitment"]["version"]
        who = applicant or self.applicant
        return self.services.filing.submit(who, UUID(view["id"]), view["version"], a_key(), commitment)

    def a_submitted_case(self, applicant: Actor | None = None, **changes: Any) -> UUID:
        return UUID(self.submit(self.a_ready_draft(applicant, **changes), applicant)["id"])

    # ── the window ───────────────────────────────────────────────────────────────────────

    def claimed(self, case_id: UUID, clerk: Actor | None = None) -> View:
        who = clerk or self.staff.clerk
        self.services.review.claim(who, case_id, a_key())
        return self.services.review.view(who, case_id)

    def judge_all(self, view: View, failing: dict[str, str] | None = None) -> View:
        """Passes everything but `failing` (subject → reason code)."""
        failing = failing or {}
        subjects = [each["subject"] for each in (*view["fields"], *view["slots"]) if each["needs_judgement"]]
        verdicts = [
            GivenVerdict(s, Verdict.FAIL, failing[s]) if s in failing else GivenVerdict(s, Verdict.PASS)
            for s in subjects
        ]
        return self.services.review.judge(self.staff.clerk, UUID(view["id"]), view["version"], verdicts)

    def a_judged_case(self, **changes: Any) -> View:
        """Everything passed, the four checks “no”, the age confirmed."""
        view = self.judge_all(self.claimed(self.a_submitted_case(**changes)))
        age = view["age"]["statutory_age_months"]
        return self.services.review.check(self.staff.clerk, UUID(view["id"]), view["version"], NO_CHECK_FOUND, age)

    def a_reviewed_case(self, **changes: Any) -> View:
        view = self.a_judged_case(**changes)
        opinion = view["default_opinions"]["clerk"]
        return self.services.review.accept(self.staff.clerk, UUID(view["id"]), view["version"], a_key(), opinion)

    def an_approved_case(self, **changes: Any) -> View:
        view = self.a_reviewed_case(**changes)
        opinion = view["default_opinions"]["supervisor"]
        who = self.staff.supervisor
        return self.services.review.approve(who, UUID(view["id"]), view["version"], a_key(), opinion)

    def a_returned_case(self, failing: dict[str, str]) -> View:
        view = self.judge_all(self.claimed(self.a_submitted_case()), failing)
        self.services.review.return_for_correction(
            self.staff.clerk, UUID(view["id"]), view["version"], a_key(), "请照着改一改"
        )
        return self.services.filing.view(self.applicant, UUID(view["id"]))
