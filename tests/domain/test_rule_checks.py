"""Every check of the law that a clerk sees: its inputs, what is wanted, how it comes out, the clause."""

from datetime import date
from typing import Any

import pytest

from backend.domain.medical import MedicalMonths
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement_month import Circumstances, RetirementType, Timing
from backend.domain.rule_checks import CheckOutcome, RuleCheck, RuleKey, rule_checks
from tests.domain.examples import answers, rulebook, stated

POLICY = rulebook().policy
MALE, FEMALE_50 = Category.MALE, Category.FEMALE_50
PASSES, FAILS = CheckOutcome.PASSES, CheckOutcome.FAILS
CONFIRM, INFORMS = CheckOutcome.NEEDS_CONFIRMATION, CheckOutcome.INFORMS


def checks(
    circumstances: Circumstances, filing_month: str = "2026-11", medical: MedicalMonths | None = None
) -> dict[RuleKey, RuleCheck]:
    found = rule_checks(circumstances, Month.parse(filing_month), POLICY, medical)
    return {check.key: check for check in found}


def her(**changes: Any) -> Circumstances:
    return stated("1976-03", FEMALE_50, changes.pop("paid", 312), **changes)


def test_a_man_who_retires_on_time_has_two_checks() -> None:
    found = checks(stated("1966-06", MALE, 260))

    assert list(found) == [RuleKey.AGE, RuleKey.CONTRIBUTION]
    age, contribution = found.values()
    assert (age.outcome, age.rule, age.status) == (PASSES, "retirement_age", "")
    assert age.given == {"birth_month": "1966-06", "filing_month": "2026-11"}
    assert age.wanted == {"age_months": 725, "statutory_month": "2026-11", "from_month": "2026-11"}
    assert "办法》第一条" in age.law
    assert (contribution.outcome, contribution.rule, contribution.status) == (PASSES, "minimum_contribution", "")
    assert contribution.given == {"contribution_months": 260, "deemed_months": 0, "counted_months": 260}
    assert contribution.wanted == {"minimum_months": 180, "year": 2026}
    assert "《社会保险法》第十六条" in contribution.law


def test_a_month_too_early_fails_by_age_alone() -> None:
    found = checks(her(), "2026-10")

    assert (found[RuleKey.AGE].outcome, found[RuleKey.CONTRIBUTION].outcome) == (FAILS, PASSES)


@pytest.mark.parametrize(("paid", "deemed", "outcome"), [(179, 0, FAILS), (180, 0, PASSES), (120, 60, PASSES)])
def test_deemed_months_count_and_have_a_check_of_their_own(paid: int, deemed: int, outcome: CheckOutcome) -> None:
    found = checks(her(paid=paid, deemed_months=deemed))

    assert found[RuleKey.CONTRIBUTION].outcome is outcome
    assert found[RuleKey.CONTRIBUTION].given["counted_months"] == paid + deemed
    assert (RuleKey.DEEMED_CONTRIBUTION in found) == (deemed > 0)
    if deemed:
        check = found[RuleKey.DEEMED_CONTRIBUTION]
        assert (check.outcome, check.given, check.wanted) == (CONFIRM, {"deemed_months": deemed}, {})
        assert (check.rule, check.status) == ("deemed_contribution", "按档案认定，待区人社局确认")
        assert "第十三条" in check.law


@pytest.mark.parametrize(
    ("category", "filing_month", "outcome", "given"),
    [
        (FEMALE_50, "2026-11", INFORMS, 600),
        (Category.FEMALE_55, "2033-01", INFORMS, 660),
        (None, "2026-11", CONFIRM, None),
        (None, "2026-10", INFORMS, None),
        (None, "2033-01", INFORMS, None),
    ],
)
def test_a_womans_original_age_is_confirmed_where_the_answer_hangs_on_it(
    category: Category | None, filing_month: str, outcome: CheckOutcome, given: int | None
) -> None:
    check = checks(stated("1976-03", category, 312), filing_month)[RuleKey.ORIGINAL_AGE]

    assert (check.outcome, check.given) == (outcome, {"original_age_months": given})
    assert check.wanted == {
        "statutory_month_of_female_50": "2026-11",
        "statutory_month_of_female_55": "2032-10",
    }
    assert (check.rule, check.law) == ("retirement_age", POLICY.retirement_age.source)


