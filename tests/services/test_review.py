"""The window claims, judges, checks, returns once and completely, accepts, refuses; the supervisor approves or not."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.domain.actors import Actor, Role
from backend.domain.case import State
from backend.domain.errors import (
    ActionNotAllowed,
    ChecksOpen,
    ContentRefused,
    HeldByAnother,
    NotAllJudged,
    NotFound,
    NothingFailed,
    ReasonMissing,
    SamePerson,
    SomethingFailed,
    StaleVersion,
)
from backend.domain.review import Verdict
from backend.services.review import GivenCheck, GivenVerdict
from tests.builders import Town, View, a_key, born
from tests.domain.examples import answers
from tests.racing import at_once


def in_queue(town: Town, queue: str = "waiting", actor: Actor | None = None) -> list[str]:
    found = town.services.review.queue(actor or town.staff.clerk, queue, "", "", None)
    return [case["id"] for case in found["cases"]]


def id_of(view: View) -> UUID:
    return UUID(view["id"])


# ── the queue and the lease ──────────────────────────────────────────────────────────────────


def test_the_next_case_is_the_one_that_is_due_first(town: Town) -> None:
    first = town.a_submitted_case()
    town.clock.move(days=1)
    second = town.a_submitted_case(town.another_applicant(), **born(13))

    claimed = [town.services.review.claim_next(town.staff.clerk, a_key()) for _ in range(3)]

    assert claimed == [first, second, None]
    assert set(in_queue(town, "mine")) == {str(first), str(second)}
    assert in_queue(town, "held", town.staff.other_clerk) == [str(first), str(second)]


def test_asking_for_the_next_case_twice_with_one_key_is_one_case(town: Town) -> None:
    first, key = town.a_submitted_case(), a_key()
    town.clock.move(minutes=1)
    town.a_submitted_case(town.another_applicant(), **born(13))

    assert [town.services.review.claim_next(town.staff.clerk, key) for _ in range(2)] == [first, first]
    assert town.acts(first).count("claim") == 1


def test_of_two_clerks_who_ask_for_the_only_case_at_once_one_has_it(town: Town) -> None:
    case_id = town.a_submitted_case()

    claim_next = town.services.review.claim_next
    clerks = (town.staff.clerk, town.staff.other_clerk)
    claimed = at_once(*[partial(claim_next, clerk, a_key()) for clerk in clerks])

    assert sorted(claimed, key=str) == sorted([case_id, None], key=str)


def test_a_case_somebody_holds_is_hers_until_her_lease_lapses(town: Town) -> None:
    view, other = town.a_claimed_case(), town.staff.other_clerk
    held = view["holder"]
    assert (held["name"], held["is_me"]) == ("陈窗口", True)

    with pytest.raises(HeldByAnother) as refusal:
        town.services.review.claim(other, id_of(view), a_key())
    town.clock.move(minutes=15)
    taken = town.services.review.claim(other, id_of(view), a_key())

    assert refusal.value.facts == {"holder_name": "陈窗口", "expires_at": held["expires_at"]}
    assert taken["holder"]["name"] == "李窗口"


def test_a_lease_that_is_renewed_goes_on(town: Town) -> None:
    view = town.a_claimed_case()
    for _ in range(3):
        town.clock.move(minutes=14)
        town.services.review.renew(town.staff.clerk, id_of(view))

    judged = town.judge_all(view)["judged"]
    assert judged["done"] == judged["total"]


def test_without_a_live_lease_nothing_is_changed(town: Town) -> None:
    view = town.a_claimed_case()
    town.clock.move(minutes=15)

    with pytest.raises(HeldByAnother, match="领取的时间过了"):
        town.judge_all(view)

    town.services.review.claim(town.staff.other_clerk, id_of(view), a_key())
    with pytest.raises(HeldByAnother, match="李窗口"):
        town.judge_all(view)


def test_a_case_that_was_let_go_waits_again_with_its_verdicts(town: Town) -> None:
    view = town.judge_all(town.a_claimed_case())

    town.services.review.release(town.staff.clerk, id_of(view))

    assert in_queue(town) == [view["id"]]
    taken = town.claimed(id_of(view), town.staff.other_clerk)
    assert taken["judged"]["done"] == taken["judged"]["total"]


def test_a_draft_is_nobodys_business_at_the_window(town: Town) -> None:
    draft_id, review, clerk = UUID(town.an_answered_draft()["id"]), town.services.review, town.staff.clerk

    for attempt in (
        lambda: review.view(clerk, draft_id),
        lambda: review.claim(clerk, draft_id, a_key()),
        lambda: review.renew(clerk, draft_id),
        lambda: review.look(clerk, draft_id, "all", "看看"),
        lambda: review.judge(clerk, draft_id, 1, []),
        lambda: review.approve(town.staff.supervisor, draft_id, 1, a_key(), "同意"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert in_queue(town, "all") == []


def test_a_case_that_is_not_the_windows_any_more_is_not_claimed(town: Town) -> None:
    view = town.a_reviewed_case()

    for attempt in (
        lambda: town.services.review.claim(town.staff.clerk, id_of(view), a_key()),
        lambda: town.services.review.renew(town.staff.clerk, id_of(view)),
    ):
        with pytest.raises(ActionNotAllowed):
            attempt()


def test_the_queue_shows_who_waits_masked_and_how_long(town: Town) -> None:
    town.a_submitted_case()

    found = town.services.review.queue(town.staff.clerk, "waiting", "", "", None)

    [row] = found["cases"]
    assert (row["name_masked"], row["town"], row["working_days_left"], row["clock"]) == ("王**", "营田镇", 5, "green")
    assert [item["code"] for item in row["items"]] == [
        *("retire_normal", "pension_payment", "medical_years", "only_child_reward", "housing_fund"),
    ]
    none = {"mine": 0, "to_approve": 0, "absences": 0, "promises": 0, "promises_late": 0, "promises_amber": 0}
    assert found["counts"] == {"waiting": 1, **none}


# ── verdicts and checks ──────────────────────────────────────────────────────────────────────


def test_every_answer_and_every_photographed_slot_is_judged(town: Town) -> None:
    view = town.a_claimed_case()

    asked = [each["subject"] for each in (*view["fields"], *view["slots"])]
    assert view["judged"] == {"done": 0, "total": len(asked)}
    assert {"field:name", "field:bank_account", "slot:id_card", "slot:portrait"} <= set(asked)
    assert "field:bank_account_again" not in asked
    assert "slot:application_form" not in asked


def test_a_verdict_stands_under_the_clerks_name(town: Town) -> None:
    view = town.a_claimed_case()
    verdict = GivenVerdict("slot:id_card", Verdict.FAIL, "blurred", " 左上角 ")

    after = town.services.review.judge(town.staff.clerk, id_of(view), view["version"], [verdict])

    [slot] = [slot for slot in after["slots"] if slot["key"] == "id_card"]
    judgement = slot["judgement"]
    assert (judgement["verdict"], judgement["reason_code"], judgement["note"]) == ("fail", "blurred", "左上角")
    assert (judgement["by"], slot["needs_judgement"]) == ("陈窗口", False)
    assert after["failed"] == [{"subject": "slot:id_card", "label": "身份证"}]


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        (GivenVerdict("slot:id_card", Verdict.FAIL), ReasonMissing),
        (GivenVerdict("slot:id_card", Verdict.FAIL, "", "  "), ReasonMissing),
        (GivenVerdict("slot:no_such_slot", Verdict.PASS), ContentRefused),
        (GivenVerdict("slot:divorce_certificate", Verdict.PASS), ContentRefused),
        (GivenVerdict("field:bank_account_again", Verdict.PASS), ContentRefused),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(town: Town, verdict: GivenVerdict, refusal: Any) -> None:
    view = town.a_claimed_case()

    with pytest.raises(refusal):
        town.services.review.judge(town.staff.clerk, id_of(view), view["version"], [verdict])

    assert town.services.review.view(town.staff.clerk, id_of(view)) == view


def test_two_windows_on_one_case_do_not_overwrite_each_other(town: Town) -> None:
    view = town.a_claimed_case()
    town.clock.move(minutes=1)
    town.judge_all(view)

    with pytest.raises(StaleVersion) as refusal:
        town.judge_all(view)

    assert refusal.value.facts["changed_by"] == "陈窗口"
    assert refusal.value.facts["changed_at"] == town.clock.now().isoformat()


def test_a_check_that_does_not_exist_is_refused(town: Town) -> None:
    view = town.a_claimed_case()

    with pytest.raises(ContentRefused):
        town.services.review.check(town.staff.clerk, id_of(view), view["version"], {"x": GivenCheck(found=True)}, None)


def test_checks_and_age_stand_under_the_clerks_name(town: Town) -> None:
    view = town.confirm(town.a_claimed_case())

    assert [(check["found"], check["by"]) for check in view["checks"]] == [(False, "陈窗口")] * 4
    assert view["age"]["confirmed_age_months"] == view["age"]["statutory_age_months"]


# ── the clerk decides ────────────────────────────────────────────────────────────────────────


def accept(town: Town, view: View, opinion: str = "同意受理") -> View:
    return town.services.review.accept(town.staff.clerk, id_of(view), view["version"], a_key(), opinion)


def send_back_to_her(town: Town, view: View, key: str | None = None) -> View:
    review = town.services.review
    return review.return_for_correction(town.staff.clerk, id_of(view), view["version"], key or a_key(), "")


def test_nothing_is_decided_before_everything_is_judged(town: Town) -> None:
    view = town.a_claimed_case()
    subjects = [each["subject"] for each in (*view["fields"], *view["slots"])]
    all_but_one = [GivenVerdict(subject, Verdict.FAIL, "incomplete") for subject in subjects[:-1]]
    view = town.services.review.judge(town.staff.clerk, id_of(view), view["version"], all_but_one)

    for decide in (accept, send_back_to_her):
        with pytest.raises(NotAllJudged) as refusal:
            decide(town, view)
        assert refusal.value.facts["missing"] == [view["slots"][-1]["label"]]


def test_acceptance_needs_all_passed_all_checks_and_an_opinion(town: Town) -> None:
    judged = town.judge_all(town.a_claimed_case())
    with pytest.raises(ChecksOpen) as unchecked:
        accept(town, judged)
    confirmed = town.confirm(judged, transfer_pending=True)
    with pytest.raises(ChecksOpen) as found:
        accept(town, confirmed)
    cleared = town.confirm(confirmed)
    with pytest.raises(ReasonMissing):
        accept(town, cleared, "  ")

    assert len(unchecked.value.facts["open"]) == 5
    assert found.value.facts["open"] == ["省外、省内转移未办理"]
    assert accept(town, cleared)["state"] == State.REVIEWED


def test_a_case_with_something_failed_is_not_accepted_and_one_without_not_returned(town: Town) -> None:
    failed = town.confirm(town.judge_all(town.a_claimed_case(), {"slot:id_card": "blurred"}))
    with pytest.raises(SomethingFailed):
        accept(town, failed)

    passed = town.services.review.judge(
        town.staff.clerk, id_of(failed), failed["version"], [GivenVerdict("slot:id_card", Verdict.PASS)]
    )
    with pytest.raises(NothingFailed):
        send_back_to_her(town, passed)


def test_one_return_lists_everything_that_failed_and_is_sent_once(town: Town) -> None:
    failing = {"slot:id_card": "blurred", "slot:portrait": "not_portrait", "field:phone": "not_believable"}
    view, key = town.judge_all(town.a_claimed_case(), failing), a_key()

    first = send_back_to_her(town, view, key)
    second = send_back_to_her(town, view, key)

    [notice] = second["corrections"]
    assert first == second
    assert {(line["subject"], line["reason_code"]) for line in notice["lines"]} == set(failing.items())
    assert (notice["round"], notice["by"], second["holder"]) == (1, "陈窗口", None)
    assert town.told(id_of(view)) == ["submitted", "returned"]
    assert in_queue(town, "waiting_on_applicant") == [view["id"]]


def test_accepting_twice_with_one_key_is_one_acceptance(town: Town) -> None:
    view, key = town.a_judged_case(), a_key()

    repeat = partial(town.services.review.accept, town.staff.clerk, id_of(view), view["version"], key, "同意受理")
    views = at_once(*[repeat] * 3)

    assert [each for each in views if isinstance(each, Exception)] == []
    assert town.acts(id_of(view)).count("accept") == 1


def test_a_refusal_is_in_writing_and_told(town: Town) -> None:
    view = town.a_claimed_case()
    refuse = partial(town.services.review.refuse, town.staff.clerk, id_of(view), view["version"])
    with pytest.raises(ReasonMissing):
        refuse(a_key(), " ")

    refused = refuse(a_key(), "不在本区参保")

    assert (refused["state"], refused["closing_reason"], refused["may"]) == (State.REFUSED, "不在本区参保", [])
    assert town.told(id_of(view)) == ["submitted", "refused"]
    assert in_queue(town, "mine") == []


# ── waiting for another office ───────────────────────────────────────────────────────────────


def test_a_case_does_not_wait_for_nothing(town: Town) -> None:
    view = town.a_judged_case()

    with pytest.raises(ContentRefused):
        town.services.review.hold(town.staff.clerk, id_of(view), view["version"], a_key())


def test_a_case_that_waits_tells_her_which_office_and_what_to_do(town: Town) -> None:
    view = town.a_waiting_case("transfer_pending")

    hers = town.services.filing.view(town.applicant, id_of(view))

    [line] = hers["waiting"]["lines"]
    assert (view["state"], view["holder"], view["may"]) == (State.WAITING, None, ["resolve"])
    assert line["office"] == "区人社局企业职工养老保险窗口"
    assert "12333" in line["what_to_do"]
    assert "withdraw" in hers["may"]


def test_a_case_is_taken_up_again_by_the_clerk_who_clears_the_check(town: Town) -> None:
    view, other = town.a_waiting_case(), town.staff.other_clerk
    resolve = partial(town.services.review.resolve, other, id_of(view), view["version"], a_key(), "已转入")

    resolved, again = resolve(), resolve()

    assert resolved == again
    assert (resolved["state"], resolved["holder"]["name"]) == (State.IN_REVIEW, "李窗口")
    [check] = [check for check in resolved["checks"] if check["key"] == "transfer_pending"]
    assert (check["found"], check["by"], check["note"]) == (False, "李窗口", "已转入")
    assert (
        town.services.review.accept(other, id_of(view), resolved["version"], a_key(), "同意受理")["state"] == "reviewed"
    )


# ── the supervisor ───────────────────────────────────────────────────────────────────────────


def test_approval_routes_what_is_filed_together_and_nothing_else(town: Town) -> None:
    view = town.an_approved_case(medical_filing="self")

    items = {item["code"]: item for item in view["items"]}
    assert view["state"] == State.APPROVED
    assert {code: item["state"] for code, item in items.items()} == {
        "retire_normal": "routed",
        "pension_payment": "routed",
        "medical_years": "self_filed",
        "only_child_reward": "routed",
        "housing_fund": "routed",
    }
    due = {code: item["due_on"].isoformat() for code, item in items.items() if item["due_on"]}
    assert due == {"retire_normal": "2026-12-08", "pension_payment": "2026-12-08", "only_child_reward": "2026-12-15"}
    assert town.told(id_of(view)) == ["submitted", "accepted_and_routed"]
    assert [view["opinions"][who]["by"] for who in ("clerk", "supervisor")] == ["陈窗口", "何主管"]


def test_approving_twice_with_one_key_routes_once(town: Town) -> None:
    view, key = town.a_reviewed_case(), a_key()

    repeat = partial(town.services.review.approve, town.staff.supervisor, id_of(view), view["version"], key, "同意")
    views = at_once(*[repeat] * 3)

    assert [each for each in views if isinstance(each, Exception)] == []
    assert len({item["id"] for each in views if isinstance(each, dict) for item in each["items"]}) == 5
    assert town.told(id_of(view)).count("accepted_and_routed") == 1


def test_a_case_in_which_she_does_everything_herself_is_completed_with_its_approval(town: Town) -> None:
    herself: dict[str, Any] = {"retirement_filing": "self", "medical_filing": "self", "only_child_filing": "self"}

    view = town.an_approved_case(**herself, has_housing_fund="no")

    assert view["state"] == State.COMPLETED
    assert town.told(id_of(view)) == ["submitted", "accepted_and_routed", "completed"]


@pytest.mark.parametrize("decision", ["approve", "send_back"])
def test_the_supervisor_is_never_the_clerk_of_the_case(town: Town, decision: str) -> None:
    view = town.a_reviewed_case()
    promoted = Actor(town.staff.clerk.id, Role.SUPERVISOR, "陈窗口")

    with pytest.raises(SamePerson):
        getattr(town.services.review, decision)(promoted, id_of(view), view["version"], a_key(), "同意")


def test_a_case_sent_back_waits_at_the_window_with_the_reason(town: Town) -> None:
    view = town.a_reviewed_case()
    send_back = partial(town.services.review.send_back, town.staff.supervisor, id_of(view), view["version"])
    with pytest.raises(ReasonMissing):
        send_back(a_key(), "")

    back = send_back(a_key(), "请再核一遍年龄")

    assert (back["state"], back["events"][-1]["note"]) == (State.IN_REVIEW, "请再核一遍年龄")
    assert in_queue(town) == [view["id"]]
    assert town.told(id_of(view)) == ["submitted"]


def test_each_is_offered_what_each_may_do(town: Town) -> None:
    judged = town.a_judged_case()
    at_first = town.services.review.view(town.staff.other_clerk, id_of(judged))["may"]
    reviewed = town.accept(judged)
    supervisors = town.services.review.view(town.staff.supervisor, id_of(judged))["may"]

    assert judged["may"] == ["judge", "check", "settle", "return", "accept", "refuse", "hold"]
    assert (at_first, reviewed["may"]) == ([], [])
    assert supervisors == ["approve", "send_back"]


# ── whole values ─────────────────────────────────────────────────────────────────────────────


def test_the_case_page_shows_nothing_whole(town: Town) -> None:
    view, her = town.a_claimed_case(), answers()

    shown = {field["key"]: field["display"] for field in view["fields"]}
    assert (shown["id_number"], shown["phone"]) == ("430***********0021", "138****5678")
    whole = ("name", "id_number", "phone", "bank_account", "delivery_address")
    assert [key for key in whole if her[key] in str(view)] == []


def test_a_whole_value_is_shown_for_a_reason_and_the_look_is_written_down(town: Town) -> None:
    case_id, review, clerk = town.a_submitted_case(), town.services.review, town.staff.clerk
    with pytest.raises(ReasonMissing):
        review.look(clerk, case_id, "id_number", "  ")
    looked_in_vain = town.acts(case_id)

    values = review.look(clerk, case_id, "id_number", "核对身份证")

    assert values == {"id_number": answers()["id_number"]}
    assert "look" not in looked_in_vain
    with town.store.begin() as tx:
        entry = tx.audit.chain(case_id)[-1].entry
    assert (entry.action, entry.subject, entry.reason, entry.actor_id) == ("look", "id_number", "核对身份证", clerk.id)


def test_all_whole_values_are_one_look_that_names_them(town: Town) -> None:
    case_id = town.a_submitted_case()

    values = town.services.review.look(town.staff.supervisor, case_id, "all", "打印申请表")

    assert {"name", "id_number", "phone", "household_area", "bank_account", "delivery_address"} <= set(values)
    with town.store.begin() as tx:
        assert tx.audit.chain(case_id)[-1].entry.subject == ",".join(values)


@pytest.mark.parametrize("field", ["contribution_months", "bank_account_again", "no_such_field", ""])
def test_there_is_nothing_whole_to_show_of_what_is_not_masked(town: Town, field: str) -> None:
    case_id = town.a_submitted_case()

    with pytest.raises(NotFound):
        town.services.review.look(town.staff.clerk, case_id, field, "看看")


def test_a_case_that_does_not_exist_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        town.services.review.view(town.staff.clerk, uuid4())
