"""Writes golden_retirement.csv: what the annexes of the State Council's measures (办法附件1–4) say of every birth.

It stands apart from the service on purpose: nothing of `backend` and nothing of `config` is read, and it works as the
annexes are printed. It goes down each table band by band, one month of birth after the other, and counts months by
turning the pages of a calendar; no formula for the delay, no arithmetic on month numbers.

Run it by hand after a change here: `python tests/policy/make_golden.py`. test_golden.py holds the file and the service
against it.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("golden_retirement.csv")
COLUMNS = (
    *("category", "birth_month", "original_age", "statutory_age", "delay_months", "statutory_month"),
    *("earliest_month", "latest_month", "minimum_months"),
)

# category → (original age in years, first birth month of the table, births in a band, statutory age at its end)
ANNEXES = {
    "male": (60, (1965, 1), 4, (63, 0)),  # 附件1
    "female_55": (55, (1970, 1), 4, (58, 0)),  # 附件2
    "female_50": (50, (1975, 1), 2, (55, 0)),  # 附件3
}
# the last birth month printed in each table
PRINTED_UNTIL = {"male": (1976, 12), "female_55": (1981, 12), "female_50": (1984, 12)}
# 附件4: year of retirement → years and months of contribution; 15 years until 2029, 20 years from 2039
ANNEX_4 = {
    2030: (15, 6), 2031: (16, 0), 2032: (16, 6), 2033: (17, 0), 2034: (17, 6),
    2035: (18, 0), 2036: (18, 6), 2037: (19, 0), 2038: (19, 6),
}  # fmt: skip

Month = tuple[int, int]
Age = tuple[int, int]


def next_month(month: Month) -> Month:
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def one_month_older(age: Age) -> Age:
    years, months = age
    return (years + 1, 0) if months == 11 else (years, months + 1)


def month_of_age(birth: Month, age: Age) -> Month:
    """The month in which somebody is of an age: so many birthdays on, then month by month."""
    month = (birth[0] + age[0], birth[1])
    for _ in range(age[1]):
        month = next_month(month)
    return month


def births(category: str) -> Iterator[tuple[Month, Age, int]]:
    """Every birth month with its statutory age and delay: two years before the table, the table, two years after."""
    years, first, band, last_age = ANNEXES[category]
    month, age, delay = (first[0] - 2, first[1]), (years, 0), 0
    while month != first:
        yield month, age, delay
        month = next_month(month)
    until = (PRINTED_UNTIL[category][0] + 2, PRINTED_UNTIL[category][1])
    while month <= until:
        if age != last_age:
            age, delay = one_month_older(age), delay + 1
        for _ in range(band):
            if month <= until:
                yield month, age, delay
            month = next_month(month)


def minimum_months(year: int) -> int:
    years, months = (15, 0) if year <= 2029 else ANNEX_4.get(year, (20, 0))
    return 12 * years + months


def row(category: str, birth: Month, age: Age, delay: int) -> dict[str, str]:
    original = (ANNEXES[category][0], 0)
    retires, of_original_age = month_of_age(birth, age), month_of_age(birth, original)
    earliest = latest = retires
    if delay:  # 第三条: three years either way, never under the original age
        earliest = max((retires[0] - 3, retires[1]), of_original_age)
        latest = (retires[0] + 3, retires[1])
    return {
        "category": category,
        "birth_month": text(birth),
        "original_age": in_years(original),
        "statutory_age": in_years(age),
        "delay_months": str(delay),
        "statutory_month": text(retires),
        "earliest_month": text(earliest),
        "latest_month": text(latest),
        "minimum_months": str(minimum_months(retires[0])),
    }


def text(month: Month) -> str:
    return f"{month[0]}-{month[1]:02d}"


def in_years(age: Age) -> str:
    """As the annexes print it."""
    return f"{age[0]}岁{age[1]}个月" if age[1] else f"{age[0]}岁"


def written() -> str:
    """The whole file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(category, *birth) for category in ANNEXES for birth in births(category))
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
