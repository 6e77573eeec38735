"""Photos of material slots and the signature: from the browser's hand into the case, and how she looks at them.

Bytes go straight to the object store by a form that is signed here, are checked and drawn anew outside any
transaction, and count only when the transaction that keeps them commits. How a slot looks is in slot_views.py,
departments' results are in result_files.py.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from backend.domain.actors import Actor, Role
from backend.domain.audit import AuditEntry
from backend.domain.case import Case, Photo, PhotoState, Signature
from backend.domain.errors import (
    ActionNotAllowed,
    AlreadyUsed,
    ContentRefused,
    NotAllowed,
    NotFound,
    PhotoChanged,
    PhotoNotAnImage,
    PhotoNotArrived,
    PhotoRefused,
)
from backend.domain.materials import Slot
from backend.domain.rulebook import Rulebook
from backend.services.pages import PDF, page_id, parts_for
from backend.services.ports import CleanPicture, Clock, Evidence, Pdfs, Pictures, Seals, Store, Transaction, UploadForm
from backend.services.reading import read_soon
from backend.services.repeats import is_repeat
from backend.services.result_files import ResultFiles
from backend.services.slot_views import is_editable, slot_view
from backend.services.uploads import KEPT_UNCLAIMED, Announced, UploadLimits, Uploads

PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})

PHOTOS_PER_CASE = 500  # all tries together; a case with every slot and page full has some 60

# What is written to the audit trail here and in result_files.py, and how people read it.
ACT_LABELS = {
    "photo_kept": "上传照片",
    "photo_taken_back": "删除照片",
    "absence_declared": "说明没有材料",
    "absence_taken_back": "取消“没有材料”的说明",
    "result_kept": "上传办理结果",
    "result_removed": "删除办理结果",
}


class Materials(ResultFiles):
    """Photos, absences, the signature, and result files. `evidence` and `outputs` are the two private buckets."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        evidence: Evidence,
        outputs: Evidence,
        pictures: Pictures,
        pdfs: Pdfs,
        seals: Seals,
        rulebook: Rulebook,
        limits: UploadLimits,
    ) -> None:
        uploads = Uploads(evidence, limits)
        super().__init__(store=store, clock=clock, outputs=outputs, pictures=pictures, seals=seals, uploads=uploads)
        self._evidence = evidence
        self._rulebook = rulebook
        self._pdfs = pdfs

    # ── the applicant's photos ───────────────────────────────────────────────────────────────

    def request_upload(
        self,
        actor: Actor,
        case_id: UUID,
        place: tuple[str, str],
        kind: str | None,
        file: Announced,
        key: str | None = None,
    ) -> tuple[UUID, UploadForm | None]:
        """A photo, or a PDF of photos, that is awaited in `place` (slot key, part key), and the form to send it by.

        Announced again under the same `key` it is the same photo; the form is None when it has counted by then.

        Raises: NotFound, ActionNotAllowed, AlreadyUsed, ContentRefused, PhotoEmpty, PhotoTooLarge, PhotoNotAnImage.
        """
        if file.content_type not in PHOTO_TYPES | {PDF}:
            raise PhotoNotAnImage
        self._uploads.must_be_of_a_size(file)
        at = self._clock.now()
        with self._store.begin() as tx:
            case, _ = self._own_case(tx, actor, case_id)
            photo_id = uuid4() if key is None else uuid5(case.id, key)
            before = case.photos.get(photo_id)
            if (before and before.state is not PhotoState.AWAITING) or (not before and tx.photos.is_known(photo_id)):
                return photo_id, None
            slot = self._editable_slot(case, place[0])
            if place[1] not in {part.key for part in slot.parts}:
                raise NotFound("这份材料没有这一页，请返回材料页再试。", part=place[1])
            if len(case.photos) >= PHOTOS_PER_CASE:
                raise ContentRefused("照片传得太多了，请给窗口打电话，我们帮您看看。")
            photo = Photo(
                id=photo_id,
                slot_key=slot.key,
                part_key=place[1],
                kind=_kind_in(slot, kind),
                state=PhotoState.AWAITING,
                content_type=file.content_type,
                declared_bytes=file.bytes,
                declared_sha256=file.sha256,
                round=case.round,
                created_at=at,
                incoming_key=f"incoming/{case.id}/{photo_id}",
                coach=file.coached,
            )
            if before and replace(before, created_at=at, round=case.round) != photo:
                raise AlreadyUsed
            case.add_photo(photo)
            tx.cases.save(case)
            self._uploads.remove_some_day(tx, photo.incoming_key)
        return photo_id, self._uploads.form(photo.incoming_key, file, at)

    def complete(self, actor: Actor, case_id: UUID, photo_id: UUID, key: str) -> dict[str, Any]:
        """The photo arrived: it is checked, drawn anew, and counts. Returns its slot; again and again the same.

        Of a PDF every page becomes a photo of its own, all or none. What was sent is not kept.

        Raises: NotFound, ActionNotAllowed, AlreadyUsed, a leaf of PhotoRefused, OutsideDown.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._own_case_unlocked(tx, actor, case_id)
            photo = case.photo(photo_id)
            if photo.state is not PhotoState.AWAITING:
                return self._slot_view(case, photo.slot_key)
            slot = self._editable_slot(case, photo.slot_key)
        try:
            ready = self._verified(case_id, slot, photo, at)
        except (PhotoNotArrived, PhotoChanged):
            raise  # sent again, under the same name
        except PhotoRefused:
            with self._store.begin() as tx:
                self._uploads.remove_soon(tx, photo.incoming_key)
            raise
        with self._store.begin() as tx:
            case, actor = self._own_case(tx, actor, case_id)
            again = is_repeat(tx, self._seals, actor, key, {"complete_photo": photo_id}, at)
            if not again and case.photo(photo_id).state is PhotoState.AWAITING:
                self._editable_slot(case, photo.slot_key)
                for each in ready:
                    case.keep_photo(each)
                    tx.audit.append(_entry(case, actor, at, "photo_kept", _subject(each), {"sha256": each.sha256}))
                tx.cases.save(case)
                self._uploads.remove_soon(tx, photo.incoming_key)
                for each in ready:
                    read_soon(tx, case.id, each.id, at)
            return self._slot_view(case, photo.slot_key)

    def take_back(self, actor: Actor, case_id: UUID, photo_id: UUID) -> dict[str, Any]:
        """Removes a photo from its slot. Returns the slot. Raises NotFound, ActionNotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, actor = self._own_case(tx, actor, case_id)
            photo = case.photo(photo_id)
            self._editable_slot(case, photo.slot_key)
            case.take_back_photo(photo_id)
            tx.cases.save(case)
            tx.audit.append(_entry(case, actor, at, "photo_taken_back", _subject(photo)))
            return self._slot_view(case, photo.slot_key)

    def declare_absent(self, actor: Actor, case_id: UUID, slot_key: str, reason: str) -> dict[str, Any]:
        """“我没有这个材料”. Returns the slot. Raises NotFound, ActionNotAllowed, ReasonMissing."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, actor = self._own_case(tx, actor, case_id)
            self._editable_slot(case, slot_key)
            case.declare_absent(slot_key, reason, at)
            tx.cases.save(case)
            tx.audit.append(_entry(case, actor, at, "absence_declared", f"slot:{slot_key}"))
            return self._slot_view(case, slot_key)

    def take_back_absence(self, actor: Actor, case_id: UUID, slot_key: str) -> dict[str, Any]:
        """She has it after all. Returns the slot. Raises NotFound, ActionNotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, actor = self._own_case(tx, actor, case_id)
            self._editable_slot(case, slot_key)
            if slot_key in case.absences:
                case.take_back_absence(slot_key)
                tx.cases.save(case)
                tx.audit.append(_entry(case, actor, at, "absence_taken_back", f"slot:{slot_key}"))
            return self._slot_view(case, slot_key)

    def save_signature(self, actor: Actor, case_id: UUID, seen_version: int, png: bytes) -> None:
        """Her handwriting, or her helper's, under the case.

        Raises NotFound, NotAllowed, StaleVersion, ActionNotAllowed, SignatureMissing, OutsideDown.
        """
        if actor.role not in (Role.APPLICANT, Role.HELPER):
            raise NotAllowed("签名要申请人本人来签：请她扫二维码在手机上签，或者打印出来签。")
        self._save_signature(actor, case_id, seen_version, png)

    def save_walk_in_signature(self, actor: Actor, case_id: UUID, seen_version: int, png: bytes) -> None:
        """Her handwriting on a phone at the counter; `actor` is the link it came by. Raises as `save_signature`."""
        self._save_signature(actor, case_id, seen_version, png)

    def _save_signature(self, actor: Actor, case_id: UUID, seen_version: int, png: bytes) -> None:
        self._pictures.check_signature(png)
        at, sha256 = self._clock.now(), hashlib.sha256(png).hexdigest()
        image_key = f"cases/{case_id}/signature/{sha256}.png"
        with self._store.begin() as tx:
            self._signable_case(self._own_case_unlocked(tx, actor, case_id), seen_version)
        self._evidence.put(image_key, png, "image/png")
        with self._store.begin() as tx:
            case, actor = self._own_case(tx, actor, case_id)
            self._signable_case(case, seen_version)
            signer = Role.HELPER if actor.role is Role.HELPER else Role.APPLICANT
            case.sign(Signature(image_key, sha256, at, signer), actor, at)
            tx.cases.save(case)

    # ── looking at photos ────────────────────────────────────────────────────────────────────

    def image(self, actor: Actor, case_id: UUID, photo_id: UUID, size: str) -> bytes:
        """The applicant's own photo, JPEG; `size` is image or thumbnail. Raises NotFound, OutsideDown."""
        with self._store.begin() as tx:
            photo = self._own_case_unlocked(tx, actor, case_id).shown_photo(photo_id)
        return self._evidence.fetch(_key_of(photo, size), self._uploads.max_bytes)

    # ── jobs ─────────────────────────────────────────────────────────────────────────────────

    def remove_incoming(self, key: str) -> None:
        """Removes a file as it came from a browser, place and phone in it, once it is kept or given up."""
        self._uploads.remove(key)

    def forget_unsent(self) -> int:
        """Forgets photos that were announced long ago and never counted, with whatever came of them. How many."""
        with self._store.begin() as tx:
            keys = tx.photos.forget_unsent(self._clock.now() - KEPT_UNCLAIMED)
            for key in keys:
                self._uploads.remove_soon(tx, key)
        return len(keys)

    # ── what the above share ─────────────────────────────────────────────────────────────────

    def _own_case(self, tx: Transaction, person: Actor, case_id: UUID) -> tuple[Case, Actor]:
        """The case, locked, and who this person is in it: the applicant, or her helper. Raises NotFound."""
        case = tx.cases.load(case_id)
        return case, case.must_belong_to(person)

    def _own_case_unlocked(self, tx: Transaction, person: Actor, case_id: UUID) -> Case:
        case = tx.cases.read(case_id)
        case.must_belong_to(person)
        return case

    def _slot(self, case: Case, slot_key: str) -> Slot:
        """Raises NotFound when the answers do not call for it (any more)."""
        for slot in self._rulebook.checklist(case.answers):
            if slot.key == slot_key:
                return slot
        raise NotFound("按您现在的回答，这份材料不用交了，请返回材料页。", slot=slot_key)

    def _editable_slot(self, case: Case, slot_key: str) -> Slot:
        """Raises NotFound, ActionNotAllowed."""
        case.must_take_photos(slot_key, "改动照片")
        slot = self._slot(case, slot_key)
        if not is_editable(slot, case):
            raise ActionNotAllowed("这份材料不用再改，只改窗口标出来的就行。", slot=slot_key)
        return slot

    def _slot_view(self, case: Case, slot_key: str) -> dict[str, Any]:
        return slot_view(self._slot(case, slot_key), case, self._rulebook)

    def _signable_case(self, case: Case, seen_version: int) -> None:
        case.must_be_at(seen_version)
        case.must_be_editable("签名")

    def _verified(self, case_id: UUID, slot: Slot, sent: Photo, at: datetime) -> list[Photo]:
        """The photo, or those of a PDF's pages, each with its clean picture in the bucket. Twice gives the same."""
        content = self._uploads.arrived(sent.incoming_key, sent.declared_bytes, sent.declared_sha256)
        if sent.content_type != PDF:
            return [self._kept(case_id, sent, self._pictures.clean(content, sent.content_type), at)]
        with self._pdfs.opened(content) as pdf:
            parts = parts_for(slot, sent.part_key, pdf.count)
            return [
                self._kept(case_id, _page(sent, part), picture, at) for part, picture in zip(parts, pdf, strict=True)
            ]

    def _kept(self, case_id: UUID, photo: Photo, clean: CleanPicture, at: datetime) -> Photo:
        folder = f"cases/{case_id}/{photo.id}"
        self._evidence.put(f"{folder}/image.jpg", clean.image, "image/jpeg")
        self._evidence.put(f"{folder}/thumbnail.jpg", clean.thumbnail, "image/jpeg")
        return replace(
            photo,
            state=PhotoState.READY,
            image_key=f"{folder}/image.jpg",
            thumbnail_key=f"{folder}/thumbnail.jpg",
            sha256=hashlib.sha256(clean.image).hexdigest(),
            bytes=len(clean.image),
            width=clean.width,
            height=clean.height,
            ready_at=at,
            perceptual_hash=clean.perceptual_hash,
        )


