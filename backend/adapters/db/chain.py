"""The audit chain in its table: appended under the chain's own lock, read in order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from backend.adapters.db import statements, tables
from backend.adapters.db.sealed import Seal
from backend.domain.audit import GENESIS, AuditEntry, AuditLink, link

_INSERT = insert(tables.audit_links)


class ChainRows:
    """services/ports.py Audit."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def append(self, entry: AuditEntry) -> AuditLink:
        """Ties the entry to the last link of its case."""
        return self.append_all([entry])[0]

    def append_once(self, entry: AuditEntry, *, since: datetime) -> None:
        """Appends it unless the same actor did the same on the case since then; of two at once, one."""
        same = {"case_id": entry.case_id, "actor_id": entry.actor_id, "action": entry.action, "since": since}
        if self._connection.execute(statements.DONE_SINCE, same).first():
            return
        self._connection.execute(statements.CHAIN_LOCK, {"case_id": str(entry.case_id)})
        if not self._connection.execute(statements.DONE_SINCE, same).first():
            self.append(entry)

    def append_all(self, entries: list[AuditEntry]) -> list[AuditLink]:
        """Ties entries of one case to each other and to the last link."""
        case_id = entries[0].case_id
        self._connection.execute(statements.CHAIN_LOCK, {"case_id": str(case_id)})
        last = self._connection.execute(statements.LAST_LINK, {"case_id": case_id}).first()
        seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
        links = []
        for entry in entries:
            seq += 1
            links.append(link(entry, seq, previous, self._seal.digest))
            previous = links[-1].digest
        self._connection.execute(_INSERT, [_columns(each) for each in links])
        return links

    def chain(self, case_id: UUID) -> list[AuditLink]:
        """Every link of the case, in order."""
        t = tables.audit_links
        rows = self._connection.execute(select(t).where(t.c.case_id == case_id).order_by(t.c.seq)).mappings()
        return [
            AuditLink(
                AuditEntry(
                    case_id=row["case_id"],
                    at=row["at"],
                    actor_id=row["actor_id"],
                    actor_role=row["actor_role"],
                    actor_name=row["actor_name"],
                    action=row["action"],
                    subject=row["subject"],
                    reason=row["reason"],
                    facts=row["facts"],
                ),
                row["seq"],
                row["previous"],
                row["digest"],
            )
            for row in rows
        ]

    def case_ids(self) -> list[UUID]:
        """Every case, also one whose chain is gone."""
        return list(self._connection.execute(select(tables.cases.c.id).order_by(tables.cases.c.created_at)).scalars())


def _columns(each: AuditLink) -> dict[str, object]:
    entry = each.entry
    return {
        "case_id": entry.case_id,
        "seq": each.seq,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor_role": entry.actor_role,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "facts": dict(entry.facts),
        "previous": each.previous,
        "digest": each.digest,
    }
