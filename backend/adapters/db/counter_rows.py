"""The counter in its tables: sittings, links for phones, join codes. Codes are kept as digests only."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exc, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import rows
from backend.adapters.db.counter_tables import counter_sittings, join_codes, shoot_links
from backend.adapters.db.sealed import Seal
from backend.domain.counter import ConsentHow, JoinCode, ShootLink, Sitting
from backend.domain.errors import HeldByAnother

_LIVE_SITTING = text("""
SELECT k.* FROM counter_sittings k JOIN sessions s ON s.token_digest = k.session_digest
 WHERE k.case_id = :case_id AND k.ended_at IS NULL AND k.expires_at > :at
""")
_LINK = text("""
SELECT l.id AS link_id, l.sitting_id, l.code_digest, l.opened_at AS link_opened_at, l.expires_at AS link_expires_at,
       l.ended_at AS link_ended_at, k.*
  FROM shoot_links l JOIN counter_sittings k ON k.id = l.sitting_id AND k.ended_at IS NULL
  JOIN sessions s ON s.token_digest = k.session_digest
  JOIN staff m ON m.id = k.staff_id AND m.active AND m.role = 'clerk'
 WHERE l.code_digest = :digest
""")
_UNFINISHED = text("""
SELECT c.id, c.number, c.name_masked, c.state, c.changed_by, c.changed_at, p.openid IS NULL AS is_walk_in,
       k.staff_id AS holder_id, k.staff_name AS holder_name, k.expires_at AS holder_until,
       y.at AS consent_at, y.actor_name AS consent_by, y.facts ->> 'how' AS consent_how,
       y.facts ->> 'notice' AS consent_notice
  FROM cases c JOIN people p ON p.id = c.applicant_id
  JOIN LATERAL (SELECT a.at, a.actor_name, a.facts FROM audit_links a
                 WHERE a.case_id = c.id AND a.action = 'counter_opened' AND a.facts ->> 'again' IS NULL
                 ORDER BY a.seq DESC LIMIT 1) y ON true
  LEFT JOIN (counter_sittings k JOIN sessions s ON s.token_digest = k.session_digest)
         ON k.case_id = c.id AND k.ended_at IS NULL AND k.expires_at > :at
 WHERE c.state IN ('draft', 'returned') AND EXISTS (SELECT FROM counter_sittings h WHERE h.case_id = c.id)
 ORDER BY c.changed_at DESC, c.id LIMIT :limit
""")
_UNREACHED = text("""
SELECT c.id, c.number, c.name_masked, c.state, c.changed_at, t.event, t.queued_at
  FROM people p JOIN cases c ON c.applicant_id = p.id
  LEFT JOIN LATERAL (SELECT u.event, u.queued_at FROM pushes u WHERE u.case_id = c.id AND u.person_id = p.id
                      ORDER BY u.queued_at DESC LIMIT 1) t ON true
 WHERE p.openid IS NULL AND c.number IS NOT NULL AND c.state <> 'withdrawn'
 ORDER BY t.queued_at DESC NULLS LAST, c.id LIMIT :limit
