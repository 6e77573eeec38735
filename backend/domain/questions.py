"""The question graph: which pages are shown for the answers so far, and what a page makes of what was typed.

The wording comes from config/questions.zh-CN.yaml; a condition there is a name in predicates.py. How a single answer is
read lives in answers.py, how it is checked in answer_checks.py, how it is said in answer_words.py.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.domain import answer_words
from backend.domain import answers as reading
from backend.domain.answer_checks import CHECKS, warning_of
from backend.domain.answers import Answers, NotAnAnswer, QuestionType
from backend.domain.errors import AnswersInvalid, IdentifierInvalid, NotFound
from backend.domain.places import District, read_area
from backend.domain.predicates import PREDICATES


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
class AskedPage:
    """A page that is shown, with those of its questions that are asked."""

    page: Page
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through the graph: the pages shown, in order, and the answers that count.

    What a later change made irrelevant is not among `effective`: it is kept, but decides nothing and goes nowhere.
    """

    pages: tuple[AskedPage, ...]
    effective: Mapping[str, Any]

    def page(self, page_key: str) -> AskedPage:
        """A shown page by its key. Raises NotFound for a key that is not shown."""
        for asked in self.pages:
            if asked.page.key == page_key:
                return asked
        raise NotFound("这一页现在不用填，请返回继续。", page=page_key)


@dataclass(frozen=True, slots=True)
class QuestionGraph:
    """Every page in order. The answers so far decide which are shown."""

    groups: tuple[str, ...]
    pages: tuple[Page, ...]
    district: District
    _questions: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        questions = {question.key: question for page in self.pages for question in page.questions}
        object.__setattr__(self, "_questions", questions)

    def walk(self, answers: Answers) -> Walk:
        """The way that these answers lead. Each question is decided by the answers that count before it."""
        effective: dict[str, Any] = {}
        pages: list[AskedPage] = []
        for page in self.pages:
            if not PREDICATES[page.shown_when](effective):
                continue
            asked = []
            for question in page.questions:
                if PREDICATES[question.shown_when](effective):
                    asked.append(question)
                    if question.key in answers:
                        effective[question.key] = answers[question.key]
            pages.append(AskedPage(page, tuple(asked)))
        return Walk(tuple(pages), effective)

    def page(self, page_key: str, answers: Answers) -> Page:
        """A shown page by its key. Raises NotFound for a key that is not shown for these answers."""
        return self.walk(answers).page(page_key).page

    def question(self, key: str) -> Question:
        """A question by its key. Raises KeyError for a key that is nowhere in the graph."""
        return self._questions[key]

    def parse(
        self, page_key: str, raw: Mapping[str, object], answers: Answers, today: date | None = None
    ) -> dict[str, Any]:
        """Reads what was typed on a page into normalised, JSON-able answers by question key.

        An optional question left blank is None. With `today`, days and months to come are refused too.
        Raises AnswersInvalid with all faults at once, NotFound for a page that is not shown.
        """
        walk = self.walk(answers)
        page, given = walk.page(page_key).page, {**walk.effective, **raw}
        parsed: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        for question in (each for each in page.questions if PREDICATES[each.shown_when](given)):
            try:
                parsed[question.key] = self._read(question, raw.get(question.key), {**walk.effective, **parsed}, today)
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
        return self.open_page_of(self.walk(answers), today)

    def open_page_of(self, walk: Walk, today: date | None = None, doubtful: Collection[str] = ()) -> str | None:
        """The same of a walk already taken. `doubtful` are questions whose answers cannot stand for another reason."""
        known = walk.effective
        for asked in walk.pages:
            for question in asked.questions:
                is_known = question.key in known and question.key not in doubtful
                if not (is_known and self._still_fits(question, known, today)):
                    return asked.page.key
        return None

    def is_complete(self, answers: Answers, today: date | None = None) -> bool:
        return self.open_page(answers, today) is None

    def effective(self, answers: Answers) -> Mapping[str, Any]:
        """The answers that count, in the graph's order: what a change made irrelevant is left out."""
        return self.walk(answers).effective

    def warning(self, question: Question, value: Any) -> str | None:
        """A sentence for an answer worth a second look; it stops nothing. What is typed twice is warned of once."""
        return None if value is None or question.repeats else warning_of(question.type, value)

    def display(self, question: Question, value: Any) -> str:
        """An answer as Chinese text, masked where it identifies a person."""
        if question.sensitive:
            return answer_words.masked_in_words(question.type, value, _labels(question))
        return self.display_whole(question, value)

    def display_whole(self, question: Question, value: Any) -> str:
        """An answer as Chinese text, whole. Showing a sensitive one to staff writes an audit row first."""
        return answer_words.in_words(question.type, value, _labels(question))

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
