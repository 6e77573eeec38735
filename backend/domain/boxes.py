"""Places on a photo (照片上的位置): points and boxes as fractions of the kept picture, and its turn to be upright.

Fractions are of the picture as it is kept, before it is turned: 0 is its left or upper edge, 1 its right or lower one.
So a place stays true at any size and any turn.
"""

from dataclasses import dataclass

TURNS = (0, 90, 180, 270)  # degrees clockwise by which a kept picture is shown


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the kept picture, both in fractions of it. Raises ValueError outside of it."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            raise ValueError(f"a point outside of its picture: {self.x}, {self.y}")


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle of the kept picture, in fractions of it. Raises ValueError when it is empty or outside."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"not a box of a picture: {self.left}, {self.top}, {self.right}, {self.bottom}")
