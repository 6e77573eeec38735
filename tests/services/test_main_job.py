"""The whole story through the use cases: filed, reviewed, approved, decided side by side, told at every step."""

from uuid import UUID

from backend.domain.case import State
from backend.domain.routing import Outcome
from tests.builders import Town, a_key


def test_a_case_goes_from_the_first_answer_to_completed(town: Town) -> None:
    view = town.an_approved_case()
    case_id = UUID(view["id"])
    assert view["state"] == State.APPROVED
    officers = {
        "retire_normal": town.staff.social_security,
        "pension_payment": town.staff.social_security,
        "medical_years": town.staff.medical_insurance,
        "only_child_reward": town.staff.health,
    }

    for item in view["items"]:
        if item["code"] in officers:
            officer, item_id = officers[item["code"]], UUID(item["id"])
            accepted = town.services.departments.accept(officer, item_id, 1, a_key())
            town.services.departments.decide(officer, item_id, accepted["version"], a_key(), Outcome.GRANTED, "")
    fund = next(item for item in view["items"] if item["code"] == "housing_fund")
    before = town.services.filing.view(town.applicant, case_id)
    town.services.filing.report_fund_done(town.applicant, case_id, UUID(fund["id"]), 1)

    after = town.services.filing.view(town.applicant, case_id)
    assert before["state"] == State.PROCESSING
    assert after["state"] == State.COMPLETED
    with town.store.begin() as tx:
        told = [push.event for push in tx.pushes.of_case(case_id)]
    assert told == ["submitted", "accepted_and_routed", *["item_decided"] * 4, "completed"]
    assert town.services.supervision.audit(case_id)["verified"] is True
