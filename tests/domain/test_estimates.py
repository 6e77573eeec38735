"""我什么时候能退休: figures for anybody, past and future, and a month that cannot be chosen."""

from datetime import date

import pytest

from backend.domain.errors import ChosenMonthOutsideWindow
from backend.domain.estimates import Estimate, estimate
from backend.domain.people import Month
from backend.domain.policy import Category, Way
from backend.domain.retirement import ContributionShort, Eligible, TooEarly
from tests.domain.examples import rulebook

POLICY = rulebook().policy
MALE, FEMALE_55, FEMALE_50 = Category.MALE, Category.FEMALE_55, Category.FEMALE_50


def asked(birth: str, category: Category, paid: int, filing_month: str, chosen: str | None = None) -> Estimate:
    month = Month.parse(chosen) if chosen else None
    return estimate(Month.parse(birth), category, paid, Month.parse(filing_month), month, POLICY)


def test_a_man_of_1966_06_is_delayed_by_5_months() -> None:
    found = asked("1966-06", MALE, 260, "2026-11")

    law, window = found.plan.statutory, found.plan.window
    assert (law.original_age_months, law.delay_months, law.statutory_age_months) == (720, 5, 725)
    assert (str(law.statutory_month), str(window.earliest), str(window.latest)) == ("2026-11", "2026-06", "2029-11")
    assert (law.minimum_contribution_months, found.minimum_year, found.contribution_short_months) == (180, 2026, 0)
    assert (found.plan.way, found.months_to_wait) == (Way.ON_TIME, 0)
    assert isinstance(found.answer, Eligible)
    assert (found.first_pension_month, found.pension_start.value) == (Month(2026, 12), 1)


@pytest.mark.parametrize(
    ("birth", "filing_month", "law", "since"),
    [
        ("1964-12", "2020-01", "国发〔1978〕104号", date(1978, 6, 2)),
        ("1964-12", "2026-11", "国发〔1978〕104号", date(1978, 6, 2)),
        ("1965-01", "2020-01", "渐进式延迟法定退休年龄的办法", date(2025, 1, 1)),
        ("2000-12", "2026-11", "渐进式延迟法定退休年龄的办法", date(2025, 1, 1)),
    ],
)
def test_the_persons_dates_pick_the_law_and_not_the_day_of_asking(
    birth: str, filing_month: str, law: str, since: date
) -> None:
    found = asked(birth, MALE, 0, filing_month).plan.statutory

    assert law in found.law
    assert found.law_since == since


@pytest.mark.parametrize(
    ("paid", "filing_month", "short", "kind", "first_pension"),
    [
        (166, "2026-11", 14, ContributionShort, None),
        (180, "2026-11", 0, Eligible, "2026-12"),
        (179, "2026-11", 1, ContributionShort, None),
        (170, "2026-01", 10, TooEarly, "2026-12"),  # enough by then, if every month is paid
        (169, "2026-01", 11, TooEarly, None),
    ],
)
def test_the_months_missing_are_those_of_today_and_the_pension_waits_for_all(
    paid: int, filing_month: str, short: int, kind: type, first_pension: str | None
) -> None:
    found = asked("1976-03", FEMALE_50, paid, filing_month)

    assert (found.contribution_short_months, type(found.answer)) == (short, kind)
    assert found.first_pension_month == (Month.parse(first_pension) if first_pension else None)


@pytest.mark.parametrize(
    ("chosen", "way", "year", "minimum", "notice_by", "agreement_by"),
    [
        ("2029-12", Way.EARLY, 2029, 180, date(2029, 9, 1), None),
        ("2030-01", Way.EARLY, 2030, 186, date(2029, 10, 1), None),
        ("2030-08", Way.ON_TIME, 2030, 186, None, None),
        ("2031-01", Way.LATE, 2030, 186, None, date(2030, 7, 1)),
        ("2033-08", Way.LATE, 2030, 186, None, date(2030, 7, 1)),
    ],
)
def test_a_chosen_month_brings_its_minimum_and_its_paper(
    chosen: str, way: Way, year: int, minimum: int, notice_by: date | None, agreement_by: date | None
) -> None:
    found = asked("1969-06", MALE, 400, "2026-11", chosen)  # of age in 2030-08

    assert (found.plan.way, str(found.plan.retires_in)) == (way, chosen)
    assert (found.minimum_year, found.plan.statutory.minimum_contribution_months) == (year, minimum)
    assert (found.early_notice_by, found.late_agreement_by) == (notice_by, agreement_by)
    assert found.first_pension_month == Month.parse(chosen).plus(1)
    assert (found.plan.is_as_chosen, found.contribution_short_months) == (True, 0)


@pytest.mark.parametrize(
    ("filing_month", "notice_by", "agreement_by"),
    [
        ("2025-10", date(2025, 12, 1), date(2026, 10, 1)),  # for 2026-03, the earliest month of all
        ("2026-01", date(2026, 2, 1), date(2026, 10, 1)),  # for 2026-05, the earliest still open
        ("2026-07", None, date(2026, 10, 1)),
        ("2026-10", None, date(2026, 10, 1)),
        ("2026-11", None, None),
    ],
)
def test_without_a_choice_the_papers_are_those_still_open(
    filing_month: str, notice_by: date | None, agreement_by: date | None
) -> None:
    found = asked("1976-03", FEMALE_50, 312, filing_month)

    assert (found.early_notice_by, found.late_agreement_by) == (notice_by, agreement_by)


def test_before_2025_there_is_no_paper_to_give() -> None:
    found = asked("1974-12", FEMALE_50, 312, "2024-01")

    assert (found.early_notice_by, found.late_agreement_by, found.months_to_wait) == (None, None, 11)


@pytest.mark.parametrize(
    ("birth", "chosen", "earliest", "latest", "says"),
    [
        ("1976-03", "2026-02", "2026-03", "2029-11", "可以选 2026年3月到 2029年11月，请换一个月。"),
        ("1976-03", "2029-12", "2026-03", "2029-11", "可以选 2026年3月到 2029年11月，请换一个月。"),
        ("1974-12", "2025-01", "2024-12", "2024-12", "只能选 2024年12月，请换一个月。"),
    ],
)
def test_a_month_that_cannot_be_chosen_is_told_with_those_that_can(
    birth: str, chosen: str, earliest: str, latest: str, says: str
) -> None:
    with pytest.raises(ChosenMonthOutsideWindow) as refusal:
        asked(birth, FEMALE_50, 312, "2026-01", chosen)

    assert refusal.value.facts == {"earliest_month": earliest, "latest_month": latest}
    assert refusal.value.detail == says


@pytest.mark.parametrize("chosen", ["2026-03", "2026-11", "2029-11"])
def test_the_edges_of_the_window_can_be_chosen(chosen: str) -> None:
    assert str(asked("1976-03", FEMALE_50, 312, "2030-01", chosen).plan.retires_in) == chosen
