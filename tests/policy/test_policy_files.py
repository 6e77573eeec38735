"""Config that does not hold together stops the start and names the file and the line."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from backend.adapters.policy_files import ConfigFault, load
from backend.domain.deadlines import DueDate
from backend.domain.items import ItemCode
from backend.domain.retirement import WayForward
from tests.domain.examples import CONFIG, rulebook

LAW_OF_2030 = "law: 《国务院关于渐进式延迟法定退休年龄的办法》第二条、附件4}   # 15 年 6 个月"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the district's config that a test may spoil."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def spoil(path: Path, old: str, new: str) -> int:
    """Replaces the first `old`; returns the line on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        # dated rows
        ("policy/minimum_contribution.yaml", "until: 2030-12-31", "until: 2030-11-30", "gap"),
        ("policy/minimum_contribution.yaml", "until: 2030-12-31", "until: 2031-01-31", "overlaps"),
        ("policy/minimum_contribution.yaml", "until: 2030-12-31", "until: 2029-12-31", "ends before it begins"),
        ("policy/minimum_contribution.yaml", ", until: 2030-12-31", "", "not until when"),
        (
            "policy/minimum_contribution.yaml",
            "from: 2039-01-01, ",
            "from: 2039-01-01, until: 2050-12-31, ",
            "leave `until` out",
        ),
        ("policy/minimum_contribution.yaml", "months: 186", "months: many", "whole number"),
        ("policy/minimum_contribution.yaml", "months: 186", "moths: 186", "not known here"),
        ("policy/minimum_contribution.yaml", "on_time: statutory_month", "on_time: birthday", "not one of"),
        ("policy/minimum_contribution.yaml", "early: chosen_month", "early: filing_month", "can be chosen by"),
        ("policy/minimum_contribution.yaml", "  special: 特殊工种", "  by_hand: 特殊工种", "not known here"),
        ("policy/medical_years.yaml", "chosen_by: retirement_month", "chosen_by: filing_month", "can be chosen by"),
        ("policy/pension_start.yaml", "months_after: 1", "months_after: next", "whole number"),
        ("policy/deemed_contribution.yaml", "counts: true", "counts: perhaps", "true or false"),
        ("policy/special_work.yaml", "underground: 9", "underground: some", "whole number"),
        ("policy/retirement_age.yaml", "chosen_by: original_age_month", "chosen_by: filing_month", "can be chosen by"),
        ("policy/retirement_age.yaml", "first_delayed_birth: 1965-01", "first_delayed_birth: 1965-13", "month"),
        ("policy/clock.yaml", "amber_percent: 80", "amber_percent: 180", "at most 100"),
        ("policy/disability.yaml", "route: disability_benefit", "route: nowhere", "not one of"),
        (
            "policy/minimum_contribution.yaml",
            f"2030-12-31, months: 186, {LAW_OF_2030}\n  - {{from: 2031-01-01",
            f"2031-01-01, months: 186, {LAW_OF_2030}\n  - {{from: 2031-01-02",
            "first of a month",
        ),
        # materials in plain words
        ("materials.zh-CN.yaml", "when: widowhood_papers_needed", "when: delivered_by_express", "has no words"),
        ("materials.zh-CN.yaml", "always: 都要\n", "always: 都要\n  never: 不要\n", "no slot has 'never'"),
        # questions
        ("questions.zh-CN.yaml", "shown_when: woman_retiring_normally", "shown_when: womn", "no predicate"),
        ("questions.zh-CN.yaml", "validate: [bank_name]", "validate: [bnk_name]", "no check"),
        ("questions.zh-CN.yaml", "group: 本人", "group: 别人", "not one of the groups"),
        ("questions.zh-CN.yaml", "- key: phone\n        type", "- key: name\n        type", "there already"),
        ("questions.zh-CN.yaml", "type: id_number", "type: number_of_id", "not one of"),
        ("questions.zh-CN.yaml", "sensitive: true", "sensitive: maybe", "true or false"),
        # materials, items, checks
        ("materials.zh-CN.yaml", "when: spouse_papers_needed", "when: spouse", "no predicate"),
        ("materials.zh-CN.yaml", "- key: id_card", "- key: application_form", "there already"),
        ("materials.zh-CN.yaml", "departments: [health]", "departments: [wealth]", "not one of"),
        ("materials.zh-CN.yaml", "kind_from: only_child_certificate", "kind_from: marital_status", "kinds differ"),
        ("items.zh-CN.yaml", "bank_name, bank_account]", "bank_name, shoe_size]", "no question asks"),
        ("items.zh-CN.yaml", "limit_working_days: 10", "limit_working_days: 0", "at least 1"),
        ("checks.zh-CN.yaml", "  portrait:", "  portrait_photo:", "no slot"),
        # the work calendar
        ("work_calendar/2026.yaml", "on: 2026-01-04", "on: 2026-01-05", "Saturday or Sunday"),
        ("work_calendar/2026.yaml", "year: 2026", "year: 2027", "year of this file"),
        ("work_calendar/2026.yaml", "until: 2026-01-03", "until: 2025-01-03", "ends before"),
        ("work_calendar/statutory.yaml", "on: 10-01", "on: 13-01", "MM-DD"),
    ],
)
def test_a_fault_names_its_file_and_line(config: Path, file: str, old: str, new: str, says: str) -> None:
    line = spoil(config / file, old, new)

    with pytest.raises(ConfigFault) as fault:
        load(config)

    assert fault.value.file == config / file
    assert abs(fault.value.line - line) <= 1  # a gap is pointed at where the next row begins
    assert says in fault.value.what


