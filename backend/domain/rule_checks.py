"""Every check of the law that a clerk sees of a case: what was stated, what is wanted, how it comes out, the clause.

The checks and the answer in retirement.py rest on the same findings: a case that may be submitted has no check that
fails for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.people import Month
from backend.domain.policy import Policy
from backend.domain.retirement import Category, Circumstances, statutory

Inputs = Mapping[str, int | str | None]


class RuleKey(StrEnum):
    """What is checked."""

    AGE = "age"  # 到没到能退休的月
    CONTRIBUTION = "contribution"  # 最低缴费年限
    FLEXIBLE_WINDOW = "flexible_window"  # 弹性退休的区间
    EARLY_NOTICE = "early_notice"  # 弹性提前退休的书面告知
    LATE_AGREEMENT = "late_agreement"  # 弹性延迟退休的书面协议
    ORIGINAL_AGE = "original_age"  # 原法定退休年龄
    DEEMED_CONTRIBUTION = "deemed_contribution"  # 视同缴费年限
    SPECIAL_WORK = "special_work"  # 特殊工种的累计年限
    ABILITY_APPRAISAL = "ability_appraisal"  # 劳动能力鉴定结论
    MEDICAL_LIFETIME = "medical_lifetime"  # 医保累计缴费年限
    MEDICAL_IN_PROVINCE = "medical_in_province"  # 医保省内实际缴费年限


class CheckOutcome(StrEnum):
    """How a check comes out."""

    PASSES = "passes"
    FAILS = "fails"
    NEEDS_CONFIRMATION = "needs_confirmation"
    INFORMS = "informs"  # shown, never a reason to reject


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One check. `given` and `wanted` by name: months as numbers, months of the calendar and dates as ISO text.

    `rule` names the rule of policy, `law` is the clause of the row that counted, `status` says who has yet to confirm
    the rule itself.
    """

    key: RuleKey
    outcome: CheckOutcome
    given: Inputs
    wanted: Inputs
    law: str
    rule: str
    status: str = ""


def rule_checks(circumstances: Circumstances, filing_month: Month, policy: Policy) -> tuple[RuleCheck, ...]:
    """Every check of these circumstances, in the order a clerk reads them."""
    category = circumstances.category or Category.FEMALE_50
    found = statutory(circumstances.birth, category, policy)
    is_of_age = filing_month >= found.statutory_month
    paid = circumstances.contribution_months + circumstances.deemed_months
    is_enough = paid >= found.minimum_contribution_months
    return (
        RuleCheck(
            key=RuleKey.AGE,
            outcome=CheckOutcome.PASSES if is_of_age else CheckOutcome.FAILS,
            given={"birth_month": str(circumstances.birth), "filing_month": str(filing_month)},
            wanted={"from_month": str(found.statutory_month), "age_months": found.statutory_age_months},
            law=found.law,
            rule=policy.retirement_age.name,
        ),
        RuleCheck(
            key=RuleKey.CONTRIBUTION,
            outcome=CheckOutcome.PASSES if is_enough else CheckOutcome.FAILS,
            given={"contribution_months": paid},
            wanted={"minimum_months": found.minimum_contribution_months},
            law=policy.minimum_contribution.source,
            rule=policy.minimum_contribution.name,
        ),
    )
