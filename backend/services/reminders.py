"""Reminders (提醒): set, seen and cancelled by a person; told by the clock, each once.

What they are about and which day that is stands in domain/reminders.py.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from backend.domain.actors import Actor
from backend.domain.case import Case, State
from backend.domain.errors import NothingToRemindOf
from backend.domain.estimates import estimate
from backend.domain.notices import NoticeEvent
from backend.domain.people import Month, chinese_date
from backend.domain.reminders import Due, Reminder, ReminderKind, ReminderTiming, Stated, due_of
from backend.domain.retirement import Circumstances
from backend.domain.rulebook import Rulebook
from backend.services.announcements import Announcements, followers
from backend.services.ports import Clock, Store, Transaction
from backend.services.wording import iso, local_date

View = dict[str, Any]

BATCH: Final = 20
ESTIMATE_PAGE: Final = "/estimate"

# fmt: off
EVENTS: dict[ReminderKind, NoticeEvent] = {
    ReminderKind.FILING_OPENS:     NoticeEvent.FILING_OPENS,
    ReminderKind.EARLY_NOTICE_DUE: NoticeEvent.EARLY_NOTICE_DUE,
}
TITLES: dict[ReminderKind, str] = {
    ReminderKind.FILING_OPENS:     "到 {month}提醒您来办",
    ReminderKind.EARLY_NOTICE_DUE: "提醒您书面告知（{month}提前退休）",
}
# fmt: on


class Reminders:
    """The use cases, and what a case's own use cases ask of reminders inside their transactions."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        rulebook: Rulebook,
        announcements: Announcements,
        timing: ReminderTiming,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rulebook = rulebook
        self._announcements = announcements
        self._timing = timing

    @property
    def timing(self) -> ReminderTiming:
        """When people may be told."""
        return self._timing

    # ── the person ───────────────────────────────────────────────────────────────────────────

    def mine(self, actor: Actor) -> View:
        """What she is still to be told of."""
        with self._store.begin() as tx:
            return {"reminders": [_view(each) for each in tx.reminders.live_of(actor.id)]}

    def set_for_case(self, actor: Actor, kind: ReminderKind, case_id: UUID) -> View:
        """Reminds her of her own draft; setting it again changes nothing. Raises NotFound, NothingToRemindOf."""
        with self._store.begin() as tx:
            tx.people.lock(actor.id)
            case = tx.cases.read(case_id)
            case.must_belong_to(actor)
            circumstances = self._rulebook.circumstances(case.answers) if case.state is State.DRAFT else None
            if circumstances is None:
                raise NothingToRemindOf("先把退休那几页填完，再设提醒。" if case.state is State.DRAFT else None)
            return self._set(tx, actor, kind, circumstances, case_id=case.id)

    def set_for_estimate(self, actor: Actor, kind: ReminderKind, stated: Stated) -> View:
        """Reminds somebody of what she stated, without a case. Raises ChosenMonthOutsideWindow, NothingToRemindOf."""
        policy, this_month = self._rulebook.policy, Month.of(self._clock.today())
        estimate(stated.birth, stated.category, stated.contribution_months, this_month, stated.chosen_month, policy)
        with self._store.begin() as tx:
            tx.people.lock(actor.id)
            circumstances = stated.circumstances(policy)
            return self._set(tx, actor, kind, circumstances, stated=stated)

    def cancel(self, actor: Actor, kind: ReminderKind, case_id: UUID | None) -> None:
        """She does not want the one about this case, or about none, any more; without one nothing happens."""
        at = self._clock.now()
        with self._store.begin() as tx:
            if reminder := _one_of(tx, actor, kind, case_id):
                tx.reminders.save(reminder.cancelled(at))

    def _set(
        self,
        tx: Transaction,
        actor: Actor,
        kind: ReminderKind,
        circumstances: Circumstances,
        *,
        case_id: UUID | None = None,
        stated: Stated | None = None,
    ) -> View:
        """One live reminder of a kind about a thing: what was set before gives way to what is asked now."""
        at, today = self._clock.now(), self._clock.today()
        due = due_of(kind, circumstances, Month.of(today), today, self._rulebook.policy, self._timing)
        if due is None:
            raise NothingToRemindOf
        before = _one_of(tx, actor, kind, case_id)
        if before and (before.stated, before.due) == (stated, due):
            return _view(before)
        if before:
            tx.reminders.save(before.cancelled(at))
        reminder = Reminder(uuid4(), actor.id, kind, case_id, stated, due, self._rulebook.content_hash, at)
        tx.reminders.add(reminder)
        return _view(reminder)

    # ── within a case's own transaction ──────────────────────────────────────────────────────

    def follow(self, tx: Transaction, case: Case, given: Collection[str]) -> None:
        """She answered these questions: the day changes with them, and what is open already needs no reminder."""
        at, today = self._clock.now(), self._clock.today()
        circumstances = self._rulebook.circumstances(case.answers)
        if circumstances is None:
            return
        for reminder in tx.reminders.live_of_case(case.id):
            as_stated = replace(reminder, set_at=at) if "contribution_months" in given else reminder
            due = self._due(as_stated, circumstances, today)
            changed = reminder.cancelled(at) if due is None else replace(as_stated, due=due)
            if changed != reminder:
                tx.reminders.save(changed)

    def drop(self, tx: Transaction, case: Case, at: datetime) -> None:
        """The case was handed in or taken back: there is nothing to wait for."""
        for reminder in tx.reminders.live_of_case(case.id):
            tx.reminders.save(reminder.cancelled(at))
        if case.state is State.SUBMITTED:
            for reminder in tx.reminders.live_of(case.applicant_id):
                if reminder.case_id is None:
                    tx.reminders.save(reminder.cancelled(at))

    # ── the clock ────────────────────────────────────────────────────────────────────────────

    def tell_due(self) -> int:
        """Tells everybody whose day has come, each once however often and however late this runs; how many.

        First, reminders worked out by older rules are looked at again, so that a month that came nearer is told in
        time. At night nobody is told.
        """
        while self._work_out_again():
            pass
        told = 0
        while self._timing.is_polite(self._clock.now()) and (batch := self._tell_batch()) is not None:
            told += batch
        return told

    def _work_out_again(self) -> bool:
        """One batch of reminders of other rules; whether there was any. A later month is left to its day: see _tell."""
        today, now_in_force = self._clock.today(), self._rulebook.content_hash
        with self._store.begin() as tx:
            batch = tx.reminders.take_of_other_rules(now_in_force, BATCH)
            for reminder in batch:
                tx.reminders.save(replace(self._nearer(tx, reminder, today), policy_hash=now_in_force))
            return bool(batch)

    def _tell_batch(self) -> int | None:
        """One batch of those due, in a transaction with their pushes; how many were told, None when none is left."""
        at, today = self._clock.now(), self._clock.today()
        with self._store.begin() as tx:
            batch = tx.reminders.take_due(today, BATCH)
            return sum(self._tell(tx, reminder, at, today) for reminder in batch) if batch else None

    def _tell(self, tx: Transaction, reminder: Reminder, at: datetime, today: date) -> bool:
        """Tells her, or that the month is a later one now, which is a reminder again; whether her day had come."""
        if reminder.case_id and reminder.person_id not in followers(tx.cases.read(reminder.case_id)):
            tx.reminders.save(reminder.cancelled(at))  # a helper whose authorisation has ended
            return False
        circumstances = self._circumstances(tx, reminder)
        due = self._due(reminder, circumstances, today) if circumstances else None
        has_come = due is None or due.due_on <= today
        event = EVENTS[reminder.kind] if has_come else NoticeEvent.REMINDER_MOVED
        said = reminder.due if due is None else due
        self._announcements.tell(
            tx,
            reminder.person_id,
            event,
            at,
            path=f"/cases/{reminder.case_id}" if reminder.case_id else ESTIMATE_PAGE,
            case_id=reminder.case_id,
            month=said.about,
            last_day=said.last_day,
        )
        tx.reminders.save(reminder.told(at) if has_come else replace(reminder, due=said))
        return has_come

    # ── what it rests on ─────────────────────────────────────────────────────────────────────

    def _nearer(self, tx: Transaction, reminder: Reminder, today: date) -> Reminder:
        """The reminder by today's rules where its day comes sooner by them."""
        circumstances = self._circumstances(tx, reminder)
        if circumstances is None:
            return reminder
        due = self._due(reminder, circumstances, today)
        if due is None:  # open by now, or past: to be told today
            about = Month.of(today) if reminder.kind is ReminderKind.FILING_OPENS else reminder.due.about
            due = Due(about, today, reminder.due.last_day)
        return replace(reminder, due=due) if due.due_on < reminder.due.due_on else reminder

    def _due(self, reminder: Reminder, circumstances: Circumstances, today: date) -> Due | None:
        stated_in = Month.of(local_date(reminder.set_at))
        return due_of(reminder.kind, circumstances, stated_in, today, self._rulebook.policy, self._timing)

    def _circumstances(self, tx: Transaction, reminder: Reminder) -> Circumstances | None:
        if reminder.stated is not None:
            return reminder.stated.circumstances(self._rulebook.policy)
        answers = tx.cases.read(reminder.case_id).answers if reminder.case_id else {}
        return self._rulebook.circumstances(answers)


def _one_of(tx: Transaction, actor: Actor, kind: ReminderKind, case_id: UUID | None) -> Reminder | None:
    """Her live reminder of the kind about the case, or about none."""
    return next((r for r in tx.reminders.live_of(actor.id) if (r.kind, r.case_id) == (kind, case_id)), None)


def _view(reminder: Reminder) -> View:
    due = reminder.due
    text = f"{chinese_date(due.due_on)}在微信里告诉您。"
    if due.last_day:
        text = f"最晚 {chinese_date(due.last_day)}要书面告知。{text}"
    return {
        "kind": reminder.kind,
        "month": str(due.about),
        "due_on": due.due_on.isoformat(),
        "last_day": due.last_day.isoformat() if due.last_day else None,
        "case_id": str(reminder.case_id) if reminder.case_id else None,
        "title": TITLES[reminder.kind].format(month=due.about.chinese),
        "text": text,
        "set_at": iso(reminder.set_at),
    }
