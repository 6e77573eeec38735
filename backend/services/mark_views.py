"""Marks as a browser draws them: for staff with who drew them and their codes, for her in sentences."""

from collections.abc import Sequence
from typing import Any

from backend.domain.case import Case, Photo, State
from backend.domain.marks import Mark, MarkShape
from backend.domain.rulebook import Rulebook
from backend.services.wording import iso

# What a mark says to her when its drawer said nothing.
LOOK_HERE = {MarkShape.BOX: "请看圈出来的地方。", MarkShape.ARROW: "请看箭头指的地方。"}


def staff_marks(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(mark.id),
            **_drawing(mark),
            "reason_code": mark.reason_code,
            "note": mark.note,
            "by": mark.by_name,
            "at": iso(mark.at),
            "round": mark.round,
        }
        for mark in marks
    ]


def her_marks(photo: Photo, case: Case, rulebook: Rulebook) -> list[dict[str, Any]]:
    """The marks on one of her photos, each with its sentence."""
    return [
        {**_drawing(mark), "sentence": mark_sentence(mark, photo.slot_key, rulebook)}
        for mark in case.marks.get(photo.id, ())
    ]


def mark_sentence(mark: Mark, slot_key: str, rulebook: Rulebook) -> str:
    """What a mark says to her: the reason's sentence, then the clerk's note."""
    said = rulebook.checks.sentence(f"slot:{slot_key}", mark.reason_code, mark.note)
    return said or LOOK_HERE[mark.shape]


def returned_photo(slot_key: str, part_key: str, case: Case) -> Photo | None:
    """The version of a photo that the window had before it when it returned the case; None before the first return.

    In a returned case it may still be the one that is there; later it is one that was replaced.
    """
    since = case.corrected_at
    if since is None:
        return None
    replaced = [p for p in case.returned_photos.values() if (p.slot_key, p.part_key) == (slot_key, part_key)]
    there = [
        photo
        for photo in case.photos.values()
        if (photo.slot_key, photo.part_key) == (slot_key, part_key)
        and photo.ready_at is not None
        and photo.ready_at <= since
        and case.state is State.RETURNED
    ]
    return next(iter(replaced + there), None)


def _drawing(mark: Mark) -> dict[str, Any]:
    return {
        "shape": mark.shape,
        "from": {"x": mark.start.x, "y": mark.start.y},
        "to": {"x": mark.end.x, "y": mark.end.y},
    }
