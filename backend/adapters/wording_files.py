"""Reads the wording of config: questions, materials, items, consents, guide, checks; names of predicates and checks
must exist, keys must be unique, and what one file says of another must be there."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located
from backend.domain.answer_checks import CHECKS
from backend.domain.answers import QuestionType
from backend.domain.items import ClockStart, Department, Filing, Item, ItemCode, Office
from backend.domain.materials import MaterialRule, MaterialRules, Part, Slot
from backend.domain.places import District, Place
from backend.domain.predicates import PREDICATES
from backend.domain.questions import YES_NO, Choice, Page, Question, QuestionGraph
from backend.domain.retirement import WayForward
from backend.domain.rulebook import (
    CannotProceed,
    Checks,
    Consents,
    Contact,
    FailReason,
    Guide,
    GuideSection,
    ItemGuide,
    ServiceGuideWords,
    Statement,
)


def _text(located: Located, key: str, default: str = "") -> str:
    value = located.get(key)
    return value.text() if value else default


def _texts(located: Located) -> tuple[str, ...]:
    return tuple(value.text() for value in located.each())


def _each_of(located: Located, key: str) -> Iterable[Located]:
    value = located.get(key)
    return value.each() if value else ()


def _predicate(located: Located, key: str) -> str:
    name = _text(located, key, "always")
    if name not in PREDICATES:
        located[key].fault(f"there is no predicate {name!r}")
    return name


def _no_repeats(located: Iterable[Located], key: str) -> None:
    seen: set[str] = set()
    for entry in located:
        if (name := entry[key].text()) in seen:
            entry[key].fault(f"{name!r} is there already")
        seen.add(name)


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────

_QUESTION_KEYS = (
    "key", "type", "label", "help", "why", "where", "example", "unit", "choices", "max_length",
    "years", "shown_when", "required_when", "validate", "sensitive", "repeats",
)  # fmt: skip


def read_graph(questions: Path, district: Path) -> QuestionGraph:
    """The question graph. Raises ConfigFault for unknown predicates and checks, and for keys given twice."""
    file = located_yaml.read(questions)
    file.only("source", "groups", "pages")
    groups = _texts(file["groups"])
    _no_repeats(file["pages"].each(), "key")
    _no_repeats((question for page in file["pages"].each() for question in page["questions"].each()), "key")
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
        help=_text(question, "help"),
        why=_text(question, "why"),
        where=_text(question, "where"),
        example=_text(question, "example"),
        unit=_text(question, "unit"),
        choices=choices,
        max_length=given["max_length"].whole(1) if "max_length" in given else 100,
        years=_years(given["years"]) if "years" in given else None,
        shown_when=_predicate(question, "shown_when"),
        required_when=_predicate(question, "required_when"),
        validate=tuple(_check(check) for check in _each_of(question, "validate")),
        sensitive="sensitive" in given and given["sensitive"].truth(),
        repeats=_text(question, "repeats") or None,
    )


def _years(years: Located) -> tuple[int, int]:
    """{back: 70, ahead: 0}: the years offered, counted from this one."""
    years.only("back", "ahead")
    return -years["back"].whole(), years["ahead"].whole()


def _choices(question: Located, kind: QuestionType) -> tuple[Choice, ...]:
    choices = tuple(_choice(choice) for choice in _each_of(question, "choices"))
    if kind is QuestionType.YES_NO:
        choices = choices or (Choice("yes", "是"), Choice("no", "否"))
        if tuple(choice.value for choice in choices) != YES_NO:
            question.fault("the choices of a yes_no question are yes and no, in this order")
    elif (kind is QuestionType.CHOICE) != bool(choices):
        question.fault("a question of type choice or yes_no, and no other, has choices")
    return choices


def _choice(choice: Located) -> Choice:
    choice.only("value", "label", "hint")
    return Choice(choice["value"].text(), choice["label"].text(), _text(choice, "hint"))


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


# ── Items and departments ────────────────────────────────────────────────────────────────────────────────────────


def read_service_centre(path: Path) -> Contact:
    """The window that takes everything in."""
    return _contact(located_yaml.read(path)["service_centre"])


def read_items(path: Path) -> tuple[dict[ItemCode, Item], dict[Department, Office]]:
    """Every item and every department, each exactly once."""
    file = located_yaml.read(path)
    file.only("source", "service_centre", "departments", "items")
    _no_repeats(file["departments"].each(), "code")
    _no_repeats(file["items"].each(), "code")
    items = {item.code: item for item in map(_item, file["items"].each())}
    offices = {office.department: office for office in map(_office, file["departments"].each())}
    if absent := set(ItemCode) - set(items):
        file["items"].fault(f"missing: {', '.join(sorted(absent))}")
    if absent_offices := set(Department) - set(offices):
        file["departments"].fault(f"missing: {', '.join(sorted(absent_offices))}")
    return items, offices


def check_fields(path: Path, graph: QuestionGraph) -> None:
    """Raises ConfigFault when a department may see a field that no question asks for."""
    asked = {question.key for page in graph.pages for question in page.questions}
    for office in located_yaml.read(path)["departments"].each():
        for field in office["fields"].each():
            if field.text() not in asked:
                field.fault(f"no question asks for {field.text()!r}")


def _office(office: Located) -> Office:
    office.only("code", "name", "full_name", "office", "address", "phone", "fields")
    return Office(
        department=office["code"].one_of(Department),
        name=office["name"].text(),
        full_name=office["full_name"].text(),
        office=office["office"].text(),
        address=office["address"].text(),
        phone=office["phone"].text(),
        fields=frozenset(_texts(office["fields"])),
    )


_ITEM_KEYS = (
    "code", "title", "short_title", "department", "limit_working_days", "clock_starts", "filings",
    "conditions", "legal_basis", "result_name", "note",
)  # fmt: skip


def _item(item: Located) -> Item:
    item.only(*_ITEM_KEYS)
    return Item(
        code=item["code"].one_of(ItemCode),
        title=item["title"].text(),
        short_title=item["short_title"].text(),
        department=item["department"].one_of(Department),
        limit_working_days=item["limit_working_days"].whole(1),
        clock_starts=item["clock_starts"].one_of(ClockStart),
        filings=tuple(filing.one_of(Filing) for filing in item["filings"].each()),
        conditions=_texts(item["conditions"]),
        legal_basis=item["legal_basis"].text(),
        result_name=item["result_name"].text(),
        note=_text(item, "note"),
    )


# ── Materials ────────────────────────────────────────────────────────────────────────────────────────────────────

_SLOT_KEYS = (
    "key", "label", "why", "where_to_get", "at_the_counter", "item", "departments", "when", "kind_from", "sample",
    "parts", "pages", "kinds", "generated",
)  # fmt: skip


def read_materials(path: Path, items: Mapping[ItemCode, Item], graph: QuestionGraph) -> MaterialRules:
    """Every slot. Raises ConfigFault when a slot has no photos, takes its kind from a question with other kinds, or has
    a predicate without plain words."""
    file = located_yaml.read(path)
    file.only("source", "conditions", "slots")
    _no_repeats(file["slots"].each(), "key")
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
    kinds = tuple(_kind(kind) for kind in _each_of(slot, "kinds"))
    samples = {kind["key"].text(): _text(kind, "sample") for kind in _each_of(slot, "kinds")}
    kind_from = _text(slot, "kind_from") or None
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
    )
    return MaterialRule(made, _predicate(slot, "when"), kind_from)


def _kind(kind: Located) -> tuple[str, str]:
    kind.only("key", "label", "sample")
    return kind["key"].text(), kind["label"].text()


def _parts(slot: Located) -> tuple[Part, ...]:
    """Fixed parts, all required; or pages, of which only the first is."""
    fixed, pages = slot.get("parts"), slot.get("pages")
    if (fixed is None) == (pages is None):
        slot.fault("a slot has either parts or pages")
    if pages:
        return tuple(Part(f"page_{n}", f"第 {n} 页", required=n == 1) for n in range(1, pages.whole(1) + 1))
    _no_repeats(slot["parts"].each(), "key")
    return tuple(Part(part["key"].text(), part["label"].text()) for part in slot["parts"].each())


def _check_kinds(slot: Located, question_key: str, kinds: tuple[tuple[str, str], ...], graph: QuestionGraph) -> None:
    offered = {
        choice.value for page in graph.pages for q in page.questions if q.key == question_key for choice in q.choices
    }
    if offered != {key for key, _ in kinds}:
        slot["kind_from"].fault(f"the kinds differ from the choices of {question_key!r}")


# ── Consents, guide, checks ──────────────────────────────────────────────────────────────────────────────────────


def read_consents(path: Path) -> Consents:
    """The notice, the consents of departments, the commitment."""
    file = located_yaml.read(path)
    file.only("source", "notice", "departments", "commitment")
    consents = tuple(_statement(consent) for consent in file["departments"].each())
    return Consents(_statement(file["notice"]), consents, _statement(file["commitment"]))


def _statement(statement: Located) -> Statement:
    given = statement.only("key", "version", "title", "paragraphs", "department", "items")
    return Statement(
        key=statement["key"].text(),
        version=statement["version"].text(),
        title=statement["title"].text(),
        paragraphs=_texts(statement["paragraphs"]),
        department=given["department"].one_of(Department) if "department" in given else None,
        items=tuple(item.one_of(ItemCode) for item in _each_of(statement, "items")),
    )


def read_guide(path: Path) -> Guide:
    """The start page, one guide for each item, one section for each way forward."""
    file = located_yaml.read(path)
    file.only("version", "source", "title", "sections", "contacts", "service_guide", "item_guides", "ways_forward")
    guides = {guide.item: guide for guide in map(_item_guide, file["item_guides"].each())}
    if absent := set(ItemCode) - set(guides):
        file["item_guides"].fault(f"missing: {', '.join(sorted(absent))}")
    return Guide(
        version=file["version"].text(),
        source=file["source"].text(),
        title=file["title"].text(),
        sections=tuple(_section(section) for section in file["sections"].each()),
        contacts=tuple(_contact(contact) for contact in file["contacts"].each()),
        service=_service_guide(file["service_guide"]),
        item_guides=guides,
        ways_forward={way: _section(file["ways_forward"][way]) for way in WayForward},
    )


def _service_guide(words: Located) -> ServiceGuideWords:
    words.only("title", "issuer", "who_it_is_for", "who_may_file", "ways_to_file", "fee", "process")
    steps = tuple((step["title"].text(), step["text"].text()) for step in words["process"].each())
    return ServiceGuideWords(
        title=words["title"].text(),
        issuer=words["issuer"].text(),
        who_it_is_for=_texts(words["who_it_is_for"]),
        who_may_file=_texts(words["who_may_file"]),
        ways_to_file=_texts(words["ways_to_file"]),
        fee=words["fee"].text(),
        process=steps,
    )


def _section(section: Located) -> GuideSection:
    section.only("title", "lines")
    return GuideSection(section["title"].text(), _texts(section["lines"]))


def _contact(contact: Located) -> Contact:
    contact.only("name", "phone", "hours", "address")
    return Contact(contact["name"].text(), contact["phone"].text(), contact["hours"].text(), _text(contact, "address"))


def _item_guide(guide: Located) -> ItemGuide:
    guide.only("item", "title", "bring", "steps", "note")
    return ItemGuide(
        item=guide["item"].one_of(ItemCode),
        title=guide["title"].text(),
        bring=_texts(guide["bring"]),
        steps=_texts(guide["steps"]),
        note=_text(guide, "note"),
    )


def read_checks(path: Path, materials: MaterialRules) -> Checks:
    """The four checks and the reasons. Raises ConfigFault for reasons of a slot that is not there."""
    file = located_yaml.read(path)
    file.only("source", "cannot_proceed", "photo_reasons", "reasons_by_slot", "field_reasons")
    slots = {rule.slot.key for rule in materials.rows}
    by_slot = file["reasons_by_slot"].entries()
    for key, reasons in by_slot.items():
        if key not in slots:
            reasons.fault(f"there is no slot {key!r}")
    return Checks(
        cannot_proceed=tuple(_cannot_proceed(check) for check in file["cannot_proceed"].each()),
        photo_reasons=_reasons(file["photo_reasons"]),
        reasons_by_slot={key: _reasons(reasons) for key, reasons in by_slot.items()},
        field_reasons=_reasons(file["field_reasons"]),
    )


def _cannot_proceed(check: Located) -> CannotProceed:
    keys = ("key", "question", "label", "office", "phone", "what_to_do")
    check.only(*keys)
    return CannotProceed(*(check[key].text() for key in keys))


def _reasons(reasons: Located) -> tuple[FailReason, ...]:
    _no_repeats(reasons.each(), "key")
    keys = ("key", "label", "sentence")
    return tuple(FailReason(*(reason[key].text() for key in keys)) for reason in reasons.each())
