"""“我没有这个材料” and 容缺受理: what a clerk decides on an absence, and the promise that may come of it.

Values only: who may decide when is in case.py. Which papers may be promised and for how long is config (`waivable` in
materials.zh-CN.yaml, policy/acceptance_with_promise.yaml); nothing here refuses a case because a promise is late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.deadlines import ClockState, WorkCalendar
from backend.domain.errors import ActionNotAllowed, ContentRefused, ReasonMissing, StaleVersion
from backend.domain.people import Month, chinese_date
from backend.domain.policy import Rule

REASON_LEAST_CHARACTERS = 4


class DecisionKind(StrEnum):
    """What a clerk did about a paper that she does not have; the values are the wire and database values."""

    WAIVED = "waived"  # 容缺受理：先受理，约定日期前补交；个别的不用交
    SUGGESTED = "suggested"  # 换一种材料：退回时写明还可以交什么
    CALLED = "called"  # 打电话：问清楚再定，任务还在


class PromiseState(StrEnum):
    """Where a promised paper is; the values are the wire and database values."""

    OPEN = "open"  # 等她补交
    GIVEN = "given"  # 补交了，等窗口看
    KEPT = "kept"  # 窗口看过，合格
    CLOSED = "closed"  # 不用补了：办件结束，或改了决定


class PromiseAction(StrEnum):
    """What moves a promise; the values are what the history says."""

    GRANT = "promise_granted"
    GIVE = "promise_given"
    TAKE_BACK = "promise_taken_back"
    PASS = "promise_passed"  # noqa: S105 - an act, not a password
    FAIL = "promise_failed"
    EXTEND = "promise_extended"
    CLOSE = "promise_closed"


# fmt: off
PROMISE_TRANSITIONS: dict[tuple[PromiseState, PromiseAction], PromiseState] = {
    # from                action                    to                   # who
    (PromiseState.OPEN,   PromiseAction.GIVE):      PromiseState.GIVEN,  # applicant, or her helper
    (PromiseState.GIVEN,  PromiseAction.GIVE):      PromiseState.GIVEN,  # another photo before it is judged
    (PromiseState.GIVEN,  PromiseAction.TAKE_BACK): PromiseState.OPEN,   # applicant, or her helper
    (PromiseState.GIVEN,  PromiseAction.PASS):      PromiseState.KEPT,   # clerk
    (PromiseState.GIVEN,  PromiseAction.FAIL):      PromiseState.OPEN,   # clerk
    (PromiseState.OPEN,   PromiseAction.EXTEND):    PromiseState.OPEN,   # clerk, once
    (PromiseState.OPEN,   PromiseAction.CLOSE):     PromiseState.CLOSED, # with the case, or a changed decision
    (PromiseState.GIVEN,  PromiseAction.CLOSE):     PromiseState.CLOSED, # with the case, or a changed decision
    (PromiseState.CLOSED, PromiseAction.GRANT):     PromiseState.OPEN,   # clerk: decided anew, a promise of its own
    (PromiseState.KEPT,   PromiseAction.GRANT):     PromiseState.OPEN,   # clerk: absent anew after another kind
}

PROMISE_STATE_LABELS: dict[PromiseState, str] = {
    PromiseState.OPEN:   "等申请人补交",
    PromiseState.GIVEN:  "已补交，等窗口看",
    PromiseState.KEPT:   "已补齐",
    PromiseState.CLOSED: "不用补了",
}

DECISION_LABELS: dict[DecisionKind, str] = {
    DecisionKind.WAIVED:    "容缺受理",
    DecisionKind.SUGGESTED: "换一种材料",
    DecisionKind.CALLED:    "打电话",
}
# fmt: on
OUTSTANDING = frozenset({PromiseState.OPEN, PromiseState.GIVEN})


# ── what config says ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Waiver:
    """What lets a slot be waived: the words for the clerk, its source and who has yet to confirm it.

    `may_be_left_out`: where the paper may turn out not to be needed at all, and no date is asked for.
    """

    when: str
    source: str
    status: str
    may_be_left_out: bool = False


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """How long a promise may run and be extended, and when she is reminded; all in working days."""

    longest_working_days: int
    extension_working_days: int
    remind_working_days_before: int


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """The slots that may be waived, by key, and the dated terms; without terms nothing may be promised."""

    waivable: Mapping[str, Waiver]
    terms: Rule[PromiseTerms] | None

    def terms_on(self, day: date) -> PromiseTerms:
        """The terms in force. Raises ContentRefused where there are none."""
        if self.terms is None:
            raise ContentRefused("现在没有容缺受理的规定，不能容缺。")
        return self.terms.row_on(Month.of(day)).value


# ── an absence and what was decided ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Absence:
    """“我没有这个材料”: her reason, and how a clerk settled it, if one did."""

    slot_key: str
    reason: str
    at: datetime
    decided: DecisionKind | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still a task: a call alone settles nothing."""
        return self.decided is None


