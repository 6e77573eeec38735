"""Reads config's questions and the papers that their answers call for: names of predicates and checks must exist, keys
must be unique, and what one file says of another must be there."""

from collections.abc import Mapping
from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located, refuse_repeats
from backend.domain.absences import Waiver
from backend.domain.answer_checks import CHECKS
from backend.domain.answers import QuestionType
from backend.domain.items import Department, Item, ItemCode
from backend.domain.materials import MaterialRule, MaterialRules, Part, Slot, Whose
from backend.domain.places import District, Place
from backend.domain.predicates import PREDICATES
from backend.domain.questions import YES_NO, Choice, Page, Question, QuestionGraph
from backend.domain.reading import DocumentKind


def _predicate(located: Located, key: str) -> str:
    name = located.text_at(key, "always")
    if name not in PREDICATES:
        located[key].fault(f"there is no predicate {name!r}")
    return name


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────

_QUESTION_KEYS = (
    "key", "type", "label", "help", "why", "where", "example", "unit", "choices", "max_length",
    "years", "shown_when", "required_when", "validate", "sensitive", "repeats",
)  # fmt: skip


def read_graph(questions: Path, district: Path) -> QuestionGraph:
    """The question graph. Raises ConfigFault for unknown predicates and checks, and for keys given twice."""
    file = located_yaml.read(questions)
    file.only("source", "groups", "pages")
    groups = file["groups"].texts()
    refuse_repeats(file["pages"].each(), "key")
    refuse_repeats((question for page in file["pages"].each() for question in page["questions"].each()), "key")
    pages = tuple(_page(page, groups) for page in file["pages"].each())
    _check_repeats(file, pages)
    return QuestionGraph(groups, pages, _district(district))


def _page(page: Located, groups: tuple[str, ...]) -> Page:
    page.only("key", "group", "title", "shown_when", "questions")
    if (group := page["group"].text()) not in groups:
        page["group"].fault(f"{group!r} is not one of the groups")
    questions = tuple(_question(question) for question in page["questions"].each())
    return Page(page["key"].text(), group, page["title"].text(), questions, _predicate(page, "shown_when"))


def _question(question: Located) -> Question:
    given = question.only(*_QUESTION_KEYS)
    kind = question["type"].one_of(QuestionType)
    choices = _choices(question, kind)
    return Question(
        key=question["key"].text(),
        type=kind,
        label=question["label"].text(),
        help=question.text_at("help"),
        why=question.text_at("why"),
        where=question.text_at("where"),
        example=question.text_at("example"),
        unit=question.text_at("unit"),
        choices=choices,
        max_length=given["max_length"].whole(1) if "max_length" in given else 100,
        years=_years(given["years"]) if "years" in given else None,
        shown_when=_predicate(question, "shown_when"),
        required_when=_predicate(question, "required_when"),
        validate=tuple(_check(check) for check in question.each_at("validate")),
        sensitive="sensitive" in given and given["sensitive"].truth(),
        repeats=question.text_at("repeats") or None,
    )


def _years(years: Located) -> tuple[int, int]:
    """{back: 70, ahead: 0}: the years offered, counted from this one."""
    years.only("back", "ahead")
    return -years["back"].whole(), years["ahead"].whole()


def _choices(question: Located, kind: QuestionType) -> tuple[Choice, ...]:
    choices = tuple(_choice(choice) for choice in question.each_at("choices"))
    if kind is QuestionType.YES_NO:
        choices = choices or (Choice("yes", "是"), Choice("no", "否"))
        if tuple(choice.value for choice in choices) != YES_NO:
            question.fault("the choices of a yes_no question are yes and no, in this order")
    elif (kind is QuestionType.CHOICE) != bool(choices):
        question.fault("a question of type choice or yes_no, and no other, has choices")
    return choices


def _choice(choice: Located) -> Choice:
    choice.only("value", "label", "hint")
    return Choice(choice["value"].text(), choice["label"].text(), choice.text_at("hint"))


def _check(check: Located) -> str:
    if (name := check.text()) not in CHECKS:
        check.fault(f"there is no check {name!r}")
    return name


def _check_repeats(file: Located, pages: tuple[Page, ...]) -> None:
    for page in pages:
        keys = {question.key for question in page.questions}
        if any(question.repeats and question.repeats not in keys for question in page.questions):
            file["pages"].fault(f"page {page.key!r}: what a question repeats must be on its own page")


def _district(path: Path) -> District:
    file = located_yaml.read(path)
    file.only("source", "province", "city", "county", "towns", "also_written_as")
    return District(
        province=_place(file["province"]),
        city=_place(file["city"]),
        county=_place(file["county"]),
        towns=tuple(_place(town) for town in file["towns"].each()),
        also_written_as=tuple(_place(place) for place in file["also_written_as"].each()),
    )


def _place(place: Located) -> Place:
    place.only("code", "name")
    return Place(place["code"].text(), place["name"].text())


# ── Materials ────────────────────────────────────────────────────────────────────────────────────────────────────

