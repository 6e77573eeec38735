"""我什么时候能退休: what anybody may ask of the law, without a case, for any month past or future.

The same plan and the same answer as for a case (retirement_month.py, retirement.py), asked for a person of the normal
type whose notice or agreement comes in time.
"""

from dataclasses import dataclass
from datetime import date

from backend.domain.errors import ChosenMonthOutsideWindow
from backend.domain.people import Month, Sex
from backend.domain.policy import Category, Policy, Row, Way
from backend.domain.retirement import Eligibility, TooEarly, answer_to
from backend.domain.retirement_month import (
    Circumstances,
    Plan,
    RetirementType,
    Statutory,
    Timing,
    Window,
    flexible_rule,
    flexible_window,
    minimum_month,
    paper_due_on,
    plan_by_age,
    statutory,
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """When a person of a birth month and category retires, and what stands between.

    `circumstances` are those of a case whose paper is given on the last safe day.
    `first_pension_month` is None where the months of contribution will not be enough by the month she retires in, even
    if every month until then is paid. `early_notice_by` is that of the month she chose, or of the earliest one that is
    still open to her.
    """

    birth: Month
    category: Category
    contribution_months: int
    filing_month: Month
    chosen_month: Month | None
    circumstances: Circumstances
    plan: Plan
    answer: Eligibility
    months_to_wait: int
    contribution_short_months: int
    minimum_year: int
    pension_start: Row[int]
    first_pension_month: Month | None
    early_notice_by: date | None
    late_agreement_by: date | None


def estimate(
    birth: Month,
    category: Category,
    contribution_months: int,
    filing_month: Month,
    chosen_month: Month | None,
    policy: Policy,
) -> Estimate:
    """What the law says of a person asked about in the filing month, with the month she chose or without one.

    `contribution_months` are those paid so far. Raises ChosenMonthOutsideWindow.
    """
    found = statutory(birth, category, policy)
    circumstances = _circumstances(birth, category, contribution_months, chosen_month, found, policy)
    plan = plan_by_age(circumstances, found, filing_month, policy)
    answer = answer_to(plan, circumstances, filing_month, policy)
    minimum = plan.statutory.minimum_contribution_months
    to_wait = max(0, filing_month.months_until(plan.retires_in))
    pension_start = policy.pension_start.row_for(plan.months, plan.way)
    is_enough_by_then = contribution_months + to_wait >= minimum
    return Estimate(
        birth=birth,
        category=category,
        contribution_months=contribution_months,
        filing_month=filing_month,
        chosen_month=chosen_month,
        circumstances=circumstances,
        plan=plan,
        answer=answer,
        months_to_wait=to_wait,
        contribution_short_months=max(0, minimum - contribution_months),
        minimum_year=minimum_month(plan, policy).year,
        pension_start=pension_start,
        first_pension_month=plan.retires_in.plus(pension_start.value) if is_enough_by_then else None,
        early_notice_by=_early_notice_by(plan, chosen_month, answer),
        late_agreement_by=_late_agreement_by(plan, chosen_month, filing_month),
    )


def _circumstances(
    birth: Month, category: Category, paid: int, chosen: Month | None, found: Statutory, policy: Policy
) -> Circumstances:
    """Hers, with the paper that her choice asks for given on the last safe day."""
    of_age, rule = found.statutory_month, flexible_rule(found, policy).value
    window = flexible_window(found, rule)
    if chosen is not None and not window.earliest <= chosen <= window.latest:
        raise _outside(window)
    timing, notice_on, signed_on = Timing.ON_TIME, None, None
    if chosen is not None and chosen < of_age:
        timing, notice_on = Timing.EARLY, paper_due_on(chosen, rule.early_notice_months)
    if chosen is not None and chosen > of_age:
        timing, signed_on = Timing.LATE, paper_due_on(of_age, rule.late_notice_months)
    return Circumstances(
        birth=birth,
        sex=Sex.MALE if category is Category.MALE else Sex.FEMALE,
        category=category,
        retirement_type=RetirementType.NORMAL,
        timing=timing,
        chosen_month=chosen,
        early_notice_on=notice_on,
        late_agreement_on=signed_on,
        contribution_months=paid,
    )


def _outside(window: Window) -> ChosenMonthOutsideWindow:
    first, last = window.earliest, window.latest
    months = f"只能选 {first.chinese}" if first == last else f"可以选 {first.chinese}到 {last.chinese}"
    return ChosenMonthOutsideWindow(f"{months}，请换一个月。", earliest_month=str(first), latest_month=str(last))


def _early_notice_by(plan: Plan, chosen: Month | None, answer: Eligibility) -> date | None:
    """For the month she chose, or without a choice for the earliest that is still open."""
    month = answer.flexible_from if chosen is None and isinstance(answer, TooEarly) else None
    if plan.way is Way.EARLY:
        month = plan.retires_in
    return paper_due_on(month, plan.flexible.value.early_notice_months) if month else None


def _late_agreement_by(plan: Plan, chosen: Month | None, filing_month: Month) -> date | None:
    """For somebody who chose a later month, or may still choose one in the filing month."""
    of_age = plan.statutory.statutory_month
    due_on = paper_due_on(of_age, plan.flexible.value.late_notice_months)
    may_still_choose = chosen is None and plan.window.latest > of_age and due_on >= filing_month.first_day
    return due_on if plan.way is Way.LATE or may_still_choose else None
