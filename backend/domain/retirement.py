"""Whether a person can retire in a month, and what stands in the way. Numbers come from policy.py's rows.

Not old enough or not enough months is an answer with a date or a number of months, never an error. What a clerk sees
of it, check by check, is in rule_checks.py.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from backend.domain.people import Month, Sex
from backend.domain.policy import Category, ChosenBy, Delay, Policy

__all__ = [
    "Category",
    "Circumstances",
    "Confirmation",
    "ContributionShort",
    "Eligibility",
    "Eligible",
    "NeedsConfirmation",
    "RetirementType",
    "Statutory",
    "Timing",
    "TooEarly",
    "WayForward",
    "category_of",
    "eligibility",
    "statutory",
]


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


class Confirmation(StrEnum):
    """What a person stated and only a clerk can confirm, by her file or her papers."""

    ORIGINAL_AGE = "original_age"  # 原法定退休年龄
    DEEMED_CONTRIBUTION = "deemed_contribution"  # 视同缴费年限
    EARLY_NOTICE = "early_notice"  # 弹性提前退休的书面告知
    LATE_AGREEMENT = "late_agreement"  # 弹性延迟退休的书面协议
    SPECIAL_WORK = "special_work"  # 特殊工种的审核
    ABILITY_APPRAISAL = "ability_appraisal"  # 劳动能力鉴定结论


class WayForward(StrEnum):
    """What a person who cannot retire yet may lawfully do."""

    WAIT = "wait"  # 到月再办
    FLEXIBLE_EARLY = "flexible_early"  # 弹性提前退休
    KEEP_CONTRIBUTING = "keep_contributing"  # 延长缴费
    FLEXIBLE_LATE = "flexible_late"  # 弹性延迟退休


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

    `is_assumed` when her original age is not certain: the figures are those of `category`.
    """

    original_age_months: int
    statutory_age_months: int
    delay_months: int
    statutory_month: Month
    minimum_contribution_months: int
    law: str
    category: Category | None = None
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Eligible:
    """Old enough and enough months."""

    statutory: Statutory


@dataclass(frozen=True, slots=True)
class NeedsConfirmation:
    """Old enough and enough months by what she stated; a clerk confirms `what` of it. She may submit."""

    statutory: Statutory
    what: tuple[Confirmation, ...]


@dataclass(frozen=True, slots=True)
class TooEarly:
    """Cannot retire before `on_month`, in `months_to_wait`; by 弹性提前 from `flexible_from`, if that is open."""

    statutory: Statutory
    on_month: Month
    months_to_wait: int
    contribution_short_months: int
    flexible_from: Month | None
    ways: tuple[WayForward, ...]


@dataclass(frozen=True, slots=True)
class ContributionShort:
    """Old enough, `months` of contribution missing."""

    statutory: Statutory
    months: int
    ways: tuple[WayForward, ...]


Eligibility = Eligible | TooEarly | ContributionShort | NeedsConfirmation


def category_of(sex: Sex, original_retirement_age: int | None) -> Category:
    """Men are 60; a woman states 50 or 55 by her post, and the clerk confirms it (the ID number cannot tell).

    Raises KeyError for a woman who stated neither.
    """
    if sex is Sex.MALE:
        return Category.MALE
    return {50: Category.FEMALE_50, 55: Category.FEMALE_55}[original_retirement_age or 0]


def statutory(birth: Month, category: Category, policy: Policy) -> Statutory:
    """The month a person reaches 法定退休年龄, and the 最低缴费年限 of that month.

    Source: 国发〔1978〕104号 until 2024-12-31; 《国务院关于渐进式延迟法定退休年龄的办法》第一、二条 from 2025-01-01.
    """
    original_age_months = policy.original_age_months[category]
    months = {ChosenBy.ORIGINAL_AGE_MONTH: birth.plus(original_age_months)}
    age_row = policy.retirement_age.row_for(months)
    delay_months = _delay_months(birth, age_row.value.delays.get(category))
    months[ChosenBy.STATUTORY_MONTH] = birth.plus(original_age_months + delay_months)
    return Statutory(
        original_age_months=original_age_months,
        statutory_age_months=original_age_months + delay_months,
        delay_months=delay_months,
        statutory_month=months[ChosenBy.STATUTORY_MONTH],
        minimum_contribution_months=policy.minimum_contribution.row_for(months).value,
        law=age_row.law,
        category=category,
    )


def eligibility(circumstances: Circumstances, filing_month: Month, policy: Policy) -> Eligibility:
    """Whether a person can retire in the filing month; if not, when, or how many months are missing.

    A woman who is not sure of her original age gets the answer that holds for both; where they differ, the better one
    with a clerk's confirmation.
    """
    if circumstances.category is not None:
        return _answer(circumstances, circumstances.category, filing_month, policy)
    by_50, by_55 = (
        _assumed(_answer(circumstances, category, filing_month, policy))
        for category in (Category.FEMALE_50, Category.FEMALE_55)
    )
    if type(by_50) is type(by_55) or not isinstance(by_50, (Eligible, NeedsConfirmation)):
        return by_50
    what = by_50.what if isinstance(by_50, NeedsConfirmation) else ()
    return NeedsConfirmation(by_50.statutory, (Confirmation.ORIGINAL_AGE, *what))


def _answer(circumstances: Circumstances, category: Category, filing_month: Month, policy: Policy) -> Eligibility:
    found = statutory(circumstances.birth, category, policy)
    paid = circumstances.contribution_months + circumstances.deemed_months
    short = max(0, found.minimum_contribution_months - paid)
    if filing_month < found.statutory_month:
        return _too_early(found, short, filing_month, policy)
    if short:
        return ContributionShort(found, short, (WayForward.KEEP_CONTRIBUTING, WayForward.FLEXIBLE_LATE))
    if circumstances.deemed_months:
        return NeedsConfirmation(found, (Confirmation.DEEMED_CONTRIBUTION,))
    return Eligible(found)


def _assumed(answer: Eligibility) -> Eligibility:
    return replace(answer, statutory=replace(answer.statutory, is_assumed=True))


def _delay_months(birth: Month, delay: Delay | None) -> int:
    if delay is None or birth < delay.first_delayed_birth:
        return 0
    return min(delay.first_delayed_birth.months_until(birth) // delay.births_per_step + 1, delay.cap_months)


def _too_early(found: Statutory, short: int, filing_month: Month, policy: Policy) -> TooEarly:
    flexible_from = _flexible_from(found, filing_month, policy)
    ways = (
        (WayForward.WAIT, True),
        (WayForward.FLEXIBLE_EARLY, flexible_from is not None),
        (WayForward.KEEP_CONTRIBUTING, short > 0),
    )
    return TooEarly(
        statutory=found,
        on_month=found.statutory_month,
        months_to_wait=filing_month.months_until(found.statutory_month),
        contribution_short_months=short,
        flexible_from=flexible_from,
        ways=tuple(way for way, open_to_her in ways if open_to_her),
    )


def _flexible_from(found: Statutory, filing_month: Month, policy: Policy) -> Month | None:
    """The earliest month of 弹性提前: within the limit, never under the original age, not before the filing month."""
    months = {ChosenBy.STATUTORY_MONTH: found.statutory_month}
    most = min(policy.flexible_retirement.row_for(months).value.early_max_months, found.delay_months)
    earliest = max(found.statutory_month.plus(-most), filing_month)
    return earliest if earliest < found.statutory_month else None
