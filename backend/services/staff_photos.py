"""How staff look at photos: every picture carries who looks and when, and what was looked at is written down.

A whole picture that is shown is a look of its own. One that is fetched ahead, before it is shown, is written down as
such, and as a look when it is shown. Small pictures and parts of pictures are written down once for each time a member
of staff has the case open. Clerks and supervisors see every case that was handed in, and the photos that were returned;
officers the slots their department was routed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from backend.domain.actors import Actor, Role
from backend.domain.audit import AuditEntry
from backend.domain.boxes import Box
from backend.domain.case import Case, Photo, PhotoState
from backend.domain.errors import NotAllowed, NotFound
from backend.domain.notices import SHANGHAI
from backend.domain.routing import ItemState
from backend.domain.rulebook import Rulebook
from backend.services.ports import Clock, Evidence, Store
from backend.services.promise_view import is_shown_to_departments

ONE_OPENING = timedelta(minutes=15)  # looks at small pictures within it are one look

ACT_LABELS = {
    "photo_looked_at": "查看照片原图",
    "photo_fetched_ahead": "提前取好照片（还没有看）",
    "thumbnails_looked_at": "查看照片缩略图",
    "crops_looked_at": "查看照片局部",
}


class StaffPictures(Protocol):
    """What staff see of pictures."""

    def watermarked(self, image: bytes, text: str) -> bytes:
        """The JPEG with `text` across all of it."""

    def cropped(self, image: bytes, box: Box, degrees: int) -> bytes:
        """The JPEG of what is in and around the box, turned clockwise."""


class StaffPhotos:
    """Photos for clerks, supervisors and officers."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        evidence: Evidence,
        pictures: StaffPictures,
        rulebook: Rulebook,
        max_bytes: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._evidence = evidence
        self._pictures = pictures
        self._rulebook = rulebook
        self._max_bytes = max_bytes

    def image(self, actor: Actor, case_id: UUID, photo_id: UUID) -> bytes:
        """A whole photo, JPEG. The look is written down. Raises NotFound, NotAllowed, OutsideDown."""
        return self._whole(actor, case_id, photo_id, "photo_looked_at")

    def image_ahead(self, actor: Actor, case_id: UUID, photo_id: UUID) -> bytes:
        """The same before it is shown: `look` says when it was."""
        return self._whole(actor, case_id, photo_id, "photo_fetched_ahead")

    def look(self, actor: Actor, case_id: UUID, photo_id: UUID) -> None:
        """A photo that was fetched ahead is shown now. Raises NotFound, NotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, photo = self._shown(tx.cases.read(case_id), photo_id, actor)
            tx.audit.append(_of_photo(case, photo, actor, at, "photo_looked_at"))

    def thumbnail(self, actor: Actor, case_id: UUID, photo_id: UUID) -> bytes:
        """A photo, small. Raises NotFound, NotAllowed, OutsideDown."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, photo = self._shown(tx.cases.read(case_id), photo_id, actor)
            tx.audit.append_once(_entry(case, actor, at, "thumbnails_looked_at"), since=at - ONE_OPENING)
        return self._watermarked(photo.thumbnail_key, actor, at)

    def crop(self, actor: Actor, case_id: UUID, photo_id: UUID, box: Box) -> bytes:
        """What is in and around a place of a photo, upright. Raises NotFound, NotAllowed, OutsideDown."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, photo = self._shown(tx.cases.read(case_id), photo_id, actor)
            tx.audit.append_once(_entry(case, actor, at, "crops_looked_at"), since=at - ONE_OPENING)
        part = self._pictures.cropped(self._fetched(photo.image_key), box, photo.turn or 0)
        return self._pictures.watermarked(part, _viewer(actor, at))

    def item_image(self, actor: Actor, item_id: UUID, photo_id: UUID) -> bytes:
        """A whole photo for an officer, by the item that was routed to her. Raises NotFound, OutsideDown."""
        return self.image(actor, self._case_of(actor, item_id), photo_id)

    def item_thumbnail(self, actor: Actor, item_id: UUID, photo_id: UUID) -> bytes:
        """The same, small."""
        return self.thumbnail(actor, self._case_of(actor, item_id), photo_id)

    def _case_of(self, actor: Actor, item_id: UUID) -> UUID:
        with self._store.begin() as tx:
            case = tx.cases.read_by_item(item_id)
            case.item(item_id).must_be_seen_by(actor)
            return case.id

    def _whole(self, actor: Actor, case_id: UUID, photo_id: UUID, action: str) -> bytes:
        at = self._clock.now()
        with self._store.begin() as tx:
            case, photo = self._shown(tx.cases.read(case_id), photo_id, actor)
            tx.audit.append(_of_photo(case, photo, actor, at, action))
        return self._watermarked(photo.image_key, actor, at)

    def _watermarked(self, key: str | None, actor: Actor, at: datetime) -> bytes:
        return self._pictures.watermarked(self._fetched(key), _viewer(actor, at))

    def _fetched(self, key: str | None) -> bytes:
        if key is None:
            raise NotFound("没有找到这张照片，可能已经换过了。")
        return self._evidence.fetch(key, self._max_bytes)

    def _shown(self, case: Case, photo_id: UUID, actor: Actor) -> tuple[Case, Photo]:
        """Raises NotFound, NotAllowed."""
        photo = case.shown_photo(photo_id)
        if actor.role in (Role.CLERK, Role.SUPERVISOR):
            if case.submitted_at is None:
                raise NotFound
        elif actor.role is Role.OFFICER:
            self._must_be_routed_to(actor, case, photo)
        else:
            raise NotAllowed
        if photo.state is PhotoState.AWAITING:
            raise NotFound("没有找到这张照片，可能已经换过了。")
        return case, photo

    def _must_be_routed_to(self, actor: Actor, case: Case, photo: Photo) -> None:
        """An officer sees what her department needs as it counts now. Raises NotFound."""
        routed = [item for item in case.items.values() if item.state is not ItemState.SELF_FILED]
        if not any(item.department == actor.department for item in routed) or photo.state is not PhotoState.READY:
            raise NotFound
        slots = {slot.key: slot for slot in self._rulebook.checklist(case.answers)}
        if photo.slot_key not in slots or actor.department not in slots[photo.slot_key].departments:
            raise NotFound
        if not is_shown_to_departments(photo.slot_key, case):
            raise NotFound


def _viewer(actor: Actor, at: datetime) -> str:
    return f"{actor.name} {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _of_photo(case: Case, photo: Photo, actor: Actor, at: datetime, action: str) -> AuditEntry:
    return _entry(case, actor, at, action, f"slot:{photo.slot_key}/{photo.part_key}", {"photo": str(photo.id)})


def _entry(
    case: Case,
    actor: Actor,
    at: datetime,
    action: str,
    subject: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> AuditEntry:
    return AuditEntry(case.id, at, actor.id, actor.role, actor.name, action, subject, None, facts or {})
