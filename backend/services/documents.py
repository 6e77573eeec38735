"""Documents (办理文书): ordered in the transaction of what they tell of, made by a job, listed for her and for staff,
and verified by anybody who holds the paper.

What stands on each is in application_form.py and printed_notices.py; how it looks is in config/forms.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import segno

from backend.domain.actors import SYSTEM, Actor, Role
from backend.domain.audit import AuditEntry
from backend.domain.case import Case
from backend.domain.documents import (
    CODE_ALPHABET,
    CODE_LENGTH,
    FORM_LABELS,
    Document,
    PrintedForm,
    newer_than,
    number_masked,
)
from backend.domain.errors import NotFound, OutsideDown, ReasonMissing
from backend.services.application_form import application_form
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Evidence, Forms, Store, Transaction
from backend.services.printed_notices import acceptance_receipt, correction_notice, refusal_notice
from backend.services.wording import iso, local_date

LOG = logging.getLogger(__name__)
View = dict[str, Any]

SIGNATURE_MAX_BYTES = 1_000_000
DOCUMENT_MAX_BYTES = 5_000_000
MADE, LOOKED_AT = "document_made", "document_looked_at"
AT_THE_COUNTER = "窗口代填，和申请人一起看"
ACT_LABELS = {MADE: "生成办理文书", LOOKED_AT: "查看办理文书"}

# What she reads beside each: what it is for.
FORM_HINTS: dict[PrintedForm, str] = {
    PrintedForm.APPLICATION_FORM: "您签名交上去的那张表，窗口签了意见会换成新的。",
    PrintedForm.ACCEPTANCE_RECEIPT: "受理了哪些事项、谁来办、最晚哪天办好。",
    PrintedForm.CORRECTION_NOTICE: "要补哪几处、怎么补，都写在上面。",
    PrintedForm.REFUSAL_NOTICE: "为什么没有受理、还可以怎么办。",
}


class Documents:
    """`evidence` is the private bucket; `public_url` the H5's origin, where a paper's code leads."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        policy_versions: PolicyVersions,
        evidence: Evidence,
        forms: Forms,
        public_url: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._versions = policy_versions
        self._evidence = evidence
        self._forms = forms
        self._public_url = public_url

    def order(self, tx: Transaction, case: Case, form: PrintedForm, at: datetime) -> None:
        """Fixes what the document says of the case as it is now, and sees to it that it is made once this commits.

        An order with the same content as one before is that one.
        """
        document = Document(uuid4(), case.id, form, case.round, _new_code(), at)
        if tx.documents.add(document, self._content(tx, case, form)):
            tx.jobs.defer("make_document", document_id=str(document.id))

    def _content(self, tx: Transaction, case: Case, form: PrintedForm) -> View:
        rulebook = self._versions.rulebook_of(tx, case)
        match form:
            case PrintedForm.APPLICATION_FORM:
                return application_form(case, rulebook, _helper_who_signed(tx, case))
            case PrintedForm.ACCEPTANCE_RECEIPT:
                return acceptance_receipt(case, rulebook)
            case PrintedForm.CORRECTION_NOTICE:
                return correction_notice(case, rulebook)
            case PrintedForm.REFUSAL_NOTICE:
                return refusal_notice(case, rulebook)

    # ── hers ─────────────────────────────────────────────────────────────────────────────────

    def of_case(self, actor: Actor, case_id: UUID) -> View:
        """The documents of the applicant's own case, the newest of each form first told. Raises NotFound."""
        with self._store.begin() as tx:
            tx.cases.read(case_id).must_belong_to(actor)
            found = tx.documents.of_case(case_id)
        return {"documents": _rows(found, f"/api/filing/cases/{case_id}/documents")}

    def file(self, actor: Actor, case_id: UUID, document_id: UUID) -> tuple[str, bytes]:
        """A document of her own case: its name and the PDF. Raises NotFound, OutsideDown."""
        document = self._hers(actor, case_id, document_id)
        return _file_name(document), self._pdf(document)

    def page(self, actor: Actor, case_id: UUID, document_id: UUID, number: int) -> bytes:
        """One page of it as a picture (PNG), which every phone can show and keep. Raises NotFound, OutsideDown."""
        document = self._hers(actor, case_id, document_id)
        if not 1 <= number <= (document.pages or 0):
            raise NotFound
        return self._evidence.fetch(document.page_key(number), DOCUMENT_MAX_BYTES)

    def _hers(self, actor: Actor, case_id: UUID, document_id: UUID) -> Document:
        """A clerk who fills in for her at the counter opens it under the clerk's own name, on the record."""
        at = self._clock.now()
        with self._store.begin() as tx:
            who = tx.cases.read(case_id).must_belong_to(actor)
            document = _made(tx, case_id, document_id)
            if who.role is Role.CLERK:
                tx.audit.append(_entry(document, who, at, LOOKED_AT, AT_THE_COUNTER))
            return document

    # ── the window ───────────────────────────────────────────────────────────────────────────

    def staff_of_case(self, case_id: UUID) -> View:
        """The documents of a case that was handed in, for the window. Raises NotFound."""
        with self._store.begin() as tx:
            if tx.cases.read(case_id).number is None:
                raise NotFound
            found = tx.documents.of_case(case_id)
        return {"documents": _rows(found, f"/api/review/cases/{case_id}/documents")}

    def staff_file(self, actor: Actor, case_id: UUID, document_id: UUID, reason: str) -> tuple[str, bytes]:
        """The whole document, unmasked as it is, for the window; the look and why are written down.

        Raises ReasonMissing, NotFound, OutsideDown.
        """
        if not reason.strip():
            raise ReasonMissing("打开要写明原因：上面有完整的身份证号和账号，这次查看会留下记录。")
        at = self._clock.now()
        with self._store.begin() as tx:
            if tx.cases.read(case_id).number is None:
                raise NotFound
            document = _made(tx, case_id, document_id)
            tx.audit.append(_entry(document, actor, at, LOOKED_AT, reason.strip()))
        return _file_name(document), self._pdf(document)

    # ── anybody ──────────────────────────────────────────────────────────────────────────────

    def verify(self, code: str) -> View:
        """What the paper with this code is: form, day, hash, whether there is a newer one. Nothing of a person.

        Raises NotFound.
        """
        with self._store.begin() as tx:
            document = tx.documents.by_code(code.strip().lower())
            if document.made_at is None:
                raise NotFound
            number = tx.cases.read(document.case_id).number or ""
            newer = newer_than(document, tx.documents.of_case(document.case_id))
        return {
            "form": document.form,
            "form_label": FORM_LABELS[document.form],
            "case_number_masked": number_masked(number),
            "made_on": local_date(document.ordered_at).isoformat(),
            "sha256": document.sha256,
            "bytes": document.bytes,
            "pages": document.pages,
            "newer_made_on": local_date(newer.ordered_at).isoformat() if newer else None,
        }

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────

    def make(self, document_id: UUID) -> None:
        """Makes the PDF of an order and keeps it; again and again the same. Raises PhotoNotArrived, OutsideDown."""
        with self._store.begin() as tx:
            document, content = tx.documents.get(document_id), tx.documents.content(document_id)
        if document.is_made:
            return
        data = self._data(document, content)
        pdf = self._forms.render(document.form, data, document.ordered_at)
        pictures = self._forms.pictures(document.form, data)
        sha256, at = hashlib.sha256(pdf).hexdigest(), self._clock.now()
        made = document.made(sha256, len(pdf), len(pictures), at)
        self._evidence.put(made.key, pdf, "application/pdf")
        for number, picture in enumerate(pictures, 1):
            self._evidence.put(made.page_key(number), picture, "image/png")
        with self._store.begin() as tx:
            if tx.documents.load(document_id).is_made:
                return
            tx.documents.save(made)
            facts = {"form": made.form, "sha256": sha256}
            tx.audit.append(_entry(made, SYSTEM, at, MADE, None, facts))

    def _data(self, document: Document, content: Mapping[str, Any]) -> View:
        data = {
            **content,
            "code": document.code,
            "verify_svg": _picture(f"{self._public_url}/verify/{document.code}"),
        }
        signature = content.get("signature")
        if signature and not signature["on_paper"]:
            png = self._evidence.fetch(signature["image_key"], SIGNATURE_MAX_BYTES)
            data["signature"] = {**signature, "png": png}
        return data

    def _pdf(self, document: Document) -> bytes:
        content = self._evidence.fetch(document.key, DOCUMENT_MAX_BYTES)
        if hashlib.sha256(content).hexdigest() != document.sha256:
            LOG.error("a document was changed in the store", extra={"document_id": str(document.id)})
            raise OutsideDown(system="s3")
        return content


