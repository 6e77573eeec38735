"""Whether a person can file for her retirement in a month; if not, when, or how many months are missing.

Not old enough or not enough months is an answer with a date or a number of months and the lawful choices, never an
error. When she retires and by which way is worked out in retirement_month.py; what a clerk sees of it, check by check,
is in rule_checks.py; what anybody may ask beforehand, in estimates.py.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from backend.domain.people import Month
from backend.domain.policy import Category, ChosenBy, Policy, Way
from backend.domain.retirement_month import (
    Circumstances,
    Plan,
    RetirementType,
    Statutory,
    Timeliness,
    Timing,
    category_of,
    plan_of,
    statutory,
)

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
    "answer_to",
    "category_of",
    "eligibility",
    "months_paid",
    "statutory",
]


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
    END_DELAY = "end_delay"  # 和单位商量好，不再延迟
    FLEXIBLE_EARLY = "flexible_early"  # 弹性提前退休
    KEEP_CONTRIBUTING = "keep_contributing"  # 推迟退休，延长缴费
    FLEXIBLE_LATE = "flexible_late"  # 弹性延迟退休
    RESIDENTS_PENSION = "residents_pension"  # 转入城乡居民基本养老保险


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


def eligibility(circumstances: Circumstances, filing_month: Month, policy: Policy) -> Eligibility:
    """Whether a person can retire in the filing month: too early before short before to be confirmed before eligible.

    A woman who is not sure of her original age gets the answer by 50, the nearer one, where it holds by 55 too or is
    no yet; a yes by 50 alone is one that a clerk confirms.
    """
    if circumstances.category is not None or circumstances.retirement_type is not RetirementType.NORMAL:
        return answer_to(plan_of(circumstances, filing_month, policy), circumstances, filing_month, policy)
    by_50, by_55 = (_assuming(category, circumstances, filing_month, policy) for category in Category.of_women())
    if not _may_file(by_50) or _may_file(by_55):
        return by_50
    what = by_50.what if isinstance(by_50, NeedsConfirmation) else ()
    return NeedsConfirmation(by_50.statutory, (Confirmation.ORIGINAL_AGE, *what))


def answer_to(plan: Plan, circumstances: Circumstances, filing_month: Month, policy: Policy) -> Eligibility:
    """The answer to one plan, of a person whose category is settled."""
    paid = months_paid(circumstances, filing_month, policy)
    short = max(0, plan.statutory.minimum_contribution_months - paid)
    if filing_month < plan.retires_in:
        return _too_early(plan, paid, short, filing_month, policy)
    if short:
        return ContributionShort(plan.statutory, short, _ways_to_more_months(plan))
    what = _to_confirm(plan, circumstances, filing_month, policy)
    return NeedsConfirmation(plan.statutory, what) if what else Eligible(plan.statutory)


def months_paid(circumstances: Circumstances, filing_month: Month, policy: Policy) -> int:
    """Months that count for the 最低缴费年限: paid ones, and deemed ones where the rule counts them."""
    counts = policy.deemed_contribution.row_for({ChosenBy.FILING_MONTH: filing_month}).value
    return circumstances.contribution_months + (circumstances.deemed_months if counts else 0)


def _assuming(category: Category, circumstances: Circumstances, filing_month: Month, policy: Policy) -> Eligibility:
    answer = eligibility(replace(circumstances, category=category), filing_month, policy)
    return replace(answer, statutory=replace(answer.statutory, is_assumed=True))


def _may_file(answer: Eligibility) -> bool:
    return isinstance(answer, (Eligible, NeedsConfirmation))


# ── what a clerk has to confirm ──────────────────────────────────────────────────────────────


def _to_confirm(
    plan: Plan, circumstances: Circumstances, filing_month: Month, policy: Policy
) -> tuple[Confirmation, ...]:
    chose_early, chose_late = (circumstances.timing is timing for timing in (Timing.EARLY, Timing.LATE))
    paper_is_open = not plan.is_as_chosen or plan.paper not in (None, Timeliness.IN_TIME)
    needed = (
        (Confirmation.DEEMED_CONTRIBUTION, circumstances.deemed_months > 0),
        (Confirmation.EARLY_NOTICE, chose_early and paper_is_open),
        (Confirmation.LATE_AGREEMENT, chose_late and paper_is_open),
        (Confirmation.SPECIAL_WORK, special_work_short_months(circumstances, filing_month, policy) != 0),
        (Confirmation.ABILITY_APPRAISAL, circumstances.retirement_type is RetirementType.DISABILITY),
    )
    return tuple(what for what, is_needed in needed if is_needed)


def special_work_short_months(circumstances: Circumstances, filing_month: Month, policy: Policy) -> int | None:
    """Months of special work missing by its kind; None when the kind or the months are not known; 0 for other types.

    Source: 劳人护〔1985〕6号: 高空、特别繁重体力劳动 10 年, 井下、高温 9 年, 其他有害身体健康 8 年.
    """
    if circumstances.retirement_type is not RetirementType.SPECIAL:
        return 0
    years = policy.special_work.row_for({ChosenBy.FILING_MONTH: filing_month}).value.years
    wanted, done = years.get(circumstances.special_work_kind or ""), circumstances.special_work_months
    return None if wanted is None or done is None else max(0, wanted * 12 - done)


# ── what she can do when it is not yet ───────────────────────────────────────────────────────


def _too_early(plan: Plan, paid: int, short: int, filing_month: Month, policy: Policy) -> TooEarly:
    of_age = plan.statutory.statutory_month
    to_wait = filing_month.months_until(plan.retires_in)
    flexible_from = _flexible_from(plan, paid, filing_month, policy)
    ways = (
        (WayForward.WAIT, True),
        (WayForward.END_DELAY, plan.way is Way.LATE and filing_month >= of_age),
        (WayForward.FLEXIBLE_EARLY, flexible_from is not None),
        (WayForward.KEEP_CONTRIBUTING, short > 0),
        (WayForward.FLEXIBLE_LATE, short > to_wait and _may_still_agree(plan, filing_month)),
    )
    return TooEarly(
        statutory=plan.statutory,
        on_month=plan.retires_in,
        months_to_wait=to_wait,
        contribution_short_months=short,
        flexible_from=flexible_from,
        ways=tuple(way for way, is_open in ways if is_open),
    )


def _flexible_from(plan: Plan, paid: int, filing_month: Month, policy: Policy) -> Month | None:
    """The earliest month of 弹性提前 that is still open to somebody who has not chosen one.

    The notice is given in the filing month, on a day we do not know: only a month whose first day lies the notice's
    months after that month's end is safe. Every month from the filing month on is taken as paid.
    """
    if plan.way is not Way.ON_TIME:
        return None
    month = max(plan.window.earliest, filing_month.plus(plan.flexible.value.early_notice_months + 1))
    while month < plan.statutory.statutory_month:
        minimum = policy.minimum_contribution.row_for({**plan.months, ChosenBy.CHOSEN_MONTH: month}, Way.EARLY).value
        enough_in = filing_month.plus(minimum - paid)
        if enough_in <= month:
            return month
        month = enough_in  # not sooner: the minimum never falls
    return None


def _may_still_agree(plan: Plan, filing_month: Month) -> bool:
    """Whether an agreement of 弹性延迟 can still be signed in the filing month, on whatever day."""
    of_age, notice_months = plan.statutory.statutory_month, plan.flexible.value.late_notice_months
    return plan.way is Way.ON_TIME and plan.window.latest > of_age and filing_month.plus(notice_months) < of_age


def _ways_to_more_months(plan: Plan) -> tuple[WayForward, ...]:
    """Source: 《国务院关于渐进式延迟法定退休年龄的办法》第二条; 人社部令第13号第二、三条."""
    if plan.way is Way.EARLY:
        return (WayForward.WAIT, WayForward.KEEP_CONTRIBUTING)
    return (WayForward.KEEP_CONTRIBUTING, WayForward.RESIDENTS_PENSION)
