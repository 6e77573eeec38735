"""What moves a routed item, who may see it, and what a decision needs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from backend.domain.actors import Actor, Role
from backend.domain.errors import ActionNotAllowed, ContentRefused, NotAllowed, NotFound, ReasonMissing, StaleVersion
from backend.domain.routing import (
    ITEM_STATE_LABELS,
    ITEM_TRANSITIONS,
    OUTCOME_LABELS,
    ItemAction,
    ItemState,
    Outcome,
    RoutedItem,
)
from tests.domain.cases import AT, FUND_OFFICER, HER, LATER, OFFICER, a_fund_item, an_item

# fmt: off
# How each action is done, on an item that may have it, by whom it is for.
ACTS: dict[ItemAction, Callable[[RoutedItem], RoutedItem]] = {
    ItemAction.ACCEPT:      lambda item: item.accept(FUND_OFFICER, LATER),
    ItemAction.DECIDE:      lambda item: item.decide(Outcome.DONE_ELSEWHERE, "", FUND_OFFICER, LATER),
    ItemAction.REPORT_DONE: lambda item: item.report_done(HER, LATER),
}
# fmt: on
OPEN = [ItemState.ROUTED, ItemState.ACCEPTED]
# An item she files herself is at no department: whoever asks there finds nothing.
AT_A_DEPARTMENT = sorted(set(ItemState) - {ItemState.SELF_FILED})
REFUSED = [(s, a) for s in AT_A_DEPARTMENT for a in ItemAction if (s, a) not in ITEM_TRANSITIONS]


@pytest.mark.parametrize(("state", "action"), REFUSED)
def test_what_is_not_in_the_table_is_refused(state: ItemState, action: ItemAction) -> None:
    with pytest.raises(ActionNotAllowed) as refusal:
        ACTS[action](a_fund_item(state))

    assert refusal.value.facts["state"] == ITEM_STATE_LABELS[state]


@pytest.mark.parametrize(("state", "action"), ITEM_TRANSITIONS)
def test_what_is_in_the_table_moves_the_item_there(state: ItemState, action: ItemAction) -> None:
    assert ACTS[action](a_fund_item(state)).state is ITEM_TRANSITIONS[state, action]


@pytest.mark.parametrize("state", ItemState)
def test_an_item_waits_for_its_department_until_it_is_decided(state: ItemState) -> None:
    assert an_item(state).is_open is (state in OPEN)


@pytest.mark.parametrize(
    ("actor", "state"),
    [
        (FUND_OFFICER, ItemState.ROUTED),
        (replace(OFFICER, role=Role.CLERK), ItemState.ROUTED),
        (replace(OFFICER, role=Role.OVERSIGHT), ItemState.ROUTED),
        (HER, ItemState.ROUTED),
        (OFFICER, ItemState.SELF_FILED),
    ],
)
def test_an_item_is_there_for_the_officers_of_its_department_only(actor: Actor, state: ItemState) -> None:
    item = an_item(state)

    for act in (
        lambda: item.must_be_seen_by(actor),
        lambda: item.accept(actor, AT),
        lambda: item.decide(Outcome.GRANTED, "", actor, AT),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_accepted_item_has_its_officer() -> None:
    accepted = an_item().accept(OFFICER, LATER)

    assert (accepted.officer_id, accepted.officer_name, accepted.accepted_at) == (OFFICER.id, OFFICER.name, LATER)


def test_the_officer_who_decides_is_the_one_who_is_named() -> None:
    other = Actor(UUID(int=9), Role.OFFICER, "周社保", "social_security")

    decided = an_item(officer_name=OFFICER.name).accept(OFFICER, AT).decide(Outcome.DENIED, " 年限不够 ", other, LATER)

    assert (decided.outcome, decided.reason, decided.decided_at) == (Outcome.DENIED, "年限不够", LATER)
    assert (decided.officer_id, decided.officer_name) == (other.id, other.name)


@pytest.mark.parametrize(
    ("item", "officer", "outcome", "refusal"),
    [
        (an_item(ItemState.ACCEPTED), OFFICER, Outcome.GRANTED, None),
        (an_item(ItemState.ACCEPTED), OFFICER, Outcome.DENIED, ReasonMissing),
        (an_item(ItemState.ACCEPTED), OFFICER, Outcome.DONE_ELSEWHERE, ContentRefused),
        (a_fund_item(ItemState.ACCEPTED), FUND_OFFICER, Outcome.GRANTED, ContentRefused),
        (a_fund_item(ItemState.ACCEPTED), FUND_OFFICER, Outcome.DENIED, ContentRefused),
        (a_fund_item(ItemState.ACCEPTED), FUND_OFFICER, Outcome.DONE_ELSEWHERE, None),
    ],
)
def test_a_decision_fits_its_item(item: RoutedItem, officer: Actor, outcome: Outcome, refusal: Any) -> None:
    if refusal is None:
        assert item.decide(outcome, "  ", officer, AT).reason is None
        return
    with pytest.raises(refusal):
        item.decide(outcome, "  ", officer, AT)


def test_she_reports_the_fund_done_whether_it_was_accepted_or_not() -> None:
    for state in OPEN:
        reported = a_fund_item(state).report_done(HER, LATER)

        assert (reported.outcome, reported.decided_at) == (Outcome.DONE_ELSEWHERE, LATER)


@pytest.mark.parametrize(("item", "actor"), [(an_item(), HER), (a_fund_item(), FUND_OFFICER)])
def test_nothing_but_the_fund_is_reported_done_and_by_nobody_but_her(item: RoutedItem, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        item.report_done(actor, AT)


@pytest.mark.parametrize(
    ("item", "name", "at"),
    [
        (an_item(version=2, routed_at=AT), "同事", AT),
        (an_item(version=2, routed_at=AT).accept(OFFICER, LATER), OFFICER.name, LATER),
    ],
)
def test_a_stale_version_is_told_who_changed_it_and_when(item: RoutedItem, name: str, at: Any) -> None:
    with pytest.raises(StaleVersion) as refusal:
        item.must_be_at(1)

    assert refusal.value.facts == {"version": 2, "changed_by": name, "changed_at": at.isoformat()}
    item.must_be_at(2)


def test_every_state_and_outcome_has_its_words() -> None:
    assert (set(ITEM_STATE_LABELS), set(OUTCOME_LABELS)) == (set(ItemState), set(Outcome))
