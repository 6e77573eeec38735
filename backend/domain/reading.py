"""What the machine read on a photo: text with its place, which document it seems to be, and the fields found on it.

Values only. How lines are understood is in understanding.py, how they are seen in adapters/ocr.py. A reading is a help
for people: nothing here refuses or decides.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.boxes import Box

TRIES = 3  # after so many that failed nobody waits for a reading any more
Corner = tuple[float, float]


class CannotRead(Exception):
    """The machine took too long over a picture, or broke down over it."""


class ReadingState(StrEnum):
    """How far the machine is with a photo."""

    WAITING = "waiting"
    READ = "read"
    NOTHING = "nothing_found"
    GAVE_UP = "gave_up"


class DocumentKind(StrEnum):
    """Papers that are recognised by what is printed on them."""

    ID_CARD_FRONT = "id_card_front"
    ID_CARD_BACK = "id_card_back"
    SOCIAL_SECURITY_CARD_FRONT = "social_security_card_front"
    SOCIAL_SECURITY_CARD_BACK = "social_security_card_back"
    BANK_CARD = "bank_card"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    DIVORCE_CERTIFICATE = "divorce_certificate"
    HOUSEHOLD_REGISTER = "household_register"
    ONLY_CHILD_CERTIFICATE = "only_child_certificate"
    RETIREMENT_APPLICATION = "retirement_application"
    QUALIFICATION_FORM = "qualification_form"
    CONTRIBUTION_RECORD = "contribution_record"
    LABOUR_CONTRACT = "labour_contract"


class FieldKey(StrEnum):
    """What a field says. `names` comes once for each holder of a certificate, as does `id_number` there."""

    NAME = "name"
    ID_NUMBER = "id_number"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ADDRESS = "address"
    CARD_NUMBER = "card_number"
    ACCOUNT_NUMBER = "account_number"
    HOLDER = "holder"
    VALID_UNTIL = "valid_until"
    NAMES = "names"
    CERTIFICATE_NUMBER = "certificate_number"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. `confidence` 0 to 1; `box` in fractions of the kept image, whatever way up it is."""

    text: str = field(repr=False)
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class ReadField:
    """A value as it is compared: dates ISO (valid_until may be 长期), sex male or female, numbers without spaces."""

    key: FieldKey
    value: str = field(repr=False)
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One photo as it was read. `turn`: degrees clockwise by which its text is upright; 0 where there was none."""

    photo_id: UUID
    state: ReadingState
    engine: str | None = None
    turn: int = 0
    document: DocumentKind | None = None
    fields: tuple[ReadField, ...] = ()
    lines: tuple[Line, ...] = ()
    read_at: datetime | None = None
    milliseconds: int | None = None
    tries: int = 0

    def values(self, key: FieldKey) -> tuple[ReadField, ...]:
        """Every field with this key, in the order of the paper."""
        return tuple(each for each in self.fields if each.key is key)

    def value(self, key: FieldKey) -> ReadField | None:
        """The first field with this key."""
        return next(iter(self.values(key)), None)


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line as the eye gives it. Corners in pixels: the first is where the text begins, then clockwise round it.

    A line that stands on its head has its first corner at the lower right of the picture's line.
    """

    text: str = field(repr=False)
    corners: tuple[Corner, Corner, Corner, Corner]
    confidence: float


@dataclass(frozen=True, slots=True)
class Seen:
    """All lines on a picture of `width` by `height` pixels."""

    width: int
    height: int
    lines: tuple[SeenLine, ...]