""")


class CounterTables:
    """services/counter_ports.py CounterRows."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    # ── sittings ─────────────────────────────────────────────────────────────────────────

    def sit(self, sitting: Sitting) -> None:
        at, t = sitting.opened_at, counter_sittings
        other = self.live_sitting(sitting.case_id, at)
        if other is not None and other.staff_id != sitting.staff_id:
            raise HeldByAnother(holder_name=other.staff_name, expires_at=other.expires_at.isoformat())
        over = (t.c.case_id == sitting.case_id) | (t.c.staff_id == sitting.staff_id)
        ended = update(t).where(over, t.c.ended_at.is_(None)).values(ended_at=at).returning(t.c.id)
        for (sitting_id,) in self._connection.execute(ended).all():
            self._end_link_of(sitting_id, at)
        try:
            self._connection.execute(insert(t), rows.columns(sitting))
        except exc.IntegrityError as error:  # somebody sat down at the same moment
            raise HeldByAnother(holder_name="同事", expires_at=None) from error

    def sitting_in(self, case_id: UUID, session_digest: bytes) -> Sitting | None:
        t = counter_sittings
        return self._sitting((t.c.case_id == case_id) & (t.c.session_digest == session_digest))

    def sitting_of(self, session_digest: bytes) -> Sitting | None:
        return self._sitting(counter_sittings.c.session_digest == session_digest)

    def live_sitting(self, case_id: UUID, at: datetime) -> Sitting | None:
        row = self._connection.execute(_LIVE_SITTING, {"case_id": case_id, "at": at}).mappings().first()
        return _sitting(row) if row else None

    def keep_sitting(self, sitting: Sitting) -> None:
        t = counter_sittings
        values = {"seen_at": sitting.seen_at, "expires_at": sitting.expires_at}
        self._connection.execute(update(t).where(t.c.id == sitting.id).values(values))

    def end_sitting(self, sitting_id: UUID, at: datetime) -> None:
        t = counter_sittings
        self._connection.execute(update(t).where(t.c.id == sitting_id, t.c.ended_at.is_(None)).values(ended_at=at))
        self._end_link_of(sitting_id, at)

    def was_at_the_counter(self, case_id: UUID) -> bool:
        t = counter_sittings
        return self._connection.execute(select(t.c.id).where(t.c.case_id == case_id).limit(1)).scalar() is not None

    def _sitting(self, condition: Any) -> Sitting | None:
        t = counter_sittings
        row = self._connection.execute(select(t).where(condition, t.c.ended_at.is_(None))).mappings().first()
        return _sitting(row) if row else None

    # ── links ────────────────────────────────────────────────────────────────────────────

    def open_link(self, link: ShootLink) -> None:
        self.end_link(link.case_id, link.opened_at)
        self._connection.execute(insert(shoot_links), rows.columns(link))

    def link_by_code(self, digest: bytes) -> tuple[ShootLink, Sitting] | None:
        row = self._connection.execute(_LINK, {"digest": digest}).mappings().first()
        if row is None:
            return None
        link = ShootLink(
            row["link_id"],
            row["sitting_id"],
            row["case_id"],
            row["code_digest"],
            row["link_opened_at"],
            row["link_expires_at"],
            row["link_ended_at"],
        )
        return link, _sitting(row)

    def link_of(self, case_id: UUID) -> ShootLink | None:
        t = shoot_links
        wanted = select(t).where(t.c.case_id == case_id, t.c.ended_at.is_(None))
        row = self._connection.execute(wanted).mappings().first()
        return ShootLink(**row) if row else None

    def end_link(self, case_id: UUID, at: datetime) -> None:
        t = shoot_links
        self._connection.execute(update(t).where(t.c.case_id == case_id, t.c.ended_at.is_(None)).values(ended_at=at))

    def _end_link_of(self, sitting_id: UUID, at: datetime) -> None:
        t = shoot_links
        ended = update(t).where(t.c.sitting_id == sitting_id, t.c.ended_at.is_(None)).values(ended_at=at)
        self._connection.execute(ended)

    # ── join codes ───────────────────────────────────────────────────────────────────────

    def save_join_code(self, case_id: UUID, code: str, at: datetime, expires_at: datetime) -> None:
        new = {
            "case_id": case_id,
            "code_index": self._index(case_id, code),
            "made_at": at,
            "expires_at": expires_at,
            "tries": 0,
            "used_at": None,
        }
        kept = upsert(join_codes).values(new)
        self._connection.execute(kept.on_conflict_do_update(index_elements=["case_id"], set_=new))

    def join_code(self, case_id: UUID) -> JoinCode | None:
        t = join_codes
        wanted = select(t.c.case_id, t.c.expires_at, t.c.tries, t.c.used_at).where(t.c.case_id == case_id)
        row = self._connection.execute(wanted.with_for_update()).mappings().first()
        return JoinCode(**row) if row else None

    def is_join_code(self, case_id: UUID, code: str) -> bool:
        t = join_codes
        same = select(t.c.case_id).where(t.c.case_id == case_id, t.c.code_index == self._index(case_id, code))
        return self._connection.execute(same).scalar() is not None

    def count_wrong_join(self, case_id: UUID) -> None:
        t = join_codes
        self._connection.execute(update(t).where(t.c.case_id == case_id).values(tries=t.c.tries + 1))

    def use_join_code(self, case_id: UUID, at: datetime) -> None:
        t = join_codes
        self._connection.execute(update(t).where(t.c.case_id == case_id).values(used_at=at))

    def _index(self, case_id: UUID, code: str) -> bytes:
        return self._seal.index(f"join_codes:{case_id}:{code}")

    # ── lists ────────────────────────────────────────────────────────────────────────────

    def unfinished(self, at: datetime, limit: int) -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in self._connection.execute(_UNFINISHED, {"at": at, "limit": limit}).mappings()]

    def unreached(self, limit: int) -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in self._connection.execute(_UNREACHED, {"limit": limit}).mappings()]


def _sitting(row: Mapping[Any, Any]) -> Sitting:
    values = {each.name: row[each.name] for each in fields(Sitting)}
    return Sitting(**{**values, "consent_how": ConsentHow(values["consent_how"])})
