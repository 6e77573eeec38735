"""The month a person retires in, by which way, and what the law asks of her then: 到龄, 弹性, 特殊工种, 因病.

Arithmetic over policy.py's rows and nothing else; whether she can file for it yet is in retirement.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from backend.domain.people import Month, Sex
from backend.domain.policy import Category, ChosenBy, Delay, DisabilityRoute, FlexibleRetirement, Policy, Row, Way


class RetirementType(StrEnum):
    """职工退休类型, as on the form."""

    NORMAL = "normal"  # 正常退休
    SPECIAL = "special"  # 特殊工种提前退休
    DISABILITY = "disability"  # 病退


class Timing(StrEnum):
    """Whether a person of the normal type retires when she is of age, or has chosen another month (弹性退休)."""

    ON_TIME = "on_time"  # 到法定退休年龄就退
    EARLY = "early"  # 弹性提前退休
    LATE = "late"  # 弹性延迟退休


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a person stated of her retirement; the clerk confirms it.

    `category` is None for a woman who says 说不准. `chosen_month` counts for early and late timing only. Contribution
    and special work are in months; `deemed_months` (视同缴费年限) come on top of `contribution_months`.
    """

    birth: Month
    sex: Sex
    category: Category | None
    retirement_type: RetirementType
    timing: Timing = Timing.ON_TIME
    chosen_month: Month | None = None
    early_notice_on: date | None = None
    late_agreement_on: date | None = None
    special_work_kind: str | None = None
    special_work_months: int | None = None
    appraisal_on: date | None = None
    contribution_months: int = 0
    deemed_months: int = 0
    is_employed: bool = True


@dataclass(frozen=True, slots=True)
class Statutory:
    """What the law asks of one person: age and contribution in months, the month the age is reached, the law.

    `law_since` is the day from which that law is in force. `way` is special or disability where another law than that
    of the statutory age gives hers. `is_assumed` when her original age is not certain: the figures are of `category`.
    """

    original_age_months: int
    statutory_age_months: int
    delay_months: int
    statutory_month: Month
    minimum_contribution_months: int
    law: str
    law_since: date
    category: Category | None = None
    way: Way = Way.ON_TIME
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """弹性退休的区间: the months a person may choose from; both are the statutory month where there is no choice."""

    earliest: Month
    latest: Month


class Timeliness(StrEnum):
    """Whether a paper was given long enough before a month, of which only the month is known."""

    IN_TIME = "in_time"  # long enough before every day of the month
    UNCLEAR = "unclear"  # not given yet, or long enough before some days of the month only
    TOO_LATE = "too_late"  # too late for every day of the month


@dataclass(frozen=True, slots=True)
class Plan:
    """How one person retires: by which way, and in which month (`retires_in`), from which she can file for it.

    `months` are hers by which policy picks its rows, `minimum` and `flexible` rows that it picked. `is_as_chosen` is
    False where the month she chose is not lawful and the nearest lawful one stands in for it. `paper` says how the
    written notice or agreement stands that her choice asks for; None where none is asked for.
    """

    way: Way
    statutory: Statutory
    window: Window
    retires_in: Month
    months: Mapping[ChosenBy, Month]
    minimum: Row[int]
    flexible: Row[FlexibleRetirement]
    is_as_chosen: bool = True
    paper: Timeliness | None = None


def category_of(sex: Sex, original_retirement_age: int | None) -> Category:
    """Men are 60; a woman states 50 or 55 by her post, and the clerk confirms it (the ID number cannot tell).

    Raises KeyError for a woman who stated neither.
    """
    if sex is Sex.MALE:
        return Category.MALE
    by_age: Mapping[int | None, Category] = {50: Category.FEMALE_50, 55: Category.FEMALE_55}
    return by_age[original_retirement_age]


