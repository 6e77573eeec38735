"""请核对: what a machine noticed on the photos of a case. Said to people, who decide; nothing here refuses anything.

Values are compared in comparing.py, pictures in lookalikes.py; the sentences are in services/finding_words.py.
A finding is worked out anew whenever it is asked for; only what people answered to it is kept.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.domain.actors import Role
from backend.domain.boxes import Box
from backend.domain.case import Case, Photo, PhotoState
from backend.domain.comparing import characters_apart, plain_number, same_name, same_place
from backend.domain.errors import IdNumberInvalid
from backend.domain.identifiers import parse_id_number
from backend.domain.lookalikes import NEAR_BITS, Twin, bits_apart, have_the_same_writing, name_the_same_person
from backend.domain.materials import Checklist, Slot, Whose
from backend.domain.people import IdNumber
from backend.domain.reading import DocumentKind, FieldKey, ReadField, Reading, ReadingState

SURE = 0.8  # what was read with less is not held against anybody
SURE_OF_ONE_CHARACTER = 0.93  # two names that differ in one character only: machines mistake one for another
SURE_OF_A_BROKEN_NUMBER = 0.97  # a printed number that breaks its own check digit is mostly a misread one
ACCOUNT_MIN_DIGITS = 12

D, F = DocumentKind, FieldKey
# fmt: off
OTHER_SIDE = {
    D.ID_CARD_FRONT:              D.ID_CARD_BACK,
    D.ID_CARD_BACK:               D.ID_CARD_FRONT,
    D.SOCIAL_SECURITY_CARD_FRONT: D.SOCIAL_SECURITY_CARD_BACK,
    D.SOCIAL_SECURITY_CARD_BACK:  D.SOCIAL_SECURITY_CARD_FRONT,
}
CARDS = frozenset({*OTHER_SIDE, D.BANK_CARD})
# Which of her answers a paper of hers also says, by what is printed on it.
HER_PAPERS = {
    D.ID_CARD_FRONT:              (F.NAME, F.ID_NUMBER, F.BIRTH_DATE, F.SEX, F.ADDRESS),
    D.SOCIAL_SECURITY_CARD_FRONT: (F.NAME, F.HOLDER, F.ID_NUMBER, F.ACCOUNT_NUMBER),
    D.SOCIAL_SECURITY_CARD_BACK:  (F.ACCOUNT_NUMBER,),
    D.BANK_CARD:                  (F.HOLDER, F.ACCOUNT_NUMBER),
    D.RETIREMENT_APPLICATION:     (F.NAME, F.ID_NUMBER),
    D.QUALIFICATION_FORM:         (F.NAME, F.ID_NUMBER),
    D.CONTRIBUTION_RECORD:        (F.NAME, F.ID_NUMBER),
    D.LABOUR_CONTRACT:            (F.NAME, F.ID_NUMBER),
}
NAMES_OF_BOTH = frozenset({D.MARRIAGE_CERTIFICATE, D.DIVORCE_CERTIFICATE})
# fmt: on


class FindingKind(StrEnum):
    """What can be noticed; the values are the wire and database values."""

    DIFFERS = "differs"
    CHECK_DIGIT = "check_digit"
    WRONG_DOCUMENT = "wrong_document"
    WRONG_SIDE = "wrong_side"
    SAME_PHOTO = "same_photo"
    SEEN_ELSEWHERE = "seen_elsewhere"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed on one photo. `aspect` is what was read (a FieldKey), `question_key` the answer it is about.

    `box`: where it stands on the kept picture. `key` stays the same as long as photo and aspect do.
    """

    kind: FindingKind
    photo_id: UUID
    slot_key: str
    part_key: str
    aspect: FieldKey | None = None
    question_key: str | None = None
    read: str | None = field(default=None, repr=False)
    typed: str | None = field(default=None, repr=False)
    box: Box | None = None
    document: DocumentKind | None = None
    other_photo_id: UUID | None = None
    other_case_id: UUID | None = None

    @property
    def key(self) -> str:
        """`differs:name:<photo id>`, `wrong_side:<photo id>`."""
        return ":".join(str(part) for part in (self.kind, self.aspect, self.photo_id) if part is not None)


@dataclass(frozen=True, slots=True)
class FindingVerdict:
    """The clerk's 对 or 不对 to one finding."""

    finding_key: str
    is_right: bool
    by_id: UUID
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dismissal:
    """照片上就是这样、我核对过了: hers, or her helper's. `about` is the fingerprint of the values that were shown."""

    finding_key: str
    about: bytes
    by_role: Role
    at: datetime


@dataclass(frozen=True, slots=True)
class KindCount:
    """How often one kind was shown to the window in a month (YYYY-MM), and was judged right or wrong."""

    month: str
    kind: FindingKind
    said: int
    right: int
    wrong: int

    @property
    def unjudged(self) -> int:
        return self.said - self.right - self.wrong

    @property
    def precision_percent(self) -> int | None:
        """Of what was judged, how much was right, in whole percent; None while nothing was."""
        judged = self.right + self.wrong
        return round(100 * self.right / judged) if judged else None


