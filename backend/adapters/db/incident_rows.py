"""Incidents, the proof's runs, and which keys of the bucket the tables refer to."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import tables
from backend.domain.errors import NotFound
from backend.domain.incidents import Incident, IncidentKind, ProofRun

_T, _RUNS = tables.incidents, tables.proof_runs
# Of these keys, those that a row refers to: photos, signatures with every earlier one, documents with their pages. What
# a key names is read as an id first, so that every look is one by an index.
_ID = "CASE WHEN {part} ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' THEN CAST({part} AS uuid) END"
_REFERRED = text(f"""
WITH named AS (
    SELECT key, {_ID.format(part="split_part(key, '/', 2)")} AS case_id,
           {_ID.format(part="split_part(key, '/', 3)")} AS third,
           {_ID.format(part="split_part(key, '/', 4)")} AS fourth, split_part(split_part(key, '/', 4), '.', 1) AS name
      FROM unnest(CAST(:keys AS text[])) AS key)
SELECT key FROM named WHERE
    EXISTS (SELECT FROM photos WHERE incoming_key = key AND state = 'awaiting')
 OR EXISTS (SELECT FROM photos WHERE id = third AND key IN (image_key, thumbnail_key))
 OR EXISTS (SELECT FROM documents WHERE id = fourth)
 OR EXISTS (SELECT FROM cases WHERE id = named.case_id AND signature ->> 'image_key' = key)
 OR EXISTS (SELECT FROM audit_links AS link WHERE link.case_id = named.case_id AND action = 'sign'
            AND facts ->> 'sha256' = name)
""")  # noqa: S608 - put together from its own parts


class IncidentRows:
    """services/ports.py IncidentRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def found(self, incident: Incident) -> bool:
        told = upsert(_T).values(asdict(incident))
        seen = told.on_conflict_do_update(
            index_elements=["kind", "case_id", "subject"],
            index_where=text(tables.OPEN_INCIDENT),
            set_={"last_seen_at": incident.last_seen_at, "detail": incident.detail},
        )
        return self._connection.execute(seen.returning(_T.c.id)).scalar() == incident.id

    def load(self, incident_id: UUID) -> Incident:
        row = self._connection.execute(select(_T).where(_T.c.id == incident_id).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return _incident(row)

    def save(self, incident: Incident) -> None:
        self._connection.execute(update(_T).where(_T.c.id == incident.id).values(asdict(incident)))

    def newest(self, after: tuple[bool, datetime, UUID] | None, limit: int) -> list[tuple[Incident, str]]:
        """Open ones first, with their cases' numbers."""
        number, is_closed = tables.cases.c.number, _T.c.closed_at.is_not(None)
        wanted = select(_T, number).join(tables.cases, tables.cases.c.id == _T.c.case_id)
        if after is not None:
            closed, found_at, incident_id = literal(after[0]), *after[1:]
            older = (_T.c.found_at < found_at) | ((_T.c.found_at == found_at) & (_T.c.id > incident_id))
            wanted = wanted.where((is_closed > closed) | ((is_closed == closed) & older))
        ordered = wanted.order_by(is_closed, _T.c.found_at.desc(), _T.c.id).limit(limit)
        rows = self._connection.execute(ordered).mappings()
        return [(_incident({k: v for k, v in row.items() if k != "number"}), row["number"] or "") for row in rows]

    def count_open(self) -> int:
        return self._connection.execute(select(func.count()).where(_T.c.closed_at.is_(None))).scalar() or 0

    def run_since(self, since: datetime, at: datetime) -> ProofRun:
        """The run that was begun since then and is not finished; else a new one."""
        begun = select(_RUNS).where(_RUNS.c.started_at >= since, _RUNS.c.finished_at.is_(None))
        row = self._connection.execute(begun.order_by(_RUNS.c.id.desc()).limit(1)).mappings().first()
        if row is None:
            row = self._connection.execute(insert(_RUNS).values(started_at=at).returning(_RUNS)).mappings().one()
        return ProofRun(**row)

    def last_run(self) -> ProofRun | None:
        row = self._connection.execute(select(_RUNS).order_by(_RUNS.c.id.desc()).limit(1)).mappings().first()
        return ProofRun(**row) if row else None

    def save_run(self, run: ProofRun) -> None:
        values = {name: value for name, value in asdict(run).items() if name != "id"}
        self._connection.execute(update(_RUNS).where(_RUNS.c.id == run.id).values(values))

    def referred(self, keys: Collection[str]) -> set[str]:
        return set(self._connection.execute(_REFERRED, {"keys": list(keys)}).scalars())


def _incident(row: RowMapping | dict[str, Any]) -> Incident:
    return Incident(**{**row, "kind": IncidentKind(row["kind"])})
