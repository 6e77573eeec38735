"""Reads the work calendar: one file per State Council notice, and the statutory holidays for years without one."""

from datetime import date, timedelta
from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located
from backend.domain.deadlines import CalendarYear, StatutoryHolidays, WorkCalendar
from backend.domain.policy import Rule


def read_calendar(folder: Path, amber_percent: Rule[int]) -> WorkCalendar:
    years = [_calendar_year(path) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].yaml"))]
    return WorkCalendar(
        years={year.year: year for year in years},
        statutory=_statutory(folder / "statutory.yaml"),
        amber_percent=amber_percent,
    )


def _calendar_year(path: Path) -> CalendarYear:
    """One State Council notice. A make-up day is a Saturday or Sunday outside the holidays of the notice."""
    file = located_yaml.read(path)
    file.only("year", "source", "holidays", "makeup_days")
    year = file["year"].whole(2000)
    if path.stem != str(year):
        file["year"].fault(f"the year of this file is {path.stem}")
    holidays = {day for span in file["holidays"].each() for day in _days_of(span, year)}
    makeup_days = {_makeup_day(day, year, holidays) for day in file["makeup_days"].each()}
    return CalendarYear(year, file["source"].text(), frozenset(holidays), frozenset(makeup_days))


def _days_of(span: Located, year: int) -> list[date]:
    span.only("name", "from", "until")
    first, last = span["from"].day(), span["until"].day()
    if last < first:
        span["until"].fault("ends before it begins")
    if last.year != year or first < date(year - 1, 12, 1):
        span.fault(f"does not belong to {year}")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _makeup_day(entry: Located, year: int, holidays: set[date]) -> date:
    entry.only("name", "on")
    day = entry["on"].day()
    if day.year not in (year - 1, year):
        entry["on"].fault(f"does not belong to {year}")
    if day.weekday() < 5 or day in holidays:
        entry["on"].fault("a make-up day is a Saturday or Sunday that is not a holiday")
    return day


def _statutory(path: Path) -> StatutoryHolidays:
    file = located_yaml.read(path)
    file.only("source", "fixed_days", "lunar_source", "lunar_days")
    return StatutoryHolidays(
        source=f"{file['source'].text()}；{file['lunar_source'].text()}",
        every_year=frozenset(_month_and_day(day) for day in file["fixed_days"].each()),
        lunar=frozenset(day for year in file["lunar_days"].each() for day in _lunar_days(year)),
    )


def _month_and_day(entry: Located) -> tuple[int, int]:
    entry.only("name", "on")
    try:
        day = date.fromisoformat(f"2000-{entry['on'].text()}")
    except ValueError:
        entry["on"].fault("expected MM-DD")
    return day.month, day.day


def _lunar_days(entry: Located) -> list[date]:
    """除夕 to 正月初三, 清明, 端午, 中秋 of one year."""
    entry.only("year", "new_year", "qingming", "dragon_boat", "mid_autumn")
    days = {key: entry[key].day() for key in ("new_year", "qingming", "dragon_boat", "mid_autumn")}
    if any(day.year != entry["year"].whole(2000) for day in days.values()):
        entry.fault("a date lies outside its year")
    first = days.pop("new_year")
    return [*(first + timedelta(days=offset) for offset in range(-1, 3)), *days.values()]
