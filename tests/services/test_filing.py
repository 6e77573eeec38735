"""What an applicant does with her case, from the first consent to the last report, and what she is told."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.domain.case import State
from backend.domain.errors import (
    ActionNotAllowed,
    ActiveCaseExists,
    AlreadyUsed,
    AnswersIncomplete,
    AnswersInvalid,
    ConsentMissing,
    MaterialsMissing,
    NotAllowed,
    NotEligibleYet,
    NotFound,
    SignatureMissing,
    StaleVersion,
)
from tests.builders import Town, View, a_key, born
from tests.domain.examples import answers, id_number
from tests.racing import at_once


def page_of(view: View, key: str) -> View:
    page: View = next(page for page in view["pages"] if page["key"] == key)
    return page


def slot_of(view: View, key: str) -> View:
    slot: View = next(slot for slot in view["slots"] if slot["key"] == key)
    return slot


# ── beginning ────────────────────────────────────────────────────────────────────────────────


def test_a_new_case_opens_on_the_first_question(town: Town) -> None:
    view = town.a_new_draft()

    assert (view["state"], view["number"], view["version"]) == (State.DRAFT, None, 1)
    assert view["open_page"] == view["pages"][0]["key"] == "name"
    assert view["may"] == ["answer", "upload", "sign", "submit", "withdraw"]


def test_starting_again_goes_on_with_the_open_draft(town: Town) -> None:
    draft = town.an_answered_draft()

    assert town.a_new_draft()["id"] == draft["id"]


BEGUN = {
    "category": "female_50",
    "retirement_type": "normal",
    "wants_only_child_reward": "no",
    "has_housing_fund": "yes",
}


def test_a_new_case_begins_with_what_the_pre_check_asked(town: Town) -> None:
    view = town.a_new_draft(precheck=BEGUN)

    view = town.answer(town.answer(view, "name", name="王秀兰"), "id_number", id_number=answers()["id_number"])

    rows = {row["label"]: row["display"] for group in view["check_answers"]["groups"] for row in group["rows"]}
    assert (rows["退休类型"], rows["原法定退休年龄"]) == ("到年龄正常退休", "50 岁")
    assert rows["是否申请城镇独生子女父母奖励金"] == "不申请"
    assert view["open_page"] == "phone"


def test_a_draft_that_is_there_already_keeps_its_own_answers(town: Town) -> None:
    draft = town.an_answered_draft()

    again = town.a_new_draft(precheck=BEGUN)

    assert again["id"] == draft["id"]
    assert again["check_answers"] == town.services.filing.view(town.applicant, UUID(draft["id"]))["check_answers"]
    assert page_of(again, "wants_only_child_reward")["questions"][0]["value"] == "yes"


def test_a_pre_check_that_no_question_can_read_opens_nothing(town: Town) -> None:
    with pytest.raises(AnswersInvalid):
        town.a_new_draft(precheck={"has_housing_fund": "perhaps"})

    assert town.services.filing.home(town.applicant)["case"] is None


def test_two_taps_at_once_open_one_draft(town: Town) -> None:
    views = at_once(*[town.a_new_draft] * 4)

    assert len({view["id"] for view in views if isinstance(view, dict)}) == 1


def test_a_notice_or_consent_that_is_not_in_force_is_refused(town: Town) -> None:
    guide = town.services.filing.guide()
    in_force = {each["key"]: each["version"] for each in guide["consents"]}
    key = next(iter(in_force))

    for consents, notice in (({}, "1999-01-01"), ({key: "1999-01-01"}, guide["notice"]["version"])):
        with pytest.raises(ConsentMissing) as refusal:
            town.services.filing.start(town.applicant, consents, notice)
        assert refusal.value.facts == {"missing": list(consents)}


def test_somebody_elses_case_is_not_there_for_her(town: Town) -> None:
    view, other, filing = town.a_ready_draft(), town.another_applicant(), town.services.filing
    case_id = UUID(view["id"])

    for attempt in (
        lambda: filing.view(other, case_id),
        lambda: filing.answer(other, case_id, view["version"], "name", {"name": "王桂兰"}),
        lambda: town.submit(view, other),
        lambda: filing.withdraw(other, case_id, view["version"], ""),
        lambda: filing.report_fund_done(other, case_id, uuid4(), 1),
    ):
        with pytest.raises(NotFound):
            attempt()


# ── answering ────────────────────────────────────────────────────────────────────────────────


def test_every_answer_is_saved_and_the_next_question_opens(town: Town) -> None:
    view = town.a_new_draft()

    after = town.answer(view, "name", name=" 王秀兰 ")

    seen_on_another_phone = town.services.filing.view(town.applicant, UUID(view["id"]))
    assert after == seen_on_another_phone
    assert (after["version"], after["open_page"]) == (2, "id_number")
    assert page_of(after, "name")["questions"][0]["value"] == "王秀兰"


def test_what_is_wrong_on_a_page_is_told_beside_its_question(town: Town) -> None:
    view = town.answer(town.a_new_draft(), "name", name="王秀兰")

    with pytest.raises(AnswersInvalid) as refusal:
        town.answer(view, "id_number", id_number="430681197603120020")

    assert [key for key, _ in refusal.value.errors] == ["id_number"]


def test_a_page_that_is_not_asked_is_not_there(town: Town) -> None:
    view = town.a_new_draft()

    for page_key in ("no_such_page", "bank_account_of_a_stranger", "\x00"):
        with pytest.raises(NotFound):
            town.services.filing.answer(town.applicant, UUID(view["id"]), 1, page_key, {})


def test_a_change_to_what_somebody_changed_meanwhile_is_told_who_and_when(town: Town) -> None:
    view = town.a_new_draft()
    town.clock.move(minutes=3)
    changed_at = town.clock.now()
    town.answer(view, "name", name="王秀兰")

    with pytest.raises(StaleVersion) as refusal:
        town.answer(view, "name", name="王桂兰")

    facts = {"version": 2, "changed_by": "申请人", "changed_at": changed_at.isoformat()}
    assert refusal.value.facts == facts


def test_of_two_phones_that_answer_at_once_one_is_kept_and_the_other_is_told(town: Town) -> None:
    view = town.a_new_draft()

    results = at_once(*[partial(town.answer, view, "name", name=name) for name in ("王秀兰", "王桂兰")])

    [refused] = [each for each in results if isinstance(each, StaleVersion)]
    [kept] = [each for each in results if each is not refused]
    assert town.services.filing.view(town.applicant, UUID(view["id"])) == kept


def test_she_sees_her_own_numbers_masked(town: Town) -> None:
    view, her = town.an_answered_draft(), answers()

    shown = {q["key"]: q for page in view["pages"] for q in page["questions"]}
    for key in ("id_number", "phone", "bank_account"):
        assert (shown[key]["sensitive"], shown[key]["value"]) == (True, None)
        assert her[key][-4:] in shown[key]["display"]
    assert [key for key in ("id_number", "phone", "bank_account") if her[key] in str(view)] == []


# ── not yet ──────────────────────────────────────────────────────────────────────────────────

NOT_YET = [
    # born in 1979 she is 50 in 2029; twelve years of contributions
    ({"id_number": id_number(date(1979, 8, 12))}, "too_early"),
    ({"contribution_months": 144}, "contribution_short"),
]


@pytest.mark.parametrize(("changes", "status"), NOT_YET)
def test_too_early_is_an_answer_with_a_date_and_lawful_choices_and_nothing_is_lost(
    town: Town, changes: dict[str, Any], status: str
) -> None:
    view = town.a_ready_draft(**changes)

    found = view["eligibility"]
    assert found["status"] == status
    assert (found["on"] is not None) == (status == "too_early")
    assert found["months"] > 0
    assert len(found["ways"]) >= 2
    assert "submit" not in view["may"]
    with pytest.raises(NotEligibleYet) as refusal:
        town.submit(view)
    assert refusal.value.facts["eligibility"] == found
    assert town.services.filing.view(town.applicant, UUID(view["id"])) == view


# ── submission ───────────────────────────────────────────────────────────────────────────────


def test_a_submitted_case_has_its_number_its_date_and_its_push(town: Town) -> None:
    submitted = town.submit(town.a_ready_draft())

    assert (submitted["state"], submitted["number"]) == (State.SUBMITTED, "QY-20261124-00001")
    assert submitted["due"]["review_by"] == "2026-12-01"
    assert submitted["progress"]["case_number"] == submitted["number"]
    assert submitted["may"] == ["withdraw"]
    assert town.told(UUID(submitted["id"])) == ["submitted"]


def test_submitting_twice_with_one_key_is_one_submission(town: Town) -> None:
    view, key = town.a_ready_draft(), a_key()

    first, second = town.submit(view, key=key), town.submit(view, key=key)

    assert first == second
    assert town.told(UUID(view["id"])) == ["submitted"]
    assert town.acts(UUID(view["id"])) == ["sign", "submit"]


def test_submitting_four_times_at_once_is_one_submission(town: Town) -> None:
    view, key = town.a_ready_draft(), a_key()

    results = at_once(*[partial(town.submit, view, key=key)] * 4)

    assert [each for each in results if isinstance(each, Exception)] == []
    assert len({each["number"] for each in results if isinstance(each, dict)}) == 1
    assert town.told(UUID(view["id"])) == ["submitted"]


def test_a_key_that_was_used_for_something_else_is_refused(town: Town) -> None:
    view, key = town.a_ready_draft(), a_key()
    town.submit(view, key=key)

    with pytest.raises(AlreadyUsed):
        town.services.filing.submit(town.applicant, UUID(view["id"]), view["version"], key, "another-commitment")


def test_two_keys_are_two_submissions_and_the_second_is_refused(town: Town) -> None:
    view = town.a_ready_draft()
    town.submit(view)

    with pytest.raises(StaleVersion):
        town.submit(view)


def test_what_is_missing_is_named(town: Town) -> None:
    with_one_question_open = town.answer(town.a_new_draft(), "name", name="王秀兰")
    with pytest.raises(AnswersIncomplete) as unanswered:
        town.submit(with_one_question_open)
    answered = town.an_answered_draft()
    with pytest.raises(MaterialsMissing) as missing:
        town.submit(answered)
    town.give_every_photo(answered)
    with pytest.raises(SignatureMissing):
        town.submit(town.services.filing.view(town.applicant, UUID(answered["id"])))

    assert unanswered.value.facts["missing"] == ["您的身份证号是多少？"]
    assert {"身份证正面（有照片的一面）", "参保人员退休申请表"} <= set(missing.value.facts["missing"])


def test_what_a_submission_lacked_does_not_use_up_its_key(town: Town) -> None:
    view, key = town.an_answered_draft(), a_key()
    with pytest.raises(MaterialsMissing):
        town.submit(view, key=key)
    town.give_every_photo(view)

    assert town.submit(town.sign(view), key=key)["state"] == State.SUBMITTED


def test_an_answer_changed_after_the_signature_is_signed_again(town: Town) -> None:
    changed = town.answer(town.a_ready_draft(), "name", name="王桂兰")

    assert changed["signature"] is None
    with pytest.raises(SignatureMissing):
        town.submit(changed)


def test_a_material_she_does_not_have_does_not_stop_her(town: Town) -> None:
    view = town.an_answered_draft()
    case_id = UUID(view["id"])
    for slot in view["slots"]:
        if slot["status"] == "open":
            town.services.materials.declare_absent(town.applicant, case_id, slot["key"], "找不到了")

    submitted = town.submit(town.sign(view))

    assert submitted["state"] == State.SUBMITTED
    assert {slot["status"] for slot in submitted["slots"]} == {"absent", "generated"}


def test_the_commitment_is_the_one_in_force(town: Town) -> None:
    view = town.a_ready_draft()

    with pytest.raises(ConsentMissing) as refusal:
        town.services.filing.submit(town.applicant, UUID(view["id"]), view["version"], a_key(), "1999-01-01")

    assert refusal.value.facts == {"missing": ["commitment"]}


def test_a_department_without_her_consent_gets_nothing_and_she_is_told_what_she_can_do(town: Town) -> None:
    guide = town.services.filing.guide()
    given = {each["key"]: each["version"] for each in guide["consents"] if each["department"] != "health"}
    [withheld] = [each for each in guide["consents"] if each["department"] == "health"]
    town.services.filing.start(town.applicant, given, guide["notice"]["version"])
    with town.store.begin() as tx:
        case_id = tx.cases.open_of(town.applicant.id)
    assert case_id is not None
    view = ready_without_more_consents(town, case_id)

    with pytest.raises(ConsentMissing) as refusal:
        town.submit(view)
    assert (refusal.value.facts["missing"], withheld["title"] in refusal.value.detail) == ([withheld["key"]], True)
    assert "我自己去办" in refusal.value.detail

    herself = town.answer(view, "only_child_filing", only_child_filing="self")
    assert town.submit(town.sign(herself))["state"] == State.SUBMITTED


def ready_without_more_consents(town: Town, case_id: UUID) -> View:
    """Answered, photographed and signed, under the consents that were given already."""
    view = town.services.filing.view(town.applicant, case_id)
    while page := view["open_page"]:
        view = town.answer(view, page, **answers())
    town.give_every_photo(view)
    return town.sign(view)


def test_one_person_has_one_case_at_a_time(town: Town) -> None:
    town.a_submitted_case()
    her_son = town.another_applicant()

    with pytest.raises(ActiveCaseExists):
        town.submit(town.a_ready_draft(her_son), her_son)

    mother = town.another_applicant(3)
    assert town.a_submitted_case(mother, **born(13))


def test_of_two_cases_of_one_person_submitted_at_once_one_is_taken(town: Town) -> None:
    people = [town.applicant, town.another_applicant()]
    drafts = [town.a_ready_draft(person) for person in people]

    results = at_once(*[partial(town.submit, draft, person) for draft, person in zip(drafts, people, strict=True)])

    assert sorted(type(each).__name__ for each in results) == ["ActiveCaseExists", "dict"]


# ── what was returned ────────────────────────────────────────────────────────────────────────

FAILING = {"field:phone": "not_believable", "slot:id_card": "blurred"}


def test_a_returned_case_says_what_why_and_where_and_opens_just_that(town: Town) -> None:
    view = town.a_returned_case(FAILING)

    lines = {line["subject"]: line for line in view["correction"]["lines"]}
    assert (view["state"], view["correction"]["note"]) == (State.RETURNED, "请照着改一改")
    assert view["correction"]["clerk_name"] == "陈窗口"
    assert set(lines) == set(FAILING)
    assert lines["slot:id_card"]["path"] == f"/cases/{view['id']}/materials?slot=id_card"
    assert lines["field:phone"]["path"] == f"/cases/{view['id']}/pages/phone"
    assert all(line["reason"] and not line["mended"] for line in lines.values())
    assert [page["key"] for page in view["pages"] if page["editable"]] == ["phone"]
    assert [slot["key"] for slot in view["slots"] if slot["editable"]] == ["id_card"]


def test_what_passed_stays_closed(town: Town) -> None:
    view = town.a_returned_case(FAILING)
    case_id = UUID(view["id"])

    with pytest.raises(NotFound):
        town.answer(view, "name", name="王桂兰")
    with pytest.raises(ActionNotAllowed):
        town.services.materials.declare_absent(town.applicant, case_id, "portrait", "没有")


def test_only_what_failed_has_to_be_mended_and_then_the_case_goes_in_again(town: Town) -> None:
    view = town.a_returned_case(FAILING)
    case_id = UUID(view["id"])
    with pytest.raises(AnswersIncomplete):
        town.submit(town.sign(view))

    town.give_every_photo(view)
    mended = town.answer(town.services.filing.view(town.applicant, case_id), "phone", phone="13812345679")
    again = town.submit(town.sign(mended))

    assert (again["state"], again["number"]) == (State.SUBMITTED, view["number"])
    assert town.told(case_id) == ["submitted", "returned", "resubmitted"]
    left = [each for each in town.claimed(case_id)["fields"] if each["needs_judgement"]]
    assert [each["key"] for each in left] == ["phone"]


def test_what_is_mended_says_so_on_the_list(town: Town) -> None:
    view = town.a_returned_case(FAILING)

    town.give_every_photo(view)

    after = town.services.filing.view(town.applicant, UUID(view["id"]))
    assert {line["subject"]: line["mended"] for line in after["correction"]["lines"]} == {
        "slot:id_card": True,
        "field:phone": False,
    }
    assert slot_of(after, "id_card")["status"] == "done"


def test_a_question_that_the_mending_newly_asks_is_open_too(town: Town) -> None:
    view = town.a_returned_case({"field:marital_status": "differs_from_photo"})

    changed = town.answer(view, "marital_status", marital_status="divorced")

    assert slot_of(changed, "divorce_certificate")["editable"]
    assert "spouse_id_card" not in {slot["key"] for slot in changed["slots"]}
    with pytest.raises(MaterialsMissing):
        town.submit(town.sign(changed))


def test_a_paper_that_passed_and_is_no_longer_the_right_one_is_judged_again(town: Town) -> None:
    view = town.a_returned_case({"field:only_child_certificate": "differs_from_photo"})
    changed = town.answer(view, "only_child_certificate", only_child_certificate="honour_card")
    assert slot_of(changed, "only_child_certificate")["status"] == "open"

    town.give_every_photo(changed)
    town.submit(town.sign(changed))

    review = town.claimed(UUID(view["id"]))
    open_subjects = {each["subject"] for each in (*review["fields"], *review["slots"]) if each["needs_judgement"]}
    assert open_subjects == {"field:only_child_certificate", "slot:only_child_certificate"}


# ── taking it back ───────────────────────────────────────────────────────────────────────────

BUILD = {
    State.DRAFT: lambda town: UUID(town.an_answered_draft()["id"]),
    State.SUBMITTED: lambda town: town.a_submitted_case(),
    State.IN_REVIEW: lambda town: UUID(town.a_claimed_case()["id"]),
    State.RETURNED: lambda town: UUID(town.a_returned_case(FAILING)["id"]),
    State.WAITING: lambda town: UUID(town.a_waiting_case()["id"]),
    State.REVIEWED: lambda town: UUID(town.a_reviewed_case()["id"]),
    State.APPROVED: lambda town: UUID(town.an_approved_case()["id"]),
}


@pytest.mark.parametrize("state", BUILD)
def test_she_can_take_her_case_back_until_it_is_approved(town: Town, state: State) -> None:
    case_id = BUILD[state](town)
    view = town.services.filing.view(town.applicant, case_id)
    assert view["state"] == state

    if state is State.APPROVED:
        with pytest.raises(ActionNotAllowed):
            town.services.filing.withdraw(town.applicant, case_id, view["version"], "")
        return
    withdrawn = town.services.filing.withdraw(town.applicant, case_id, view["version"], "我再想想")

    assert withdrawn["state"] == State.WITHDRAWN
    assert ("withdrawn" in town.told(case_id)) == (state is not State.DRAFT)


def test_a_case_that_was_taken_back_frees_its_clerk_and_its_person(town: Town) -> None:
    case_id = UUID(town.a_claimed_case()["id"])
    version = town.services.filing.view(town.applicant, case_id)["version"]

    town.services.filing.withdraw(town.applicant, case_id, version, "")

    assert town.services.review.queue(town.staff.clerk, "mine", "", "", None)["cases"] == []
    assert town.a_submitted_case() != case_id


# ── home and the end ─────────────────────────────────────────────────────────────────────────


def test_home_shows_the_open_case_the_closed_ones_and_what_she_was_told(town: Town) -> None:
    empty = {"case": None, "closed_cases": [], "authorisations": [], "messages": []}
    assert town.services.filing.home(town.applicant) == empty
    closed = town.a_completed_case()
    draft = town.a_new_draft()

    home = town.services.filing.home(town.applicant)

    assert (home["case"]["id"], home["case"]["next_step"]["path"]) == (draft["id"], f"/cases/{draft['id']}")
    assert [(case["id"], case["state"]) for case in home["closed_cases"]] == [(str(closed), State.COMPLETED)]
    titles = [message["title"] for message in home["messages"]]
    assert (titles[0], titles[-1], len(titles)) == ("办结通知", "办件提交成功通知", len(town.told(closed)))
    assert {message["case_id"] for message in home["messages"]} == {str(closed)}
    assert town.services.filing.home(town.another_applicant())["messages"] == []


def test_progress_says_who_has_each_item_and_by_when(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])

    progress = town.services.filing.view(town.applicant, case_id)["progress"]

    items = {item["code"]: item for item in progress["items"]}
    assert [step["status"] for step in progress["steps"]] == ["done", "done", "done", "now", "todo"]
    assert (items["retire_normal"]["holder"], items["retire_normal"]["due_on"]) == ("区人社局", date(2026, 12, 8))
    assert (items["housing_fund"]["holder"], items["housing_fund"]["due_on"]) == ("您自己", None)
    assert items["housing_fund"]["must_do"]["action"] == "report_done"


def test_the_fund_reported_done_last_completes_the_case(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    town.decide_every_item(case_id)
    fund = town.items_of(case_id)["housing_fund"]

    progress = town.services.filing.report_fund_done(town.applicant, case_id, fund, 1)

    [item] = [item for item in progress["items"] if item["code"] == "housing_fund"]
    assert (item["outcome"], item["must_do"]) == ("done_elsewhere", None)
    assert town.services.filing.view(town.applicant, case_id)["state"] == State.COMPLETED
    assert town.told(case_id)[-1] == "completed"


def test_nothing_but_the_fund_is_hers_to_report_and_not_twice(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    items, report = town.items_of(case_id), town.services.filing.report_fund_done
    report(town.applicant, case_id, items["housing_fund"], 1)

    with pytest.raises(StaleVersion):
        report(town.applicant, case_id, items["housing_fund"], 1)
    with pytest.raises(ActionNotAllowed):
        report(town.applicant, case_id, items["housing_fund"], 2)
    with pytest.raises(NotAllowed):
        report(town.applicant, case_id, items["medical_years"], 1)


def test_a_refused_case_says_why_and_she_may_begin_again(town: Town) -> None:
    view = town.a_claimed_case()
    town.services.review.refuse(town.staff.clerk, UUID(view["id"]), view["version"], a_key(), "不在本区参保")

    hers = town.services.filing.view(town.applicant, UUID(view["id"]))

    assert (hers["state"], hers["progress"]["closing_reason"]) == (State.REFUSED, "不在本区参保")
    assert hers["progress"]["steps"][-1]["text"] == "不在本区参保"
    assert town.told(UUID(view["id"]))[-1] == "refused"
    assert town.a_new_draft()["id"] != view["id"]
