"""What a submission was answered: the same again, or where not; and what is another answer to the person."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.evaluation import Evaluation, answer_of, differences, evaluate, figures_of
from backend.domain.people import Month
from backend.domain.rule_checks import CheckOutcome, RuleKey
from tests.domain.cases import EVALUATION
from tests.domain.examples import answers, rulebook

NOVEMBER = Month(2026, 11)
AGE, CONTRIBUTION, _ = EVALUATION.checks


def with_checks(*checks: Any) -> Evaluation:
    return replace(EVALUATION, checks=checks)


def test_the_same_rules_say_the_same_again() -> None:
    once, again = (evaluate(rulebook(), answers(), NOVEMBER) for _ in range(2))

    assert once.answer["kind"] == "eligible"
    assert once.statutory_age_months == 608
    assert differences(once, again) == ()


# fmt: off
DIFFERENT = [
    # what is found now                                                                    where it differs
    (replace(EVALUATION, answer={"kind": "too_early"}),                                    ("answer",)),
    (with_checks(AGE, CONTRIBUTION),                                                       ("original_age",)),
    (with_checks(replace(AGE, outcome=CheckOutcome.FAILS), *EVALUATION.checks[1:]),        ("age",)),
    (with_checks(AGE, replace(CONTRIBUTION, wanted={"minimum_months": 186}), EVALUATION.checks[2]), ("contribution",)),
    (with_checks(AGE, replace(CONTRIBUTION, law="另一条"), EVALUATION.checks[2]),          ("contribution",)),
]
# fmt: on


@pytest.mark.parametrize(("now", "where"), DIFFERENT)
def test_what_is_not_answered_again_is_named(now: Evaluation, where: tuple[str, ...]) -> None:
    assert differences(EVALUATION, now) == where


def test_a_release_that_says_more_says_no_other_answer() -> None:
    more = replace(AGE, key=RuleKey.FLEXIBLE_WINDOW)
    richer = replace(AGE, given={**AGE.given, "sex": "female"})
    answer = {**EVALUATION.answer, "way": "on_time", "statutory": {"statutory_age_months": 608, "delay_months": 8}}

    now = Evaluation(EVALUATION.filing_month, answer, (richer, *EVALUATION.checks[1:], more))

    assert differences(EVALUATION, now) == ()


def test_unanswered_is_an_answer_of_its_own_kind() -> None:
    found = evaluate(rulebook(), {}, NOVEMBER)

    assert found.answer == answer_of(None) == {"kind": "unanswered"}
    assert found.checks == ()
    assert found.statutory_age_months is None


def test_only_figures_make_another_answer_to_the_person() -> None:
    too_early = rulebook().eligibility(answers(), Month(2026, 5))
    assert too_early is not None
    renamed = replace(too_early, statutory=replace(too_early.statutory, law="换了个名字"))
    later = replace(too_early, statutory=replace(too_early.statutory, statutory_month=Month(2027, 1)))

    assert figures_of(renamed) == figures_of(too_early)
    assert figures_of(later) != figures_of(too_early)
    assert answer_of(renamed) != answer_of(too_early)
