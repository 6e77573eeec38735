"""The authorisation (授权): an applicant lets a helper (代办人) act for her; either asks, the other confirms.

Its states move only by the one table here. Codes, pictures and PDFs are in services/authorisations.py; what the helper
may do in a case is case.py's gate `must_belong_to`.
Source: 《中华人民共和国民法典》第一百六十一条至第一百七十四条（委托代理）.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from backend.domain.actors import Actor, Role
from backend.domain.errors import ActionNotAllowed, ContentRefused, InvitationGone, NotFound, OwnInvitation
from backend.domain.people import mask_name

NAME_MAX_CHARACTERS = 40


class Relation(StrEnum):
    """What the helper is to the applicant."""

    CHILD = "child"
    SPOUSE = "spouse"
    RELATIVE = "relative"
    EMPLOYER = "employer"
    OTHER = "other"


class Side(StrEnum):
    """The two parties: 委托人 (the applicant) and 受托人 (the helper)."""

    APPLICANT = "applicant"
    HELPER = "helper"

    @property
    def other(self) -> "Side":
        return Side.HELPER if self is Side.APPLICANT else Side.APPLICANT


class AuthorisationState(StrEnum):
    """Where an authorisation is; the values are the wire and database values."""

    ASKED = "asked"
    ACTIVE = "active"
    REVOKED = "revoked"
    LAPSED = "lapsed"
    DECLINED = "declined"


class AuthorisationAction(StrEnum):
    """What moves an authorisation."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    REVOKE = "revoke"
    LAPSE = "lapse"


# fmt: off
AUTHORISATION_TRANSITIONS: dict[tuple[AuthorisationState, AuthorisationAction], AuthorisationState] = {
    # from                       action                         to                            # who
    (AuthorisationState.ASKED,  AuthorisationAction.CONFIRM): AuthorisationState.ACTIVE,    # the side that was asked
    (AuthorisationState.ASKED,  AuthorisationAction.DECLINE): AuthorisationState.DECLINED,  # the side that was asked
    (AuthorisationState.ASKED,  AuthorisationAction.REVOKE):  AuthorisationState.REVOKED,   # the side that asked
    (AuthorisationState.ASKED,  AuthorisationAction.LAPSE):   AuthorisationState.LAPSED,    # the clock
    (AuthorisationState.ACTIVE, AuthorisationAction.REVOKE):  AuthorisationState.REVOKED,   # either side
    (AuthorisationState.ACTIVE, AuthorisationAction.LAPSE):   AuthorisationState.LAPSED,    # the clock
}

RELATION_LABELS: dict[Relation, str] = {
    Relation.CHILD:    "子女",
    Relation.SPOUSE:   "配偶",
    Relation.RELATIVE: "其他亲属",
    Relation.EMPLOYER: "单位人事",
    Relation.OTHER:    "其他",
}

AUTHORISATION_STATE_LABELS: dict[AuthorisationState, str] = {
    AuthorisationState.ASKED:    "等待对方确认",
    AuthorisationState.ACTIVE:   "授权有效",
    AuthorisationState.REVOKED:  "授权已撤销",
    AuthorisationState.LAPSED:   "已经过期",
    AuthorisationState.DECLINED: "对方没有同意",
}

AUTHORISATION_ACTION_LABELS: dict[AuthorisationAction, str] = {
    AuthorisationAction.CONFIRM: "确认授权",
    AuthorisationAction.DECLINE: "不同意授权",
    AuthorisationAction.REVOKE:  "撤销授权",
    AuthorisationAction.LAPSE:   "授权到期",
}
# fmt: on


@dataclass(frozen=True, slots=True, repr=False)
class Parties:
    """Who authorises whom, in whole words: sealed at rest, never in a log. The helper's phone may come last."""

    applicant_name: str
    helper_name: str
    helper_phone: str | None = None

    def __repr__(self) -> str:
        return f"{mask_name(self.applicant_name)} → {mask_name(self.helper_name)}"


