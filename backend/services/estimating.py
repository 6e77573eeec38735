"""我什么时候能退休: an estimate for anybody who asks, every figure with its sum written out and its clause."""

from typing import Any

from backend.domain.estimates import Estimate, estimate
from backend.domain.people import Month, chinese_age, chinese_date, chinese_length
from backend.domain.policy import Category, ChosenBy, Policy, Rule, Way
from backend.domain.retirement import ContributionShort, TooEarly, months_paid
from backend.domain.retirement_month import (
    Circumstances,
    RetirementType,
    Timing,
    flexible_rule,
    flexible_window,
    statutory,
)
from backend.domain.rulebook import Rulebook
from backend.services.ports import Clock
from backend.services.ways_view import ways_view

View = dict[str, Any]

CATEGORIES = {
    Category.MALE: "男职工",
    Category.FEMALE_55: "原来 55 岁退休的女职工",
    Category.FEMALE_50: "原来 50 岁退休的女职工",
}


class Estimating:
    """What anybody may ask before signing in."""

    def __init__(self, *, clock: Clock, rulebook: Rulebook) -> None:
        self._clock = clock
        self._rulebook = rulebook

    def this_month(self) -> Month:
        return Month.of(self._clock.today())

    def estimate(
        self,
        birth: Month,
        category: Category,
        contribution_months: int,
        filing_month: Month,
        chosen_month: Month | None = None,
    ) -> View:
        """Estimate of the API, as asked in the filing month. Raises ChosenMonthOutsideWindow."""
        found = estimate(birth, category, contribution_months, filing_month, chosen_month, self._rulebook.policy)
        return estimate_view(found, self._rulebook)


def figures_of(circumstances: Circumstances, asked_in: Month, rulebook: Rulebook) -> list[View]:
    """The same figures for a case of the normal type; none for the others, whose ages the window reviews.

    A woman who is not sure of her original age is shown the sums of 50, the nearer one.
    """
    if circumstances.retirement_type is not RetirementType.NORMAL:
        return []
    policy, birth, category = rulebook.policy, circumstances.birth, circumstances.category or Category.FEMALE_50
    found = statutory(birth, category, policy)
    window = flexible_window(found, flexible_rule(found, policy).value)
    chosen = circumstances.chosen_month if circumstances.timing is not Timing.ON_TIME else None
    lawful = chosen if chosen is not None and window.earliest <= chosen <= window.latest else None
    paid = months_paid(circumstances, asked_in, policy)
    return _figures(estimate(birth, category, paid, asked_in, lawful, policy), policy)


def estimate_view(found: Estimate, rulebook: Rulebook) -> View:
    """Estimate of the API: see backend/api/estimate.py for its schema."""
    plan, law = found.plan, found.plan.statutory
    return {
        "birth_month": str(found.birth),
        "category": found.category.value,
        "contribution_months": found.contribution_months,
        "filing_month": str(found.filing_month),
        "chosen_month": _text(found.chosen_month),
        "original_age_months": law.original_age_months,
        "statutory_age_months": law.statutory_age_months,
        "delay_months": law.delay_months,
        "statutory_month": str(law.statutory_month),
        "earliest_month": str(plan.window.earliest),
        "latest_month": str(plan.window.latest),
        "retirement_month": str(plan.retires_in),
        "minimum_contribution_months": law.minimum_contribution_months,
        "minimum_contribution_year": found.minimum_year,
        "contribution_short_months": found.contribution_short_months,
        "first_pension_month": _text(found.first_pension_month),
        "early_notice_by": found.early_notice_by.isoformat() if found.early_notice_by else None,
        "late_agreement_by": found.late_agreement_by.isoformat() if found.late_agreement_by else None,
        "months_to_wait": found.months_to_wait,
        "kind": _kind(found),
        "law": {"title": law.law, "in_force_from": law.law_since.isoformat()},
        "figures": _figures(found, rulebook.policy),
        "ways": _ways(found, rulebook),
    }


def _kind(found: Estimate) -> str:
    if isinstance(found.answer, TooEarly):
        return "too_early"
    return "contribution_short" if isinstance(found.answer, ContributionShort) else "eligible"


def _ways(found: Estimate, rulebook: Rulebook) -> list[View]:
    if not isinstance(found.answer, (TooEarly, ContributionShort)):
        return []
    return ways_view(found.answer, rulebook, found.filing_month)


