"""Reminders (提醒): what somebody who is too early asked to be told of, the day for it, and what to say on that day.

The rules of retirement are asked, never written again; telling is in services/reminders.py.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from backend.domain.notices import SHANGHAI
from backend.domain.people import Month, Sex
from backend.domain.policy import Category, Policy
from backend.domain.retirement import ContributionShort, TooEarly, eligibility
from backend.domain.retirement_month import (
    Circumstances,
    RetirementType,
    Timing,
    flexible_rule,
    paper_due_on,
    statutory,
)


class ReminderKind(StrEnum):
    """What a person asks to be told of."""

    FILING_OPENS = "filing_opens"  # 到月可以办退休了
    EARLY_NOTICE_DUE = "early_notice_due"  # 弹性提前退休的书面告知，快到最晚的那一天


@dataclass(frozen=True, slots=True)
class ReminderTiming:
    """When people are told: so many days before the last day of the notice, and between two hours of the district's."""

    early_notice_lead_days: int
    tell_from: time
    tell_until: time

    def is_polite(self, at: datetime) -> bool:
        """Nobody's phone rings at night."""
        return self.tell_from <= at.astimezone(SHANGHAI).time() < self.tell_until


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody without a case said on 我什么时候能退休; kept until she is told. `chosen_month` is 弹性's."""

    birth: Month
    category: Category
    contribution_months: int
    chosen_month: Month | None = None

    def circumstances(self, policy: Policy) -> Circumstances:
        of_age = statutory(self.birth, self.category, policy).statutory_month
        chosen = self.chosen_month
        is_early, is_late = chosen is not None and chosen < of_age, chosen is not None and chosen > of_age
        return Circumstances(
            birth=self.birth,
            sex=Sex.MALE if self.category is Category.MALE else Sex.FEMALE,
            category=self.category,
            retirement_type=RetirementType.NORMAL,
            timing=Timing.EARLY if is_early else Timing.LATE if is_late else Timing.ON_TIME,
            chosen_month=chosen if is_early or is_late else None,
            contribution_months=self.contribution_months,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """What a reminder is about: the month of retirement, the day to tell it, and for a notice its last day."""

    about: Month
    due_on: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing a person asked to be told of. It is live until she was told or it was cancelled.

    It rests on her case's answers, or without a case on what she `stated`; `policy_hash` names the rules by which its
    day was worked out.
    """

    id: UUID
    person_id: UUID
    kind: ReminderKind
    case_id: UUID | None
    stated: Stated | None
    due: Due
    policy_hash: str
    set_at: datetime
    told_at: datetime | None = None
    cancelled_at: datetime | None = None

    def told(self, at: datetime) -> "Reminder":
        """Told once and for all; what she stated is forgotten."""
        return replace(self, told_at=at, stated=None)

    def cancelled(self, at: datetime) -> "Reminder":
        """Not wanted any more; what she stated is forgotten."""
        return replace(self, cancelled_at=at, stated=None)


def due_of(
    kind: ReminderKind,
    circumstances: Circumstances,
    stated_in: Month,
    today: date,
    policy: Policy,
    timing: ReminderTiming,
) -> Due | None:
    """What there is to be told of later, seen from today; None where it is open already, or past.

    `stated_in` is the month in which she said how many months of contribution she has: every month since is taken as
    paid, and so is every month to come.
    """
    if kind is ReminderKind.FILING_OPENS:
        paid = circumstances.contribution_months + max(0, stated_in.months_until(Month.of(today)))
        opens = opens_in(replace(circumstances, contribution_months=paid), Month.of(today), policy)
        return Due(opens, opens.first_day) if opens.first_day > today else None
    last_day = early_notice_by(circumstances, policy)
    if circumstances.chosen_month is None or last_day is None or last_day < today:
        return None
    due_on = max(today, last_day - timedelta(days=timing.early_notice_lead_days))
    return Due(circumstances.chosen_month, due_on, last_day)


def opens_in(circumstances: Circumstances, asked_in: Month, policy: Policy) -> Month:
    """The first month from the asked one on in which she can file, if she goes on paying month by month."""
    match eligibility(circumstances, asked_in, policy):
        case TooEarly(on_month=of_age, contribution_short_months=short):
            return max(of_age, asked_in.plus(short))
        case ContributionShort(months=short):
            return asked_in.plus(short)
        case _:
            return asked_in


def early_notice_by(circumstances: Circumstances, policy: Policy) -> date | None:
    """The last day on which the notice of 弹性提前 is surely in time; None where none is asked for, or it was given."""
    chosen = circumstances.chosen_month
    if circumstances.timing is not Timing.EARLY or chosen is None or circumstances.early_notice_on is not None:
        return None
    found = statutory(circumstances.birth, circumstances.category or Category.FEMALE_50, policy)
    return paper_due_on(chosen, flexible_rule(found, policy).value.early_notice_months)
