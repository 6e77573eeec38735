"""Reminders in their table. What somebody without a case stated is sealed, and gone once she was told."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update

from backend.adapters.db import tables
from backend.adapters.db.sealed import Seal
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.reminders import Due, Reminder, ReminderKind, Stated

_LIVE = text(tables.LIVE)


class ReminderRows:
    """services/ports.py ReminderRows."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def add(self, reminder: Reminder) -> None:
        self._connection.execute(insert(tables.reminders), self._columns(reminder))

    def save(self, reminder: Reminder) -> None:
        t = tables.reminders
        self._connection.execute(update(t).where(t.c.id == reminder.id).values(self._columns(reminder)))

    def live_of(self, person_id: UUID) -> list[Reminder]:
        return self._locked(tables.reminders.c.person_id == person_id)

    def live_of_case(self, case_id: UUID) -> list[Reminder]:
        return self._locked(tables.reminders.c.case_id == case_id)

    def take_due(self, today: date, limit: int) -> list[Reminder]:
        return self._locked(tables.reminders.c.due_on <= today, limit)

    def take_of_other_rules(self, policy_hash: str, limit: int) -> list[Reminder]:
        return self._locked(tables.reminders.c.policy_hash != policy_hash, limit)

    def _locked(self, condition: Any, limit: int | None = None) -> list[Reminder]:
        """With a limit, what somebody else holds is passed over; without, it is waited for."""
        t = tables.reminders
        wanted = select(t).where(condition, _LIVE).order_by(t.c.due_on, t.c.id).limit(limit)
        locked = wanted.with_for_update(skip_locked=limit is not None)
        return [self._reminder(row) for row in self._connection.execute(locked).mappings().all()]

    def _reminder(self, row: Any) -> Reminder:
        sealed = row["stated"]
        return Reminder(
            id=row["id"],
            person_id=row["person_id"],
            kind=ReminderKind(row["kind"]),
            case_id=row["case_id"],
            stated=_stated(self._seal.open(sealed, _place(row["id"]))) if sealed is not None else None,
            due=Due(Month.parse(row["about"]), row["due_on"], row["last_day"]),
            policy_hash=row["policy_hash"],
            set_at=row["set_at"],
            told_at=row["told_at"],
            cancelled_at=row["cancelled_at"],
        )

    def _columns(self, reminder: Reminder) -> dict[str, Any]:
        stated = reminder.stated
        return {
            "id": reminder.id,
            "person_id": reminder.person_id,
            "kind": reminder.kind,
            "case_id": reminder.case_id,
            "stated": self._seal.seal(_as_list(stated), _place(reminder.id)) if stated else None,
            "about": str(reminder.due.about),
            "due_on": reminder.due.due_on,
            "last_day": reminder.due.last_day,
            "policy_hash": reminder.policy_hash,
            "set_at": reminder.set_at,
            "told_at": reminder.told_at,
            "cancelled_at": reminder.cancelled_at,
        }


def _place(reminder_id: UUID) -> str:
    return f"reminders.stated:{reminder_id}"


def _as_list(stated: Stated) -> Sequence[Any]:
    chosen = str(stated.chosen_month) if stated.chosen_month else None
    return [str(stated.birth), stated.category, stated.contribution_months, chosen]


def _stated(kept: Sequence[Any]) -> Stated:
    birth, category, contribution_months, chosen = kept
    chosen_month = Month.parse(chosen) if chosen else None
    return Stated(Month.parse(birth), Category(category), contribution_months, chosen_month)
