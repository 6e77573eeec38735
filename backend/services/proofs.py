"""The nightly proof (夜间核对): every file that a row of a case refers to is read back and compared with its row and
its link in the audit trail; and orphans, files that no row refers to, are swept.

One case at a time, one object at a time, at a pace that leaves the store to people; a run that was cut off goes on
behind the last case it proved. What a case's rows promise is in proof_checks.py.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry
from backend.domain.case import Case
from backend.domain.errors import ContentRefused, PhotoNotArrived, PhotoTooLarge
from backend.domain.incidents import INCIDENT_LABELS, WHAT_TO_DO, Break, Incident, IncidentKind, ProofRun
from backend.domain.rulebook import Rulebook
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Evidence, Seals, Store, Transaction
from backend.services.proof_checks import (
    Promised,
    Rows,
    broken_in_tables,
    derivatives_missing,
    in_evidence,
    in_outputs,
)
from backend.services.repeats import is_repeat
from backend.services.wording import iso

LOG = logging.getLogger(__name__)
View = dict[str, Any]

CASES_AT_ONCE = 100
OBJECT_MAX_BYTES = 30_000_000
RUN_GOES_ON_FOR = timedelta(hours=20)
KEPT_AT_LEAST = timedelta(days=1)  # nothing younger is ever an orphan
KEYS_AT_ONCE = 500
PAGE_SIZE = 50
CLOSED = "incident_closed"
ACT_LABELS = {CLOSED: "关闭材料异常"}
# What of the bucket may be swept; everything else is left alone, whatever it is.
SWEPT = re.compile(r"incoming/.+|cases/[0-9a-f-]{36}/(documents|signature|[0-9a-f-]{36})/.+")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep saw and removed."""

    seen: int
    removed: int


class Proofs:
    """`evidence` holds what people handed in, `outputs` the results. `pause` waits for so many seconds; it is called
    once for every object that was read.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        evidence: Evidence,
        outputs: Evidence,
        seals: Seals,
        policy_versions: PolicyVersions,
        pause: Callable[[float], None],
        objects_per_second: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._evidence = evidence
        self._outputs = outputs
        self._seals = seals
        self._versions = policy_versions
        self._pause = pause
        self._seconds_for_one = 1 / objects_per_second

    # ── the administrator ────────────────────────────────────────────────────────────────────

    def incidents(self, cursor: str | None = None) -> View:
        """Open incidents, then the closed ones, newest first; and how the last run went. Raises ContentRefused."""
        after = _position(cursor) if cursor else None
        with self._store.begin() as tx:
            found, run = tx.incidents.newest(after, PAGE_SIZE + 1), tx.incidents.last_run()
            still_open = tx.incidents.count_open()
        shown = found[:PAGE_SIZE]
        return {
            "open": still_open,
            "incidents": [_row(incident, number) for incident, number in shown],
            "last_run": _run_row(run) if run else None,
            "next_cursor": _cursor(shown[-1][0]) if len(found) > PAGE_SIZE else None,
        }

    def close(self, actor: Actor, incident_id: UUID, seen_version: int, key: str, note: str) -> View:
        """Closes an incident with what was found out and done. Raises NotFound, StaleVersion, ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            incident = tx.incidents.load(incident_id)
            if not is_repeat(tx, self._seals, actor, key, {"close_incident": incident_id, "note": note}, at):
                closed = incident.closed(actor, seen_version, note, at)
                tx.incidents.save(closed)
                tx.audit.append(_closure(closed, actor, at))
        return self.incidents()

    # ── the proof ────────────────────────────────────────────────────────────────────────────

    def prove(self) -> ProofRun:
        """Proves every case, or those that a run of tonight has left. Raises OutsideDown."""
        at = self._clock.now()
        with self._store.begin() as tx:
            run = tx.incidents.run_since(at - RUN_GOES_ON_FOR, at)
        while True:
            with self._store.begin() as tx:
                case_ids = tx.cases.after(run.after_case, CASES_AT_ONCE)
            for case_id in case_ids:
                run = self._prove(case_id, run)
            if not case_ids:
                break
        run = replace(run, finished_at=self._clock.now())
        with self._store.begin() as tx:
            tx.incidents.save_run(run)
        LOG.info("evidence proved", extra={"cases": run.cases, "objects": run.objects, "breaks": run.breaks})
        return run

    def _prove(self, case_id: UUID, run: ProofRun) -> ProofRun:
        """One case: what is in the tables is read in one transaction, the objects outside of it."""
        with self._store.begin() as tx:
            rulebook = self._versions.rulebook_of(tx, case := tx.cases.read(case_id))
            rows = _rows_of(tx, case, rulebook)
        at, objects = self._clock.now(), 0
        breaks = list(broken_in_tables(rows, rulebook, at))
        for bucket, promised in ((self._evidence, in_evidence(rows)), (self._outputs, in_outputs(rows))):
            for each in promised:
                breaks.extend(self._compare(bucket, each))
                objects += 1
        if objects:
            there = {stored.key for stored in self._evidence.listed(f"cases/{case_id}/")}
            breaks.extend(derivatives_missing(rows, there))
        run = replace(
            run,
            after_case=case_id,
            cases=run.cases + 1,
            objects=run.objects + objects,
            breaks=run.breaks + len(breaks),
        )
        with self._store.begin() as tx:
            for found in breaks:
                incident = Incident(uuid4(), found.kind, case_id, found.subject, found.detail, at, at)
                if tx.incidents.found(incident):
                    LOG.error("evidence is broken", extra={"case_id": str(case_id), "kind": found.kind})
            tx.incidents.save_run(run)
        return run

    def _compare(self, bucket: Evidence, promised: Promised) -> Iterator[Break]:
        """Reads one object back and hashes it again."""
        self._pause(self._seconds_for_one)
        where = f"{promised.label}：{promised.key}"
        try:
            content = bucket.fetch(promised.key, OBJECT_MAX_BYTES)
        except PhotoNotArrived:
            yield Break(IncidentKind.OBJECT_MISSING, promised.subject, where)
            return
        except PhotoTooLarge:
            yield Break(IncidentKind.OBJECT_CHANGED, promised.subject, f"{where}，比能交的还大")
            return
        found = hashlib.sha256(content).hexdigest()
        if found != promised.sha256:
            detail = f"{where}，登记 {promised.sha256[:12]}…，现在 {found[:12]}…"
            yield Break(IncidentKind.OBJECT_CHANGED, promised.subject, detail)

    # ── orphans ──────────────────────────────────────────────────────────────────────────────

    def sweep_orphans(self) -> Swept:
        """Removes objects that no row refers to and that are older than a day. Raises OutsideDown."""
        before, seen, removed = self._clock.now() - KEPT_AT_LEAST, 0, 0
        for prefix in ("incoming/", "cases/"):
            old = (each.key for each in self._evidence.listed(prefix) if each.changed_at < before)
            for keys in _some_at_a_time(filter(SWEPT.fullmatch, old), KEYS_AT_ONCE):
                with self._store.begin() as tx:
                    orphans = sorted(set(keys) - tx.incidents.referred(keys))
                for folder, its in groupby(orphans, key=_folder):
                    self._pause(self._seconds_for_one)
                    self._evidence.delete_in(folder, set(its))
                seen, removed = seen + len(keys), removed + len(orphans)
        LOG.info("orphans swept", extra={"seen": seen, "removed": removed})
        return Swept(seen, removed)


