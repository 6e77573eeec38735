"""The counter (窗口代填): a clerk starts or goes on with the case of somebody who came, and what she prints for her.

Answering, photographing and handing in are the applicant's own use cases: while a clerk sits for a case, filing.py and
materials.py let her in. Phones that shoot by a link are in shoot_links.py, taking the case along is in joining.py.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor, Role
from backend.domain.audit import AuditEntry, AuditLink
from backend.domain.case import EDITABLE, STAFF_STATE_LABELS, STATE_LABELS, Action, Case, SignatureKind, State
from backend.domain.counter import CONSENT_LABELS, ConsentHow, Sitting
from backend.domain.errors import (
    ActionNotAllowed,
    AnswersInvalid,
    ConsentMissing,
    HeldByAnother,
    NotFound,
    SignatureMissing,
    WalkInHasCase,
)
from backend.domain.notices import SHANGHAI
from backend.domain.people import chinese_date, mask_name
from backend.domain.rulebook import Rulebook
from backend.services.application_form import application_form
from backend.services.consenting import keep_consents, must_consent
from backend.services.filing_view import filing_view
from backend.services.pictures_to_scan import picture_to_scan
from backend.services.ports import Clock, Forms, RecordedConsent, Seals, Store, Transaction
from backend.services.repeats import is_repeat
from backend.services.wording import iso, local_date

View = dict[str, Any]

LISTED = 200
SEEN_SECONDS = 60
JOIN_CODE_DIGITS = 8
NO_NUMBER = "提交后编号"

# What is written to the audit trail here, in shoot_links.py and in joining.py, and how people read it.
ACT_LABELS = {
    "counter_found": "窗口查到已有办件",
    "counter_opened": "窗口开始代填",
    "counter_closed": "窗口结束代填",
    "counter_link_opened": "窗口开拍照二维码",
    "counter_link_ended": "窗口作废拍照二维码",
    "counter_form_printed": "窗口打印申请表",
    "counter_receipt": "窗口打印回执",
    "counter_joined": "本人在微信领取办件",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterLimits:
    """How long things of the counter last."""

    sitting: timedelta
    link: timedelta
    link_grace: timedelta
    join_code: timedelta
    join_code_tries: int


@dataclass(frozen=True, slots=True, repr=False)
class WalkIn:
    """Who came, as the clerk types it from her ID card."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class CounterConsents:
    """What she agreed to at the counter, in which versions, and how she said so."""

    how: ConsentHow
    consents: Mapping[str, str]
    notice_version: str


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A clerk and the session she works in: its token's digest."""

    clerk: Actor
    session_digest: bytes


