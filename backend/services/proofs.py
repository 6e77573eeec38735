"""The nightly proof (夜间核对): every file of every submitted case is read back and compared with its row and its link
in the audit trail; and orphans, files that no row refers to, are swept.

One case at a time, one object at a time, at a pace that leaves the store to people; a run that was cut off goes on
behind the last case it proved.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor
from backend.domain.audit import AuditLink
from backend.domain.case import EDITABLE, Case, Photo, PhotoState, State
from backend.domain.documents import FORM_LABELS, Document
from backend.domain.errors import PhotoNotArrived, PhotoTooLarge
from backend.domain.incidents import INCIDENT_LABELS, WHAT_TO_DO, Break, Incident, IncidentKind, ProofRun
from backend.domain.rulebook import Rulebook
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Evidence, Store
from backend.services.slot_views import slot_status
from backend.services.wording import iso

LOG = logging.getLogger(__name__)
View = dict[str, Any]

CASES_AT_ONCE = 100
OBJECT_MAX_BYTES = 30_000_000
RUN_GOES_ON_FOR = timedelta(hours=20)
KEPT_AT_LEAST = timedelta(days=1)  # nothing younger is ever an orphan
KEYS_AT_ONCE = 500
INCIDENTS_SHOWN = 200
# What of the bucket may be swept; everything else is left alone, whatever it is.
SWEPT = re.compile(r"incoming/.+|cases/[0-9a-f-]{36}/(documents|signature|[0-9a-f-]{36})/.+")
OUT_OF_THE_PROOF = EDITABLE | {State.WITHDRAWN}  # of their slots some may be empty


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep saw and removed."""

    seen: int
    removed: int


class Proofs:
    """`pause` waits for so many seconds; it is called once for every object that was read."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        evidence: Evidence,
        policy_versions: PolicyVersions,
        pause: Callable[[float], None],
        objects_per_second: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._evidence = evidence
        self._versions = policy_versions
        self._pause = pause
        self._seconds_for_one = 1 / objects_per_second

    # ── the administrator ────────────────────────────────────────────────────────────────────

    def incidents(self) -> View:
        """Open incidents, then the closed ones, newest first; and how the last run went."""
        with self._store.begin() as tx:
            found, run = tx.incidents.newest(INCIDENTS_SHOWN), tx.incidents.last_run()
            still_open = tx.incidents.count_open()
        return {
            "open": still_open,
            "incidents": [_row(incident, number) for incident, number in found],
            "last_run": _run_row(run) if run else None,
        }

    def close(self, actor: Actor, incident_id: UUID, note: str) -> View:
        """Closes an incident with what was found out and done. Raises NotFound, ActionNotAllowed, ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            tx.incidents.save(tx.incidents.load(incident_id).closed(actor, note, at))
        return self.incidents()

    # ── the proof ────────────────────────────────────────────────────────────────────────────

    def prove(self) -> ProofRun:
        """Proves every submitted case, or those that a run of tonight has left. Raises OutsideDown."""
        at = self._clock.now()
        with self._store.begin() as tx:
            run = tx.incidents.run_since(at - RUN_GOES_ON_FOR, at)
        while True:
            with self._store.begin() as tx:
                case_ids = tx.cases.numbered_after(run.after_number, CASES_AT_ONCE)
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
            case, links = tx.cases.read(case_id), tx.audit.chain(case_id)
            documents, rulebook = tx.documents.of_case(case_id), self._versions.rulebook_of(tx, case)
        at, objects = self._clock.now(), 0
        breaks = list(_without_objects(case, links, documents, rulebook, at))
        for subject, label, key, sha256 in _expected(case, documents):
            breaks.extend(self._compare(subject, label, key, sha256))
            objects += 1
        breaks.extend(self._derivatives(case, documents))
        run = replace(
            run,
            after_number=case.number or run.after_number,
            cases=run.cases + 1,
            objects=run.objects + objects,
            breaks=run.breaks + len(breaks),
        )
        with self._store.begin() as tx:
            for each in breaks:
                incident = Incident(uuid4(), each.kind, case.id, each.subject, each.detail, at, at)
                if tx.incidents.found(incident):
                    LOG.error("evidence is broken", extra={"case_id": str(case.id), "kind": each.kind})
            tx.incidents.save_run(run)
        return run

    def _compare(self, subject: str, label: str, key: str, sha256: str) -> Iterator[Break]:
        """Reads one object back and hashes it again."""
        self._pause(self._seconds_for_one)
        try:
            content = self._evidence.fetch(key, OBJECT_MAX_BYTES)
        except PhotoNotArrived:
            yield Break(IncidentKind.OBJECT_MISSING, subject, f"{label}：{key}")
            return
        except PhotoTooLarge:
            yield Break(IncidentKind.OBJECT_CHANGED, subject, f"{label}：{key}，比能交的还大")
            return
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            detail = f"{label}：{key}，登记 {sha256[:12]}…，现在 {found[:12]}…"
            yield Break(IncidentKind.OBJECT_CHANGED, subject, detail)

    def _derivatives(self, case: Case, documents: Sequence[Document]) -> Iterator[Break]:
        """Thumbnails and pictures of pages: one listing says which are there."""
        there = {stored.key for stored in self._evidence.listed(f"cases/{case.id}/")}
        for photo in _kept(case):
            if photo.thumbnail_key not in there:
                detail = f"{photo.slot_key}：{photo.thumbnail_key}"
                yield Break(IncidentKind.DERIVATIVE_MISSING, f"photo:{photo.id}", detail)
        for document in documents:
            missing = [n for n in range(1, (document.pages or 0) + 1) if document.page_key(n) not in there]
            if missing:
                detail = f"{FORM_LABELS[document.form]}：第 {'、'.join(map(str, missing))} 页"
                yield Break(IncidentKind.DERIVATIVE_MISSING, f"document:{document.id}", detail)

    # ── orphans ──────────────────────────────────────────────────────────────────────────────

    def sweep_orphans(self) -> Swept:
        """Removes objects that no row refers to and that are older than a day. Raises OutsideDown."""
        before, seen, removed = self._clock.now() - KEPT_AT_LEAST, 0, 0
        for prefix in ("incoming/", "cases/"):
            old = (each.key for each in self._evidence.listed(prefix) if each.changed_at < before)
            for keys in _some_at_a_time(filter(SWEPT.fullmatch, old), KEYS_AT_ONCE):
                with self._store.begin() as tx:
                    orphans = sorted(set(keys) - tx.incidents.referred(keys))
                for key in orphans:
                    self._pause(self._seconds_for_one)
                    self._evidence.delete(key)
                seen, removed = seen + len(keys), removed + len(orphans)
        LOG.info("orphans swept", extra={"seen": seen, "removed": removed})
        return Swept(seen, removed)


