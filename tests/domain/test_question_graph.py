"""The whole question graph, walked: every page reachable, every path ends at the check of all answers, nothing is asked
twice, nothing in it is unused, and the browser can draw it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backend.domain.answer_checks import CHECKS
from backend.domain.answers import QuestionType
from backend.domain.predicates import PREDICATES
from backend.domain.questions import Question
from tests.domain.examples import AREA_ELSEWHERE, AREA_HERE, answers, id_number, rulebook

GRAPH = rulebook().graph
SLOTS = rulebook().materials.rows
TODAY = date(2026, 11, 24)
QUESTIONS = [question for page in GRAPH.pages for question in page.questions]
PAGES = {page.key: page for page in GRAPH.pages}
H5 = Path(__file__).parents[2] / "h5" / "src" / "applicant"
MAN, WOMAN = id_number(date(1965, 1, 12), woman=False), id_number(date(1976, 3, 12))

# Inputs as they come from a phone, by question key; choices are taken from the graph, the rest from the examples.
SEVERAL: dict[str, list[Any]] = {"id_number": [MAN, WOMAN], "household_area": [AREA_HERE, AREA_ELSEWHERE]}
# The answers that any predicate looks at: two walks that agree in these go on alike.
DECIDING = (
    "id_number",
    "household_area",
    "retirement_type",
    "retirement_timing",
    "retirement_filing",
    "medical_filing",
    "wants_only_child_reward",
    "only_child_filing",
    "marital_status",
    "household_moved_in",
    "delivery",
)


class Recorded(dict[str, Any]):
    """Answers that know which of them were asked for."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self.asked_for: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked_for.add(key)
        return super().get(key, default)


def inputs_for(question: Question) -> list[Any]:
    return [choice.value for choice in question.choices] or SEVERAL.get(question.key) or [answers()[question.key]]