@dataclass(frozen=True, slots=True)
class Signed:
    """The applicant's handwritten signature under the text, and when. A PNG in the evidence bucket."""

    image_key: str
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """The authorisation document (授权委托书), a PDF in the evidence bucket, known by its SHA-256."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AuthorisationTerms:
    """The text that is signed, what the helper commits to, and how long things last.

    `paragraphs` and `helper_paragraphs` name {applicant_name}, {helper_name}, {relation}, {items}, {valid_months}.
    """

    version: str
    title: str
    paragraphs: tuple[str, ...]
    helper_title: str
    helper_paragraphs: tuple[str, ...]
    code_hours: int
    valid_months: int
    asked_at_once: int

    def said(self, parties: Parties, relation: Relation, items: str) -> tuple[str, ...]:
        """The text with both names in it."""
        return tuple(self._fill(each, parties, relation, items) for each in self.paragraphs)

    def said_to_helper(self, parties: Parties, relation: Relation, items: str) -> tuple[str, ...]:
        """The helper's commitment with both names in it."""
        return tuple(self._fill(each, parties, relation, items) for each in self.helper_paragraphs)

    def _fill(self, text: str, parties: Parties, relation: Relation, items: str) -> str:
        return text.format(
            applicant_name=parties.applicant_name,
            helper_name=parties.helper_name,
            relation=RELATION_LABELS[relation],
            items=items,
            valid_months=self.valid_months,
        )


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One authorisation from its question to its end. Changed by its methods only; each gives the changed one.

    `applicant_id` and `helper_id` are people who signed in by WeChat; the one who was asked is known when she confirms.
    `code_digest` is the SM3 of the newest link's code; used once, it leads only its two people here.
    """

    id: UUID
    begun_by: Side
    relation: Relation
    parties: Parties
    terms_version: str
    asked_at: datetime
    state: AuthorisationState = AuthorisationState.ASKED
    version: int = 1
    applicant_id: UUID | None = None
    helper_id: UUID | None = None
    code_digest: bytes | None = None
    code_expires_at: datetime | None = None
    signed: Signed | None = None
    document: Document | None = None
    confirmed_at: datetime | None = None
    valid_until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: Side | None = None

    # ── who is who ───────────────────────────────────────────────────────────────────────

    def side_of(self, actor: Actor) -> Side:
        """Raises NotFound for anybody but the two: that it exists is nobody else's business."""
        if actor.id == self.applicant_id:
            return Side.APPLICANT
        if actor.id == self.helper_id:
            return Side.HELPER
        raise NotFound

    @property
    def asked_side(self) -> Side:
        """The side that has still to confirm, or confirmed."""
        return self.begun_by.other

    @property
    def is_active(self) -> bool:
        return self.state is AuthorisationState.ACTIVE

    @property
    def helper(self) -> Actor:
        """The helper as she acts in the applicant's case, by her masked name. Raises NotFound before she is known."""
        if self.helper_id is None:
            raise NotFound
        return helper_actor(self.helper_id, mask_name(self.parties.helper_name))

    def must_be_usable_by(self, actor: Actor, at: datetime) -> None:
        """Whether the link's code may be used now by this person. Raises InvitationGone, OwnInvitation."""
        if self.state is AuthorisationState.ASKED and actor.id in (self.applicant_id, self.helper_id):
            raise OwnInvitation(authorisation_id=str(self.id))
        over = self.code_expires_at is None or at >= self.code_expires_at
        if self.state is not AuthorisationState.ASKED or over:
            raise InvitationGone

    # ── what becomes of it ───────────────────────────────────────────────────────────────

    def with_code(self, digest: bytes, at: datetime, terms: AuthorisationTerms) -> "Authorisation":
        """A link's code, good for `code_hours`; one given before is good no more. Raises ActionNotAllowed."""
        if self.state is not AuthorisationState.ASKED:
            raise ActionNotAllowed(state=AUTHORISATION_STATE_LABELS[self.state], action="再发链接")
        return replace(self, code_digest=digest, code_expires_at=at + timedelta(hours=terms.code_hours))

    def with_asked_person(self, actor: Actor, helper_phone: str | None, signed: Signed | None) -> "Authorisation":
        """With the person who was asked and what she gives: the helper her phone, the applicant her signature."""
        parties = self.parties if helper_phone is None else replace(self.parties, helper_phone=helper_phone)
        if self.asked_side is Side.APPLICANT:
            return replace(self, applicant_id=actor.id, parties=parties, signed=signed)
        return replace(self, helper_id=actor.id, parties=parties)

    def confirm(self, document: Document, at: datetime, terms: AuthorisationTerms) -> "Authorisation":
        """Both have said yes and the document is made. Raises ActionNotAllowed."""
        return replace(
            self,
            state=self._next(AuthorisationAction.CONFIRM),
            document=document,
            confirmed_at=at,
            valid_until=months_later(at, terms.valid_months),
        )

    def decline(self, at: datetime) -> "Authorisation":
        """The side that was asked does not want it. Raises ActionNotAllowed."""
        return self._ended(AuthorisationAction.DECLINE, self.asked_side, at)

    def revoke(self, actor: Actor, at: datetime) -> "Authorisation":
        """Either side ends it, from now on. Raises NotFound, ActionNotAllowed.

        Source: 《民法典》第一百七十三条第二项（被代理人取消委托或者代理人辞去委托）.
        """
        return self._ended(AuthorisationAction.REVOKE, self.side_of(actor), at)

    def lapse(self, at: datetime) -> "Authorisation":
        """Its code or its term is over. Raises ActionNotAllowed when neither is."""
        over = self.valid_until if self.is_active else self.code_expires_at
        if over is None or at < over:
            raise ActionNotAllowed(state=AUTHORISATION_STATE_LABELS[self.state], action="到期")
        return self._ended(AuthorisationAction.LAPSE, None, at)

    def _ended(self, action: AuthorisationAction, by: Side | None, at: datetime) -> "Authorisation":
        return replace(self, state=self._next(action), ended_at=at, ended_by=by)

    def _next(self, action: AuthorisationAction) -> AuthorisationState:
        if (self.state, action) not in AUTHORISATION_TRANSITIONS:
            labels = AUTHORISATION_STATE_LABELS, AUTHORISATION_ACTION_LABELS
            raise ActionNotAllowed(state=labels[0][self.state], action=labels[1][action])
        return AUTHORISATION_TRANSITIONS[self.state, action]


