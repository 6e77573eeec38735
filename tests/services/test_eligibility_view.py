"""Whether she can retire, in her words: which month, which age, what the window checks, what she can do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.retirement import eligibility
from backend.domain.retirement_month import RetirementType, Timing
from backend.services.eligibility_view import eligibility_view
from tests.domain.examples import rulebook, stated

FEMALE_50, MALE = Category.FEMALE_50, Category.MALE


def said(birth: str, category: Category | None, paid: int, filing_month: str, **changes: Any) -> dict[str, Any]:
    asked_in = Month.parse(filing_month)
    answer = eligibility(stated(birth, category, paid, **changes), asked_in, rulebook().policy)
    view = eligibility_view(answer, rulebook(), asked_in)
    assert view is not None
    return view


def test_an_age_that_is_certain_is_said_as_such() -> None:
    view = said("1976-03", FEMALE_50, 312, "2026-11")

    assert (view["status"], view["title"]) == ("eligible", "可以办理")
    assert view["detail"] == "法定退休年龄是 50岁8个月，到 2026年11月。"
    assert "渐进式延迟法定退休年龄" in view["law"]


def test_an_age_that_is_not_certain_names_what_it_rests_on() -> None:
    view = said("1976-03", None, 312, "2026-11")

    assert view["status"] == "needs_confirmation"
    assert view["detail"].startswith("先按原来 50 岁退休算，窗口会对照档案。")
    assert (view["what"], view["detail"].endswith("窗口会核对：原来应该几岁退休。")) == (["original_age"], True)


def test_too_early_says_the_month_and_the_earliest_still_open() -> None:
    view = said("1976-03", FEMALE_50, 312, "2026-01")

    assert (view["on"], view["months"]) == ("2026-11", 10)
    [early] = [way for way in view["ways"] if way["key"] == "flexible_early"]
    assert early["lines"][0] == "最早可以选 2026年5月退，2026年2月1日以前（含当天）要书面告知。"
    assert view["ways"][0]["lines"][0] == "从 2026年11月1日起就可以办，还有 10 个月。"


def test_a_chosen_month_is_named_as_hers() -> None:
    early = {"timing": Timing.EARLY, "chosen_month": Month(2026, 6), "early_notice_on": date(2026, 3, 1)}

    view = said("1976-03", FEMALE_50, 312, "2026-04", **early)

    assert view["detail"].startswith("按您填的，2026年6月退。还有 2 个月。")


def test_special_work_has_its_own_age_and_no_statutory_one() -> None:
    view = said("1975-03", MALE, 312, "2026-11", retirement_type=RetirementType.SPECIAL)

    assert "特殊工种满 55岁可以退，您是 2030年3月满的。" in view["detail"]
    assert "法定退休年龄" not in view["detail"]


@pytest.mark.parametrize(
    ("filing_month", "document"), [("2024-12", "国发〔1978〕104号"), ("2026-11", "人社部发〔2024〕72号")]
)
def test_lost_ability_names_the_document_of_its_time(filing_month: str, document: str) -> None:
    view = said("1970-03", MALE, 312, filing_month, retirement_type=RetirementType.DISABILITY)

    assert document in view["detail"]
    assert "法定退休年龄是" not in view["detail"]


def test_nothing_known_says_nothing() -> None:
    assert eligibility_view(None, rulebook(), Month(2026, 11)) is None