def _kind_in(slot: Slot, kind: str | None) -> str | None:
    """Which of the slot's kinds the photo shows. Raises ContentRefused when it has to be said, or is not one."""
    if not slot.kinds:
        return None
    chosen = slot.kind or kind
    if chosen is None:
        raise ContentRefused("请先选这份材料是哪一种，再拍照。", slot=slot.key)
    if chosen not in {key for key, _ in slot.kinds}:
        raise ContentRefused("请重新选这份材料是哪一种，再拍照。", slot=slot.key)
    return chosen


def _page(sent: Photo, part: str) -> Photo:
    """What the page of a PDF that goes to `part` becomes. But for one page nothing came by its way in."""
    way_in = sent.incoming_key if part == sent.part_key else f"{sent.incoming_key}/{part}"
    return replace(sent, id=page_id(sent.id, sent.part_key, part), part_key=part, incoming_key=way_in)


def _key_of(photo: Photo, size: str) -> str:
    """Raises NotFound unless the photo is verified."""
    key = photo.image_key if size == "image" else photo.thumbnail_key
    if photo.state is PhotoState.AWAITING or key is None:
        raise NotFound("没有找到这张照片，可能已经换过了。")
    return key


def _subject(photo: Photo) -> str:
    return f"slot:{photo.slot_key}/{photo.part_key}"


def _entry(
    case: Case, actor: Actor, at: datetime, action: str, subject: str, facts: Mapping[str, Any] | None = None
) -> AuditEntry:
    return AuditEntry(case.id, at, actor.id, actor.role, actor.name, action, subject, None, facts or {})
