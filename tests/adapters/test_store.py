"""A case in its tables: all of it comes back, only what changed is written, and two at once do not spoil it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.adapters.db.store import PostgresStore, PostgresTransaction, make_engine
from backend.domain.absences import PROMISE_TRANSITIONS, Absence, AbsenceDecision, DecisionKind, Promise, PromiseState
from backend.domain.actors import Actor, Role
from backend.domain.audit import first_broken
from backend.domain.case import TRANSITIONS, Case, Photo, PhotoState, ReturnRequest, Signature, State
from backend.domain.coaching import Coached, CoachFault
from backend.domain.errors import ActiveCaseExists, AlreadyUsed, HeldByAnother, NotFound, OutsideDown, StaleVersion
from backend.domain.marks import MarkShape
from backend.domain.review import Check, Judgement, Opinion, Settlement, SettlementKind, Verdict
from backend.domain.routing import ITEM_TRANSITIONS, ItemAction, ItemState, Outcome, RoutedItem
from backend.sandbox.processes import free_port
from backend.services.ports import Callback, Claim, Push, ResultFile, Session
from tests.actors import hire
from tests.builders import SUBMITTED, a_person, a_seal, answers_of, kept
from tests.domain.cases import AT, EVALUATION, LATER, a_mark, a_photo, an_item, failed, passed
from tests.domain.examples import answers
from tests.racing import at_once, outcome, until_somebody_waits

COACHED = Coached({"sharpness": 0.4}, (CoachFault.BLURRED,), insisted=True)
LEASE = timedelta(minutes=15)
SEAL = a_seal()
HER = Actor(uuid4(), Role.APPLICANT, "申请人")


@pytest.fixture
def clerk(store: PostgresStore) -> Actor:
    return hire(store, "clerk", "陈窗口", Role.CLERK)


@pytest.fixture
def other_clerk(store: PostgresStore) -> Actor:
    return hire(store, "clerk2", "李窗口", Role.CLERK)


def read(store: PostgresStore, case_id: UUID) -> Case:
    with store.begin() as tx:
        return tx.cases.read(case_id)


def change(store: PostgresStore, case_id: UUID, act: Callable[[Case], object]) -> Case:
    """Loads, changes and saves."""
    with store.begin() as tx:
        case = tx.cases.load(case_id)
        act(case)
        tx.cases.save(case)
        return case


# ── a case comes back whole ──────────────────────────────────────────────────────────────────


def everything(applicant_id: UUID, clerk: Actor) -> Case:
    """A case in which no field is what a new case has, nor any field of what hangs on it empty."""
    signed_by = (clerk.id, clerk.name, AT)
    drawn = {"by_id": clerk.id, "by_name": clerk.name, "round": 2}
    seen = {"turn": 90, "perceptual_hash": -(2**63), "coach": COACHED}
    photo = a_photo("work_history_proof", "page_1", "payroll", round=2, **seen)
    item = RoutedItem(
        id=uuid4(),
        code="retire_normal",
        department="social_security",
        filing="combined",
        state=ItemState.DECIDED,
        version=3,
        limit_working_days=10,
        routed_at=AT,
        due_on=date(2026, 12, 8),
        due_provisional=True,
        officer_id=clerk.id,
        officer_name="吴社保",
        accepted_at=AT,
        decided_at=LATER,
        outcome=Outcome.DENIED,
        reason="年限不够",
    )
    asked = ReturnRequest("第二页不对", "第一次没有交第二页", ({"subject": "slot:id_card"},), clerk.id, clerk.name, AT)
    kind, days = DecisionKind.WAIVED, (date(2026, 12, 8), "agreement", "portrait", False, date(2026, 12, 1))
    decision = AbsenceDecision("portrait", 2, kind, "照片后补", clerk.id, clerk.name, AT, *days)
    promise = Promise(
        slot_key="portrait",
        state=PromiseState.GIVEN,
        version=3,
        reason="照片后补",
        granted_on=date(2026, 11, 24),
        promised_on=date(2026, 12, 8),
        remind_on=date(2026, 12, 1),
        by_id=clerk.id,
        by_name=clerk.name,
        granted_at=AT,
        extended_reason="照相馆没有开门",
        extended_at=LATER,
        given_at=LATER,
        settled_at=LATER,
        fail_reason_code="blurred",
        fail_note="看不清",
        reminded=1,
    )
    return Case(
        id=uuid4(),
        applicant_id=applicant_id,
        created_at=AT - timedelta(days=1),
        state=State.WITHDRAWN,
        version=7,
        round=2,
        number="QY-20261124-00001",
        answers=answers(),
        signature=Signature("cases/1/signature.png", "b" * 64, AT),
        commitment_version="2026-09-01",
        policy_hash="a" * 64,
        evaluation=EVALUATION,
        planned_items=[{"code": "retire_normal", "filing": "combined"}],
        submitted_at=AT,
        review_due_on=date(2026, 11, 27),
        correction_note="请照着改一改",
        corrected_at=AT,
        returns=1,
        return_request=asked,
        mended=frozenset({"field:name", "slot:id_card"}),
        clerk_opinion=Opinion("同意受理", *signed_by),
        supervisor_opinion=Opinion("同意办理", *signed_by),
        confirmed_age_months=606,
        closing_reason="我再想想",
        changed_by="陈窗口",
        changed_at=LATER,
        photos={photo.id: photo},
        marks={
            photo.id: (
                a_mark(photo, **drawn, note="左上角"),
                a_mark(photo, **drawn, shape=MarkShape.ARROW, note="这里"),
            )
        },
        absences={"portrait": Absence("portrait", "没有照片", AT, DecisionKind.WAIVED)},
        absence_decisions=(replace(decision, kind=DecisionKind.CALLED),),
        promises={"portrait": promise},
        judgements={"slot:id_card": Judgement("slot:id_card", Verdict.FAIL, "blurred", "左上角", 2, *signed_by)},
        checks={"transfer_pending": Check("transfer_pending", True, "在长沙缴过", *signed_by)},
        settlements={
            "contribution": Settlement("contribution", 2, SettlementKind.OVERRIDDEN, "还有视同缴费", *signed_by)
        },
        items={item.id: item},
    )


def test_a_case_with_everything_on_it_comes_back_as_it_was(store: PostgresStore, clerk: Actor) -> None:
    given = everything(a_person(store), clerk)
    with store.begin() as tx:
        tx.cases.add(Case(given.id, given.applicant_id, given.created_at, version=6))

    def become(case: Case) -> None:
        for each in fields(Case):
            if each.name not in ("version", "new_events"):
                setattr(case, each.name, getattr(given, each.name))

    change(store, given.id, become)

    assert read(store, given.id) == given


def test_everything_on_a_case_is_tried_above(clerk: Actor, store: PostgresStore) -> None:
    given, new = everything(a_person(store), clerk), Case(uuid4(), uuid4(), AT)

    as_new = [each.name for each in fields(Case) if getattr(given, each.name) == getattr(new, each.name)]
    hanging: list[Any] = [given.signature, given.clerk_opinion, *given.photos.values(), *given.absences.values()]
    hanging += [mark for marks in given.marks.values() for mark in marks]
    hanging += [given.return_request, *given.absence_decisions, *given.promises.values()]
    hanging += [*given.judgements.values(), *given.checks.values(), *given.settlements.values(), *given.items.values()]
    empty = [(type(each), f.name) for each in hanging for f in fields(each) if getattr(each, f.name) is None]
    # Helper and sitting: test_authorisation_rows.py, test_counter.py. Photos of the last return are tried below.
    assert as_new == ["helper", "sitting", "returned_photos", "new_events"]
    assert empty == []


def test_an_added_case_comes_back_with_its_own_row_whole(store: PostgresStore, clerk: Actor) -> None:
    given = everything(a_person(store), clerk)
    with store.begin() as tx:
        tx.cases.add(given)

    on_it: dict[str, Any] = {"photos": {}, "absences": {}, "judgements": {}, "checks": {}, "items": {}}
    on_it |= {"settlements": {}, "marks": {}, "absence_decisions": (), "promises": {}}
    assert read(store, given.id) == replace(given, **on_it)


def test_a_later_rounds_verdict_is_the_one_that_comes_back(store: PostgresStore, clerk: Actor) -> None:
    signed: dict[str, Any] = {"by_id": clerk.id, "by_name": clerk.name}
    first, second = replace(failed("slot:id_card"), **signed), replace(passed("slot:id_card", 2), **signed)
    case = kept(store, State.IN_REVIEW, judgements={"slot:id_card": first})

    change(store, case.id, lambda loaded: loaded.judgements.update({"slot:id_card": second}))

    assert read(store, case.id).judgements == {"slot:id_card": second}


def test_a_replaced_photo_is_history_and_does_not_come_back(store: PostgresStore) -> None:
    first, second = a_photo(), a_photo(created_at=LATER)
    case = kept(store, photos={first.id: first})

    change(store, case.id, lambda loaded: loaded.keep_photo(second))

    assert read(store, case.id).photos == {second.id: second}


def test_the_photos_that_were_returned_come_back_when_they_are_replaced(store: PostgresStore) -> None:
    first_try, seen = a_photo(ready_at=AT - timedelta(hours=2)), a_photo(ready_at=AT - timedelta(hours=1))
    retaken, again = a_photo(ready_at=LATER), a_photo(ready_at=LATER + timedelta(hours=1))
    case = kept(store, photos={first_try.id: first_try})
    for photo in (seen, retaken, again):
        change(store, case.id, lambda loaded, photo=photo: loaded.keep_photo(photo))

    change(store, case.id, lambda loaded: setattr(loaded, "corrected_at", AT))

    assert read(store, case.id).photos == {again.id: again}
    assert read(store, case.id).returned_photos == {seen.id: replace(seen, state=PhotoState.REPLACED)}


def test_marks_are_replaced_as_they_are_given_and_stay_in_order(store: PostgresStore, clerk: Actor) -> None:
    photo = a_photo()
    by = {"by_id": clerk.id, "by_name": clerk.name}
    first, second, third = (a_mark(photo, **by) for _ in range(3))
    case = kept(store, State.IN_REVIEW, photos={photo.id: photo}, marks={photo.id: (first, second)})

    change(store, case.id, lambda loaded: loaded.mark_photo(photo.id, (third, first), clerk, LATER))

    assert read(store, case.id).marks == {photo.id: (third, first)}
    with store.begin() as tx:
        assert tx.marks.of_case(case.id) == {photo.id: (third, first)}


def test_photos_of_one_place_may_be_completed_in_any_order(store: PostgresStore) -> None:
    slow, fast = (a_photo(state=PhotoState.AWAITING, created_at=at) for at in (AT, LATER))
    case = kept(store, photos={slow.id: slow, fast.id: fast})

    def completed(photo: Photo) -> Photo:
        return replace(photo, state=PhotoState.READY)

    for photo in (fast, slow):
        change(store, case.id, partial(Case.keep_photo, ready=completed(photo)))

    assert read(store, case.id).photos == {fast.id: completed(fast)}, "the one that was taken last"


def test_an_absence_that_was_taken_back_is_gone(store: PostgresStore) -> None:
    case = kept(store)
    change(store, case.id, lambda loaded: loaded.declare_absent("portrait", "没有", AT))

    change(store, case.id, lambda loaded: loaded.take_back_absence("portrait"))

    assert read(store, case.id).absences == {}


def test_what_is_not_there_is_not_found(store: PostgresStore) -> None:
    with store.begin() as tx:
        for ask in (tx.cases.load, tx.cases.read, tx.cases.load_by_item, tx.cases.read_by_item, tx.results.get):
            with pytest.raises(NotFound):
                ask(uuid4())


def test_a_case_is_found_by_its_item(store: PostgresStore) -> None:
    case = kept(store, State.APPROVED)
    [item_id] = case.items

    with store.begin() as tx:
        assert tx.cases.read_by_item(item_id) == tx.cases.load_by_item(item_id) == read(store, case.id)


def test_the_newest_open_case_of_a_person_is_the_open_one(store: PostgresStore) -> None:
    first = kept(store, State.SUBMITTED)
    with store.begin() as tx:
        draft = Case(uuid4(), first.applicant_id, LATER)
        tx.cases.add(draft)

        assert tx.cases.open_of(first.applicant_id) == draft.id
        assert tx.cases.open_of(uuid4()) is None


def test_a_case_number_is_given_once(store: PostgresStore) -> None:
    with store.begin() as tx:
        numbers = [tx.cases.next_number(date(2026, 11, 24)) for _ in range(3)]

    assert numbers == ["QY-20261124-00001", "QY-20261124-00002", "QY-20261124-00003"]


# ── only what changed is written ─────────────────────────────────────────────────────────────


def tables_written(store: PostgresStore, act: Callable[[], object]) -> set[str]:
    """The tables that INSERT, UPDATE or DELETE statements named."""
    written = set()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        first, *words = statement.split()
        if first in ("INSERT", "UPDATE", "DELETE"):
            written.add(words[0 if first == "UPDATE" else 1])

    event.listen(store.engine, "before_cursor_execute", note)
    act()
    event.remove(store.engine, "before_cursor_execute", note)
    return written


# fmt: off
WRITES: dict[str, tuple[State, Callable[[Case], object], set[str], int]] = {
    # what is done          state, how, the tables that are written, by how much the version rises
    "nothing":              (State.DRAFT, lambda _: None, set(), 0),
    "an answer":            (State.DRAFT, lambda case: case.answer({"name": "王桂兰"}, HER, AT), {"cases"}, 1),
    "a photo":              (State.DRAFT, lambda case: case.keep_photo(a_photo()), {"photos"}, 0),
    "an absence":           (State.DRAFT, lambda case: case.declare_absent("portrait", "无", AT), {"absences"}, 0),
    "a withdrawal":         (State.DRAFT, lambda case: case.withdraw(HER, AT, ""), {"cases", "audit_links"}, 1),
    "a photo when returned": (State.RETURNED, lambda case: case.keep_photo(a_photo()), {"cases", "photos"}, 1),
}
# fmt: on


@pytest.mark.parametrize("what", WRITES)
def test_what_is_written_is_what_changed(store: PostgresStore, what: str) -> None:
    state, act, tables, versions = WRITES[what]
    case = kept(store, state)

    written = tables_written(store, lambda: change(store, case.id, act))

    assert written == tables
    assert read(store, case.id).version == case.version + versions


def test_a_change_of_a_case_does_not_keep_a_look_at_it_waiting(store: PostgresStore, clerk: Actor) -> None:
    """The other way round they would wait for each other: a look has the chain's lock and refers to the case's row."""
    case = kept(store, State.IN_REVIEW)
    verdict = replace(passed("slot:id_card"), by_id=clerk.id, by_name=clerk.name)

    with store.begin() as tx:
        loaded = tx.cases.load(case.id)
        loaded.judge([verdict], clerk, LATER)
        tx.cases.save(loaded)
        with store.engine.begin() as other:
            found = other.execute(text("SELECT id FROM cases WHERE id = :id FOR KEY SHARE NOWAIT"), {"id": case.id})
            assert found.scalar() == case.id


def test_turning_a_photo_writes_the_photo_alone(store: PostgresStore) -> None:
    photo = a_photo()
    case = kept(store, State.IN_REVIEW, photos={photo.id: photo})

    written = tables_written(store, lambda: change(store, case.id, lambda loaded: loaded.turn_photo(photo.id, 270)))

    assert written == {"photos"}
    assert read(store, case.id).version == case.version
    assert read(store, case.id).photos == {photo.id: replace(photo, turn=270)}


def test_verdicts_write_themselves_the_case_and_the_chain(store: PostgresStore, clerk: Actor) -> None:
    case = kept(store, State.IN_REVIEW)
    verdict = replace(passed("slot:id_card"), by_id=clerk.id, by_name=clerk.name)

    written = tables_written(store, lambda: change(store, case.id, lambda c: c.judge([verdict], clerk, LATER)))

    assert written == {"cases", "judgements", "audit_links"}
    assert read(store, case.id).version == case.version + 1


def test_a_change_of_an_item_raises_the_items_version_and_not_the_cases(store: PostgresStore) -> None:
    case = kept(store, State.PROCESSING, items={i.id: i for i in (an_item(), an_item(code="pension_payment"))})
    item = next(iter(case.items.values()))
    officer = hire(store, "rensheju", "吴社保", Role.OFFICER, "social_security")

    written = tables_written(store, lambda: change(store, case.id, lambda c: accept_item(c, item.id, officer)))

    after = read(store, case.id)
    assert written == {"items", "audit_links"}
    assert after.version == case.version
    assert {each.code: each.version for each in after.items.values()} == {"retire_normal": 2, "pension_payment": 1}


def accept_item(case: Case, item_id: UUID, officer: Actor) -> None:
    case.change_item(case.item(item_id).accept(officer, LATER), ItemAction.ACCEPT, officer, LATER)


def test_events_become_links_of_one_chain(store: PostgresStore) -> None:
    case = kept(store, State.SUBMITTED)

    change(store, case.id, lambda c: c.withdraw(Actor(c.applicant_id, Role.APPLICANT, "申请人"), LATER, "我再想想"))

    with store.begin() as tx:
        [link] = tx.audit.chain(case.id)
    entry = link.entry
    assert (link.seq, entry.action, entry.reason, entry.at) == (1, "withdraw", "我再想想", LATER)
    assert (entry.actor_id, entry.actor_role, entry.facts) == (
        case.applicant_id,
        "applicant",
        {"from": "submitted", "to": "withdrawn"},
    )
    assert first_broken([link], SEAL.digest) is None


def test_a_chain_holds_whatever_the_servers_zone(emptied_database_url: str) -> None:
    elsewhere = make_engine(f"{emptied_database_url}?options=-c%20TimeZone%3DAsia/Shanghai", pool_size=1)
    case = kept(PostgresStore(elsewhere, SEAL), State.SUBMITTED)
    change(PostgresStore(elsewhere, SEAL), case.id, lambda c: c.withdraw(replace(HER, id=c.applicant_id), LATER, ""))

    with PostgresStore(elsewhere, SEAL).begin() as tx:
        links = tx.audit.chain(case.id)
    elsewhere.dispose()

    assert first_broken(links, SEAL.digest) is None


# ── two at once ──────────────────────────────────────────────────────────────────────────────


def test_a_save_of_what_somebody_changed_meanwhile_is_refused(store: PostgresStore) -> None:
    case = kept(store)

    with store.begin() as tx:
        unlocked = tx.cases.read(case.id)
        change(store, case.id, lambda c: c.answer({"name": "王桂兰"}, HER, LATER))
        unlocked.answer({"name": "王秀"}, HER, LATER)
        with pytest.raises(StaleVersion):
            tx.cases.save(unlocked)

    assert read(store, case.id).answers["name"] == "王桂兰"


def test_a_save_of_an_item_that_somebody_changed_meanwhile_is_refused(store: PostgresStore) -> None:
    case = kept(store, State.APPROVED)
    [item_id] = case.items
    first = hire(store, "rensheju", "吴社保", Role.OFFICER, "social_security")
    second = hire(store, "rensheju2", "周社保", Role.OFFICER, "social_security")

    with store.begin() as tx:
        unlocked = tx.cases.read(case.id)
        change(store, case.id, lambda c: c.items.update({item_id: c.item(item_id).accept(first, LATER)}))
        unlocked.items[item_id] = unlocked.item(item_id).accept(second, LATER)
        with pytest.raises(StaleVersion):
            tx.cases.save(unlocked)

    assert read(store, case.id).item(item_id).officer_name == "吴社保"


def test_whoever_waited_for_a_case_sees_all_that_was_changed_on_it(store: PostgresStore) -> None:
    case = kept(store)
    photo = a_photo()

    with ThreadPoolExecutor(1) as pool:
        with store.begin() as tx:
            loaded = tx.cases.load(case.id)
            waiting = pool.submit(change, store, case.id, lambda _: None)
            until_somebody_waits(store)
            loaded.keep_photo(photo)
            loaded.declare_absent("portrait", "没有", AT)
            tx.cases.save(loaded)
        seen = outcome(waiting)

    assert isinstance(seen, Case)
    assert (set(seen.photos), set(seen.absences)) == ({photo.id}, {"portrait"})


def test_one_active_case_per_insured_person(store: PostgresStore) -> None:
    first = kept(store, State.SUBMITTED, person=1)
    second = kept(store, person=2, answers=answers_of(1))

    def submit_by_hand(case: Case) -> None:
        for name, value in {**SUBMITTED, "number": "QY-20261124-00002", "state": State.SUBMITTED}.items():
            setattr(case, name, value)

    with pytest.raises(ActiveCaseExists):
        change(store, second.id, submit_by_hand)
    change(store, first.id, lambda case: setattr(case, "state", State.WITHDRAWN))
    change(store, second.id, submit_by_hand)
    assert read(store, second.id).state is State.SUBMITTED


def test_one_draft_per_person(store: PostgresStore) -> None:
    draft = kept(store)

    with pytest.raises(ActiveCaseExists), store.begin() as tx:
        tx.cases.add(Case(uuid4(), draft.applicant_id, LATER))


# ── what the database itself refuses ─────────────────────────────────────────────────────────


def moves_let_through(store: PostgresStore, update: str, pairs: Sequence[tuple[str, str]], row_id: UUID) -> set[Any]:
    """Of these pairs of states, those between which the database lets the row go."""
    let_through = set()
    for start, end in pairs:
        with store.engine.connect() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(update), {"id": row_id, "state": start})
            connection.execute(text("SET session_replication_role = origin"))
            try:
                connection.execute(text(update), {"id": row_id, "state": end})
                let_through.add((start, end))
            except IntegrityError:
                pass
    return let_through


def test_a_case_goes_by_the_domains_transitions_or_not_at_all(store: PostgresStore) -> None:
    case = kept(store, State.RETURN_ASKED)
    pairs = [(start, end) for start in State for end in State if start != end]

    through = moves_let_through(store, "UPDATE cases SET state = :state WHERE id = :id", pairs, case.id)

    assert through == {(start, end) for (start, _), end in TRANSITIONS.items()}


def test_an_item_goes_by_the_domains_transitions_or_not_at_all(store: PostgresStore) -> None:
    [item_id] = kept(store, State.APPROVED).items
    pairs = [(start, end) for start in ItemState for end in ItemState if start != end]
    update = """
        UPDATE items SET state = CAST(:state AS text),
               outcome = CASE WHEN :state = 'decided' THEN 'granted' END,
               decided_at = CASE WHEN :state = 'decided' THEN now() END
         WHERE id = :id
    """

    through = moves_let_through(store, update, pairs, item_id)

    assert through == {(start, end) for (start, _), end in ITEM_TRANSITIONS.items()}


def test_a_promise_goes_by_the_domains_transitions_or_not_at_all(store: PostgresStore, clerk: Actor) -> None:
    given = everything(a_person(store), clerk)
    with store.begin() as tx:
        tx.cases.add(Case(given.id, given.applicant_id, given.created_at))
    change(store, given.id, lambda case: case.promises.update(given.promises))
    pairs = [(start, end) for start in PromiseState for end in PromiseState if start != end]

    update = "UPDATE promises SET state = :state WHERE case_id = :id"
    through = moves_let_through(store, update, pairs, given.id)

    assert through == {(start, end) for (start, _), end in PROMISE_TRANSITIONS.items() if start is not end}


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_links SET reason = 'x'", "DELETE FROM audit_links", "TRUNCATE audit_links"]
)
def test_history_is_only_ever_appended(store: PostgresStore, statement: str) -> None:
    case = kept(store, State.SUBMITTED)
    change(store, case.id, lambda c: c.withdraw(replace(HER, id=c.applicant_id), LATER, ""))

    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))


# ── claims ───────────────────────────────────────────────────────────────────────────────────


def test_of_two_clerks_who_claim_one_case_at_once_one_has_it(
    store: PostgresStore, clerk: Actor, other_clerk: Actor
) -> None:
    case = kept(store, State.SUBMITTED)

    def claim(actor: Actor) -> Any:
        with store.begin() as tx:
            return tx.claims.take(case.id, actor, AT, LEASE)

    results = at_once(lambda: claim(clerk), lambda: claim(other_clerk))

    [refusal] = [each for each in results if isinstance(each, HeldByAnother)]
    [held] = [each for each in results if isinstance(each, Claim)]
    assert refusal.facts == {"holder_name": held.staff_name, "expires_at": (AT + LEASE).isoformat()}


def test_a_lease_is_renewed_by_its_holder_and_keeps_its_beginning(store: PostgresStore, clerk: Actor) -> None:
    case = kept(store, State.SUBMITTED)

    with store.begin() as tx:
        tx.claims.take(case.id, clerk, AT, LEASE)
        renewed = tx.claims.take(case.id, clerk, LATER, LEASE)

    assert (renewed.claimed_at, renewed.expires_at) == (AT, LATER + LEASE)


# fmt: off
LAPSE = [
    # after the claim                        is it still held
    (timedelta(0),                           True),
    (LEASE - timedelta(microseconds=1),      True),
    (LEASE,                                  False),
    (LEASE + timedelta(microseconds=1),      False),
]
# fmt: on


@pytest.mark.parametrize(("later", "held"), LAPSE)
def test_a_lease_lapses_to_the_moment(
    store: PostgresStore, clerk: Actor, other_clerk: Actor, later: timedelta, held: bool
) -> None:
    case = kept(store, State.SUBMITTED)
    with store.begin() as tx:
        tx.claims.take(case.id, clerk, AT, LEASE)

    with store.begin() as tx:
        live = tx.claims.live(case.id, AT + later)
        next_one = tx.claims.take_next(other_clerk, AT + later, LEASE)

    assert (live is not None, next_one is None) == (held, held)


def test_the_next_case_is_the_most_urgent_that_nobody_is_about_to_take(
    store: PostgresStore, clerk: Actor, other_clerk: Actor
) -> None:
    later, urgent, held = (
        kept(store, State.SUBMITTED, person, review_due_on=date(2026, 11, day))
        for person, day in ((1, 27), (2, 25), (3, 24))
    )
    with store.begin() as tx:
        tx.claims.take(held.id, clerk, AT, LEASE)

    with store.begin() as first, store.begin() as second, store.begin() as third:
        taken = [tx.claims.take_next(other_clerk, AT, LEASE) for tx in (first, second, third)]

    assert taken == [urgent.id, later.id, None]


def test_clerks_who_take_the_next_case_all_at_once_get_one_each(store: PostgresStore) -> None:
    cases = [kept(store, State.SUBMITTED, person) for person in range(1, 13)]
    clerks = [hire(store, f"clerk-{n}", f"陈窗口{n}", Role.CLERK) for n in range(4)]

    def take_three(clerk: Actor) -> list[UUID | None]:
        taken = []
        for _ in range(3):
            with store.begin() as tx:
                taken.append(tx.claims.take_next(clerk, AT, LEASE))
        return taken

    rounds = at_once(*[partial(take_three, clerk) for clerk in clerks])

    assert [each for each in rounds if isinstance(each, Exception)] == []
    taken = [case_id for each in rounds if isinstance(each, list) for case_id in each]
    assert sorted(map(str, taken)) == sorted(str(case.id) for case in cases)


def test_a_claim_is_let_go_by_its_holder_only_and_ended_by_anyone(
    store: PostgresStore, clerk: Actor, other_clerk: Actor
) -> None:
    case = kept(store, State.SUBMITTED)

    with store.begin() as tx:
        tx.claims.take(case.id, clerk, AT, LEASE)
        tx.claims.release(case.id, other_clerk)
        still_held = tx.claims.live(case.id, AT)
        tx.claims.end(case.id)

        assert still_held is not None
        assert tx.claims.live(case.id, AT) is None


def test_the_case_claimed_last_is_the_latest_while_its_lease_lasts(store: PostgresStore, clerk: Actor) -> None:
    first, second = (kept(store, State.SUBMITTED, person) for person in (1, 2))

    with store.begin() as tx:
        tx.claims.take(first.id, clerk, AT, LEASE)
        tx.claims.take(second.id, clerk, AT + timedelta(minutes=1), LEASE)

        assert tx.claims.latest_of(clerk, AT + timedelta(minutes=2)) == second.id
        assert tx.claims.latest_of(clerk, LATER) is None


# ── doing things once ────────────────────────────────────────────────────────────────────────


def test_a_key_is_taken_once_by_each_actor(store: PostgresStore) -> None:
    me, other = uuid4(), uuid4()

    with store.begin() as tx:
        assert tx.idempotency.take(me, "a-key", b"request", AT)
        assert not tx.idempotency.take(me, "a-key", b"request", LATER)
        assert tx.idempotency.take(other, "a-key", b"another", AT)
        with pytest.raises(AlreadyUsed):
            tx.idempotency.take(me, "a-key", b"another", LATER)


@pytest.mark.parametrize(("first_fails", "second_is_first"), [(False, False), (True, True)])
def test_a_key_that_is_being_used_is_waited_for(store: PostgresStore, first_fails: bool, second_is_first: bool) -> None:
    me = uuid4()

    def take() -> bool:
        with store.begin() as tx:
            return tx.idempotency.take(me, "a-key", b"request", AT)

    with ThreadPoolExecutor(1) as pool:
        with store.engine.connect() as connection, connection.begin() as transaction:
            PostgresTransaction(connection, SEAL).idempotency.take(me, "a-key", b"request", AT)
            second = pool.submit(take)
            until_somebody_waits(store)
            (transaction.rollback if first_fails else transaction.commit)()
        assert outcome(second) is second_is_first


def test_old_keys_are_swept(store: PostgresStore) -> None:
    me = uuid4()
    with store.begin() as tx:
        tx.idempotency.take(me, "old", b"r", AT)
        tx.idempotency.take(me, "new", b"r", LATER)

        assert tx.idempotency.sweep(LATER) == 1
        assert tx.idempotency.take(me, "old", b"r", LATER)
        assert not tx.idempotency.take(me, "new", b"r", LATER)


def test_a_callback_is_taken_once(store: PostgresStore) -> None:
    given = {"MsgType": "text", "Content": "进度"}
    with store.begin() as tx:
        callback_id = tx.callbacks.take("msgid:1", given, AT)
        again = tx.callbacks.take("msgid:1", {"MsgType": "other"}, LATER)
        assert callback_id is not None
        tx.callbacks.done(callback_id, LATER)

        assert again is None
        assert tx.callbacks.load(callback_id) == Callback(callback_id, "msgid:1", given, AT, LATER)


def test_a_receipt_that_came_first_is_kept_as_it_first_came(store: PostgresStore) -> None:
    with store.begin() as tx:
        tx.pushes.park_receipt("msgid-1", "success", AT)
        tx.pushes.park_receipt("msgid-1", "failed", LATER)

        assert tx.pushes.parked_receipt("msgid-1") == "success"
        assert tx.pushes.parked_receipt("msgid-2") is None


# ── what else comes back as it was ───────────────────────────────────────────────────────────


def test_a_push_comes_back_as_it_was_saved(store: PostgresStore) -> None:
    case = kept(store, State.SUBMITTED)
    about: dict[str, Any] = {
        "case_id": case.id,
        "person_id": case.applicant_id,
        "event": "submitted",
        "template_key": "submitted",
    }
    wording: dict[str, Any] = {"fields": {"thing1": "收到申请"}, "path": "/cases/1/progress", "client_msg_id": "c-1"}
    push = Push(
        uuid4(),
        **about,
        **wording,
        msgid=None,
        state="queued",
        reason=None,
        attempts=0,
        queued_at=AT,
        sent_at=None,
        settled_at=None,
    )
    sent = replace(push, msgid="m-1", state="failed", reason="拒收", attempts=2, sent_at=LATER, settled_at=LATER)

    with store.begin() as tx:
        tx.pushes.add(push)
        assert tx.pushes.load(push.id) == push
        tx.pushes.save(sent)
        assert [tx.pushes.load_by_msgid("m-1")] == tx.pushes.of_case(case.id) == [sent]

    with store.begin() as tx:  # people without a case are told things too
        tx.pushes.add(without_a_case := replace(sent, id=uuid4(), case_id=None, client_msg_id="c-2", msgid="m-2"))
        assert tx.pushes.load(without_a_case.id) == without_a_case
        assert tx.pushes.of_case(case.id) == [sent]


def test_result_files_come_back_ready_ones_oldest_first(store: PostgresStore) -> None:
    [item_id] = kept(store, State.APPROVED).items

    def a_result(name: str, state: str, at: datetime) -> ResultFile:
        sent: dict[str, Any] = {"content_type": "application/pdf", "declared_bytes": 9, "declared_sha256": "e" * 64}
        stored: dict[str, Any] = {"object_key": f"results/{name}", "sha256": "e" * 64, "bytes": 9}
        incoming = f"incoming/{name}"
        return ResultFile(
            uuid4(), item_id, name, state, **sent, incoming_key=incoming, **stored, uploaded_by="吴社保", uploaded_at=at
        )

    later, earlier, awaited = a_result("b", "ready", LATER), a_result("a", "ready", AT), a_result("c", "awaiting", AT)
    with store.begin() as tx:
        for each in (later, earlier, awaited):
            tx.results.add(each)
        tx.results.save(replace(awaited, state="removed"))

        assert tx.results.of_items([item_id]) == [earlier, later]
        assert tx.results.get(awaited.id).state == "removed"
        assert tx.results.of_items([]) == []


def test_sessions_come_back_and_end(store: PostgresStore) -> None:
    subject = uuid4()
    first, second = (
        Session(digest, "applicant", subject, "csrf", AT, AT, expires_at)
        for digest, expires_at in ((b"1" * 32, AT), (b"2" * 32, LATER))
    )
    with store.begin() as tx:
        tx.sessions.add(first)
        tx.sessions.add(second)
        tx.sessions.seen(second.token_digest, LATER)

        assert tx.sessions.sweep(LATER) == 1
        assert tx.sessions.get(first.token_digest) is None
        assert tx.sessions.get(second.token_digest) == replace(second, last_seen_at=LATER)
        tx.sessions.end_all_of(subject)
        assert tx.sessions.get(second.token_digest) is None


def test_the_consent_that_counts_is_the_latest(store: PostgresStore) -> None:
    person_id = a_person(store)

    with store.begin() as tx:
        tx.people.consent(person_id, "health", "2", LATER)
        tx.people.consent(person_id, "health", "1", AT)
        tx.people.consent(person_id, "health", "2", LATER)

        assert tx.people.consents(person_id) == {"health": "2"}


# ── when the server goes away ────────────────────────────────────────────────────────────────

KILL_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def kill_connections(emptied_database_url: str) -> None:
    """Ends every connection to the database on the server, and returns when they are gone."""
    with psycopg.connect(emptied_database_url, autocommit=True) as connection:
        assert all(gone for (gone,) in connection.execute(KILL_OTHERS).fetchall())


def test_a_connection_that_the_server_closed_is_replaced_unseen(
    store: PostgresStore, emptied_database_url: str
) -> None:
    case = kept(store)
    with store.begin(), store.begin(), store.begin():
        pass

    kill_connections(emptied_database_url)

    for _ in range(4):
        assert read(store, case.id) == case
    assert store.is_reachable()


def test_a_connection_that_dies_in_the_middle_leaves_nothing_and_says_to_try_again(
    store: PostgresStore, emptied_database_url: str
) -> None:
    case = kept(store)

    def answer_while_the_server_goes_away() -> None:
        with store.begin() as tx:
            loaded = tx.cases.load(case.id)
            loaded.answer({"name": "王桂兰"}, HER, LATER)
            kill_connections(emptied_database_url)
            tx.cases.save(loaded)

    with pytest.raises(OutsideDown):
        answer_while_the_server_goes_away()

    assert read(store, case.id) == case


def test_a_server_that_is_not_there_is_said_to_be_down() -> None:
    engine = make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/none", pool_size=1)
    store = PostgresStore(engine, SEAL)

    with pytest.raises(OutsideDown), store.begin():
        pass

    assert not store.is_reachable()