Readings = Mapping[UUID, Reading]


def findings(
    case: Case,
    slots: Checklist,
    readings: Readings,
    twins: Sequence[Twin] = (),
    also_written_as: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Everything noticed on the photos that count, in the checklist's order.

    `twins`: photos of other people's cases that have the same bytes or nearly the same picture. `also_written_as`: see
    same_place.
    """
    placed = list(_placed(case, slots))
    found: list[Finding] = []
    for at, (slot, photo) in enumerate(placed):
        reading = readings.get(photo.id)
        found += _about_the_picture(slot, photo, placed[:at], readings)
        found += _seen_elsewhere(slot, photo, reading, twins)
        if reading is not None:
            found += _about_the_paper(slot, photo, reading, case.answers, also_written_as)
    return tuple(found)


def count_waiting(case: Case, slots: Checklist, readings: Readings) -> int:
    """How many of the photos that count are still to be read."""
    waiting = {photo_id for photo_id, reading in readings.items() if reading.state is ReadingState.WAITING}
    return sum(photo.id in waiting for _, photo in _placed(case, slots))


def _placed(case: Case, slots: Checklist) -> Iterator[tuple[Slot, Photo]]:
    """The verified photos of the checklist's slots, in order. One of another kind than she named does not count."""
    for slot in slots:
        by_part = {
            photo.part_key: photo
            for photo in case.photos.values()
            if photo.slot_key == slot.key
            and photo.state is PhotoState.READY
            and (slot.kind is None or photo.kind == slot.kind)
        }
        for part in slot.parts:
            if part.key in by_part:
                yield slot, by_part[part.key]


# ── the picture ──────────────────────────────────────────────────────────────────────────────


def _about_the_picture(
    slot: Slot, photo: Photo, before: Sequence[tuple[Slot, Photo]], readings: Readings
) -> Iterator[Finding]:
    """The same photo twice in this case: said of the later place."""
    for _, other in before:
        if _is_the_same(photo, other, readings):
            yield _of(FindingKind.SAME_PHOTO, slot, photo, other_photo_id=other.id)
            return


def _is_the_same(photo: Photo, other: Photo, readings: Readings) -> bool:
    if photo.sha256 is not None and photo.sha256 == other.sha256:
        return True
    if photo.perceptual_hash is None or other.perceptual_hash is None:
        return False
    is_near = bits_apart(photo.perceptual_hash, other.perceptual_hash) <= NEAR_BITS
    return is_near and have_the_same_writing(readings.get(photo.id), readings.get(other.id))


def _seen_elsewhere(
    slot: Slot, photo: Photo, reading: Reading | None, twins: Sequence[Twin]
) -> Iterator[Finding]:
    """In another person's case. What a family shares (结婚证, 户口本, each other's cards) may well be there."""
    for twin in twins:
        if twin.photo_id != photo.id or not slot.whose is twin.other_whose is Whose.HERS:
            continue
        if twin.is_exact or name_the_same_person(reading, twin.other_reading):
            other = {"other_photo_id": twin.other_photo_id, "other_case_id": twin.other_case_id}
            yield _of(FindingKind.SEEN_ELSEWHERE, slot, photo, **other)
            return


# ── the paper ────────────────────────────────────────────────────────────────────────────────


def _about_the_paper(
    slot: Slot, photo: Photo, reading: Reading, answers: Mapping[str, Any], also_written_as: Collection[str]
) -> Iterator[Finding]:
    if reading.state is ReadingState.NOTHING:
        if slot.has_writing:
            yield _of(FindingKind.UNREADABLE, slot, photo)
        return
    if reading.state is not ReadingState.READ:
        return
    if (wrong := _wrong_paper(slot, photo, reading)) is not None:
        yield wrong
        return
    if slot.whose is Whose.HERS:
        yield from _her_values(slot, photo, reading, answers, also_written_as)
    elif slot.whose is Whose.SPOUSE:
        yield from _spouse_card(slot, photo, reading, answers)
    elif reading.document in NAMES_OF_BOTH:
        yield from _names_of_both(slot, photo, reading, answers)


def _wrong_paper(slot: Slot, photo: Photo, reading: Reading) -> Finding | None:
    """Another paper than the slot is for, or its other side; a paper that is not recognised may be the right one."""
    wanted, seen = slot.papers_in(photo.part_key, photo.kind), reading.document
    if seen is None or seen in wanted or (not wanted and seen not in CARDS):
        return None
    kind = FindingKind.WRONG_SIDE if OTHER_SIDE.get(seen) in wanted else FindingKind.WRONG_DOCUMENT
    return _of(kind, slot, photo, document=seen)


def _her_values(
    slot: Slot, photo: Photo, reading: Reading, answers: Mapping[str, Any], also_written_as: Collection[str]
) -> Iterator[Finding]:
    compared = HER_PAPERS.get(reading.document, ()) if reading.document else ()
    number = _sure(reading, F.ID_NUMBER) if F.ID_NUMBER in compared else None
    is_another_number = False
    for key in (F.NAME, F.HOLDER):
        if key in compared and (name := _sure(reading, key)) and _is_another_name(name, answers.get("name")):
            yield _differs(slot, photo, reading, name, "name", answers["name"])
            break
    if number is not None:
        found = _about_the_number(slot, photo, reading, number, answers.get("id_number"))
        is_another_number = found is not None
        if found is not None:
            yield found
    typed = answers.get("id_number")
    if typed and not is_another_number:
        yield from _about_the_birth(slot, photo, reading, compared, IdNumber(typed))
    area, address = answers.get("household_area"), _sure(reading, F.ADDRESS) if F.ADDRESS in compared else None
    if area and address is not None and not same_place(address.value, area, also_written_as):
        yield _differs(slot, photo, reading, address, "household_area", None)
    account = answers.get("bank_account")
    if F.ACCOUNT_NUMBER in compared and account and (printed := _sure(reading, F.ACCOUNT_NUMBER)):
        digits = plain_number(printed.value)
        if len(digits) >= ACCOUNT_MIN_DIGITS and digits != plain_number(account):
            yield _differs(slot, photo, reading, printed, "bank_account", account)


def _about_the_number(
    slot: Slot, photo: Photo, reading: Reading, number: ReadField, typed: str | None
) -> Finding | None:
    """Another number than she typed; or one that breaks its own check digit, when it was read very surely."""
    digits = plain_number(number.value)
    if typed is not None and digits == plain_number(typed):
        return None
    if _is_whole(digits):
        return _differs(slot, photo, reading, number, "id_number", typed) if typed else None
    if number.confidence < SURE_OF_A_BROKEN_NUMBER:
        return None
    facts = {"aspect": F.ID_NUMBER, "question_key": "id_number", "read": number.value, "box": number.box}
    return _of(FindingKind.CHECK_DIGIT, slot, photo, document=reading.document, **facts)


def _about_the_birth(
    slot: Slot, photo: Photo, reading: Reading, compared: Collection[FieldKey], typed: IdNumber
) -> Iterator[Finding]:
    """Printed day of birth and sex against those in the number she typed."""
    for key, value in ((F.BIRTH_DATE, typed.birth_date.isoformat()), (F.SEX, typed.sex.value)):
        printed = _sure(reading, key) if key in compared else None
        if printed is not None and printed.value != value:
            yield _differs(slot, photo, reading, printed, "id_number", value)


def _spouse_card(slot: Slot, photo: Photo, reading: Reading, answers: Mapping[str, Any]) -> Iterator[Finding]:
    """Her own card where the spouse's belongs, or a number that breaks its check digit."""
    number = _sure(reading, F.ID_NUMBER)
    if number is None:
        return
    if answers.get("id_number") and plain_number(number.value) == plain_number(answers["id_number"]):
        facts = {"aspect": F.ID_NUMBER, "read": number.value, "box": number.box}
        yield _of(FindingKind.WRONG_DOCUMENT, slot, photo, document=reading.document, **facts)
    elif (found := _about_the_number(slot, photo, reading, number, None)) is not None:
        yield found


def _names_of_both(slot: Slot, photo: Photo, reading: Reading, answers: Mapping[str, Any]) -> Iterator[Finding]:
    """A certificate of two people of whom none is she."""
    names = [each for each in reading.values(F.NAMES) if each.confidence >= SURE]
    typed = answers.get("name")
    if typed and len(names) > 1 and all(_is_another_name(each, typed) for each in names):
        yield _differs(slot, photo, reading, names[0], "name", typed, "、".join(each.value for each in names))


def _is_another_name(printed: ReadField, typed: str | None) -> bool:
    if not typed or same_name(printed.value, typed):
        return False
    return characters_apart(printed.value, typed) > 1 or printed.confidence >= SURE_OF_ONE_CHARACTER


def _is_whole(digits: str) -> bool:
    try:
        parse_id_number(digits)
    except IdNumberInvalid:
        return False
    return True


def _sure(reading: Reading, key: FieldKey) -> ReadField | None:
    """The field as it was read, when it was read surely."""
    found = reading.value(key)
    return found if found is not None and found.confidence >= SURE and found.value else None


def _differs(
    slot: Slot,
    photo: Photo,
    reading: Reading,
    printed: ReadField,
    question_key: str,
    typed: str | None,
    read: str | None = None,
) -> Finding:
    return _of(
        FindingKind.DIFFERS,
        slot,
        photo,
        aspect=F.NAME if printed.key in (F.HOLDER, F.NAMES) else printed.key,
        question_key=question_key,
        read=read or printed.value,
        typed=typed,
        box=printed.box,
        document=reading.document,
    )


def _of(kind: FindingKind, slot: Slot, photo: Photo, **facts: Any) -> Finding:
    return Finding(kind, photo.id, slot.key, photo.part_key, **facts)
