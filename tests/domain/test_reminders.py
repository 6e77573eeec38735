"""What a reminder is about and which day that is, seen before, on and after the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.reminders import Due, ReminderKind, ReminderTiming, Stated, due_of
from backend.domain.retirement import Circumstances, RetirementType, Timing
from tests.domain.examples import rulebook

POLICY = rulebook().policy
TIMING = ReminderTiming(early_notice_lead_days=14, tell_from=time(8), tell_until=time(20))
ASKED_ON = date(2026, 11, 24)
# Of age in 2027-01: 60 years and 5 months.
A_MAN = Circumstances(
    Month(1966, 8), Sex.MALE, Category.MALE, RetirementType.NORMAL, Timing.ON_TIME, contribution_months=300
)
# Of age in 2029-05, not before 2028-06; she wants to retire in 2028-10.
EARLY = Circumstances(
    Month(1973, 6),
    Sex.FEMALE,
    Category.FEMALE_55,
    RetirementType.NORMAL,
    Timing.EARLY,
    chosen_month=Month(2028, 10),
    contribution_months=300,
)


def opening(circumstances: Circumstances, today: date = ASKED_ON, stated_in: Month | None = None) -> Due | None:
    return due_of(ReminderKind.FILING_OPENS, circumstances, stated_in or Month.of(ASKED_ON), today, POLICY, TIMING)


def notice(circumstances: Circumstances, today: date) -> Due | None:
    return due_of(ReminderKind.EARLY_NOTICE_DUE, circumstances, Month.of(ASKED_ON), today, POLICY, TIMING)


# ── filing opens ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 24), Due(Month(2027, 1), date(2027, 1, 1))),
        (date(2026, 12, 31), Due(Month(2027, 1), date(2027, 1, 1))),
        (date(2027, 1, 1), None),
        (date(2027, 3, 5), None),
    ],
)
def test_filing_opens_on_the_first_day_of_the_month(today: date, due: Due | None) -> None:
    assert opening(A_MAN, today) == due


@pytest.mark.parametrize(
    ("paid_months", "opens"),
    [
        (178, Month(2027, 1)),  # 2 missing, 2 months to wait: enough on the day
        (177, Month(2027, 2)),
        (166, Month(2028, 1)),  # 14 missing
    ],
)
def test_missing_months_are_taken_as_paid_one_after_the_other(paid_months: int, opens: Month) -> None:
    assert opening(replace(A_MAN, contribution_months=paid_months)) == Due(opens, opens.first_day)


def test_somebody_of_age_waits_for_her_months_alone() -> None:
    of_age = replace(A_MAN, birth=Month(1966, 3), contribution_months=166)

    assert opening(of_age) == Due(Month(2028, 1), date(2028, 1, 1))
    assert opening(of_age, date(2028, 1, 1)) is None


def test_months_paid_since_she_stated_them_count() -> None:
    stated_a_year_ago = replace(A_MAN, contribution_months=166)

    assert opening(stated_a_year_ago, stated_in=Month(2025, 9)) == Due(Month(2027, 1), date(2027, 1, 1))


# ── the notice of 弹性提前 ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        (date(2026, 11, 24), date(2028, 6, 17)),
        (date(2028, 6, 16), date(2028, 6, 17)),
        (date(2028, 6, 20), date(2028, 6, 20)),
        (date(2028, 7, 1), date(2028, 7, 1)),
    ],
)
def test_the_notice_is_told_some_days_before_its_last_day(today: date, due_on: date) -> None:
    assert notice(EARLY, today) == Due(Month(2028, 10), due_on, last_day=date(2028, 7, 1))


def test_a_notice_whose_last_day_is_past_is_not_reminded_of() -> None:
    assert notice(EARLY, date(2028, 7, 2)) is None


def test_a_notice_that_was_given_is_not_reminded_of() -> None:
    assert notice(replace(EARLY, early_notice_on=date(2026, 11, 20)), ASKED_ON) is None


@pytest.mark.parametrize("timing", [Timing.ON_TIME, Timing.LATE])
def test_only_an_early_retirement_has_a_notice(timing: Timing) -> None:
    assert notice(replace(EARLY, timing=timing), ASKED_ON) is None


# ── without a case ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("chosen", "timing", "counts"),
    [
        (None, Timing.ON_TIME, None),
        (Month(2028, 10), Timing.EARLY, Month(2028, 10)),
        (Month(2029, 5), Timing.ON_TIME, None),
        (Month(2030, 5), Timing.LATE, Month(2030, 5)),
    ],
)
def test_the_month_somebody_chose_says_by_which_way(chosen: Month | None, timing: Timing, counts: Month | None) -> None:
    found = Stated(Month(1973, 6), Category.FEMALE_55, 300, chosen).circumstances(POLICY)

    assert (found.sex, found.timing, found.chosen_month) == (Sex.FEMALE, timing, counts)


# ── the hour ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "polite"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), True),  # 8:00 in the district
        (datetime(2027, 1, 1, 11, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), False),
    ],
)
def test_nobody_is_told_at_night(at: datetime, polite: bool) -> None:
    assert TIMING.is_polite(at) is polite
