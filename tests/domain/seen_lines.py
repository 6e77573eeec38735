"""Lines as the eye gives them, without a picture: words at places, turned and tilted as a photo may be."""

from __future__ import annotations

import math

from backend.domain.reading import Corner, Seen, SeenLine

WIDTH, HEIGHT = 1600, 1200
LETTER = 40  # pixels of a wide character; a narrow one has half


def a_line(text: str, x: float, y: float, confidence: float = 0.98) -> SeenLine:
    """A line whose upper left corner is at (x, y)."""
    right = x + sum(LETTER / 2 if character.isascii() else LETTER for character in text)
    return SeenLine(text, ((x, y), (right, y), (right, y + LETTER), (x, y + LETTER)), confidence)


def seen(*rows: tuple[str, float, float], degrees: float = 0.0) -> Seen:
    """Words at (x, y) on a picture that was then turned clockwise by so many degrees round its middle."""
    return turned(Seen(WIDTH, HEIGHT, tuple(a_line(*row) for row in rows)), degrees)


def turned(upright: Seen, degrees: float) -> Seen:
    """The same lines on the turned picture."""
    angle = math.radians(degrees)
    sideways = round(degrees / 90) % 2 == 1
    width, height = (upright.height, upright.width) if sideways else (upright.width, upright.height)

    def move(corner: Corner) -> Corner:
        x, y = corner[0] - upright.width / 2, corner[1] - upright.height / 2
        return (
            width / 2 + x * math.cos(angle) - y * math.sin(angle),
            height / 2 + x * math.sin(angle) + y * math.cos(angle),
        )

    def line(each: SeenLine) -> SeenLine:
        first, second, third, fourth = (move(corner) for corner in each.corners)
        return SeenLine(each.text, (first, second, third, fourth), each.confidence)

    return Seen(width, height, tuple(line(each) for each in upright.lines))
