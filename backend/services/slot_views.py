"""A material slot (材料槽) of a case as the applicant's browser draws it, and the questions behind it: what is in it,
whether it may be changed now, whether what was returned has been mended."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.domain.absences import PromiseState
from backend.domain.case import ACTIVE, Case, Photo, PhotoState, State, reopened
from backend.domain.materials import Part, Slot
from backend.domain.rulebook import Rulebook
from backend.services.mark_views import her_marks, returned_photo
from backend.services.promise_view import promise_in_slot


def slot_view(slot: Slot, case: Case, rulebook: Rulebook) -> dict[str, Any]:
    """SlotView of the API.

    `parts` of a slot with fixed parts are all of them; of a slot with pages, those with a photo and the next empty
    one, and `more_pages` says that this empty one need not be filled.
    """
    photos = photos_in(slot, case)
    failure = reopened(case, [_subject(slot)]).get(_subject(slot))
    absence = case.absences.get(slot.key)
    parts = _shown_parts(slot, photos)
    reason = rulebook.checks.sentence(_subject(slot), failure.reason_code, failure.note) if failure else None
    return {
        "key": slot.key,
        "label": slot.label,
        "why": slot.why,
        "where_to_get": slot.where_to_get,
        "at_the_counter": slot.at_the_counter,
        "used_by": [rulebook.offices[each].name for each in rulebook.offices if each in slot.departments],
        "item_label": rulebook.items[slot.item].short_title if slot.item else None,
        "sample": slot.sample,
        "kinds": [
            {"key": key, "label": label, "sample": slot.kind_samples.get(key, slot.sample)} for key, label in slot.kinds
        ]
        or None,
        "kind": slot.kind or next((photo.kind for photo in photos.values()), None),
        "parts": [
            {
                "key": part.key,
                "label": part.label,
                "photo": _photo_view(case.id, photos.get(part.key)),
                "returned_photo": _returned_view(slot.key, part.key, case, rulebook) if failure else None,
            }
            for part in parts
        ],
        "more_pages": any(not part.required and part.key not in photos for part in parts),
        "status": slot_status(slot, case),
        "editable": is_editable(slot, case),
        "absence": {"reason": absence.reason} if absence else None,
        "return_reason": reason,
        "promise": promise_in_slot(slot, case, rulebook),
    }


def slot_status(slot: Slot, case: Case) -> str:
    """generated, returned (failed and not yet mended), promised (to be brought by a day), absent, done or open."""
    if slot.generated:
        return "generated"
    if reopened(case, [_subject(slot)]) and not is_mended(slot, case):
        return "returned"
    promise = case.promises.get(slot.key)
    if promise is not None and promise.state is PromiseState.OPEN:
        return "promised"
    if slot.key in case.absences:
        return "absent"
    return "done" if _is_full(slot, photos_in(slot, case)) else "open"


def is_editable(slot: Slot, case: Case) -> bool:
    """Whether she may change this slot now: in a draft every one, in a returned case what failed or is still empty."""
    if slot.generated:
        return False
    if case.owes(slot.key) and case.state in ACTIVE:
        return True
    if case.state is not State.RETURNED:
        return case.state is State.DRAFT
    is_provided = slot.key in case.absences or _is_full(slot, photos_in(slot, case))
    return bool(reopened(case, [_subject(slot)])) or not is_provided


def is_mended(slot: Slot, case: Case) -> bool:
    """Whether a photo was taken, or its absence declared, since the case was returned."""
    since = case.corrected_at
    if since is None:
        return True
    absence = case.absences.get(slot.key)
    moments = [photo.ready_at for photo in photos_in(slot, case).values()] + [absence.at if absence else None]
    return any(moment is not None and moment > since for moment in moments)


def photos_in(slot: Slot, case: Case) -> Mapping[str, Photo]:
    """Part key → the verified photo in it. Photos of another kind than the answers name are not of this slot."""
    return {
        photo.part_key: photo
        for photo in case.photos.values()
        if photo.slot_key == slot.key
        and photo.state is PhotoState.READY
        and (slot.kind is None or photo.kind == slot.kind)
    }


def _is_full(slot: Slot, photos: Mapping[str, Photo]) -> bool:
    return all(part.key in photos for part in slot.parts if part.required)


def _shown_parts(slot: Slot, photos: Mapping[str, Photo]) -> list[Part]:
    """Required parts, those with a photo, and of the optional rest the first, once the required ones are there."""
    empty = [part.key for part in slot.parts if not part.required and part.key not in photos]
    offered = empty[:1] if _is_full(slot, photos) else []
    return [part for part in slot.parts if part.required or part.key in photos or part.key in offered]


def _photo_view(case_id: UUID, photo: Photo | None) -> dict[str, Any] | None:
    if photo is None:
        return None
    path = f"/api/filing/cases/{case_id}/photos/{photo.id}"
    return {
        "id": str(photo.id),
        "state": photo.state,
        "width": photo.width,
        "height": photo.height,
        "bytes": photo.bytes,
        "uploaded_at": photo.ready_at.isoformat() if photo.ready_at else None,
        "image_path": f"{path}/image",
        "thumbnail_path": f"{path}/thumbnail",
        "turn": photo.turn or 0,
    }


def _returned_view(slot_key: str, part_key: str, case: Case, rulebook: Rulebook) -> dict[str, Any] | None:
    """The version that the window returned, with what was drawn on it; stays while she takes another."""
    photo = returned_photo(slot_key, part_key, case)
    if photo is None:
        return None
    path = f"/api/filing/cases/{case.id}/photos/{photo.id}"
    return {
        "id": str(photo.id),
        "image_path": f"{path}/image",
        "thumbnail_path": f"{path}/thumbnail",
        "width": photo.width,
        "height": photo.height,
        "turn": photo.turn or 0,
        "marks": her_marks(photo, case, rulebook),
    }


def _subject(slot: Slot) -> str:
    return f"slot:{slot.key}"
