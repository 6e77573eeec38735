"""What holds of retirement for everybody, whatever the birth month, the category and the choice."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.estimates import Estimate, estimate
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement import (
    ContributionShort,
    Eligible,
    NeedsConfirmation,
    TooEarly,
    eligibility,
    statutory,
)
from backend.domain.retirement_month import Circumstances, RetirementType, Timing, paper_due_on, plan_of
from backend.domain.rule_checks import CheckOutcome, RuleKey, rule_checks
from tests.domain.examples import rulebook

POLICY = rulebook().policy
BIRTHS = st.builds(Month, st.integers(1950, 2000), st.integers(1, 12))
FILINGS = st.builds(Month, st.integers(2005, 2065), st.integers(1, 12))
CATEGORIES = st.sampled_from(Category)
PAID = st.integers(0, 600)
RANK = (TooEarly, ContributionShort, NeedsConfirmation, Eligible)


@given(BIRTHS, CATEGORIES)
def test_the_delay_never_falls_and_grows_by_one_month_at_most(birth: Month, category: Category) -> None:
    now, later = (statutory(month, category, POLICY).delay_months for month in (birth, birth.plus(1)))

    assert 0 <= now <= later <= now + 1
    assert later <= (60 if category is Category.FEMALE_50 else 36)


@given(BIRTHS, CATEGORIES)
def test_whoever_is_born_later_retires_later(birth: Month, category: Category) -> None:
    now, later = (statutory(month, category, POLICY).statutory_month for month in (birth, birth.plus(1)))

    assert now < later


@given(BIRTHS, CATEGORIES, PAID, FILINGS)
def test_the_window_keeps_its_bounds(birth: Month, category: Category, paid: int, filing_month: Month) -> None:
    plan = estimate(birth, category, paid, filing_month, None, POLICY).plan
    law, window = plan.statutory, plan.window

    assert window.earliest <= law.statutory_month <= window.latest
    assert window.earliest >= birth.plus(law.original_age_months)
    assert window.earliest.months_until(law.statutory_month) <= 36
    has_a_choice = law.statutory_month >= Month(2025, 1)
    assert law.statutory_month.months_until(window.latest) == (36 if has_a_choice else 0)


@given(st.builds(Month, st.integers(1997, 2070), st.integers(1, 12)))
def test_the_minimum_contribution_never_falls_and_rises_in_january_only(month: Month) -> None:
    now, later = (POLICY.minimum_contribution.row_on(each).value for each in (month, month.plus(1)))

    assert now <= later <= now + 6
    assert later == now or month.plus(1).month == 1


def chosen_within(found: Estimate, step: int) -> Month:
    """Some month of the window."""
    window = found.plan.window
    return window.earliest.plus(step % (window.earliest.months_until(window.latest) + 1))


@given(BIRTHS, CATEGORIES, PAID, FILINGS, st.none() | st.integers(0, 1000))
def test_the_estimate_and_the_eligibility_of_a_case_agree(
    birth: Month, category: Category, paid: int, filing_month: Month, step: int | None
) -> None:
    without = estimate(birth, category, paid, filing_month, None, POLICY)
    chosen = None if step is None else chosen_within(without, step)
    found = estimate(birth, category, paid, filing_month, chosen, POLICY)

    circumstances = a_case(found, chosen)

    answer = eligibility(circumstances, filing_month, POLICY)

    assert (answer, circumstances) == (found.answer, found.circumstances)
    assert (found.filing_month, found.chosen_month) == (filing_month, chosen)
    assert found.plan == plan_of(circumstances, filing_month, POLICY)
    if isinstance(answer, TooEarly):
        assert (answer.on_month, answer.months_to_wait) == (found.plan.retires_in, found.months_to_wait)
    else:
        assert found.months_to_wait == 0
        assert isinstance(answer, ContributionShort) == (found.contribution_short_months > 0)


def a_case(found: Estimate, chosen: Month | None) -> Circumstances:
    """The circumstances of somebody who gives her paper on the last safe day."""
    of_age = found.plan.statutory.statutory_month
    timing = Timing.ON_TIME if chosen in (None, of_age) else Timing.EARLY if chosen < of_age else Timing.LATE
    return Circumstances(
        birth=found.birth,
        sex=Sex.MALE if found.category is Category.MALE else Sex.FEMALE,
        category=found.category,
        retirement_type=RetirementType.NORMAL,
        timing=timing,
        chosen_month=chosen,
        early_notice_on=paper_due_on(chosen, 3) if chosen and timing is Timing.EARLY else None,
        late_agreement_on=paper_due_on(of_age, 1) if timing is Timing.LATE else None,
        contribution_months=found.contribution_months,
    )


DAYS = st.none() | st.dates(date(2020, 1, 1), date(2060, 1, 1))
EVERYBODY = st.builds(
    Circumstances,
    birth=BIRTHS,
    sex=st.just(Sex.FEMALE),
    category=st.sampled_from([Category.FEMALE_50, Category.FEMALE_55, None]),
    retirement_type=st.sampled_from(RetirementType),
    timing=st.sampled_from(Timing),
    chosen_month=FILINGS,
    early_notice_on=DAYS,
    late_agreement_on=DAYS,
    special_work_kind=st.sampled_from(["underground", "other_harmful", "unknown", None]),
    special_work_months=st.none() | st.integers(0, 200),
    appraisal_on=DAYS,
    contribution_months=PAID,
    deemed_months=st.sampled_from([0, 0, 60]),
)


@given(EVERYBODY, FILINGS)
def test_the_checks_a_clerk_sees_agree_with_the_answer(circumstances: Circumstances, filing_month: Month) -> None:
    answer = eligibility(circumstances, filing_month, POLICY)
    checks = rule_checks(circumstances, filing_month, POLICY)
    outcome = {check.key: check.outcome for check in checks}
    open_ones = {CheckOutcome.FAILS, CheckOutcome.NEEDS_CONFIRMATION}

    assert (outcome[RuleKey.AGE] is CheckOutcome.FAILS) == isinstance(answer, TooEarly)
    if isinstance(answer, ContributionShort):
        assert outcome[RuleKey.CONTRIBUTION] is CheckOutcome.FAILS
    if isinstance(answer, NeedsConfirmation):
        assert outcome[RuleKey.CONTRIBUTION] is CheckOutcome.PASSES
        assert open_ones & set(outcome.values())
    if isinstance(answer, Eligible):
        assert not open_ones & set(outcome.values())


@given(EVERYBODY, FILINGS)
def test_a_no_is_never_bare(circumstances: Circumstances, filing_month: Month) -> None:
    answer = eligibility(circumstances, filing_month, POLICY)

    if isinstance(answer, (TooEarly, ContributionShort)):
        assert answer.ways
    if isinstance(answer, TooEarly):
        assert filing_month.plus(answer.months_to_wait) == answer.on_month > filing_month


@given(BIRTHS, CATEGORIES, PAID, FILINGS)
def test_a_month_that_is_still_open_is_open(birth: Month, category: Category, paid: int, filing_month: Month) -> None:
    """Whoever pays on and gives her notice this month can file in the month she was told."""
    answer = estimate(birth, category, paid, filing_month, None, POLICY).answer
    if not isinstance(answer, TooEarly) or answer.flexible_from is None:
        return

    month = answer.flexible_from
    by_then = estimate(birth, category, paid + filing_month.months_until(month), month, month, POLICY)

    assert isinstance(by_then.answer, Eligible)
    assert by_then.early_notice_by is not None
    assert by_then.early_notice_by > filing_month.last_day


@given(BIRTHS, PAID, FILINGS)
def test_time_never_takes_a_yes_away(birth: Month, paid: int, filing_month: Month) -> None:
    """Of somebody who retires on time and pays no more: a month later the answer is as good or better."""
    circumstances = Circumstances(
        birth, Sex.FEMALE, Category.FEMALE_55, RetirementType.NORMAL, contribution_months=paid
    )

    now, later = (eligibility(circumstances, month, POLICY) for month in (filing_month, filing_month.plus(1)))

    assert RANK.index(type(now)) <= RANK.index(type(later))