_SLOT_KEYS = (
    "key", "label", "why", "where_to_get", "at_the_counter", "item", "departments", "when", "kind_from", "sample",
    "parts", "pages", "kinds", "generated", "waivable", "whose",
    "has_writing", "papers",
)  # fmt: skip


def read_materials(path: Path, items: Mapping[ItemCode, Item], graph: QuestionGraph) -> MaterialRules:
    """Every slot. Raises ConfigFault when a slot has no photos, takes its kind from a question with other kinds, or has
    a predicate without plain words."""
    file = located_yaml.read(path)
    file.only("source", "waivable", "conditions", "slots")
    refuse_repeats(file["slots"].each(), "key")
    rows = tuple(_material(slot, graph) for slot in file["slots"].each())
    return MaterialRules(rows, items, _conditions(file))


def _conditions(file: Located) -> dict[str, str]:
    """Each predicate of a slot in words for the guide: none without words, no words without a slot."""
    words = file["conditions"].entries()
    used = {when.text(): when for slot in file["slots"].each() if (when := slot.get("when"))}
    for name, when in used.items():
        if name not in words:
            when.fault(f"{name!r} has no words under conditions")
    for name, said in words.items():
        if name not in used and name != "always":
            said.fault(f"no slot has {name!r}")
    return {name: said.text() for name, said in words.items()}


def _material(slot: Located, graph: QuestionGraph) -> MaterialRule:
    given = slot.only(*_SLOT_KEYS)
    parts = _parts(slot)
    kinds = tuple(_kind(kind) for kind in slot.each_at("kinds"))
    samples = {kind["key"].text(): kind.text_at("sample") for kind in slot.each_at("kinds")}
    kind_from = slot.text_at("kind_from") or None
    if kind_from:
        _check_kinds(slot, kind_from, kinds, graph)
    made = Slot(
        key=slot["key"].text(),
        label=slot["label"].text(),
        why=slot["why"].text(),
        where_to_get=slot["where_to_get"].text(),
        at_the_counter=slot["at_the_counter"].text(),
        item=given["item"].one_of(ItemCode) if "item" in given else None,
        departments=frozenset(name.one_of(Department) for name in slot["departments"].each()),
        parts=parts,
        kinds=kinds,
        max_pages=len(parts),
        sample=slot["sample"].text(),
        kind_samples={key: sample for key, sample in samples.items() if sample},
        generated="generated" in given and given["generated"].truth(),
        whose=given["whose"].one_of(Whose) if "whose" in given else Whose.HERS,
        has_writing="has_writing" not in given or given["has_writing"].truth(),
        papers=_papers(slot),
    )
    return MaterialRule(made, _predicate(slot, "when"), kind_from)


def read_waivers(path: Path) -> dict[str, Waiver]:
    """The slots that may be waived (容缺受理), by key. Raises ConfigFault for one without its words."""
    file = located_yaml.read(path)
    waivers = {}
    for slot in file["slots"].each():
        if waivable := slot.get("waivable"):
            given, common = waivable.only("when", "may_be_left_out"), file["waivable"]
            common.only("source", "status")
            waivers[slot["key"].text()] = Waiver(
                when=waivable["when"].text(),
                source=common["source"].text(),
                status=common["status"].text(),
                may_be_left_out="may_be_left_out" in given and given["may_be_left_out"].truth(),
            )
    return waivers


def _papers(slot: Located) -> dict[str, frozenset[DocumentKind]]:
    """What a machine should recognise: by part, by kind, or for the whole slot under the empty key."""
    named = {"": slot, **{each["key"].text(): each for each in (*slot.each_at("parts"), *slot.each_at("kinds"))}}
    return {
        key: frozenset(paper.one_of(DocumentKind) for paper in each.each_at("papers"))
        for key, each in named.items()
        if each.get("papers")
    }


def _kind(kind: Located) -> tuple[str, str]:
    kind.only("key", "label", "sample", "papers")
    return kind["key"].text(), kind["label"].text()


def _parts(slot: Located) -> tuple[Part, ...]:
    """Fixed parts, all required; or pages, of which only the first is."""
    fixed, pages = slot.get("parts"), slot.get("pages")
    if (fixed is None) == (pages is None):
        slot.fault("a slot has either parts or pages")
    if pages:
        return tuple(Part(f"page_{n}", f"第 {n} 页", required=n == 1) for n in range(1, pages.whole(1) + 1))
    refuse_repeats(slot["parts"].each(), "key")
    for part in slot["parts"].each():
        part.only("key", "label", "papers")
    return tuple(Part(part["key"].text(), part["label"].text()) for part in slot["parts"].each())


def _check_kinds(slot: Located, question_key: str, kinds: tuple[tuple[str, str], ...], graph: QuestionGraph) -> None:
    offered = {
        choice.value for page in graph.pages for q in page.questions if q.key == question_key for choice in q.choices
    }
    if offered != {key for key, _ in kinds}:
        slot["kind_from"].fault(f"the kinds differ from the choices of {question_key!r}")