# ── every figure with its sum and its clause ─────────────────────────────────────────────────


def _figures(found: Estimate, policy: Policy) -> list[View]:
    """In the order they are read: each from the ones above it."""
    law = found.plan.statutory
    figures = [
        _original_age(found, policy),
        _delay(found, policy),
        _figure(
            "statutory_age",
            "法定退休年龄",
            chinese_age(law.statutory_age_months),
            _age_sum(found),
            law.law,
        ),
        _figure(
            "statutory_month",
            "到法定退休年龄的月份",
            law.statutory_month.chinese,
            _month_sum(found),
            law.law,
        ),
        _window(found),
        _retirement_month(found),
        _minimum(found, policy),
        _short(found),
        _first_pension(found, policy.pension_start),
        _early_notice(found),
        _late_agreement(found),
    ]
    return [figure for figure in figures if figure is not None]


def _original_age(found: Estimate, policy: Policy) -> View:
    age = chinese_age(found.plan.statutory.original_age_months)
    return _figure(
        "original_age",
        "原来的退休年龄",
        age,
        f"{CATEGORIES[found.category]}，原来是 {age}。",
        policy.retirement_age.source,
    )


def _delay(found: Estimate, policy: Policy) -> View:
    law = found.plan.statutory
    of_original_age = found.plan.months[ChosenBy.ORIGINAL_AGE_MONTH]
    delay = policy.retirement_age.row_on(of_original_age).value.delays.get(found.category)
    if delay is None or law.delay_months == 0:
        original = chinese_age(law.original_age_months)
        written = f"{of_original_age.chinese}满 {original}，按那时的规定，到原来的年龄就退，不推迟。"
        return _figure("delay", "推迟", "不推迟", written, law.law)
    group = delay.first_delayed_birth.months_until(found.birth) // delay.births_per_step + 1
    written = (
        f"从 {delay.first_delayed_birth.chinese}出生的人起，每 {delay.births_per_step} 个月出生的为一组，"
        f"一组比一组多晚 1 个月，最多晚 {delay.cap_months} 个月。"
        f"{found.birth.chinese}出生在第 {group} 组，晚 {law.delay_months} 个月。"
    )
    return _figure("delay", "推迟", f"{law.delay_months} 个月", written, law.law)


def _age_sum(found: Estimate) -> str:
    law = found.plan.statutory
    original, reached = chinese_age(law.original_age_months), chinese_age(law.statutory_age_months)
    if law.delay_months == 0:
        return f"{found.birth.chinese}出生，不推迟，还是 {reached}。"
    late = f"{law.delay_months} 个月"
    return f"{found.birth.chinese}出生，晚 {late}：{original}加 {late}，是 {reached}。"


def _month_sum(found: Estimate) -> str:
    law = found.plan.statutory
    return f"{found.birth.chinese}出生，满 {chinese_age(law.statutory_age_months)}，是 {law.statutory_month.chinese}。"


def _window(found: Estimate) -> View:
    plan, rule = found.plan, found.plan.flexible.value
    earliest, latest, of_age = plan.window.earliest, plan.window.latest, plan.statutory.statutory_month
    if earliest == latest:
        written = f"{of_age.chinese}到法定退休年龄，那时还没有弹性退休。"
        return _figure("flexible_window", "可以选的月份", f"只有 {of_age.chinese}", written, found.plan.flexible.law)
    early = (
        f"最多提前 {rule.early_max_months} 个月，又不能早于满 {chinese_age(plan.statutory.original_age_months)}的 "
        f"{plan.months[ChosenBy.ORIGINAL_AGE_MONTH].chinese}，所以最早是 {earliest.chinese}。"
    )
    late = f"最多推迟 {rule.late_max_months} 个月，所以最晚是 {latest.chinese}。"
    span = f"{earliest.chinese}到 {latest.chinese}"
    return _figure("flexible_window", "可以选的月份", span, early + late, found.plan.flexible.law)


def _retirement_month(found: Estimate) -> View | None:
    if found.chosen_month is None:
        return None
    of_age, month = found.plan.statutory.statutory_month, found.plan.retires_in
    apart = of_age.months_until(month)
    compared = "就是到年龄的那个月" if apart == 0 else f"{'早' if apart < 0 else '晚'} {abs(apart)} 个月"
    written = f"您选 {month.chinese}退，和 {of_age.chinese}比，{compared}。"
    return _figure("retirement_month", "您选的退休月份", month.chinese, written, found.plan.flexible.law)


