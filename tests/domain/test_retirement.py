"""法定退休年龄 against the examples and tables of the law, and whether a person can retire now."""

from datetime import date

import pytest

from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement import (
    Confirmation,
    ContributionShort,
    Eligible,
    NeedsConfirmation,
    TooEarly,
    WayForward,
    category_of,
    eligibility,
    statutory,
)
from tests.domain.examples import answers, id_number, rulebook, stated

POLICY = rulebook().policy
MALE, FEMALE_55, FEMALE_50 = Category.MALE, Category.FEMALE_55, Category.FEMALE_50


def months(years: int, more: int = 0) -> int:
    return years * 12 + more


# 《国务院关于渐进式延迟法定退休年龄的办法》附件 1–4, first rows, steps and last rows.
@pytest.mark.parametrize(
    ("category", "birth", "age_months", "retires_in"),
    [
        (MALE, "1964-12", months(60), "2024-12"),
        (MALE, "1965-01", months(60, 1), "2025-02"),
        (MALE, "1965-04", months(60, 1), "2025-05"),
        (MALE, "1965-05", months(60, 2), "2025-07"),
        (MALE, "1965-12", months(60, 3), "2026-03"),
        (MALE, "1966-01", months(60, 4), "2026-05"),
        (MALE, "1970-12", months(61, 6), "2032-06"),
        (MALE, "1976-08", months(62, 11), "2039-07"),
        (MALE, "1976-09", months(63), "2039-09"),
        (MALE, "1980-01", months(63), "2043-01"),
        (FEMALE_55, "1969-12", months(55), "2024-12"),
        (FEMALE_55, "1970-01", months(55, 1), "2025-02"),
        (FEMALE_55, "1970-05", months(55, 2), "2025-07"),
        (FEMALE_55, "1981-08", months(57, 11), "2039-07"),
        (FEMALE_55, "1981-09", months(58), "2039-09"),
        (FEMALE_50, "1974-12", months(50), "2024-12"),
        (FEMALE_50, "1975-01", months(50, 1), "2025-02"),
        (FEMALE_50, "1975-02", months(50, 1), "2025-03"),
        (FEMALE_50, "1975-03", months(50, 2), "2025-05"),
        (FEMALE_50, "1976-03", months(50, 8), "2026-11"),
        (FEMALE_50, "1984-10", months(54, 11), "2039-09"),
        (FEMALE_50, "1984-11", months(55), "2039-11"),
        (FEMALE_50, "1990-01", months(55), "2045-01"),
    ],
)
def test_the_statutory_month_follows_the_tables_of_the_law(
    category: Category, birth: str, age_months: int, retires_in: str
) -> None:
    found = statutory(Month.parse(birth), category, POLICY)

    assert (found.statutory_age_months, str(found.statutory_month)) == (age_months, retires_in)


# The month before, at and after every edge of a band: the delay steps up there and nowhere else.
EDGES = [
    (category, first.plus(band * births), band)
    for category, first, births, bands in (
        (MALE, Month(1965, 1), 4, 36),
        (FEMALE_55, Month(1970, 1), 4, 36),
        (FEMALE_50, Month(1975, 1), 2, 60),
    )
    for band in range(bands)
]


@pytest.mark.parametrize(("category", "edge", "delay_before"), EDGES)
def test_the_delay_steps_up_at_the_edge_of_a_band(category: Category, edge: Month, delay_before: int) -> None:
    around = [statutory(edge.plus(step), category, POLICY).delay_months for step in (-1, 0, 1)]

    assert around == [delay_before, delay_before + 1, delay_before + 1]


@pytest.mark.parametrize(
    ("category", "cap_reached", "cap"), [(MALE, "1976-09", 36), (FEMALE_55, "1981-09", 36), (FEMALE_50, "1984-11", 60)]
)
def test_the_delay_ends_at_its_cap(category: Category, cap_reached: str, cap: int) -> None:
    births = [Month.parse(cap_reached).plus(step) for step in (-1, 0, 1, 5, 300)]

    delays = [statutory(birth, category, POLICY).delay_months for birth in births]

    assert delays == [cap - 1, cap, cap, cap, cap]


@pytest.mark.parametrize(
    ("birth", "minimum_months"),
    [
        ("1966-09", 180),  # retires 2027
        ("1968-12", 180),  # 2029-12, the last month of 15 years
        ("1969-01", 186),  # 2030-02
        ("1975-01", 228),  # 2037
        ("1976-09", 240),  # 2039
    ],
)
def test_the_minimum_contribution_is_that_of_the_statutory_month(birth: str, minimum_months: int) -> None:
    assert statutory(Month.parse(birth), MALE, POLICY).minimum_contribution_months == minimum_months


@pytest.mark.parametrize(
    ("year", "minimum_months"),
    [(2024, 180), (2029, 180), (2030, 186), (2031, 192), (2035, 216), (2038, 234), (2039, 240), (2060, 240)],
)
def test_the_minimum_contribution_rises_by_six_months_a_year_from_2030(year: int, minimum_months: int) -> None:
    rule = POLICY.minimum_contribution

    assert {rule.row_on(Month(year, month)).value for month in range(1, 13)} == {minimum_months}


@pytest.mark.parametrize(
    ("birth", "law"), [("1974-12", "国发〔1978〕104号"), ("1975-01", "国务院关于渐进式延迟法定退休年龄的办法")]
)
def test_an_answer_names_the_law_it_rests_on(birth: str, law: str) -> None:
    assert law in statutory(Month.parse(birth), FEMALE_50, POLICY).law


