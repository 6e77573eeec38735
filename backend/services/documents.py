"""Documents (办理文书): ordered in the transaction of what they tell of, made by a job, listed for her and for staff,
and verified by anybody who holds the paper.

What stands on each is in application_form.py and printed_notices.py; how it looks is in config/forms.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import segno

from backend.domain.actors import SYSTEM
from backend.domain.audit import AuditEntry
from backend.domain.case import Case
from backend.domain.documents import CODE_ALPHABET, CODE_LENGTH, Document, PrintedForm
from backend.domain.rulebook import Rulebook
from backend.services.application_form import application_form
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Evidence, Forms, Store, Transaction
from backend.services.printed_notices import acceptance_receipt, correction_notice, refusal_notice

LOG = logging.getLogger(__name__)
SIGNATURE_MAX_BYTES = 1_000_000
MADE = "document_made"

ACT_LABELS = {MADE: "生成办理文书"}

Compose = Callable[[Case, Rulebook], Mapping[str, Any]]
COMPOSED: dict[PrintedForm, Compose] = {
    PrintedForm.APPLICATION_FORM: application_form,
    PrintedForm.ACCEPTANCE_RECEIPT: acceptance_receipt,
    PrintedForm.CORRECTION_NOTICE: correction_notice,
    PrintedForm.REFUSAL_NOTICE: refusal_notice,
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
        content = COMPOSED[form](case, self._versions.rulebook_of(tx, case))
        document = Document(uuid4(), case.id, form, case.round, _new_code(), at)
        if tx.documents.add(document, content):
            tx.jobs.defer("make_document", document_id=str(document.id))

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────

    def make(self, document_id: UUID) -> None:
        """Makes the PDF of an order and keeps it; again and again the same. Raises PhotoNotArrived, OutsideDown."""
        with self._store.begin() as tx:
            document, content = tx.documents.get(document_id), tx.documents.content(document_id)
        if document.is_made:
            return
        pdf = self._render(document, content)
        sha256 = hashlib.sha256(pdf).hexdigest()
        key = f"cases/{document.case_id}/documents/{document.id}.pdf"
        self._evidence.put(key, pdf, "application/pdf")
        at = self._clock.now()
        with self._store.begin() as tx:
            if tx.documents.load(document_id).is_made:
                return
            tx.documents.save(document.made(key, sha256, len(pdf), at))
            facts = {"form": document.form, "sha256": sha256}
            subject = f"document:{document.id}"
            tx.audit.append(
                AuditEntry(document.case_id, at, SYSTEM.id, SYSTEM.role, SYSTEM.name, MADE, subject, None, facts)
            )

    def _render(self, document: Document, content: Mapping[str, Any]) -> bytes:
        data = {
            **content,
            "code": document.code,
            "verify_svg": _picture(f"{self._public_url}/verify/{document.code}"),
            "verify_at": f"{self._public_url}/verify",
        }
        if signature := content.get("signature"):
            data["signature"] = {**signature, "png": self._evidence.fetch(signature["image_key"], SIGNATURE_MAX_BYTES)}
        return self._forms.render(document.form, data, document.ordered_at)


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _picture(address: str) -> bytes:
    """The address as a QR code (SVG)."""
    picture = BytesIO()
    segno.make(address, micro=False, error="m").save(picture, kind="svg", border=0, light=None)
    return picture.getvalue()
