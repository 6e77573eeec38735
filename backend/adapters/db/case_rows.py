"""Cases and claims in their tables: a case is loaded whole, and saved as what changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, exc, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import mark_rows, rows, statements, tables
from backend.adapters.db.chain import ChainRows
from backend.adapters.db.sealed import Seal
from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry
from backend.domain.case import Case, Event, PhotoState
from backend.domain.errors import ActiveCaseExists, HeldByAnother, NotFound, StaleVersion
from backend.domain.review import Judgement
from backend.services.ports import Claim, Draft

_PHOTO = upsert(tables.photos)
_UPSERT_PHOTO = _PHOTO.on_conflict_do_update(
    index_elements=["id"],
    set_={
        name: _PHOTO.excluded[name]
        for name in (
            *("state", "image_key", "thumbnail_key", "sha256", "bytes", "width", "height", "ready_at", "turn"),
            "perceptual_hash",
            *("round", "created_at"),  # one that never came may be announced again
        )
    },
)
_ABSENCE = upsert(tables.absences)
_UPSERT_ABSENCE = _ABSENCE.on_conflict_do_update(
    index_elements=["case_id", "slot_key"],
    set_={name: _ABSENCE.excluded[name] for name in ("reason", "at", "decided")},
)
_INSERT_DECISION = insert(tables.absence_decisions)
_PROMISE = upsert(tables.promises)
_UPSERT_PROMISE = _PROMISE.on_conflict_do_update(
    index_elements=["case_id", "slot_key"],
    set_={c.name: _PROMISE.excluded[c.name] for c in tables.promises.c if c.name not in ("case_id", "slot_key")},
)
_JUDGEMENT = upsert(tables.judgements)
_UPSERT_JUDGEMENT = _JUDGEMENT.on_conflict_do_update(
    index_elements=["case_id", "subject", "round"],
    set_={name: _JUDGEMENT.excluded[name] for name in ("verdict", "reason_code", "note", "by_id", "by_name", "at")},
)
_CHECK = upsert(tables.checks)
_UPSERT_CHECK = _CHECK.on_conflict_do_update(
    index_elements=["case_id", "key"],
    set_={name: _CHECK.excluded[name] for name in ("found", "note", "by_id", "by_name", "at")},
)
_SETTLEMENT = upsert(tables.rule_settlements)
_UPSERT_SETTLEMENT = _SETTLEMENT.on_conflict_do_update(
    index_elements=["case_id", "rule_key", "round"],
    set_={name: _SETTLEMENT.excluded[name] for name in ("kind", "note", "by_id", "by_name", "at")},
)
_INSERT_ITEM = insert(tables.items)
_NEXT_NUMBER = text("SELECT nextval('case_numbers')")


@dataclass(frozen=True, slots=True)
class _AsLoaded:
    """What a case looked like when it was loaded, to write only what changed."""

    columns: Mapping[str, Any]
    answers: Mapping[str, Any]
    photos: Mapping[UUID, Any] = field(default_factory=dict)
    absences: Mapping[str, Any] = field(default_factory=dict)
    absence_decisions: int = 0
    promises: Mapping[str, Any] = field(default_factory=dict)
    judgements: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)
    settlements: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[UUID, Any] = field(default_factory=dict)
    marks: Mapping[UUID, Any] = field(default_factory=dict)


class CaseRows:
    """services/ports.py Cases."""

    def __init__(self, connection: Connection, seal: Seal, chain: ChainRows) -> None:
        self._connection = connection
        self._seal = seal
        self._chain = chain
        self._loaded: dict[UUID, _AsLoaded] = {}

    def add(self, case: Case) -> None:
        own = {**rows.case_columns(case, self._seal), "evaluation": rows.sealed_evaluation(case, self._seal)}
        identity = {"id": case.id, "applicant_id": case.applicant_id, "version": case.version}
        try:
            self._connection.execute(insert(tables.cases), {**identity, "created_at": case.created_at, **own})
        except exc.IntegrityError as error:
            raise ActiveCaseExists from error
        self._append_events(case)
        self._loaded[case.id] = _AsLoaded(self._own_columns(case), dict(case.answers))

    def load(self, case_id: UUID) -> Case:
        self._connection.execute(statements.LOCK_CASE, {"case_id": case_id})
        return self.read(case_id)

    def read(self, case_id: UUID) -> Case:
        row = self._connection.execute(statements.READ_CASE, {"case_id": case_id}).mappings().first()
        if row is None:
            raise NotFound
        case = rows.case(row, self._seal)
        self._loaded[case.id] = self._snapshot(case)
        return case

    def load_by_item(self, item_id: UUID) -> Case:
        return self.load(self._case_of(item_id))

    def read_by_item(self, item_id: UUID) -> Case:
        return self.read(self._case_of(item_id))

    def save(self, case: Case) -> None:
        """Writes what changed since it was loaded; raises StaleVersion if another transaction was first."""
        before = self._loaded[case.id]
        if self._own_columns(case) != before.columns or case.answers != before.answers:
            self._walk(case)
            self._update_own_row(case)
        self._write_changed(_UPSERT_PHOTO, case, before.photos, case.photos)
        self._write_changed(_UPSERT_ABSENCE, case, before.absences, case.absences)
        if new := case.absence_decisions[before.absence_decisions :]:
            self._connection.execute(_INSERT_DECISION, [{"case_id": case.id, **rows.columns(each)} for each in new])
        self._write_changed(_UPSERT_PROMISE, case, before.promises, case.promises)
        self._write_changed(_UPSERT_JUDGEMENT, case, before.judgements, case.judgements)
        self._remove_judgements(case, [before.judgements[k] for k in before.judgements.keys() - case.judgements.keys()])
        self._write_changed(_UPSERT_CHECK, case, before.checks, case.checks)
        self._write_changed(_UPSERT_SETTLEMENT, case, before.settlements, case.settlements)
        mark_rows.save(self._connection, case.id, before.marks, case.marks)
        self._remove_absences(case.id, before.absences.keys() - case.absences.keys())
        self._save_items(case, before.items)
        self._append_events(case)
        self._loaded[case.id] = self._snapshot(case)

    def open_of(self, applicant_id: UUID) -> UUID | None:
        found = self._connection.execute(statements.OPEN_CASE_OF, {"applicant_id": applicant_id}).scalar()
        return found if isinstance(found, UUID) else None

    def open_by_id_number(self, id_number: str) -> UUID | None:
        fingerprint = {"id_number_index": self._seal.index(id_number)}
        self._connection.execute(statements.ID_NUMBER_LOCK, fingerprint)
        return self._connection.execute(statements.OPEN_CASE_OF_ID_NUMBER, fingerprint).scalar()

    def by_number(self, number: str) -> UUID | None:
        t = tables.cases
        return self._connection.execute(select(t.c.id).where(t.c.number == number)).scalar()

    def owing(self, today: date, after: UUID | None, limit: int) -> list[UUID]:
        wanted = {"today": today, "after": after or UUID(int=0), "limit": limit}
        return list(self._connection.execute(statements.OWING, wanted).scalars())

    def after(self, case_id: UUID | None, limit: int) -> list[UUID]:
        t = tables.cases
        wanted = select(t.c.id).order_by(t.c.id).limit(limit)
        return list(self._connection.execute(wanted.where(t.c.id > case_id) if case_id else wanted).scalars())

    def numbered_after(self, number: str, limit: int) -> list[UUID]:
        t = tables.cases
        wanted = select(t.c.id).where(t.c.number > number).order_by(t.c.number).limit(limit)
        return list(self._connection.execute(wanted).scalars())

    def drafts_after(self, applicant_id: UUID | None, limit: int) -> list[Draft]:
        after = {"after": applicant_id or UUID(int=0), "limit": limit}
        return [Draft(**row) for row in self._connection.execute(statements.DRAFTS_AFTER, after).mappings()]

    def next_number(self, on: date) -> str:
        return f"QY-{on:%Y%m%d}-{self._connection.execute(_NEXT_NUMBER).scalar_one():05d}"

    def _case_of(self, item_id: UUID) -> UUID:
        case_id = self._connection.execute(statements.CASE_OF_ITEM, {"item_id": item_id}).scalar()
        if not isinstance(case_id, UUID):
            raise NotFound
        return case_id

    def _snapshot(self, case: Case) -> _AsLoaded:
        return _AsLoaded(
            self._own_columns(case),
            dict(case.answers),
            dict(case.photos),
            dict(case.absences),
            len(case.absence_decisions),
            dict(case.promises),
            dict(case.judgements),
            dict(case.checks),
            dict(case.settlements),
            dict(case.items),
            dict(case.marks),
        )

    @staticmethod
    def _own_columns(case: Case) -> dict[str, Any]:
        """The plain values that make up the case's own row, for comparing."""
        return {
            name: getattr(case, name)
            for name in (
                *("applicant_id", "state", "round", "number", "signature", "commitment_version"),
                *("policy_hash", "evaluation"),
                *(
                    "submitted_at",
                    "review_due_on",
                    "correction_note",
                    "corrected_at",
                    "returns",
                    "return_request",
                    "clerk_opinion",
                    "supervisor_opinion",
                ),
                *("confirmed_age_months", "closing_reason", "changed_by", "changed_at", "mended", "planned_items"),
            )
        }

    def _update_own_row(self, case: Case) -> None:
        t = tables.cases
        changed = update(t).where(t.c.id == case.id, t.c.version == case.version)
        values = {**rows.case_columns(case, self._seal), "version": case.version + 1}
        if case.number == self._loaded[case.id].columns["number"]:
            # Naming a unique column locks the row against whoever refers to it: a look, which waits with the chain's
            # lock in hand that this transaction wants next.
            del values["number"]
        if case.evaluation != self._loaded[case.id].columns["evaluation"]:
            values["evaluation"] = rows.sealed_evaluation(case, self._seal)
        try:
            written = self._connection.execute(changed.values(values))
        except exc.IntegrityError as error:
            if "uq_cases_active_id_number" in str(error):
                raise ActiveCaseExists from error
            raise
        if written.rowcount != 1:
            raise StaleVersion(version=case.version, changed_by=case.changed_by, changed_at=None)
        case.version += 1

    def _walk(self, case: Case) -> None:
        """Takes the row along every state but the last that was passed since, or the table of moves would refuse it."""
        t = tables.cases
        passed = [event.to_state for event in case.new_events if event.to_state is not event.from_state]
        for state in passed[:-1]:
            self._connection.execute(update(t).where(t.c.id == case.id).values(state=state))

    def _write_changed(self, statement: Any, case: Case, before: Mapping[Any, Any], now: Mapping[Any, Any]) -> None:
        changed = [value for key, value in now.items() if before.get(key) != value]
        # A replaced photo leaves its place before another takes it: the database lets no two be there.
        changed.sort(key=lambda value: getattr(value, "state", None) is PhotoState.READY)
        if changed:
            self._connection.execute(statement, [{"case_id": case.id, **rows.columns(value)} for value in changed])

    def _remove_judgements(self, case: Case, gone: Sequence[Judgement]) -> None:
        t = tables.judgements
        for each in gone:
            its = (t.c.case_id == case.id, t.c.subject == each.subject, t.c.round == each.round)
            self._connection.execute(delete(t).where(*its))

    def _remove_absences(self, case_id: UUID, slot_keys: set[str]) -> None:
        t = tables.absences
        if slot_keys:
            self._connection.execute(delete(t).where(t.c.case_id == case_id, t.c.slot_key.in_(slot_keys)))

    def _save_items(self, case: Case, before: Mapping[UUID, Any]) -> None:
        new = [{"case_id": case.id, **rows.columns(item)} for item in case.items.values() if item.id not in before]
        if new:
            self._connection.execute(_INSERT_ITEM, new)
        t = tables.items
        for item in case.items.values():
            if item.id not in before or item == before[item.id]:
                continue
            risen = replace(item, version=item.version + 1)
            values = {k: v for k, v in rows.columns(risen).items() if k != "id"}
            as_seen = update(t).where(t.c.id == item.id, t.c.version == item.version)
            if self._connection.execute(as_seen.values(values)).rowcount != 1:
                raise StaleVersion(version=item.version, changed_by="同事", changed_at=None)
            case.items[item.id] = risen

    def _append_events(self, case: Case) -> None:
        if case.new_events:
            self._chain.append_all([_entry(case.id, each) for each in case.new_events])
            case.new_events.clear()