def statutory(birth: Month, category: Category, policy: Policy) -> Statutory:
    """The month a person reaches 法定退休年龄, and the 最低缴费年限 of that month.

    Source: 国发〔1978〕104号 until 2024-12-31; 《国务院关于渐进式延迟法定退休年龄的办法》第一、二条 from 2025-01-01.
    """
    original_age_months = policy.original_age_months[category]
    months = {ChosenBy.ORIGINAL_AGE_MONTH: birth.plus(original_age_months)}
    age_row = policy.retirement_age.row_for(months)
    delay_months = _delay_months(birth, age_row.value.delays.get(category))
    reached = birth.plus(original_age_months + delay_months)
    return Statutory(
        original_age_months=original_age_months,
        statutory_age_months=original_age_months + delay_months,
        delay_months=delay_months,
        statutory_month=reached,
        minimum_contribution_months=policy.minimum_contribution.row_for({ChosenBy.STATUTORY_MONTH: reached}).value,
        law=age_row.law,
        law_since=age_row.since,
        category=category,
    )


def flexible_rule(found: Statutory, policy: Policy) -> Row[FlexibleRetirement]:
    """The row of 弹性退休 for somebody who reaches the statutory age then: nothing to choose before 2025."""
    return policy.flexible_retirement.row_for({ChosenBy.STATUTORY_MONTH: found.statutory_month})


def flexible_window(found: Statutory, rule: FlexibleRetirement) -> Window:
    """The months of 弹性退休: 36 months either way at most, never under the original age.

    Source: 《国务院关于渐进式延迟法定退休年龄的办法》第三条; 人社部发〔2024〕94号, in force from 2025-01-01.
    """
    return Window(
        earliest=found.statutory_month.plus(-min(rule.early_max_months, found.delay_months)),
        latest=found.statutory_month.plus(rule.late_max_months),
    )


def paper_due_on(month: Month, months_before: int) -> date:
    """The last day on which a paper is surely `months_before` before a month: counted from the month's first day."""
    return month.plus(-months_before).first_day


def timeliness(given_on: date | None, month: Month, months_before: int) -> Timeliness:
    """How a paper stands that must be given `months_before` before a day of the month which is not known."""
    if given_on is None:
        return Timeliness.UNCLEAR
    if given_on <= paper_due_on(month, months_before):
        return Timeliness.IN_TIME
    return Timeliness.UNCLEAR if given_on <= month.plus(-months_before).last_day else Timeliness.TOO_LATE


def plan_of(circumstances: Circumstances, filing_month: Month, policy: Policy) -> Plan:
    """How a person of these circumstances retires. A woman whose original age is not known counts as original 50."""
    match circumstances.retirement_type:
        case RetirementType.NORMAL:
            category = circumstances.category or Category.FEMALE_50
            return plan_by_age(circumstances, statutory(circumstances.birth, category, policy), filing_month, policy)
        case RetirementType.SPECIAL:
            return _by_special_work(circumstances, filing_month, policy)
        case RetirementType.DISABILITY:
            return _by_disability(circumstances, filing_month, policy)


def plan_by_age(circumstances: Circumstances, found: Statutory, filing_month: Month, policy: Policy) -> Plan:
    """到龄, or in the month she chose: 弹性提前 by a notice, 弹性延迟 by an agreement made before she was of age."""
    of_age, chosen = found.statutory_month, circumstances.chosen_month
    flexible = flexible_rule(found, policy)
    window = flexible_window(found, flexible.value)
    if chosen is None or circumstances.timing is Timing.ON_TIME:
        return _plan(Way.ON_TIME, found, window, of_age, filing_month, policy)
    if circumstances.timing is Timing.EARLY:
        notice_on, months_before = circumstances.early_notice_on, flexible.value.early_notice_months
        retires_in = min(max(chosen, window.earliest), of_age)
        paper = timeliness(notice_on, retires_in, months_before)
        if notice_on is not None and paper is Timeliness.TOO_LATE:
            retires_in = min(Month.of(notice_on).plus(months_before), of_age)
    else:
        retires_in = min(max(chosen, of_age), window.latest)
        paper = timeliness(circumstances.late_agreement_on, of_age, flexible.value.late_notice_months)
    way = Way.EARLY if retires_in < of_age else Way.LATE if retires_in > of_age else Way.ON_TIME
    is_as_chosen = chosen == retires_in
    plan = _plan(way, found, window, retires_in, filing_month, policy)
    asks_for_paper = way is not Way.ON_TIME or not is_as_chosen
    return replace(plan, is_as_chosen=is_as_chosen, paper=paper if asks_for_paper else None)


