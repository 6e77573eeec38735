"""Pre-check: five answers give the same items, months and materials as a whole case would."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest

from backend.domain.errors import AnswersInvalid
from backend.domain.items import ItemCode
from backend.domain.people import Month
from backend.domain.precheck import (
    PrecheckAnswers,
    PrecheckCategory,
    applicable,
    carried_over,
    openings,
    read_precheck,
    to_bring,
)
from backend.domain.retirement import RetirementType
from tests.domain.examples import AREA_ELSEWHERE, AREA_HERE, answers, rulebook

TODAY = Month(2026, 11)
GIVEN = {
    "birth_month": "1976-03",
    "category": "female_50",
    "retirement_type": "normal",
    "wants_only_child_reward": "yes",
    "has_housing_fund": "yes",
}


def read(**changes: str) -> PrecheckAnswers:
    return read_precheck({**GIVEN, **changes})


def months(**changes: str) -> list[str | None]:
    found = openings(read(**changes), TODAY, rulebook().policy)
    return [str(opening.month) if opening.month else None for opening in found]


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def test_the_five_answers_are_read() -> None:
    assert read() == PrecheckAnswers(Month(1976, 3), PrecheckCategory.FEMALE_50, RetirementType.NORMAL, True, True)


def test_everything_that_is_missing_or_unknown_is_told_at_once() -> None:
    with pytest.raises(AnswersInvalid) as refusal:
        read_precheck({"birth_month": "3月", "category": "woman"})

    assert [key for key, _ in refusal.value.errors] == list(GIVEN)


@pytest.mark.parametrize("month", ["1949-12", "2001-01", "0076-03"])
def test_a_year_nobody_asks_for_is_asked_for_again(month: str) -> None:
    with pytest.raises(AnswersInvalid, match="1950年1月到 2000年12月"):
        read(birth_month=month)


@pytest.mark.parametrize("month", ["1950-01", "2000-12"])
def test_the_first_and_the_last_month_are_read(month: str) -> None:
    assert str(read(birth_month=month).birth) == month


# ── when ─────────────────────────────────────────────────────────────────────────────────────

# fmt: off
OPENINGS = [
    # born       category         type          from
    ("1976-03", "female_50",     "normal",     ["2026-11"]),
    ("1976-05", "female_50",     "normal",     ["2027-02"]),
    ("1971-09", "female_55",     "normal",     ["2027-03"]),
    ("1976-05", "female_unsure", "normal",     ["2027-02", "2033-01"]),
    ("1966-06", "male",          "normal",     ["2026-11"]),
    ("1964-12", "male",          "normal",     ["2024-12"]),
    ("1971-12", "male",          "special",    ["2026-12"]),
    ("1981-11", "female_50",     "special",    ["2026-11"]),
    ("1990-01", "male",          "disability", [None]),
]
# fmt: on


@pytest.mark.parametrize(("born", "category", "kind", "opens"), OPENINGS)
def test_she_can_file_from_the_month_the_law_says(born: str, category: str, kind: str, opens: list[str]) -> None:
    assert months(birth_month=born, category=category, retirement_type=kind) == opens


def test_whoever_is_too_early_hears_how_early_the_law_lets_her_go() -> None:
    def earliest(born: str) -> str:
        return str(openings(read(birth_month=born), TODAY, rulebook().policy)[0].flexible_from)

    assert earliest("1976-12") == "2027-03"  # 50 in 2026-12; the notice is due three months before
    assert earliest("1976-03") == "None"


def test_a_disability_benefit_asks_for_no_months_of_contribution() -> None:
    [opening] = openings(read(retirement_type="disability"), TODAY, rulebook().policy)

    assert (opening.month, opening.minimum_contribution_months) == (None, None)
    assert "72号" in opening.law


# ── which items ──────────────────────────────────────────────────────────────────────────────


def test_the_items_are_those_a_case_with_these_answers_would_have() -> None:
    for kind, reward, fund in product(RetirementType, ("yes", "no"), ("yes", "no")):
        wished = {"retirement_type": kind.value, "wants_only_child_reward": reward, "has_housing_fund": fund}

        found = applicable(read(**wished), rulebook().materials)

        assert found[0].value == f"retire_{kind}"
        assert found[1:3] == (ItemCode.PENSION_PAYMENT, ItemCode.MEDICAL_YEARS)
        assert (ItemCode.ONLY_CHILD_REWARD in found, ItemCode.HOUSING_FUND in found) == (reward == "yes", fund == "yes")


# ── what to bring ────────────────────────────────────────────────────────────────────────────


def cases(how_many: int) -> Iterator[dict[str, Any]]:
    """Whole sets of answers with every choice drawn anew, everything filed together."""
    draw = Random(20261124)  # noqa: S311 - draws examples, nothing secret
    asked = [question for page in rulebook().graph.pages for question in page.questions]
    choices = {q.key: [choice.value for choice in q.choices] for q in asked if q.choices}
    choices |= {q.key: ["yes", "no"] for q in asked if q.type == "yes_no"}
    together = dict.fromkeys(("retirement_filing", "medical_filing", "only_child_filing"), "combined")
    for _ in range(how_many):
        drawn = {key: draw.choice(values) for key, values in choices.items()}
        yield answers(**{**drawn, **together, "household_area": draw.choice((AREA_HERE, AREA_ELSEWHERE))})


def test_whatever_is_answered_later_nothing_is_asked_for_that_was_not_told_and_what_was_sure_is() -> None:
    rules, graph = rulebook().materials, rulebook().graph
    for each in cases(1000):
        told = to_bring(
            read(**{key: each[key] for key in ("retirement_type", "wants_only_child_reward", "has_housing_fund")}),
            rules,
            graph,
        )
        asked_for = {slot.key for slot in rulebook().checklist(each)}

        assert {bring.rule.slot.key for bring in told if bring.certain} <= asked_for
        assert asked_for <= {bring.rule.slot.key for bring in told}


def test_papers_of_the_family_hang_on_what_is_answered_later() -> None:
    told = {bring.rule.slot.key: bring.certain for bring in to_bring(read(), rulebook().materials, rulebook().graph)}

    assert told["only_child_certificate"]
    assert (told["marriage_certificate"], told["divorce_certificate"], told["birth_history_proof"]) == (False,) * 3
    assert "special_work_approval" not in told


# ── carried over ─────────────────────────────────────────────────────────────────────────────


def test_the_answers_become_the_cases_own() -> None:
    carried = carried_over({key: GIVEN[key] for key in GIVEN if key != "birth_month"}, rulebook().graph)

    assert carried == {
        "retirement_type": "normal",
        "wants_only_child_reward": "yes",
        "has_housing_fund": "yes",
        "original_retirement_age": "50",
    }


def test_a_woman_who_is_not_sure_goes_on_as_not_sure() -> None:
    assert carried_over({"category": "female_unsure"}, rulebook().graph) == {"original_retirement_age": "unsure"}


def test_a_mans_category_and_what_was_left_out_stay_unanswered() -> None:
    assert carried_over({"category": "male", "has_housing_fund": "no"}, rulebook().graph) == {"has_housing_fund": "no"}
    assert carried_over({}, rulebook().graph) == {}


def test_an_answer_that_its_question_does_not_offer_is_refused() -> None:
    with pytest.raises(AnswersInvalid) as refusal:
        carried_over({"retirement_type": "someday", "has_housing_fund": "no"}, rulebook().graph)

    assert [key for key, _ in refusal.value.errors] == ["retirement_type"]