def _made(tx: Transaction, case_id: UUID, document_id: UUID) -> Document:
    """A document of this case whose PDF is there. Raises NotFound."""
    document = tx.documents.get(document_id)
    if document.case_id != case_id or not document.is_made:
        raise NotFound
    return document


def _rows(documents: Sequence[Document], prefix: str) -> list[View]:
    return [
        {
            "id": str(each.id),
            "form": each.form,
            "label": FORM_LABELS[each.form],
            "hint": FORM_HINTS[each.form],
            "round": each.round,
            "ordered_at": iso(each.ordered_at),
            "made": each.is_made,
            "pages": each.pages or 0,
            "bytes": each.bytes,
            "sha256": each.sha256,
            "newest": newer_than(each, documents) is None,
            "path": f"{prefix}/{each.id}",
            "verify_path": f"/verify/{each.code}",
        }
        for each in documents
    ]


def _helper_who_signed(tx: Transaction, case: Case) -> str | None:
    """The whole name of the helper who signed, from the authorisation that was in force then."""
    signature = case.signature
    if signature is None or signature.role is not Role.HELPER:
        return None
    known = [each for each in tx.authorisations.of_case(case.id) if each.confirmed_at is not None]
    then = [each for each in known if each.confirmed_at and each.confirmed_at <= signature.signed_at] or known
    return then[-1].parties.helper_name if then else None


def _file_name(document: Document) -> str:
    return f"{FORM_LABELS[document.form]}.pdf"


def _entry(
    document: Document,
    actor: Actor,
    at: datetime,
    action: str,
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> AuditEntry:
    subject, said = f"document:{document.id}", facts or {"form": document.form}
    return AuditEntry(document.case_id, at, actor.id, actor.role, actor.name, action, subject, reason, said)


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _picture(address: str) -> bytes:
    """The address as a QR code (SVG)."""
    picture = BytesIO()
    segno.make(address, micro=False, error="m").save(picture, kind="svg", border=0, light=None)
    return picture.getvalue()
