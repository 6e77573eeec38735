"""The lists: every tab holds what it says, pages have no gap and no double, searches find, nothing is unmasked."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.adapters.db.screens import ITEM_STATES, QUEUES, PostgresScreens
from backend.adapters.db.store import PostgresStore
from backend.domain.actors import Actor, Role
from backend.domain.case import Case, State
from backend.domain.errors import ContentRefused
from backend.domain.routing import ItemState, Outcome
from tests.actors import hire
from tests.builders import a_seal, answers_of, kept
from tests.domain.cases import AT, LATER, a_fund_item, an_item

LEASE = timedelta(minutes=15)


@pytest.fixture
def screens(store: PostgresStore) -> PostgresScreens:
    return PostgresScreens(store.engine, a_seal())


@pytest.fixture
def clerk(store: PostgresStore) -> Actor:
    return hire(store, "clerk", "陈窗口", Role.CLERK)


@pytest.fixture
def other_clerk(store: PostgresStore) -> Actor:
    return hire(store, "clerk2", "李窗口", Role.CLERK)


def claim(store: PostgresStore, case: Case, actor: Actor) -> Case:
    with store.begin() as tx:
        tx.claims.take(case.id, actor, AT, LEASE)
    return case


def queue(screens: PostgresScreens, name: str, actor: Actor, **asked: Any) -> tuple[list[Any], str | None]:
    """Ids of one page of a tab."""
    given = {"search": "", "item": "", "cursor": None, "limit": 30, "at": AT, **asked}
    rows, cursor = screens.review_queue(queue=name, staff_id=actor.id, **given)
    return [row["id"] for row in rows], cursor


def items(screens: PostgresScreens, state: str = "open", **asked: Any) -> tuple[list[Any], str | None]:
    """Ids of one page of routed items."""
    given = {"department": None, "search": "", "cursor": None, "limit": 30, **asked}
    rows, cursor = screens.department_items(state=state, **given)
    return [row["id"] for row in rows], cursor


# ── the review queue ─────────────────────────────────────────────────────────────────────────


def test_each_tab_holds_its_cases_and_no_other(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor, other_clerk: Actor
) -> None:
    by_state = {state: kept(store, state, person) for person, state in enumerate(State, start=1)}
    mine = claim(store, kept(store, State.IN_REVIEW, 21), clerk)
    held = claim(store, kept(store, State.IN_REVIEW, 22), other_clerk)

    def of(*states: State) -> set[Any]:
        return {by_state[state].id for state in states}

    found = {name: set(queue(screens, name, clerk)[0]) for name in QUEUES}
    assert found == {
        "waiting": of(State.SUBMITTED, State.IN_REVIEW),
        "mine": {mine.id},
        "held": {held.id},
        "absences": set(),
        "promises": set(),
        "to_approve": of(State.REVIEWED, State.RETURN_ASKED),
        "waiting_on_applicant": of(State.RETURNED, State.WAITING),
        "all": of(*set(State) - {State.DRAFT}) | {mine.id, held.id},
    }


def test_the_counts_are_those_of_the_tabs(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor, other_clerk: Actor
) -> None:
    for person, state in enumerate((State.SUBMITTED, State.IN_REVIEW, State.REVIEWED, State.RETURNED), start=1):
        kept(store, state, person)
    claim(store, kept(store, State.IN_REVIEW, 11), clerk)
    claim(store, kept(store, State.WAITING, 12), clerk)
    claim(store, kept(store, State.IN_REVIEW, 13), other_clerk)

    counts = screens.review_counts(clerk.id, AT, AT.date())

    assert counts == {name: len(queue(screens, name, clerk)[0]) for name in counts}
    assert counts == {"waiting": 2, "mine": 2, "to_approve": 1, "absences": 0, "promises": 0}


def test_a_case_whose_lease_lapsed_waits_again(store: PostgresStore, screens: PostgresScreens, clerk: Actor) -> None:
    case = claim(store, kept(store, State.IN_REVIEW), clerk)

    for at, tab in ((AT + LEASE - timedelta(seconds=1), "mine"), (AT + LEASE, "waiting")):
        found = {name: queue(screens, name, clerk, at=at)[0] for name in ("mine", "waiting")}
        assert [name for name, ids in found.items() if case.id in ids] == [tab]


def test_the_queue_is_earliest_deadline_first_and_pages_have_no_gap_and_no_double(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor
) -> None:
    wanted = {}
    for person in range(1, 12):  # several share a deadline, some of them the moment too
        due_on, at = date(2026, 11, 25 + person % 3), AT + timedelta(minutes=person % 2)
        case = kept(store, State.SUBMITTED, person, review_due_on=due_on, submitted_at=at)
        wanted[case.id] = (due_on, at, case.id)

    paged, cursor = queue(screens, "waiting", clerk, limit=2)
    while cursor:
        page, cursor = queue(screens, "waiting", clerk, limit=2, cursor=cursor)
        paged += page

    assert paged == sorted(wanted, key=lambda case_id: wanted[case_id])


def test_a_last_page_that_is_just_full_has_no_next(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor
) -> None:
    for person in (1, 2):
        kept(store, State.SUBMITTED, person)

    assert queue(screens, "waiting", clerk, limit=2)[1] is None
    assert queue(screens, "waiting", clerk, limit=1)[1] is not None


ID_NUMBER = str(answers_of(2)["id_number"])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {1, 2, 3}),
        (ID_NUMBER, {2}),
        (f" {ID_NUMBER.lower()} ", {2}),
        (ID_NUMBER[:17], set()),
        ("QY-20261124-00003", {3}),
        ("qy-20261124", {1, 2, 3}),
        ("QY-2026112_-00003", set()),
        ("王秀兰", set()),
    ],
)
def test_a_case_is_found_by_the_whole_id_number_or_the_beginning_of_its_own(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor, search: str, found: set[int]
) -> None:
    cases = {kept(store, State.SUBMITTED, person).id: person for person in (1, 2, 3)}

    assert {cases[case_id] for case_id in queue(screens, "waiting", clerk, search=search)[0]} == found


def test_the_queue_can_be_narrowed_to_an_item(store: PostgresStore, screens: PostgresScreens, clerk: Actor) -> None:
    with_reward = kept(store, State.SUBMITTED, 1, planned_items=[{"code": "only_child_reward", "filing": "self"}])
    kept(store, State.SUBMITTED, 2, planned_items=[{"code": "retire_normal", "filing": "combined"}])

    assert queue(screens, "waiting", clerk, item="only_child_reward")[0] == [with_reward.id]
    assert queue(screens, "waiting", clerk, item="none_of_the_seven")[0] == []


def test_no_list_holds_what_identifies_a_person(store: PostgresStore, screens: PostgresScreens, clerk: Actor) -> None:
    case = kept(store, State.APPROVED)
    her = answers_of(1)

    given: dict[str, Any] = {"search": "", "cursor": None, "limit": 30}
    lists = screens.review_queue(queue="all", staff_id=clerk.id, item="", at=AT, **given)
    routed = screens.department_items(department=None, state="open", **given)
    said = f"{lists}{routed}{screens.cases_of(case.applicant_id)}"

    assert "王**" in said
    whole = ("name", "id_number", "phone", "bank_account", "delivery_address")
    assert [key for key in whole if str(her[key]) in said] == []


# ── the departments' lists ───────────────────────────────────────────────────────────────────


def test_a_department_lists_its_own_items_by_state(store: PostgresStore, screens: PostgresScreens) -> None:
    at_work = {"outcome": Outcome.GRANTED, "decided_at": LATER}
    routed, accepted = an_item(code="retire_normal"), an_item(ItemState.ACCEPTED, code="pension_payment")
    decided = an_item(ItemState.DECIDED, code="retire_special", **at_work)
    herself = an_item(ItemState.SELF_FILED, code="retire_disability")
    elsewhere = an_item(code="medical_years", department="medical_insurance")
    on_it = (routed, accepted, decided, herself, elsewhere)
    kept(store, State.PROCESSING, items={item.id: item for item in on_it})

    found = {state: set(items(screens, state, department="social_security")[0]) for state in ITEM_STATES}

    assert found == {
        "routed": {routed.id},
        "accepted": {accepted.id},
        "decided": {decided.id},
        "open": {routed.id, accepted.id},
    }
    assert screens.department_counts("social_security") == {"routed": 1, "accepted": 1}
    assert set(items(screens)[0]) == {routed.id, accepted.id, elsewhere.id}


def test_items_page_by_due_date_those_without_one_last_with_no_gap_and_no_double(
    store: PostgresStore, screens: PostgresScreens
) -> None:
    wanted = []
    for person in range(1, 10):
        due_on = None if person % 3 == 0 else date(2026, 12, person % 2 + 1)
        item = replace(a_fund_item() if due_on is None else an_item(), due_on=due_on)
        kept(store, State.APPROVED, person, items={item.id: item})
        wanted.append((due_on or date.max, item.id))

    paged, cursor = items(screens, limit=2)
    while cursor:
        page, cursor = items(screens, limit=2, cursor=cursor)
        paged += page

    assert paged == [item_id for _, item_id in sorted(wanted)]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


def cursor_of(*position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "AAAA", "é", cursor_of(1), cursor_of("2026-13-99", "x", "y"), cursor_of({}, [], 3), cursor_of(1, 2, 3, 4)],
)
def test_a_cursor_that_is_not_ours_is_refused(screens: PostgresScreens, clerk: Actor, cursor: str) -> None:
    with pytest.raises(ContentRefused):
        queue(screens, "waiting", clerk, cursor=cursor)
    with pytest.raises(ContentRefused):
        items(screens, cursor=cursor)


def test_a_list_that_does_not_exist_is_refused(screens: PostgresScreens, clerk: Actor) -> None:
    with pytest.raises(ContentRefused):
        queue(screens, "everything", clerk)
    with pytest.raises(ContentRefused):
        items(screens, "self_filed")


@pytest.mark.parametrize("search", ["'; DROP TABLE cases; --", "%", "_", "\\", "QY-20261124-00001%"])
def test_a_search_for_anything_at_all_only_finds_nothing(
    store: PostgresStore, screens: PostgresScreens, clerk: Actor, search: str
) -> None:
    kept(store, State.SUBMITTED)

    assert queue(screens, "waiting", clerk, search=search)[0] == []
    assert items(screens, search=search)[0] == []


# ── her own lists, and oversight's ───────────────────────────────────────────────────────────


def test_her_cases_come_newest_first_and_nobody_elses(store: PostgresStore, screens: PostgresScreens) -> None:
    first, second = kept(store, State.WITHDRAWN, created_at=AT), kept(store, State.DRAFT, created_at=LATER)
    kept(store, State.SUBMITTED, 2)

    assert [row["id"] for row in screens.cases_of(first.applicant_id)] == [second.id, first.id]
    assert screens.cases_of(uuid4()) == []


def test_the_overview_counts_cases_by_state_and_items_by_department_and_day(
    store: PostgresStore, screens: PostgresScreens
) -> None:
    late_evening = AT.replace(hour=17)  # 01:00 the next day in the district
    routed = an_item(routed_at=late_evening, due_on=date(2026, 12, 8))
    decided = an_item(ItemState.DECIDED, code="pension_payment", outcome=Outcome.GRANTED, decided_at=LATER)
    kept(store, State.PROCESSING, items={each.id: each for each in (routed, decided)})
    kept(store, State.SUBMITTED, 2)
    kept(store, State.DRAFT, 3)

    found = screens.overview(date(2026, 11, 25))

    assert found["states"] == {"processing": 1, "submitted": 1}
    assert found["decided"] == {"social_security": 1}
    assert found["open"] == [
        {"department": "social_security", "due_on": date(2026, 12, 8), "routed_on": date(2026, 11, 25), "n": 1}
    ]
