"""A second return that the supervisor agrees to, papers she does not have, papers she promised, by the use cases."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from backend.domain.absences import DecisionKind
from backend.domain.errors import (
    ActionNotAllowed,
    ContentRefused,
    HeldByAnother,
    NotAllJudged,
    NotAllowed,
    NotFound,
    ReasonMissing,
    ReturnNeedsSupervisor,
    StaleVersion,
)
from backend.domain.review import Verdict
from backend.services.absence_tasks import GivenCall, GivenDecision
from backend.services.review import GivenVerdict
from tests.authorising import Family
from tests.builders import Town, View, a_key
from tests.domain.cases import a_mark

WAIVED, SUGGESTED = DecisionKind.WAIVED, DecisionKind.SUGGESTED
PASS = (Verdict.PASS, None, None)
PROMISED_ON = date(2026, 12, 8)  # ten working days from Tuesday, 24 November 2026


def id_of(view: View) -> UUID:
    return UUID(view["id"])


def absent_from(town: Town, *slots: str) -> View:
    """The clerk's view of a case that she took, all judged but for the papers that the applicant does not have."""
    draft = town.an_answered_draft()
    town.give_every_photo(draft)
    for slot in slots:
        with town.store.begin() as tx:
            case = tx.cases.load(id_of(draft))
            for photo in [p for p in case.photos.values() if p.slot_key == slot]:
                case.take_back_photo(photo.id)
            tx.cases.save(case)
        town.services.materials.declare_absent(town.applicant, id_of(draft), slot, "一时找不到")
    town.give_every_photo(town.services.filing.view(town.applicant, id_of(draft)))
    view = town.claimed(id_of(town.submit(town.sign(draft))))
    verdicts = [
        GivenVerdict(each["subject"], Verdict.PASS)
        for each in (*view["fields"], *view["slots"])
        if not each.get("absence")
    ]
    return town.services.review.judge(town.staff.clerk, id_of(view), view["version"], verdicts)


def decide(town: Town, view: View, slot: str, given: GivenDecision) -> View:
    return town.services.review.decide_absence(town.staff.clerk, id_of(view), view["version"], slot, given)


def waive(town: Town, view: View, slot: str = "portrait", on: date | None = PROMISED_ON) -> View:
    return decide(town, view, slot, GivenDecision(WAIVED, "照片可以后补", on))


def slot_of(view: View, key: str) -> View:
    slot: View = next(each for each in view["slots"] if each["key"] == key)
    return slot


def bring(town: Town, case_id: UUID, slot: str = "portrait", part: str = "photo") -> None:
    """She gives the paper by a photo over the real store."""
    town.photograph(case_id, slot, part, None, town.applicant)


# ── one return ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "slots",
    [
        ["id_card"],  # a front and a back
        ["qualification_form"],  # pages
        ["work_history_proof"],  # one of several kinds
        ["only_child_certificate"],  # a kind that an answer named
        ["portrait", "social_security_card"],
    ],
)
def test_only_the_slots_that_failed_reopen(town: Town, slots: list[str]) -> None:
    hers = town.a_returned_case({f"slot:{slot}": "blurred" for slot in slots})

    assert sorted(slot["key"] for slot in hers["slots"] if slot["editable"]) == sorted(slots)
    assert sorted(line["subject"] for line in hers["correction"]["lines"]) == sorted(f"slot:{each}" for each in slots)


# ── a second return ──────────────────────────────────────────────────────────────────────────


def returned_twice_asked(town: Town) -> View:
    """A case that was returned once and mended, and that the clerk asks to return again."""
    her = town.a_returned_case({"slot:id_card": "blurred"})
    town.give_every_photo(her)
    again = town.claimed(id_of(town.submit(town.sign(her))))
    judged = town.judge_all(again, {"slot:id_card": "cut_off"})
    words = ("反面少了一角", "第一次只看出模糊")
    return town.services.review.ask_return(town.staff.clerk, id_of(judged), judged["version"], a_key(), *words)


