"""Every birth month of the three tables of the law, and the published examples: the service differs from none."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.estimates import Estimate, estimate
from backend.domain.people import Month, chinese_age
from backend.domain.policy import Category
from tests.domain.examples import rulebook
from tests.policy import make_golden

POLICY = rulebook().policy
PUBLISHED = Path(__file__).with_name("published_examples.csv")

# 《国务院关于渐进式延迟法定退休年龄的办法》附件4, as printed: year, years, months.
ANNEX_4 = [
    *[(2025, 15, 0), (2029, 15, 0), (2030, 15, 6), (2031, 16, 0), (2032, 16, 6), (2033, 17, 0), (2034, 17, 6)],
    *[(2035, 18, 0), (2036, 18, 6), (2037, 19, 0), (2038, 19, 6), (2039, 20, 0), (2060, 20, 0)],
]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def asked(row: dict[str, str]) -> Estimate:
    return estimate(Month.parse(row["birth_month"]), Category(row["category"]), 0, Month(2026, 11), None, POLICY)


def said(found: Estimate) -> dict[str, str]:
    """What the service says, in the words of the golden file."""
    law, window = found.plan.statutory, found.plan.window
    return {
        "category": found.category.value,
        "birth_month": str(found.birth),
        "original_age": chinese_age(law.original_age_months),
        "statutory_age": chinese_age(law.statutory_age_months),
        "delay_months": str(law.delay_months),
        "statutory_month": str(law.statutory_month),
        "earliest_month": str(window.earliest),
        "latest_month": str(window.latest),
        "minimum_months": str(law.minimum_contribution_months),
    }


def test_the_golden_file_is_what_its_script_writes() -> None:
    assert make_golden.FILE.read_text(encoding="utf-8") == make_golden.written()


def test_the_golden_file_holds_each_table_and_two_years_either_side() -> None:
    births: dict[str, list[str]] = {}
    for row in rows(make_golden.FILE):
        births.setdefault(row["category"], []).append(row["birth_month"])

    assert {category: (found[0], found[-1], len(found)) for category, found in births.items()} == {
        "male": ("1963-01", "1978-12", 16 * 12),
        "female_55": ("1968-01", "1983-12", 16 * 12),
        "female_50": ("1973-01", "1986-12", 14 * 12),
    }


def test_the_service_differs_from_no_row_of_the_golden_file() -> None:
    golden = list(rows(make_golden.FILE))

    differences = [(row, found) for row in golden if (found := said(asked(row))) != row]

    assert (len(golden), differences) == (552, [])


def test_the_service_differs_from_no_published_example() -> None:
    published = list(rows(PUBLISHED))

    differences = [
        (row["source"], {name: found[name] for name in row if name in found and found[name] != row[name]})
        for row in published
        if any((found := said(asked(row)))[name] != row[name] for name in row if name != "source")
    ]

    assert (len(published), differences) == (33, [])


@pytest.mark.parametrize(("year", "years", "months"), ANNEX_4)
def test_the_minimum_contribution_is_that_of_annex_4(year: int, years: int, months: int) -> None:
    of_the_year = {POLICY.minimum_contribution.row_on(Month(year, month)).value for month in range(1, 13)}

    assert of_the_year == {years * 12 + months}
