"""People, staff and their sessions in their tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, case, delete, exc, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import rows, tables
from backend.domain.errors import NotFound, UsernameTaken
from backend.services.ports import Person, RecordedConsent, Session, SignedIn, StaffMember

_SIGN_IN = text("""
INSERT INTO people (id, openid, follows, created_at, changed_at) VALUES (:id, :openid, false, :at, :at)
ON CONFLICT (openid) DO UPDATE SET changed_at = excluded.changed_at
RETURNING id, openid, follows
""")
_SET_FOLLOWS = text("""
INSERT INTO people (id, openid, follows, created_at, changed_at) VALUES (:id, :openid, :follows, :at, :at)
ON CONFLICT (openid) DO UPDATE SET follows = excluded.follows, changed_at = excluded.changed_at
RETURNING id, openid, follows
""")
_PERSON = select(tables.people.c.id, tables.people.c.openid, tables.people.c.follows)


class PersonRows:
    """services/ports.py People."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, person_id: UUID) -> Person:
        row = self._connection.execute(_PERSON.where(tables.people.c.id == person_id)).mappings().first()
        if row is None:
            raise NotFound
        return Person(**row)

    def lock(self, person_id: UUID) -> None:
        self._connection.execute(_PERSON.where(tables.people.c.id == person_id).with_for_update())

    def add_walk_in(self, at: datetime) -> UUID:
        new = {"id": uuid4(), "openid": None, "follows": False, "created_at": at, "changed_at": at}
        self._connection.execute(insert(tables.people), new)
        return new["id"]  # type: ignore[return-value]  # of a dict of several types

    def hand_over(self, from_id: UUID, to_id: UUID) -> None:
        c, p = tables.consents, tables.pushes
        given = select(literal(to_id), c.c.key, c.c.version, c.c.given_at, c.c.how, c.c.recorded_by)
        columns = ("person_id", "key", "version", "given_at", "how", "recorded_by")
        copied = upsert(c).from_select(columns, given.where(c.c.person_id == from_id)).on_conflict_do_nothing()
        self._connection.execute(copied)
        self._connection.execute(update(p).where(p.c.person_id == from_id).values(person_id=to_id))

    def by_openid(self, openid: str) -> Person | None:
        row = self._connection.execute(_PERSON.where(tables.people.c.openid == openid)).mappings().first()
        return Person(**row) if row else None

    def sign_in(self, openid: str, at: datetime) -> Person:
        found = self._connection.execute(_SIGN_IN, {"id": uuid4(), "openid": openid, "at": at}).mappings().one()
        return Person(**found)

    def set_follows(self, openid: str, *, follows: bool, at: datetime) -> Person:
        values = {"id": uuid4(), "openid": openid, "follows": follows, "at": at}
        return Person(**self._connection.execute(_SET_FOLLOWS, values).mappings().one())

    def consent(
        self, person_id: UUID, key: str, version: str, at: datetime, recorded: RecordedConsent | None = None
    ) -> None:
        how = {"how": recorded.how, "recorded_by": recorded.by} if recorded else {}
        given = {"person_id": person_id, "key": key, "version": version, "given_at": at, **how}
        self._connection.execute(upsert(tables.consents).values(given).on_conflict_do_nothing())

    def consents(self, person_id: UUID) -> Mapping[str, str]:
        t = tables.consents
        found = select(t.c.key, t.c.version).where(t.c.person_id == person_id).order_by(t.c.given_at)
        return {row.key: row.version for row in self._connection.execute(found)}


class StaffRows:
    """services/ports.py Staff."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, member: StaffMember) -> None:
        try:
            self._connection.execute(insert(tables.staff), rows.columns(member))
        except exc.IntegrityError as error:
            raise UsernameTaken from error

    def get(self, staff_id: UUID) -> StaffMember:
        row = self._connection.execute(select(tables.staff).where(tables.staff.c.id == staff_id)).mappings().first()
        if row is None:
            raise NotFound
        return StaffMember(**row)

    def by_username(self, username: str) -> StaffMember | None:
        wanted = select(tables.staff).where(tables.staff.c.username == username).with_for_update()
        row = self._connection.execute(wanted).mappings().first()
        return StaffMember(**row) if row else None

    def save(self, member: StaffMember) -> None:
        """The version rises with what an administrator sees and changes; counting sign-ins leaves it alone."""
        t = tables.staff
        seen = (t.c.name, t.c.role, t.c.department, t.c.password_hash, t.c.active)
        changed = or_(*(column.is_distinct_from(getattr(member, column.name)) for column in seen))
        version = t.c.version + case((changed, 1), else_=0)
        values = rows.columns(member) | {"version": version}
        self._connection.execute(update(t).where(t.c.id == member.id).values(values))

    def all(self) -> list[StaffMember]:
        found = self._connection.execute(select(tables.staff).order_by(tables.staff.c.username)).mappings()
        return [StaffMember(**row) for row in found]


_SIGNED_IN = """
SELECT s.token_digest, s.kind, s.subject_id, s.csrf_token, s.created_at, s.last_seen_at, s.expires_at,
       m.name, m.role, m.department, m.active
FROM sessions s LEFT JOIN staff m ON s.kind = 'staff' AND m.id = s.subject_id
WHERE s.token_digest = %s
"""


def signed_in(connection: Connection, token_digest: bytes) -> SignedIn | None:
    """The session and its owner, by the driver itself: it stands before every request."""
    driver: Any = connection.connection.driver_connection
    row = driver.execute(_SIGNED_IN, (token_digest,)).fetchone()
    return SignedIn(Session(*row[:7]), *row[7:]) if row else None


class SessionRows:
    """services/ports.py Sessions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        self._connection.execute(insert(tables.sessions), rows.columns(session))

    def get(self, token_digest: bytes) -> Session | None:
        wanted = select(tables.sessions).where(tables.sessions.c.token_digest == token_digest)
        row = self._connection.execute(wanted).mappings().first()
        return Session(**row) if row else None

    def seen(self, token_digest: bytes, at: datetime) -> None:
        t = tables.sessions
        self._connection.execute(update(t).where(t.c.token_digest == token_digest).values(last_seen_at=at))

    def end(self, token_digest: bytes) -> None:
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.token_digest == token_digest))

    def end_all_of(self, subject_id: UUID) -> None:
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.subject_id == subject_id))

    def sweep(self, before: datetime) -> int:
        return self._connection.execute(delete(tables.sessions).where(tables.sessions.c.expires_at < before)).rowcount
