"""The case (办件): its states, the one transition table, and every change a person can make to it.

No database, no clock: methods take the actor and the moment, raise a leaf of RuleBroken for “no”,
and leave an Event in `new_events` for “yes”. What a slot or a question is lives in materials.py and questions.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.domain.absences import (
    Absence,
    AbsenceDecision,
    DecisionKind,
    Promise,
    PromiseAction,
    PromiseState,
)
from backend.domain.actors import SYSTEM, Actor, Role
from backend.domain.boxes import TURNS
from backend.domain.coaching import Coached
from backend.domain.errors import (
    ActionNotAllowed,
    AnswersIncomplete,
    ContentRefused,
    MaterialsMissing,
    NotAllowed,
    NotFound,
    ReasonMissing,
    ReturnNeedsSupervisor,
    SamePerson,
    SignatureMissing,
    StaleVersion,
)
from backend.domain.evaluation import Evaluation
from backend.domain.marks import Mark, Withdrawn, must_be_drawable, redrawn, said_by_marks
from backend.domain.materials import SIGNS_ON_PAPER
from backend.domain.review import (
    Check,
    Judgement,
    Opinion,
    Settlement,
    SettlementKind,
    Verdict,
    settled,
    standing,
    to_settle,
)
from backend.domain.routing import ItemAction, RoutedItem
from backend.domain.rule_checks import RuleCheck


class State(StrEnum):
    """Where a case is; the values are the wire and database values."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURN_ASKED = "return_asked"
    RETURNED = "returned"
    WAITING = "waiting"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PROCESSING = "processing"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Action(StrEnum):
    """What moves a case; the values are the wire and database values."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ABANDON = "abandon"
    CLAIM = "claim"
    ASK_RETURN = "ask_return"
    RETURN = "return"
    ACCEPT = "accept"
    REFUSE = "refuse"
    HOLD = "hold"
    RESOLVE = "resolve"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    BEGIN = "begin"
    COMPLETE = "complete"


# fmt: off
TRANSITIONS: dict[tuple[State, Action], State] = {
    # from               action              to                   # who
    (State.DRAFT,        Action.SUBMIT):     State.SUBMITTED,     # applicant, her helper, or a clerk at the counter
    (State.RETURNED,     Action.SUBMIT):     State.SUBMITTED,     # applicant
    (State.SUBMITTED,    Action.CLAIM):      State.IN_REVIEW,     # clerk
    (State.IN_REVIEW,    Action.RETURN):     State.RETURNED,      # clerk, the first time
    (State.IN_REVIEW,    Action.ASK_RETURN): State.RETURN_ASKED,  # clerk, from the second time on
    (State.RETURN_ASKED, Action.RETURN):     State.RETURNED,      # supervisor
    (State.RETURN_ASKED, Action.SEND_BACK):  State.IN_REVIEW,     # supervisor
    (State.IN_REVIEW,    Action.ACCEPT):     State.REVIEWED,      # clerk
    (State.IN_REVIEW,    Action.REFUSE):     State.REFUSED,       # clerk
    (State.IN_REVIEW,    Action.HOLD):       State.WAITING,       # clerk
    (State.WAITING,      Action.RESOLVE):    State.IN_REVIEW,     # clerk
    (State.REVIEWED,     Action.APPROVE):    State.APPROVED,      # supervisor
    (State.REVIEWED,     Action.SEND_BACK):  State.IN_REVIEW,     # supervisor
    (State.APPROVED,     Action.BEGIN):      State.PROCESSING,    # officer, with the first item accepted
    (State.APPROVED,     Action.COMPLETE):   State.COMPLETED,     # system, when nothing waits any more
    (State.PROCESSING,   Action.COMPLETE):   State.COMPLETED,     # system, with the last item decided
    (State.DRAFT,        Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.DRAFT,        Action.ABANDON):    State.WITHDRAWN,     # clerk, what was begun at the counter
    (State.SUBMITTED,    Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.IN_REVIEW,    Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.RETURN_ASKED, Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.RETURNED,     Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.WAITING,      Action.WITHDRAW):   State.WITHDRAWN,     # applicant
    (State.REVIEWED,     Action.WITHDRAW):   State.WITHDRAWN,     # applicant
}

ROLES: dict[Action, tuple[Role, ...]] = {
    Action.SUBMIT:     (Role.APPLICANT, Role.HELPER, Role.CLERK),  # the clerk at the counter, for who came
    Action.WITHDRAW:   (Role.APPLICANT, Role.HELPER),
    Action.ABANDON:    (Role.CLERK,),
    Action.CLAIM:      (Role.CLERK,),
    Action.ASK_RETURN: (Role.CLERK,),
    Action.RETURN:     (Role.CLERK,),
    Action.ACCEPT:     (Role.CLERK,),
    Action.REFUSE:     (Role.CLERK,),
    Action.HOLD:       (Role.CLERK,),
    Action.RESOLVE:    (Role.CLERK,),
    Action.APPROVE:    (Role.SUPERVISOR,),
    Action.SEND_BACK:  (Role.SUPERVISOR,),
    Action.BEGIN:      (Role.OFFICER,),
    Action.COMPLETE:   (Role.SYSTEM,),
}

# Where a state lets others do an action than its row above says.
ROLES_IN: dict[tuple[State, Action], tuple[Role, ...]] = {
    (State.RETURN_ASKED, Action.RETURN): (Role.SUPERVISOR,),
}

STATE_LABELS: dict[State, str] = {
    State.DRAFT:        "填写中",
    State.SUBMITTED:    "已提交，等待窗口审核",
    State.IN_REVIEW:    "窗口审核中",
    State.RETURN_ASKED: "窗口审核中",
    State.RETURNED:     "需要您补正",
    State.WAITING:      "等待相关业务办好",
    State.REVIEWED:     "审核通过，等待主管审批",
    State.APPROVED:     "已受理，已转给各部门",
    State.PROCESSING:   "各部门办理中",
    State.COMPLETED:    "已办结",
    State.WITHDRAWN:    "已撤回",
    State.REFUSED:      "不予受理",
}

# The same, as staff say it to each other.
STAFF_STATE_LABELS: dict[State, str] = {
    **STATE_LABELS,
    State.SUBMITTED:    "待审核",
    State.IN_REVIEW:    "审核中",
    State.RETURN_ASKED: "请主管同意再次退回",
    State.RETURNED:     "已退回，等补正",
    State.WAITING:      "暂停，等核查事项办好",
    State.REVIEWED:     "待主管审批",
    State.APPROVED:     "已转各部门",
    State.WITHDRAWN:    "申请人已撤回",
}

ACTION_LABELS: dict[Action, str] = {
    Action.SUBMIT:     "提交",
    Action.WITHDRAW:   "撤回",
    Action.ABANDON:    "放弃代填",
    Action.CLAIM:      "领取审核",
    Action.ASK_RETURN: "申请再次退回",
    Action.RETURN:     "退回补正",
    Action.ACCEPT:     "审核通过",
    Action.REFUSE:     "不予受理",
    Action.HOLD:       "暂停等待",
    Action.RESOLVE:    "核查已解决",
    Action.APPROVE:    "同意办理",
    Action.SEND_BACK:  "退回窗口",
    Action.BEGIN:      "部门开始办理",
    Action.COMPLETE:   "办结",
}

# Why a check is not settled the way it was tried, by what it asks for instead.
NOT_TO_SETTLE: dict[SettlementKind | None, str] = {
    None:                      "这一条已经符合，不用处理。",
    SettlementKind.CONFIRMED:  "这一条只要对照材料确认，不用写理由照办。",
    SettlementKind.OVERRIDDEN: "这一条不符合政策，不能只点确认；照办要写明理由。",
}
# fmt: on
REASON_LEAST_CHARACTERS = 4

FORM_SLOT = "application_form"

CLOSED = frozenset({State.COMPLETED, State.WITHDRAWN, State.REFUSED})
ACTIVE = frozenset(State) - CLOSED - {State.DRAFT}
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
WITH_THE_CLERK = frozenset({State.IN_REVIEW})
# Where a clerk may ask her by telephone about a paper, whether or not anybody has taken the case.
WITH_THE_WINDOW = frozenset({State.SUBMITTED, State.IN_REVIEW, State.WAITING})


def allowed(state: State, role: Role) -> list[Action]:
    """The actions this role may take in this state, in the table's order."""
    return [action for (start, action) in TRANSITIONS if start is state and role in roles_of(state, action)]