def minimum_month(plan: Plan, policy: Policy) -> Month:
    """The month whose year picks the 最低缴费年限 for this way of retiring."""
    return plan.months[policy.minimum_contribution.chosen_by[plan.way]]


# ── the other ways ───────────────────────────────────────────────────────────────────────────


def _by_special_work(circumstances: Circumstances, filing_month: Month, policy: Policy) -> Plan:
    """Source: 国发〔1978〕104号第一条第（二）项: 男 55, 女 45."""
    row = policy.special_work.row_for({ChosenBy.FILING_MONTH: filing_month})
    age_months = row.value.age_months[circumstances.sex]
    return _at_an_age(Way.SPECIAL, circumstances, age_months, row, filing_month, policy)


def _by_disability(circumstances: Circumstances, filing_month: Month, policy: Policy) -> Plan:
    """病退 until 2024-12-31 (男 50, 女 45); since then 病残津贴, at any age and with any months of contribution.

    Source: 国发〔1978〕104号第一条第（三）项; 人社部发〔2024〕72号, in force from 2025-01-01.
    """
    row = policy.disability.row_for({ChosenBy.FILING_MONTH: filing_month})
    if row.value.route is DisabilityRoute.EARLY_RETIREMENT:
        age_months = row.value.age_months[circumstances.sex]
        plan = _at_an_age(Way.DISABILITY, circumstances, age_months, row, filing_month, policy)
    else:
        found = statutory(circumstances.birth, circumstances.category or Category.FEMALE_50, policy)
        is_assumed = circumstances.category is None
        found = replace(found, law=row.law, law_since=row.since, way=Way.DISABILITY, is_assumed=is_assumed)
        window = Window(found.statutory_month, found.statutory_month)
        plan = _plan(Way.DISABILITY, found, window, filing_month, filing_month, policy)
    if row.value.asks_minimum_contribution:
        return plan
    return replace(plan, statutory=replace(plan.statutory, minimum_contribution_months=0))


def _at_an_age(
    way: Way, circumstances: Circumstances, age_months: int, row: Row[object], filing_month: Month, policy: Policy
) -> Plan:
    """A retirement at an age of its own, from the month it is reached on."""
    reached = circumstances.birth.plus(age_months)
    found = Statutory(
        original_age_months=age_months,
        statutory_age_months=age_months,
        delay_months=0,
        statutory_month=reached,
        minimum_contribution_months=0,
        law=row.law,
        law_since=row.since,
        category=circumstances.category,
        way=way,
    )
    return _plan(way, found, Window(reached, reached), max(reached, filing_month), filing_month, policy)


def _plan(way: Way, found: Statutory, window: Window, retires_in: Month, filing_month: Month, policy: Policy) -> Plan:
    """The plan with what the law asks of her by this way: its months, and the row of 最低缴费年限 they pick."""
    months = {
        ChosenBy.ORIGINAL_AGE_MONTH: found.statutory_month.plus(-found.delay_months),
        ChosenBy.STATUTORY_MONTH: found.statutory_month,
        ChosenBy.CHOSEN_MONTH: retires_in,
        ChosenBy.RETIREMENT_MONTH: retires_in,
        ChosenBy.FILING_MONTH: filing_month,
    }
    minimum = policy.minimum_contribution.row_for(months, way)
    if minimum.value != found.minimum_contribution_months:
        found = replace(found, minimum_contribution_months=minimum.value)
    return Plan(way, found, window, retires_in, months, minimum, flexible_rule(found, policy))


def _delay_months(birth: Month, delay: Delay | None) -> int:
    if delay is None or birth < delay.first_delayed_birth:
        return 0
    return min(delay.first_delayed_birth.months_until(birth) // delay.births_per_step + 1, delay.cap_months)
