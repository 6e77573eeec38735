"""When a case may be accepted and when returned; which verdicts still stand."""

from typing import Any

import pytest

from backend.domain.errors import ChecksOpen, NotAllJudged, NothingFailed, RulesUnsettled, SomethingFailed
from backend.domain.review import (
    Judgement,
    Settlement,
    SettlementKind,
    Verdict,
    must_be_acceptable,
    must_be_returnable,
    must_be_settled,
    settled,
    standing,
    to_settle,
    unjudged,
)
from backend.domain.review import (
    failed as failures,
)
from backend.domain.rule_checks import CheckOutcome, RuleCheck, RuleKey
from tests.domain.cases import AT, CLERK, EVALUATION, a_check, failed, passed

SUBJECTS = {"field:name": "姓名", "field:phone": "手机号", "slot:id_card": "身份证", "slot:portrait": "一寸照"}
LABELS = {"transfer_pending": "转移未办理", "archive_elsewhere": "档案未在人社部门"}
NO_CHECK_FOUND = {key: a_check(key) for key in LABELS}


def verdicts(*failing: str, unjudged: tuple[str, ...] = ()) -> dict[str, Judgement]:
    """A verdict on every subject but `unjudged`."""
    judged = [subject for subject in SUBJECTS if subject not in unjudged]
    return {subject: failed(subject) if subject in failing else passed(subject) for subject in judged}


def accept(judgements: dict[str, Judgement], checks: Any = None, *, age_confirmed: bool = True) -> None:
    given = NO_CHECK_FOUND if checks is None else checks
    must_be_acceptable(SUBJECTS, judgements, given, LABELS, age_confirmed=age_confirmed)


# fmt: off
STANDING = [
    # judgement       round  mended  does it stand
    (passed("f", 1),  1,     set(),  True),
    (passed("f", 1),  2,     set(),  True),
    (passed("f", 1),  3,     set(),  True),
    (passed("f", 1),  2,     {"f"},  False),  # she changed it since
    (passed("f", 2),  2,     {"f"},  True),   # and it was judged again
    (failed("f", 1),  1,     set(),  True),
    (failed("f", 1),  1,     {"f"},  True),   # not handed in yet
    (failed("f", 1),  2,     set(),  False),
    (failed("f", 1),  2,     {"f"},  False),
]
# fmt: on


@pytest.mark.parametrize(("judgement", "round_", "mended", "does_stand"), STANDING)
def test_a_pass_stands_until_its_subject_is_changed_and_a_fail_in_its_round_only(
    judgement: Judgement, round_: int, mended: set[str], does_stand: bool
) -> None:
    assert ("f" in standing({"f": judgement}, round_, mended)) is does_stand


def test_what_is_left_to_judge_and_what_failed_come_in_the_cases_order() -> None:
    judgements = verdicts("slot:portrait", "field:name", unjudged=("slot:id_card",))

    assert unjudged(SUBJECTS, judgements) == ["身份证"]
    assert failures(SUBJECTS, judgements) == ["field:name", "slot:portrait"]


def test_verdicts_on_what_no_longer_belongs_to_the_case_count_for_nothing() -> None:
    judgements = verdicts() | {"slot:divorce_agreement": failed("slot:divorce_agreement")}

    accept(judgements)

    with pytest.raises(NothingFailed):
        must_be_returnable(SUBJECTS, judgements)


@pytest.mark.parametrize("failing", [(), ("slot:id_card",)])
def test_nothing_is_accepted_or_returned_until_all_is_judged(failing: tuple[str, ...]) -> None:
    judgements = verdicts(*failing, unjudged=("field:phone", "slot:portrait"))

    for attempt in (lambda: accept(judgements), lambda: must_be_returnable(SUBJECTS, judgements)):
        with pytest.raises(NotAllJudged) as refusal:
            attempt()
        assert refusal.value.facts["missing"] == ["手机号", "一寸照"]


def test_a_return_lists_everything_that_failed() -> None:
    assert must_be_returnable(SUBJECTS, verdicts("slot:id_card", "field:name")) == ["field:name", "slot:id_card"]


def test_a_case_in_which_nothing_failed_is_not_returned() -> None:
    with pytest.raises(NothingFailed):
        must_be_returnable(SUBJECTS, verdicts())


def test_a_case_in_which_something_failed_is_not_accepted() -> None:
    with pytest.raises(SomethingFailed) as refusal:
        accept(verdicts("field:phone"))

    assert refusal.value.facts == {"failed": ["手机号"]}