def _minimum(found: Estimate, policy: Policy) -> View:
    months, rule = found.plan.statutory.minimum_contribution_months, policy.minimum_contribution
    why = {
        Way.EARLY: "提前退的，看您选的退休年份",
        Way.LATE: "推迟退的，仍看到法定退休年龄的年份",
    }.get(found.plan.way, "看到法定退休年龄的年份")
    written = f"{why}：{found.minimum_year} 年要满 {chinese_length(months)}，{_times(months)}。"
    law = _with_status(found.plan.minimum.law, rule.status[found.plan.way])
    return _figure("minimum_contribution", "最少要缴", f"{months} 个月（{chinese_length(months)}）", written, law)


def _times(months: int) -> str:
    years, rest = divmod(months, 12)
    return f"{years} × 12{f' + {rest}' if rest else ''} = {months} 个月"


def _short(found: Estimate) -> View:
    wanted, paid, short = (
        found.plan.statutory.minimum_contribution_months,
        found.contribution_months,
        found.contribution_short_months,
    )
    if short == 0:
        written = f"已经缴了 {paid} 个月，不少于 {wanted} 个月，够了。"
    else:
        written = f"{wanted} − {paid} = {short}，还差 {short} 个月。"
        if found.months_to_wait:
            by_then = paid + found.months_to_wait
            enough = "够了" if by_then >= wanted else f"还差 {wanted - by_then} 个月"
            written += (
                f"到 {found.plan.retires_in.chinese}还有 {found.months_to_wait} 个月，每个月都接着缴，"
                f"到时是 {by_then} 个月，{enough}。"
            )
    text = "够了" if short == 0 else f"还差 {short} 个月"
    return _figure("contribution_short", "现在缴的够不够", text, written, found.plan.minimum.law)


def _first_pension(found: Estimate, rule: Rule[int]) -> View:
    law = _with_status(found.pension_start.law, rule.status[found.plan.way])
    month, retires_in = found.first_pension_month, found.plan.retires_in
    if month is None:
        written = "缴费月数满了，办好退休，从办好的下一个月起领。哪个月能满，要看您怎么缴。"
        return _figure("first_pension_month", "从哪个月起领养老金", "缴满以后", written, law)
    written = f"{retires_in.chinese}退休，从下一个月起领，是 {month.chinese}。"
    if found.filing_month > retires_in:
        written += "晚办的，从哪个月补起，由区人社局核定。"
    return _figure("first_pension_month", "从哪个月起领养老金", month.chinese, written, law)


def _early_notice(found: Estimate) -> View | None:
    if found.early_notice_by is None:
        return None
    months_before, day = found.plan.flexible.value.early_notice_months, found.early_notice_by
    month = Month.of(day).plus(months_before)
    what = "您选" if found.plan.way is Way.EARLY else "现在最早能选"
    written = (
        f"要提前 {months_before} 个月书面告知。{what} {month.chinese}退；我们不知道是哪一天，从那个月的 1 日往前数 "
        f"{months_before} 个月，是 {chinese_date(day)}，这一天以前（含当天）告知最稳妥。"
    )
    return _figure("early_notice_by", "提前退的，最晚哪天书面告知", chinese_date(day), written, found.plan.flexible.law)


def _late_agreement(found: Estimate) -> View | None:
    if found.late_agreement_by is None:
        return None
    months_before, day = found.plan.flexible.value.late_notice_months, found.late_agreement_by
    of_age = found.plan.statutory.statutory_month
    written = (
        f"推迟退的，要在到法定退休年龄以前提前 {months_before} 个月和单位签好书面协议。从 {of_age.chinese}1 日往前数 "
        f"{months_before} 个月，是 {chinese_date(day)}，这一天以前（含当天）签好最稳妥。"
    )
    return _figure(
        "late_agreement_by", "推迟退的，最晚哪天签好协议", chinese_date(day), written, found.plan.flexible.law
    )


def _figure(key: str, label: str, text: str, written: str, law: str) -> View:
    return {"key": key, "label": label, "text": text, "sum": written, "law": law}


def _with_status(law: str, status: str) -> str:
    return f"{law}（{status}）" if status else law


def _text(month: Month | None) -> str | None:
    return str(month) if month else None