def _rows_of(tx: Transaction, case: Case, rulebook: Rulebook) -> Rows:
    return Rows(
        case=case,
        links=tx.audit.chain(case.id),
        documents=tx.documents.of_case(case.id),
        results=tx.results.of_items(list(case.items)),
        authorisations=tx.authorisations.of_case(case.id),
        slot_labels={rule.slot.key: rule.slot.label for rule in rulebook.materials.rows},
    )


def _closure(incident: Incident, actor: Actor, at: datetime) -> AuditEntry:
    about = (CLOSED, f"incident:{incident.id}", incident.note, {"kind": incident.kind, "of": incident.subject})
    return AuditEntry(incident.case_id, at, actor.id, actor.role, actor.name, *about)


def _some_at_a_time(keys: Iterator[str], count: int) -> Iterator[list[str]]:
    while some := list(islice(keys, count)):
        yield some


def _folder(key: str) -> str:
    """The folder of one case: `cases/<id>/`, `incoming/<id>/`; of a key without one, the key."""
    return "/".join(key.split("/")[:2]) + ("/" if key.count("/") > 1 else "")


def _cursor(incident: Incident) -> str:
    return f"{incident.version}~{incident.found_at.isoformat()}~{incident.id}"


def _position(cursor: str) -> tuple[bool, datetime, UUID]:
    try:
        version, found_at, incident_id = cursor.split("~")
        moment = datetime.fromisoformat(found_at)
        return version == "2", moment.replace(tzinfo=moment.tzinfo or UTC), UUID(incident_id)
    except ValueError as error:
        raise ContentRefused("列表已经变化，请刷新页面。") from error


def _row(incident: Incident, number: str) -> Mapping[str, Any]:
    return {
        "id": str(incident.id),
        "version": incident.version,
        "kind": incident.kind,
        "label": INCIDENT_LABELS[incident.kind],
        "what_to_do": WHAT_TO_DO[incident.kind],
        "case_number": number,
        "detail": incident.detail,
        "found_at": iso(incident.found_at),
        "last_seen_at": iso(incident.last_seen_at),
        "closed_at": iso(incident.closed_at),
        "closed_by": incident.closed_by,
        "note": incident.note,
    }


def _run_row(run: ProofRun) -> Mapping[str, Any]:
    return {
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "cases": run.cases,
        "objects": run.objects,
        "breaks": run.breaks,
    }
