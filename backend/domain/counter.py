"""The counter (窗口代填): a clerk fills in for somebody who came, and a link lets any phone shoot into this one case.

A sitting is a clerk's leave to act in one case; a link is a phone's leave to give photos and a signature to it; a join
code leads her own WeChat to it afterwards. Who may act is case.py's gate `must_belong_to`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from backend.domain.actors import Actor, Role

LINK_NAME = "扫码手机（{clerk}开的二维码）"


class ConsentHow(StrEnum):
    """How a person at the counter agreed; the values are the wire and database values."""

    SPOKEN = "spoken"  # 当面口头同意: read to her, she said yes
    SIGNED = "signed"  # 纸上签字同意: on paper, kept by the window


CONSENT_LABELS: dict[ConsentHow, str] = {
    ConsentHow.SPOKEN: "当面口头同意",
    ConsentHow.SIGNED: "纸上签字同意",
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One clerk at the counter for one case (窗口代填), in one session of hers. It lapses unless she goes on.

    `session_digest` is that of the session's token: with the session the sitting is over.
    """

    id: UUID
    case_id: UUID
    staff_id: UUID
    staff_name: str
    session_digest: bytes
    consent_how: ConsentHow
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def clerk(self) -> Actor:
        return Actor(self.staff_id, Role.CLERK, self.staff_name)

    def is_live(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def seen(self, at: datetime, lasts: timedelta) -> "Sitting":
        return replace(self, seen_at=at, expires_at=at + lasts)

@dataclass(frozen=True, slots=True)
class ShootLink:
    """A link for phones (拍照二维码) of one sitting. `code_digest` is the SM3 of the code in its address."""

    id: UUID
    sitting_id: UUID
    case_id: UUID
    code_digest: bytes
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_live(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def may_finish(self, announced_at: datetime, at: datetime, grace: timedelta) -> bool:
        """Whether a photo that was announced in time may still be completed: a little after the end, not after 作废."""
        return self.ended_at is None and announced_at < self.expires_at and at < self.expires_at + grace

def link_actor(sitting: Sitting) -> Actor:
    """Who gave a photo by the link, as history and audit name it: the clerk who opened it answers for it."""
    return Actor(sitting.staff_id, Role.CLERK, LINK_NAME.format(clerk=sitting.staff_name))

@dataclass(frozen=True, slots=True)
class JoinCode:
    """The code on the counter's receipt (领取码), by which she takes her case into her own WeChat. Good once."""

    case_id: UUID
    expires_at: datetime
    tries: int
    used_at: datetime | None

    def is_good(self, at: datetime, most_tries: int) -> bool:
        return self.used_at is None and at < self.expires_at and self.tries < most_tries
