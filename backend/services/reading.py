"""Reading photos by machine, in a job of its own after they arrived. Nothing waits for it, and it refuses nothing."""

import logging
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from backend.domain.case import Case, Photo
from backend.domain.reading import TRIES, CannotRead, Reading, ReadingState
from backend.domain.understanding import understood
from backend.services.ports import Clock, Evidence, Eyes, Store, Transaction

LOG = logging.getLogger(__name__)
DONE = (ReadingState.READ, ReadingState.NOTHING)


def read_soon(tx: Transaction, case_id: UUID, photo_id: UUID, at: datetime) -> None:
    """The photo, which this transaction saved, is read once that is committed."""
    tx.readings.await_for(photo_id, at)
    tx.jobs.defer("read_photo", case_id=str(case_id), photo_id=str(photo_id))


class PhotoReading:
    """The job. `evidence` is the bucket that photos are in."""

    def __init__(self, *, store: Store, clock: Clock, evidence: Evidence, eyes: Eyes, max_bytes: int) -> None:
        self._store = store
        self._clock = clock
        self._evidence = evidence
        self._eyes = eyes
        self._max_bytes = max_bytes

    def read(self, case_id: UUID, photo_id: UUID) -> Reading | None:
        """Reads one photo and keeps what was on it. None when nobody waits for it (any more).

        Each try is counted before it begins, so that one that takes its process along counts too.
        Raises: CannotRead while it is worth another try, OutsideDown.
        """
        began = self._clock.now()
        with self._store.begin() as tx:
            reading = tx.readings.get(photo_id)
            if reading is None or reading.state is not ReadingState.WAITING:
                return None
            case = tx.cases.read(case_id)
            photo = case.photos.get(photo_id) or case.returned_photos.get(photo_id)
            if photo is None or photo.image_key is None:
                tx.readings.forget(photo_id)
                return None
            known = _same_picture(tx, case, photo)
        if known is not None:
            return self._keep(case_id, replace(known, photo_id=photo_id, read_at=began, milliseconds=0, tries=0))
        if reading.tries >= TRIES:
            return self._give_up(case_id, reading)
        image = self._evidence.fetch(photo.image_key, self._max_bytes)
        tried = replace(reading, tries=reading.tries + 1)
        with self._store.begin() as tx:
            tx.readings.save(tried)
        try:
            seen = self._eyes.read(image)
        except CannotRead:
            if tried.tries < TRIES:
                raise
            return self._give_up(case_id, tried)
        done = self._clock.now()
        milliseconds = round((done - began).total_seconds() * 1000)
        read = understood(photo_id, seen, self._eyes.engine, done, milliseconds)
        return self._keep(case_id, replace(read, tries=tried.tries))

    def _give_up(self, case_id: UUID, reading: Reading) -> Reading:
        LOG.warning("gave up reading a photo", extra={"case_id": str(case_id), "photo_id": str(reading.photo_id)})
        given_up = replace(
            reading, state=ReadingState.GAVE_UP, engine=self._eyes.engine, read_at=self._clock.now(), milliseconds=0
        )
        return self._keep(case_id, given_up)

    def _keep(self, case_id: UUID, reading: Reading) -> Reading:
        """The photo is shown upright from now on, unless somebody said before which way up it is."""
        with self._store.begin() as tx:
            case = tx.cases.load(case_id)
            tx.readings.save(reading)
            photo = case.photos.get(reading.photo_id)
            if reading.state is ReadingState.READ and photo is not None and photo.turn is None:
                case.turn_photo(photo.id, reading.turn)
                tx.cases.save(case)
        return reading


def _same_picture(tx: Transaction, case: Case, photo: Photo) -> Reading | None:
    """What was read on another photo of the case that has the same bytes."""
    twins = [each.id for each in case.photos.values() if each.sha256 == photo.sha256 and each.id != photo.id]
    if not twins:
        return None
    readings = tx.readings.of_case(case.id)
    return next((readings[twin] for twin in twins if twin in readings and readings[twin].state in DONE), None)