def roles_of(state: State, action: Action) -> tuple[Role, ...]:
    """Who may take this action in this state."""
    return ROLES_IN.get((state, action), ROLES[action])


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's append-only history. Facts hold no personal data."""

    at: datetime
    actor: Actor
    action: str
    from_state: State | None = None
    to_state: State | None = None
    note: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class PhotoState(StrEnum):
    AWAITING = "awaiting"
    READY = "ready"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of one part of one slot (材料槽), as given once. `bytes` and pixels are of the cleaned picture.

    `turn`: degrees clockwise by which the kept picture is shown so that it is upright; None while nobody said.
    `perceptual_hash`: 64 bits, signed, near for pictures that look alike; None for one that shows nothing.
    """

    id: UUID
    slot_key: str
    part_key: str
    kind: str | None
    state: PhotoState
    content_type: str
    declared_bytes: int
    declared_sha256: str
    round: int
    created_at: datetime
    incoming_key: str
    image_key: str | None = None
    thumbnail_key: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    ready_at: datetime | None = None
    perceptual_hash: int | None = None
    coach: Coached | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """A clerk asks to return a case again: the reason, why it was not said the first time, and what failed.

    `lines` are subject, label and reason of each failed thing, as the correction notice will say them.
    """

    reason: str
    why_not_before: str
    lines: tuple[Mapping[str, Any], ...]
    by_id: UUID
    by_name: str
    at: datetime


class SignatureKind(StrEnum):
    """How it was signed; the values are the wire and database values."""

    HANDWRITTEN = "handwritten"  # on a screen
    PAPER = "paper"  # on the printed form, which was scanned


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature under the commitment, in the evidence bucket: hers, or her helper's as 代办人.

    Handwritten it is a PNG of its own; on paper, the first page of the scanned form (JPEG).
    """

    image_key: str
    sha256: str
    signed_at: datetime
    role: Role = Role.APPLICANT
    kind: SignatureKind = SignatureKind.HANDWRITTEN


