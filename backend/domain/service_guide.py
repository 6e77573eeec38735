"""Versions of the published service guide (办事指南) and what changed between two of them. Pure; no wording here.

A guide's content is a JSON document and is kept as it was published (services/service_guide.py composes it), so what
reads one here must go on reading the old ones.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.errors import GuideUnchanged, StaleVersion

Content = Mapping[str, Any]
Lines = tuple[str, ...]

# Lines of a guide are found again by (group, line): an item's code and a fact's key, never by their wording.
Place = tuple[str, str]

GROUPS = {
    "whole": "办事指南",
    "common_materials": "每个人都要的材料",
    "process": "办理流程",
    "cannot_proceed": "要先办好的事",
    "contacts": "咨询电话",
}


@dataclass(frozen=True, slots=True)
class GuideVersion:
    """第 n 版: what was published, when, by whom, and why. `content_hash` is the SHA-256 of the content."""

    number: int
    content: Content
    content_hash: str
    note: str
    published_at: datetime
    published_by_id: UUID
    published_by: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is new (no `before`), gone (no `after`) or worded anew; only the sentences that differ."""

    group: str
    label: str
    before: Lines
    after: Lines


def content_hash(content: Content) -> str:
    """SHA-256 (hex) of the content, whatever the order of its keys."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def must_be_latest(latest: GuideVersion, seen_number: int) -> None:
    """Raises StaleVersion when another version came out since she looked."""
    if latest.number != seen_number:
        raise StaleVersion(
            version=latest.number, changed_by=latest.published_by, changed_at=latest.published_at.isoformat()
        )


def next_version(latest: GuideVersion, content: Content, note: str, at: datetime, by: tuple[UUID, str]) -> GuideVersion:
    """The version after the latest. Raises GuideUnchanged when it would say the same."""
    found = content_hash(content)
    if found == latest.content_hash:
        raise GuideUnchanged(number=latest.number)
    return GuideVersion(latest.number + 1, content, found, note, at, *by)


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """What a reader of both would find different, in the order of the new guide; what is gone comes last."""
    old, new = dict(_lines(before)), dict(_lines(after))
    places = [*new, *(place for place in old if place not in new)]
    found = [_change(old.get(place), new.get(place)) for place in places]
    return tuple(change for change in found if change is not None)


_Line = tuple[str, str, Lines]  # group, label, sentences


def _change(old: _Line | None, new: _Line | None) -> Change | None:
    group, label, _ = new or old or ("", "", ())
    before, after = old[2] if old else (), new[2] if new else ()
    if before == after:
        return None
    gone = tuple(line for line in before if line not in after)
    come = tuple(line for line in after if line not in before)
    if not gone and not come:  # the same sentences in another order
        return Change(group, label, before, after)
    return Change(group, label, gone, come)


def _lines(content: Content) -> Iterator[tuple[Place, _Line]]:
    whole = GROUPS["whole"]
    yield ("whole", "title"), (whole, "名称", (content["title"],))
    yield ("whole", "issuer"), (whole, "发布单位", (content["issuer"],))
    yield from _facts("whole", whole, content["summary"])
    for item in content["items"]:
        yield (item["code"], "title"), (item["short_title"], "事项名称", (item["title"],))
        yield (item["code"], "department"), (item["short_title"], "责任部门", (item["department"],))
        yield from _facts(item["code"], item["short_title"], item["facts"])
        yield from _materials(item["code"], item["short_title"], item["materials"])
    yield from _materials("common_materials", GROUPS["common_materials"], content["common_materials"])
    for place, step in enumerate(content["process"], start=1):
        yield ("process", step["title"]), (GROUPS["process"], f"第 {place} 步 {step['title']}", (step["text"],))
    for check in content["cannot_proceed"]:
        said = (check["what_to_do"], f"{check['office']}，电话 {check['phone']}")
        yield ("cannot_proceed", check["key"]), (GROUPS["cannot_proceed"], check["label"], said)
    for contact in content["contacts"]:
        said = tuple(line for line in (contact["phone"], contact["hours"], contact["address"]) if line)
        yield ("contacts", contact["name"]), (GROUPS["contacts"], contact["name"], said)


def _facts(key: str, group: str, facts: Sequence[Content]) -> Iterator[tuple[Place, _Line]]:
    for fact in facts:
        yield (key, fact["key"]), (group, fact["label"], tuple(fact["lines"]))


def _materials(key: str, group: str, materials: Sequence[Content]) -> Iterator[tuple[Place, _Line]]:
    for material in materials:
        said = (
            material["label"],
            material["when"],
            f"带什么：{material['at_the_counter']}",
            f"在哪里办：{material['where_to_get']}",
            *(f"有一种就行：{kind}" for kind in material["kinds"]),
        )
        yield (key, f"material:{material['key']}"), (group, f"材料“{material['label']}”", said)
