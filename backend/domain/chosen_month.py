"""选定的退休月份: from which months a person may choose, as soon as her birth and her original age are stated.

Whether she may retire in that month is retirement.py's to say, when all that it needs is known.
"""

from collections.abc import Mapping

from backend.domain.answers import Answers, birth_month_of, sex_of
from backend.domain.people import Month, Sex
from backend.domain.policy import Category, Policy
from backend.domain.retirement_month import Statutory, Timing, Window, flexible_rule, flexible_window, statutory

_ORIGINAL_AGES = {"50": (Category.FEMALE_50,), "55": (Category.FEMALE_55,)}
_EITHER = (Category.FEMALE_50, Category.FEMALE_55)  # 说不准: the clerk will say which


def months_to_choose(effective: Answers, policy: Policy) -> Window | None:
    """The months that 弹性提前 or 弹性延迟, whichever she stated, leaves her; the statutory month is one of them.

    Just that month where there is nothing to choose. None while her birth or the timing is not stated.
    Source: 《国务院关于渐进式延迟法定退休年龄的办法》第三条, in force from 2025-01-01.
    """
    birth, sex, timing = birth_month_of(effective), sex_of(effective), effective.get("retirement_timing")
    if birth is None or sex is None or timing not in (Timing.EARLY, Timing.LATE):
        return None
    of_her_sex = (Category.MALE,) if sex is Sex.MALE else _ORIGINAL_AGES.get(_stated(effective), _EITHER)
    windows = [_window(statutory(birth, category, policy), Timing(timing), policy) for category in of_her_sex]
    return Window(min(window.earliest for window in windows), max(window.latest for window in windows))


def unlawful_choices(effective: Answers, policy: Policy) -> Mapping[str, str]:
    """Question key → why its answer cannot stand: a timing that leaves no choice, a month outside what it leaves."""
    window = months_to_choose(effective, policy)
    if window is None:
        return {}
    if window.earliest == window.latest:
        way = "提前" if effective["retirement_timing"] == Timing.EARLY else "推迟"
        return {"retirement_timing": f"照您的出生年月，法定退休年龄不能再{way}，请选“到法定退休年龄就退”。"}
    chosen = effective.get("chosen_month")
    if chosen is None or window.earliest <= Month.parse(chosen) <= window.latest:
        return {}
    return {"chosen_month": f"您可以选 {window.earliest.chinese}到 {window.latest.chinese}，请重新选。"}


def _stated(effective: Answers) -> str:
    return str(effective.get("original_retirement_age"))


def _window(found: Statutory, timing: Timing, policy: Policy) -> Window:
    whole = flexible_window(found, flexible_rule(found, policy).value)
    of_age = found.statutory_month
    return Window(whole.earliest, of_age) if timing is Timing.EARLY else Window(of_age, whole.latest)
