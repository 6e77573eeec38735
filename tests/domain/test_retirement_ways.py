"""Retiring early, late, by special work, or for lost ability: which month, which law, what a clerk confirms."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.domain.people import Month, Sex
from backend.domain.policy import Category, ChosenBy, Way
from backend.domain.retirement import (
    Confirmation,
    ContributionShort,
    Eligibility,
    Eligible,
    NeedsConfirmation,
    TooEarly,
    WayForward,
    eligibility,
    months_paid,
)
from backend.domain.retirement_month import Circumstances, RetirementType, Timeliness, Timing, plan_of, timeliness
from tests.domain.examples import rulebook, stated

POLICY = rulebook().policy
MALE, FEMALE_55, FEMALE_50 = Category.MALE, Category.FEMALE_55, Category.FEMALE_50
BORN = "1976-03"  # a woman of original 50: 50 in 2026-03, of age in 2026-11, 36 months later 2029-11


def answer(circumstances: Circumstances, filing_month: str) -> Eligibility:
    return eligibility(circumstances, Month.parse(filing_month), POLICY)


def early(chosen: str, notice_on: date | None, paid: int = 312, **changes: Any) -> Circumstances:
    month = Month.parse(chosen)
    born, category = changes.pop("birth", BORN), changes.pop("category", FEMALE_50)
    given = {"timing": Timing.EARLY, "chosen_month": month, "early_notice_on": notice_on}
    return stated(born, category, paid, **given, **changes)


def late(chosen: str, signed_on: date | None, paid: int = 312, **changes: Any) -> Circumstances:
    month = Month.parse(chosen)
    given = {"timing": Timing.LATE, "chosen_month": month, "late_agreement_on": signed_on}
    return stated(changes.pop("birth", BORN), FEMALE_50, paid, **given, **changes)


# ── how a paper stands before a month of which the day is not known ──────────────────────────


@pytest.mark.parametrize(
    ("given_on", "stands"),
    [
        (None, Timeliness.UNCLEAR),
        (date(2026, 2, 28), Timeliness.IN_TIME),
        (date(2026, 3, 1), Timeliness.IN_TIME),
        (date(2026, 3, 2), Timeliness.UNCLEAR),
        (date(2026, 3, 31), Timeliness.UNCLEAR),
        (date(2026, 4, 1), Timeliness.TOO_LATE),
    ],
)
def test_a_notice_is_three_months_before_every_day_some_days_or_no_day_of_the_month(
    given_on: date | None, stands: Timeliness
) -> None:
    assert timeliness(given_on, Month(2026, 6), 3) is stands


def test_a_plan_knows_the_months_by_which_policy_picks_its_rows() -> None:
    plan = plan_of(early("2026-06", date(2026, 3, 1)), Month(2026, 7), POLICY)

    assert {chosen_by: str(month) for chosen_by, month in plan.months.items()} == {
        ChosenBy.ORIGINAL_AGE_MONTH: "2026-03",
        ChosenBy.STATUTORY_MONTH: "2026-11",
        ChosenBy.CHOSEN_MONTH: "2026-06",
        ChosenBy.RETIREMENT_MONTH: "2026-06",
        ChosenBy.FILING_MONTH: "2026-07",
    }


# ── 弹性提前 ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("filing_month", "outcome"), [("2026-05", TooEarly), ("2026-06", Eligible), ("2026-12", Eligible)]
)
def test_who_chose_an_earlier_month_can_file_from_then_on(filing_month: str, outcome: type) -> None:
    assert type(answer(early("2026-06", date(2026, 3, 1)), filing_month)) is outcome


@pytest.mark.parametrize("notice_on", [None, date(2026, 3, 2), date(2026, 3, 31)])
def test_a_notice_that_is_open_waits_for_the_clerk(notice_on: date | None) -> None:
    found = answer(early("2026-06", notice_on), "2026-06")

    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.EARLY_NOTICE,)


def test_a_notice_too_late_for_the_chosen_month_moves_it() -> None:
    choice = early("2026-06", date(2026, 4, 1))

    before, then = answer(choice, "2026-06"), answer(choice, "2026-07")

    assert isinstance(before, TooEarly)
    assert before.on_month == Month(2026, 7)
    assert isinstance(then, NeedsConfirmation)
    assert then.what == (Confirmation.EARLY_NOTICE,)


def test_a_notice_never_moves_the_month_beyond_the_statutory_one() -> None:
    plan = plan_of(early("2026-10", date(2026, 9, 1)), Month(2026, 10), POLICY)

    assert (plan.retires_in, plan.way, plan.is_as_chosen) == (Month(2026, 11), Way.ON_TIME, False)


@pytest.mark.parametrize(
    ("chosen", "retires_in", "way", "is_as_chosen"),
    [
        ("2026-02", "2026-03", Way.EARLY, False),  # under the original age
        ("2026-03", "2026-03", Way.EARLY, True),
        ("2026-10", "2026-10", Way.EARLY, True),
        ("2026-11", "2026-11", Way.ON_TIME, True),
        ("2026-12", "2026-11", Way.ON_TIME, False),  # not early
    ],
)
def test_an_earlier_month_stays_within_its_bounds(chosen: str, retires_in: str, way: Way, is_as_chosen: bool) -> None:
    plan = plan_of(early(chosen, date(2025, 1, 1)), Month(2026, 11), POLICY)

    assert (str(plan.retires_in), plan.way, plan.is_as_chosen) == (retires_in, way, is_as_chosen)


def test_early_reaches_back_36_months_at_most() -> None:
    plan = plan_of(early("2030-01", date(2025, 1, 1), birth="1984-12"), Month(2040, 1), POLICY)

    assert (plan.retires_in, plan.window.earliest) == (Month(2036, 12), Month(2036, 12))


@pytest.mark.parametrize(
    ("chosen", "paper"), [("2026-11", None), ("2026-12", Timeliness.IN_TIME), ("2026-06", Timeliness.IN_TIME)]
)
def test_a_paper_is_asked_for_where_the_month_is_not_the_statutory_one(chosen: str, paper: Timeliness | None) -> None:
    assert plan_of(early(chosen, date(2025, 1, 1)), Month(2026, 11), POLICY).paper is paper


def test_a_month_outside_the_bounds_waits_for_the_clerk_once_a_lawful_one_is_there() -> None:
    found = answer(early("2026-02", date(2025, 1, 1)), "2026-03")

    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.EARLY_NOTICE,)


# Born 1969-06: of age in 2030-08 (186 months); 60 years in 2029-06, and a month of 2029 asks for 180.
@pytest.mark.parametrize(("chosen", "minimum"), [("2029-12", 180), ("2030-01", 186)])
def test_early_takes_the_minimum_of_the_chosen_year(chosen: str, minimum: int) -> None:
    choice = early(chosen, date(2029, 1, 1), paid=minimum - 1, birth="1969-06", category=MALE)

    found = answer(choice, chosen)

    assert isinstance(found, ContributionShort)
    assert (found.months, found.statutory.minimum_contribution_months) == (1, minimum)
    assert found.ways == (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)


@pytest.mark.parametrize(
    "left_over",
    [
        {"timing": Timing.ON_TIME, "chosen_month": Month(2026, 6)},
        {"timing": Timing.EARLY, "chosen_month": None},
    ],
)
def test_half_a_choice_is_none(left_over: dict[str, Any]) -> None:
    plan = plan_of(stated(BORN, FEMALE_50, 312, **left_over), Month(2026, 11), POLICY)

    assert (plan.way, plan.retires_in, plan.is_as_chosen) == (Way.ON_TIME, Month(2026, 11), True)


# ── 弹性延迟 ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("filing_month", "outcome"), [("2028-04", TooEarly), ("2028-05", Eligible), ("2028-06", Eligible)]
)
def test_who_agreed_on_a_later_month_can_file_from_then_on(filing_month: str, outcome: type) -> None:
    assert type(answer(late("2028-05", date(2026, 10, 1)), filing_month)) is outcome


@pytest.mark.parametrize("signed_on", [None, date(2026, 10, 2), date(2026, 11, 1)])
def test_an_agreement_that_is_open_or_late_waits_for_the_clerk(signed_on: date | None) -> None:
    found = answer(late("2028-05", signed_on), "2028-05")

    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.LATE_AGREEMENT,)


@pytest.mark.parametrize(
    ("chosen", "retires_in", "way", "is_as_chosen"),
    [
        ("2026-10", "2026-11", Way.ON_TIME, False),
        ("2026-11", "2026-11", Way.ON_TIME, True),
        ("2026-12", "2026-12", Way.LATE, True),
        ("2029-11", "2029-11", Way.LATE, True),
        ("2029-12", "2029-11", Way.LATE, False),  # not to be extended
    ],
)
def test_a_later_month_stays_within_its_bounds(chosen: str, retires_in: str, way: Way, is_as_chosen: bool) -> None:
    plan = plan_of(late(chosen, date(2026, 10, 1)), Month(2030, 1), POLICY)

    assert (str(plan.retires_in), plan.way, plan.is_as_chosen) == (retires_in, way, is_as_chosen)


@pytest.mark.parametrize(("birth", "latest"), [("1974-12", "2024-12"), ("1975-01", "2028-02")])
def test_only_who_is_of_age_from_2025_on_can_choose(birth: str, latest: str) -> None:
    plan = plan_of(late("2027-01", date(2024, 1, 1), birth=birth), Month(2027, 1), POLICY)

    assert str(plan.window.latest) == latest
    assert plan.way is (Way.ON_TIME if birth == "1974-12" else Way.LATE)


# Born 1978-06: of age in 2030-02 (186 months); the year of the chosen month asks for more.
def test_late_takes_the_minimum_of_the_statutory_year() -> None:
    choice = late("2032-01", date(2029, 12, 1), paid=185, birth="1978-06")

    found = answer(choice, "2032-01")

    assert isinstance(found, ContributionShort)
    assert (found.months, found.statutory.minimum_contribution_months) == (1, 186)
    assert found.ways == (WayForward.KEEP_CONTRIBUTING, WayForward.RESIDENTS_PENSION)


@pytest.mark.parametrize(
    ("filing_month", "ways"),
    [
        ("2026-10", (WayForward.WAIT,)),
        ("2026-11", (WayForward.WAIT, WayForward.END_DELAY)),
        ("2028-04", (WayForward.WAIT, WayForward.END_DELAY)),
    ],
)
def test_who_delays_may_end_it_once_she_is_of_age(filing_month: str, ways: tuple[WayForward, ...]) -> None:
    found = answer(late("2028-05", date(2026, 10, 1)), filing_month)

    assert isinstance(found, TooEarly)
    assert (found.ways, found.flexible_from) == (ways, None)


# ── what is still open to somebody too early ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("filing_month", "flexible_from"),
    [
        ("2025-10", "2026-03"),  # the original age, not the notice, is what bounds her
        ("2025-11", "2026-03"),
        ("2025-12", "2026-04"),
        ("2026-06", "2026-10"),
        ("2026-07", None),  # a notice in July is in time for November, and then she is of age
    ],
)
def test_the_earliest_month_still_open_leaves_time_for_the_notice(filing_month: str, flexible_from: str | None) -> None:
    found = answer(stated(BORN, FEMALE_50, 312), filing_month)

    assert isinstance(found, TooEarly)
    assert found.flexible_from == (Month.parse(flexible_from) if flexible_from else None)
    assert (WayForward.FLEXIBLE_EARLY in found.ways) == (flexible_from is not None)


@pytest.mark.parametrize(
    ("paid", "flexible_from"),
    [(176, "2026-05"), (175, "2026-06"), (171, "2026-10"), (170, None), (0, None)],
)
def test_the_earliest_month_still_open_has_the_minimum_if_every_month_is_paid(
    paid: int, flexible_from: str | None
) -> None:
    found = answer(stated(BORN, FEMALE_50, paid), "2026-01")

    assert isinstance(found, TooEarly)
    assert found.flexible_from == (Month.parse(flexible_from) if flexible_from else None)


# A man of 1969-06, of age in 2030-08: with 180 months in 2029-12 he may go that month; one month less, and 2030 asks
# for 186, which he has by 2030-07.
@pytest.mark.parametrize(("paid", "flexible_from"), [(168, "2029-12"), (167, "2030-07"), (169, "2029-11")])
def test_the_minimum_of_a_new_year_is_waited_for(paid: int, flexible_from: str) -> None:
    found = answer(stated("1969-06", MALE, paid), "2028-12")

    assert isinstance(found, TooEarly)
    assert str(found.flexible_from) == flexible_from


@pytest.mark.parametrize(
    ("paid", "filing_month", "ways"),
    [
        (312, "2026-09", (WayForward.WAIT,)),
        (179, "2026-09", (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)),
        (178, "2026-09", (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)),
        (177, "2026-09", (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING, WayForward.FLEXIBLE_LATE)),
        (100, "2026-10", (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)),  # too late for an agreement
    ],
)
def test_who_will_be_short_is_shown_a_later_month_while_there_is_time(
    paid: int, filing_month: str, ways: tuple[WayForward, ...]
) -> None:
    found = answer(stated(BORN, FEMALE_50, paid), filing_month)

    assert isinstance(found, TooEarly)
    assert found.ways == ways
    assert found.contribution_short_months == max(0, 180 - paid)


def test_who_is_of_age_before_2025_has_no_later_month_to_choose() -> None:
    found = answer(stated("1974-12", FEMALE_50, 0), "2024-01")

    assert isinstance(found, TooEarly)
    assert found.ways == (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)


def test_who_is_of_age_and_short_is_shown_how_to_get_the_months() -> None:
    found = answer(stated(BORN, FEMALE_50, 166), "2026-11")

    assert isinstance(found, ContributionShort)
    assert (found.months, found.ways) == (14, (WayForward.KEEP_CONTRIBUTING, WayForward.RESIDENTS_PENSION))


def test_deemed_months_count_only_where_the_rule_counts_them() -> None:
    rule = POLICY.deemed_contribution
    uncounted = replace(POLICY, deemed_contribution=replace(rule, rows=(replace(rule.rows[0], value=False),)))
    her = stated(BORN, FEMALE_50, 170, deemed_months=20)

    assert months_paid(her, Month(2026, 11), POLICY) == 190
    assert months_paid(her, Month(2026, 11), uncounted) == 170


# ── not sure of the original age ─────────────────────────────────────────────────────────────


def test_who_is_not_sure_keeps_what_else_is_to_be_confirmed() -> None:
    found = answer(stated(BORN, None, 312, deemed_months=3), "2026-11")

    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.ORIGINAL_AGE, Confirmation.DEEMED_CONTRIBUTION)
    assert (found.statutory.category, found.statutory.is_assumed) == (FEMALE_50, True)


def test_by_both_ages_only_the_rest_is_to_be_confirmed() -> None:
    found = answer(stated(BORN, None, 312, deemed_months=3), "2033-01")

    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.DEEMED_CONTRIBUTION,)


def test_a_woman_who_is_sure_gets_figures_that_are_not_assumed() -> None:
    assert not answer(stated(BORN, FEMALE_50, 312), "2026-11").statutory.is_assumed


# ── 特殊工种 ─────────────────────────────────────────────────────────────────────────────────


def special(sex: Sex, birth: str, **changes: Any) -> Circumstances:
    given = {"retirement_type": RetirementType.SPECIAL, "special_work_kind": "underground", "special_work_months": 108}
    category = MALE if sex is Sex.MALE else None
    return stated(birth, category, 312, sex=sex, **{**given, **changes})


@pytest.mark.parametrize(
    ("sex", "birth", "filing_month", "outcome"),
    [
        (Sex.MALE, "1971-11", "2026-10", TooEarly),
        (Sex.MALE, "1971-11", "2026-11", Eligible),
        (Sex.FEMALE, "1981-11", "2026-10", TooEarly),
        (Sex.FEMALE, "1981-11", "2026-11", Eligible),
        (Sex.FEMALE, "1981-11", "2030-01", Eligible),
    ],
)
def test_special_work_retires_at_55_and_45(sex: Sex, birth: str, filing_month: str, outcome: type) -> None:
    found = answer(special(sex, birth, contribution_months=600), filing_month)

    assert type(found) is outcome
    assert found.statutory.statutory_age_months == (660 if sex is Sex.MALE else 540)
    assert str(found.statutory.statutory_month) == "2026-11"
    assert "国发〔1978〕104号" in found.statutory.law
    assert (found.statutory.delay_months, found.statutory.is_assumed) == (0, False)


def test_special_work_is_under_its_own_law() -> None:
    law = plan_of(special(Sex.MALE, "1971-01"), Month(2026, 11), POLICY).statutory

    assert (law.way, law.category, law.law_since) == (Way.SPECIAL, MALE, date(1978, 6, 2))
    assert (law.original_age_months, law.minimum_contribution_months) == (660, 180)


@pytest.mark.parametrize(
    ("kind", "years"),
    [("high_altitude", 10), ("heavy_labour", 10), ("underground", 9), ("high_temperature", 9), ("other_harmful", 8)],
)
def test_each_kind_of_special_work_has_its_years_and_a_shortfall_is_for_the_province_to_say(
    kind: str, years: int
) -> None:
    enough = special(Sex.MALE, "1971-01", special_work_kind=kind, special_work_months=years * 12)
    short = special(Sex.MALE, "1971-01", special_work_kind=kind, special_work_months=years * 12 - 1)

    found = answer(short, "2026-11")

    assert type(answer(enough, "2026-11")) is Eligible
    assert isinstance(found, NeedsConfirmation)
    assert found.what == (Confirmation.SPECIAL_WORK,)


@pytest.mark.parametrize("unknown", [{"special_work_kind": "night"}, {"special_work_months": None}])
def test_special_work_that_is_not_known_waits_for_the_clerk(unknown: dict[str, Any]) -> None:
    assert isinstance(answer(special(Sex.MALE, "1971-01", **unknown), "2026-11"), NeedsConfirmation)


@pytest.mark.parametrize(("filing_month", "minimum"), [("2029-12", 180), ("2030-01", 186)])
def test_special_work_takes_the_minimum_of_the_year_she_retires_in(filing_month: str, minimum: int) -> None:
    found = answer(special(Sex.MALE, "1971-01", contribution_months=100), filing_month)

    assert isinstance(found, ContributionShort)
    assert found.statutory.minimum_contribution_months == minimum
    assert found.ways == (WayForward.KEEP_CONTRIBUTING, WayForward.RESIDENTS_PENSION)


def test_special_work_too_early_has_no_month_to_choose() -> None:
    found = answer(special(Sex.MALE, "1975-01", contribution_months=0), "2026-11")

    assert isinstance(found, TooEarly)
    assert (found.on_month, found.months_to_wait, found.flexible_from) == (Month(2030, 1), 38, None)
    assert found.ways == (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)


# ── 因病或非因工致残 ─────────────────────────────────────────────────────────────────────────


def disabled(sex: Sex, birth: str, paid: int, **changes: Any) -> Circumstances:
    given = {"retirement_type": RetirementType.DISABILITY, "appraisal_on": date(2024, 5, 1)}
    return stated(birth, MALE if sex is Sex.MALE else None, paid, sex=sex, **{**given, **changes})


@pytest.mark.parametrize(
    ("sex", "birth", "filing_month", "outcome"),
    [
        (Sex.MALE, "1974-12", "2024-11", TooEarly),
        (Sex.MALE, "1974-12", "2024-12", NeedsConfirmation),
        (Sex.MALE, "1975-01", "2024-12", TooEarly),
        (Sex.MALE, "1975-01", "2025-01", NeedsConfirmation),
        (Sex.MALE, "1985-01", "2025-01", NeedsConfirmation),  # no floor any more
        (Sex.FEMALE, "1979-12", "2024-11", TooEarly),
        (Sex.FEMALE, "1979-12", "2024-12", NeedsConfirmation),
        (Sex.FEMALE, "1990-12", "2025-01", NeedsConfirmation),
    ],
)
def test_lost_ability_has_a_floor_of_50_and_45_until_2024_and_none_since(
    sex: Sex, birth: str, filing_month: str, outcome: type
) -> None:
    found = answer(disabled(sex, birth, 312), filing_month)

    assert type(found) is outcome
    assert not isinstance(found, NeedsConfirmation) or found.what == (Confirmation.ABILITY_APPRAISAL,)


@pytest.mark.parametrize(
    ("filing_month", "outcome", "minimum"),
    [("2024-12", ContributionShort, 180), ("2025-01", NeedsConfirmation, 0)],
)
def test_the_benefit_asks_for_no_minimum_contribution(filing_month: str, outcome: type, minimum: int) -> None:
    found = answer(disabled(Sex.MALE, "1970-01", 60), filing_month)

    assert type(found) is outcome
    assert found.statutory.minimum_contribution_months == minimum


@pytest.mark.parametrize(
    ("filing_month", "document", "since"),
    [
        ("2024-12", "国发〔1978〕104号", date(1978, 6, 2)),
        ("2025-01", "人社部发〔2024〕72号", date(2025, 1, 1)),
    ],
)
def test_lost_ability_is_under_the_law_of_the_filing_month(filing_month: str, document: str, since: date) -> None:
    law = plan_of(disabled(Sex.MALE, "1964-01", 312), Month.parse(filing_month), POLICY).statutory

    assert document in law.law
    assert (law.way, law.category, law.law_since) == (Way.DISABILITY, MALE, since)


def test_the_benefit_can_be_filed_for_at_once_and_names_the_statutory_month() -> None:
    plan = plan_of(disabled(Sex.FEMALE, "1980-01", 60), Month(2026, 11), POLICY)

    assert (plan.way, plan.retires_in) == (Way.DISABILITY, Month(2026, 11))
    assert (plan.window.earliest, plan.window.latest) == (Month(2032, 8), Month(2032, 8))
    assert (plan.statutory.category, plan.statutory.is_assumed) == (FEMALE_50, True)
    assert not plan_of(disabled(Sex.MALE, "1980-01", 60), Month(2026, 11), POLICY).statutory.is_assumed