@dataclass(frozen=True, slots=True)
class ActiveHelper:
    """Her helper (代办人) while the authorisation is active: who that is, under which one, for whom (masked)."""

    authorisation_id: UUID
    actor: Actor
    applicant_name: str


@dataclass(frozen=True, slots=True)
class ActiveSitting:
    """The clerk who fills in at the counter (窗口代填) now, until she ends it."""

    sitting_id: UUID
    clerk_id: UUID


@dataclass(slots=True)
class Case:
    """One application of one insured person, with everything that hangs on it. Change it by its methods only."""

    id: UUID
    applicant_id: UUID
    created_at: datetime
    helper: ActiveHelper | None = None
    sitting: ActiveSitting | None = None
    state: State = State.DRAFT
    version: int = 1
    round: int = 1
    number: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    signature: Signature | None = None
    commitment_version: str | None = None
    policy_hash: str | None = None
    evaluation: Evaluation | None = None  # what that version answered at the submission
    planned_items: list[Mapping[str, str]] = field(default_factory=list)
    submitted_at: datetime | None = None
    review_due_on: date | None = None
    correction_note: str | None = None
    corrected_at: datetime | None = None
    returns: int = 0  # how often it was returned: from the second on the supervisor agrees, and it is counted
    return_request: ReturnRequest | None = None  # while a clerk asks, and until the next time
    mended: frozenset[str] = frozenset()  # the subjects she changed since it was returned
    clerk_opinion: Opinion | None = None
    supervisor_opinion: Opinion | None = None
    confirmed_age_months: int | None = None
    closing_reason: str | None = None
    changed_by: str = "申请人"
    changed_at: datetime | None = None
    photos: dict[UUID, Photo] = field(default_factory=dict)
    returned_photos: dict[UUID, Photo] = field(default_factory=dict)  # of the last return, replaced since
    marks: dict[UUID, tuple[Mark, ...]] = field(default_factory=dict)  # by photo
    absences: dict[str, Absence] = field(default_factory=dict)
    absence_decisions: tuple[AbsenceDecision, ...] = ()  # only ever added to
    promises: dict[str, Promise] = field(default_factory=dict)  # slot key → 容缺受理, the latest
    judgements: dict[str, Judgement] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    settlements: dict[str, Settlement] = field(default_factory=dict)
    items: dict[UUID, RoutedItem] = field(default_factory=dict)
    new_events: list[Event] = field(default_factory=list)

    # ── what can go wrong first ───────────────────────────────────────────────────────────

    def must_belong_to(self, actor: Actor) -> Actor:
        """Who this person is in the case: the applicant, the helper (代办人) whom she has authorised, or the clerk who
        fills in for her at the counter.

        Raises NotFound when the case is somebody else's: that it exists is nobody's business.
        """
        if actor.id == self.applicant_id:
            return actor
        if self.helper is not None and actor.id == self.helper.actor.id:
            return self.helper.actor
        if self.sitting is not None and actor.role is Role.CLERK and actor.id == self.sitting.clerk_id:
            return actor
        raise NotFound

    def must_be_at(self, seen_version: int) -> None:
        """Raises StaleVersion (changed_by, changed_at) when somebody changed the case since it was seen."""
        if seen_version != self.version:
            raise StaleVersion(version=self.version, changed_by=self.changed_by, changed_at=_moment(self.changed_at))

    def must_take_photos(self, slot_key: str, what: str) -> None:
        """Raises ActionNotAllowed unless she may change photos, or owes this very paper (容缺受理)."""
        if not (self.owes(slot_key) and self.state in ACTIVE):
            self.must_be_editable(what)

    def owes(self, slot_key: str) -> bool:
        """Whether she promised this paper and the window has not passed it yet."""
        promise = self.promises.get(slot_key)
        return promise is not None and promise.is_outstanding

    def must_be_editable(self, what: str) -> None:
        """Raises ActionNotAllowed unless the applicant may change answers and photos now."""
        if self.state not in EDITABLE:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action=what)

    # ── the applicant ────────────────────────────────────────────────────────────────────

    def answer(self, given: Mapping[str, Any], actor: Actor, at: datetime) -> None:
        """Keeps one page of parsed answers. A signature no longer covers what changed, so it is asked for again."""
        self.must_be_editable("修改")
        if any(self.answers.get(key) != value for key, value in given.items()):
            self._unsign()
        self.answers |= given
        for key in given:
            self._mend(f"field:{key}")
        if actor.role is not Role.APPLICANT:  # what was filled in for her, never the answers
            self._note("answer", actor, at, {"fields": sorted(given)})
        self._touch(actor, at)

    def sign(self, signature: Signature, actor: Actor, at: datetime) -> None:
        self.must_be_editable("签名")
        self.signature = signature
        facts = {"on": signature.kind} if signature.kind is SignatureKind.PAPER else {}
        self._note("sign", actor, at, {"sha256": signature.sha256, **facts})

    @property
    def signs_on_paper(self) -> bool:
        return bool(self.answers.get(SIGNS_ON_PAPER))

    def choose_signing(self, kind: SignatureKind, actor: Actor, at: datetime) -> None:
        """At the counter: she signs on a phone, or on the printed form, which is then scanned into its slot."""
        self.must_be_editable("改签名方式")
        if self.signs_on_paper is (kind is SignatureKind.PAPER):
            return
        self._unsign()
        self.answers = {key: value for key, value in self.answers.items() if key != SIGNS_ON_PAPER}
        if kind is SignatureKind.PAPER:
            self.answers[SIGNS_ON_PAPER] = True
        self._touch(actor, at)

    def sign_on_paper(self, actor: Actor, at: datetime) -> None:
        """The clerk has compared the scanned form: it counts as her signature. Raises SignatureMissing without it."""
        self.must_be_editable("确认签名")
        _must_be((Role.CLERK,), actor)
        pages = [p for p in self.photos.values() if p.slot_key == FORM_SLOT and p.state is PhotoState.READY]
        first = min(pages, key=lambda page: page.part_key, default=None)
        if first is None or first.image_key is None or first.sha256 is None or not self.signs_on_paper:
            raise SignatureMissing("还没有扫描签好字的申请表，请先扫描上传。")
        self.sign(Signature(first.image_key, first.sha256, at, kind=SignatureKind.PAPER), actor, at)

    def _unsign(self) -> None:
        """What was signed has changed: the signature, and the printed form that bears it, say something else now."""
        self.signature = None
        for photo in list(self.photos.values()):
            if photo.slot_key == FORM_SLOT:
                self.photos[photo.id] = replace(photo, state=PhotoState.REPLACED)

    def add_photo(self, photo: Photo) -> None:
        self.must_take_photos(photo.slot_key, "传照片")
        self.photos[photo.id] = photo

    def photo(self, photo_id: UUID) -> Photo:
        """Raises NotFound."""
        if photo_id not in self.photos:
            raise NotFound("没有找到这张照片，请重新拍一张。")
        return self.photos[photo_id]

    def shown_photo(self, photo_id: UUID) -> Photo:
        """A photo of the case, or one that was replaced since the case was returned. Raises NotFound."""
        return self.returned_photos.get(photo_id) or self.photo(photo_id)

    def turn_photo(self, photo_id: UUID, degrees: int) -> None:
        """How the kept picture is shown so that it is upright. Raises NotFound, ContentRefused."""
        if degrees not in TURNS:
            raise ContentRefused("照片只能转 0、90、180 或 270 度。", degrees=degrees)
        self.photos[photo_id] = replace(self.photo(photo_id), turn=degrees)

    def keep_photo(self, ready: Photo) -> None:
        """A verified photo takes its part of the slot; the one before it is kept, as replaced.

        One that was announced before the one in its place has come late: she took the other after it, which stays.
        """
        self.must_take_photos(ready.slot_key, "传照片")
        rivals = [other for other in self.photos.values() if _is_instead_of(other, ready)]
        if any(other.created_at > ready.created_at for other in rivals):
            self.photos[ready.id] = replace(ready, state=PhotoState.REPLACED)
            return
        for other in rivals:
            self.photos[other.id] = replace(other, state=PhotoState.REPLACED)
        self.photos[ready.id] = ready
        self.absences.pop(ready.slot_key, None)
        self._forget_scanned_signature(ready)
        self._mend(f"slot:{ready.slot_key}")
        if self.owes(ready.slot_key):
            self.promises[ready.slot_key] = self.promises[ready.slot_key].given(ready.ready_at or ready.created_at)

    def take_back_photo(self, photo_id: UUID) -> Photo:
        known = self.photos.get(photo_id)
        self.must_take_photos(known.slot_key if known else "", "删除照片")
        photo = self.photo(photo_id)
        self.photos[photo_id] = replace(photo, state=PhotoState.REPLACED)
        self._mend(f"slot:{photo.slot_key}")
        promise = self.promises.get(photo.slot_key)
        if promise and promise.state is PromiseState.GIVEN and not self._has_photo(photo.slot_key):
            self.promises[photo.slot_key] = promise.taken_back()
        self._forget_scanned_signature(photo)
        return photo

    def _forget_scanned_signature(self, photo: Photo) -> None:
        """Another page of the signed form: the clerk compares it again."""
        if photo.slot_key == FORM_SLOT and self.signature and self.signature.kind is SignatureKind.PAPER:
            self.signature = None

    def declare_absent(self, slot_key: str, reason: str, at: datetime) -> None:
        """She has no such paper: the slot no longer stops her, a clerk sees to it. Raises ReasonMissing."""
        self.must_be_editable("说明没有材料")
        if not reason.strip():
            raise ReasonMissing
        self.absences[slot_key] = Absence(slot_key, reason.strip(), at)
        self._mend(f"slot:{slot_key}")

    def take_back_absence(self, slot_key: str) -> None:
        self.must_be_editable("修改")
        if self.owes(slot_key):  # she brings it by a photo, and it is expected already
            return
        self.absences.pop(slot_key, None)
        self._mend(f"slot:{slot_key}")

    def submit(
        self, actor: Actor, at: datetime, *, unanswered: Sequence[str], missing: Sequence[str], terms: "SubmissionTerms"
    ) -> None:
        """Hands the case in. Raises AnswersIncomplete, MaterialsMissing, SignatureMissing, ActionNotAllowed."""
        self._must_allow(Action.SUBMIT)
        if unanswered:
            raise AnswersIncomplete(unanswered)
        if missing:
            raise MaterialsMissing(missing)
        if self.signature is None:
            raise SignatureMissing
        again = self.state is State.RETURNED
        self.number = self.number or terms.number
        self.commitment_version = terms.commitment_version
        self.policy_hash = terms.policy_hash
        self.evaluation = terms.evaluation
        self.planned_items = list(terms.planned_items)
        self.submitted_at = at
        self.review_due_on = terms.review_due_on
        self.round += again
        self._move(Action.SUBMIT, actor, at, facts={"round": self.round, "policy_hash": terms.policy_hash})

    def withdraw(self, actor: Actor, at: datetime, reason: str) -> None:
        """Takes the case back, until it is approved. Raises ActionNotAllowed."""
        self._move(Action.WITHDRAW, actor, at, note=reason.strip() or None)
        self.closing_reason = reason.strip() or None

    def abandon(self, actor: Actor, at: datetime, reason: str) -> None:
        """The clerk gives up a draft that was begun at the counter. Raises ReasonMissing, ActionNotAllowed."""
        if not reason.strip():
            raise ReasonMissing
        self._move(Action.ABANDON, actor, at, note=reason.strip())
        self.closing_reason = reason.strip()

    def hand_over(self, person_id: UUID, actor: Actor, at: datetime) -> None:
        """She takes the case that was filed for her at the counter into her own WeChat."""
        self.applicant_id = person_id
        self._note("counter_joined", actor, at, {})

    # ── the clerk ────────────────────────────────────────────────────────────────────────

    def claim(self, actor: Actor, at: datetime) -> None:
        """The clerk has the lease; a case already in review stays there under its new holder."""
        if self.state is State.SUBMITTED:
            self._move(Action.CLAIM, actor, at)
        elif self.state not in (State.IN_REVIEW, State.WAITING):
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action=ACTION_LABELS[Action.CLAIM])
        else:
            _must_be((Role.CLERK,), actor)

    def standing(self) -> dict[str, Judgement]:
        """The judgements that still say something: see review.py."""
        return standing(self.judgements, self.round, self.mended)

    def judge(self, judgements: Sequence[Judgement], actor: Actor, at: datetime) -> None:
        """Keeps the clerk's verdicts. Raises ReasonMissing for a fail without its reason, ActionNotAllowed."""
        if self.state not in WITH_THE_CLERK:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="审核材料")
        _must_be((Role.CLERK,), actor)
        for judgement in judgements:
            if judgement.subject.removeprefix("slot:") in self.absences:
                raise ContentRefused("这份材料她说没有，请在“没有材料”那里处理。", subject=judgement.subject)
            if judgement.is_fail and not (judgement.reason_code or judgement.note):
                raise ReasonMissing("不通过要选一个原因，申请人才知道怎么改。", subject=judgement.subject)
        self.judgements |= {judgement.subject: judgement for judgement in judgements}
        for judgement in judgements:
            self._judge_promised(judgement, at)
        self._note("judge", actor, at, {judgement.subject: judgement.verdict for judgement in judgements})

    def mark_photo(self, photo_id: UUID, given: Sequence[Mark], actor: Actor, at: datetime) -> None:
        """Keeps these as the marks on the photo; words on it fail its slot, which ends with them (marks.py).

        Raises NotFound, ActionNotAllowed, ContentRefused.
        """
        if self.state not in WITH_THE_CLERK:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="在照片上标注")
        _must_be((Role.CLERK,), actor)
        must_be_drawable(given)
        slot_key, before = self.photo(photo_id).slot_key, self.marks.get(photo_id, ())
        subject = f"slot:{slot_key}"
        now = redrawn(before, given)
        if now == before:
            return
        self.marks[photo_id] = now
        self._note("mark_photo", actor, at, {"photo": str(photo_id), "subject": subject, "marks": len(now)})
        in_slot = [p.id for p in self.photos.values() if p.slot_key == slot_key and p.state is PhotoState.READY]
        others = [mark for other in in_slot if other != photo_id for mark in self.marks.get(other, ())]
        said = said_by_marks([*before, *others], [*now, *others], self.judgements.get(subject), subject)
        if isinstance(said, Withdrawn):
            if slot_key in self.promises:  # what became of the promised paper is the clerk's to say anew
                return
            del self.judgements[subject]
            self._note("judgement_withdrawn", actor, at, {"subject": subject})
        elif said:
            self.judge([said], actor, at)

    def check(self, checks: Sequence[Check], confirmed_age_months: int | None, actor: Actor, at: datetime) -> None:
        """Keeps the 无法办理 checks and the confirmed retirement age under the clerk's name (附件1 一(三))."""
        if self.state not in WITH_THE_CLERK | {State.WAITING}:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="核查")
        _must_be((Role.CLERK,), actor)
        self.checks |= {check.key: check for check in checks}
        if confirmed_age_months is not None:
            self.confirmed_age_months = confirmed_age_months
        facts = {check.key: check.found for check in checks} | {"confirmed_age_months": self.confirmed_age_months}
        self._note("check", actor, at, facts)

    def settled(self) -> dict[str, Settlement]:
        """The settlements that still say something: see review.py."""
        return settled(self.settlements, self.round)

    def settle(self, check: RuleCheck, evaluation: Evaluation, given: Settlement, actor: Actor, at: datetime) -> None:
        """Keeps what the clerk decided on one check of the rules, or takes it back; the reason goes into the history.

        Raises ReasonMissing for an override without a reason, ContentRefused where the check asks for something else.
        """
        if self.state not in WITH_THE_CLERK:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="处理政策核对")
        _must_be((Role.CLERK,), actor)
        needed = to_settle(check, evaluation.statutory_age_months, self.confirmed_age_months)
        if given.kind is not SettlementKind.TAKEN_BACK and given.kind is not needed:
            raise ContentRefused(NOT_TO_SETTLE[needed], rule=check.key)
        if given.kind is SettlementKind.OVERRIDDEN and len(given.note or "") < REASON_LEAST_CHARACTERS:
            raise ReasonMissing("和政策算出来的不一样，要写明照办的理由，主管审批时会看到。", rule=check.key)
        self.settlements[check.key] = given
        facts = {"rule": check.key, "outcome": check.outcome, "policy_hash": self.policy_hash}
        self._note(f"rule_{given.kind}", actor, at, facts, note=given.note)

    def accept(self, opinion: Opinion, actor: Actor, at: datetime) -> None:
        """窗口审核意见: complete and in order, on to the supervisor. What must hold is asked of review.py before."""
        self._must_allow(Action.ACCEPT)
        self.clerk_opinion = opinion
        overridden = sorted(k for k, s in self.settled().items() if s.kind is SettlementKind.OVERRIDDEN)
        facts = {"overridden": overridden} if overridden else None
        self._move(Action.ACCEPT, actor, at, note=opinion.text, facts=facts)

    def ask_return(self, request: ReturnRequest, actor: Actor, at: datetime) -> None:
        """From the second return on: the supervisor is asked, with a reason. Raises ReasonMissing, ActionNotAllowed."""
        self._must_allow(Action.ASK_RETURN)
        if self.returns == 0:
            raise ActionNotAllowed("这一件还没有退回过，可以直接退回补正。")
        if min(len(request.reason), len(request.why_not_before)) < REASON_LEAST_CHARACTERS:
            raise ReasonMissing("请写明为什么要再次退回，以及第一次为什么没有说到。")
        self.return_request = request
        facts = {"round": self.round, "lines": list(request.lines), "why_not_before": request.why_not_before}
        self._move(Action.ASK_RETURN, actor, at, note=request.reason, facts=facts)

    def return_for_correction(self, lines: Sequence[Mapping[str, Any]], note: str, actor: Actor, at: datetime) -> None:
        """一次性告知: every failing slot and field at once; only those reopen. The second time it is the supervisor's.

        Raises ReturnNeedsSupervisor, SamePerson, ActionNotAllowed.
        """
        self._must_allow(Action.RETURN)
        if self.state is State.IN_REVIEW and self.returns:
            raise ReturnNeedsSupervisor(returns=self.returns)
        self._must_not_be_its_clerk(actor)
        self.returns += 1
        self.correction_note = note.strip() or None
        self.corrected_at = at
        self.mended = frozenset()
        for subject, judgement in self.judgements.items():
            if judgement.is_fail and subject.startswith("slot:"):
                self.absences.pop(subject.removeprefix("slot:"), None)
        self.signature = None
        facts = {"round": self.round, "lines": list(lines), "returns": self.returns}
        self._move(Action.RETURN, actor, at, note=self.correction_note, facts=facts)

    def refuse(self, reason: str, actor: Actor, at: datetime) -> None:
        """不予受理, in writing. Raises ReasonMissing."""
        self._must_allow(Action.REFUSE)
        if not reason.strip():
            raise ReasonMissing
        self._move(Action.REFUSE, actor, at, note=reason.strip())
        self.closing_reason = reason.strip()

    def hold(self, actor: Actor, at: datetime) -> None:
        """A 无法办理 check is “yes”: the case waits until the other office has put it right."""
        self._move(Action.HOLD, actor, at, facts={"checks": sorted(k for k, c in self.checks.items() if c.found)})

    def resolve(self, note: str, actor: Actor, at: datetime) -> None:
        """The other office is done: the checks that stood in the way are cleared by this clerk."""
        self._must_allow(Action.RESOLVE)
        for key, check in self.checks.items():
            if check.found:
                self.checks[key] = replace(check, found=False, by_id=actor.id, by_name=actor.name, at=at, note=note)
        self._move(Action.RESOLVE, actor, at, note=note.strip() or None)

    # ── papers she does not have, and papers she promised ─────────────────────────────────────

    def decide_absence(self, decision: AbsenceDecision, promise: Promise | None, actor: Actor, at: datetime) -> None:
        """Keeps what the clerk decided on an absence: a waiver passes the slot, a suggestion fails it.

        Raises NotFound where there is no such absence, ActionNotAllowed.
        """
        if self.state not in WITH_THE_CLERK:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="处理没有的材料")
        self._keep_decision(decision, actor)
        self._settle_absence(decision, promise, at)
        facts = {"slot": decision.slot_key, "promised_on": _day(decision.promised_on)}
        self._note(f"absence_{decision.kind}", actor, at, facts, note=decision.reason or None)

    def keep_call(self, call: AbsenceDecision, actor: Actor, at: datetime) -> None:
        """Keeps what came of a call about an absence. It settles nothing, and the case's own row stays as it is.

        Raises NotFound where there is no such absence, ActionNotAllowed.
        """
        if self.state not in WITH_THE_WINDOW:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="记电话")
        self._keep_decision(call, actor)
        facts = {"slot": call.slot_key, "reached": call.reached, "call_again_on": _day(call.call_again_on)}
        self.new_events.append(
            Event(at, actor, f"absence_{call.kind}", self.state, self.state, call.reason or None, facts)
        )

    def _keep_decision(self, decision: AbsenceDecision, actor: Actor) -> None:
        _must_be((Role.CLERK,), actor)
        if decision.slot_key not in self.absences:
            raise NotFound("申请人已经交了这份材料，请刷新页面。")
        self.absence_decisions += (decision,)

    def _settle_absence(self, decision: AbsenceDecision, promise: Promise | None, at: datetime) -> None:
        slot_key, subject = decision.slot_key, f"slot:{decision.slot_key}"
        verdict = Verdict.PASS if decision.kind is DecisionKind.WAIVED else Verdict.FAIL
        by = (decision.by_id, decision.by_name, at)
        self.judgements[subject] = Judgement(subject, verdict, None, decision.reason, self.round, *by)
        self.absences[slot_key] = replace(self.absences[slot_key], decided=decision.kind)
        if promise is not None:
            self.promises[slot_key] = promise
        elif self.owes(slot_key):  # it was decided otherwise before
            self.promises[slot_key] = self.promises[slot_key].closed(at)

    def promise(self, slot_key: str) -> Promise:
        """Raises NotFound."""
        if slot_key not in self.promises:
            raise NotFound("这份材料没有约定补交。")
        return self.promises[slot_key]

    def change_promise(
        self, changed: Promise, action: PromiseAction, actor: Actor, at: datetime, note: str | None = None
    ) -> None:
        """Keeps a promise as the clerk left it; the case's own row stays as it is."""
        _must_be((Role.CLERK,), actor)
        if self.state not in ACTIVE:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action="处理补交的材料")
        self.promises[changed.slot_key] = changed
        facts = {"slot": changed.slot_key, "promised_on": _day(changed.promised_on)}
        self.new_events.append(Event(at, actor, action, self.state, self.state, note, facts))

    def _judge_promised(self, judgement: Judgement, at: datetime) -> None:
        """A promised paper that she gave before the case came back is judged with the rest."""
        promise = self.promises.get(judgement.subject.removeprefix("slot:"))
        if promise is None or promise.state is not PromiseState.GIVEN:
            return
        if judgement.is_fail:
            self.promises[promise.slot_key] = promise.failed(judgement.reason_code, judgement.note)
        else:
            self.promises[promise.slot_key] = promise.passed(at)

    def _has_photo(self, slot_key: str) -> bool:
        return any(p.slot_key == slot_key and p.state is PhotoState.READY for p in self.photos.values())

    # ── the supervisor ───────────────────────────────────────────────────────────────────

    def approve(self, opinion: Opinion, items: Sequence[RoutedItem], actor: Actor, at: datetime) -> None:
        """窗口主管意见: routes the items to their departments. Raises SamePerson, ActionNotAllowed."""
        self._must_allow(Action.APPROVE)
        self._must_not_be_its_clerk(actor)
        self.supervisor_opinion = opinion
        self.items = {item.id: item for item in items}
        self._move(Action.APPROVE, actor, at, note=opinion.text, facts={"items": [item.code for item in items]})
        self._complete_when_all_is_decided(at)

    def send_back(self, reason: str, actor: Actor, at: datetime) -> None:
        """Back to the window with a reason. Raises ReasonMissing, SamePerson."""
        self._must_allow(Action.SEND_BACK)
        self._must_not_be_its_clerk(actor)
        if not reason.strip():
            raise ReasonMissing
        self._move(Action.SEND_BACK, actor, at, note=reason.strip())

    def _must_not_be_its_clerk(self, actor: Actor) -> None:
        opinion, request = self.clerk_opinion, self.return_request
        if self.state is State.REVIEWED and opinion is not None and opinion.by_id == actor.id:
            raise SamePerson
        if self.state is State.RETURN_ASKED and request is not None and request.by_id == actor.id:
            raise SamePerson("这次退回由您提出，要换一位主管来看。")

    # ── the departments ──────────────────────────────────────────────────────────────────

    def item(self, item_id: UUID) -> RoutedItem:
        """Raises NotFound."""
        if item_id not in self.items:
            raise NotFound
        return self.items[item_id]

    def change_item(self, changed: RoutedItem, action: ItemAction, actor: Actor, at: datetime) -> None:
        """Keeps one item as its officer left it; the case begins with the first and completes with the last."""
        before = self.items[changed.id]
        self.items[changed.id] = changed
        facts = {"item": changed.code, "from": before.state, "to": changed.state, "outcome": changed.outcome}
        self.new_events.append(Event(at, actor, f"item_{action}", self.state, self.state, changed.reason, facts))
        if action is ItemAction.ACCEPT and self.state is State.APPROVED:
            self._move(Action.BEGIN, actor, at)
        self._complete_when_all_is_decided(at)

    def _complete_when_all_is_decided(self, at: datetime) -> None:
        if self.state in (State.APPROVED, State.PROCESSING) and not any(i.is_open for i in self.items.values()):
            self._move(Action.COMPLETE, SYSTEM, at)

    # ── how every change is made ─────────────────────────────────────────────────────────

    def _must_allow(self, action: Action) -> None:
        if (self.state, action) not in TRANSITIONS:
            raise ActionNotAllowed(state=STATE_LABELS[self.state], action=ACTION_LABELS[action])

    def _move(
        self,
        action: Action,
        actor: Actor,
        at: datetime,
        note: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self._must_allow(action)
        _must_be(roles_of(self.state, action), actor)
        start, self.state = self.state, TRANSITIONS[self.state, action]
        self.new_events.append(Event(at, actor, action, start, self.state, note, facts or {}))
        if self.state in CLOSED:  # nothing is owed to a case that has ended
            self.promises |= {p.slot_key: p.closed(at) for p in self.promises.values() if p.is_outstanding}
        self._touch(actor, at)

    def _note(self, action: str, actor: Actor, at: datetime, facts: Mapping[str, Any], note: str | None = None) -> None:
        """An event that moves nothing."""
        self.new_events.append(Event(at, actor, action, self.state, self.state, note, facts))
        self._touch(actor, at)

    def _mend(self, subject: str) -> None:
        """What she changes in a returned case is judged again, passed before or not."""
        if self.state is State.RETURNED:
            self.mended |= {subject}

    def _touch(self, actor: Actor, at: datetime) -> None:
        self.changed_by, self.changed_at = actor.name, at


@dataclass(frozen=True, slots=True)
class SubmissionTerms:
    """What a submission is stamped with: number, the day the window must have judged it, the rules in force.

    `planned_items`: code and filing of each item she asked for.
    """

    number: str
    review_due_on: date
    commitment_version: str
    policy_hash: str
    planned_items: Sequence[Mapping[str, str]]
    evaluation: Evaluation


def reopened(case: Case, subjects: Collection[str]) -> dict[str, Judgement]:
    """Of these subjects (`slot:…`, `field:…`), those a returned case lets her change, each with its judgement."""
    if case.state is not State.RETURNED:
        return {}
    failed = {s: j for s, j in case.judgements.items() if j.is_fail and j.round == case.round}
    return {subject: failed[subject] for subject in subjects if subject in failed}


def _is_instead_of(other: Photo, photo: Photo) -> bool:
    """Whether the two cannot both be in the slot: in one part, or of two kinds of which one will do."""
    same_part = (other.slot_key, other.part_key) == (photo.slot_key, photo.part_key)
    other_kind = other.slot_key == photo.slot_key and other.kind != photo.kind
    return other.id != photo.id and other.state is PhotoState.READY and (same_part or other_kind)


def _must_be(roles: Collection[Role], actor: Actor) -> None:
    if actor.role not in roles:
        raise NotAllowed


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
