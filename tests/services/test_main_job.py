"""The whole story through the use cases: filed, reviewed, approved, decided side by side, told at every step."""

from uuid import UUID

from backend.domain.case import State
from tests import pictures
from tests.builders import Town


def test_a_case_goes_from_the_first_answer_to_completed(town: Town) -> None:
    filing = town.services.filing
    answered = town.answer_page_by_page()
    case_id = UUID(answered["id"])
    town.photograph_everything(answered)
    town.services.materials.save_signature(town.applicant, case_id, answered["version"], pictures.signature())

    town.submit(filing.view(town.applicant, case_id))
    approved = town.approve(town.accept(town.confirm(town.judge_all(town.claimed(case_id)))))
    town.decide_every_item(case_id)
    while_she_is_awaited = filing.view(town.applicant, case_id)["state"]
    filing.report_fund_done(town.applicant, case_id, town.items_of(case_id)["housing_fund"], 1)

    after = filing.view(town.applicant, case_id)
    assert (approved["state"], while_she_is_awaited) == (State.APPROVED, State.PROCESSING)
    assert after["state"] == State.COMPLETED
    assert town.told(case_id) == ["submitted", "accepted_and_routed", *["item_decided"] * 4, "completed"]
    assert town.services.supervision.audit(case_id)["verified"] is True


def test_a_case_that_she_files_herself_is_completed_with_its_approval(town: Town) -> None:
    view = town.an_approved_case(
        retirement_filing="self", medical_filing="self", wants_only_child_reward="no", has_housing_fund="no"
    )

    after = town.services.filing.view(town.applicant, UUID(view["id"]))
    assert after["state"] == State.COMPLETED
    assert {item["state"] for item in after["progress"]["items"]} == {"self_filed"}
    with town.store.begin() as tx:
        assert tx.pushes.of_case(UUID(view["id"]))[-1].event == "completed"