def _some_at_a_time(keys: Iterator[str], count: int) -> Iterator[list[str]]:
    while some := list(islice(keys, count)):
        yield some


def _kept(case: Case) -> list[Photo]:
    """Photos whose picture has to be there: in their slot, or replaced by a later one."""
    return [photo for photo in case.photos.values() if photo.state is not PhotoState.AWAITING and photo.sha256]


def _expected(case: Case, documents: Sequence[Document]) -> Iterator[tuple[str, str, str, str]]:
    """Subject, words, key and SHA-256 of every object that a row promises."""
    for photo in _kept(case):
        yield f"photo:{photo.id}", photo.slot_key, photo.image_key or "", photo.sha256 or ""
    if case.signature is not None:
        yield "signature", "签名", case.signature.image_key, case.signature.sha256
    for document in documents:
        if document.is_made:
            yield f"document:{document.id}", FORM_LABELS[document.form], document.key, document.sha256 or ""


def _without_objects(
    case: Case, links: Sequence[AuditLink], documents: Sequence[Document], rulebook: Rulebook, at: datetime
) -> Iterator[Break]:
    """What the tables alone show: slots without a photo, rows without a link, links without a row."""
    linked = {str(link.entry.facts["sha256"]) for link in links if "sha256" in link.entry.facts}
    kept = {photo.sha256 for photo in _kept(case)}
    for photo in _kept(case):
        if photo.sha256 not in linked:
            yield Break(IncidentKind.LINK_MISSING, f"photo:{photo.id}", photo.slot_key)
    if case.signature is not None and case.signature.sha256 not in linked:
        yield Break(IncidentKind.LINK_MISSING, "signature", "签名")
    for link in links:
        if link.entry.action == "photo_kept" and link.entry.facts.get("sha256") not in kept:
            yield Break(IncidentKind.ROW_MISSING, f"link:{link.seq}", f"{link.entry.subject}，留痕第 {link.seq} 条")
    for document in documents:
        if document.is_made and document.sha256 not in linked:
            yield Break(IncidentKind.LINK_MISSING, f"document:{document.id}", FORM_LABELS[document.form])
        if not document.is_made and document.ordered_at < at - KEPT_AT_LEAST:
            yield Break(IncidentKind.DOCUMENT_NOT_MADE, f"document:{document.id}", FORM_LABELS[document.form])
    if case.state not in OUT_OF_THE_PROOF:
        excused = {each.slot_key for each in case.absence_decisions} | case.promises.keys()
        for slot in rulebook.checklist(case.answers):
            if slot.key not in excused and slot_status(slot, case) == "open":
                yield Break(IncidentKind.SLOT_EMPTY, f"slot:{slot.key}", slot.label)


def _row(incident: Incident, number: str) -> Mapping[str, Any]:
    return {
        "id": str(incident.id),
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
