"""The departments, side by side: each its own items, fields and photos; the last decision completes the case."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

import pytest

from backend.domain.actors import Actor
from backend.domain.case import State
from backend.domain.errors import (
    ActionNotAllowed,
    ContentRefused,
    NotFound,
    ReasonMissing,
    StaleVersion,
)
from backend.domain.routing import Outcome
from tests.builders import Town, a_key, born
from tests.domain.examples import answers
from tests.racing import at_once


def listed(town: Town, officer: Actor, state: str = "open") -> list[str]:
    return [item["code"] for item in town.services.departments.queue(officer, state, "", None)["items"]]


# ── what an officer sees ─────────────────────────────────────────────────────────────────────


def test_each_department_lists_its_own_items(town: Town) -> None:
    town.an_approved_case()

    assert sorted(listed(town, town.staff.social_security)) == ["pension_payment", "retire_normal"]
    assert listed(town, town.staff.medical_insurance) == ["medical_years"]
    assert listed(town, town.staff.health) == ["only_child_reward"]
    assert listed(town, town.staff.housing_fund) == ["housing_fund"]


def test_what_she_files_herself_is_routed_nowhere(town: Town) -> None:
    case_id = UUID(town.an_approved_case(only_child_filing="self")["id"])
    item_id = town.items_of(case_id)["only_child_reward"]

    assert [listed(town, town.staff.health, state) for state in ("open", "decided")] == [[], []]
    with pytest.raises(NotFound):
        town.services.departments.view(town.staff.health, item_id)


def test_an_item_of_another_department_is_not_there(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    item_id, departments = town.items_of(case_id)["retire_normal"], town.services.departments
    officer = town.staff.health

    for attempt in (
        lambda: departments.view(officer, item_id),
        lambda: departments.look(officer, item_id, "all", "看看"),
        lambda: departments.accept(officer, item_id, 1, a_key()),
        lambda: departments.decide(officer, item_id, 1, a_key(), Outcome.GRANTED, ""),
        lambda: departments.view(officer, uuid4()),
    ):
        with pytest.raises(NotFound):
            attempt()


# fmt: off
SEES = {
    # department          some fields it sees                     some it never does
    "social_security":   ({"id_number", "contribution_months"},  {"marital_status", "delivery_address"}),
    "medical_insurance": ({"id_number", "work_started_month"},   {"marital_status", "bank_account"}),
    "health":            ({"id_number", "marital_status"},       {"contribution_months"}),
}
PHOTOS = {
    "social_security":   ({"id_card", "social_security_card"},   {"marriage_certificate", "work_history_proof"}),
    "medical_insurance": ({"id_card", "work_history_proof"},     {"marriage_certificate", "social_security_card"}),
    "health":            ({"id_card", "marriage_certificate"},   {"work_history_proof", "social_security_card"}),
}
ITEM = {"social_security": "retire_normal", "medical_insurance": "medical_years", "health": "only_child_reward"}
# fmt: on


@pytest.mark.parametrize("department", SEES)
def test_a_department_sees_the_fields_and_photos_its_item_needs_and_no_others(town: Town, department: str) -> None:
    case_id = UUID(town.an_approved_case()["id"])

    view = town.services.departments.view(town.officer_of(department), town.items_of(case_id)[ITEM[department]])

    fields, slots = {field["key"] for field in view["fields"]}, {slot["key"] for slot in view["slots"]}
    assert SEES[department][0] <= fields
    assert not SEES[department][1] & fields
    assert PHOTOS[department][0] <= slots
    assert not PHOTOS[department][1] & slots
    whole = ("name", "id_number", "phone", "bank_account", "delivery_address")
    assert [key for key in whole if answers()[key] in str(view)] == []


def test_a_department_never_looks_at_a_field_it_does_not_need(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.health, town.items_of(case_id)["only_child_reward"]
    look = partial(town.services.departments.look, officer, item_id)
    seen = {field["key"] for field in town.services.departments.view(officer, item_id)["fields"]}

    values = look("all", "核对身份证")
    with pytest.raises(NotFound):
        look("delivery_address", "看看")
    with pytest.raises(ReasonMissing):
        look("id_number", " ")

    assert set(values) <= seen
    assert values["id_number"] == answers()["id_number"]
    assert town.acts(case_id).count("look") == 1


def test_the_history_of_an_item_is_the_items_own(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    items = town.items_of(case_id)
    town.decide_item(town.staff.health, items["only_child_reward"])

    view = town.accept_item(town.staff.social_security, items["retire_normal"])

    assert [event["action"] for event in view["events"]] == ["item_accept"]
    assert {other["code"]: other["state"] for other in view["case_items"]}["only_child_reward"] == "decided"


# ── accepting and deciding ───────────────────────────────────────────────────────────────────


def test_an_item_is_accepted_and_then_decided_and_she_is_told(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.health, town.items_of(case_id)["only_child_reward"]

    accepted = town.accept_item(officer, item_id)
    begun = town.services.filing.view(town.applicant, case_id)["state"]
    decided = town.services.departments.decide(
        officer, item_id, accepted["version"], a_key(), Outcome.DENIED, "户口不在本区"
    )

    assert (accepted["state"], accepted["officer_name"], accepted["may"]) == (
        "accepted",
        "冯卫健",
        ["upload", "decide"],
    )
    assert (begun, decided["state"], decided["may"]) == (State.PROCESSING, "decided", [])
    assert (decided["outcome_label"], decided["reason"]) == ("没有批准", "户口不在本区")
    assert town.told(case_id)[-1] == "item_decided"
    [hers] = [
        item
        for item in town.services.filing.view(town.applicant, case_id)["progress"]["items"]
        if item["code"] == "only_child_reward"
    ]
    assert (hers["outcome"], hers["reason"]) == ("denied", "户口不在本区")


def test_a_decision_needs_the_item_accepted_and_a_denial_its_reason(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.health, town.items_of(case_id)["only_child_reward"]
    decide = partial(town.services.departments.decide, officer, item_id)
    with pytest.raises(ActionNotAllowed):
        decide(1, a_key(), Outcome.GRANTED, "")
    version = town.accept_item(officer, item_id)["version"]

    with pytest.raises(ReasonMissing):
        decide(version, a_key(), Outcome.DENIED, "  ")
    with pytest.raises(ContentRefused):
        decide(version, a_key(), Outcome.DONE_ELSEWHERE, "")


def test_deciding_twice_with_one_key_is_one_decision_and_one_push(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.health, town.items_of(case_id)["only_child_reward"]
    version, key = town.accept_item(officer, item_id)["version"], a_key()

    repeat = partial(town.services.departments.decide, officer, item_id, version, key, Outcome.GRANTED, "")
    views = at_once(*[repeat] * 3)

    assert [each for each in views if isinstance(each, Exception)] == []
    assert town.told(case_id).count("item_decided") == 1


def test_of_two_officers_on_one_item_one_wins_and_the_other_is_told_who(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.health, town.items_of(case_id)["only_child_reward"]
    town.services.departments.accept(officer, item_id, 1, a_key())

    with pytest.raises(StaleVersion) as refusal:
        town.services.departments.accept(officer, item_id, 1, a_key())

    assert refusal.value.facts["changed_by"] == "冯卫健"
    assert refusal.value.facts["changed_at"] == town.clock.now().isoformat()


def test_departments_decide_side_by_side(town: Town) -> None:
    case_id = UUID(town.an_approved_case(has_housing_fund="no")["id"])
    work = [(town.officer_of(department_of(code)), item_id) for code, item_id in town.items_of(case_id).items()]

    results = at_once(*[partial(town.decide_item, officer, item_id) for officer, item_id in work])

    assert [each for each in results if isinstance(each, Exception)] == []
    assert town.services.filing.view(town.applicant, case_id)["state"] == State.COMPLETED
    assert town.told(case_id).count("completed") == 1


def department_of(code: str) -> str:
    return {"medical_years": "medical_insurance", "only_child_reward": "health"}.get(code, "social_security")


def test_the_last_decision_completes_the_case_whatever_it_says(town: Town) -> None:
    case_id = UUID(town.an_approved_case(has_housing_fund="no")["id"])
    *others, last = town.items_of(case_id).items()
    for code, item_id in others:
        town.decide_item(town.officer_of(department_of(code)), item_id)
    before = town.services.filing.view(town.applicant, case_id)["state"]

    town.decide_item(town.officer_of(department_of(last[0])), last[1], Outcome.DENIED, "年限不够")

    assert before == State.PROCESSING
    assert town.services.filing.view(town.applicant, case_id)["state"] == State.COMPLETED
    assert town.told(case_id)[-2:] == ["item_decided", "completed"]


def test_the_fund_is_only_ever_done_elsewhere(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    officer, item_id = town.staff.housing_fund, town.items_of(case_id)["housing_fund"]

    view = town.decide_item(officer, item_id, Outcome.DONE_ELSEWHERE)

    assert (view["outcome"], view["due_on"]) == ("done_elsewhere", None)


def test_the_lists_count_what_waits_and_what_is_in_hand(town: Town) -> None:
    first = UUID(town.an_approved_case()["id"])
    town.an_approved_case(town.another_applicant(), **born(13))
    town.accept_item(town.staff.health, town.items_of(first)["only_child_reward"])

    found = town.services.departments.queue(town.staff.health, "open", "", None)

    assert found["counts"] == {"routed": 1, "accepted": 1}
    assert [(row["name_masked"], row["clock"], row["working_days_left"]) for row in found["items"]] == [
        ("王**", "green", 15)
    ] * 2


def test_what_one_department_decides_does_not_make_anothers_page_stale(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    items = town.items_of(case_id)
    seen = town.services.departments.view(town.staff.health, items["only_child_reward"])["version"]

    town.decide_item(town.staff.social_security, items["retire_normal"])

    assert town.services.departments.accept(town.staff.health, items["only_child_reward"], seen, a_key())
