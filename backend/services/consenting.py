"""Consents as a person gives them: the notice, and separately each department (《个人信息保护法》第十七、二十九条)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from backend.domain.errors import ConsentMissing
from backend.domain.rulebook import Rulebook
from backend.services.ports import RecordedConsent, Transaction


def must_consent(rulebook: Rulebook, consents: Mapping[str, str], notice_version: str) -> None:
    """A department without consent gets nothing: she files there herself, which the submission asks for.

    Raises ConsentMissing when the notice was not read, or a consent is not of the version in force.
    """
    in_force = {each.key: each.version for each in rulebook.consents.departments}
    outdated = [key for key, version in consents.items() if in_force.get(key) != version]
    if outdated or notice_version != rulebook.consents.notice.version:
        raise ConsentMissing(missing=outdated)


def keep_consents(
    tx: Transaction,
    rulebook: Rulebook,
    person_id: UUID,
    consents: Mapping[str, str],
    notice_version: str,
    at: datetime,
    recorded: RecordedConsent | None = None,
) -> None:
    """Notes which versions she agreed to; `recorded` where a clerk took it down at the counter."""
    for key, version in {**consents, rulebook.consents.notice.key: notice_version}.items():
        tx.people.consent(person_id, key, version, at, recorded)
