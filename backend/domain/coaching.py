"""What the phone said of a photo before it was sent (拍照提醒): its measures, its warnings, and that she sent it all
the same. A phone's word, shown to the clerk beside the photo; nothing is refused or decided by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CoachFault(StrEnum):
    """What a phone may warn of (拍照提醒), the wire values of h5/src/applicant/coach."""

    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    CUT_OFF = "cut_off"
    TOO_SMALL = "too_small"
    WRONG_WAY_UP = "wrong_way_up"
    WRONG_SIDE = "wrong_side"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Coached:
    """Measures by name, the faults she was warned of, and whether she sent the photo against the warning (就用这张)."""

    scores: Mapping[str, float]
    warnings: tuple[CoachFault, ...]
    insisted: bool