def walks() -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Every path through the graph that differs in what decides: (pages in order, answers)."""
    open_walks: list[tuple[list[str], dict[str, Any]]] = [([], {})]
    seen: set[tuple[str | None, str]] = set()
    while open_walks:
        visited, given = open_walks.pop()
        key = GRAPH.open_page(given, TODAY)
        state = (key, repr([given.get(name) for name in DECIDING]))
        if state in seen:
            continue
        seen.add(state)
        if key is None:
            yield visited, given
            continue
        options: list[dict[str, Any]] = [{}]
        for question in PAGES[key].questions:
            options = [{**option, question.key: value} for option in options for value in inputs_for(question)]
        for raw in options:
            open_walks.append(([*visited, key], {**given, **GRAPH.parse(key, raw, given, TODAY)}))


WALKS = list(walks())


def test_every_path_ends_and_asks_nothing_twice() -> None:
    keys = [question.key for question in QUESTIONS]

    assert len(WALKS) > 1000
    assert len(set(keys)) == len(keys)
    assert all(len(set(visited)) == len(visited) for visited, _ in WALKS)


def test_every_page_and_every_question_is_reachable() -> None:
    asked = {question.key for _, given in WALKS for page in GRAPH.walk(given).pages for question in page.questions}

    assert {key for visited, _ in WALKS for key in visited} == set(PAGES)
    assert asked == {question.key for question in QUESTIONS}


def test_every_path_ends_where_all_answers_are_checked() -> None:
    """Nothing is left open, nothing that was asked is left out, and the items it chooses are those of the form."""
    for visited, given in WALKS:
        walk = GRAPH.walk(given)
        assert GRAPH.open_page_of(walk, TODAY) is None
        assert [asked.page.key for asked in walk.pages] == visited
        assert walk.effective == given
        assert rulebook().chosen_items(given)


def test_every_material_is_called_for_on_some_path_and_the_id_card_on_each() -> None:
    called_for = [{slot.key for slot in rulebook().checklist(given)} for _, given in WALKS]

    assert set.union(*called_for) == {rule.slot.key for rule in SLOTS}
    assert {"application_form", "id_card"} <= set.intersection(*called_for)


def test_what_decides_is_what_the_walks_vary() -> None:
    recorded = [Recorded(given) for _, given in WALKS[:: len(WALKS) // 500]]
    for given in recorded:
        for predicate in PREDICATES.values():
            predicate(given)

    assert set.union(*(given.asked_for for given in recorded)) == set(DECIDING)


def test_every_predicate_and_every_check_is_used() -> None:
    used = {page.shown_when for page in GRAPH.pages} | {rule.when for rule in SLOTS}
    used |= {name for question in QUESTIONS for name in (question.shown_when, question.required_when)}

    assert used == set(PREDICATES)
    assert {name for question in QUESTIONS for name in question.validate} == set(CHECKS)


def test_a_predicate_holds_on_one_path_and_not_on_another() -> None:
    constant = {"always", "never"}
    values = {name: {PREDICATES[name](given) for _, given in WALKS} for name in PREDICATES}

    assert {name for name, seen in values.items() if seen != {True, False}} == constant


@pytest.mark.parametrize("question_type", QuestionType)
def test_the_browser_has_a_control_for_every_type(question_type: QuestionType) -> None:
    controls = (H5 / "questions" / "controls.ts").read_text(encoding="utf-8")

    assert re.search(rf"^  {question_type}: \(", controls, re.MULTILINE)


def test_every_type_but_money_is_asked() -> None:
    """The joint form asks for no amount of money."""
    assert {question.type for question in QUESTIONS} == set(QuestionType) - {QuestionType.MONEY}


def test_the_browser_has_a_drawing_for_every_sample() -> None:
    drawings = (H5 / "materials" / "SampleDrawing.vue").read_text(encoding="utf-8")
    samples = {sample for rule in SLOTS for sample in (rule.slot.sample, *rule.slot.kind_samples.values())}

    assert samples == set(re.findall(r"^  (\w+): '\w+',$", drawings, re.MULTILINE))


# ── how it is laid out and said ──


def test_pages_follow_the_order_of_their_groups() -> None:
    order = [GRAPH.groups.index(page.group) for page in GRAPH.pages]

    assert order == sorted(order)


def test_a_page_asks_one_question_but_for_three() -> None:
    assert {key for key, page in PAGES.items() if len(page.questions) > 1} == {
        "medical_months",
        "bank",
        "delivery_address",
    }


def test_what_is_chosen_from_fits_one_screen() -> None:
    assert all(len(question.choices) <= 7 for question in QUESTIONS)
    assert all(question.years for question in QUESTIONS if question.type in (QuestionType.MONTH, QuestionType.DATE))


def test_only_the_months_of_medical_insurance_and_papers_not_signed_yet_may_be_left_blank() -> None:
    optional = {question.key for question in QUESTIONS if question.required_when != "always"}

    papers = {"early_notice_on", "late_agreement_on"}
    assert optional == {"medical_paid_months", "medical_in_province_months", "medical_deemed_months"} | papers
    assert "不清楚可以不填，区医保局会核" in GRAPH.question("medical_paid_months").help


def test_every_question_helps_her_to_answer_it() -> None:
    helpless = [question.key for question in QUESTIONS if not (question.help or question.why or question.where)]

    assert set(helpless) == {"delivery", "delivery_name", "delivery_phone"}


def test_an_example_is_one_that_would_be_taken() -> None:
    for question in QUESTIONS:
        if question.example:
            assert GRAPH.read(question.key, question.example) is not None, question.key


def test_the_wording_is_calm() -> None:
    words = [page.title for page in GRAPH.pages]
    words += [f"{question.label}{question.help}{question.why}{question.where}" for question in QUESTIONS]

    assert not any(mark in text for text in words for mark in "!！")


def test_what_identifies_a_person_is_marked_sensitive() -> None:
    identifying = {
        *(QuestionType.NAME, QuestionType.ID_NUMBER, QuestionType.PHONE),
        *(QuestionType.BANK_ACCOUNT, QuestionType.AREA, QuestionType.ADDRESS),
    }

    assert all(question.sensitive is (question.type in identifying) for question in QUESTIONS)
