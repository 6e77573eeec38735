"""Versions of config and when each was taken up, in their tables; both only ever grow."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import tables
from backend.domain.errors import NotFound
from backend.services.ports import PolicyChange, PolicyVersion

# Processes that start at once take a version up one after the other.
_CHANGE_LOCK = text("SELECT pg_advisory_xact_lock(7301868)")


class PolicyRows:
    """services/ports.py Policies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, content_hash: str) -> PolicyVersion:
        t = tables.policy_versions
        row = self._connection.execute(select(t).where(t.c.content_hash == content_hash)).mappings().first()
        if row is None:
            raise NotFound
        return PolicyVersion(**row)

    def kept_at(self, content_hash: str) -> datetime | None:
        t = tables.policy_versions
        return self._connection.execute(select(t.c.kept_at).where(t.c.content_hash == content_hash)).scalar()

    def in_force(self) -> PolicyChange | None:
        self._connection.execute(_CHANGE_LOCK)
        t = tables.policy_changes
        row = self._connection.execute(select(t).order_by(t.c.id.desc()).limit(1)).mappings().first()
        return PolicyChange(**row) if row else None

    def take_up(self, version: PolicyVersion) -> PolicyChange:
        kept = {"content_hash": version.content_hash, "kept_at": version.kept_at, "files": dict(version.files)}
        self._connection.execute(upsert(tables.policy_versions).values(kept).on_conflict_do_nothing())
        t = tables.policy_changes
        change = {"content_hash": version.content_hash, "taken_up_at": version.kept_at}
        row = self._connection.execute(insert(t).values(change).returning(t)).mappings().one()
        return PolicyChange(**row)
