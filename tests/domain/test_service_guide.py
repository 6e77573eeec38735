"""The service guide: it says what config says, and what changed between two versions in words anyone can read."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.domain.errors import GuideUnchanged, StaleVersion
from backend.domain.items import ItemCode
from backend.domain.service_guide import (
    Change,
    GuideVersion,
    changes,
    content_hash,
    must_be_latest,
    next_version,
)
from backend.services.service_guide import service_guide
from tests.domain.examples import rulebook

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
BY = (UUID(int=7), "韩管理")


def guide() -> dict[str, Any]:
    """A guide of its own to change."""
    return deepcopy(service_guide(rulebook()))


def item_of(content: dict[str, Any], code: str) -> dict[str, Any]:
    return next(item for item in content["items"] if item["code"] == code)


def lines_of(content: dict[str, Any], code: str, key: str) -> list[str]:
    return next(fact["lines"] for fact in item_of(content, code)["facts"] if fact["key"] == key)


# ── what it says ─────────────────────────────────────────────────────────────────────────────


def test_every_item_says_all_that_a_person_asks_at_the_window() -> None:
    asked = {"conditions", "who_may_file", "filing", "limit", "fee", "result", "legal_basis", "office", "phone"}

    for item in guide()["items"]:
        facts = {fact["key"]: fact["lines"] for fact in item["facts"]}
        assert asked <= facts.keys(), item["code"]
        assert all(line for lines in facts.values() for line in lines), item["code"]
    assert [item["code"] for item in guide()["items"]] == [code.value for code in ItemCode]


def test_every_slot_of_the_checklist_is_in_the_guide_once() -> None:
    content = guide()

    told = [m["key"] for each in content["items"] for m in each["materials"]]
    told += [m["key"] for m in content["common_materials"]]

    assert sorted(told) == sorted(rule.slot.key for rule in rulebook().materials.rows)


# The figures of 附件1 and of the law since, as a reader finds them. Written apart from config.
FIGURES = [
    ("retire_normal", "男职工 60 周岁、女干部 55 周岁、女工人 50 周岁"),
    ("retire_normal", "男职工 1965年1月及以后出生的，出生每晚 4 个月延迟 1 个月，最多到 63 周岁"),
    ("retire_normal", "女干部 1970年1月及以后出生的，出生每晚 4 个月延迟 1 个月，最多到 58 周岁"),
    ("retire_normal", "女工人 1975年1月及以后出生的，出生每晚 2 个月延迟 1 个月，最多到 55 周岁"),
    ("retire_normal", "缴费满 15年（180 个月）；2030 年起逐年提高，2039 年起要满 20年（240 个月）"),
    ("retire_normal", "最多提前 3年，不得低于原法定退休年龄，提前 3 个月书面告知单位"),
    ("retire_special", "男 55 周岁、女 45 周岁"),
    ("retire_special", "井下、高温满 9 年"),
    ("retire_disability", "2025年1月以前申请的：男满 50 周岁、女满 45 周岁，养老保险缴费满 15年"),
    ("retire_disability", "2025年1月起，改为申请病残津贴，不再有年龄要求，也不要求最低缴费年限"),
    ("medical_years", "男 30年、女 25年"),
    ("medical_years", "2023 年 10年，2024 年 11年，2025 年 12年，2026 年 13年，2027 年 14年，2028 年 15年起"),
    ("medical_years", "2028 年 15年起（待医保局确认）"),
]


@pytest.mark.parametrize(("code", "said"), FIGURES)
def test_the_conditions_say_the_figures_of_the_law(code: str, said: str) -> None:
    assert said in "".join(lines_of(guide(), code, "conditions"))


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("retire_normal", "转到部门后 10 个工作日"),
        ("medical_years", "材料齐全后 15 个工作日（补缴的时间不算）"),
        ("only_child_reward", "转到部门后 15 个工作日"),
        ("housing_fund", "公积金账户封存后 3 个工作日"),
    ],
)
def test_a_limit_says_what_starts_it(code: str, limit: str) -> None:
    assert lines_of(guide(), code, "limit") == [limit]


def test_nothing_in_it_costs_anything() -> None:
    assert {line for item in guide()["items"] for line in lines_of(guide(), item["code"], "fee")} == {"不收费"}


# ── what changed ─────────────────────────────────────────────────────────────────────────────


def test_two_guides_that_say_the_same_have_no_changes_and_one_hash() -> None:
    shuffled = dict(reversed(guide().items()))

    assert changes(guide(), guide()) == ()
    assert content_hash(shuffled) == content_hash(guide())


def test_a_reworded_line_shows_only_the_sentences_that_differ() -> None:
    new = guide()
    lines_of(new, "retire_special", "conditions")[0] = "换了一种说法。"
    old_sentence = lines_of(guide(), "retire_special", "conditions")[0]

    assert changes(guide(), new) == (Change("特殊工种提前退休", "受理条件", (old_sentence,), ("换了一种说法。",)),)


def test_a_new_material_and_one_that_is_gone_are_told_under_their_item() -> None:
    new = guide()
    materials = item_of(new, "medical_years")["materials"]
    materials[0] = {**materials[0], "key": "another", "label": "另一种材料", "kinds": []}

    come, gone = changes(guide(), new)

    assert (come.group, come.label, come.before) == ("医保年限核定", "材料“另一种材料”", ())
    assert (gone.group, gone.label, gone.after) == ("医保年限核定", "材料“工龄证明材料”", ())


def test_a_changed_phone_names_the_old_and_the_new() -> None:
    new = guide()
    new["contacts"][1]["phone"] = "0730-12333"

    assert changes(guide(), new) == (Change("咨询电话", "社保热线", ("12333",), ("0730-12333",)),)


def test_the_same_sentences_in_another_order_are_a_change_too() -> None:
    new = guide()
    new["summary"][2]["lines"].reverse()

    [change] = changes(guide(), new)

    assert change.after == tuple(reversed(change.before))


# ── versions ─────────────────────────────────────────────────────────────────────────────────


def first_version() -> GuideVersion:
    return GuideVersion(1, guide(), content_hash(guide()), "第一版", AT, *BY)


def test_the_next_version_has_the_next_number_and_the_hash_of_what_it_says() -> None:
    new = guide() | {"title": "另一个名称"}

    version = next_version(first_version(), new, "改了名称", AT, BY)

    assert (version.number, version.note, version.published_by) == (2, "改了名称", "韩管理")
    assert version.content_hash == content_hash(new)


def test_what_says_the_same_is_not_published_again() -> None:
    with pytest.raises(GuideUnchanged):
        next_version(first_version(), guide(), "没有改", AT, BY)


def test_whoever_saw_another_version_is_told_who_published_meanwhile() -> None:
    must_be_latest(first_version(), 1)
    with pytest.raises(StaleVersion, match="韩管理"):
        must_be_latest(first_version(), 2)
