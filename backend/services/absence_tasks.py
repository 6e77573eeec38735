"""At the window, beside the review: a return that the supervisor agrees to first, papers she does not have, and papers
she promised to bring (容缺受理)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from backend.domain.absences import (
    REASON_LEAST_CHARACTERS,
    AbsenceDecision,
    DecisionKind,
    PromiseAction,
    promise_of,
    reminder_due,
    suggestion_sentence,
)
from backend.domain.actors import Actor
from backend.domain.case import ACTIVE, Case, ReturnRequest
from backend.domain.errors import ContentRefused, ReasonMissing
from backend.domain.materials import Slot
from backend.domain.notices import NoticeEvent
from backend.domain.reminders import ReminderTiming
from backend.domain.review import Verdict, must_be_returnable
from backend.services.photo_review import PhotoReview
from backend.services.ports import Transaction
from backend.services.repeats import is_repeat
from backend.services.review_view import View, subjects_of

REMINDERS = {1: NoticeEvent.PROMISE_DUE_SOON, 2: NoticeEvent.PROMISE_DUE_TODAY}
BATCH = 50


@dataclass(frozen=True, slots=True)
class GivenDecision:
    """What a clerk decides on an absence. A waiver has its day, a suggestion another kind, slot or words."""

    kind: DecisionKind
    reason: str
    promised_on: date | None = None
    suggested_kind: str | None = None
    suggested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class GivenCall:
    """What came of a call."""

    reached: bool
    note: str
    call_again_on: date | None = None


class WindowReview(PhotoReview):
    """Review, and what is done about what she does not have."""

    # ── a return that is asked for ───────────────────────────────────────────────────────

    def ask_return(
        self, actor: Actor, case_id: UUID, seen_version: int, key: str, reason: str, why_not_before: str
    ) -> View:
        """Asks the supervisor to let the case be returned again. Nothing is told to the applicant yet.

        Raises NotAllJudged, NothingFailed, ReasonMissing, ActionNotAllowed, HeldByAnother, StaleVersion.
        """
        at = self._clock.now()
        request = {"ask_return": case_id, "reason": reason, "why_not_before": why_not_before}
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            case = self._held(tx, actor, case_id, seen_version, at)
            subjects = subjects_of(case, self._versions.rulebook_of(tx, case))
            lines = tuple(self._line(case, s, subjects[s]) for s in must_be_returnable(subjects, case.standing()))
            words = (reason.strip(), why_not_before.strip())
            case.ask_return(ReturnRequest(*words, lines, actor.id, actor.name, at), actor, at)
            return self._settle(tx, case, actor)

    # ── papers she does not have ─────────────────────────────────────────────────────────

    def decide_absence(
        self, actor: Actor, case_id: UUID, seen_version: int, slot_key: str, given: GivenDecision
    ) -> View:
        """Waives the paper, by a day where it is still to come, or says what else will do.

        Raises ContentRefused, ReasonMissing, NotFound, ActionNotAllowed, HeldByAnother, StaleVersion.
        """
        at, today = self._clock.now(), self._clock.today()
        with self._store.begin() as tx:
            case = self._held(tx, actor, case_id, seen_version, at)
            slot = self._slot(tx, case, slot_key)
            by = (actor.id, actor.name, at)
            decision = AbsenceDecision(
                slot_key, case.round, given.kind, given.reason.strip(), *by, promised_on=given.promised_on
            )
            promise = None
            if given.kind is DecisionKind.WAIVED:
                rules, calendar = self._rulebook.promises, self._rulebook.calendar
                promise = promise_of(decision, case.promises.get(slot_key), today, rules, calendar)
            else:
                decision = self._suggestion(tx, case, slot, decision, given)
            case.decide_absence(decision, promise, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    def call(self, actor: Actor, case_id: UUID, key: str, slot_key: str, given: GivenCall) -> View:
        """Keeps what came of a call. The task stays and no judgement changes, so no lease is needed.

        Raises ReasonMissing, ContentRefused, NotFound, ActionNotAllowed.
        """
        at = self._clock.now()
        request = {"call": case_id, "slot": slot_key, "note": given.note, "reached": given.reached}
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, case, actor)
            self._slot(tx, case, slot_key)
            if given.reached and not given.note.strip():
                raise ReasonMissing("请写下电话里怎么说的。")
            outcome: dict[str, Any] = {"reached": given.reached, "call_again_on": given.call_again_on}
            by = (actor.id, actor.name, at)
            note = given.note.strip()
            decision = AbsenceDecision(slot_key, case.round, DecisionKind.CALLED, note, *by, **outcome)
            case.keep_call(decision, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    def _suggestion(
        self, tx: Transaction, case: Case, slot: Slot, decision: AbsenceDecision, given: GivenDecision
    ) -> AbsenceDecision:
        """The decision with the sentence that she will read. Raises ContentRefused, ReasonMissing."""
        kinds = dict(slot.kinds)
        slots = {each.key: each.label for each in self._versions.rulebook_of(tx, case).checklist(case.answers)}
        if given.suggested_kind and given.suggested_kind not in kinds:
            raise ContentRefused("没有这一种材料，请重新选。", kind=given.suggested_kind)
        if given.suggested_slot and given.suggested_slot not in slots:
            raise ContentRefused("没有这份材料，请重新选。", slot=given.suggested_slot)
        labels = [kinds[given.suggested_kind]] if given.suggested_kind else []
        labels += [slots[given.suggested_slot]] if given.suggested_slot else []
        if not labels and len(decision.reason) < REASON_LEAST_CHARACTERS:
            raise ReasonMissing("请选一种，或写明还可以交什么。")
        return replace(
            decision,
            reason=suggestion_sentence(labels, decision.reason),
            suggested_kind=given.suggested_kind,
            suggested_slot=given.suggested_slot,
        )

    def _slot(self, tx: Transaction, case: Case, slot_key: str) -> Slot:
        """Raises ContentRefused when the case has no such slot."""
        for slot in self._versions.rulebook_of(tx, case).checklist(case.answers):
            if slot.key == slot_key and not slot.generated:
                return slot
        raise ContentRefused("这一项不在这件申请里，请刷新页面。", slot=slot_key)

    # ── papers she promised ──────────────────────────────────────────────────────────────

    def judge_promised(
        self,
        actor: Actor,
        case_id: UUID,
        slot_key: str,
        seen_version: int,
        key: str,
        verdict: tuple[Verdict, str | None, str | None],
    ) -> View:
        """The paper she brought is in order, or is to be brought again by the same day, and she is told.

        `seen_version` is the promise's, so that a photo given meanwhile is never judged unseen; `verdict` with reason
        code and note. Raises NotFound, StaleVersion, ReasonMissing, ActionNotAllowed.
        """
        at = self._clock.now()
        passes, reason_code, note = verdict[0] is Verdict.PASS, verdict[1], (verdict[2] or "").strip() or None
        request = {"judge_promised": case_id, "slot": slot_key, "verdict": verdict[0], "note": note}
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, case, actor)
            promise = case.promise(slot_key)
            promise.must_be_at(seen_version)
            changed = promise.passed(at) if passes else promise.failed(reason_code, note)
            action = PromiseAction.PASS if passes else PromiseAction.FAIL
            case.change_promise(changed, action, actor, at, note)
            tx.cases.save(case)
            if not passes:
                self._tell_of_promise(tx, case, changed, NoticeEvent.PROMISE_FAILED, at)
            return self._view(tx, case, actor)

    def extend_promise(
        self, actor: Actor, case_id: UUID, slot_key: str, seen_version: int, key: str, promised_on: date, reason: str
    ) -> View:
        """A later day, once, for a reason; she is told.

        Raises NotFound, StaleVersion, ContentRefused, ReasonMissing, ActionNotAllowed.
        """
        at, today = self._clock.now(), self._clock.today()
        request = {"extend_promise": case_id, "slot": slot_key, "on": promised_on.isoformat(), "reason": reason}
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, case, actor)
            promise = case.promise(slot_key)
            promise.must_be_at(seen_version)
            rules, calendar = self._rulebook.promises, self._rulebook.calendar
            changed = promise.extended(promised_on, reason, at, today, rules, calendar)
            case.change_promise(changed, PromiseAction.EXTEND, actor, at, changed.extended_reason)
            tx.cases.save(case)
            self._tell_of_promise(tx, case, changed, NoticeEvent.PROMISE_EXTENDED, at)
            return self._view(tx, case, actor)

    def remind_of_promises(self, timing: ReminderTiming) -> int:
        """Tells everybody whose day is near or has come, each once however often this runs; how many were told."""
        today, told = self._clock.today(), 0
        after: UUID | None = None
        while timing.is_polite(self._clock.now()):
            with self._store.begin() as tx:
                case_ids = tx.cases.owing(today, after, BATCH)
            for case_id in case_ids:
                told += self._remind(case_id, today)
            if not case_ids:
                return told
            after = case_ids[-1]
        return told

    def _remind(self, case_id: UUID, today: date) -> int:
        """One case in a transaction of its own."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            if case.state not in ACTIVE:
                return 0
            due = {p.slot_key: n for p in case.promises.values() if (n := reminder_due(p, today)) is not None}
            for slot_key, reminded in due.items():
                case.promises[slot_key] = case.promises[slot_key].told(reminded)
                self._tell_of_promise(tx, case, case.promises[slot_key], REMINDERS[reminded], at)
            tx.cases.save(case)
            return len(due)
