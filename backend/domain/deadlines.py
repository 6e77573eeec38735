"""Working days: what counts as one, when a limit ends, how much is left, and the colour of a clock.

Pure functions of dates and the calendar. The day after the start is day 1. A year whose State Council notice is not in
the calendar is 暂定: Monday to Friday less the statutory holidays, recomputed when the notice is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from backend.domain.people import Month
from backend.domain.policy import Rule

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class ClockState(StrEnum):
    """在时限内, 快到期, 已超期."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's notice: days off and 调休上班日. Days of the year before, which a notice may move, are welcome."""

    year: int
    source: str
    holidays: frozenset[date]
    makeup_days: frozenset[date]


@dataclass(frozen=True, slots=True)
class StatutoryHolidays:
    """法定放假日 for years without a notice: (month, day) pairs of every year, and dates of the lunar ones."""

    source: str
    every_year: frozenset[tuple[int, int]]
    lunar: frozenset[date]

    def includes(self, day: date) -> bool:
        return (day.month, day.day) in self.every_year or day in self.lunar


@dataclass(frozen=True, slots=True)
class DueDate:
    """到期日; `provisional` (暂定) when a year on the way has no notice yet."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which a clock stands still, both ends included; open while `until` is None. Overlaps count once."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class WorkCalendar:
    """The working days the district goes by."""

    years: Mapping[int, CalendarYear]
    statutory: StatutoryHolidays
    amber_percent: Rule[int]
    _holidays: frozenset[date] = field(init=False, repr=False)
    _makeup_days: frozenset[date] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        notices = self.years.values()
        object.__setattr__(self, "_holidays", frozenset[date]().union(*(notice.holidays for notice in notices)))
        object.__setattr__(self, "_makeup_days", frozenset[date]().union(*(notice.makeup_days for notice in notices)))

    def is_working_day(self, day: date) -> bool:
        if day in self._makeup_days:
            return True
        if day.weekday() >= _SATURDAY or day in self._holidays:
            return False
        return not (self.is_provisional(day) and self.statutory.includes(day))

    def is_provisional(self, day: date) -> bool:
        """Whether the day's year has no published notice."""
        return day.year not in self.years

    def add_working_days(self, start: date, days: int, pauses: Sequence[Pause] = ()) -> DueDate:
        """The day on which a limit of `days` working days (1 or more) ends; paused days do not count.

        Raises ValueError for a limit below 1 or a pause that has not ended.
        """
        if days < 1:
            raise ValueError(f"a limit is at least 1 working day, not {days}")
        if any(pause.until is None for pause in pauses):
            raise ValueError("a clock that still stands has no due date")
        left, day, provisional = days, start, False
        while left:
            day += _ONE_DAY
            provisional = provisional or self.is_provisional(day)
            if self.is_working_day(day) and not any(pause.covers(day) for pause in pauses):
                left -= 1
        return DueDate(day, provisional)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start`, up to and with `end`; 0 when `end` is not later."""
        return sum(self.is_working_day(day) for day in _days_after(start, end))

    def working_days_left(self, today: date, due_on: date) -> int:
        """Working days after today until the due date; negative, the working days it is over."""
        if today > due_on:
            return -self.working_days_between(due_on, today)
        return self.working_days_between(today, due_on)

    def clock_state(self, start: date, due_on: date, today: date) -> ClockState:
        """Green, amber once the percentage in force at the start is used up, red after the due date."""
        if today > due_on:
            return ClockState.RED
        limit = self.working_days_between(start, due_on)
        used = self.working_days_between(start, today)
        amber_percent = self.amber_percent.row_on(Month.of(start)).value
        return ClockState.AMBER if used * 100 >= limit * amber_percent else ClockState.GREEN


def _days_after(start: date, end: date) -> Iterator[date]:
    for offset in range(1, (end - start).days + 1):
        yield start + timedelta(days=offset)
