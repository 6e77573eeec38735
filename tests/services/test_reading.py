"""Photos are read after they arrived, once, in their own queue; a picture that cannot be read holds nobody up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from backend import wiring
from backend.domain.reading import TRIES, CannotRead, DocumentKind, FieldKey, Reading, ReadingState, Seen
from backend.services.reading import PhotoReading
from tests.builders import Town
from tests.domain.seen_lines import seen
from tests.given_sight import eyes_that_see

ID_CARD = seen(
    ("姓名周桂兰", 300, 300), ("住址 湖南省岳阳市", 300, 540), ("公民身份号码 430671197511080023", 300, 800), degrees=90
)


@dataclass
class Desk:
    """A case with one photo of an ID card over the real store, and what reads it."""

    town: Town
    world: wiring.World

    def __post_init__(self) -> None:
        self.eyes = eyes_that_see(ID_CARD)
        self.case_id = UUID(self.town.an_answered_draft()["id"])
        self.photo_id = self.photograph("front")

    def photograph(self, part: str, slot: str = "id_card") -> UUID:
        view = self.town.photograph(self.case_id, slot, part, None, self.town.applicant)
        return next(UUID(each["photo"]["id"]) for each in view["parts"] if each["key"] == part)

    def read(self, photo_id: UUID | None = None) -> Reading | None:
        reading = PhotoReading(
            store=self.town.store,
            clock=self.town.clock,
            evidence=self.world.evidence,
            eyes=self.eyes,
            max_bytes=20_000_000,
        )
        return reading.read(self.case_id, photo_id or self.photo_id)

    def will_see(self, what: Seen | str) -> None:
        self.eyes.close()
        self.eyes = eyes_that_see(what)

    def kept(self, photo_id: UUID | None = None) -> Reading | None:
        with self.town.store.begin() as tx:
            return tx.readings.get(photo_id or self.photo_id)

    def turn(self) -> int | None:
        with self.town.store.begin() as tx:
            return tx.cases.read(self.case_id).photo(self.photo_id).turn


@pytest.fixture
def desk(town: Town, town_world: wiring.World) -> Iterator[Desk]:
    desk = Desk(town, town_world)
    yield desk
    desk.eyes.close()


def test_a_photo_waits_in_its_own_queue_from_the_moment_it_is_kept(desk: Desk) -> None:
    kept = desk.kept()

    assert kept is not None
    assert (kept.state, kept.tries, kept.fields) == (ReadingState.WAITING, 0, ())
    with desk.town.store.engine.connect() as connection:
        [job] = connection.execute(text("SELECT * FROM procrastinate_jobs WHERE task_name = 'read_photo'")).mappings()
    assert (job["queue_name"], job["args"]["photo_id"]) == ("reading", str(desk.photo_id))


def test_what_was_read_is_kept_sealed_and_the_photo_stands_upright(desk: Desk) -> None:
    desk.read()

    kept = desk.kept()
    assert kept is not None
    assert (kept.state, kept.document, kept.turn, kept.engine) == (
        *(ReadingState.READ, DocumentKind.ID_CARD_FRONT, 270, desk.eyes.engine),
    )
    assert [(each.key, each.value) for each in kept.fields] == [
        (FieldKey.NAME, "周桂兰"),
        (FieldKey.ADDRESS, "湖南省岳阳市"),
        (FieldKey.ID_NUMBER, "430671197511080023"),
    ]
    assert desk.turn() == 270
    with desk.town.store.engine.connect() as connection:
        content = bytes(connection.execute(text("SELECT content FROM photo_readings")).scalar_one())
    assert "周桂兰".encode() not in content


def test_a_reading_raises_nobodys_version(desk: Desk) -> None:
    before = desk.town.services.filing.view(desk.town.applicant, desk.case_id)["version"]

    desk.read()

    assert desk.town.services.filing.view(desk.town.applicant, desk.case_id)["version"] == before


def test_how_a_clerk_turned_it_stands(desk: Desk) -> None:
    with desk.town.store.begin() as tx:
        case = tx.cases.load(desk.case_id)
        case.turn_photo(desk.photo_id, 180)
        tx.cases.save(case)

    desk.read()

    assert desk.turn() == 180


def test_a_photo_is_read_once_however_often_the_job_comes(desk: Desk) -> None:
    desk.read()

    assert desk.read() is None
    assert (kept := desk.kept()) is not None
    assert kept.tries == 1


def test_the_same_picture_in_the_same_case_is_not_read_again(desk: Desk) -> None:
    desk.read()
    with desk.town.store.begin() as tx:
        case = tx.cases.load(desk.case_id)
        first = case.photo(desk.photo_id)
        twin = replace(first, id=UUID(int=7), part_key="back", incoming_key="incoming/twin", turn=None)
        case.keep_photo(twin)
        tx.cases.save(case)
        tx.readings.await_for(twin.id, desk.town.clock.now())

    desk.read(twin.id)

    read, again = desk.kept(), desk.kept(twin.id)
    assert read is not None
    assert again is not None
    assert (again.tries, again.fields, again.state) == (0, read.fields, ReadingState.READ)


def test_a_picture_that_breaks_the_reader_is_given_up_after_three_tries(desk: Desk) -> None:
    desk.will_see("crash")
    for _ in range(TRIES - 1):
        with pytest.raises(CannotRead):
            desk.read()

    desk.read()

    assert desk.read() is None
    assert (kept := desk.kept()) is not None
    assert (kept.state, kept.tries) == (ReadingState.GAVE_UP, TRIES)


def test_a_try_that_took_its_process_along_counts(desk: Desk) -> None:
    with desk.town.store.begin() as tx:
        tx.readings.save(Reading(desk.photo_id, ReadingState.WAITING, tries=TRIES))

    desk.read()

    kept = desk.kept()
    assert kept is not None
    assert (kept.state, kept.tries) == (ReadingState.GAVE_UP, TRIES)


def test_a_photo_without_text_is_not_turned(desk: Desk) -> None:
    desk.will_see(Seen(480, 360, ()))

    desk.read()

    kept = desk.kept()
    assert kept is not None
    assert (kept.state, desk.turn()) == (ReadingState.NOTHING, None)


def test_nobody_waits_for_a_photo_that_was_taken_back(desk: Desk) -> None:
    desk.town.services.materials.take_back(desk.town.applicant, desk.case_id, desk.photo_id)

    desk.read()

    assert desk.kept() is None


def test_how_long_it_took_is_kept(desk: Desk) -> None:
    desk.town.clock.at += timedelta(seconds=1)

    desk.read()

    kept = desk.kept()
    assert kept is not None
    assert (kept.read_at, kept.milliseconds) == (desk.town.clock.now(), 0)
