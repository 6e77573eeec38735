"""Authorisations in their tables: nothing readable but masked names, and what the database itself refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exc, text

from backend.adapters.db.store import PostgresStore
from backend.domain.authorisation import (
    Authorisation,
    AuthorisationState,
    Document,
    Parties,
    Relation,
    Side,
    Signed,
)
from backend.domain.errors import HelperExists, NotFound, StaleVersion
from tests.builders import a_person, kept
from tests.domain.cases import AT

NAMES = Parties("周国楠", "周晓茗", "13800001234")
LATER = AT + timedelta(days=365)


def active(applicant_id: UUID, helper_id: UUID) -> Authorisation:
    return Authorisation(
        id=uuid4(),
        begun_by=Side.HELPER,
        relation=Relation.CHILD,
        parties=NAMES,
        terms_version="2026-11",
        asked_at=AT,
        state=AuthorisationState.ACTIVE,
        applicant_id=applicant_id,
        helper_id=helper_id,
        code_digest=uuid4().bytes,
        code_expires_at=AT + timedelta(hours=72),
        signed=Signed("authorisations/1/signature.png", "a" * 64, AT),
        document=Document("authorisations/1/document.pdf", "b" * 64),
        confirmed_at=AT,
        valid_until=LATER,
    )


def added(store: PostgresStore, authorisation: Authorisation) -> Authorisation:
    with store.begin() as tx:
        tx.authorisations.add(authorisation)
    return authorisation


def test_one_comes_back_as_it_was(store: PostgresStore) -> None:
    given = added(store, active(a_person(store, 1), a_person(store, 2)))

    with store.begin() as tx:
        assert tx.authorisations.read(given.id) == given
        assert tx.authorisations.by_code(given.code_digest or b"") == given
        assert tx.authorisations.find(uuid4()) is None
        with pytest.raises(NotFound):
            tx.authorisations.load(uuid4())


def test_no_name_and_no_phone_can_be_read_in_the_table(store: PostgresStore) -> None:
    added(store, active(a_person(store, 1), a_person(store, 2)))

    with store.engine.begin() as connection:
        row = str(connection.execute(text("SELECT a::text FROM authorisations a")).scalar_one())

    assert "周**" in row
    assert not any(secret in row for secret in ("周国楠", "周晓茗", "13800001234", NAMES.applicant_name.encode().hex()))


def test_a_second_active_helper_is_refused(store: PostgresStore) -> None:
    applicant = a_person(store, 1)
    added(store, active(applicant, a_person(store, 2)))
    asked = replace(active(applicant, a_person(store, 3)), state=AuthorisationState.ASKED)
    added(store, asked)

    with pytest.raises(HelperExists), store.begin() as tx:
        tx.authorisations.save(replace(asked, state=AuthorisationState.ACTIVE))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE authorisations SET helper_id = applicant_id",
        "UPDATE authorisations SET document = NULL",
        "UPDATE authorisations SET signed = NULL",
        "UPDATE authorisations SET state = 'asked'",
        "UPDATE authorisations SET relation = 'friend'",
        "UPDATE authorisations SET ended_by = 'clerk'",
    ],
)
def test_the_database_refuses_what_cannot_be(store: PostgresStore, change: str) -> None:
    added(store, active(a_person(store, 1), a_person(store, 2)))

    with pytest.raises(exc.IntegrityError), store.engine.begin() as connection:
        connection.execute(text(change))


def test_an_older_version_is_not_written(store: PostgresStore) -> None:
    given = added(store, active(a_person(store, 1), a_person(store, 2)))
    with store.begin() as tx:
        assert tx.authorisations.save(given).version == 2

    with pytest.raises(StaleVersion), store.begin() as tx:
        tx.authorisations.save(given)


def test_a_case_shows_its_helper_while_the_authorisation_is_active(store: PostgresStore) -> None:
    case = kept(store)
    given = added(store, active(case.applicant_id, a_person(store, 2)))
    with store.begin() as tx:
        assert tx.authorisations.join(case.id, given.id, AT)
        assert not tx.authorisations.join(case.id, given.id, AT)
    with store.begin() as tx:
        helper = tx.cases.read(case.id).helper
        tx.authorisations.save(replace(given, state=AuthorisationState.REVOKED, ended_at=AT))

    assert helper is not None
    assert (helper.actor.id, helper.actor.name, helper.applicant_name) == (given.helper_id, "代办人周**", "周**")
    with store.begin() as tx:
        assert tx.cases.read(case.id).helper is None
        assert [each.id for each in tx.authorisations.of_case(case.id)] == [given.id]
        assert tx.authorisations.cases_of(given.id) == [case.id]


def test_what_is_due_is_what_is_over(store: PostgresStore) -> None:
    given = added(store, active(a_person(store, 1), a_person(store, 2)))

    with store.begin() as tx:
        assert tx.authorisations.due(LATER - timedelta(seconds=1)) == []
        assert tx.authorisations.due(LATER) == [given.id]
