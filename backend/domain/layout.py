"""Where lines stand on a paper that is held upright and level, however the photo was taken. Geometry only."""

import math
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from backend.domain.boxes import Box
from backend.domain.reading import Corner, Line, Seen, SeenLine


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line and its place on the levelled paper, in pixels from any origin; down and right are positive."""

    seen: SeenLine
    left: float
    top: float
    right: float
    bottom: float
    picture: tuple[int, int]
    is_of_single_letters: bool = False

    @property
    def text(self) -> str:
        return self.seen.text

    @property
    def confidence(self) -> float:
        return self.seen.confidence

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def box(self, start: int = 0, end: int | None = None) -> Box:
        """Where characters `start` to `end` stand on the kept image. Wide characters count twice a narrow one."""
        widths = [1.0 if character.isascii() else 2.0 for character in self.text] or [1.0]
        end = len(widths) if end is None else end
        whole = sum(widths)
        first, last = sum(widths[:start]) / whole, sum(widths[:end]) / whole
        top_left, top_right, bottom_right, bottom_left = self.seen.corners
        corners = [
            *(_between(top_left, top_right, share) for share in (first, last)),
            *(_between(bottom_left, bottom_right, share) for share in (first, last)),
        ]
        return _box_round(corners, self.picture)


@dataclass(frozen=True, slots=True)
class Layout:
    """All lines from top to bottom. `turn`: degrees clockwise that bring the photo upright, to the next quarter."""

    turn: int
    lines: tuple[PlacedLine, ...]

    def as_kept(self) -> tuple[Line, ...]:
        return tuple(Line(each.text, each.box(), each.confidence) for each in self.lines)


def laid_out(seen: Seen) -> Layout:
    """The lines in reading order on the levelled paper."""
    if not seen.lines:
        return Layout(0, ())
    angle = _direction(seen.lines)
    placed = [_placed(line, angle, (seen.width, seen.height)) for line in seen.lines]
    quarter = round(angle / 90) * 90
    return Layout(int(-quarter % 360), tuple(_joined(_in_reading_order(placed))))


def box_of(boxes: Sequence[Box]) -> Box:
    """The smallest box round all of these."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _direction(lines: Sequence[SeenLine]) -> float:
    """Degrees clockwise from “to the right” in which text runs: the quarter most text runs in, and the median tilt."""
    weighted = [(_angle(line), _length(line) * line.confidence) for line in lines]
    weights: dict[int, float] = {}
    for angle, weight in weighted:
        quarter = round(angle / 90) % 4
        weights[quarter] = weights.get(quarter, 0.0) + weight
    quarter = max(weights, key=lambda each: weights[each])
    voting = [(angle, weight) for angle, weight in weighted if round(angle / 90) % 4 == quarter]
    tilts = sorted(((angle - quarter * 90 + 180) % 360 - 180, weight) for angle, weight in voting)
    half, passed = sum(weight for _, weight in tilts) / 2, 0.0
    for tilt, weight in tilts:
        passed += weight
        if passed >= half:
            return quarter * 90 + tilt
    return float(quarter * 90)


def _angle(line: SeenLine) -> float:
    (x0, y0), (x1, y1) = line.corners[0], line.corners[1]
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def _length(line: SeenLine) -> float:
    return math.dist(line.corners[0], line.corners[1])


def _placed(line: SeenLine, angle: float, picture: tuple[int, int]) -> PlacedLine:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across = [x * cos + y * sin for x, y in line.corners]
    down = [y * cos - x * sin for x, y in line.corners]
    line = replace(line, text="".join(_plain(character) for character in line.text))
    is_single = len(line.text) == 1
    return PlacedLine(line, min(across), min(down), max(across), max(down), picture, is_single)


def _in_reading_order(lines: Iterable[PlacedLine]) -> Iterable[PlacedLine]:
    """Rows from top to bottom, each from left to right. A line is in the row whose middle its own middle meets.

    Rows are as high as most lines are: what is taken for a huge letter (a portrait) makes no row of half the paper.
    """
    from_above = sorted(lines, key=lambda each: each.middle)
    usual = statistics.median(each.height for each in from_above)
    row = 0
    rows: list[tuple[int, PlacedLine]] = []
    bottom = -math.inf
    for line in from_above:
        if line.middle > bottom:
            row += 1
            bottom = line.middle + min(line.height, usual) * 0.4
        rows.append((row, line))
    for _, members in groupby(rows, key=lambda each: each[0]):
        yield from sorted((line for _, line in members), key=lambda each: each.left)


def _joined(lines: Iterable[PlacedLine]) -> Iterable[PlacedLine]:
    """Letters that were set wide apart and seen one by one (姓　名, 结 婚 证) are one line again."""
    waiting: PlacedLine | None = None
    for line in lines:
        if waiting is None:
            waiting = line
        elif _are_set_apart(waiting, line):
            waiting = _one_line(waiting, line)
        else:
            yield waiting
            waiting = line
    if waiting is not None:
        yield waiting


def _are_set_apart(left: PlacedLine, right: PlacedLine) -> bool:
    """Single Chinese letters, of one size, in one row, at most two letters apart."""
    size = max(left.height, right.height)
    return (
        len(right.text) == 1
        and len(left.text) <= 4
        and not (left.text + right.text).isascii()
        and abs(left.middle - right.middle) < size * 0.4
        and min(left.height, right.height) > size * 0.6
        and -size * 0.5 < right.left - left.right < size * 2
        and left.is_of_single_letters
    )


def _one_line(left: PlacedLine, right: PlacedLine) -> PlacedLine:
    first, last = left.seen, right.seen
    corners = (first.corners[0], last.corners[1], last.corners[2], first.corners[3])
    seen = SeenLine(first.text + last.text, corners, min(first.confidence, last.confidence))
    top, bottom = min(left.top, right.top), max(left.bottom, right.bottom)
    return PlacedLine(seen, left.left, top, right.right, bottom, left.picture, is_of_single_letters=True)


def _plain(character: str) -> str:
    """Full width letters, digits and signs as half width ones; one character stays one."""
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _between(start: Corner, end: Corner, share: float) -> Corner:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _box_round(corners: Sequence[Corner], picture: tuple[int, int]) -> Box:
    """In fractions of the picture, cut off at its edges, never empty."""
    spans = []
    for axis in (0, 1):
        values = [corner[axis] / picture[axis] for corner in corners]
        low = min(max(min(values), 0.0), 1 - 1e-4)
        spans.append((low, min(max(max(values), low + 1e-4), 1.0)))
    (left, right), (top, bottom) = spans
    return Box(left, top, right, bottom)
