"""What moves a case, who may move it, and what each change leaves behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from backend.domain.actors import SYSTEM, Actor, Role
from backend.domain.case import (
    ACTION_LABELS,
    CLOSED,
    EDITABLE,
    ROLES,
    STATE_LABELS,
    TRANSITIONS,
    Action,
    ActiveHelper,
    Case,
    PhotoState,
    State,
    allowed,
    reopened,
    roles_of,
)
from backend.domain.errors import (
    ActionNotAllowed,
    AnswersIncomplete,
    MaterialsMissing,
    NotAllowed,
    NotFound,
    ReasonMissing,
    SamePerson,
    SignatureMissing,
    StaleVersion,
)
from backend.domain.routing import ItemAction, ItemState, Outcome
from tests.domain.cases import (
    A_REQUEST,
    AT,
    CLERK,
    HER,
    LATER,
    OFFICER,
    SIGNED,
    SUPERVISOR,
    TERMS,
    a_case,
    a_check,
    a_photo,
    an_item,
    an_opinion,
    failed,
    passed,
)

Act = Callable[[Case, Actor], object]

# fmt: off
# How a person does each action. BEGIN and COMPLETE are nobody's button: they follow from an item.
ACTS: dict[Action, Act] = {
    Action.SUBMIT:    lambda case, who: case.submit(who, LATER, unanswered=(), missing=(), terms=TERMS),
    Action.ABANDON:   lambda case, who: case.abandon(who, LATER, "她不办了"),
    Action.WITHDRAW:  lambda case, who: case.withdraw(who, LATER, "我再想想"),
    Action.CLAIM:     lambda case, who: case.claim(who, LATER),
    Action.ASK_RETURN: lambda case, who: case.ask_return(A_REQUEST, who, LATER),
    Action.RETURN:    lambda case, who: case.return_for_correction([], "", who, LATER),
    Action.ACCEPT:    lambda case, who: case.accept(an_opinion(who), who, LATER),
    Action.REFUSE:    lambda case, who: case.refuse("不在本区参保", who, LATER),
    Action.HOLD:      lambda case, who: case.hold(who, LATER),
    Action.RESOLVE:   lambda case, who: case.resolve("", who, LATER),
    Action.APPROVE:   lambda case, who: case.approve(an_opinion(who), [an_item()], who, LATER),
    Action.SEND_BACK: lambda case, who: case.send_back("请再核一遍年龄", who, LATER),
}
WHO: dict[Role, Actor] = {
    **{role: Actor(HER.id, role, "某人") for role in Role},
    Role.APPLICANT: HER, Role.CLERK: CLERK, Role.SUPERVISOR: SUPERVISOR, Role.OFFICER: OFFICER, Role.SYSTEM: SYSTEM,
}
# fmt: on
STAYS_IN_REVIEW = {(State.IN_REVIEW, Action.CLAIM), (State.WAITING, Action.CLAIM)}
REFUSED = [(s, a) for s in State for a in ACTS if (s, a) not in TRANSITIONS and (s, a) not in STAYS_IN_REVIEW]
MOVES = [(state, action) for state, action in TRANSITIONS if action in ACTS]


# ── the table ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "action"), REFUSED)
def test_what_is_not_in_the_table_is_refused(state: State, action: Action) -> None:
    case = a_case(state)

    with pytest.raises(ActionNotAllowed) as refusal:
        ACTS[action](case, WHO[ROLES[action][0]])

    assert refusal.value.facts == {"state": STATE_LABELS[state], "action": ACTION_LABELS[action]}
    assert (case.state, case.new_events) == (state, [])


@pytest.mark.parametrize(("state", "action", "role"), [(s, a, role) for s, a in MOVES for role in roles_of(s, a)])
def test_what_is_in_the_table_moves_the_case_there(state: State, action: Action, role: Role) -> None:
    case = a_case(state, returns=int(action is Action.ASK_RETURN))

    ACTS[action](case, WHO[role])

    assert case.state is TRANSITIONS[state, action]
    moved = case.new_events[0]
    assert (moved.action, moved.from_state, moved.to_state) == (action, state, case.state)
    assert (moved.at, moved.actor.role) == (LATER, role)
    assert (case.changed_by, case.changed_at) == (WHO[role].name, LATER)


@pytest.mark.parametrize(("state", "action"), MOVES)
@pytest.mark.parametrize("role", Role)
def test_nobody_moves_a_case_but_in_the_role_of_the_table(state: State, action: Action, role: Role) -> None:
    if role in roles_of(state, action):
        return
    case = a_case(state, returns=int(action is Action.ASK_RETURN))

    with pytest.raises(NotAllowed):
        ACTS[action](case, WHO[role])

    assert (case.state, case.new_events) == (state, [])


@pytest.mark.parametrize("state", State)
def test_only_a_closed_case_has_no_way_on(state: State) -> None:
    ways_on = [action for start, action in TRANSITIONS if start is state]

    assert (state in CLOSED) == (not ways_on)


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached_from_a_draft(state: State) -> None:
    reached = {State.DRAFT}
    for _ in State:
        reached |= {end for (start, _), end in TRANSITIONS.items() if start in reached}

    assert state in reached


def test_every_state_and_action_has_its_words_and_its_role() -> None:
    assert set(STATE_LABELS) == set(State)
    assert set(ACTION_LABELS) == set(ROLES) == set(Action) == {action for _, action in TRANSITIONS}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", Role)
def test_what_a_role_is_offered_is_what_the_table_lets_it_do(state: State, role: Role) -> None:
    offered = allowed(state, role)

    assert set(offered) == {a for s, a in TRANSITIONS if s is state and role in roles_of(s, a)}


# ── whose it is, and which version was seen ──────────────────────────────────────────────────


def test_somebody_elses_case_is_not_there() -> None:
    with pytest.raises(NotFound):
        a_case().must_belong_to(Actor(CLERK.id, Role.APPLICANT, "申请人"))


def test_her_helper_acts_in_her_case_as_a_helper() -> None:
    helper = Actor(UUID(int=77), Role.HELPER, "代办人周**")
    case = a_case(helper=ActiveHelper(UUID(int=78), helper, "周**"))

    assert case.must_belong_to(Actor(helper.id, Role.APPLICANT, "申请人")) == helper
    assert case.must_belong_to(HER) == HER


def test_what_a_helper_fills_in_is_in_the_history_without_the_answers() -> None:
    helper = Actor(UUID(int=77), Role.HELPER, "代办人周**")
    case = a_case(helper=ActiveHelper(UUID(int=78), helper, "周**"))

    case.answer({"name": "周国楠"}, helper, LATER)

    assert [(e.actor, e.action, e.facts) for e in case.new_events] == [(helper, "answer", {"fields": ["name"]})]
    assert case.changed_by == "代办人周**"


def test_a_stale_version_is_told_who_changed_it_and_when() -> None:
    case = a_case(version=4, changed_by="陈窗口", changed_at=LATER)

    with pytest.raises(StaleVersion) as refusal:
        case.must_be_at(3)

    assert refusal.value.facts == {"version": 4, "changed_by": "陈窗口", "changed_at": LATER.isoformat()}
    case.must_be_at(4)


# ── what she changes ─────────────────────────────────────────────────────────────────────────

EDITS: dict[str, Act] = {
    "answer": lambda case, who: case.answer({"name": "王秀兰"}, who, LATER),
    "sign": lambda case, who: case.sign(SIGNED, who, LATER),
    "add a photo": lambda case, _: case.add_photo(a_photo()),
    "keep a photo": lambda case, _: case.keep_photo(a_photo()),
    "take a photo back": lambda case, _: case.take_back_photo(a_photo().id),
    "declare absent": lambda case, _: case.declare_absent("portrait", "没有照片", LATER),
    "take the absence back": lambda case, _: case.take_back_absence("portrait"),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("state", sorted(set(State) - EDITABLE))
def test_she_changes_nothing_while_others_have_the_case(state: State, edit: str) -> None:
    case = a_case(state)

    with pytest.raises(ActionNotAllowed):
        EDITS[edit](case, HER)


def test_answers_are_kept_beside_the_earlier_ones() -> None:
    case = a_case(answers={"name": "王秀", "phone": "13812345678"})

    case.answer({"name": "王秀兰"}, HER, LATER)

    assert case.answers == {"name": "王秀兰", "phone": "13812345678"}
    assert (case.changed_by, case.changed_at, case.new_events) == ("申请人", LATER, [])


@pytest.mark.parametrize(("again", "signature"), [("王秀兰", SIGNED), ("王桂兰", None)])
def test_a_signature_covers_only_what_was_signed(again: str, signature: Any) -> None:
    case = a_case(answers={"name": "王秀兰"})

    case.answer({"name": again}, HER, LATER)

    assert case.signature == signature


def test_signing_is_noted_with_the_digest_of_the_picture() -> None:
    case = a_case(signature=None)

    case.sign(SIGNED, HER, LATER)

    assert case.signature == SIGNED
    assert [(event.action, event.facts) for event in case.new_events] == [("sign", {"sha256": SIGNED.sha256})]


def test_a_photo_takes_the_place_of_the_one_before_it() -> None:
    first, other_side, second = a_photo(), a_photo(part_key="back"), a_photo()
    case = a_case(photos={first.id: first, other_side.id: other_side})

    case.keep_photo(second)

    states = {photo.id: photo.state for photo in case.photos.values()}
    ready, replaced = PhotoState.READY, PhotoState.REPLACED
    assert states == {first.id: replaced, other_side.id: ready, second.id: ready}


def test_a_photo_of_another_kind_of_paper_replaces_every_page_of_the_first_kind() -> None:
    pages = [a_photo("work_history_proof", f"page_{n}", "labour_contract") for n in (1, 2)]
    case = a_case(photos={page.id: page for page in pages})

    case.keep_photo(a_photo("work_history_proof", "page_1", "payroll"))

    assert [case.photos[page.id].state for page in pages] == [PhotoState.REPLACED] * 2


def test_a_photo_ends_the_word_that_there_is_none() -> None:
    case = a_case()
    case.declare_absent("portrait", " 没有照片 ", AT)
    assert case.absences["portrait"].reason == "没有照片"

    case.keep_photo(a_photo("portrait"))

    assert case.absences == {}


def test_an_absence_needs_its_reason() -> None:
    with pytest.raises(ReasonMissing):
        a_case().declare_absent("portrait", "  ", AT)


def test_a_photo_that_was_taken_back_is_kept_as_replaced() -> None:
    photo = a_photo()
    case = a_case(photos={photo.id: photo})

    assert case.take_back_photo(photo.id) == photo

    assert case.photos == {photo.id: replace(photo, state=PhotoState.REPLACED)}


def test_a_photo_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        a_case().photo(a_photo().id)


# ── submission ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("unanswered", "missing", "signature", "refusal", "named"),
    [
        (["您叫什么名字？"], ["身份证正面"], None, AnswersIncomplete, ["您叫什么名字？"]),
        ([], ["身份证正面", "户口本"], None, MaterialsMissing, ["身份证正面", "户口本"]),
        ([], [], None, SignatureMissing, None),
    ],
)
def test_what_is_not_whole_is_not_submitted(
    unanswered: list[str], missing: list[str], signature: Any, refusal: type[Exception], named: list[str] | None
) -> None:
    case = a_case(signature=signature)

    with pytest.raises(refusal) as refused:
        case.submit(HER, AT, unanswered=unanswered, missing=missing, terms=TERMS)

    assert getattr(refused.value, "facts", {}).get("missing") == named
    assert case.state is State.DRAFT


def test_a_submission_is_stamped_with_its_terms() -> None:
    case = a_case()

    ACTS[Action.SUBMIT](case, HER)

    assert (case.number, case.submitted_at, case.review_due_on) == (TERMS.number, LATER, TERMS.review_due_on)
    assert (case.commitment_version, case.policy_hash) == (TERMS.commitment_version, TERMS.policy_hash)
    assert (case.planned_items, case.round) == (TERMS.planned_items, 1)
    assert case.new_events[0].facts == {"round": 1, "policy_hash": TERMS.policy_hash}


def test_a_second_submission_keeps_the_number_and_counts_a_round() -> None:
    case = a_case(State.RETURNED, number="QY-20261101-00009")

    ACTS[Action.SUBMIT](case, HER)

    assert (case.number, case.round) == ("QY-20261101-00009", 2)


@pytest.mark.parametrize(("given", "kept"), [(" 我再想想 ", "我再想想"), ("  ", None)])
def test_a_withdrawal_keeps_her_reason_if_she_gives_one(given: str, kept: str | None) -> None:
    case = a_case(State.SUBMITTED)

    case.withdraw(HER, LATER, given)

    assert (case.closing_reason, case.new_events[0].note) == (kept, kept)


# ── the clerk ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.WAITING])
def test_a_case_in_review_stays_there_under_its_next_holder(state: State) -> None:
    case = a_case(state)

    case.claim(CLERK, LATER)

    assert (case.state, case.new_events) == (state, [])


CLERKS_WORK: dict[str, Act] = {
    "claim": lambda case, who: case.claim(who, LATER),
    "judge": lambda case, who: case.judge([passed("slot:id_card")], who, LATER),
    "check": lambda case, who: case.check([a_check()], None, who, LATER),
}


@pytest.mark.parametrize("work", CLERKS_WORK)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLERK}))
def test_only_a_clerk_does_a_clerks_work(role: Role, work: str) -> None:
    case = a_case(State.IN_REVIEW)

    with pytest.raises(NotAllowed):
        CLERKS_WORK[work](case, WHO[role])


@pytest.mark.parametrize("state", sorted(set(State) - {State.IN_REVIEW}))
def test_verdicts_are_given_in_review_only(state: State) -> None:
    with pytest.raises(ActionNotAllowed):
        a_case(state).judge([passed("slot:id_card")], CLERK, AT)


def test_a_verdict_replaces_the_earlier_one_on_the_same_subject() -> None:
    case = a_case(State.IN_REVIEW, judgements={"slot:id_card": failed("slot:id_card")})

    case.judge([passed("slot:id_card"), passed("field:name")], CLERK, LATER)

    assert case.judgements == {"slot:id_card": passed("slot:id_card"), "field:name": passed("field:name")}
    assert case.new_events[0].facts == {"slot:id_card": "pass", "field:name": "pass"}


def test_a_fail_needs_a_reason_she_can_act_on() -> None:
    case = a_case(State.IN_REVIEW)

    with pytest.raises(ReasonMissing) as refusal:
        case.judge([passed("field:name"), failed("slot:id_card", reason_code=None)], CLERK, AT)

    assert refusal.value.facts == {"subject": "slot:id_card"}
    assert case.judgements == {}


def test_checks_and_the_confirmed_age_stand_under_the_clerks_name() -> None:
    case = a_case(State.IN_REVIEW)

    case.check([a_check(found=True)], 606, CLERK, LATER)
    case.check([a_check("archive_elsewhere")], None, CLERK, LATER)

    assert set(case.checks) == {"transfer_pending", "archive_elsewhere"}
    assert case.confirmed_age_months == 606
    assert case.new_events[0].facts == {"transfer_pending": True, "confirmed_age_months": 606}


def test_acceptance_keeps_the_signed_opinion() -> None:
    case = a_case(State.IN_REVIEW)

    ACTS[Action.ACCEPT](case, CLERK)

    assert case.clerk_opinion == an_opinion()
    assert case.new_events[0].note == an_opinion().text


def test_a_return_names_every_failure_and_asks_for_a_new_signature() -> None:
    case = a_case(State.IN_REVIEW, mended=frozenset({"field:name"}))
    lines = [{"subject": "slot:id_card", "label": "身份证", "reason": "看不清"}]

    case.return_for_correction(lines, " 请照着改一改 ", CLERK, LATER)

    assert (case.correction_note, case.corrected_at, case.signature) == ("请照着改一改", LATER, None)
    assert case.mended == frozenset()
    assert case.new_events[0].facts == {"round": 1, "lines": lines, "returns": 1}


def test_an_absence_that_did_not_pass_is_asked_for_again() -> None:
    judgements = {subject: failed(subject) for subject in ("slot:portrait", "field:phone")}
    judgements["slot:child_register"] = passed("slot:child_register")
    case = a_case(judgements=judgements)
    case.declare_absent("portrait", "没有", AT)
    case.declare_absent("child_register", "没有", AT)
    case.state = State.IN_REVIEW

    ACTS[Action.RETURN](case, CLERK)

    assert set(case.absences) == {"child_register"}


@pytest.mark.parametrize(
    ("state", "judgement", "is_open"),
    [
        (State.RETURNED, failed("slot:id_card", 2), True),
        (State.RETURNED, failed("slot:id_card", 1), False),
        (State.RETURNED, passed("slot:id_card", 2), False),
        (State.IN_REVIEW, failed("slot:id_card", 2), False),
    ],
)
def test_only_what_failed_in_this_round_reopens(state: State, judgement: Any, is_open: bool) -> None:
    case = a_case(state, round=2, judgements={"slot:id_card": judgement})

    assert ("slot:id_card" in reopened(case, ["slot:id_card", "field:name"])) is is_open


MENDS: dict[str, Act] = {
    "field:name": lambda case, who: case.answer({"name": "王秀兰"}, who, LATER),
    "slot:id_card": lambda case, _: case.keep_photo(a_photo()),
    "slot:portrait": lambda case, _: case.declare_absent("portrait", "没有", LATER),
    "slot:child_register": lambda case, _: case.take_back_absence("child_register"),
}


@pytest.mark.parametrize("subject", MENDS)
def test_what_she_changes_in_a_returned_case_is_judged_again(subject: str) -> None:
    case = a_case(State.RETURNED, judgements={s: passed(s) for s in (*MENDS, "field:phone")})

    MENDS[subject](case, HER)
    case.sign(SIGNED, HER, LATER)
    ACTS[Action.SUBMIT](case, HER)

    assert case.standing().keys() == {*MENDS, "field:phone"} - {subject}


def test_what_she_changes_in_a_draft_was_never_judged() -> None:
    case = a_case()

    MENDS["field:name"](case, HER)

    assert case.mended == frozenset()


@pytest.mark.parametrize(("state", "who"), [(State.IN_REVIEW, CLERK), (State.REVIEWED, SUPERVISOR)])
def test_a_refusal_and_a_sending_back_need_their_reason(state: State, who: Actor) -> None:
    case = a_case(state)
    act = case.refuse if state is State.IN_REVIEW else case.send_back

    with pytest.raises(ReasonMissing):
        act("  ", who, AT)


def test_a_refusal_keeps_its_reason_for_her_to_read() -> None:
    case = a_case(State.IN_REVIEW)

    ACTS[Action.REFUSE](case, CLERK)

    assert case.closing_reason == "不在本区参保"


def test_a_hold_names_the_checks_it_waits_for_and_resolving_clears_them_under_the_resolvers_name() -> None:
    other = Actor(OFFICER.id, Role.CLERK, "李窗口")
    case = a_case(State.IN_REVIEW, checks={c.key: c for c in (a_check(found=True), a_check("archive_elsewhere"))})

    case.hold(CLERK, AT)
    case.resolve("已转入", other, LATER)

    assert case.new_events[0].facts == {"checks": ["transfer_pending"]}
    cleared = case.checks["transfer_pending"]
    assert (cleared.found, cleared.by_name, cleared.at, cleared.note) == (False, "李窗口", LATER, "已转入")
    assert case.checks["archive_elsewhere"] == a_check("archive_elsewhere")


# ── the supervisor ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", [Action.APPROVE, Action.SEND_BACK])
def test_a_supervisor_is_never_the_clerk_of_the_case(action: Action) -> None:
    case = a_case(State.REVIEWED, clerk_opinion=an_opinion(CLERK))
    promoted = Actor(CLERK.id, Role.SUPERVISOR, CLERK.name)

    with pytest.raises(SamePerson):
        ACTS[action](case, promoted)

    assert case.state is State.REVIEWED


def test_approval_routes_the_items() -> None:
    case = a_case(State.REVIEWED)
    routed, herself = an_item(), an_item(ItemState.SELF_FILED, code="medical_years")

    case.approve(an_opinion(SUPERVISOR), [routed, herself], SUPERVISOR, LATER)

    assert case.items == {routed.id: routed, herself.id: herself}
    assert case.supervisor_opinion == an_opinion(SUPERVISOR)
    assert case.new_events[0].facts == {"items": ["retire_normal", "medical_years"]}


def test_a_case_with_nothing_to_wait_for_is_completed_with_its_approval() -> None:
    case = a_case(State.REVIEWED)

    case.approve(an_opinion(SUPERVISOR), [an_item(ItemState.SELF_FILED)], SUPERVISOR, LATER)

    assert case.state is State.COMPLETED
    assert [(event.action, event.actor) for event in case.new_events][1] == (Action.COMPLETE, SYSTEM)


# ── the departments ──────────────────────────────────────────────────────────────────────────


def test_the_first_accepted_item_begins_the_case_and_the_second_does_not() -> None:
    first, second = an_item(), an_item(code="pension_payment")
    case = a_case(State.APPROVED, items={first.id: first, second.id: second})

    for item in (first, second):
        case.change_item(item.accept(OFFICER, LATER), ItemAction.ACCEPT, OFFICER, LATER)

    assert case.state is State.PROCESSING
    assert [event.action for event in case.new_events] == ["item_accept", "begin", "item_accept"]


def test_the_last_decision_completes_the_case() -> None:
    first, second = an_item(ItemState.ACCEPTED), an_item(ItemState.ACCEPTED, code="pension_payment")
    case = a_case(State.PROCESSING, items={first.id: first, second.id: second})
    states = []

    for item in (first, second):
        decided = item.decide(Outcome.GRANTED, "", OFFICER, LATER)
        case.change_item(decided, ItemAction.DECIDE, OFFICER, LATER)
        states.append(case.state)

    assert states == [State.PROCESSING, State.COMPLETED]
    assert case.new_events[-1].actor == SYSTEM


def test_an_items_event_says_what_became_of_it() -> None:
    case = a_case(State.PROCESSING)
    [item] = case.items.values()

    case.change_item(item.decide(Outcome.DENIED, "年限不够", OFFICER, LATER), ItemAction.DECIDE, OFFICER, LATER)

    told = case.new_events[0]
    assert (told.action, told.note, told.actor) == ("item_decide", "年限不够", OFFICER)
    assert told.facts == {"item": "retire_normal", "from": "accepted", "to": "decided", "outcome": "denied"}


def test_an_item_of_another_case_is_not_found() -> None:
    with pytest.raises(NotFound):
        a_case().item(an_item().id)
