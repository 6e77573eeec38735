"""Review (审核): the clerk's claim, verdicts, checks and opinion; the supervisor's approval, which routes the items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.domain.absences import Promise
from backend.domain.actors import Actor, Role
from backend.domain.audit import AuditEntry
from backend.domain.case import ACTION_LABELS, STATE_LABELS, Action, Case, State
from backend.domain.documents import PrintedForm
from backend.domain.errors import ActionNotAllowed, ContentRefused, HeldByAnother, NotFound, ReasonMissing
from backend.domain.items import Filing
from backend.domain.notices import NoticeEvent
from backend.domain.review import (
    Check,
    Judgement,
    Opinion,
    Settlement,
    SettlementKind,
    Verdict,
    must_be_acceptable,
    must_be_returnable,
    must_be_settled,
)
from backend.domain.routing import ItemState, RoutedItem
from backend.domain.rulebook import Rulebook
from backend.services.announcements import Announcements
from backend.services.authorisation_view import staff_row
from backend.services.documents import Documents
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Claim, Clock, Screens, Seals, Store, Transaction
from backend.services.promise_view import promise_counts
from backend.services.repeats import is_repeat
from backend.services.review_view import View, claim_view, queue_row, review_view, subjects_of
from backend.services.rules_view import RULE_LABELS, rules_view

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """One verdict as the clerk gave it."""

    subject: str
    verdict: Verdict
    reason_code: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GivenSettlement:
    """What the clerk decided on one check of the rules."""

    kind: SettlementKind
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GivenCheck:
    """One of the four checks as the clerk answered it."""

    found: bool
    note: str | None = None


class Review:
    """The window's use cases. A clerk changes a case only under its lease."""

    def __init__(
        self,
        *,
        store: Store,
        screens: Screens,
        clock: Clock,
        seals: Seals,
        rulebook: Rulebook,
        announcements: Announcements,
        documents: Documents,
        policy_versions: PolicyVersions,
        lease: timedelta,
    ) -> None:
        self._store = store
        self._screens = screens
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._announcements = announcements
        self._documents = documents
        self._versions = policy_versions
        self._lease = lease

    # ── the queue ────────────────────────────────────────────────────────────────────────

    def queue(self, actor: Actor, queue: str, search: str, item: str, cursor: str | None) -> View:
        """One tab of the queue, earliest deadline first. Raises ContentRefused for an unknown tab."""
        at, today = self._clock.now(), self._clock.today()
        rows, next_cursor = self._screens.review_queue(
            queue=queue, staff_id=actor.id, search=search, item=item, cursor=cursor, limit=PAGE_SIZE, at=at
        )
        return {
            "cases": [queue_row(row, self._rulebook, actor, today) for row in rows],
            "next_cursor": next_cursor,
            "counts": {
                **self._screens.review_counts(actor.id, at, today),
                **promise_counts(self._screens.next_promises(), self._rulebook, today),
            },
        }

    def claim_next(self, actor: Actor, key: str) -> UUID | None:
        """Takes the waiting case with the earliest deadline, or none when nothing waits."""
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"claim": "next"}, at):
                return tx.claims.latest_of(actor, at)
            case_id = tx.claims.take_next(actor, at, self._lease)
            if case_id is not None:
                self._start_review(tx, case_id, actor, at)
            return case_id

    def claim(self, actor: Actor, case_id: UUID, key: str) -> View:
        """Takes one case under a lease. Raises HeldByAnother, ActionNotAllowed, NotFound."""
        at = self._clock.now()
        with self._store.begin() as tx:
            is_repeat(tx, self._seals, actor, key, {"claim": case_id}, at)
            self._start_review(tx, case_id, actor, at)
            return claim_view(tx.claims.take(case_id, actor, at, self._lease), actor)

    def renew(self, actor: Actor, case_id: UUID) -> View:
        """Keeps the lease while the page is open. Raises HeldByAnother when it lapsed and somebody took the case."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if case.state not in (State.IN_REVIEW, State.WAITING):
                raise ActionNotAllowed(state=STATE_LABELS[case.state], action=ACTION_LABELS[Action.CLAIM])
            return claim_view(tx.claims.take(case_id, actor, at, self._lease), actor)

    def release(self, actor: Actor, case_id: UUID) -> None:
        """Lets the case go back to the queue."""
        with self._store.begin() as tx:
            tx.claims.release(case_id, actor)

    def _start_review(self, tx: Transaction, case_id: UUID, actor: Actor, at: datetime) -> None:
        case = self._submitted(tx, case_id)
        case.claim(actor, at)
        tx.cases.save(case)

    # ── the case page ────────────────────────────────────────────────────────────────────

    def view(self, actor: Actor, case_id: UUID) -> View:
        """The case as clerk and supervisor see it, masked. Raises NotFound."""
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
            if case.number is None:
                raise NotFound
            return self._view(tx, case, actor)

    def look(self, actor: Actor, case_id: UUID, field: str, reason: str) -> Mapping[str, str]:
        """Whole values of sensitive answers, by question key; `field` is a key or `all`. Every look is audited.

        Raises ReasonMissing, NotFound.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id, lock=False)
            values = whole_values(case, self._versions.rulebook_of(tx, case), field)
            must_have_reason(reason)
            tx.audit.append(look_entry(case, actor, at, ",".join(values), reason))
            return values

    def judge(self, actor: Actor, case_id: UUID, seen_version: int, given: Sequence[GivenVerdict]) -> View:
        """Keeps verdicts on slots and fields. Raises ReasonMissing, ContentRefused, HeldByAnother, StaleVersion."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._held(tx, actor, case_id, seen_version, at)
            known = subjects_of(case, self._versions.rulebook_of(tx, case))
            for each in given:
                if each.subject not in known:
                    raise ContentRefused("这一项不在这件申请里，请刷新页面。", subject=each.subject)
            case.judge([_judgement(each, case, actor, at) for each in given], actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    def check(
        self,
        actor: Actor,
        case_id: UUID,
        seen_version: int,
        given: Mapping[str, GivenCheck],
        confirmed_age_months: int | None,
    ) -> View:
        """Keeps the four 无法办理 checks and the confirmed age. Raises ContentRefused, HeldByAnother, StaleVersion."""
        at = self._clock.now()
        known = {check.key for check in self._rulebook.checks.cannot_proceed}
        with self._store.begin() as tx:
            case = self._held(tx, actor, case_id, seen_version, at)
            for key in given:
                if key not in known:
                    raise ContentRefused("没有这一项核查，请刷新页面。", check=key)
            checks = [Check(key, c.found, c.note, actor.id, actor.name, at) for key, c in given.items()]
            case.check(checks, confirmed_age_months, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    def settle(self, actor: Actor, case_id: UUID, seen_version: int, rule_key: str, given: GivenSettlement) -> View:
        """Confirms one check of the rules, overrides it for a reason, or takes that back.

        Raises NotFound for a check the case has not, ReasonMissing, ContentRefused, HeldByAnother, StaleVersion.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._held(tx, actor, case_id, seen_version, at)
            evaluation = self._versions.evaluation_of(tx, case)
            check = evaluation.check(rule_key)
            if check is None:
                raise NotFound("这件申请没有这一条政策核对，请刷新页面。")
            note = (given.note or "").strip() or None
            settlement = Settlement(rule_key, case.round, given.kind, note, actor.id, actor.name, at)
            case.settle(check, evaluation, settlement, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    # ── the clerk decides ────────────────────────────────────────────────────────────────

    def accept(self, actor: Actor, case_id: UUID, seen_version: int, key: str, opinion: str) -> View:
        """窗口审核意见: on to the supervisor.

        Raises NotAllJudged, SomethingFailed, ChecksOpen, RulesUnsettled, ReasonMissing.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"accept": case_id, "opinion": opinion}, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            case = self._held(tx, actor, case_id, seen_version, at)
            labels = {check.key: check.label for check in self._rulebook.checks.cannot_proceed}
            subjects = subjects_of(case, self._versions.rulebook_of(tx, case))
            must_be_acceptable(
                subjects, case.standing(), case.checks, labels, age_confirmed=case.confirmed_age_months is not None
            )
            evaluation = self._versions.evaluation_of(tx, case)
            must_be_settled(evaluation, case.settled(), RULE_LABELS, case.confirmed_age_months)
            case.accept(_opinion(opinion, actor, at), actor, at)
            for promise in case.promises.values():
                self._tell_of_promise(tx, case, promise, NoticeEvent.PROMISE_GRANTED, at)
            self._documents.order(tx, case, PrintedForm.APPLICATION_FORM, at)
            return self._settle(tx, case, actor)

    def return_for_correction(self, actor: Actor, case_id: UUID, seen_version: int, key: str, note: str) -> View:
        """One return that lists everything that failed, and tells her; by a supervisor, one that a clerk asked for.

        Raises NotAllJudged, NothingFailed, ReturnNeedsSupervisor, SamePerson.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"return": case_id, "note": note}, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            if actor.role is Role.SUPERVISOR:
                case = self._submitted(tx, case_id)
                case.must_be_at(seen_version)
            else:
                case = self._held(tx, actor, case_id, seen_version, at)
            subjects = subjects_of(case, self._versions.rulebook_of(tx, case))
            lines = [self._line(case, s, subjects[s]) for s in must_be_returnable(subjects, case.standing())]
            case.return_for_correction(lines, note, actor, at)
            self._announcements.announce(tx, case, NoticeEvent.RETURNED, at, failing_count=len(lines))
            self._documents.order(tx, case, PrintedForm.CORRECTION_NOTICE, at)
            return self._settle(tx, case, actor)

    def refuse(self, actor: Actor, case_id: UUID, seen_version: int, key: str, reason: str) -> View:
        """不予受理, in writing, and tells her. Raises ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"refuse": case_id, "reason": reason}, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            case = self._held(tx, actor, case_id, seen_version, at)
            case.refuse(reason, actor, at)
            self._announcements.announce(tx, case, NoticeEvent.REFUSED, at)
            self._documents.order(tx, case, PrintedForm.REFUSAL_NOTICE, at)
            return self._settle(tx, case, actor)

    def hold(self, actor: Actor, case_id: UUID, seen_version: int, key: str) -> View:
        """A check is “yes”: the case waits. Raises ContentRefused when none is."""
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"hold": case_id}, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            case = self._held(tx, actor, case_id, seen_version, at)
            if not any(check.found for check in case.checks.values()):
                raise ContentRefused("四项核查都是“否”，不用等待。")
            case.hold(actor, at)
            return self._settle(tx, case, actor)

    def resolve(self, actor: Actor, case_id: UUID, seen_version: int, key: str, note: str) -> View:
        """The other office is done: back into review, under the lease of the clerk who cleared it."""
        at = self._clock.now()
        with self._store.begin() as tx:
            if is_repeat(tx, self._seals, actor, key, {"resolve": case_id, "note": note}, at):
                return self._view(tx, self._submitted(tx, case_id), actor)
            case = self._submitted(tx, case_id)
            case.must_be_at(seen_version)
            tx.claims.take(case_id, actor, at, self._lease)
            case.resolve(note, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    # ── the supervisor decides ───────────────────────────────────────────────────────────

    def approve(self, actor: Actor, case_id: UUID, seen_version: int, key: str, opinion: str) -> View:
        """窗口主管意见: routes each item with its due date, and tells her. Raises SamePerson, ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if is_repeat(tx, self._seals, actor, key, {"approve": case_id, "opinion": opinion}, at):
                return self._view(tx, case, actor)
            case.must_be_at(seen_version)
            case.approve(_opinion(opinion, actor, at), self._route(tx, case, at), actor, at)
            tx.cases.save(case)
            self._announcements.announce(tx, case, NoticeEvent.ACCEPTED_AND_ROUTED, at)
            for form in (PrintedForm.APPLICATION_FORM, PrintedForm.ACCEPTANCE_RECEIPT):
                self._documents.order(tx, case, form, at)
            if case.state is State.COMPLETED:
                self._announcements.announce(tx, case, NoticeEvent.COMPLETED, at)
            return self._view(tx, case, actor)

    def send_back(self, actor: Actor, case_id: UUID, seen_version: int, key: str, reason: str) -> View:
        """Back to the window with a reason. Raises ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            if is_repeat(tx, self._seals, actor, key, {"send_back": case_id, "reason": reason}, at):
                return self._view(tx, case, actor)
            case.must_be_at(seen_version)
            case.send_back(reason, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)

    def _route(self, tx: Transaction, case: Case, at: datetime) -> list[RoutedItem]:
        today = self._clock.today()
        items = []
        for chosen in self._versions.rulebook_of(tx, case).chosen_items(case.answers):
            is_self_filed = chosen.filing is Filing.SELF
            due = self._rulebook.calendar.add_working_days(today, chosen.limit_working_days)
            items.append(
                RoutedItem(
                    id=uuid4(),
                    code=chosen.code.value,
                    department=chosen.department.value,
                    filing=chosen.filing.value,
                    state=ItemState.SELF_FILED if is_self_filed else ItemState.ROUTED,
                    limit_working_days=chosen.limit_working_days,
                    routed_at=None if is_self_filed else at,
                    # The fund's clock starts when the account is sealed, which nobody has reported yet.
                    due_on=None if chosen.filing is not Filing.COMBINED else due.on,
                    due_provisional=chosen.filing is Filing.COMBINED and due.provisional,
                )
            )
        return items

    # ── shared steps ─────────────────────────────────────────────────────────────────────

    def _submitted(self, tx: Transaction, case_id: UUID, *, lock: bool = True) -> Case:
        """A case that was handed in at least once; a draft is nobody's business but hers. Raises NotFound."""
        case = tx.cases.load(case_id) if lock else tx.cases.read(case_id)
        if case.number is None:
            raise NotFound
        return case

    def _held(self, tx: Transaction, actor: Actor, case_id: UUID, seen_version: int, at: datetime) -> Case:
        """The case, at the version seen and under the actor's own live lease. Raises HeldByAnother, StaleVersion."""
        case = self._submitted(tx, case_id)
        self._must_hold(tx, actor, case_id, at)
        case.must_be_at(seen_version)
        return case

    def _must_hold(self, tx: Transaction, actor: Actor, case_id: UUID, at: datetime) -> None:
        """Raises HeldByAnother unless the actor has the live lease on the case."""
        held = tx.claims.live(case_id, at)
        if held is None or held.staff_id != actor.id:
            name, until = (held.staff_name, held.expires_at.isoformat()) if held else ("现在没有人", None)
            raise HeldByAnother(
                None if held else "领取的时间过了，请重新领取这一件，填写的内容都还在。",
                holder_name=name,
                expires_at=until,
            )

    def _settle(self, tx: Transaction, case: Case, actor: Actor) -> View:
        """The clerk is done with it: nobody holds it any more."""
        tx.claims.end(case.id)
        tx.cases.save(case)
        return self._view(tx, case, actor)

    def _tell_of_promise(self, tx: Transaction, case: Case, promise: Promise, event: NoticeEvent, at: datetime) -> None:
        """Tells her of a paper that she still owes; of one that is settled there is nothing to tell."""
        if not promise.is_outstanding:
            return
        slots = self._versions.rulebook_of(tx, case).checklist(case.answers)
        material = next((slot.label for slot in slots if slot.key == promise.slot_key), "要补交的材料")
        self._announcements.announce(tx, case, event, at, material=material, last_day=promise.promised_on)

    def _line(self, case: Case, subject: str, label: str) -> Mapping[str, Any]:
        judgement = case.judgements[subject]
        reason = self._rulebook.checks.sentence(subject, judgement.reason_code, judgement.note)
        return {"subject": subject, "label": label, "reason_code": judgement.reason_code, "reason": reason}

    def _view(self, tx: Transaction, case: Case, actor: Actor) -> View:
        at, today = self._clock.now(), self._clock.today()
        claim: Claim | None = tx.claims.live(case.id, at)
        links, pushes = tx.audit.chain(case.id), tx.pushes.of_case(case.id)
        rulebook, record = self._versions.rulebook_of(tx, case), (links, pushes)
        evaluation = self._versions.evaluation_of(tx, case)
        policy = (evaluation, rules_view(case, evaluation, self._versions.told_of(tx, case)))
        view = review_view(case, rulebook, actor, claim, record, policy, today)
        return {**view, "authorisations": [staff_row(each, case) for each in tx.authorisations.of_case(case.id)]}


