"""`python -m tests.bench.reading`: how well, how fast and in how much memory the machine reads drawn photos.

Each is a card or certificate of a made-up person, tilted to 10°, blurred, shadowed, JPEG 60, any of four ways up. The
seeds from 1 on were tuned with; what is measured begins at MEASURED and was not looked at before.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from backend.adapters.ocr import ChildEyes
from backend.domain.reading import Reading
from backend.domain.understanding import understood
from tests import drawn_papers
from tests.drawn_papers import Drawn, Person, Shot, a_person, photographed

TUNED, MEASURED = 1, 1_000_001
AIMS = {("id_card_front", "id_number"): 0.99, ("id_card_front", "name"): 0.97}
AT = datetime(2026, 11, 24, tzinfo=UTC)
AS_IT_COMES = ("-m", "tests.bench.default_eyes")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Tally:
    """How many of each field came out exactly, by paper; seconds of processor and megabytes of the reading process."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    all: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    peak_megabytes: float = 0.0

    def add(self, shot: Shot, reading: Reading, seed: int) -> None:
        kind = shot.drawn.kind
        self._count(kind, "kind", shot, seed, (kind,), (str(reading.document),))
        self._count(kind, "turn", shot, seed, (str(-shot.quarter % 360),), (str(reading.turn),))
        for key, values in shot.drawn.says.items():
            found = tuple(each.value for each in reading.fields if each.key == key)
            self._count(kind, key, shot, seed, values, found)

    def _count(
        self, kind: str, key: str, shot: Shot, seed: int, values: tuple[str, ...], found: tuple[str, ...]
    ) -> None:
        self.all[kind, key] += 1
        if values == found:
            self.right[kind, key] += 1
        else:
            how = f"turned {shot.quarter}, tilt {shot.tilt:.1f}, blur {shot.blur:.2f}, shadow {shot.has_shadow}"
            self.missed.append(f"{kind}.{key} of {seed} ({how}): {' '.join(values)} was read as {' '.join(found)}")


def main() -> None:
    """Reads and prints the shares of fields that came out exactly as they were drawn."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cards", type=int, default=200, help="identity cards, their front")
    options.add_argument("--others", type=int, default=20, help="of each other paper")
    options.add_argument("--tuning", action="store_true", help="read the seeds that were tuned with")
    given = options.parse_args()
    tally = measure(given.cards, given.others, TUNED if given.tuning else MEASURED)
    report(tally)


def measure_cost() -> None:
    """For `make bench`: seconds of processor a photo, against rapidocr with its own settings on the same photos."""
    ours, as_it_comes = measure(6, 1, TUNED), measure(6, 1, TUNED, ChildEyes(seconds=120, command=AS_IT_COMES))
    for kind, seconds in ours.seconds.items():
        spent, other = sum(seconds) / len(seconds), sum(as_it_comes.seconds[kind]) / len(seconds)
        print(f"  {kind:<28}{spent:>6.2f} CPU s a photo of 1600 pixels, {spent / other:.2f} of rapidocr as it comes")
    ratio = ours.peak_megabytes / as_it_comes.peak_megabytes
    print(f"  {ours.peak_megabytes:.0f} MB at most, {ratio:.2f} of the other")


def measure(cards: int, others: int, first_seed: int, eyes: ChildEyes | None = None) -> Tally:
    """One child reads every photo, one after the other."""
    tally, eyes = Tally(), eyes or ChildEyes(seconds=120)
    eyes.read(photographed(drawn_papers.id_card_front(a_person(0)), 0).jpeg)  # the models are loaded with the first
    for seed, shot in _shots(cards, others, first_seed):
        began = cpu_seconds(eyes.child_pid)
        seen = eyes.read(shot.jpeg)
        tally.seconds.setdefault(shot.drawn.kind, []).append(cpu_seconds(eyes.child_pid) - began)
        tally.add(shot, understood(UUID(int=seed), seen, eyes.engine, AT, 0), seed)
    tally.peak_megabytes = peak_megabytes(eyes.child_pid)
    eyes.close()
    return tally


def _shots(cards: int, others: int, first_seed: int) -> Iterator[tuple[int, Shot]]:
    papers: list[tuple[Callable[[Person], Drawn], int]] = [(drawn_papers.id_card_front, cards)]
    papers += [(draw, others) for draw in drawn_papers.CARDS.values()]
    for place, (draw, count) in enumerate(papers):
        for seed in range(first_seed + place * 10_000, first_seed + place * 10_000 + count):
            yield seed, photographed(draw(a_person(seed)), seed)


def report(tally: Tally) -> None:
    """A line for each field, the misses, and what it cost."""
    for place, count in tally.all.items():
        share, aim = tally.right[place] / count, AIMS.get(place)
        against = f"  the aim is {aim:.0%}: {'reached' if share >= aim else 'NOT REACHED'}" if aim else ""
        print(f"  {place[0]:<28}{place[1]:<20}{tally.right[place]:>5} of {count:<5}{share:>7.1%}{against}")
    for line in tally.missed:
        print(f"  {line}")
    for kind, seconds in tally.seconds.items():
        print(f"  {kind:<28}{sum(seconds) / len(seconds):>6.2f} CPU s a photo, {max(seconds):.2f} at most")
    print(f"  the reading process used {tally.peak_megabytes:.0f} MB at most")


def cpu_seconds(pid: int | None) -> float:
    """What a process has used of the processors so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_megabytes(pid: int | None) -> float:
    """The most memory a process ever had resident (Linux)."""
    [line] = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
