"""The audit trail: one hash chain per case, so that a changed or missing row shows. No storage here.

The hash is SM3 (GB/T 32905-2016); it is handed in, since the standard library has no SM3 everywhere.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

Digest = Callable[[bytes], bytes]
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Somebody did or looked at something. Facts and reason hold no whole ID number, phone or account."""

    case_id: UUID
    at: datetime
    actor_id: UUID
    actor_role: str
    actor_name: str
    action: str
    subject: str | None = None
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditLink:
    """An entry in its place in the chain of its case."""

    entry: AuditEntry
    seq: int
    previous: bytes
    digest: bytes


def canonical(entry: AuditEntry, seq: int) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no spaces, moments in UTC ISO 8601 with microseconds."""
    content = {
        "case_id": str(entry.case_id),
        "seq": seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(entry.actor_id),
        "actor_role": entry.actor_role,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "facts": entry.facts,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(entry: AuditEntry, seq: int, previous: bytes, digest: Digest) -> AuditLink:
    """Ties an entry to the one before it: digest(previous ‖ canonical)."""
    return AuditLink(entry, seq, previous, digest(previous + canonical(entry, seq)))


def first_broken(links: Iterable[AuditLink], digest: Digest) -> int | None:
    """The sequence number of the first link that does not hold, or None when the whole chain does."""
    previous, expected_seq = GENESIS, 1
    for each in links:
        if each.seq != expected_seq or each.previous != previous:
            return expected_seq
        if each.digest != digest(previous + canonical(each.entry, each.seq)):
            return each.seq
        previous, expected_seq = each.digest, expected_seq + 1
    return None