class Counter:
    """The clerk's use cases at the counter. `public_url` is the H5's origin, where the receipt's code leads."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        seals: Seals,
        rulebook: Rulebook,
        forms: Forms,
        public_url: str,
        limits: CounterLimits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._forms = forms
        self._public_url = public_url
        self._limits = limits

    # ── beginning and going on ───────────────────────────────────────────────────────────────

    def look_up(self, desk: AtDesk, walk_in: WalkIn) -> View:
        """Whether she has a case that is not closed. A look that found one is audited. Raises AnswersInvalid."""
        at = self._clock.now()
        given = self._read(walk_in)
        with self._store.begin() as tx:
            case = self._case_of(tx, given)
            if case is None:
                return {"found": None}
            tx.audit.append(_entry(case, desk.clerk, at, "counter_found"))
            return {"found": self._found(tx, case, desk, at)}

    def start(self, desk: AtDesk, key: str, walk_in: WalkIn, given: CounterConsents) -> View:
        """Opens a draft for a person without a WeChat, and sits down for it.

        Raises WalkInHasCase (the facts of the case that is there), ConsentMissing, AnswersInvalid.
        """
        at, answers = self._clock.now(), self._read(walk_in)
        must_consent(self._rulebook, given.consents, given.notice_version)
        with self._store.begin() as tx:
            case = self._case_of(tx, answers)
            if is_repeat(tx, self._seals, desk.clerk, key, {"walk_in": self._fingerprint(answers)}, at):
                if case is None:
                    raise NotFound
                return _place(case)
            if case is not None:
                raise WalkInHasCase(**self._found(tx, case, desk, at))
            person_id = tx.people.add_walk_in(at)
            case = Case(uuid4(), person_id, created_at=at, changed_at=at, changed_by=desk.clerk.name, answers=answers)
            tx.cases.add(case)
            self._sit(tx, desk, case, given, at)
            return _place(case)

    def sit(self, desk: AtDesk, case_id: UUID, given: CounterConsents) -> View:
        """Goes on with a draft or a returned case, hers from WeChat too, with her consent of today.

        Raises NotFound, ActionNotAllowed, HeldByAnother, ConsentMissing.
        """
        at = self._clock.now()
        must_consent(self._rulebook, given.consents, given.notice_version)
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            case.must_be_editable("在窗口代填")
            self._sit(tx, desk, case, given, at)
            return _place(case)

    def resume(self, desk: AtDesk, case_id: UUID) -> View:
        """Sits down again on the day of her consent: what she agreed to then holds, and is named as it was given.

        On another day, or when what she agreed to was written anew, she is asked anew (`sit`). Raises ConsentMissing;
        NotFound for a case that never was at the counter, ActionNotAllowed, HeldByAnother.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            given = _last_consent(tx.audit.chain(case_id))
            if given is None:
                raise NotFound
            case.must_be_editable("在窗口代填")
            if not self._still_holds(given.at, str(given.facts["notice"])):
                raise ConsentMissing("本人上次的同意不是今天说的，请再念一遍，请本人再说一次。")
            how = ConsentHow(given.facts["how"])
            tx.counter.sit(self._sitting(desk, case, how, at))
            facts = {"again": True, "how": how, "consent_at": iso(given.at), "consent_taken_by": given.actor_name}
            tx.audit.append(_entry(case, desk.clerk, at, "counter_opened", facts=facts))
            return _place(case)

    def _still_holds(self, given_at: datetime, notice_version: str) -> bool:
        """Whether a consent was given today, to the notice in force."""
        is_todays = local_date(given_at) == self._clock.today()
        return is_todays and notice_version == self._rulebook.consents.notice.version

    def _sit(self, tx: Transaction, desk: AtDesk, case: Case, given: CounterConsents, at: datetime) -> None:
        recorded = RecordedConsent(given.how, desk.clerk.id)
        keep_consents(tx, self._rulebook, case.applicant_id, given.consents, given.notice_version, at, recorded)
        tx.counter.sit(self._sitting(desk, case, given.how, at))
        facts = {"how": given.how, "notice": given.notice_version, "consents": sorted(given.consents)}
        tx.audit.append(_entry(case, desk.clerk, at, "counter_opened", facts=facts))

    def _sitting(self, desk: AtDesk, case: Case, how: ConsentHow, at: datetime) -> Sitting:
        clerk = desk.clerk
        ends = at + self._limits.sitting
        return Sitting(uuid4(), case.id, clerk.id, clerk.name, desk.session_digest, how, at, at, ends)

    # ── while she sits ───────────────────────────────────────────────────────────────────────

    def is_seated(self, desk: AtDesk, case_id: UUID) -> bool:
        """Whether this clerk may act in this case now; the sitting goes on with every step."""
        at = self._clock.now()
        with self._store.begin() as tx:
            sitting = tx.counter.sitting_in(case_id, desk.session_digest)
            if sitting is None or not sitting.is_live(at) or sitting.staff_id != desk.clerk.id:
                return False
            if at - sitting.seen_at >= timedelta(seconds=SEEN_SECONDS):
                tx.counter.keep_sitting(sitting.seen(at, self._limits.sitting))
            return True

    def seat(self, session_digest: bytes) -> View | None:
        """For whom this session's clerk fills in now."""
        at = self._clock.now()
        with self._store.begin() as tx:
            sitting = tx.counter.sitting_of(session_digest)
            if sitting is None or not sitting.is_live(at):
                return None
            case = tx.cases.read(sitting.case_id)
            person = tx.people.get(case.applicant_id)
            return {
                "case_id": case.id,
                "applicant_name": mask_name(str(case.answers.get("name", ""))),
                "clerk_name": sitting.staff_name,
                "expires_at": sitting.expires_at,
                "signs_on_paper": case.signs_on_paper,
                "is_walk_in": person.openid is None,
            }

    def leave(self, desk: AtDesk, case_id: UUID) -> None:
        """Ends the sitting; one that is over is no error."""
        at = self._clock.now()
        with self._store.begin() as tx:
            sitting = tx.counter.sitting_in(case_id, desk.session_digest)
            if sitting is not None:
                tx.counter.end_sitting(sitting.id, at)
                tx.audit.append(_entry(tx.cases.read(case_id), desk.clerk, at, "counter_closed"))

    # ── the lists ────────────────────────────────────────────────────────────────────────────

    def lists(self, desk: AtDesk) -> View:
        """What was begun here and not handed in, and whom no push reaches: the window telephones. Masked."""
        at = self._clock.now()
        with self._store.begin() as tx:
            unfinished = tx.counter.unfinished(at, LISTED)
            unreached = tx.counter.unreached(LISTED)
        return {
            "unfinished": [{**_unfinished(row, desk.clerk), "consent": self._consent(row)} for row in unfinished],
            "unreached": [_unreached(row) for row in unreached],
        }

    def _consent(self, row: Mapping[str, Any]) -> View:
        """What she agreed to when she last came, how, when and who took it down; whether it holds to go on now."""
        return {
            "how": row["consent_how"],
            "how_label": CONSENT_LABELS[ConsentHow(row["consent_how"])],
            "at": iso(row["consent_at"]),
            "by": row["consent_by"],
            "holds": self._still_holds(row["consent_at"], row["consent_notice"]),
        }

    def abandon(self, desk: AtDesk, case_id: UUID, reason: str) -> None:
        """Gives up a draft that was begun at the counter. Raises ReasonMissing, NotFound, HeldByAnother."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            if tx.people.get(case.applicant_id).openid is not None or not tx.counter.was_at_the_counter(case_id):
                raise NotFound("这一件是本人在微信里开始的，请本人自己撤回。")
            sitting = tx.counter.live_sitting(case_id, at)
            if sitting is not None and sitting.staff_id != desk.clerk.id:
                raise HeldByAnother(holder_name=sitting.staff_name, expires_at=sitting.expires_at.isoformat())
            case.abandon(desk.clerk, at, reason)
            tx.cases.save(case)
            if sitting is not None:
                tx.counter.end_sitting(sitting.id, at)

    # ── signing on paper ─────────────────────────────────────────────────────────────────────

    def choose_signing(self, desk: AtDesk, case_id: UUID, seen_version: int, kind: SignatureKind) -> View:
        """On a phone, or on the printed form. Raises NotFound, StaleVersion, ActionNotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._own(tx, desk, case_id)
            case.must_be_at(seen_version)
            case.choose_signing(kind, desk.clerk, at)
            tx.cases.save(case)
            return self._view(case, desk.clerk)

    def confirm_paper(self, desk: AtDesk, case_id: UUID, seen_version: int) -> View:
        """The clerk has compared the scanned form: it counts as the signature.

        Raises SignatureMissing, NotFound, StaleVersion, ActionNotAllowed.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._own(tx, desk, case_id)
            case.must_be_at(seen_version)
            case.sign_on_paper(desk.clerk, at)
            tx.cases.save(case)
            return self._view(case, desk.clerk)

    # ── prints ───────────────────────────────────────────────────────────────────────────────

    def application_form(self, desk: AtDesk, case_id: UUID) -> bytes:
        """The 联办申请表 as it stands, with an empty line for her signature. Raises NotFound, SignatureMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._own(tx, desk, case_id)
            if not case.signs_on_paper:
                raise SignatureMissing("请先选“打印出来签”。")
            tx.audit.append(_entry(case, desk.clerk, at, "counter_form_printed"))
            content = {**application_form(case, self._rulebook), "signature": None, "number": case.number or NO_NUMBER}
        return self._forms.render("application_form", {**content, "code": "", "verify_svg": None, "verify_at": ""}, at)

    def consents(self, name: str) -> bytes:
        """The notice and the separate consents on paper, for her to read, tick and sign."""
        at, words = self._clock.now(), self._rulebook.consents
        data = {
            "name": name,
            "notice": {"title": words.notice.title, "paragraphs": list(words.notice.paragraphs)},
            "consents": [{"title": each.title, "paragraphs": list(each.paragraphs)} for each in words.departments],
            "version": words.notice.version,
            "day": chinese_date(local_date(at)),
        }
        return self._forms.render("counter_consents", data, at)

    def receipt(self, desk: AtDesk, case_id: UUID) -> bytes:
        """The receipt of a case that was handed in here, with a new code by which she takes it into her WeChat.

        A code printed before is good no more. Raises NotFound, ActionNotAllowed.
        """
        at = self._clock.now()
        code = "".join(secrets.choice("0123456789") for _ in range(JOIN_CODE_DIGITS))
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            if not tx.counter.was_at_the_counter(case_id):
                raise NotFound
            if case.number is None or case.submitted_at is None:
                raise ActionNotAllowed(state=STATE_LABELS[case.state], action="打印回执")
            is_walk_in = tx.people.get(case.applicant_id).openid is None
            if is_walk_in:
                tx.counter.save_join_code(case_id, code, at, at + self._limits.join_code)
            tx.audit.append(_entry(case, desk.clerk, at, "counter_receipt"))
            data = self._receipt(case, desk.clerk, code if is_walk_in else None, at)
        return self._forms.render("counter_receipt", data, at)

    def _receipt(self, case: Case, clerk: Actor, code: str | None, at: datetime) -> View:
        centre = self._rulebook.service_centre
        items = [self._rulebook.item(each["code"]).title for each in case.planned_items if each["filing"] == "combined"]
        return {
            "number": case.number,
            "name": mask_name(str(case.answers.get("name", ""))),
            "submitted": f"{case.submitted_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if case.submitted_at else "",
            "review_by": chinese_date(case.review_due_on) if case.review_due_on else "",
            "items": items,
            "clerk": clerk.name,
            "code": f"{code[:4]} {code[4:]}" if code else None,
            "code_until": chinese_date(local_date(at + self._limits.join_code)),
            "join_svg": picture_to_scan(f"{self._public_url}/join/{case.number}"),
            "phone": centre.phone,
            "hours": centre.hours,
        }

    # ── what the above share ─────────────────────────────────────────────────────────────────

    def _own(self, tx: Transaction, desk: AtDesk, case_id: UUID) -> Case:
        """Raises NotFound unless this clerk sits for the case, in this session."""
        sitting = tx.counter.sitting_in(case_id, desk.session_digest)
        if sitting is None or not sitting.is_live(self._clock.now()):
            raise NotFound("这次代填已经结束，请从“窗口代填”列表里重新打开。")
        case = tx.cases.load(case_id)
        case.must_belong_to(desk.clerk)
        return case

    def _view(self, case: Case, clerk: Actor) -> View:
        return filing_view(case, self._rulebook, self._clock.today(), [], clerk)

    def _read(self, walk_in: WalkIn) -> dict[str, Any]:
        """Name and ID number as their questions keep them. Raises AnswersInvalid with both faults."""
        graph, today = self._rulebook.graph, self._clock.today()
        read: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        for key, given in (("name", walk_in.name), ("id_number", walk_in.id_number)):
            try:
                read |= graph.parse(key, {key: given}, {}, today)
            except AnswersInvalid as refusal:
                faults.extend(refusal.errors)
        if faults:
            raise AnswersInvalid(faults)
        return read

    def _case_of(self, tx: Transaction, answers: Mapping[str, Any]) -> Case | None:
        case_id = tx.cases.open_by_id_number(answers["id_number"])
        return tx.cases.read(case_id) if case_id else None

    def _found(self, tx: Transaction, case: Case, desk: AtDesk, at: datetime) -> View:
        sitting = tx.counter.live_sitting(case.id, at)
        return {
            "case_id": str(case.id),
            "number": case.number,
            "state": case.state,
            "state_label": STAFF_STATE_LABELS[case.state],
            "name_masked": mask_name(str(case.answers.get("name", ""))),
            "changed_at": iso(case.changed_at),
            "is_walk_in": tx.people.get(case.applicant_id).openid is None,
            "may_continue": case.state in EDITABLE,
            "held_by": sitting.staff_name if sitting and sitting.staff_id != desk.clerk.id else None,
        }

    def _fingerprint(self, answers: Mapping[str, Any]) -> str:
        return self._seals.digest(f"{answers['name']}/{answers['id_number']}".encode()).hex()