def whole_values(case: Case, rulebook: Rulebook, field: str, within: frozenset[str] | None = None) -> dict[str, str]:
    """Whole sensitive answers by question key, `all` or one; only of `within` if given. Raises NotFound."""
    graph = rulebook.graph
    effective = graph.effective(case.answers)
    questions = [graph.question(key) for key in effective if within is None or key in within]
    wanted = [q for q in questions if q.sensitive and q.repeats is None and field in ("all", q.key)]
    if not wanted:
        raise NotFound
    return {q.key: graph.display_whole(q, effective[q.key]) for q in wanted if effective[q.key] is not None}


def must_have_reason(reason: str) -> None:
    """Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing("查看完整内容要写明原因，这次查看会留下记录。")


def look_entry(case: Case, actor: Actor, at: datetime, subject: str, reason: str | None) -> AuditEntry:
    """A look at whole values or at a photo, for the audit chain."""
    return AuditEntry(
        case_id=case.id,
        at=at,
        actor_id=actor.id,
        actor_role=actor.role,
        actor_name=actor.name,
        action="look",
        subject=subject,
        reason=reason.strip() if reason else None,
    )


def _judgement(given: GivenVerdict, case: Case, actor: Actor, at: datetime) -> Judgement:
    note = (given.note or "").strip() or None
    return Judgement(
        given.subject, given.verdict, given.reason_code or None, note, case.round, actor.id, actor.name, at
    )


def _opinion(text: str, actor: Actor, at: datetime) -> Opinion:
    """Raises ReasonMissing for an empty opinion."""
    if not text.strip():
        raise ReasonMissing("请写明意见，再提交。")
    return Opinion(text.strip(), actor.id, actor.name, at)