class ClaimRows:
    """services/ports.py Claims."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def live(self, case_id: UUID, at: datetime) -> Claim | None:
        row = self._connection.execute(statements.LIVE_CLAIM, {"case_id": case_id, "at": at}).mappings().first()
        return Claim(**row) if row else None

    def take(self, case_id: UUID, actor: Actor, at: datetime, lease: timedelta) -> Claim:
        claim = self._take(case_id, actor, at, lease)
        if claim is None:
            holder = self.live(case_id, at)
            name, until = (holder.staff_name, holder.expires_at.isoformat()) if holder else ("同事", None)
            raise HeldByAnother(holder_name=name, expires_at=until)
        return claim

    def _take(self, case_id: UUID, actor: Actor, at: datetime, lease: timedelta) -> Claim | None:
        wanted = {
            "case_id": case_id,
            "staff_id": actor.id,
            "staff_name": actor.name,
            "at": at,
            "expires_at": at + lease,
        }
        row = self._connection.execute(statements.TAKE_CLAIM, wanted).mappings().first()
        return Claim(**row) if row else None

    def take_next(self, actor: Actor, at: datetime, lease: timedelta) -> UUID | None:
        """Between the look for a case and its lock somebody may have taken it: then the next is looked for."""
        while isinstance(case_id := self._connection.execute(statements.NEXT_WAITING, {"at": at}).scalar(), UUID):
            if self._take(case_id, actor, at, lease):
                return case_id
        return None

    def latest_of(self, actor: Actor, at: datetime) -> UUID | None:
        t = tables.claims
        mine = select(t.c.case_id).where(t.c.staff_id == actor.id, t.c.expires_at > at)
        return self._connection.execute(mine.order_by(t.c.claimed_at.desc()).limit(1)).scalar()

    def release(self, case_id: UUID, actor: Actor) -> None:
        t = tables.claims
        self._connection.execute(delete(t).where(t.c.case_id == case_id, t.c.staff_id == actor.id))

    def end(self, case_id: UUID) -> None:
        """Nobody holds the case any more, whoever did."""
        self._connection.execute(delete(tables.claims).where(tables.claims.c.case_id == case_id))


def _entry(case_id: UUID, each: Event) -> AuditEntry:
    moved = {"from": each.from_state, "to": each.to_state}
    return AuditEntry(
        case_id=case_id,
        at=each.at,
        actor_id=each.actor.id,
        actor_role=each.actor.role,
        actor_name=each.actor.name,
        action=each.action,
        reason=each.note,
        facts={**moved, **each.facts},
    )
