"""What becomes of an authorisation, who may do what to it, and what its text says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.adapters.authorisation_wording import read_terms
from backend.domain.actors import Actor, Role
from backend.domain.authorisation import (
    AUTHORISATION_ACTION_LABELS,
    AUTHORISATION_STATE_LABELS,
    AUTHORISATION_TRANSITIONS,
    RELATION_LABELS,
    Authorisation,
    AuthorisationAction,
    AuthorisationState,
    Document,
    Parties,
    Relation,
    Side,
    Signed,
    checked_person_name,
    months_later,
    same_name,
)
from backend.domain.errors import ActionNotAllowed, ContentRefused, InvitationGone, NotFound, OwnInvitation
from tests.domain.examples import CONFIG

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FATHER = Actor(UUID(int=1), Role.APPLICANT, "申请人")
DAUGHTER = Actor(UUID(int=2), Role.APPLICANT, "申请人")
STRANGER = Actor(UUID(int=3), Role.APPLICANT, "申请人")
TERMS = read_terms(CONFIG)
OVER = AT + timedelta(days=400)


def an_authorisation(state: AuthorisationState = AuthorisationState.ASKED, **changes: object) -> Authorisation:
    """Asked for by the daughter; whole from the moment it is active."""
    asked: dict[str, object] = {
        "id": UUID(int=9),
        "begun_by": Side.HELPER,
        "relation": Relation.CHILD,
        "parties": Parties("周国楠", "周晓茗", "13800001234"),
        "terms_version": TERMS.version,
        "asked_at": AT,
        "state": state,
        "helper_id": DAUGHTER.id,
        "code_digest": b"c" * 32,
        "code_expires_at": AT + timedelta(hours=72),
    }
    if state is not AuthorisationState.ASKED:
        asked |= {"applicant_id": FATHER.id, "valid_until": AT + timedelta(days=365), "confirmed_at": AT}
    return Authorisation(**{**asked, **changes})  # type: ignore[arg-type]  # the fields' own types, by name


ACTS: dict[AuthorisationAction, Callable[[Authorisation], Authorisation]] = {
    AuthorisationAction.CONFIRM: lambda a: a.confirm(Document("k", "s"), AT, TERMS),
    AuthorisationAction.DECLINE: lambda a: a.decline(AT),
    AuthorisationAction.REVOKE: lambda a: a.revoke(DAUGHTER, AT),
    AuthorisationAction.LAPSE: lambda a: a.lapse(OVER),
}


@pytest.mark.parametrize("state", AuthorisationState)
@pytest.mark.parametrize("action", AuthorisationAction)
def test_it_moves_by_the_table_or_not_at_all(state: AuthorisationState, action: AuthorisationAction) -> None:
    if (state, action) in AUTHORISATION_TRANSITIONS:
        assert ACTS[action](an_authorisation(state)).state is AUTHORISATION_TRANSITIONS[state, action]
        return
    with pytest.raises(ActionNotAllowed):
        ACTS[action](an_authorisation(state))


def test_every_state_action_and_relation_has_its_words() -> None:
    assert set(AUTHORISATION_STATE_LABELS) == set(AuthorisationState)
    assert set(AUTHORISATION_ACTION_LABELS) == set(AuthorisationAction)
    assert set(RELATION_LABELS) == set(Relation)


@pytest.mark.parametrize(
    ("state", "later", "lapses"),
    [
        (AuthorisationState.ASKED, timedelta(hours=71, minutes=59), False),
        (AuthorisationState.ASKED, timedelta(hours=72), True),
        (AuthorisationState.ACTIVE, timedelta(days=364), False),
        (AuthorisationState.ACTIVE, timedelta(days=365), True),
    ],
)
def test_it_lapses_when_its_code_or_its_term_is_over(
    state: AuthorisationState, later: timedelta, *, lapses: bool
) -> None:
    if lapses:
        assert an_authorisation(state).lapse(AT + later).state is AuthorisationState.LAPSED
        return
    with pytest.raises(ActionNotAllowed):
        an_authorisation(state).lapse(AT + later)


def test_a_code_is_for_somebody_else_while_it_lives() -> None:
    asked = an_authorisation()

    asked.must_be_usable_by(FATHER, AT)
    with pytest.raises(OwnInvitation):
        asked.must_be_usable_by(DAUGHTER, AT)
    with pytest.raises(InvitationGone):
        asked.must_be_usable_by(FATHER, AT + timedelta(hours=72))
    with pytest.raises(InvitationGone):
        an_authorisation(AuthorisationState.ACTIVE).must_be_usable_by(STRANGER, AT)


def test_nobody_but_the_two_has_a_side() -> None:
    active = an_authorisation(AuthorisationState.ACTIVE)

    assert (active.side_of(FATHER), active.side_of(DAUGHTER)) == (Side.APPLICANT, Side.HELPER)
    with pytest.raises(NotFound):
        active.revoke(STRANGER, AT)


def test_who_ended_it_is_kept() -> None:
    active = an_authorisation(AuthorisationState.ACTIVE)

    assert active.revoke(FATHER, AT).ended_by is Side.APPLICANT
    assert active.revoke(DAUGHTER, AT).ended_by is Side.HELPER
    assert active.lapse(OVER).ended_by is None


def test_the_one_who_was_asked_gives_her_part() -> None:
    signed = Signed("k", "s", AT)
    by_father = an_authorisation().with_asked_person(FATHER, None, signed)
    asked_by_father = an_authorisation(begun_by=Side.APPLICANT, applicant_id=FATHER.id, helper_id=None)

    by_daughter = asked_by_father.with_asked_person(DAUGHTER, "13900001234", None)

    assert (by_father.applicant_id, by_father.signed) == (FATHER.id, signed)
    assert (by_daughter.helper_id, by_daughter.parties.helper_phone) == (DAUGHTER.id, "13900001234")


def test_the_helper_acts_under_a_masked_name() -> None:
    assert an_authorisation().helper == Actor(DAUGHTER.id, Role.HELPER, "代办人周**")
    assert "周国楠" not in repr(an_authorisation())


def test_the_text_names_both_and_leaves_no_blank() -> None:
    parties = Parties("周国楠", "周晓茗", None)

    said = [*TERMS.said(parties, Relation.CHILD, "两项"), *TERMS.said_to_helper(parties, Relation.CHILD, "两项")]

    assert "我是周国楠，请周晓茗（子女）做我的代办人" in said[0]
    assert not any("{" in each for each in said)


@pytest.mark.parametrize(
    ("at", "months", "then"),
    [
        (datetime(2026, 11, 24, tzinfo=UTC), 12, datetime(2027, 11, 24, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, datetime(2029, 2, 28, tzinfo=UTC)),
        (datetime(2026, 10, 31, tzinfo=UTC), 1, datetime(2026, 11, 30, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), 2, datetime(2027, 2, 28, tzinfo=UTC)),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_months_last(at: datetime, months: int, then: datetime) -> None:
    assert months_later(at, months) == then


@pytest.mark.parametrize(
    ("given", "kept"), [(" 周国楠 ", "周国楠"), ("阿依古丽.买买提", "阿依古丽·买买提"), ("𠮷田", "𠮷田")]
)
def test_a_name_is_kept_as_it_is_written(given: str, kept: str) -> None:
    assert checked_person_name(given, "/helper_name") == kept


def test_what_is_no_name_is_refused_at_its_field() -> None:
    with pytest.raises(ContentRefused) as refusal:
        checked_person_name("周", "/helper_name")

    assert refusal.value.facts["errors"][0]["pointer"] == "/helper_name"


def test_a_name_is_the_same_however_the_dot_is_written() -> None:
    assert same_name("阿依古丽·买买提", "阿依古丽•买买提")
    assert same_name(" 周国楠", "周国楠")
    assert not same_name("周国楠", "周国南")