@pytest.mark.parametrize(
    ("timing", "chosen", "outcome", "earliest", "latest"),
    [
        (Timing.EARLY, "2026-02", FAILS, "2026-03", "2026-11"),
        (Timing.EARLY, "2026-03", PASSES, "2026-03", "2026-11"),
        (Timing.EARLY, "2026-11", PASSES, "2026-03", "2026-11"),
        (Timing.EARLY, "2026-12", FAILS, "2026-03", "2026-11"),
        (Timing.LATE, "2026-10", FAILS, "2026-11", "2029-11"),
        (Timing.LATE, "2026-11", PASSES, "2026-11", "2029-11"),
        (Timing.LATE, "2029-11", PASSES, "2026-11", "2029-11"),
        (Timing.LATE, "2029-12", FAILS, "2026-11", "2029-11"),
    ],
)
def test_a_chosen_month_is_held_against_its_window(
    timing: Timing, chosen: str, outcome: CheckOutcome, earliest: str, latest: str
) -> None:
    check = checks(her(timing=timing, chosen_month=Month.parse(chosen)))[RuleKey.FLEXIBLE_WINDOW]

    assert (check.outcome, check.given) == (outcome, {"chosen_month": chosen})
    assert check.wanted == {"earliest_month": earliest, "latest_month": latest}
    assert (check.rule, check.status) == ("flexible_retirement", "")
    assert "人社部发〔2024〕94号" in check.law


@pytest.mark.parametrize("half", [{"chosen_month": Month(2026, 6)}, {"timing": Timing.EARLY}])
def test_half_a_choice_is_not_checked(half: dict[str, Any]) -> None:
    assert RuleKey.FLEXIBLE_WINDOW not in checks(her(**half))


def test_a_chosen_month_left_over_does_not_concern_special_work() -> None:
    left_over = {"timing": Timing.EARLY, "chosen_month": Month(2026, 2)}

    found = checks(stated("1971-01", MALE, 312, retirement_type=RetirementType.SPECIAL, **left_over))

    assert {RuleKey.FLEXIBLE_WINDOW, RuleKey.EARLY_NOTICE} & set(found) == set()


@pytest.mark.parametrize(
    ("notice_on", "outcome", "by"),
    [
        (None, CONFIRM, "2026-03-01"),
        (date(2026, 3, 1), PASSES, "2026-03-01"),
        (date(2026, 3, 2), CONFIRM, "2026-03-01"),
        (date(2026, 4, 1), FAILS, "2026-04-01"),  # the month that it is in time for
    ],
)
def test_the_notice_has_its_last_safe_day(notice_on: date | None, outcome: CheckOutcome, by: str) -> None:
    early = her(timing=Timing.EARLY, chosen_month=Month(2026, 6), early_notice_on=notice_on)

    found = checks(early)

    check = found[RuleKey.EARLY_NOTICE]
    assert (check.outcome, check.wanted) == (outcome, {"by": by, "months_before": 3})
    assert check.given == {"early_notice_on": notice_on.isoformat() if notice_on else None}
    assert RuleKey.LATE_AGREEMENT not in found


@pytest.mark.parametrize(
    ("signed_on", "outcome"),
    [(None, CONFIRM), (date(2026, 10, 1), PASSES), (date(2026, 10, 2), CONFIRM), (date(2026, 11, 1), FAILS)],
)
def test_the_agreement_has_its_last_safe_day(signed_on: date | None, outcome: CheckOutcome) -> None:
    late = her(timing=Timing.LATE, chosen_month=Month(2028, 6), late_agreement_on=signed_on)

    found = checks(late, "2028-06")

    check = found[RuleKey.LATE_AGREEMENT]
    assert (check.outcome, check.wanted) == (outcome, {"by": "2026-10-01", "months_before": 1})
    assert check.given == {"late_agreement_on": signed_on.isoformat() if signed_on else None}
    assert RuleKey.EARLY_NOTICE not in found


@pytest.mark.parametrize("timing", [Timing.EARLY, Timing.LATE])
def test_the_statutory_month_itself_asks_for_no_paper(timing: Timing) -> None:
    found = checks(her(timing=timing, chosen_month=Month(2026, 11)))

    assert {RuleKey.EARLY_NOTICE, RuleKey.LATE_AGREEMENT} & set(found) == set()


