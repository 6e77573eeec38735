"""Authorising (授权): one asks, the other confirms from her own WeChat, either ends it; and who looks at the document.

What a helper does in a case are the use cases of filing.py and materials.py; case.py's gate lets her in.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from backend.domain.actors import SYSTEM, Actor
from backend.domain.authorisation import (
    RELATION_LABELS,
    Authorisation,
    AuthorisationState,
    AuthorisationTerms,
    Document,
    Parties,
    Relation,
    Side,
    Signed,
    checked_person_name,
)
from backend.domain.errors import (
    ActionNotAllowed,
    ConsentMissing,
    ContentRefused,
    HelperExists,
    InvitationGone,
    NotFound,
    OutsideDown,
    PhoneInvalid,
    ReasonMissing,
    StaleVersion,
    TooManyAsked,
)
from backend.domain.identifiers import parse_phone
from backend.domain.notices import NoticeEvent, say_moment
from backend.domain.people import chinese_date, mask_name
from backend.domain.rulebook import Rulebook
from backend.services.announcements import Announcements, ToldFacts
from backend.services.authorisation_view import View, authorisation_view, invitation_view, items_said, terms_view
from backend.services.authorised_cases import ENDS, entry, join
from backend.services.consenting import keep_consents, must_consent
from backend.services.ports import Clock, Evidence, Forms, Pictures, Screens, Seals, Store, Transaction
from backend.services.wording import local_date

LOG = logging.getLogger(__name__)

FORM = "authorisation"
CODE_BYTES = 24
DOCUMENT_MAX_BYTES = 5_000_000
SIGNATURE_MAX_BYTES = 1_100_000
OTHER_TEXT = "授权书的文字有了新的版本，请看过新的再签。"


@dataclass(frozen=True, slots=True)
class Names:
    """Who authorises whom, as the one who begins wrote it. The helper's phone is the helper's to give."""

    relation: Relation
    applicant_name: str
    helper_name: str


@dataclass(frozen=True, slots=True)
class ByApplicant:
    """What only the applicant gives: her signature under the text, the notice read, consents of departments."""

    signature_png: bytes
    terms_version: str
    consents: Mapping[str, str]
    notice_version: str


@dataclass(frozen=True, slots=True)
class ByHelper:
    """What only the helper gives: the phone, and the commitment in the version that was read."""

    phone: str
    terms_version: str


class Authorising:
    """The use cases of both sides, of the clerk who looks, and of the clock. `evidence` is the private bucket."""

    def __init__(
        self,
        *,
        store: Store,
        screens: Screens,
        clock: Clock,
        seals: Seals,
        evidence: Evidence,
        pictures: Pictures,
        forms: Forms,
        rulebook: Rulebook,
        announcements: Announcements,
        terms: AuthorisationTerms,
        public_url: str,
    ) -> None:
        self._store = store
        self._screens = screens
        self._clock = clock
        self._seals = seals
        self._evidence = evidence
        self._pictures = pictures
        self._forms = forms
        self._rulebook = rulebook
        self._announcements = announcements
        self._terms = terms
        self._public_url = public_url

    def terms(self) -> View:
        """The text that is signed and the commitment, before there are names in them."""
        return terms_view(self._terms, self._rulebook)

    # ── the one who asks ─────────────────────────────────────────────────────────────────

    def ask_as_helper(self, actor: Actor, key: str, names: Names, given: ByHelper) -> View:
        """“我帮家人办”: with the commitment made, a link for the applicant. The same key gives the same one again.

        Raises ContentRefused (fact errors, by field), TooManyAsked, ConsentMissing for a text that is not in force.
        """
        self._must_be_the_text(given.terms_version)
        made = Authorisation(
            id=uuid5(actor.id, key),  # asked for twice with one key, it is the same one
            begun_by=Side.HELPER,
            relation=names.relation,
            parties=_parties(names, _phone(given.phone)),
            terms_version=self._terms.version,
            asked_at=self._clock.now(),
            helper_id=actor.id,
        )
        return self._ask(actor, made, None)

    def ask_as_applicant(self, actor: Actor, key: str, names: Names, given: ByApplicant) -> View:
        """“请家人帮忙”: signed by the applicant, with notice and consents, a link for the helper.

        Raises ContentRefused, TooManyAsked, HelperExists, ConsentMissing, SignatureMissing, PhotoUnreadable,
        OutsideDown.
        """
        at, authorisation_id = self._clock.now(), uuid5(actor.id, key)
        parties = _parties(names, None)
        self._must_be_given(given)
        made = Authorisation(
            id=authorisation_id,
            begun_by=Side.APPLICANT,
            relation=names.relation,
            parties=parties,
            terms_version=self._terms.version,
            asked_at=at,
            applicant_id=actor.id,
            signed=self._keep_signature(authorisation_id, given.signature_png, at),
        )
        return self._ask(actor, made, given)

    def _ask(self, actor: Actor, made: Authorisation, given: ByApplicant | None) -> View:
        at, code = made.asked_at, secrets.token_urlsafe(CODE_BYTES)
        with self._store.begin() as tx:
            tx.people.lock(actor.id)  # so that the count holds
            if given is not None:
                if tx.authorisations.active_of(actor.id):
                    raise HelperExists
                keep_consents(tx, self._rulebook, actor.id, given.consents, given.notice_version, at)
            before = tx.authorisations.find(made.id)
            authorisation = (before or made).with_code(self._digest(code), at, self._terms)
            if before is not None:
                authorisation = tx.authorisations.save(authorisation)
            elif tx.authorisations.count_asked_by(actor.id) >= self._terms.asked_at_once:
                raise TooManyAsked(most=self._terms.asked_at_once)
            else:
                tx.authorisations.add(authorisation)
        LOG.info("authorisation asked", extra={"authorisation_id": str(made.id), "begun_by": made.begun_by})
        return self._with_link(authorisation, actor, code)

    def send_again(self, actor: Actor, authorisation_id: UUID, seen_version: int) -> View:
        """A new link; the one before it is good no more. Raises NotFound, StaleVersion, ActionNotAllowed."""
        at, code = self._clock.now(), secrets.token_urlsafe(CODE_BYTES)
        with self._store.begin() as tx:
            authorisation = tx.authorisations.load(authorisation_id)
            if authorisation.side_of(actor) is not authorisation.begun_by:
                raise NotFound
            _must_be_at(authorisation, seen_version)
            authorisation = tx.authorisations.save(authorisation.with_code(self._digest(code), at, self._terms))
        return self._with_link(authorisation, actor, code)

    # ── the one who is asked ─────────────────────────────────────────────────────────────

    def open_invitation(self, actor: Actor, code: str) -> View:
        """What the link asks of this person. Raises InvitationGone, OwnInvitation."""
        at = self._clock.now()
        with self._store.begin() as tx:
            authorisation = self._by_code(tx, code)
            mine = _is_of(authorisation, actor)
            if not mine or authorisation.state is AuthorisationState.ASKED:
                authorisation.must_be_usable_by(actor, at)
        return invitation_view(authorisation, self._terms, self._rulebook, mine=mine)

    def confirm_as_applicant(self, actor: Actor, code: str, given: ByApplicant) -> View:
        """The applicant signs what the helper asked for. Again and again the same.

        Raises InvitationGone, OwnInvitation, HelperExists, ConsentMissing, SignatureMissing, PhotoUnreadable,
        OutsideDown.
        """
        at = self._clock.now()
        authorisation = self._usable(actor, code, Side.APPLICANT, at)
        if authorisation.is_active:
            return self.view(actor, authorisation.id)
        self._must_be_given(given)
        signed = self._keep_signature(authorisation.id, given.signature_png, at)
        whole = authorisation.with_asked_person(actor, None, signed)
        return self._confirm(actor, whole, given.signature_png, at, given)

    def confirm_as_helper(self, actor: Actor, code: str, given: ByHelper) -> View:
        """The helper commits to what the applicant signed. Again and again the same.

        Raises InvitationGone, OwnInvitation, HelperExists, ConsentMissing, ContentRefused, OutsideDown.
        """
        at = self._clock.now()
        authorisation = self._usable(actor, code, Side.HELPER, at)
        if authorisation.is_active:
            return self.view(actor, authorisation.id)
        self._must_be_the_text(given.terms_version)
        whole = authorisation.with_asked_person(actor, _phone(given.phone), None)
        if whole.signed is None:
            raise InvitationGone
        png = self._evidence.fetch(whole.signed.image_key, SIGNATURE_MAX_BYTES)
        return self._confirm(actor, whole, png, at, None)

    def decline(self, actor: Actor, code: str) -> None:
        """“不同意”: the link is over, and the one who asked sees it. Raises InvitationGone, OwnInvitation."""
        at = self._clock.now()
        with self._store.begin() as tx:
            authorisation = self._by_code(tx, code)
            authorisation.must_be_usable_by(actor, at)
            tx.authorisations.save(authorisation.decline(at))

    def _usable(self, actor: Actor, code: str, side: Side, at: datetime) -> Authorisation:
        """What the link is for: to be confirmed by this side, or what this person confirmed before."""
        with self._store.begin() as tx:
            authorisation = self._by_code(tx, code)
            if authorisation.is_active and _is_of(authorisation, actor) and authorisation.side_of(actor) is side:
                return authorisation
            authorisation.must_be_usable_by(actor, at)
            if authorisation.asked_side is not side:
                raise InvitationGone
            if authorisation.terms_version != self._terms.version:
                raise InvitationGone("授权书的文字有了新的版本，请让发给您的人再发起一次。")
            applicant_id = actor.id if side is Side.APPLICANT else authorisation.applicant_id
            if applicant_id and tx.authorisations.active_of(applicant_id):
                raise HelperExists
        return authorisation

    def _confirm(
        self, actor: Actor, whole: Authorisation, signature_png: bytes, at: datetime, given: ByApplicant | None
    ) -> View:
        """Makes the document, then lets all of it count at once."""
        document = self._make_document(whole, signature_png, at)
        confirmed = whole.confirm(document, at, self._terms)
        if confirmed.applicant_id is None:
            raise InvitationGone
        with self._store.begin() as tx:
            now = tx.authorisations.load(whole.id)
            if now.version != whole.version:
                raise InvitationGone  # withdrawn, sent again or confirmed while the document was made
            tx.people.lock(confirmed.applicant_id)
            if given is not None:
                keep_consents(tx, self._rulebook, actor.id, given.consents, given.notice_version, at)
            confirmed = tx.authorisations.save(confirmed)
            open_id = tx.cases.open_of(confirmed.applicant_id) if confirmed.applicant_id else None
            if open_id:
                who = confirmed.helper if confirmed.side_of(actor) is Side.HELPER else actor
                join(tx, tx.cases.load(open_id), confirmed, who, at)
            self._tell_both(tx, confirmed, NoticeEvent.AUTHORISATION_CONFIRMED, at)
        LOG.info("authorisation confirmed", extra={"authorisation_id": str(confirmed.id)})
        return self.view(actor, confirmed.id)

    # ── both ─────────────────────────────────────────────────────────────────────────────

    def view(self, actor: Actor, authorisation_id: UUID) -> View:
        """The authorisation for one of its two people, with what the helper did. Raises NotFound."""
        with self._store.begin() as tx:
            authorisation = tx.authorisations.read(authorisation_id)
            authorisation.side_of(actor)
            cases = [tx.cases.read(case_id) for case_id in tx.authorisations.cases_of(authorisation_id)]
        events = [event for case in cases for event in self._screens.events_of(case.id)]
        return authorisation_view(authorisation, actor, self._terms, self._rulebook, cases, events, self._clock.today())

    def revoke(self, actor: Actor, authorisation_id: UUID, seen_version: int) -> View:
        """Ends it at once: by the applicant, by the helper, or before it was confirmed by the one who asked.

        Raises NotFound, StaleVersion, ActionNotAllowed.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            authorisation = tx.authorisations.load(authorisation_id)
            side = authorisation.side_of(actor)
            if authorisation.state is not AuthorisationState.REVOKED:  # asked for twice, it is done once
                if authorisation.state is AuthorisationState.ASKED and side is not authorisation.begun_by:
                    raise NotFound
                _must_be_at(authorisation, seen_version)
                who = authorisation.helper if side is Side.HELPER else actor
                self._end(tx, authorisation, authorisation.revoke(actor, at), who, at)
        return self.view(actor, authorisation_id)

    def document(self, actor: Actor, authorisation_id: UUID) -> bytes:
        """The document (PDF), for its two people, also after it has ended. Raises NotFound, OutsideDown."""
        with self._store.begin() as tx:
            authorisation = tx.authorisations.read(authorisation_id)
            authorisation.side_of(actor)
        return self._content_of(authorisation)

    # ── the window ───────────────────────────────────────────────────────────────────────

    def staff_document(self, actor: Actor, case_id: UUID, authorisation_id: UUID) -> bytes:
        """The document as the window sees it; the look is written down. Raises NotFound, OutsideDown."""
        at = self._clock.now()
        with self._store.begin() as tx:
            authorisation = _of_case(tx, case_id, authorisation_id)
            tx.audit.append(entry(case_id, authorisation, actor, at, "authorisation_document_looked_at"))
        return self._content_of(authorisation)

    def look(self, actor: Actor, case_id: UUID, authorisation_id: UUID, reason: str) -> Mapping[str, str]:
        """The helper's whole name and phone; the look and why are written down. Raises ReasonMissing, NotFound."""
        at = self._clock.now()
        if not reason.strip():
            raise ReasonMissing
        with self._store.begin() as tx:
            authorisation = _of_case(tx, case_id, authorisation_id)
            looked = entry(case_id, authorisation, actor, at, "authorisation_looked_at", reason=reason.strip())
            tx.audit.append(looked)
        parties = authorisation.parties
        return {"helper_name": parties.helper_name, "helper_phone": parties.helper_phone or ""}

    # ── the clock ────────────────────────────────────────────────────────────────────────

    def lapse_due(self) -> int:
        """Ends those whose link or term is over; returns how many."""
        at, ended = self._clock.now(), 0
        with self._store.begin() as tx:
            due = tx.authorisations.due(at)
        for authorisation_id in due:
            with self._store.begin() as tx:
                authorisation = tx.authorisations.load(authorisation_id)
                try:
                    self._end(tx, authorisation, authorisation.lapse(at), SYSTEM, at)
                    ended += 1
                except ActionNotAllowed:
                    continue  # somebody confirmed, renewed or ended it meanwhile
        return ended

    # ── what the above share ─────────────────────────────────────────────────────────────

    def _end(self, tx: Transaction, before: Authorisation, ended: Authorisation, who: Actor, at: datetime) -> None:
        """Ends it and says so in its cases; their rows are locked first, so that nobody is half-way through one."""
        cases = [tx.cases.load(case_id) for case_id in tx.authorisations.cases_of(before.id)]
        tx.authorisations.save(ended)
        for case in cases:
            tx.audit.append(entry(case.id, ended, who, at, ENDS[ended.state]))
        if before.is_active:
            self._tell_both(tx, ended, NoticeEvent.AUTHORISATION_REVOKED, at)
        LOG.info("authorisation ended", extra={"authorisation_id": str(ended.id), "state": ended.state})

    def _tell_both(self, tx: Transaction, authorisation: Authorisation, event: NoticeEvent, at: datetime) -> None:
        applicant_name = mask_name(authorisation.parties.applicant_name)
        helper_name, path = mask_name(authorisation.parties.helper_name), f"/authorisations/{authorisation.id}"
        for person_id in (authorisation.applicant_id, authorisation.helper_id):
            if person_id is not None:
                names = ToldFacts(masked_name=applicant_name, helper_name=helper_name)
                self._announcements.tell(tx, person_id, event, at, path=path, **names)

    def _must_be_the_text(self, terms_version: str) -> None:
        if terms_version != self._terms.version:
            raise ConsentMissing(OTHER_TEXT, missing=["authorisation"])

    def _must_be_given(self, given: ByApplicant) -> None:
        self._must_be_the_text(given.terms_version)
        must_consent(self._rulebook, given.consents, given.notice_version)
        self._pictures.check_signature(given.signature_png)

    def _keep_signature(self, authorisation_id: UUID, png: bytes, at: datetime) -> Signed:
        sha256 = hashlib.sha256(png).hexdigest()
        key = f"authorisations/{authorisation_id}/signature/{sha256}.png"
        self._evidence.put(key, png, "image/png")
        return Signed(key, sha256, at)

    def _make_document(self, whole: Authorisation, signature_png: bytes, at: datetime) -> Document:
        """The PDF in the bucket, under its own hash."""
        if whole.signed is None:
            raise InvitationGone
        parties, items = whole.parties, items_said(self._rulebook)
        months = self._terms.valid_months
        data = {
            "number": str(whole.id),
            "version": whole.terms_version,
            "title": self._terms.title,
            "paragraphs": self._terms.said(parties, whole.relation, items),
            "helper_title": self._terms.helper_title,
            "helper_paragraphs": self._terms.said_to_helper(parties, whole.relation, items),
            "applicant_name": parties.applicant_name,
            "helper_name": parties.helper_name,
            "helper_phone": parties.helper_phone or "",
            "relation": RELATION_LABELS[whole.relation],
            "term": f"{chinese_date(local_date(at))}起，办完为止，最长 {months} 个月",
            "signature": signature_png,
            "signed_at": say_moment(whole.signed.at),
            "helper_committed_at": say_moment(whole.asked_at if whole.begun_by is Side.HELPER else at),
            "confirmed_at": say_moment(at),
        }
        content = self._forms.render(FORM, data, at)
        sha256 = hashlib.sha256(content).hexdigest()
        key = f"authorisations/{whole.id}/document/{sha256}.pdf"
        self._evidence.put(key, content, "application/pdf")
        return Document(key, sha256)

    def _content_of(self, authorisation: Authorisation) -> bytes:
        if authorisation.document is None:
            raise NotFound
        content = self._evidence.fetch(authorisation.document.key, DOCUMENT_MAX_BYTES)
        if hashlib.sha256(content).hexdigest() != authorisation.document.sha256:
            LOG.error("an authorisation's document was changed", extra={"authorisation_id": str(authorisation.id)})
            raise OutsideDown("这份授权委托书和签名时存下的不一样，不能打开，请告诉管理员。", system="object_store")
        return content

    def _by_code(self, tx: Transaction, code: str) -> Authorisation:
        authorisation = tx.authorisations.by_code(self._digest(code))
        if authorisation is None:
            raise InvitationGone
        return authorisation

    def _digest(self, code: str) -> bytes:
        return self._seals.digest(code.encode("utf-8", "replace"))

    def _with_link(self, authorisation: Authorisation, actor: Actor, code: str) -> View:
        view = authorisation_view(authorisation, actor, self._terms, self._rulebook, [], [], self._clock.today())
        return {**view, "link": f"{self._public_url}/authorise/{code}"}


def _parties(names: Names, helper_phone: str | None) -> Parties:
    return Parties(
        checked_person_name(names.applicant_name, "/applicant_name"),
        checked_person_name(names.helper_name, "/helper_name"),
        helper_phone,
    )


def _phone(text: str) -> str:
    """Raises ContentRefused at the form's field."""
    try:
        return parse_phone(text).value
    except PhoneInvalid as refusal:
        detail = refusal.detail
        raise ContentRefused(detail, errors=[{"pointer": "/helper_phone", "detail": detail}]) from refusal


def _is_of(authorisation: Authorisation, actor: Actor) -> bool:
    return actor.id in (authorisation.applicant_id, authorisation.helper_id)


def _of_case(tx: Transaction, case_id: UUID, authorisation_id: UUID) -> Authorisation:
    """An authorisation of a case that was handed in. Raises NotFound."""
    if tx.cases.read(case_id).number is None:
        raise NotFound
    for each in tx.authorisations.of_case(case_id):
        if each.id == authorisation_id:
            return each
    raise NotFound


def _must_be_at(authorisation: Authorisation, seen_version: int) -> None:
    if seen_version != authorisation.version:
        raise StaleVersion(version=authorisation.version, changed_by="对方", changed_at=None)