def test_a_second_return_is_asked_of_the_supervisor(town: Town) -> None:
    her = town.a_returned_case({"slot:id_card": "blurred"})
    town.give_every_photo(her)
    judged = town.judge_all(town.claimed(id_of(town.submit(town.sign(her)))), {"slot:id_card": "cut_off"})
    review, clerk, asked = town.services.review, town.staff.clerk, (id_of(judged), judged["version"], a_key())

    with pytest.raises(ReturnNeedsSupervisor):
        review.return_for_correction(clerk, *asked, "再改一改")
    with pytest.raises(ReasonMissing):
        review.ask_return(clerk, *asked, "模糊", "")
    view = review.ask_return(clerk, *asked, "反面少了一角", "第一次只看出模糊")

    assert (judged["may"].count("ask_return"), judged["may"].count("return")) == (1, 0)
    assert (view["state"], view["holder"], view["returns"]) == ("return_asked", None, 1)
    assert view["return_request"]["why_not_before"] == "第一次只看出模糊"
    assert [line["label"] for line in view["return_request"]["lines"]] == ["身份证"]
    hers = town.services.filing.view(town.applicant, id_of(view))
    assert (hers["state_label"], hers["may"]) == ("窗口审核中", ["withdraw"])
    assert town.told(id_of(view))[-1] == "resubmitted"
    queue = review.queue(town.staff.supervisor, "to_approve", "", "", None)
    assert [(row["id"], row["returns"]) for row in queue["cases"]] == [(view["id"], 1)]


def test_the_supervisor_agrees_and_only_what_fails_reopens(town: Town) -> None:
    asked = returned_twice_asked(town)
    review = town.services.review

    with town.store.begin() as tx:
        case = tx.cases.load(id_of(asked))
        front = next(p for p in case.photos.values() if (p.slot_key, p.part_key) == ("id_card", "front"))
        case.marks[front.id] = (a_mark(front, by_id=town.staff.clerk.id, reason_code=None, note="这个角没有拍到"),)
        tx.cases.save(case)
    seen = review.view(town.staff.supervisor, id_of(asked))
    view = review.return_for_correction(town.staff.supervisor, id_of(asked), seen["version"], a_key(), "")

    assert seen["may"] == ["return", "send_back"]
    assert seen["return_request"]["lines"][0]["marks"] == ["正面（有照片的一面）：这个角没有拍到"]
    assert (view["state"], view["returns"], view["return_request"]) == ("returned", 2, None)
    hers = town.services.filing.view(town.applicant, id_of(asked))
    assert [line["subject"] for line in hers["correction"]["lines"]] == ["slot:id_card"]
    assert [slot["key"] for slot in hers["slots"] if slot["editable"]] == ["id_card"]
    assert sorted(town.told(id_of(asked))) == ["resubmitted", "returned", "returned", "submitted"]
    assert town.services.supervision.overview()["repeat_returns"] == {"cases": 1, "times": 1}
    [row] = town.services.supervision.repeat_returns(None)["cases"]
    assert (row["returns"], row["reason"], row["asked_by"]) == (2, "反面少了一角", "陈窗口")


def test_the_supervisor_sends_a_second_return_back_with_a_reason(town: Town) -> None:
    asked = returned_twice_asked(town)
    review = town.services.review

    view = review.send_back(town.staff.supervisor, id_of(asked), asked["version"], a_key(), "请先打电话问清楚")

    assert (view["state"], view["returns"]) == ("in_review", 1)
    assert view["events"][-1]["note"] == "请先打电话问清楚"
    with pytest.raises(ReturnNeedsSupervisor):
        review.return_for_correction(town.staff.supervisor, id_of(asked), view["version"], a_key(), "")


# ── papers she does not have ─────────────────────────────────────────────────────────────────


def test_a_case_goes_nowhere_while_an_absence_is_undecided(town: Town) -> None:
    view = town.confirm(absent_from(town, "portrait", "id_card"))
    review, clerk, seen = town.services.review, town.staff.clerk, (id_of(view), view["version"])

    with pytest.raises(NotAllJudged):
        review.accept(clerk, *seen, a_key(), "同意")
    with pytest.raises(NotAllJudged):
        review.return_for_correction(clerk, *seen, a_key(), "")
    with pytest.raises(ContentRefused):
        review.judge(clerk, *seen, [GivenVerdict("slot:portrait", Verdict.PASS)])

    assert view["absences_open"] == ["身份证", "一寸免冠彩色近照"]
    queue = review.queue(clerk, "absences", "", "", None)
    assert ([row["absences_open"] for row in queue["cases"]], queue["counts"]["absences"]) == ([2], 1)


