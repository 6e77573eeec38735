"""Reads the wording of config that asks nothing: items and departments, consents, guide, checks.

Keys must be unique, and what one file says of another must be there.
"""

from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located, refuse_repeats
from backend.domain.items import ClockStart, Department, Filing, Item, ItemCode, Office
from backend.domain.materials import MaterialRules
from backend.domain.questions import QuestionGraph
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
    RefusalWords,
    Remedy,
    ServiceGuideWords,
    Statement,
)

# ── Items and departments ────────────────────────────────────────────────────────────────────────────────────────


def read_service_centre(path: Path) -> Contact:
    """The window that takes everything in."""
    return _contact(located_yaml.read(path)["service_centre"])


def read_items(path: Path) -> tuple[dict[ItemCode, Item], dict[Department, Office]]:
    """Every item and every department, each exactly once."""
    file = located_yaml.read(path)
    file.only("source", "service_centre", "departments", "items")
    refuse_repeats(file["departments"].each(), "code")
    refuse_repeats(file["items"].each(), "code")
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
        fields=frozenset(office["fields"].texts()),
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
        conditions=item["conditions"].texts(),
        legal_basis=item["legal_basis"].text(),
        result_name=item["result_name"].text(),
        note=item.text_at("note"),
    )


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
        paragraphs=statement["paragraphs"].texts(),
        department=given["department"].one_of(Department) if "department" in given else None,
        items=tuple(item.one_of(ItemCode) for item in statement.each_at("items")),
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
        who_it_is_for=words["who_it_is_for"].texts(),
        who_may_file=words["who_may_file"].texts(),
        ways_to_file=words["ways_to_file"].texts(),
        fee=words["fee"].text(),
        process=steps,
    )


def _section(section: Located) -> GuideSection:
    section.only("title", "lines")
    return GuideSection(section["title"].text(), section["lines"].texts())


def _contact(contact: Located) -> Contact:
    contact.only("name", "phone", "hours", "address")
    return Contact(contact["name"].text(), contact["phone"].text(), contact["hours"].text(), contact.text_at("address"))


def _item_guide(guide: Located) -> ItemGuide:
    guide.only("item", "title", "bring", "steps", "note")
    return ItemGuide(
        item=guide["item"].one_of(ItemCode),
        title=guide["title"].text(),
        bring=guide["bring"].texts(),
        steps=guide["steps"].texts(),
        note=guide.text_at("note"),
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
    refuse_repeats(reasons.each(), "key")
    keys = ("key", "label", "sentence")
    return tuple(FailReason(*(reason[key].text() for key in keys)) for reason in reasons.each())


# ── 不予受理通知书 ───────────────────────────────────────────────────────────────────────────────────────────────


def read_refusal(path: Path) -> RefusalWords:
    """The clause a refusal rests on, and what may be done against it."""
    file = located_yaml.read(path)
    file.only("source", "status", "clause", "review", "lawsuit")
    return RefusalWords(file["clause"].text(), _remedy(file["review"]), _remedy(file["lawsuit"]), file["status"].text())


def _remedy(given: Located) -> Remedy:
    given.only("body", "within", "law")
    return Remedy(given["body"].text(), given["within"].text(), given["law"].text())
