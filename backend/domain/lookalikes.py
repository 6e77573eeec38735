"""Whether two photos are of the very same paper: the same bytes, or nearly the same picture with the same writing.

The picture alone never decides. Its 64-bit difference hash only finds candidates: two people's copies of one standard
form, photographed on the same table, differ in 0 to 1 bits of it, and the same photo sent on by another app in up to 5
(`python -m tests.bench.lookalikes` measures both on drawn papers). What tells them apart is what was read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from backend.domain.comparing import plain_number, same_name
from backend.domain.materials import Whose
from backend.domain.reading import FieldKey, Reading, ReadingState

NEAR_BITS = 5  # of 64
BANDS = 6  # two hashes that differ in at most 5 bits agree in at least one of 6 bands
SAME_WRITING = 0.9  # share of the pairs of neighbouring characters that both have
_LEAST_CHARACTERS = 12
_SURE = 0.8
_NUMBERS = (FieldKey.ID_NUMBER, FieldKey.ACCOUNT_NUMBER, FieldKey.CARD_NUMBER, FieldKey.CERTIFICATE_NUMBER)
_NAMES = (FieldKey.NAME, FieldKey.HOLDER, FieldKey.NAMES)


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo of another person's case that has the same bytes (`is_exact`), or nearly the same picture."""

    photo_id: UUID
    other_photo_id: UUID
    other_case_id: UUID
    other_whose: Whose
    is_exact: bool
    other_reading: Reading | None = None


def bits_apart(one: int, other: int) -> int:
    """In how many bits two 64-bit hashes, signed as the database keeps them, differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def have_the_same_writing(one: Reading | None, other: Reading | None) -> bool:
    """Whether nearly every character read on one stands on the other; never where little was read."""
    if not (_is_read(one) and _is_read(other)):
        return False
    pairs, others = Counter(_pairs(one)), Counter(_pairs(other))
    if min(pairs.total(), others.total()) < _LEAST_CHARACTERS:
        return False
    return (pairs & others).total() >= SAME_WRITING * (pairs | others).total()


def name_the_same_person(one: Reading | None, other: Reading | None) -> bool:
    """Whether both carry the same number, or without numbers the same name and writing. A blank form names nobody."""
    if not (_is_read(one) and _is_read(other)):
        return False
    numbers, others = set(_numbers(one)), set(_numbers(other))
    if numbers or others:
        return bool(numbers & others)
    is_named_alike = any(same_name(a, b) for a in _values(one, _NAMES) for b in _values(other, _NAMES))
    return is_named_alike and have_the_same_writing(one, other)


def _is_read(reading: Reading | None) -> bool:
    return reading is not None and reading.state is ReadingState.READ


def _pairs(reading: Reading | None) -> Iterator[str]:
    text = "".join(character for line in (reading.lines if reading else ()) for character in line.text.split())
    return (text[at : at + 2] for at in range(len(text) - 1))


def _numbers(reading: Reading | None) -> Iterator[str]:
    return (plain_number(value) for value in _values(reading, _NUMBERS))


def _values(reading: Reading | None, keys: tuple[FieldKey, ...]) -> list[str]:
    fields = reading.fields if reading else ()
    return [each.value for each in fields if each.key in keys and each.confidence >= _SURE and each.value]
