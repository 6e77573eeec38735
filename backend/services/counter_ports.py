"""What the counter needs of the database: sittings, links for phones, join codes, and its two lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.counter import JoinCode, ShootLink, Sitting


class CounterRows(Protocol):
    def sit(self, sitting: Sitting) -> None:
        """Opens the sitting; those of this clerk, and lapsed ones of this case, end. Raises HeldByAnother."""

    def sitting_in(self, case_id: UUID, session_digest: bytes) -> Sitting | None:
        """The open sitting of this case in this session, lapsed or not."""

    def sitting_of(self, session_digest: bytes) -> Sitting | None:
        """The open sitting in this session, lapsed or not."""

    def live_sitting(self, case_id: UUID, at: datetime) -> Sitting | None:
        """Whoever sits for the case now, in a session that is still there."""

    def keep_sitting(self, sitting: Sitting) -> None: ...
    def end_sitting(self, sitting_id: UUID, at: datetime) -> None:
        """Ends the sitting and its link."""

    def was_at_the_counter(self, case_id: UUID) -> bool: ...
    def open_link(self, link: ShootLink) -> None:
        """The case's only link from now on."""

    def link_by_code(self, digest: bytes) -> tuple[ShootLink, Sitting] | None:
        """The link with this code and its sitting, while the clerk is signed in and works here as a clerk."""

    def link_of(self, case_id: UUID) -> ShootLink | None:
        """The case's link that was not ended, over or not."""

    def end_link(self, case_id: UUID, at: datetime) -> None: ...
    def save_join_code(self, case_id: UUID, code: str, at: datetime, expires_at: datetime) -> None:
        """The case's only code from now on, with no try against it."""

    def join_code(self, case_id: UUID) -> JoinCode | None:
        """Locked."""

    def is_join_code(self, case_id: UUID, code: str) -> bool: ...
    def count_wrong_join(self, case_id: UUID) -> None: ...
    def use_join_code(self, case_id: UUID, at: datetime) -> None: ...
    def unfinished(self, at: datetime, limit: int) -> Sequence[Mapping[str, Any]]:
        """Drafts and returned cases that were ever at the counter, the newest change first; who sits there now."""

    def unreached(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Cases that were handed in for somebody without a WeChat, with what she was last to be told."""