@pytest.mark.parametrize(
    ("file", "line_left_out", "says"),
    [
        ("minimum_contribution.yaml", "  late: statutory_month\n", "'late' is missing"),
        ("disability.yaml", "    age_months: {male: 600, female: 540}\n", "has its ages"),
        ("disability.yaml", "    asks_minimum_contribution: true\n", "'asks_minimum_contribution' is missing"),
        ("retirement_age.yaml", "      female_50:", "not known here"),
        ("pension_start.yaml", "source: ", "not known here"),
    ],
)
def test_what_a_rule_lacks_is_told_where_its_part_begins(
    config: Path, file: str, line_left_out: str, says: str
) -> None:
    new = "" if line_left_out.endswith("\n") else line_left_out.replace(":", "_too:")
    line = spoil(config / "policy" / file, line_left_out, new)

    with pytest.raises(ConfigFault, match=says) as fault:
        load(config)

    assert fault.value.file == config / "policy" / file
    assert 0 <= line - fault.value.line <= 6


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ("", "is empty"),
        ("pages: [", "is not YAML"),
        ("a: 1\na: 2\n", "given twice"),
        ("- just a list\n", "key: value pairs"),
    ],
)
def test_a_file_that_is_no_config_is_refused(config: Path, spoilt: str, says: str) -> None:
    (config / "questions.zh-CN.yaml").write_text(spoilt, encoding="utf-8")

    with pytest.raises(ConfigFault, match=re.escape(says)):
        load(config)


def test_a_missing_file_is_refused(config: Path) -> None:
    (config / "guide.zh-CN.yaml").unlink()

    with pytest.raises(ConfigFault, match=r"guide\.zh-CN\.yaml:1: cannot be read"):
        load(config)


def test_the_hash_names_exactly_this_config(config: Path) -> None:
    same = load(config)
    assert same.content_hash == rulebook().content_hash

    spoil(config / "guide.zh-CN.yaml", "退休一件事，一次办好", "退休，一次办好")
    reworded = load(config)
    assert reworded.content_hash != same.content_hash
    assert reworded.policy.content_hash == same.policy.content_hash

    spoil(config / "policy/minimum_contribution.yaml", "months: 186", "months: 187")
    assert load(config).policy.content_hash != same.policy.content_hash


NOTICE_OF_2027 = """\
year: 2027
source: 一份编出来的通知，只用于测试
holidays:
  - {name: 元旦, from: 2027-01-01, until: 2027-01-03}
  - {name: 春节, from: 2027-02-05, until: 2027-02-11}
makeup_days:
  - {name: 元旦, on: 2026-12-27}
"""


def test_a_published_notice_settles_what_was_provisional(config: Path) -> None:
    start = date(2026, 12, 24)
    before = load(config).calendar.add_working_days(start, 5)
    (config / "work_calendar" / "2027.yaml").write_text(NOTICE_OF_2027, encoding="utf-8")

    after = load(config).calendar.add_working_days(start, 5)

    assert (before, after) == (DueDate(date(2026, 12, 31), False), DueDate(date(2026, 12, 30), False))
    assert load(config).calendar.add_working_days(date(2027, 2, 4), 1) == DueDate(date(2027, 2, 12), False)


def test_every_rule_and_row_cites_its_source() -> None:
    policy = rulebook().policy
    rules = (
        policy.retirement_age,
        policy.minimum_contribution,
        policy.flexible_retirement,
        policy.special_work,
        policy.disability,
        policy.medical_years,
        policy.amber_percent,
    )

    assert all(rule.source and rule.unit and all(row.law for row in rule.rows) for rule in rules)


def test_every_item_has_its_guide_and_every_way_forward_its_words() -> None:
    guide = rulebook().guide

    assert set(guide.item_guides) == set(ItemCode)
    assert all(entry.bring and entry.steps for entry in guide.item_guides.values())
    assert set(guide.ways_forward) == set(WayForward)


def test_the_four_checks_are_those_of_the_notice() -> None:
    assert [check.question for check in rulebook().checks.cannot_proceed] == [
        "是否存在重复参保及缴费",
        "是否存在少缴、多缴及缴费没有满足退休条件",
        "是否存在省外、省内转移未办理的情况",
        "是否存在有职工档案，但档案未在人社部门的情况",
    ]


def test_the_commitment_is_the_form_s_own_text() -> None:
    paragraphs = rulebook().consents.commitment.paragraphs

    assert paragraphs[0].startswith("本人承诺通过“退休一件事一次办”办理业务，有义务确保所提交的所有材料")
    assert paragraphs[0].endswith("如有重复领取养老金的，按有关政策、法规规定处理。")


def test_no_file_shouts_or_names_a_registry() -> None:
    for path in sorted(CONFIG.rglob("*.zh-CN.yaml")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[!！]|https?://", text), path.name