def test_a_primary_paper_is_never_waived(town: Town) -> None:
    view = absent_from(town, "id_card")

    with pytest.raises(ContentRefused, match="主要材料"):
        waive(town, view, "id_card")

    assert slot_of(view, "id_card")["absence"]["waiver"]["allowed"] is False


# fmt: off
DAYS = [
    # promised on       days of the limit    taken
    (date(2026, 11, 24), 20, False),  # today
    (date(2026, 11, 25), 20, True),
    (date(2026, 12, 22), 20, True),   # the twentieth working day
    (date(2026, 12, 23), 20, False),
]
# fmt: on


@pytest.mark.parametrize(("on", "_limit", "taken"), DAYS)
def test_a_promise_keeps_within_the_limit(town: Town, on: date, _limit: int, taken: bool) -> None:
    view = absent_from(town, "portrait")

    if not taken:
        with pytest.raises(ContentRefused, match="最晚2026年12月22日"):
            waive(town, view, on=on)
    else:
        promise = slot_of(waive(town, view, on=on), "portrait")["promise"]
        assert promise["promised_on"] == on.isoformat()


def test_another_paper_is_suggested_and_the_slot_reopens_with_the_sentence(town: Town) -> None:
    view = absent_from(town, "work_history_proof")
    given = GivenDecision(SUGGESTED, "单位人事能打印", suggested_kind="payroll")

    decided = decide(town, view, "work_history_proof", given)
    town.clock.move(minutes=1)
    town.services.review.return_for_correction(town.staff.clerk, id_of(view), decided["version"], a_key(), "")

    hers = town.services.filing.view(town.applicant, id_of(view))
    [line] = hers["correction"]["lines"]
    assert line["reason"] == "没有这份材料的，可以改交：工资发放表。单位人事能打印"
    slot = slot_of(hers, "work_history_proof")
    assert (slot["status"], slot["editable"], slot["absence"]) == ("returned", True, None)


def test_a_call_leaves_the_task_open(town: Town) -> None:
    view = absent_from(town, "portrait")
    review, clerk, key = town.services.review, town.staff.clerk, a_key()
    given = GivenCall(reached=False, note="响了很久", call_again_on=date(2026, 11, 25))

    called = review.call(clerk, id_of(view), key, "portrait", given)
    repeated = review.call(clerk, id_of(view), key, "portrait", given)

    task = slot_of(called, "portrait")["absence"]
    assert (task["is_open"], [each["reached"] for each in task["decisions"]]) == (True, [False])
    assert slot_of(repeated, "portrait")["absence"] == task
    assert called["absences_open"] == ["一寸免冠彩色近照"]


def test_a_call_needs_no_lease_and_disturbs_nobody_who_holds_the_case(town: Town) -> None:
    view, review, other = absent_from(town, "portrait"), town.services.review, town.staff.other_clerk
    given = GivenCall(reached=True, note="她说下周去拍")

    called = review.call(other, id_of(view), a_key(), "portrait", given)
    with pytest.raises(HeldByAnother):
        review.decide_absence(
            other, id_of(view), view["version"], "portrait", GivenDecision(WAIVED, "后补", PROMISED_ON)
        )
    with pytest.raises(NotAllowed):
        review.call(town.staff.supervisor, id_of(view), a_key(), "portrait", given)
    waived = waive(town, view)  # at the version that the holder saw before the call

    assert [each["by"] for each in slot_of(called, "portrait")["absence"]["decisions"]] == [other.name]
    assert [each["kind"] for each in slot_of(waived, "portrait")["absence"]["decisions"]] == ["called", "waived"]
    with town.store.begin() as tx:
        [entry] = [e.entry for e in tx.audit.chain(id_of(view)) if e.entry.action == "absence_called"]
    assert (entry.actor_id, entry.at, entry.reason) == (other.id, town.clock.now(), "她说下周去拍")
    assert entry.facts["reached"] is True


