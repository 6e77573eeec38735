"""What a clerk does on the photos of a case: turns them upright, draws marks on them, and sees what was read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.boxes import Point
from backend.domain.case import Case
from backend.domain.errors import ContentRefused
from backend.domain.marks import Mark, MarkShape
from backend.services.reading_view import readings_view
from backend.services.review import Review


@dataclass(frozen=True, slots=True)
class GivenMark:
    """One mark as the clerk drew it. `id` is the browser's, so that the same drawing sent twice is one."""

    id: UUID
    shape: MarkShape
    start: Point
    end: Point
    reason_code: str | None = None
    note: str | None = None


class PhotoReview(Review):
    """The part of the review that is done on photos."""

    def readings(self, case_id: UUID) -> dict[str, Any]:
        """What the machine read on the case's photos, masked. Raises NotFound."""
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id, lock=False)
            slots = self._versions.rulebook_of(tx, case).checklist(case.answers)
            return readings_view(case, slots, tx.readings.of_case(case_id))

    def turn_photo(self, actor: Actor, case_id: UUID, photo_id: UUID, degrees: int) -> int:
        """Keeps how a photo is shown upright, for everybody who sees it. Raises NotFound, HeldByAnother."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._submitted(tx, case_id)
            self._must_hold(tx, actor, case_id, at)
            case.turn_photo(photo_id, degrees)
            tx.cases.save(case)
            return degrees

    def mark_photo(
        self, actor: Actor, case_id: UUID, seen_version: int, photo_id: UUID, given: Sequence[GivenMark]
    ) -> dict[str, Any]:
        """Keeps these as all the marks on a photo, in this order.

        Raises NotFound, ContentRefused, HeldByAnother, StaleVersion.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._held(tx, actor, case_id, seen_version, at)
            slot_key = case.photo(photo_id).slot_key
            reasons = {reason.key for reason in self._versions.rulebook_of(tx, case).checks.reasons_for(slot_key)}
            if any(mark.reason_code not in (None, *reasons) for mark in given):
                raise ContentRefused("没有这个原因，请刷新页面再选。", photo=str(photo_id))
            marks = [_mark(each, photo_id, case, actor, at) for each in given]
            case.mark_photo(photo_id, marks, actor, at)
            tx.cases.save(case)
            return self._view(tx, case, actor)


def _mark(given: GivenMark, photo_id: UUID, case: Case, actor: Actor, at: datetime) -> Mark:
    return Mark(
        id=given.id,
        photo_id=photo_id,
        shape=given.shape,
        start=given.start,
        end=given.end,
        reason_code=given.reason_code or None,
        note=(given.note or "").strip() or None,
        round=case.round,
        by_id=actor.id,
        by_name=actor.name,
        at=at,
    )