@pytest.mark.parametrize(
    ("kind", "done", "outcome", "wanted", "short"),
    [
        ("underground", 108, PASSES, 108, 0),
        ("underground", 100, CONFIRM, 108, 8),
        ("other_harmful", 96, PASSES, 96, 0),
        ("night", 200, CONFIRM, None, None),
        ("underground", None, CONFIRM, 108, None),
    ],
)
def test_special_work_shows_its_shortfall(
    kind: str, done: int | None, outcome: CheckOutcome, wanted: int | None, short: int | None
) -> None:
    given = {"special_work_kind": kind, "special_work_months": done}
    found = checks(stated("1971-01", MALE, 312, retirement_type=RetirementType.SPECIAL, **given))

    check = found[RuleKey.SPECIAL_WORK]
    assert (check.outcome, check.given) == (outcome, given)
    assert check.wanted == {"special_work_months": wanted, "short_months": short}
    assert (check.rule, "劳人护〔1985〕6号" in check.law) == ("special_work", True)
    assert found[RuleKey.AGE].rule == "special_work"
    assert found[RuleKey.CONTRIBUTION].status == "特殊工种按哪一年的年限，待区人社局确认"


@pytest.mark.parametrize(
    ("filing_month", "route", "law"),
    [("2024-12", "early_retirement", "国发〔1978〕104号"), ("2025-01", "disability_benefit", "人社部发〔2024〕72号")],
)
def test_an_appraisal_always_waits_for_the_clerk(filing_month: str, route: str, law: str) -> None:
    lost = stated("1970-01", MALE, 312, retirement_type=RetirementType.DISABILITY, appraisal_on=date(2024, 5, 1))

    found = checks(lost, filing_month)

    check = found[RuleKey.ABILITY_APPRAISAL]
    assert (check.outcome, check.given, check.wanted) == (CONFIRM, {"appraisal_on": "2024-05-01"}, {"route": route})
    assert (check.rule, law in check.law) == ("disability", True)
    assert found[RuleKey.AGE].rule == "disability"
    assert RuleKey.ORIGINAL_AGE not in found


def test_an_appraisal_without_a_date_is_shown_as_such() -> None:
    lost = stated("1970-01", None, 312, sex=Sex.FEMALE, retirement_type=RetirementType.DISABILITY)

    found = checks(lost)

    assert found[RuleKey.ABILITY_APPRAISAL].given == {"appraisal_on": None}
    assert RuleKey.ORIGINAL_AGE not in found


def test_medical_months_inform_and_never_fail() -> None:
    found = checks(her(), medical=MedicalMonths(paid=200, in_province=150, deemed=60))

    lifetime, in_province = found[RuleKey.MEDICAL_LIFETIME], found[RuleKey.MEDICAL_IN_PROVINCE]
    assert lifetime.given == {"paid_months": 200, "deemed_months": 60}
    assert lifetime.wanted == {"lifetime_months": 300, "short_months": 40}
    assert in_province.given == {"in_province_months": 150}
    assert in_province.wanted == {"in_province_months": 156, "short_months": 6}
    for check in (lifetime, in_province):
        assert (check.outcome, check.rule, check.status) == (INFORMS, "medical_years", "待医保局确认")
        assert "湘政办发〔2022〕66号" in check.law


def test_medical_months_are_those_of_the_retirement_year() -> None:
    late = her(timing=Timing.LATE, chosen_month=Month(2028, 6), late_agreement_on=date(2026, 10, 1))

    found = checks(late, "2028-06", MedicalMonths(300, 150))

    assert found[RuleKey.MEDICAL_IN_PROVINCE].wanted["in_province_months"] == 180


def test_the_rulebook_reads_the_checks_from_the_answers() -> None:
    given = answers(medical_paid_months=200, medical_in_province_months=150, medical_deemed_months=60)

    found = {check.key: check for check in rulebook().rule_checks(given, Month(2026, 11))}
    medical = rulebook().medical_years(given, Month(2026, 11))

    assert set(found) >= {RuleKey.AGE, RuleKey.ORIGINAL_AGE, RuleKey.CONTRIBUTION}
    assert (RuleKey.MEDICAL_LIFETIME in found) == (medical is not None)
    assert rulebook().rule_checks({}, Month(2026, 11)) == ()
    assert rulebook().medical_years({}, Month(2026, 11)) is None
