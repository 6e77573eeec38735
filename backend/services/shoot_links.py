"""The counter's link for phones (拍照二维码): any phone gives photos and her signature to one case, for a few minutes.

A phone needs no account. It sees names and states of the materials and nothing that was answered; for the signature
also her name, the commitment and what is filed. The clerk who opened the link answers for what comes by it.
"""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor
from backend.domain.audit import AuditEntry
from backend.domain.case import EDITABLE, Case
from backend.domain.counter import ShootLink, Sitting, link_actor
from backend.domain.errors import ActionNotAllowed, NotFound, ShootLinkGone
from backend.domain.people import mask_name
from backend.domain.rulebook import Rulebook
from backend.services.counter import AtDesk, CounterLimits
from backend.services.filing_view import filing_view
from backend.services.materials import Materials
from backend.services.pictures_to_scan import picture_to_scan
from backend.services.ports import Clock, Seals, Store, Transaction
from backend.services.wording import iso

View = dict[str, Any]

CODE_BYTES = 24  # 192 bits: nobody guesses it


class ShootLinks:
    """Opening a link at the desk, and what a phone does by it. `public_url` is the H5's origin."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        seals: Seals,
        rulebook: Rulebook,
        materials: Materials,
        public_url: str,
        limits: CounterLimits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._materials = materials
        self._public_url = public_url
        self._limits = limits

    # ── the desk ─────────────────────────────────────────────────────────────────────────────

    def open(self, desk: AtDesk, case_id: UUID) -> View:
        """A new link for the case this clerk sits for, its address shown this once; the one before is good no more.

        Raises NotFound, ActionNotAllowed.
        """
        at, code = self._clock.now(), secrets.token_urlsafe(CODE_BYTES)
        with self._store.begin() as tx:
            sitting, case = self._seated(tx, desk, case_id, at)
            case.must_be_editable("开拍照二维码")
            link = ShootLink(uuid4(), sitting.id, case_id, self._digest(code), at, at + self._limits.link)
            tx.counter.open_link(link)
            tx.audit.append(_entry(case_id, desk.clerk, at, "counter_link_opened", link))
        path = f"/shoot/{code}"
        picture = picture_to_scan(self._public_url + path, border=3).decode()
        return {"path": path, "picture_svg": picture, "expires_at": link.expires_at}

    def end(self, desk: AtDesk, case_id: UUID) -> None:
        """Ends the link (作废); one that is over is no error. Raises NotFound."""
        at = self._clock.now()
        with self._store.begin() as tx:
            self._seated(tx, desk, case_id, at)
            link = tx.counter.link_of(case_id)
            if link is not None:
                tx.counter.end_link(case_id, at)
                tx.audit.append(_entry(case_id, desk.clerk, at, "counter_link_ended", link))

    def _seated(self, tx: Transaction, desk: AtDesk, case_id: UUID, at: datetime) -> tuple[Sitting, Case]:
        sitting = tx.counter.sitting_in(case_id, desk.session_digest)
        if sitting is None or not sitting.is_live(at) or sitting.staff_id != desk.clerk.id:
            raise NotFound("这次代填已经结束，请从“窗口代填”列表里重新打开。")
        return sitting, tx.cases.load(case_id)

    # ── the phone ────────────────────────────────────────────────────────────────────────────

    def admit(self, code: str, case_id: UUID, photo_id: UUID | None = None) -> Actor:
        """Who a phone with this code acts as in this case.

        A photo (`photo_id`) that was announced in time may be completed a little after the link's end.
        Raises ShootLinkGone.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            link, sitting = self._found(tx, code)
            if link.case_id != case_id:
                raise ShootLinkGone
            if not link.is_live(at):
                photo = tx.cases.read(case_id).photos.get(photo_id) if photo_id else None
                if photo is None or not link.may_finish(photo.created_at, at, self._limits.link_grace):
                    raise ShootLinkGone
            return link_actor(sitting)

    def view(self, code: str) -> View:
        """What a phone sees. Raises ShootLinkGone."""
        at = self._clock.now()
        with self._store.begin() as tx:
            link, sitting, case = self._open_case(tx, code, at)
        return self._view(link, sitting, case)

    def sign(self, code: str, seen_version: int, png: bytes) -> View:
        """Her handwriting on the phone. Raises ShootLinkGone, StaleVersion, ActionNotAllowed, SignatureMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            link, sitting, case = self._open_case(tx, code, at)
        if self._view(link, sitting, case)["sign"] is None:
            raise ActionNotAllowed("还没到签名这一步，请看窗口的提示。")
        self._materials.save_walk_in_signature(link_actor(sitting), case.id, seen_version, png)
        return self.view(code)

    def _found(self, tx: Transaction, code: str) -> tuple[ShootLink, Sitting]:
        found = tx.counter.link_by_code(self._digest(code))
        if found is None or found[0].ended_at is not None:
            raise ShootLinkGone
        return found

    def _open_case(self, tx: Transaction, code: str, at: datetime) -> tuple[ShootLink, Sitting, Case]:
        link, sitting = self._found(tx, code)
        if not link.is_live(at):
            raise ShootLinkGone
        return link, sitting, tx.cases.read(link.case_id)

    def _view(self, link: ShootLink, sitting: Sitting, case: Case) -> View:
        whole = filing_view(case, self._rulebook, self._clock.today(), [], sitting.clerk)
        is_open = case.state in EDITABLE
        tasks = {task["key"]: task["status"] for task in whole["tasks"]}
        ready = is_open and tasks["answers"] == tasks["photos"] == "done" and not case.signs_on_paper
        commitment = self._rulebook.consents.commitment
        return {
            "case_id": str(case.id),
            "version": case.version,
            "clerk_name": sitting.staff_name,
            "name_masked": mask_name(str(case.answers.get("name", ""))),
            "expires_at": iso(link.expires_at),
            "is_open": is_open,
            "slots": [bare_slot(slot) for slot in whole["slots"]] if is_open else [],
            "sign": {
                "name": str(case.answers.get("name", "")),
                "title": commitment.title,
                "paragraphs": list(commitment.paragraphs),
                "combined": whole["check_answers"]["combined"],
                "by_yourself": whole["check_answers"]["by_yourself"],
                "signed_at": whole["signature"]["signed_at"] if whole["signature"] else None,
            }
            if ready
            else None,
        }

    def _digest(self, code: str) -> bytes:
        return self._seals.digest(code.encode("utf-8", "replace"))


def bare_slot(slot: View) -> View:
    """A slot without what was said or photographed before: its name, and which parts are there."""
    parts = [{**part, "photo": _bare_photo(part["photo"]), "returned_photo": None} for part in slot["parts"]]
    absence = {"reason": ""} if slot["absence"] else None
    return {**slot, "parts": parts, "absence": absence}


def _bare_photo(photo: View | None) -> View | None:
    return {**photo, "image_path": "", "thumbnail_path": ""} if photo else None


def _entry(case_id: UUID, actor: Actor, at: datetime, action: str, link: ShootLink) -> AuditEntry:
    return AuditEntry(case_id, at, actor.id, actor.role, actor.name, action, f"link:{link.id}")
