"""Marks (标注): a box or an arrow that a clerk draws on a photo, to show the applicant what is wrong and where.

A mark is kept as a vector over the version of the photo it was drawn on. What it says is a reason of that paper
(config/checks) and the clerk's own note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.boxes import Point
from backend.domain.errors import ContentRefused
from backend.domain.review import Judgement, Verdict

MARKS_PER_PHOTO = 20
LEAST_LENGTH = 0.005  # of the picture, along x and y together: less is a slip of the hand


class MarkShape(StrEnum):
    """What is drawn; the values are the wire and database values."""

    BOX = "box"
    ARROW = "arrow"


@dataclass(frozen=True, slots=True)
class Mark:
    """One box (any two opposite corners) or arrow (tail, head) on one version of a photo, and what it says."""

    id: UUID
    photo_id: UUID
    shape: MarkShape
    start: Point
    end: Point
    reason_code: str | None
    note: str | None
    round: int
    by_id: UUID
    by_name: str
    at: datetime

    @property
    def says_something(self) -> bool:
        """Whether it has a reason or a note."""
        return bool(self.reason_code or self.note)

    def says_the_same_as(self, other: "Mark") -> bool:
        """Whether nothing of it was changed but who drew it when."""
        return _drawn(self) == _drawn(other)


def must_be_drawable(marks: Sequence[Mark]) -> None:
    """Raises ContentRefused for too many on one photo, one without an extent, or an id given twice."""
    if len(marks) > MARKS_PER_PHOTO:
        raise ContentRefused(f"一张照片最多标 {MARKS_PER_PHOTO} 处，请删掉几处再画。")
    if len({mark.id for mark in marks}) != len(marks):
        raise ContentRefused("同一处标注重复了，请刷新页面再画。")
    for mark in marks:
        if abs(mark.end.x - mark.start.x) + abs(mark.end.y - mark.start.y) < LEAST_LENGTH:
            raise ContentRefused("画的地方太小，看不出来，请画大一点。")


def redrawn(before: Sequence[Mark], given: Sequence[Mark]) -> tuple[Mark, ...]:
    """The given marks, those that were not changed with who drew them first and when."""
    known = {mark.id: mark for mark in before}
    return tuple(
        known[mark.id] if mark.id in known and known[mark.id].says_the_same_as(mark) else mark for mark in given
    )


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The fail that only marks had caused is taken back: none of them says anything any more."""


def said_by_marks(
    before: Sequence[Mark], now: Sequence[Mark], standing: Judgement | None, subject: str
) -> Judgement | Withdrawn | None:
    """What changed marks on a slot's photos mean for `subject`; None when nothing changes.

    A mark with a reason or a note fails its slot, in the words of the first one that is new. A fail of this round that
    the clerk gave herself stays as she gave it; one that came from a mark follows it: with its words, to another mark
    when it is gone, and away with the last. A pass that she gives after the drawing stands: only what was not said
    on the photo before speaks.
    """
    speaking = [mark for mark in now if mark.says_something]
    if standing is not None and standing.is_fail and any(_came_from(mark, standing) for mark in before):
        if any(_came_from(mark, standing) for mark in now):
            return None
        gone = next(mark.id for mark in before if _came_from(mark, standing))
        following = [mark for mark in speaking if mark.id == gone] or speaking
        return _fail(following[0], subject) if following else Withdrawn()
    said = {(mark.id, mark.reason_code, mark.note) for mark in before}
    new = [mark for mark in speaking if (mark.id, mark.reason_code, mark.note) not in said]
    if not new or (standing is not None and standing.is_fail and standing.round == new[0].round):
        return None
    return _fail(new[0], subject)


def _came_from(mark: Mark, fail: Judgement) -> bool:
    """Whether this mark, as it is, gave this fail."""
    said, judged = (mark.reason_code, mark.note, mark.round, mark.by_id, mark.at), (fail.reason_code, fail.note)
    return mark.says_something and said == (*judged, fail.round, fail.by_id, fail.at)


def _fail(mark: Mark, subject: str) -> Judgement:
    return Judgement(subject, Verdict.FAIL, mark.reason_code, mark.note, mark.round, mark.by_id, mark.by_name, mark.at)


def _drawn(mark: Mark) -> tuple[object, ...]:
    return mark.photo_id, mark.shape, mark.start, mark.end, mark.reason_code, mark.note
