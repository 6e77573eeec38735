"""She changes her mind, and changes it back: what no longer matters is kept, decides nothing and goes to nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from backend.domain.errors import AnswersInvalid
from tests.builders import Town, View

FAMILY = {"marital_status", "only_child_certificate", "household_moved_in", "only_child_filing"}
EARLY = {"chosen_month", "early_notice_on"}


def asked(view: View) -> set[str]:
    return {question["key"] for page in view["pages"] for question in page["questions"]}


def slots(view: View) -> set[str]:
    return {slot["key"] for slot in view["slots"]}


def kept(town: Town, view: View) -> dict[str, Any]:
    """The answers as they lie in the database."""
    with town.store.begin() as tx:
        return dict(tx.cases.read(UUID(view["id"])).answers)


def a_draft_of_somebody_remarried_who_goes_early(town: Town) -> View:
    """Answered page by page and photographed."""
    view = town.answer_page_by_page(
        retirement_timing="early", chosen_month="2026-11", early_notice_on="2026-07-15", marital_status="remarried"
    )
    town.give_every_photo(view)
    return town.services.filing.view(town.applicant, UUID(view["id"]))


def having_changed_her_mind(town: Town, view: View) -> View:
    """On time after all, the reward by herself, the papers picked up."""
    view = town.answer(view, "retirement_timing", retirement_timing="on_time")
    view = town.answer(view, "only_child_filing", only_child_filing="self")
    return town.answer(view, "delivery", delivery="pick_up")


def test_what_a_change_makes_irrelevant_is_asked_no_more_and_kept(town: Town) -> None:
    before = a_draft_of_somebody_remarried_who_goes_early(town)
    known = kept(town, before)

    view = having_changed_her_mind(town, before)

    assert asked(before) - asked(view) == (FAMILY - {"only_child_filing"}) | EARLY | {
        key for key in asked(before) if key.startswith("delivery_")
    }
    assert slots(before) - slots(view) > {"early_retirement_notice", "marriage_certificate", "divorce_certificate"}
    assert view["open_page"] is None
    assert "2026年7月15日" not in str(view["check_answers"])
    assert kept(town, view) == known | {
        "retirement_timing": "on_time",
        "only_child_filing": "self",
        "delivery": "pick_up",
    }


def test_changing_it_back_asks_nothing_again(town: Town) -> None:
    before = a_draft_of_somebody_remarried_who_goes_early(town)
    view = having_changed_her_mind(town, before)

    view = town.answer(view, "retirement_timing", retirement_timing="early")
    view = town.answer(view, "only_child_filing", only_child_filing="combined")
    view = town.answer(view, "delivery", delivery="express")

    assert view["open_page"] is None
    assert asked(view) == asked(before)
    assert {slot["key"]: slot["status"] for slot in view["slots"]} == {
        slot["key"]: slot["status"] for slot in before["slots"]
    }


def test_another_change_asks_only_what_is_new(town: Town) -> None:
    view = having_changed_her_mind(town, a_draft_of_somebody_remarried_who_goes_early(town))

    view = town.answer(view, "retirement_type", retirement_type="special")

    assert view["open_page"] == "special_work_kind"
    assert not asked(view) & (EARLY | {"retirement_timing", "original_retirement_age"})


def test_what_no_longer_matters_goes_to_nobody(town: Town) -> None:
    view = having_changed_her_mind(town, a_draft_of_somebody_remarried_who_goes_early(town))
    case_id = UUID(view["id"])

    town.submit(town.sign(view))
    desk = town.claimed(case_id)
    town.approve(town.accept(town.confirm(town.judge_all(desk))))

    fields = {field["key"] for field in desk["fields"]}
    assert not fields & (EARLY | FAMILY - {"only_child_filing"})
    assert slots(desk) == slots(view) - {"application_form"}
    whole = town.services.review.look(town.staff.supervisor, case_id, "all", "核对")
    assert not {key for key in whole if key.startswith("delivery_")}
    items = town.items_of(case_id)
    officers = {"retire_normal": town.staff.social_security, "medical_years": town.staff.medical_insurance}
    for code, officer in officers.items():
        seen = town.services.departments.view(officer, items[code])
        assert not {field["key"] for field in seen["fields"]} & (EARLY | FAMILY)
        assert not slots(seen) & {"early_retirement_notice", "marriage_certificate", "portrait"}


def test_a_month_that_the_new_timing_does_not_leave_her_is_asked_again(town: Town) -> None:
    view = town.an_answered_draft(retirement_timing="early", chosen_month="2026-06", early_notice_on="2026-03-01")

    view = town.answer(view, "retirement_timing", retirement_timing="late")

    month = next(q for page in view["pages"] for q in page["questions"] if q["key"] == "chosen_month")
    assert view["open_page"] == "chosen_month"
    assert month["warning"] == "您可以选 2026年11月到 2029年11月，请重新选。"
    assert (month["first_year"], month["last_year"]) == (2026, 2029)
    assert "2026年11月到 2029年11月" in month["help"]
    with pytest.raises(AnswersInvalid, match="重新选"):
        town.answer(view, "chosen_month", chosen_month="2026-06")
    assert town.answer(view, "chosen_month", chosen_month="2027-01")["open_page"] == "late_agreement_on"