def helper_actor(helper_id: UUID, masked_name: str) -> Actor:
    """The helper as history and audit name her: 代办人周**."""
    return Actor(helper_id, Role.HELPER, f"代办人{masked_name}")


def checked_person_name(text: str, pointer: str) -> str:
    """A name as it is kept: without blanks around it, the dot of minority names as ·. Raises ContentRefused."""
    name = unicodedata.normalize("NFC", text).strip().replace("•", "·").replace(".", "·")
    if not 2 <= len(name) <= NAME_MAX_CHARACTERS or not all(c.isalpha() or c in "· " for c in name):
        sentence = "请填写身份证上的姓名，两个字以上。"
        raise ContentRefused(sentence, errors=[{"pointer": pointer, "detail": sentence}])
    return name


def same_name(one: str, other: object) -> bool:
    """Whether two names are the same but for blanks and the way the dot is written."""
    return _plain(one) == _plain(str(other))


def _plain(name: str) -> str:
    normal = unicodedata.normalize("NFKC", name)
    return "".join(c for c in normal if c.isalpha()).casefold()


def months_later(at: datetime, months: int) -> datetime:
    """The same day so many months on, or the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    for day in range(at.day, at.day - 4, -1):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise ValueError(f"no day near {at.day} in month {month + 1}")
