"""The questions of a case as the applicant's browser draws them: page by page, with what was answered and what it may
still change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.domain.answers import QuestionType
from backend.domain.case import Case, State
from backend.domain.predicates import PREDICATES
from backend.domain.questions import AskedPage, Question, Walk
from backend.domain.retirement_month import Window
from backend.domain.review import Judgement
from backend.domain.rulebook import Rulebook

View = dict[str, Any]

# What she herself only sees masked: a number over her shoulder is worth more than her name.
MASKED_TO_HERSELF = frozenset({QuestionType.ID_NUMBER, QuestionType.PHONE, QuestionType.BANK_ACCOUNT})


def page_views(
    case: Case,
    rulebook: Rulebook,
    walk: Walk,
    open_page: str | None,
    why_reopened: Mapping[str, Judgement],
    today: date,
) -> list[View]:
    """PageView of the API for every page of the walk; `why_reopened` is what the window did not pass, by subject."""
    views = [_page_view(case, rulebook, walk, asked, open_page, why_reopened, today) for asked in walk.pages]
    by_key = {question["key"]: question for view in views for question in view["questions"]}
    if (month := by_key.get("chosen_month")) and (window := rulebook.months_to_choose(walk.effective)):
        month |= _within(window)
    for key, sentence in rulebook.unlawful_choices(walk.effective).items():
        by_key[key]["warning"] = sentence
    return views


def _within(window: Window) -> View:
    """What the question of the month says more, when it is known from which months she may choose."""
    said = f"您可以选 {window.earliest.chinese}到 {window.latest.chinese}，和告知书或协议书上写的一样。"
    return {"help": said, "first_year": window.earliest.year, "last_year": window.latest.year}


def _page_view(
    case: Case,
    rulebook: Rulebook,
    walk: Walk,
    asked: AskedPage,
    open_page: str | None,
    why_reopened: Mapping[str, Judgement],
    today: date,
) -> View:
    page = asked.page
    is_open = page.key == open_page
    answered = all(question.key in walk.effective for question in asked.questions)
    reasons = [
        rulebook.checks.sentence(f"field:{question.key}", why.reason_code, why.note)
        for question in asked.questions
        if (why := why_reopened.get(f"field:{question.key}"))
    ]
    is_reopened = case.state is State.RETURNED and (bool(reasons) or not answered or is_open)
    editable = case.state is State.DRAFT or is_reopened
    status = "open" if is_open else "done" if answered else "todo"
    return {
        "key": page.key,
        "group": page.group,
        "title": page.title,
        "status": status if editable else "locked",
        "editable": editable,
        "return_reason": "；".join(reasons) or None,
        "questions": [_question_view(question, rulebook, walk, today) for question in asked.questions],
    }


def _question_view(question: Question, rulebook: Rulebook, walk: Walk, today: date) -> View:
    graph, value = rulebook.graph, walk.effective.get(question.key)
    masked = question.type in MASKED_TO_HERSELF
    words = graph.display(question, value) if masked else graph.display_whole(question, value)
    return {
        "key": question.key,
        "type": question.type,
        "label": question.label,
        "help": question.help,
        "why": question.why,
        "where": question.where,
        "example": question.example,
        "unit": question.unit,
        "choices": [{"value": c.value, "label": c.label, "help": c.hint} for c in question.choices] or None,
        "first_year": today.year + question.years[0] if question.years else None,
        "last_year": today.year + question.years[1] if question.years else None,
        "required": PREDICATES[question.required_when](walk.effective),
        "sensitive": masked,
        "repeats": question.repeats,
        "value": None if masked else value,
        "display": words if value is not None else None,
        "warning": graph.warning(question, value),
    }
