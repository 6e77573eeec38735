"""Whether she can retire now, in her words: an answer with the date or the months missing and the lawful choices."""

from datetime import date
from typing import Any

from backend.domain.answers import Answers
from backend.domain.people import Month, chinese_age, chinese_length
from backend.domain.policy import Category, Way
from backend.domain.reminders import early_notice_by, opens_in
from backend.domain.retirement import ContributionShort, Eligibility, NeedsConfirmation, Statutory, TooEarly
from backend.domain.rulebook import Rulebook
from backend.services.estimating import figures_of
from backend.services.ways_view import ways_view
from backend.services.wording import CONFIRMATIONS

View = dict[str, Any]


def eligibility_view(found: Eligibility | None, rulebook: Rulebook, asked_in: Month) -> View | None:
    """Eligibility of the API; never a bare no."""
    if found is None:
        return None
    view: View = {"law": found.statutory.law, "on": None, "months": None, "what": [], "ways": []}
    match found:
        case TooEarly():
            return view | _too_early(found) | {"ways": ways_view(found, rulebook, asked_in)}
        case ContributionShort():
            return view | _short(found) | {"ways": ways_view(found, rulebook, asked_in)}
        case NeedsConfirmation():
            return view | _to_confirm(found)
        case _:
            return view | {"status": "eligible", "title": "可以办理", "detail": _age(found.statutory)}


def her_eligibility_view(answers: Answers, rulebook: Rulebook, asked_in: Month, today: date) -> View | None:
    """The same for herself: with every figure's sum and clause, and what she may be reminded of.

    `opens_in` is the month in which filing opens if she goes on paying, null when it is open; `notice_by` the last day
    of a notice of 弹性提前 that she can still give in time.
    """
    circumstances = rulebook.circumstances(answers)
    if circumstances is None:
        return None
    view = eligibility_view(rulebook.eligibility(answers, asked_in), rulebook, asked_in) or {}
    opens = opens_in(circumstances, asked_in, rulebook.policy)
    notice_by = early_notice_by(circumstances, rulebook.policy)
    return view | {
        "figures": figures_of(circumstances, asked_in, rulebook),
        "opens_in": str(opens) if opens > asked_in else None,
        "notice_by": notice_by.isoformat() if notice_by and notice_by >= today else None,
    }


def _too_early(found: TooEarly) -> View:
    of_age = found.statutory.statutory_month
    chosen = "" if found.on_month == of_age else f"按您填的，{found.on_month.chinese}退。"
    return {
        "status": "too_early",
        "title": f"要到 {found.on_month.chinese}才能办",
        "detail": f"{chosen}还有 {found.months_to_wait} 个月。{_age(found.statutory)}",
        "on": str(found.on_month),
        "months": found.months_to_wait,
    }


def _short(found: ContributionShort) -> View:
    wanted = found.statutory.minimum_contribution_months
    return {
        "status": "contribution_short",
        "title": f"养老保险还差 {found.months} 个月",
        "detail": f"要满 {wanted} 个月（{chinese_length(wanted)}）才能按月领养老金。",
        "months": found.months,
    }


def _to_confirm(found: NeedsConfirmation) -> View:
    named = "、".join(CONFIRMATIONS[each] for each in found.what)
    return {
        "status": "needs_confirmation",
        "title": "可以先交，有的要窗口核对",
        "detail": f"{_age(found.statutory)}窗口会核对：{named}。",
        "what": [each.value for each in found.what],
    }


def _age(law: Statutory) -> str:
    """Which age counts, and when it is reached; for lost ability, which counts by no age, the law."""
    age, reached = chinese_age(law.statutory_age_months), law.statutory_month.chinese
    if law.way is Way.SPECIAL:
        return f"特殊工种满 {age}可以退，您是 {reached}满的。"
    if law.way is Way.DISABILITY:
        return f"依据：{law.law}。"
    assumed = ""
    if law.is_assumed:
        years = {Category.FEMALE_50: "50", Category.FEMALE_55: "55"}.get(law.category or Category.FEMALE_50)
        assumed = f"先按原来 {years} 岁退休算，窗口会对照档案。"
    return f"{assumed}法定退休年龄是 {age}，到 {reached}。"
