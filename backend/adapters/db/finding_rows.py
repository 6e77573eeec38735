"""What people answered to findings, in its tables, and the search for photos of other cases that look alike."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db.finding_tables import finding_dismissals, finding_verdicts
from backend.domain.actors import Role
from backend.domain.findings import Dismissal, Finding, FindingKind, FindingVerdict, KindCount
from backend.domain.lookalikes import NEAR_BITS
from backend.services.ports import Lookalike

# For each photo of the case a handful of others at most. Her own other cases, by sign-in or by ID number, are hers; a
# case that was never handed in is nobody's business. `photo_bands` and its index come with the column's migration.
_OTHERS = """
SELECT o.id, o.case_id, o.slot_key, o.sha256 = m.sha256 AS is_exact
  FROM photos o JOIN cases k ON k.id = o.case_id
 WHERE {alike} AND o.state = 'ready' AND k.number IS NOT NULL AND k.applicant_id <> c.applicant_id
   AND k.id_number_index IS DISTINCT FROM c.id_number_index
 LIMIT 4
"""
_EXACT = _OTHERS.format(alike="o.sha256 = m.sha256")
_NEAR = _OTHERS.format(
    alike="photo_bands(o.perceptual_hash) && photo_bands(m.perceptual_hash)"
    " AND bit_count((o.perceptual_hash # m.perceptual_hash)::bit(64)) <= :bits AND o.sha256 <> m.sha256"
)
_LOOKALIKES = text(f"""
SELECT m.id AS photo_id, o.id AS other_photo_id, o.case_id AS other_case_id, o.slot_key AS other_slot_key, o.is_exact
  FROM photos m JOIN cases c ON c.id = m.case_id CROSS JOIN LATERAL (({_EXACT}) UNION ALL ({_NEAR})) o
 WHERE m.case_id = :case_id AND m.state = 'ready'
 ORDER BY o.is_exact DESC LIMIT 200
""")  # noqa: S608 - both parts are constants of this file

_COUNTS = text("""
SELECT to_char(said_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, kind, count(*) AS said,
       count(*) FILTER (WHERE is_right) AS was_right, count(*) FILTER (WHERE NOT is_right) AS was_wrong
  FROM finding_verdicts WHERE said_at >= :since GROUP BY 1, 2 ORDER BY 1 DESC, 2
""")


class FindingRows:
    """services/ports.py FindingAnswers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lookalikes(self, case_id: UUID) -> list[Lookalike]:
        rows = self._connection.execute(_LOOKALIKES, {"case_id": case_id, "bits": NEAR_BITS}).mappings()
        return [Lookalike(**row) for row in rows]

    def said(self, case_id: UUID, found: Sequence[Finding], at: datetime) -> None:
        rows = [
            {"case_id": case_id, "finding_key": f.key, "kind": f.kind, "photo_id": f.photo_id, "said_at": at}
            for f in found
        ]
        if rows:
            self._connection.execute(upsert(finding_verdicts).on_conflict_do_nothing(), rows)

    def verdicts(self, case_id: UUID) -> dict[str, FindingVerdict]:
        t = finding_verdicts
        wanted = select(t.c.finding_key, t.c.is_right, t.c.by_id, t.c.by_name, t.c.judged_at)
        rows = self._connection.execute(wanted.where(t.c.case_id == case_id, t.c.is_right.is_not(None)))
        return {key: FindingVerdict(key, is_right, by_id, by_name, at) for key, is_right, by_id, by_name, at in rows}

    def judge(self, case_id: UUID, finding: Finding, verdict: FindingVerdict) -> None:
        answer = {
            "is_right": verdict.is_right,
            "by_id": verdict.by_id,
            "by_name": verdict.by_name,
            "judged_at": verdict.at,
        }
        what = {"case_id": case_id, "finding_key": finding.key, "kind": finding.kind, "photo_id": finding.photo_id}
        row = upsert(finding_verdicts).values({**what, "said_at": verdict.at, **answer})
        self._connection.execute(row.on_conflict_do_update(index_elements=["case_id", "finding_key"], set_=answer))

    def dismissals(self, case_id: UUID) -> dict[str, Dismissal]:
        t = finding_dismissals
        wanted = select(t.c.finding_key, t.c.about, t.c.by_role, t.c.at).where(t.c.case_id == case_id)
        rows = self._connection.execute(wanted)
        return {key: Dismissal(key, bytes(about), Role(role), at) for key, about, role, at in rows}

    def dismiss(self, case_id: UUID, dismissal: Dismissal) -> None:
        answer = {"about": dismissal.about, "by_role": dismissal.by_role, "at": dismissal.at}
        row = upsert(finding_dismissals).values({"case_id": case_id, "finding_key": dismissal.finding_key, **answer})
        self._connection.execute(row.on_conflict_do_update(index_elements=["case_id", "finding_key"], set_=answer))

    def counts(self, since: datetime) -> list[KindCount]:
        rows = self._connection.execute(_COUNTS, {"since": since})
        return [KindCount(month, FindingKind(kind), said, right, wrong) for month, kind, said, right, wrong in rows]
