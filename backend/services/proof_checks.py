"""What the rows of one case promise: which objects have to be in the buckets with which hash, and what the tables alone
show to be broken. The walk that reads the objects is in proofs.py.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.domain.audit import AuditLink
from backend.domain.authorisation import Authorisation
from backend.domain.case import EDITABLE, Case, Photo, PhotoState, SignatureKind, State
from backend.domain.documents import FORM_LABELS, Document
from backend.domain.incidents import Break, IncidentKind
from backend.domain.rulebook import Rulebook
from backend.services.ports import ResultFile
from backend.services.slot_views import slot_status

MADE_WITHIN = timedelta(days=1)
OUT_OF_THE_PROOF = EDITABLE | {State.WITHDRAWN}  # of their slots some may be empty
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Rows:
    """What the tables hold of one case, read in one transaction."""

    case: Case
    links: Sequence[AuditLink]
    documents: Sequence[Document]
    results: Sequence[ResultFile]
    authorisations: Sequence[Authorisation]
    slot_labels: Mapping[str, str]

    def label_of(self, photo: Photo) -> str:
        """The material in words; a slot that today's rules no longer know by its key."""
        return self.slot_labels.get(photo.slot_key, photo.slot_key)


@dataclass(frozen=True, slots=True)
class Promised:
    """An object that has to be there: which thing it is (`subject`), in words, its key and SHA-256."""

    subject: str
    label: str
    key: str
    sha256: str


def in_evidence(rows: Rows) -> Iterator[Promised]:
    """Every object of the evidence bucket that a row or a link promises."""
    for photo in _kept(rows.case):
        yield Promised(f"photo:{photo.id}", rows.label_of(photo), photo.image_key or "", photo.sha256 or "")
    signature = rows.case.signature
    if signature is not None:
        yield Promised("signature", "签名", signature.image_key, signature.sha256)
    for sha256 in _replaced_signatures(rows):
        yield Promised(
            f"signature:{sha256[:12]}", "换下的签名", f"cases/{rows.case.id}/signature/{sha256}.png", sha256
        )
    for document in rows.documents:
        if document.is_made:
            yield Promised(f"document:{document.id}", FORM_LABELS[document.form], document.key, document.sha256 or "")
    for each in rows.authorisations:
        if each.signed is not None:
            yield Promised(f"authorisation:{each.id}", "授权签名", each.signed.image_key, each.signed.sha256)
        if each.document is not None:
            yield Promised(f"authorisation:{each.id}", "授权委托书", each.document.key, each.document.sha256)


def in_outputs(rows: Rows) -> Iterator[Promised]:
    """Every object of the bucket of results (办理结果) that a row promises."""
    for result in rows.results:
        yield Promised(f"result:{result.id}", "办理结果", result.object_key or "", result.sha256 or "")


def derivatives_missing(rows: Rows, there: set[str]) -> Iterator[Break]:
    """Thumbnails and pictures of pages that are not among the keys of the case's folder."""
    for photo in _kept(rows.case):
        if photo.thumbnail_key not in there:
            detail = f"{rows.label_of(photo)}：{photo.thumbnail_key}"
            yield Break(IncidentKind.DERIVATIVE_MISSING, f"photo:{photo.id}", detail)
    for document in rows.documents:
        missing = [n for n in range(1, (document.pages or 0) + 1) if document.page_key(n) not in there]
        if missing:
            detail = f"{FORM_LABELS[document.form]}：第 {'、'.join(map(str, missing))} 页"
            yield Break(IncidentKind.DERIVATIVE_MISSING, f"document:{document.id}", detail)


def broken_in_tables(rows: Rows, rulebook: Rulebook, at: datetime) -> Iterator[Break]:
    """What the tables alone show: rows without a link, links without a row, documents not made, empty slots."""
    yield from _without_a_link(rows)
    yield from _without_a_row(rows)
    for document in rows.documents:
        if not document.is_made and document.ordered_at < at - MADE_WITHIN:
            yield Break(IncidentKind.DOCUMENT_NOT_MADE, f"document:{document.id}", FORM_LABELS[document.form])
    if rows.case.state not in OUT_OF_THE_PROOF:
        yield from _empty_slots(rows.case, rulebook)


def _without_a_link(rows: Rows) -> Iterator[Break]:
    linked = {str(link.entry.facts["sha256"]) for link in rows.links if "sha256" in link.entry.facts}
    named: list[tuple[str, str, str | None]] = [
        *((f"photo:{photo.id}", rows.label_of(photo), photo.sha256) for photo in _kept(rows.case)),
        *((f"document:{each.id}", FORM_LABELS[each.form], each.sha256) for each in rows.documents if each.is_made),
        *((f"result:{each.id}", "办理结果", each.sha256) for each in rows.results),
    ]
    if rows.case.signature is not None:
        named.append(("signature", "签名", rows.case.signature.sha256))
    for subject, label, sha256 in named:
        if sha256 not in linked:
            yield Break(IncidentKind.LINK_MISSING, subject, label)


def _without_a_row(rows: Rows) -> Iterator[Break]:
    photos = {photo.sha256 for photo in _kept(rows.case)}
    results = {f"result:{each.id}" for each in rows.results}
    results |= {str(link.entry.subject) for link in rows.links if link.entry.action == "result_removed"}
    for link in rows.links:
        entry = link.entry
        gone = (entry.action == "photo_kept" and entry.facts.get("sha256") not in photos) or (
            entry.action == "result_kept" and entry.subject not in results
        )
        if gone:
            yield Break(IncidentKind.ROW_MISSING, f"link:{link.seq}", f"{entry.subject}，留痕第 {link.seq} 条")


def _empty_slots(case: Case, rulebook: Rulebook) -> Iterator[Break]:
    excused = {each.slot_key for each in case.absence_decisions} | case.promises.keys()
    for slot in rulebook.checklist(case.answers):
        if slot.key not in excused and slot_status(slot, case) == "open":
            yield Break(IncidentKind.SLOT_EMPTY, f"slot:{slot.key}", slot.label)


def _kept(case: Case) -> list[Photo]:
    """Photos whose picture has to be there: in their slot, or replaced by a later one."""
    return [photo for photo in case.photos.values() if photo.state is not PhotoState.AWAITING and photo.sha256]


def _replaced_signatures(rows: Rows) -> list[str]:
    """SHA-256 of each handwritten signature that was signed before the one that counts; nothing but the trail names it.

    A signature on paper is a page of the scanned form, and that is a photo.
    """
    signed = (link.entry.facts for link in rows.links if link.entry.action == "sign")
    by_hand = [str(facts.get("sha256")) for facts in signed if facts.get("on") != SignatureKind.PAPER]
    now = rows.case.signature.sha256 if rows.case.signature else None
    return [sha256 for sha256 in dict.fromkeys(by_hand) if sha256 != now and SHA256.fullmatch(sha256)]