# A woman of 1976-03 with original age 50 reaches 50 years and 8 months in 2026-11.
@pytest.mark.parametrize(
    ("filing_month", "outcome"), [("2026-10", TooEarly), ("2026-11", Eligible), ("2026-12", Eligible)]
)
def test_a_person_can_retire_from_the_statutory_month_on(filing_month: str, outcome: type) -> None:
    assert isinstance(eligibility(stated("1976-03", FEMALE_50, 312), Month.parse(filing_month), POLICY), outcome)


@pytest.mark.parametrize(("paid", "outcome"), [(179, ContributionShort), (180, Eligible), (181, Eligible)])
def test_a_person_can_retire_with_the_minimum_contribution(paid: int, outcome: type) -> None:
    assert isinstance(eligibility(stated("1976-03", FEMALE_50, paid), Month(2026, 11), POLICY), outcome)


def test_too_early_says_the_month_and_the_lawful_choices() -> None:
    answer = eligibility(stated("1976-03", FEMALE_50, 312), Month(2026, 1), POLICY)

    assert isinstance(answer, TooEarly)
    assert (str(answer.on_month), answer.months_to_wait) == ("2026-11", 10)
    assert answer.flexible_from == Month(2026, 5)  # a notice given in January is three months before any day of May
    assert answer.ways == (WayForward.WAIT, WayForward.FLEXIBLE_EARLY)


def test_early_retirement_reaches_back_36_months_at_most() -> None:
    answer = eligibility(stated("1984-11", FEMALE_50, 312), Month(2030, 1), POLICY)

    assert isinstance(answer, TooEarly)
    assert answer.flexible_from == Month(2036, 11)


def test_too_early_before_2025_knows_no_flexible_retirement() -> None:
    answer = eligibility(stated("1974-12", FEMALE_50, 100), Month(2024, 11), POLICY)

    assert isinstance(answer, TooEarly)
    assert answer.flexible_from is None
    assert answer.ways == (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)


def test_short_contribution_says_how_many_months_are_missing() -> None:
    answer = eligibility(stated("1976-03", FEMALE_50, 150), Month(2026, 11), POLICY)

    assert isinstance(answer, ContributionShort)
    assert answer.months == 30
    assert WayForward.KEEP_CONTRIBUTING in answer.ways


# Born 1976-03: by 50 she is of age in 2026-11, by 55 in 2032-10.
@pytest.mark.parametrize(
    ("filing_month", "paid", "outcome"),
    [
        ("2026-10", 312, TooEarly),
        ("2026-11", 312, NeedsConfirmation),
        ("2026-11", 100, ContributionShort),
        ("2032-09", 312, NeedsConfirmation),
        ("2032-10", 312, Eligible),
    ],
)
def test_a_woman_who_is_not_sure_gets_the_answer_that_is_certain(filing_month: str, paid: int, outcome: type) -> None:
    answer = eligibility(stated("1976-03", None, paid), Month.parse(filing_month), POLICY)

    assert type(answer) is outcome
    assert answer.statutory.is_assumed


def test_deemed_months_count_and_wait_for_the_clerk() -> None:
    answer = eligibility(stated("1976-03", FEMALE_50, 179, deemed_months=1), Month(2026, 11), POLICY)

    assert isinstance(answer, NeedsConfirmation)
    assert answer.what == (Confirmation.DEEMED_CONTRIBUTION,)


@pytest.mark.parametrize(
    ("sex", "original_age", "category"),
    [
        (Sex.MALE, None, MALE),
        (Sex.MALE, 50, MALE),
        (Sex.FEMALE, 55, FEMALE_55),
        (Sex.FEMALE, 50, FEMALE_50),
    ],
)
def test_a_woman_states_her_original_age_and_a_man_does_not(
    sex: Sex, original_age: int | None, category: Category
) -> None:
    assert category_of(sex, original_age) is category


def test_the_rulebook_answers_from_a_case_s_answers() -> None:
    assert isinstance(rulebook().eligibility(answers(), Month(2026, 11)), Eligible)
    assert isinstance(rulebook().eligibility(answers(), Month(2026, 10)), TooEarly)


def test_a_man_s_leftover_original_age_plays_no_part() -> None:
    man = answers(id_number=id_number(date(1976, 3, 12), woman=False), original_retirement_age="50")

    answer = rulebook().eligibility(man, Month(2026, 11))

    assert isinstance(answer, TooEarly)
    assert answer.statutory.original_age_months == months(60)


@pytest.mark.parametrize(
    ("retirement_type", "needed"), [("special", "special_work_kind"), ("special", "special_work_months")]
)
def test_a_special_type_gets_no_answer_before_its_own_questions(retirement_type: str, needed: str) -> None:
    known = {key: value for key, value in answers(retirement_type=retirement_type).items() if key != needed}

    assert rulebook().eligibility(known, Month(2026, 11)) is None


@pytest.mark.parametrize(
    "unanswered", ["id_number", "retirement_type", "original_retirement_age", "contribution_months"]
)
def test_there_is_no_answer_before_the_questions_are_answered(unanswered: str) -> None:
    known = {key: value for key, value in answers().items() if key != unanswered}

    assert rulebook().eligibility(known, Month(2026, 11)) is None
