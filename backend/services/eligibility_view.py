"""Whether she can retire now, in her words: an answer with the date or the months missing and the lawful choices."""

from typing import Any

from backend.domain.people import chinese_age
from backend.domain.policy import Category, Way
from backend.domain.retirement import (
    ContributionShort,
    Eligibility,
    NeedsConfirmation,
    Statutory,
    TooEarly,
    WayForward,
)
from backend.domain.rulebook import Rulebook
from backend.services.wording import CONFIRMATIONS

View = dict[str, Any]


def eligibility_view(found: Eligibility | None, rulebook: Rulebook) -> View | None:
    """Eligibility of the API; never a bare no."""
    if found is None:
        return None
    view: View = {"on": None, "months": None, "what": [], "choices": []}
    match found:
        case TooEarly():
            return view | _too_early(found) | {"choices": _choices(found, rulebook)}
        case ContributionShort():
            return view | _short(found) | {"choices": _choices(found, rulebook)}
        case NeedsConfirmation():
            return view | _to_confirm(found)
        case _:
            return view | {"status": "eligible", "title": "可以办理", "detail": _age(found.statutory)}


def _too_early(found: TooEarly) -> View:
    of_age = found.statutory.statutory_month
    chosen = "" if found.on_month == of_age else f"按您填的，{found.on_month.chinese}退。"
    return {
        "status": "too_early",
        "title": f"要到 {found.on_month.chinese} 才能办",
        "detail": f"{chosen}还有 {found.months_to_wait} 个月。{_age(found.statutory)}填好的内容替您存着。",
        "on": str(found.on_month),
        "months": found.months_to_wait,
    }


def _short(found: ContributionShort) -> View:
    wanted = found.statutory.minimum_contribution_months
    return {
        "status": "contribution_short",
        "title": f"养老保险还差 {found.months} 个月",
        "detail": f"要满 {wanted} 个月才能按月领养老金。填好的内容替您存着。",
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
    """Which age counts, when it is reached, by which law."""
    age, reached = chinese_age(law.statutory_age_months), law.statutory_month.chinese
    if law.way is Way.SPECIAL:
        return f"特殊工种满 {age}可以退，您是 {reached}满的。依据：{law.law}。"
    if law.way is Way.DISABILITY:
        return f"依据：{law.law}。"
    assumed = ""
    if law.is_assumed:
        years = {Category.FEMALE_50: "50", Category.FEMALE_55: "55"}.get(law.category or Category.FEMALE_50)
        assumed = f"先按原来 {years} 岁退休算，窗口会对照档案。"
    return f"{assumed}法定退休年龄是 {age}，到 {reached}。依据：{law.law}。"


def _choices(found: TooEarly | ContributionShort, rulebook: Rulebook) -> list[str]:
    choices = []
    for way in found.ways:
        section = rulebook.guide.ways_forward[way]
        lines = list(section.lines)
        if way is WayForward.FLEXIBLE_EARLY and isinstance(found, TooEarly) and found.flexible_from:
            lines.append(f"这个月书面告知、往后月月缴费的话，最早可以选 {found.flexible_from.chinese}。")
        choices.append(f"{section.title}：{' '.join(lines)}")
    return choices