def _last_consent(links: Sequence[AuditLink]) -> AuditEntry | None:
    """When she last said yes at the counter: the opening that was not a mere going on."""
    opened = [link.entry for link in links if link.entry.action == "counter_opened"]
    return next((entry for entry in reversed(opened) if not entry.facts.get("again")), None)


def filed_at_counter(case: Case, links: Sequence[AuditLink]) -> View | None:
    """Which clerk handed the case in at the counter, for the supervisor to see; None when nobody did."""
    handed_in = [link.entry for link in links if link.entry.action == Action.SUBMIT]
    if not handed_in or handed_in[-1].actor_role != Role.CLERK:
        return None
    filed_by, opinion = handed_in[-1], case.clerk_opinion
    return {"by": filed_by.actor_name, "same_as_reviewer": opinion is not None and opinion.by_id == filed_by.actor_id}


def _place(case: Case) -> View:
    return {"case_id": str(case.id), "path": f"/cases/{case.id}", "version": case.version}


def _unfinished(row: Mapping[str, Any], clerk: Actor) -> View:
    state = State(row["state"])
    holder = None
    if row["holder_id"]:
        until = iso(row["holder_until"])
        holder = {"name": row["holder_name"], "is_me": row["holder_id"] == clerk.id, "expires_at": until}
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "name_masked": row["name_masked"] or "",
        "state": state,
        "state_label": STAFF_STATE_LABELS[state],
        "is_walk_in": row["is_walk_in"],
        "changed_by": row["changed_by"],
        "changed_at": iso(row["changed_at"]),
        "holder": holder,
    }


def _unreached(row: Mapping[str, Any]) -> View:
    state = State(row["state"])
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "name_masked": row["name_masked"] or "",
        "state": state,
        "state_label": STAFF_STATE_LABELS[state],
        "event": row["event"],
        "told_at": iso(row["queued_at"]),
    }


def _entry(
    case: Case, actor: Actor, at: datetime, action: str, *, facts: Mapping[str, Any] | None = None
) -> AuditEntry:
    return AuditEntry(case.id, at, actor.id, actor.role, actor.name, action, None, None, facts or {})
