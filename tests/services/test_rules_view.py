"""Every check of the policy is said in words, whatever a person stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from backend.domain.evaluation import Evaluation
from backend.domain.medical import MedicalMonths
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement import Circumstances, RetirementType, Timing
from backend.domain.rule_checks import RuleCheck, RuleKey, rule_checks
from backend.services.rules_view import INPUT_LABELS, RULE_LABELS, VALUE_WORDS, VersionTold, rules_view
from tests.domain.cases import a_case
from tests.domain.examples import rulebook

NOVEMBER = Month(2026, 11)  # everybody here is of age in it
CHOSEN = {Timing.ON_TIME: None, Timing.EARLY: Month(2026, 10), Timing.LATE: Month(2027, 2)}
VERSION = VersionTold("3" * 64, None, is_current=True)


def every_check() -> Iterator[RuleCheck]:
    """The checks of people of every kind, many months and few, with every paper and with none."""
    kinds = [*rulebook().policy.special_work.rows[-1].value.years, None]
    people = product([(Sex.MALE, Category.MALE), (Sex.FEMALE, Category.FEMALE_50), (Sex.FEMALE, None)],
                     RetirementType, Timing, kinds, [0, 400], [None, date(2026, 6, 1)])  # fmt: skip
    for (sex, category), type_, timing, kind, months, paper in people:
        stated = Circumstances(
            birth=Month(1976, 3) if sex is Sex.FEMALE else Month(1966, 6),
            sex=sex,
            category=category,
            retirement_type=type_,
            timing=timing,
            chosen_month=CHOSEN[timing],
            early_notice_on=paper,
            late_agreement_on=paper,
            special_work_kind=kind,
            special_work_months=months,
            appraisal_on=paper,
            contribution_months=months,
            deemed_months=months // 10,
        )
        medical = MedicalMonths(months, months, months)
        for filing_month in (NOVEMBER, Month(2024, 6)):
            yield from rule_checks(stated, filing_month, rulebook().policy, medical)


@pytest.fixture(scope="module")
def checks() -> list[RuleCheck]:
    return list(every_check())


def test_every_kind_of_check_comes_up(checks: list[RuleCheck]) -> None:
    assert {check.key for check in checks} == set(RuleKey) == set(RULE_LABELS)


def test_every_input_has_a_name_and_a_value_in_words(checks: list[RuleCheck]) -> None:
    names = {name for check in checks for name in (*check.given, *check.wanted)}
    views = [rules_view(a_case(), Evaluation(NOVEMBER, {}, (check,)), VERSION)["rule_checks"][0] for check in checks]
    said = {each["text"] for view in views for each in (*view["given"], *view["wanted"])}

    assert names - INPUT_LABELS.keys() == set()
    assert [text for text in said if re.search(r"[a-z_]|\d{4}-\d\d|^\d+$", text)] == []
    assert set(VALUE_WORDS.values()) <= said


def test_what_is_nothing_is_not_said() -> None:
    stated = Circumstances(Month(1966, 6), Sex.MALE, Category.MALE, RetirementType.NORMAL, contribution_months=300)
    [_, contribution, *_] = rule_checks(stated, NOVEMBER, rulebook().policy)

    [view] = rules_view(a_case(), Evaluation(NOVEMBER, {}, (contribution,)), VERSION)["rule_checks"]

    assert [each["label"] for each in view["given"]] == ["实际缴费"]