@dataclass(frozen=True, slots=True)
class AbsenceDecision:
    """One thing a clerk did about an absence; the list of them is only ever added to.

    `promised_on` is a waiver's date, None where the paper is not needed at all; `reached` and `call_again_on` are a
    call's; `suggested_kind` names another kind of the slot, `suggested_slot` another slot whose paper will do.
    """

    slot_key: str
    round: int
    kind: DecisionKind
    reason: str
    by_id: UUID
    by_name: str
    at: datetime
    promised_on: date | None = None
    suggested_kind: str | None = None
    suggested_slot: str | None = None
    reached: bool | None = None
    call_again_on: date | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A paper that she promised to bring by a day (容缺受理). Its clock runs from the day it was granted.

    `reminded` counts what she was told: 1 some days before, 2 on the day.
    """

    slot_key: str
    state: PromiseState
    version: int
    reason: str
    granted_on: date
    promised_on: date
    remind_on: date
    by_id: UUID
    by_name: str
    granted_at: datetime
    extended_reason: str | None = None
    extended_at: datetime | None = None
    given_at: datetime | None = None
    settled_at: datetime | None = None
    fail_reason_code: str | None = None
    fail_note: str | None = None
    reminded: int = 0

    @property
    def is_outstanding(self) -> bool:
        return self.state in OUTSTANDING

    def must_be_at(self, seen_version: int) -> None:
        """Raises StaleVersion when it was given, judged or extended since it was seen."""
        if seen_version != self.version:
            raise StaleVersion(version=self.version, changed_by="申请人或同事", changed_at=None)

    def given(self, at: datetime) -> "Promise":
        """A photo is there; what was wrong with the one before is past."""
        return self._moved(PromiseAction.GIVE, given_at=at, fail_reason_code=None, fail_note=None)

    def taken_back(self) -> "Promise":
        return self._moved(PromiseAction.TAKE_BACK, given_at=None)

    def passed(self, at: datetime) -> "Promise":
        return self._moved(PromiseAction.PASS, settled_at=at)

    def failed(self, reason_code: str | None, note: str | None) -> "Promise":
        """She is to bring it again by the same day. Raises ReasonMissing."""
        if not (reason_code or note):
            raise ReasonMissing("不通过要选一个原因，申请人才知道怎么改。")
        return self._moved(PromiseAction.FAIL, fail_reason_code=reason_code, fail_note=note)

    def extended(
        self, promised_on: date, reason: str, at: datetime, today: date, rules: PromiseRules, calendar: WorkCalendar
    ) -> "Promise":
        """A later day, once, for a reason. Raises ActionNotAllowed, ReasonMissing, ContentRefused."""
        if self.extended_at is not None:
            raise ActionNotAllowed("补交的日子已经延过一次，不能再延。")
        if len(reason.strip()) < REASON_LEAST_CHARACTERS:
            raise ReasonMissing("请写明为什么延期。")
        terms = rules.terms_on(today)
        since = max(self.promised_on, today)
        latest = calendar.add_working_days(since, terms.extension_working_days).on
        _must_be_between(promised_on, max(self.promised_on, today), latest)
        return self._moved(
            PromiseAction.EXTEND,
            promised_on=promised_on,
            remind_on=reminded_on(today, promised_on, terms, calendar),
            extended_reason=reason.strip(),
            extended_at=at,
            reminded=0,
        )

    def closed(self, at: datetime) -> "Promise":
        return self._moved(PromiseAction.CLOSE, settled_at=at)

    def told(self, reminded: int) -> "Promise":
        """She was reminded; nobody's screen is out of date for that."""
        return replace(self, reminded=reminded)

    def clock(self, today: date, calendar: WorkCalendar) -> ClockState:
        """Green, amber from the percentage of its limit on, red after the promised day; as other clocks."""
        return calendar.clock_state(self.granted_on, self.promised_on, today)

    def _moved(self, action: PromiseAction, **changes: object) -> "Promise":
        if (self.state, action) not in PROMISE_TRANSITIONS:
            raise ActionNotAllowed(f"这份材料现在是“{PROMISE_STATE_LABELS[self.state]}”，不用这样办。")
        state = PROMISE_TRANSITIONS[self.state, action]
        return replace(self, state=state, version=self.version + 1, **changes)  # type: ignore[arg-type]  # its own fields