@pytest.mark.parametrize(
    ("checks", "age_confirmed", "still_open"),
    [
        ({}, True, ["转移未办理", "档案未在人社部门"]),
        ({"transfer_pending": a_check()}, True, ["档案未在人社部门"]),
        (NO_CHECK_FOUND | {"transfer_pending": a_check(found=True)}, True, ["转移未办理"]),
        (NO_CHECK_FOUND, False, ["退休年龄确认"]),
        ({}, False, ["转移未办理", "档案未在人社部门", "退休年龄确认"]),
    ],
)
def test_a_case_is_not_accepted_while_a_check_stands_open(
    checks: Any, age_confirmed: bool, still_open: list[str]
) -> None:
    with pytest.raises(ChecksOpen) as refusal:
        accept(verdicts(), checks, age_confirmed=age_confirmed)

    assert refusal.value.facts == {"open": still_open}


def test_all_passed_all_checks_answered_no_and_the_age_confirmed_is_enough() -> None:
    accept(verdicts())

    assert {verdict.value for verdict in Verdict} == {"pass", "fail"}


# ── the checks of the policy ─────────────────────────────────────────────────────────────────

# fmt: off
TO_SETTLE = [
    # key                   outcome                            confirmed age  what the clerk must do
    (RuleKey.AGE,           CheckOutcome.PASSES,               None,          None),
    (RuleKey.AGE,           CheckOutcome.PASSES,               608,           None),
    (RuleKey.AGE,           CheckOutcome.PASSES,               607,           SettlementKind.OVERRIDDEN),
    (RuleKey.AGE,           CheckOutcome.FAILS,                608,           SettlementKind.OVERRIDDEN),
    (RuleKey.CONTRIBUTION,  CheckOutcome.PASSES,               607,           None),
    (RuleKey.CONTRIBUTION,  CheckOutcome.FAILS,                None,          SettlementKind.OVERRIDDEN),
    (RuleKey.ORIGINAL_AGE,  CheckOutcome.NEEDS_CONFIRMATION,   608,           SettlementKind.CONFIRMED),
    (RuleKey.MEDICAL_LIFETIME, CheckOutcome.INFORMS,           607,           None),
]
# fmt: on


@pytest.mark.parametrize(("key", "outcome", "confirmed", "needed"), TO_SETTLE)
def test_what_a_check_needs_of_the_clerk(
    key: RuleKey, outcome: CheckOutcome, confirmed: int | None, needed: SettlementKind | None
) -> None:
    check = RuleCheck(key, outcome, {}, {}, "办法第一条", "retirement_age")

    assert to_settle(check, 608, confirmed) is needed


def test_an_age_that_the_rules_do_not_know_contradicts_nothing() -> None:
    check = RuleCheck(RuleKey.AGE, CheckOutcome.PASSES, {}, {}, "办法第一条", "retirement_age")

    assert to_settle(check, None, 608) is None


def a_settlement(key: RuleKey, kind: SettlementKind, round_: int = 1) -> Settlement:
    return Settlement(key, round_, kind, "档案里有", CLERK.id, CLERK.name, AT)


def test_every_check_is_settled_in_its_own_way_or_named() -> None:
    labels = {key: key.upper() for key in RuleKey}
    both = {
        RuleKey.CONTRIBUTION: a_settlement(RuleKey.CONTRIBUTION, SettlementKind.OVERRIDDEN),
        RuleKey.ORIGINAL_AGE: a_settlement(RuleKey.ORIGINAL_AGE, SettlementKind.CONFIRMED),
    }
    wrong = {**both, RuleKey.CONTRIBUTION: a_settlement(RuleKey.CONTRIBUTION, SettlementKind.CONFIRMED)}

    must_be_settled(EVALUATION, both, labels, 608)
    for given, confirmed, still_open in (
        ({}, 608, ["CONTRIBUTION", "ORIGINAL_AGE"]),
        (wrong, 608, ["CONTRIBUTION"]),
        (both, 600, ["AGE"]),
    ):
        with pytest.raises(RulesUnsettled) as refusal:
            must_be_settled(EVALUATION, given, labels, confirmed)
        assert refusal.value.facts == {"open": still_open}


@pytest.mark.parametrize(
    ("kind", "round_", "stands"),
    [
        (SettlementKind.CONFIRMED, 2, True),
        (SettlementKind.OVERRIDDEN, 2, True),
        (SettlementKind.TAKEN_BACK, 2, False),
        (SettlementKind.CONFIRMED, 1, False),
        (SettlementKind.OVERRIDDEN, 1, False),
    ],
)
def test_a_settlement_says_something_in_its_round_only(kind: SettlementKind, round_: int, stands: bool) -> None:
    given = {RuleKey.AGE.value: a_settlement(RuleKey.AGE, kind, round_)}

    assert (settled(given, 2) == given) is stands
