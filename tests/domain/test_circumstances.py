"""What the answers of a case say of her retirement, and when they do not say enough."""

from datetime import date
from typing import Any

import pytest

from backend.domain.circumstances import circumstances_of, medical_months_of
from backend.domain.medical import MedicalMonths
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement_month import Circumstances, RetirementType, Timing
from tests.domain.examples import answers, id_number, rulebook

EARLY = {"retirement_timing": "early", "chosen_month": "2026-06", "early_notice_on": "2026-03-01"}
LATE = {"retirement_timing": "late", "chosen_month": "2028-06", "late_agreement_on": "2026-10-01"}
SPECIAL = {"retirement_type": "special", "special_work_kind": "underground", "special_work_months": 108}
DISABILITY = {"retirement_type": "disability", "appraisal_on": "2026-05-01"}


def of(**changes: Any) -> Circumstances | None:
    return circumstances_of(rulebook().graph.effective(answers(**changes)))


def test_a_woman_who_retires_on_time() -> None:
    assert of() == Circumstances(
        birth=Month(1976, 3),
        sex=Sex.FEMALE,
        category=Category.FEMALE_50,
        retirement_type=RetirementType.NORMAL,
        timing=Timing.ON_TIME,
        contribution_months=312,
        deemed_months=0,
        is_employed=True,
    )


@pytest.mark.parametrize(
    ("stated", "category"), [("50", Category.FEMALE_50), ("55", Category.FEMALE_55), ("unsure", None)]
)
def test_a_woman_states_her_original_age_or_is_not_sure(stated: str, category: Category | None) -> None:
    found = of(original_retirement_age=stated)

    assert found is not None
    assert found.category is category


@pytest.mark.parametrize("leftover", [None, "50", "unsure"])
def test_a_man_is_a_man_whatever_was_left_over(leftover: str | None) -> None:
    found = of(id_number=id_number(date(1966, 6, 1), woman=False), original_retirement_age=leftover)

    assert found is not None
    assert (found.sex, found.category, found.birth) == (Sex.MALE, Category.MALE, Month(1966, 6))


def test_a_chosen_month_comes_with_its_paper() -> None:
    early, late = of(**EARLY), of(**LATE)

    assert early is not None
    assert (early.timing, early.chosen_month) == (Timing.EARLY, Month(2026, 6))
    assert (early.early_notice_on, early.late_agreement_on) == (date(2026, 3, 1), None)
    assert late is not None
    assert (late.timing, late.chosen_month) == (Timing.LATE, Month(2028, 6))
    assert (late.early_notice_on, late.late_agreement_on) == (None, date(2026, 10, 1))


def test_a_chosen_month_left_over_plays_no_part_on_time() -> None:
    found = of(retirement_timing="on_time", chosen_month="2026-06")

    assert found is not None
    assert (found.timing, found.chosen_month) == (Timing.ON_TIME, None)


def test_special_work_and_lost_ability_need_no_original_age() -> None:
    special = of(**SPECIAL, original_retirement_age=None)
    disability = of(**DISABILITY, original_retirement_age=None)

    assert special is not None
    assert (special.retirement_type, special.category) == (RetirementType.SPECIAL, None)
    assert (special.special_work_kind, special.special_work_months) == ("underground", 108)
    assert disability is not None
    assert (disability.retirement_type, disability.appraisal_on) == (RetirementType.DISABILITY, date(2026, 5, 1))


def test_months_beside_those_paid_and_who_pays_are_read() -> None:
    found = of(deemed_contribution_months=36, employment="flexible")

    assert found is not None
    assert (found.contribution_months, found.deemed_months, found.is_employed) == (312, 36, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"id_number": None},
        {"retirement_type": None},
        {"contribution_months": None},
        {"original_retirement_age": None},
        {**EARLY, "chosen_month": None},
        {**LATE, "chosen_month": None},
        {**SPECIAL, "special_work_kind": None},
        {**SPECIAL, "special_work_months": None},
        {**SPECIAL, "contribution_months": None},
        {**DISABILITY, "appraisal_on": None},
        {**DISABILITY, "contribution_months": None},
    ],
)
def test_nothing_is_said_before_what_is_needed_is_answered(changes: dict[str, Any]) -> None:
    assert of(**changes) is None


@pytest.mark.parametrize("unanswered", [{"early_notice_on": None}, {"early_notice_on": ""}])
def test_a_paper_without_a_day_is_left_to_the_clerk(unanswered: dict[str, Any]) -> None:
    found = of(**{**EARLY, **unanswered})

    assert found is not None
    assert found.early_notice_on is None


@pytest.mark.parametrize(
    ("given", "months"),
    [
        ({}, None),
        ({"medical_paid_months": 200}, MedicalMonths(200, None, 0)),
        ({"medical_in_province_months": 0}, MedicalMonths(None, 0, 0)),
        ({"medical_deemed_months": 60}, None),
        (
            {"medical_paid_months": 200, "medical_in_province_months": 150, "medical_deemed_months": 60},
            MedicalMonths(200, 150, 60),
        ),
    ],
)
def test_medical_months_are_those_she_states(given: dict[str, int], months: MedicalMonths | None) -> None:
    assert medical_months_of(given) == months
