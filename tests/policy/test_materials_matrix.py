"""Every kind of case against the plan's own table of materials (materials.md), which knows nothing of the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from backend.domain.materials import Slot, missing
from tests.domain.examples import AREA_ELSEWHERE, AREA_HERE, answers, id_number, rulebook

TABLE = Path(__file__).with_name("materials.md").read_text(encoding="utf-8")
PHOTOS = {"正反": ("front", "back"), "一页起": ("page_1",), "一张": ("photo",), "不拍": ()}
DEPARTMENTS = {"人社": "social_security", "医保": "medical_insurance", "卫健": "health"}
# The department of each item: who gets nothing sees nothing.
RECEIVES = {"养老": "人社", "医保": "医保", "奖励金": "卫健"}


@dataclass(frozen=True)
class Kind:
    """One kind of case: what is true of it in the plan's words, and what she answers then."""

    facts: frozenset[str]
    certificate: str
    answers: Mapping[str, Any] = field(compare=False)


# (what the plan says, what she answers): one of each group makes a case.
WOMAN, MAN = id_number(date(1976, 3, 12)), id_number(date(1965, 1, 12), woman=False)
MARRIAGE = [
    ("已婚", {"marital_status": "married"}),
    ("再婚", {"marital_status": "remarried"}),
    ("离异未再婚", {"marital_status": "divorced"}),
    ("丧偶", {"marital_status": "widowed"}),
    ("未婚", {"marital_status": "single"}),
]
REGISTER = [
    ("户籍在屈原", {"household_area": AREA_HERE, "household_moved_in": "no"}),
    ("后迁入", {"household_area": AREA_HERE, "household_moved_in": "yes"}),
    ("户籍在外地", {"household_area": AREA_ELSEWHERE, "household_moved_in": "no"}),
]
RETIREMENT = [
    ("正常", {"retirement_type": "normal", "retirement_timing": "on_time"}),
    ("弹性提前", {"retirement_type": "normal", "retirement_timing": "early"}),
    ("弹性延迟", {"retirement_type": "normal", "retirement_timing": "late"}),
    ("特殊工种", {"retirement_type": "special", "retirement_timing": "early"}),  # the timing is left over
    ("因病或非因工致残", {"retirement_type": "disability", "retirement_timing": "late"}),
]
PERSON = [
    ("男", {"id_number": MAN}),
    ("女", {"id_number": WOMAN, "original_retirement_age": "unsure"}),
]
PENSION = [("养老", {"retirement_filing": "combined"}), ("养老自行申报", {"retirement_filing": "self"})]
MEDICAL = [("医保", {"medical_filing": "combined"}), ("医保自行申报", {"medical_filing": "self"})]
REWARD = [
    ("奖励金", {"wants_only_child_reward": "yes", "only_child_filing": "combined"}),
    ("奖励金自行申报", {"wants_only_child_reward": "yes", "only_child_filing": "self"}),
    ("不申请奖励金", {"wants_only_child_reward": "no", "only_child_filing": "combined"}),  # the filing is left over
]
CERTIFICATES = ("only_child_card", "honour_card", "no_children_proof", "lost_card_proof")


def kinds() -> Iterator[Kind]:
    """Every combination of the groups."""
    for parts in product(MARRIAGE, REGISTER, RETIREMENT, PERSON, PENSION, MEDICAL, REWARD):
        facts = frozenset(said for said, _ in parts)
        given = {key: value for _, answered in parts for key, value in answered.items()}
        for certificate in CERTIFICATES:
            yield Kind(facts, certificate, answers(**given, only_child_certificate=certificate))