def test_a_call_is_taken_down_before_anybody_took_the_case(town: Town) -> None:
    view = absent_from(town, "portrait")
    town.services.review.release(town.staff.clerk, id_of(view))

    called = town.services.review.call(
        town.staff.other_clerk, id_of(view), a_key(), "portrait", GivenCall(reached=False, note="")
    )

    assert (called["holder"], called["absences_open"]) == (None, ["一寸免冠彩色近照"])


# ── papers she promised ──────────────────────────────────────────────────────────────────────


def test_a_promised_paper_is_brought_after_acceptance_and_judged(town: Town) -> None:
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    case_id, review, clerk = id_of(view), town.services.review, town.staff.clerk
    [owed] = town.services.filing.view(town.applicant, case_id)["promises"]
    home = town.services.filing.home(town.applicant)["case"]["promise"]

    bring(town, case_id)
    counts = review.queue(clerk, "promises", "", "", None)["counts"]
    given = slot_of(review.view(clerk, case_id), "portrait")
    key, seen = a_key(), given["promise"]["version"]
    kept = review.judge_promised(clerk, case_id, "portrait", seen, key, PASS)
    review.judge_promised(clerk, case_id, "portrait", seen, key, PASS)

    assert (owed["working_days_left"], owed["clock"], owed["label"]) == (10, "green", "一寸免冠彩色近照")
    assert (home["promised_on"], home["slot_key"]) == ("2026-12-08", "portrait")
    assert "promise_granted" in town.told(case_id)
    assert (given["promise"]["state"], counts["promises"]) == ("given", 1)
    assert slot_of(kept, "portrait")["promise"]["state"] == "kept"
    assert kept["version"] == view["version"]
    assert town.services.filing.view(town.applicant, case_id)["promises"] == []
    assert town.acts(case_id).count("promise_passed") == 1


def test_a_promised_paper_that_fails_is_brought_again(town: Town) -> None:
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    case_id, review, clerk = id_of(view), town.services.review, town.staff.clerk
    bring(town, case_id)
    seen = slot_of(review.view(clerk, case_id), "portrait")["promise"]["version"]

    failed = (Verdict.FAIL, "blurred", None)
    review.judge_promised(clerk, case_id, "portrait", seen, a_key(), failed)
    with pytest.raises(StaleVersion):
        review.judge_promised(clerk, case_id, "portrait", seen, a_key(), PASS)

    [owed] = town.services.filing.view(town.applicant, case_id)["promises"]
    assert (owed["state"], bool(owed["fail_reason"])) == ("open", True)
    assert town.told(case_id)[-1] == "promise_failed"
    bring(town, case_id)
    assert town.services.filing.view(town.applicant, case_id)["promises"][0]["state"] == "given"


def test_a_department_sees_the_day_at_once_and_the_paper_when_the_window_passed_it(town: Town) -> None:
    view = town.approve(town.accept(town.confirm(waive(town, absent_from(town, "portrait")))))
    case_id, health = id_of(view), town.staff.health
    [item] = [item_id for code, item_id in town.items_of(case_id).items() if code == "only_child_reward"]
    bring(town, case_id)

    before = slot_of(town.services.departments.view(health, item), "portrait")
    hers = slot_of(town.services.filing.view(town.applicant, case_id), "portrait")
    photo = UUID(hers["parts"][0]["photo"]["id"])
    with pytest.raises(NotFound):
        town.services.staff_photos.item_thumbnail(health, item, photo)
    seen = slot_of(town.services.review.view(town.staff.clerk, case_id), "portrait")["promise"]["version"]
    town.services.review.judge_promised(town.staff.clerk, case_id, "portrait", seen, a_key(), PASS)
    after = slot_of(town.services.departments.view(health, item), "portrait")

    assert (before["promise"]["promised_on"], before["parts"][0]["photo"]) == ("2026-12-08", None)
    assert after["parts"][0]["photo"] is not None


# fmt: off
REMINDED = [
    # days on (of 24 November)   what she is told then, each once
    (6,  []),                     # 30 November: six working days left
    (7,  ["promise_due_soon"]),   # 1 December: five left
    (13, ["promise_due_soon"]),
    (14, ["promise_due_today"]),  # 8 December
    (15, ["promise_due_today"]),  # late: told as soon as the worker runs
]
# fmt: on


