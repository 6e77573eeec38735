"""材料清单: which photo slots the answers call for, which departments see them, and what is still missing.

The slots and their words come from config/materials.zh-CN.yaml; `when` names a predicate of predicates.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backend.domain.answers import Answers
from backend.domain.items import Department, Filing, Item, ItemCode, chosen_items
from backend.domain.predicates import PREDICATES
from backend.domain.reading import DocumentKind


class Whose(StrEnum):
    """Whose paper a slot is for: what a family shares may well be in two cases."""

    HERS = "hers"
    SPOUSE = "spouse"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Part:
    """One photo of a slot: front, back, or page n. A part that is not required may stay empty."""

    key: str
    label: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Slot:
    """材料槽: what it is, why, where to get it, what of it comes to the counter (原件、复印件), its parts, and for “one
    of” slots the kinds.

    `kind` is the kind the answers already named. `sample` names the drawing of how to photograph it, `kind_samples`
    those of kinds that look otherwise. A generated slot is made by us, not photographed. `papers`: by part, kind or the
    empty key, what a machine should recognise on the photo; anything where nothing is named.
    """

    key: str
    label: str
    why: str
    where_to_get: str
    at_the_counter: str
    item: ItemCode | None
    departments: frozenset[Department]
    parts: tuple[Part, ...]
    kinds: tuple[tuple[str, str], ...]
    max_pages: int
    sample: str
    kind_samples: Mapping[str, str]
    generated: bool
    kind: str | None = None
    whose: Whose = Whose.HERS
    has_writing: bool = True
    papers: Mapping[str, frozenset[DocumentKind]] = field(default_factory=dict)

    def papers_in(self, part_key: str, kind: str | None) -> frozenset[DocumentKind]:
        """What a machine should recognise on the photo of this part, of this kind; empty when anything may be there."""
        names = (part_key, kind or "", "")
        return next((self.papers[name] for name in names if name in self.papers), frozenset())


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A slot, the predicate that calls for it, and the question whose answer names its kind."""

    slot: Slot
    when: str
    kind_from: str | None = None


@dataclass(frozen=True, slots=True)
class MaterialRules:
    """Every slot there is, in order, the items that say which department gets what, and the predicates in words."""

    rows: tuple[MaterialRule, ...]
    items: Mapping[ItemCode, Item]
    conditions: Mapping[str, str]


Checklist = tuple[Slot, ...]

SIGNS_ON_PAPER = "signs_on_paper"  # beside her answers: at the counter she signs the printed form


def checklist(answers: Answers, rules: MaterialRules) -> Checklist:
    """The slots these (effective) answers call for, in the file's order.

    A slot is seen only by departments that get a combined item of the case.
    """
    chosen = chosen_items(answers, rules.items)
    routed_to = frozenset(item.department for item in chosen if item.filing is Filing.COMBINED)
    return tuple(_slot(rule, answers, routed_to) for rule in rules.rows if PREDICATES[rule.when](answers))


def printed(slots: Checklist) -> Checklist:
    """The same slots where what is generated is printed, signed by hand and scanned: 打印签字的申请表."""
    return tuple(replace(slot, generated=False) if slot.generated else slot for slot in slots)


def missing(
    slots: Checklist, photos_by_slot: Mapping[str, Collection[str]], excused: Collection[str] = ()
) -> tuple[str, ...]:
    """`slot/part` keys still without a photo. `excused`: slots of which the person said 我没有这个材料."""
    return tuple(
        f"{slot.key}/{part.key}"
        for slot in slots
        if not slot.generated and slot.key not in excused
        for part in slot.parts
        if part.required and part.key not in photos_by_slot.get(slot.key, ())
    )


def missing_labels(slots: Checklist, missing_keys: Collection[str]) -> tuple[str, ...]:
    """The same in words, as people say it: 身份证反面."""
    words = {
        f"{slot.key}/{part.key}": slot.label
        if len(slot.parts) == 1 or part.key == "page_1"
        else slot.label + part.label
        for slot in slots
        for part in slot.parts
    }
    return tuple(words[key] for key in missing_keys)


def _slot(rule: MaterialRule, answers: Answers, routed_to: frozenset[Department]) -> Slot:
    kind = answers.get(rule.kind_from) if rule.kind_from else None
    seen_by = rule.slot.departments & routed_to
    if kind is None and seen_by == rule.slot.departments:
        return rule.slot
    return replace(rule.slot, departments=seen_by, kind=kind)
