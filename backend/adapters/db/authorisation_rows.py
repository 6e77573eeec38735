"""Authorisations in their tables: names and phone sealed, masked copies for lists, the cases each is for."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exc, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import rows, tables
from backend.adapters.db.sealed import Seal
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
from backend.domain.people import mask_name

_SWEPT_AT_ONCE = 500


class AuthorisationRows:
    """services/ports.py Authorisations."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def add(self, authorisation: Authorisation) -> None:
        self._connection.execute(insert(tables.authorisations), self._columns(authorisation))

    def load(self, authorisation_id: UUID) -> Authorisation:
        return self._one(tables.authorisations.c.id == authorisation_id, locked=True)

    def read(self, authorisation_id: UUID) -> Authorisation:
        return self._one(tables.authorisations.c.id == authorisation_id)

    def find(self, authorisation_id: UUID) -> Authorisation | None:
        try:
            return self.load(authorisation_id)
        except NotFound:
            return None

    def by_code(self, digest: bytes) -> Authorisation | None:
        try:
            return self._one(tables.authorisations.c.code_digest == digest, locked=True)
        except NotFound:
            return None

    def active_of(self, applicant_id: UUID) -> Authorisation | None:
        t = tables.authorisations
        try:
            return self._one((t.c.applicant_id == applicant_id) & (t.c.state == AuthorisationState.ACTIVE))
        except NotFound:
            return None

    def save(self, authorisation: Authorisation) -> Authorisation:
        t = tables.authorisations
        risen = replace(authorisation, version=authorisation.version + 1)
        as_seen = update(t).where(t.c.id == authorisation.id, t.c.version == authorisation.version)
        try:
            written = self._connection.execute(as_seen.values(self._columns(risen)))
        except exc.IntegrityError as error:
            if "uq_authorisations_active_applicant" in str(error):
                raise HelperExists from error
            raise
        if written.rowcount != 1:
            raise StaleVersion(version=authorisation.version, changed_by="对方", changed_at=None)
        return risen

    def join(self, case_id: UUID, authorisation_id: UUID, at: datetime) -> bool:
        t = tables.case_authorisations
        joined = {"case_id": case_id, "authorisation_id": authorisation_id, "joined_at": at}
        new = upsert(t).values(joined).on_conflict_do_nothing().returning(t.c.case_id)
        return self._connection.execute(new).scalar() is not None

    def of_case(self, case_id: UUID) -> list[Authorisation]:
        t, joined = tables.authorisations, tables.case_authorisations
        wanted = select(t).join(joined, joined.c.authorisation_id == t.c.id).where(joined.c.case_id == case_id)
        found = self._connection.execute(wanted.order_by(t.c.confirmed_at)).mappings()
        return [self._authorisation(row) for row in found]

    def cases_of(self, authorisation_id: UUID) -> list[UUID]:
        t = tables.case_authorisations
        wanted = select(t.c.case_id).where(t.c.authorisation_id == authorisation_id).order_by(t.c.joined_at)
        return list(self._connection.execute(wanted).scalars())

    def count_asked_by(self, person_id: UUID) -> int:
        t = tables.authorisations
        hers = or_(
            (t.c.begun_by == Side.HELPER) & (t.c.helper_id == person_id),
            (t.c.begun_by == Side.APPLICANT) & (t.c.applicant_id == person_id),
        )
        wanted = select(func.count()).select_from(t).where(t.c.state == AuthorisationState.ASKED, hers)
        return int(self._connection.execute(wanted).scalar_one())

    def due(self, at: datetime) -> list[UUID]:
        t = tables.authorisations
        over = or_(
            (t.c.state == AuthorisationState.ASKED) & (t.c.code_expires_at <= at),
            (t.c.state == AuthorisationState.ACTIVE) & (t.c.valid_until <= at),
        )
        return list(self._connection.execute(select(t.c.id).where(over).limit(_SWEPT_AT_ONCE)).scalars())

    def _one(self, condition: Any, *, locked: bool = False) -> Authorisation:
        wanted = select(tables.authorisations).where(condition)
        row = self._connection.execute(wanted.with_for_update() if locked else wanted).mappings().first()
        if row is None:
            raise NotFound
        return self._authorisation(row)

    def _columns(self, authorisation: Authorisation) -> dict[str, Any]:
        parties = authorisation.parties
        return {
            **rows.columns(authorisation),
            "parties": self._seal.seal(asdict(parties), _place(authorisation.id)),
            "applicant_name_masked": mask_name(parties.applicant_name),
            "helper_name_masked": mask_name(parties.helper_name),
            "signed": rows.document(authorisation.signed),
            "document": rows.document(authorisation.document),
        }

    def _authorisation(self, row: Mapping[Any, Any]) -> Authorisation:
        own = {name: row[name] for name in Authorisation.__dataclass_fields__}
        return Authorisation(
            **{
                **own,
                "begun_by": Side(row["begun_by"]),
                "relation": Relation(row["relation"]),
                "state": AuthorisationState(row["state"]),
                "parties": Parties(**self._seal.open(row["parties"], _place(row["id"]))),
                "signed": _signed(row["signed"]),
                "document": Document(**row["document"]) if row["document"] else None,
                "ended_by": Side(row["ended_by"]) if row["ended_by"] else None,
            }
        )


def _place(authorisation_id: UUID) -> str:
    return f"authorisations.parties:{authorisation_id}"


def _signed(kept: Mapping[str, str] | None) -> Signed | None:
    return Signed(kept["image_key"], kept["sha256"], datetime.fromisoformat(kept["at"])) if kept else None