@pytest.mark.parametrize(("days", "events"), REMINDED)
def test_she_is_reminded_before_and_on_the_day(town: Town, days: int, events: list[str]) -> None:
    case_id = id_of(town.accept(town.confirm(waive(town, absent_from(town, "portrait")))))
    town.clock.move(days=days)

    told = [town.services.review.remind_of_promises(town.services.reminders.timing) for _ in range(2)]

    assert told == [len(events), 0]
    assert [event for event in town.told(case_id) if event.startswith("promise_due")] == events


def test_a_late_paper_is_red_everywhere_and_refuses_nothing(town: Town) -> None:
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    town.clock.move(days=15)

    [owed] = town.services.filing.view(town.applicant, id_of(view))["promises"]
    queue = town.services.review.queue(town.staff.supervisor, "promises", "", "", None)
    overview = town.services.supervision.overview()
    [row] = town.services.supervision.promises(None)["promises"]

    assert (owed["clock"], owed["working_days_left"], owed["state"]) == ("red", -1, "open")
    counts = queue["counts"]
    assert (counts["promises"], counts["promises_late"], queue["cases"][0]["promise"]["clock"]) == (1, 1, "red")
    assert overview["promises"] == {"green": 0, "amber": 0, "red": 1}
    assert (row["label"], row["clock"]) == ("一寸免冠彩色近照", "red")
    assert (row["by"], row["promised_on"]) == ("陈窗口", "2026-12-08")
    assert town.services.filing.view(town.applicant, id_of(view))["state"] == "reviewed"


def test_a_paper_that_is_due_soon_is_counted_on_the_tab(town: Town) -> None:
    town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    counted = []
    for days in (0, 13, 2):  # the day of the waiver, the day before it is due, the day after
        town.clock.move(days=days)
        counts = town.services.review.queue(town.staff.clerk, "promises", "", "", None)["counts"]
        counted.append((counts["promises_amber"], counts["promises_late"]))

    assert counted == [(0, 0), (1, 0), (0, 1)]


def test_a_promise_is_extended_once_for_a_reason(town: Town) -> None:
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    case_id, review, clerk = id_of(view), town.services.review, town.staff.clerk
    later = PROMISED_ON + timedelta(days=7)

    extended = review.extend_promise(clerk, case_id, "portrait", 1, a_key(), later, "照相馆没有开门")
    with pytest.raises(ActionNotAllowed):
        review.extend_promise(clerk, case_id, "portrait", 2, a_key(), later + timedelta(days=1), "还没有开门")

    promise = slot_of(extended, "portrait")["promise"]
    assert (promise["promised_on"], promise["extend_until"]) == (later.isoformat(), None)
    assert town.told(case_id)[-1] == "promise_extended"


def test_nothing_is_owed_to_a_case_that_she_took_back(town: Town) -> None:
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    her = town.services.filing.view(town.applicant, id_of(view))

    town.services.filing.withdraw(town.applicant, id_of(view), her["version"], "")

    assert town.services.supervision.promises(None)["promises"] == []
    with pytest.raises(ActionNotAllowed):
        bring(town, id_of(view))


def test_a_helper_finds_what_he_owes_at_her_own_home_and_brings_it(town: Town) -> None:
    family = Family(town)
    view = town.accept(town.confirm(waive(town, absent_from(town, "portrait"))))
    family.started(family.authorised())

    at_home = town.services.filing.home(family.daughter)
    [helped] = at_home["authorisations"]
    owed = helped["case"]["promise"]
    [seen] = town.services.authorising.view(family.daughter, UUID(helped["id"]))["cases"]
    town.photograph(id_of(view), "portrait", "photo", None, family.daughter)

    assert seen == helped["case"]
    assert at_home["case"] is None
    assert (owed["label"], owed["promised_on"], owed["clock"]) == ("一寸免冠彩色近照", "2026-12-08", "green")
    assert owed["path"] == f"/cases/{view['id']}/materials?slot=portrait"
    assert "您现在不用" not in helped["case"]["next_step"]["detail"]
    assert town.services.filing.home(family.daughter)["authorisations"][0]["case"]["promise"] is None