def rows(heading: str) -> list[dict[str, str]]:
    """The lines of one table of materials.md, by the names of its columns."""
    section = TABLE.split(heading, 1)[1].split("\n## ", 1)[0]
    lines = [re.split(r" *\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("|")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


NEEDED = rows("# 材料什么时候要")
ONE_OF = rows("## 有一种就行的")
BROUGHT = rows("## 到窗口带的")


def is_needed(row: Mapping[str, str], facts: frozenset[str]) -> bool:
    """What the table says of one material in one case."""
    if row["事项"] != "都要" and row["事项"] not in facts:
        return False
    said = row["情形"]
    if said == "总是":
        return True
    named = set(said.removeprefix("除").split("、"))
    return bool(named & facts) is not said.startswith("除")


def test_the_table_speaks_of_what_is_enumerated() -> None:
    known = {said for group in (MARRIAGE, REGISTER, RETIREMENT, PENSION, MEDICAL, REWARD) for said, _ in group}
    spoken = {word for row in NEEDED for word in row["情形"].removeprefix("除").split("、")} - {"总是"}

    assert len(NEEDED) == 23
    assert spoken <= known
    assert {row["事项"] for row in NEEDED} == {"都要", *RECEIVES}


def test_every_kind_of_case_is_asked_for_what_the_plan_says() -> None:
    rules, every_kind = rulebook(), list(kinds())
    differing = {kind: found for kind in every_kind if (found := differences(kind, rules.checklist(kind.answers)))}

    assert len(every_kind) == 5 * 3 * 5 * 2 * 2 * 2 * 3 * 4
    assert differing == {}


def differences(kind: Kind, slots: tuple[Slot, ...]) -> list[str]:
    """The materials that are too many, too few, or other than the plan says."""
    wanted = {row["材料"]: row for row in NEEDED if is_needed(row, kind.facts)}
    given = {slot.key: slot for slot in slots}
    if list(given) != list(wanted):
        return sorted(given.keys() ^ wanted.keys()) or ["in another order"]
    return [key for key, slot in given.items() if slot_differs(slot, wanted[key], kind)]


def slot_differs(slot: Slot, row: Mapping[str, str], kind: Kind) -> bool:
    """Whether the photos, the departments or the kind of a slot are others than the plan says."""
    asked = () if slot.generated else tuple(part.key for part in slot.parts if part.required)
    receive = {RECEIVES[item] for item in RECEIVES if item in kind.facts}
    seen_by = {DEPARTMENTS[name] for name in row["部门"].split("、") if name in receive}
    named = kind.certificate if slot.key == "only_child_certificate" else None
    return asked != PHOTOS[row["照片"]] or slot.departments != seen_by or slot.kind != named


@pytest.mark.parametrize("row", NEEDED, ids=lambda row: row["材料"])
def test_a_material_has_the_plan_s_name_and_a_photo_wanted_of_it(row: dict[str, str]) -> None:
    slot = next(rule.slot for rule in rulebook().materials.rows if rule.slot.key == row["材料"])

    assert row["名称"].replace("社保卡", "社会保障卡") in slot.label
    assert [key.split("/")[1] for key in missing((slot,), {})] == list(PHOTOS[row["照片"]])


@pytest.mark.parametrize("row", ONE_OF, ids=lambda row: row["材料"])
def test_one_of_the_plan_s_kinds_will_do(row: dict[str, str]) -> None:
    slot = next(rule.slot for rule in rulebook().materials.rows if rule.slot.key == row["材料"])
    labels = [label for _, label in slot.kinds]

    assert len(labels) == len(row["哪一种都行"].split("、"))
    assert all(named in label for named, label in zip(row["哪一种都行"].split("、"), labels, strict=True))


def test_no_other_material_is_one_of_several() -> None:
    assert {rule.slot.key for rule in rulebook().materials.rows if rule.slot.kinds} == {row["材料"] for row in ONE_OF}


@pytest.mark.parametrize("row", BROUGHT, ids=lambda row: row["材料"])
def test_the_window_wants_the_originals_and_copies_of_the_plan(row: dict[str, str]) -> None:
    slot = next(rule.slot for rule in rulebook().materials.rows if rule.slot.key == row["材料"])
    wanted = row["要几样"].split("、")

    assert all(re.search(f"(^|，|照片 ){word}", slot.at_the_counter) for word in wanted)
    assert ("原件" in slot.at_the_counter) is ("原件" in wanted)
