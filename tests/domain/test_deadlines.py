"""Working days against the State Council's notices, an independent calendar, and the ends of limits."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.deadlines import ClockState, DueDate, Pause
from tests.domain.examples import rulebook

CALENDAR = rulebook().calendar
PUBLISHED = st.dates(date(2023, 1, 1), date(2026, 12, 31))
ANY_DAY = st.dates(date(2023, 1, 1), date(2029, 12, 31))


def test_every_day_of_the_published_years_agrees_with_an_independent_calendar() -> None:
    days = [date(2023, 1, 1) + timedelta(days=offset) for offset in range(365 * 4 + 1)]

    assert days[-1] == date(2026, 12, 31)
    assert [day for day in days if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_every_published_year_cites_its_notice(year: int) -> None:
    assert f"关于{year}年部分节假日安排的通知" in CALENDAR.years[year].source
    assert f"国办发明电〔{year - 1}〕" in CALENDAR.years[year].source


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 1, 1), False),
        (date(2027, 2, 5), False),  # 除夕
        (date(2027, 2, 9), True),  # 初四, a Tuesday
        (date(2027, 4, 5), False),  # 清明
        (date(2027, 6, 9), False),  # 端午
        (date(2027, 9, 15), False),  # 中秋
        (date(2027, 10, 1), False),
        (date(2027, 10, 4), True),  # not moved, though the 2nd and 3rd fall on a weekend
        (date(2027, 1, 2), False),  # a Saturday
        (date(2027, 1, 4), True),
        (date(2031, 5, 1), False),  # beyond the lunar table, the fixed days still hold
    ],
)
def test_a_year_without_a_notice_goes_by_the_statutory_holidays(day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(day) is works
    assert CALENDAR.is_provisional(day)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 3, 2), 10, date(2026, 3, 16)),  # a plain fortnight
        (date(2026, 2, 12), 3, date(2026, 2, 24)),  # over 春节, with the make-up Saturday 02-14
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # day 1 is a make-up Saturday
        (date(2026, 4, 3), 1, date(2026, 4, 7)),  # 清明
        (date(2025, 9, 27), 1, date(2025, 9, 28)),  # a make-up Sunday
        (date(2025, 9, 30), 15, date(2025, 10, 28)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # started on a Saturday
    ],
)
def test_a_limit_ends_on_its_last_working_day(start: date, days: int, due: date) -> None:
    assert CALENDAR.add_working_days(start, days) == DueDate(due, provisional=False)


@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [(date(2026, 12, 17), 10, False), (date(2026, 12, 18), 10, True), (date(2026, 12, 31), 1, True)],
)
def test_a_due_date_over_an_unpublished_year_is_provisional(start: date, days: int, provisional: bool) -> None:
    assert CALENDAR.add_working_days(start, days).provisional is provisional


@given(ANY_DAY, st.integers(1, 60))
def test_a_due_date_is_a_working_day_with_the_limit_behind_it(start: date, days: int) -> None:
    due = CALENDAR.add_working_days(start, days).on

    assert CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(start, due) == days
    assert CALENDAR.working_days_left(start, due) == days
    assert CALENDAR.working_days_left(due, due) == 0


@given(PUBLISHED, st.integers(1, 30), st.integers(0, 20), st.integers(0, 20))
def test_paused_days_do_not_count_and_overlapping_pauses_count_once(
    start: date, days: int, lead: int, length: int
) -> None:
    first = start + timedelta(days=lead)
    pause = Pause(first, first + timedelta(days=length))
    inner = Pause(first, first + timedelta(days=length // 2))

    paused = CALENDAR.add_working_days(start, days, [pause, inner])

    assert paused == CALENDAR.add_working_days(start, days, [pause])
    assert paused.on >= CALENDAR.add_working_days(start, days).on
    assert not pause.covers(paused.on)


def test_a_clock_that_stands_has_no_due_date() -> None:
    with pytest.raises(ValueError, match="stands"):
        CALENDAR.add_working_days(date(2026, 3, 2), 10, [Pause(date(2026, 3, 3))])


@pytest.mark.parametrize("days", [0, -1])
def test_a_limit_is_at_least_one_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.add_working_days(date(2026, 3, 2), days)


START, DUE = date(2026, 3, 2), date(2026, 3, 16)  # 10 working days


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 3, 2), ClockState.GREEN, 10),
        (date(2026, 3, 11), ClockState.GREEN, 3),
        (date(2026, 3, 12), ClockState.AMBER, 2),  # 8 of 10 used
        (date(2026, 3, 16), ClockState.AMBER, 0),
        (date(2026, 3, 17), ClockState.RED, -1),
        (date(2026, 3, 21), ClockState.RED, -4),  # a Saturday
    ],
)
def test_a_clock_turns_amber_at_80_percent_and_red_when_over(today: date, state: ClockState, left: int) -> None:
    assert CALENDAR.clock_state(START, DUE, today) is state
    assert CALENDAR.working_days_left(today, DUE) == left
