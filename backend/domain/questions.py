"""The question graph: which pages are shown for the answers so far, and what a page makes of what was typed.

The wording comes from config/questions.zh-CN.yaml; a condition there is the name of a predicate below. How a single
answer is read lives in answers.py, how it is checked in answer_checks.py, how it is said in answer_words.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.domain import answer_words
from backend.domain import answers as reading
from backend.domain.answer_checks import CHECKS, warning_of
from backend.domain.answers import Answers, NotAnAnswer, QuestionType
from backend.domain.errors import AnswersInvalid, IdentifierInvalid, NotFound
from backend.domain.people import Sex
from backend.domain.places import District, read_area

Predicate = Callable[[Answers], bool]


def _is(key: str, *values: str) -> Predicate:
    return lambda answers: answers.get(key) in values


def _both(first: Predicate, second: Predicate) -> Predicate:
    return lambda answers: first(answers) and second(answers)


def _either(first: Predicate, second: Predicate) -> Predicate:
    return lambda answers: first(answers) or second(answers)


def _is_woman(answers: Answers) -> bool:
    return reading.sex_of(answers) is Sex.FEMALE


def _household_here(answers: Answers) -> bool:
    area = answers.get("household_area")
    return isinstance(area, Mapping) and area.get("in_district") is True


def _household_elsewhere(answers: Answers) -> bool:
    return isinstance(answers.get("household_area"), Mapping) and not _household_here(answers)


_normal = _is("retirement_type", "normal")
_early = _both(_normal, _is("retirement_timing", "early"))
_late = _both(_normal, _is("retirement_timing", "late"))
_special = _is("retirement_type", "special")
_disability = _is("retirement_type", "disability")
_retirement = _is("retirement_filing", "combined")
_medical = _is("medical_filing", "combined")
_reward = _is("wants_only_child_reward", "yes")
_only_child = _both(_reward, _is("only_child_filing", "combined"))
_elsewhere_or_moved_in = _either(_household_elsewhere, _both(_household_here, _is("household_moved_in", "yes")))

PREDICATES: Mapping[str, Predicate] = {
    "always": lambda _answers: True,
    "never": lambda _answers: False,
    # questions
    "retiring_normally": _normal,
    "woman_retiring_normally": _both(_is_woman, _normal),
    "retiring_at_a_chosen_month": _either(_early, _late),
    "retiring_early": _early,
    "retiring_late": _late,
    "retiring_by_special_work": _special,
    "retiring_by_disability": _disability,
    "medical_filed_together": _medical,
    "wants_only_child_reward": _reward,
    "only_child_filed_together": _only_child,
    "only_child_filed_together_and_household_here": _both(_only_child, _household_here),
    "money_comes_through_the_case": _either(_retirement, _only_child),
    "delivered_by_express": _is("delivery", "express"),
    # materials
    "retirement_filed_together": _retirement,
    "early_retirement_filed_together": _both(_retirement, _early),
    "late_retirement_filed_together": _both(_retirement, _late),
    "special_work_filed_together": _both(_retirement, _special),
    "disability_filed_together": _both(_retirement, _disability),
    "spouse_papers_needed": _both(_only_child, _is("marital_status", "married", "remarried")),
    "divorce_papers_needed": _both(_only_child, _is("marital_status", "divorced", "remarried")),
    "widowhood_papers_needed": _both(_only_child, _is("marital_status", "widowed")),
    "earlier_household_proof_needed": _both(_only_child, _elsewhere_or_moved_in),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a question offers."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its words, its type, when it is asked and what is checked. `repeats` names the one it repeats.

    `years` are the first and last year that a month or date is offered for, counted from this year: (-70, 0).
    """

    key: str
    type: QuestionType
    label: str
    help: str = ""
    why: str = ""
    where: str = ""
    example: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    max_length: int = 100
    years: tuple[int, int] | None = None
    shown_when: str = "always"
    required_when: str = "always"
    validate: tuple[str, ...] = ()
    sensitive: bool = False
    repeats: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of one question, rarely a few; `title` is the heading."""

    key: str
    group: str
    title: str
    questions: tuple[Question, ...]
    shown_when: str = "always"


@dataclass(frozen=True, slots=True)
class QuestionGraph:
    """Every page in order. The answers so far decide which are shown."""

    groups: tuple[str, ...]
    pages: tuple[Page, ...]
    district: District

    def shown_pages(self, answers: Answers) -> tuple[Page, ...]:
        """The pages to be answered, in order; answers of pages not shown play no part."""
        return tuple(page for page, _ in self._walk(answers))

    def shown_questions(self, page: Page, answers: Answers) -> tuple[Question, ...]:
        """The questions of a page that are asked for these answers."""
        return tuple(question for question in page.questions if PREDICATES[question.shown_when](answers))

    def page(self, page_key: str, answers: Answers) -> Page:
        """A shown page by its key. Raises NotFound for a key that is not shown for these answers."""
        for page in self.shown_pages(answers):
            if page.key == page_key:
                return page
        raise NotFound("这一页现在不用填，请返回继续。", page=page_key)

    def question(self, key: str) -> Question:
        """A question by its key. Raises KeyError for a key that is nowhere in the graph."""
        return next(question for page in self.pages for question in page.questions if question.key == key)

    def parse(
        self, page_key: str, raw: Mapping[str, object], answers: Answers, today: date | None = None
    ) -> dict[str, Any]:
        """Reads what was typed on a page into normalised, JSON-able answers by question key.

        An optional question left blank is None. With `today`, days and months to come are refused too.
        Raises AnswersInvalid with all faults at once, NotFound for a page that is not shown.
        """
        page = self.page(page_key, answers)
        parsed: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        for question in self.shown_questions(page, {**answers, **raw}):
            try:
                parsed[question.key] = self._read(question, raw.get(question.key), {**answers, **parsed}, today)
            except (NotAnAnswer, IdentifierInvalid) as fault:
                faults.append((question.key, str(fault)))
        known = {question.key for question in page.questions}
        faults.extend((key, "这一页没有这个问题，请刷新页面。") for key in raw if key not in known)
        if faults:
            raise AnswersInvalid(faults)
        return parsed

    def read(self, key: str, raw: object) -> Any:
        """One answer as its question reads it, asked yet or not. Raises NotAnAnswer, IdentifierInvalid, KeyError."""
        return self._read(self.question(key), raw, {}, None)

    def open_page(self, answers: Answers, today: date | None = None) -> str | None:
        """The first shown page that is not answered, or no longer fits what was answered since; None when all are."""
        for page, seen in self._walk(answers):
            for question in self.shown_questions(page, seen):
                if question.key not in answers or not self._still_fits(question, answers, today):
                    return page.key
        return None

    def is_complete(self, answers: Answers, today: date | None = None) -> bool:
        return self.open_page(answers, today) is None

    def effective(self, answers: Answers) -> dict[str, Any]:
        """The answers that count, in the graph's order: what a change made irrelevant is left out."""
        return {
            question.key: answers[question.key]
            for page, seen in self._walk(answers)
            for question in self.shown_questions(page, seen)
            if question.key in answers
        }

    def warnings(self, answers: Answers) -> tuple[tuple[str, str], ...]:
        """(question key, sentence) for answers worth a second look; none of them stops anything."""
        questions = [self.question(key) for key, value in self.effective(answers).items() if value is not None]
        found = [(q.key, warning_of(q.type, answers[q.key])) for q in questions if q.repeats is None]
        return tuple((key, sentence) for key, sentence in found if sentence)

    def display(self, question: Question, value: Any) -> str:
        """An answer as Chinese text, masked where it identifies a person."""
        if question.sensitive:
            return answer_words.masked_in_words(question.type, value, _labels(question))
        return self.display_whole(question, value)

    def display_whole(self, question: Question, value: Any) -> str:
        """An answer as Chinese text, whole. Showing a sensitive one to staff writes an audit row first."""
        return answer_words.in_words(question.type, value, _labels(question))

    def _walk(self, answers: Answers) -> list[tuple[Page, dict[str, Any]]]:
        """Shown pages, each with the answers of pages shown up to and with it."""
        seen: dict[str, Any] = {}
        shown: list[tuple[Page, dict[str, Any]]] = []
        for page in self.pages:
            if PREDICATES[page.shown_when](seen):
                seen |= {question.key: answers[question.key] for question in page.questions if question.key in answers}
                shown.append((page, dict(seen)))
        return shown

    def _still_fits(self, question: Question, answers: Answers, today: date | None) -> bool:
        try:
            self._read(question, answers[question.key], answers, today)
        except (NotAnAnswer, IdentifierInvalid):
            return False
        return True

    def _read(self, question: Question, raw: object, answers: Answers, today: date | None) -> Any:
        if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == {}:
            if PREDICATES[question.required_when](answers):
                verb = "请选一项" if question.type in (QuestionType.CHOICE, QuestionType.YES_NO) else "请填写"
                raise NotAnAnswer(f"{verb}：{question.label}。")
            return None
        value = self._value(question, raw)
        for name in question.validate:
            if sentence := CHECKS[name](value, answers, today):
                raise NotAnAnswer(sentence)
        return value

    def _value(self, question: Question, raw: object) -> Any:
        match question.type:
            case QuestionType.TEXT:
                return reading.read_text(raw, question.max_length)
            case QuestionType.NAME:
                return reading.read_name(raw, question.max_length)
            case QuestionType.ADDRESS:
                return reading.read_address(raw, question.max_length)
            case QuestionType.CHOICE:
                return reading.read_choice(raw, tuple(choice.value for choice in question.choices))
            case QuestionType.YES_NO:
                return reading.read_choice(raw, YES_NO)
            case QuestionType.AREA:
                return read_area(raw, self.district)
            case _:
                return _READERS[question.type](raw)


YES_NO = ("yes", "no")
_READERS: Mapping[QuestionType, Callable[[object], Any]] = {
    QuestionType.ID_NUMBER: reading.read_id_number,
    QuestionType.MONTH: reading.read_month,
    QuestionType.DATE: reading.read_date,
    QuestionType.MONEY: reading.read_money,
    QuestionType.MONTHS: reading.read_months,
    QuestionType.BANK_ACCOUNT: reading.read_bank_account,
    QuestionType.PHONE: reading.read_phone,
    QuestionType.POSTCODE: reading.read_postcode,
}


def _labels(question: Question) -> dict[str, str]:
    return {choice.value: choice.label for choice in question.choices}
