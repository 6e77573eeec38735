"""材料清单 by every kind of case in the plan's notice, and who may see what."""

from typing import Any

import pytest

from backend.domain.items import Department, Filing, ItemCode
from backend.domain.materials import Slot, missing, missing_labels
from tests.domain.examples import AREA_ELSEWHERE, answers, rulebook

RULES = rulebook()

ALL = {"application_form", "id_card"}
PENSION = {"social_security_card", "retirement_application", "qualification_form", "contribution_record"}
MEDICAL = {"work_history_proof"}
CHILD = {"only_child_application", "household_register", "child_register", "portrait", "only_child_certificate"}
SPOUSE = {"spouse_id_card", "spouse_register", "marriage_certificate"}
DIVORCE = {"divorce_certificate", "divorce_agreement"}
WIDOWED = {"other_marriage_proof"}
MOVED = {"birth_history_proof"}


def slots(**changes: Any) -> dict[str, Slot]:
    return {slot.key: slot for slot in RULES.checklist(answers(**changes))}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # marital status
        ({"marital_status": "married"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE),
        ({"marital_status": "remarried"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | DIVORCE),
        ({"marital_status": "divorced"}, ALL | PENSION | MEDICAL | CHILD | DIVORCE),
        ({"marital_status": "widowed"}, ALL | PENSION | MEDICAL | CHILD | WIDOWED),
        ({"marital_status": "single"}, ALL | PENSION | MEDICAL | CHILD),
        # household
        ({"household_moved_in": "yes"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | MOVED),
        ({"household_area": AREA_ELSEWHERE}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | MOVED),
        # retirement type
        ({"retirement_type": "special"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | {"special_work_approval"}),
        ({"retirement_type": "disability"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | {"ability_appraisal"}),
        # timing
        ({"retirement_timing": "early"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | {"early_retirement_notice"}),
        ({"retirement_timing": "late"}, ALL | PENSION | MEDICAL | CHILD | SPOUSE | {"late_retirement_agreement"}),
        ({"retirement_timing": "early", "retirement_filing": "self"}, ALL | MEDICAL | CHILD | SPOUSE),
        # filing
        ({"wants_only_child_reward": "no"}, ALL | PENSION | MEDICAL),
        ({"only_child_filing": "self"}, ALL | PENSION | MEDICAL),
        ({"medical_filing": "self"}, ALL | PENSION | CHILD | SPOUSE),
        ({"retirement_filing": "self"}, ALL | MEDICAL | CHILD | SPOUSE),
        ({"retirement_filing": "self", "retirement_type": "special"}, ALL | MEDICAL | CHILD | SPOUSE),
    ],
)
def test_the_checklist_follows_the_answers(changes: dict[str, Any], expected: set[str]) -> None:
    assert set(slots(**changes)) == expected


def test_every_slot_of_the_file_is_called_for_by_some_case() -> None:
    cases = [{"marital_status": "remarried", "retirement_type": "special", "household_moved_in": "yes"}]
    cases += [{"marital_status": "widowed", "retirement_type": "disability"}]
    cases += [{"retirement_timing": timing} for timing in ("early", "late")]

    assert {key for case in cases for key in slots(**case)} == {rule.slot.key for rule in RULES.materials.rows}


def test_every_slot_says_what_why_and_where() -> None:
    for rule in RULES.materials.rows:
        assert all((rule.slot.label, rule.slot.why, rule.slot.where_to_get, rule.slot.sample)), rule.slot.key
        assert rule.slot.parts
        assert rule.slot.max_pages == len(rule.slot.parts)


@pytest.mark.parametrize("key", ["id_card", "social_security_card", "spouse_id_card"])
def test_cards_have_a_front_and_a_back(key: str) -> None:
    assert [part.key for part in slots()[key].parts if part.required] == ["front", "back"]


def test_one_of_several_kinds_will_do() -> None:
    assert [key for key, _ in slots()["work_history_proof"].kinds] == [
        "buyout_form",
        "payroll",
        "labour_contract",
        "other_proof",
    ]


@pytest.mark.parametrize("kind", ["only_child_card", "honour_card", "no_children_proof", "lost_card_proof"])
def test_the_certificate_named_in_the_answers_is_the_one_asked_for(kind: str) -> None:
    assert slots(only_child_certificate=kind)["only_child_certificate"].kind == kind


# ── Missing ──


def test_what_is_missing_is_named_part_by_part() -> None:
    checklist = RULES.checklist(answers(wants_only_child_reward="no", medical_filing="self"))
    photos = {"id_card": {"front"}, "social_security_card": {"front", "back"}, "contribution_record": {"page_2"}}

    lacking = missing(checklist, photos)

    assert lacking == (
        "id_card/back",
        "retirement_application/page_1",
        "qualification_form/page_1",
        "contribution_record/page_1",
    )
    assert missing_labels(checklist, lacking) == (
        "身份证反面（有国徽的一面）",
        "参保人员退休申请表",
        "退休资格认定表",
        "个人权益单",
    )


def test_a_material_the_person_does_not_have_is_no_dead_end() -> None:
    checklist = RULES.checklist(answers())

    assert missing(checklist, {}, excused={slot.key for slot in checklist}) == ()


def test_the_generated_form_is_never_photographed() -> None:
    assert not any(key.startswith("application_form/") for key in missing(RULES.checklist(answers()), {}))


# ── Who sees what ──


@pytest.mark.parametrize(
    ("department", "seen"),
    [
        (Department.SOCIAL_SECURITY, ALL | PENSION),
        (Department.MEDICAL_INSURANCE, ALL | MEDICAL),
        (Department.HEALTH, ALL | CHILD | SPOUSE),
        (Department.HOUSING_FUND, set()),
    ],
)
def test_a_department_sees_only_its_own_photos(department: Department, seen: set[str]) -> None:
    assert {slot.key for slot in RULES.checklist(answers()) if department in slot.departments} == seen


def test_a_department_that_gets_nothing_sees_nothing() -> None:
    without_medical = RULES.checklist(answers(medical_filing="self"))

    assert not any(Department.MEDICAL_INSURANCE in slot.departments for slot in without_medical)


def test_a_slot_belongs_to_the_department_of_its_item() -> None:
    for rule in RULES.materials.rows:
        if rule.slot.item:
            assert rule.slot.departments == {RULES.items[rule.slot.item].department}, rule.slot.key


@pytest.mark.parametrize(
    ("department", "hidden"),
    [
        (Department.SOCIAL_SECURITY, {"marital_status", "only_child_certificate", "delivery_address"}),
        (Department.MEDICAL_INSURANCE, {"marital_status", "bank_account", "household_area", "delivery_address"}),
        (Department.HEALTH, {"contribution_months", "work_started_month", "delivery_address"}),
        (Department.HOUSING_FUND, {"bank_account", "marital_status", "household_area", "contribution_months"}),
    ],
)
def test_a_department_sees_only_the_fields_it_needs(department: Department, hidden: set[str]) -> None:
    fields = RULES.fields_for(department)

    assert {"name", "id_number"} <= fields
    assert not fields & hidden


# ── Items ──


def chosen(**changes: Any) -> dict[ItemCode, Filing]:
    return {item.code: item.filing for item in RULES.chosen_items(answers(**changes))}


@pytest.mark.parametrize(
    ("retirement_type", "item"),
    [
        ("normal", ItemCode.RETIRE_NORMAL),
        ("special", ItemCode.RETIRE_SPECIAL),
        ("disability", ItemCode.RETIRE_DISABILITY),
    ],
)
def test_a_case_has_one_retirement_item_and_the_pension_with_it(retirement_type: str, item: ItemCode) -> None:
    found = chosen(retirement_type=retirement_type, retirement_filing="self")

    assert [code for code in found if code.startswith("retire_")] == [item]
    assert found[item] is found[ItemCode.PENSION_PAYMENT] is Filing.SELF


@pytest.mark.parametrize(
    ("changes", "item", "filing"),
    [
        ({}, ItemCode.MEDICAL_YEARS, Filing.COMBINED),
        ({"medical_filing": "self"}, ItemCode.MEDICAL_YEARS, Filing.SELF),
        ({}, ItemCode.ONLY_CHILD_REWARD, Filing.COMBINED),
        ({"only_child_filing": "self"}, ItemCode.ONLY_CHILD_REWARD, Filing.SELF),
        ({"wants_only_child_reward": "no"}, ItemCode.ONLY_CHILD_REWARD, None),
        ({}, ItemCode.HOUSING_FUND, Filing.HANDOVER),
        ({"has_housing_fund": "no"}, ItemCode.HOUSING_FUND, None),
    ],
)
def test_an_item_is_filed_as_it_was_chosen(changes: dict[str, Any], item: ItemCode, filing: Filing | None) -> None:
    assert chosen(**changes).get(item) is filing


def test_nothing_is_chosen_before_it_is_answered() -> None:
    assert RULES.chosen_items({}) == ()


@pytest.mark.parametrize(
    ("item", "department", "days"),
    [
        (ItemCode.RETIRE_NORMAL, Department.SOCIAL_SECURITY, 10),
        (ItemCode.RETIRE_SPECIAL, Department.SOCIAL_SECURITY, 10),
        (ItemCode.RETIRE_DISABILITY, Department.SOCIAL_SECURITY, 10),
        (ItemCode.PENSION_PAYMENT, Department.SOCIAL_SECURITY, 10),
        (ItemCode.MEDICAL_YEARS, Department.MEDICAL_INSURANCE, 15),
        (ItemCode.ONLY_CHILD_REWARD, Department.HEALTH, 15),
        (ItemCode.HOUSING_FUND, Department.HOUSING_FUND, 3),
    ],
)
def test_an_item_has_the_department_and_limit_of_the_plan(item: ItemCode, department: Department, days: int) -> None:
    assert (RULES.items[item].department, RULES.items[item].limit_working_days) == (department, days)


def test_a_consent_is_asked_for_each_department_that_gets_something() -> None:
    chosen_items = RULES.chosen_items(answers(medical_filing="self"))

    assert [consent.key for consent in RULES.consents.needed_for(chosen_items)] == [
        "notice",
        "consent_social_security",
        "consent_health",
    ]
