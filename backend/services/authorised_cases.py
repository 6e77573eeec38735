"""A case comes under an authorisation, and that it does, or no more, stands in the case's history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry
from backend.domain.authorisation import Authorisation, AuthorisationState
from backend.domain.case import ActiveHelper, Case
from backend.domain.people import mask_name
from backend.services.ports import Transaction

# What is written to the audit trail about authorisations, and how people read it.
ACT_LABELS = {
    "authorisation_joined": "请代办人办理",
    "authorisation_revoked": "撤销代办授权",
    "authorisation_lapsed": "代办授权到期",
    "authorisation_document_looked_at": "查看授权委托书",
    "authorisation_looked_at": "查看代办人的姓名和电话",
}
ENDS = {
    AuthorisationState.REVOKED: "authorisation_revoked",
    AuthorisationState.LAPSED: "authorisation_lapsed",
}


def join(tx: Transaction, case: Case, authorisation: Authorisation, actor: Actor, at: datetime) -> None:
    """The authorisation is for this case too: from now on the helper acts in it."""
    if authorisation.document is None or not tx.authorisations.join(case.id, authorisation.id, at):
        return
    applicant_name = mask_name(authorisation.parties.applicant_name)
    case.helper = ActiveHelper(authorisation.id, authorisation.helper, applicant_name)
    facts = {"relation": authorisation.relation, "document_sha256": authorisation.document.sha256}
    tx.audit.append(entry(case.id, authorisation, actor, at, "authorisation_joined", facts=facts))


def entry(
    case_id: UUID,
    authorisation: Authorisation,
    actor: Actor,
    at: datetime,
    action: str,
    *,
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """A line of the case's history about an authorisation."""
    subject = f"authorisation:{authorisation.id}"
    return AuditEntry(case_id, at, actor.id, actor.role, actor.name, action, subject, reason, facts or {})