# ── deciding ─────────────────────────────────────────────────────────────────────────────────


def promise_of(
    decision: AbsenceDecision, before: Promise | None, today: date, rules: PromiseRules, calendar: WorkCalendar
) -> Promise | None:
    """The promise that a waiver makes; None where the paper is not needed at all.

    Raises ContentRefused for a paper that may not be waived or a day outside the limit, ReasonMissing.
    """
    waiver = rules.waivable.get(decision.slot_key)
    if waiver is None:
        raise ContentRefused("这份材料是主要材料，不能容缺，请换一种材料或打电话说明。", slot=decision.slot_key)
    if len(decision.reason) < REASON_LEAST_CHARACTERS:
        raise ReasonMissing("请写明为什么可以先受理。")
    if decision.promised_on is None:
        if not waiver.may_be_left_out:
            raise ContentRefused("请选补交的日子。", slot=decision.slot_key)
        return None
    terms = rules.terms_on(today)
    latest = calendar.add_working_days(today, terms.longest_working_days).on
    _must_be_between(decision.promised_on, today, latest)
    return Promise(
        slot_key=decision.slot_key,
        state=PromiseState.OPEN,
        version=before.version + 1 if before else 1,
        reason=decision.reason,
        granted_on=today,
        promised_on=decision.promised_on,
        remind_on=reminded_on(today, decision.promised_on, terms, calendar),
        by_id=decision.by_id,
        by_name=decision.by_name,
        granted_at=decision.at,
    )


def reminded_on(today: date, promised_on: date, terms: PromiseTerms, calendar: WorkCalendar) -> date:
    """The last day with so many working days left as she is reminded before; the day itself where it is near."""
    ahead = terms.remind_working_days_before
    if calendar.working_days_left(today, promised_on) <= ahead:
        return promised_on
    day = promised_on
    while calendar.working_days_left(day, promised_on) < ahead:
        day = date.fromordinal(day.toordinal() - 1)
    return day


def reminder_due(promise: Promise, today: date) -> int | None:
    """Which reminder is to be told now: 1 some days before, 2 on the day or later; None when there is none."""
    if promise.state is not PromiseState.OPEN:
        return None
    if promise.reminded < 2 and promise.promised_on <= today:
        return 2
    return 1 if promise.reminded < 1 and promise.remind_on <= today else None


def suggestion_sentence(labels: Sequence[str], words: str) -> str:
    """What else will do, as she reads it: 这份材料没有的，可以改交：结婚证登记档案。 and the clerk's own words."""
    said = f"没有这份材料的，可以改交：{'、'.join(labels)}。" if labels else ""
    return f"{said}{words}".strip()


def _must_be_between(day: date, after: date, latest: date) -> None:
    if not after < day <= latest:
        raise ContentRefused(
            f"补交的日子要在{chinese_date(after)}以后，最晚{chinese_date(latest)}。", latest_on=latest.isoformat()
        )
