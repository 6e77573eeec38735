"""Every check of the law that a clerk sees of a case: what was stated, what is wanted, how it comes out, the clause.

The checks and the answer in retirement.py rest on the same plan. Of somebody eligible nothing fails or waits; where a
clerk has to confirm, a check waits, or fails for a month or a paper that only the clerk can settle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.medical import MedicalMonths, MedicalYears, medical_years
from backend.domain.people import Month
from backend.domain.policy import Category, Policy, Row, Rule
from backend.domain.retirement import (
    Confirmation,
    NeedsConfirmation,
    TooEarly,
    eligibility,
    months_paid,
    special_work_short_months,
)
from backend.domain.retirement_month import (
    Circumstances,
    Plan,
    RetirementType,
    Timeliness,
    Timing,
    minimum_month,
    paper_due_on,
    plan_of,
    statutory,
)

Facts = Mapping[str, int | str | None]


class RuleKey(StrEnum):
    """What is checked."""

    AGE = "age"  # 到没到能退休的月
    ORIGINAL_AGE = "original_age"  # 原法定退休年龄
    CONTRIBUTION = "contribution"  # 最低缴费年限
    DEEMED_CONTRIBUTION = "deemed_contribution"  # 视同缴费年限
    FLEXIBLE_WINDOW = "flexible_window"  # 弹性退休的区间
    EARLY_NOTICE = "early_notice"  # 弹性提前退休的书面告知
    LATE_AGREEMENT = "late_agreement"  # 弹性延迟退休的书面协议
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
    given: Facts
    wanted: Facts
    law: str
    rule: str
    status: str = ""


def rule_checks(
    circumstances: Circumstances, filing_month: Month, policy: Policy, medical: MedicalMonths | None = None
) -> tuple[RuleCheck, ...]:
    """Every check of these circumstances, in the order a clerk reads them."""
    checks = _Checks(circumstances, filing_month, policy)
    found = (
        checks.age(),
        checks.original_age(),
        checks.contribution(),
        checks.deemed_contribution(),
        checks.flexible_window(),
        checks.early_notice(),
        checks.late_agreement(),
        checks.special_work(),
        checks.ability_appraisal(),
        *checks.medical(medical),
    )
    return tuple(check for check in found if check is not None)


class _Checks:
    """The checks of one person in one month; each is None where it does not concern her."""

    def __init__(self, circumstances: Circumstances, filing_month: Month, policy: Policy) -> None:
        self._stated = circumstances
        self._filing_month = filing_month
        self._policy = policy
        self._plan: Plan = plan_of(circumstances, filing_month, policy)
        self._answer = eligibility(circumstances, filing_month, policy)
        self._is_normal = circumstances.retirement_type is RetirementType.NORMAL
        self._to_confirm = self._answer.what if isinstance(self._answer, NeedsConfirmation) else ()

    def age(self) -> RuleCheck:
        found, plan = self._plan.statutory, self._plan
        is_early = isinstance(self._answer, TooEarly)
        return RuleCheck(
            key=RuleKey.AGE,
            outcome=CheckOutcome.FAILS if is_early else CheckOutcome.PASSES,
            given={"birth_month": str(self._stated.birth), "filing_month": str(self._filing_month)},
            wanted={
                "age_months": found.statutory_age_months,
                "statutory_month": str(found.statutory_month),
                "from_month": str(plan.retires_in),
            },
            law=found.law,
            rule=self._age_rule.name,
        )

    def original_age(self) -> RuleCheck | None:
        if self._stated.category is Category.MALE or not self._is_normal:
            return None
        rule, stated = self._policy.retirement_age, self._stated.category
        is_open = Confirmation.ORIGINAL_AGE in self._to_confirm
        return RuleCheck(
            key=RuleKey.ORIGINAL_AGE,
            outcome=CheckOutcome.NEEDS_CONFIRMATION if is_open else CheckOutcome.INFORMS,
            given={"original_age_months": self._policy.original_age_months[stated] if stated else None},
            wanted=_months_of_women(self._stated.birth, self._policy),
            law=rule.source,
            rule=rule.name,
        )

    def contribution(self) -> RuleCheck:
        plan, rule = self._plan, self._policy.minimum_contribution
        paid = months_paid(self._stated, self._filing_month, self._policy)
        minimum = plan.statutory.minimum_contribution_months
        return RuleCheck(
            key=RuleKey.CONTRIBUTION,
            outcome=CheckOutcome.PASSES if paid >= minimum else CheckOutcome.FAILS,
            given={
                "contribution_months": self._stated.contribution_months,
                "deemed_months": self._stated.deemed_months,
                "counted_months": paid,
            },
            wanted={"minimum_months": minimum, "year": minimum_month(plan, self._policy).year},
            law=plan.minimum.law,
            rule=rule.name,
            status=rule.status[plan.way],
        )

    def deemed_contribution(self) -> RuleCheck | None:
        if self._stated.deemed_months == 0:
            return None
        return self._of(
            self._policy.deemed_contribution,
            RuleKey.DEEMED_CONTRIBUTION,
            CheckOutcome.NEEDS_CONFIRMATION,
            {"deemed_months": self._stated.deemed_months},
            {},
        )

    def flexible_window(self) -> RuleCheck | None:
        chosen, plan = self._stated.chosen_month, self._plan
        if self._stated.timing is Timing.ON_TIME or chosen is None or not self._is_normal:
            return None
        of_age, window = plan.statutory.statutory_month, plan.window
        is_early = self._stated.timing is Timing.EARLY
        first, last = (window.earliest, of_age) if is_early else (of_age, window.latest)
        return self._paper(
            RuleKey.FLEXIBLE_WINDOW,
            CheckOutcome.PASSES if first <= chosen <= last else CheckOutcome.FAILS,
            {"chosen_month": str(chosen)},
            {"earliest_month": str(first), "latest_month": str(last)},
        )

    def early_notice(self) -> RuleCheck | None:
        if self._stated.timing is not Timing.EARLY or self._plan.paper is None:
            return None
        months_before = self._plan.flexible.value.early_notice_months
        given_on = self._stated.early_notice_on
        return self._paper(
            RuleKey.EARLY_NOTICE,
            _OUTCOMES[self._plan.paper],
            {"early_notice_on": given_on.isoformat() if given_on else None},
            {"by": paper_due_on(self._plan.retires_in, months_before).isoformat(), "months_before": months_before},
        )

    def late_agreement(self) -> RuleCheck | None:
        if self._stated.timing is not Timing.LATE or self._plan.paper is None:
            return None
        of_age, months_before = self._plan.statutory.statutory_month, self._plan.flexible.value.late_notice_months
        signed_on = self._stated.late_agreement_on
        return self._paper(
            RuleKey.LATE_AGREEMENT,
            _OUTCOMES[self._plan.paper],
            {"late_agreement_on": signed_on.isoformat() if signed_on else None},
            {"by": paper_due_on(of_age, months_before).isoformat(), "months_before": months_before},
        )

    def special_work(self) -> RuleCheck | None:
        if self._stated.retirement_type is not RetirementType.SPECIAL:
            return None
        kind, rule = self._stated.special_work_kind, self._policy.special_work
        years = rule.row_for(self._plan.months).value.years.get(kind or "")
        short = special_work_short_months(self._stated, self._filing_month, self._policy)
        return self._of(
            rule,
            RuleKey.SPECIAL_WORK,
            CheckOutcome.PASSES if short == 0 else CheckOutcome.NEEDS_CONFIRMATION,
            {"special_work_kind": kind, "special_work_months": self._stated.special_work_months},
            {"special_work_months": years * 12 if years else None, "short_months": short},
        )

    def ability_appraisal(self) -> RuleCheck | None:
        if self._stated.retirement_type is not RetirementType.DISABILITY:
            return None
        appraised_on = self._stated.appraisal_on
        route = self._policy.disability.row_for(self._plan.months).value.route
        return self._of(
            self._policy.disability,
            RuleKey.ABILITY_APPRAISAL,
            CheckOutcome.NEEDS_CONFIRMATION,
            {"appraisal_on": appraised_on.isoformat() if appraised_on else None},
            {"route": route.value},
        )

    def medical(self, stated: MedicalMonths | None) -> tuple[RuleCheck, ...]:
        """Shown, never a reason to reject."""
        if stated is None:
            return ()
        found = medical_years(self._stated.sex, stated, self._plan.retires_in, self._policy)
        return (
            self._medical(
                RuleKey.MEDICAL_LIFETIME,
                {"paid_months": stated.paid, "deemed_months": stated.deemed},
                {"lifetime_months": found.lifetime_wanted, "short_months": found.lifetime_short},
                found,
            ),
            self._medical(
                RuleKey.MEDICAL_IN_PROVINCE,
                {"in_province_months": stated.in_province},
                {"in_province_months": found.in_province_wanted, "short_months": found.in_province_short},
                found,
            ),
        )

    # ── making one ──

    @property
    def _age_rule(self) -> Rule[object]:
        rules: Mapping[RetirementType, Rule[object]] = {
            RetirementType.NORMAL: self._policy.retirement_age,
            RetirementType.SPECIAL: self._policy.special_work,
            RetirementType.DISABILITY: self._policy.disability,
        }
        return rules[self._stated.retirement_type]

    def _of(self, rule: Rule[object], key: RuleKey, outcome: CheckOutcome, given: Facts, wanted: Facts) -> RuleCheck:
        row: Row[object] = rule.row_for(self._plan.months, self._plan.way)
        return RuleCheck(key, outcome, given, wanted, row.law, rule.name, rule.status[self._plan.way])

    def _paper(self, key: RuleKey, outcome: CheckOutcome, given: Facts, wanted: Facts) -> RuleCheck:
        return self._of(self._policy.flexible_retirement, key, outcome, given, wanted)

    @staticmethod
    def _medical(key: RuleKey, given: Facts, wanted: Facts, found: MedicalYears) -> RuleCheck:
        return RuleCheck(key, CheckOutcome.INFORMS, given, wanted, found.law, "medical_years", found.status)


def _months_of_women(birth: Month, policy: Policy) -> Facts:
    """The statutory month by each original age a woman may have."""
    found = {category: statutory(birth, category, policy).statutory_month for category in Category.of_women()}
    return {f"statutory_month_of_{category}": str(month) for category, month in found.items()}


_OUTCOMES = {
    Timeliness.IN_TIME: CheckOutcome.PASSES,
    Timeliness.UNCLEAR: CheckOutcome.NEEDS_CONFIRMATION,
    Timeliness.TOO_LATE: CheckOutcome.FAILS,
}
