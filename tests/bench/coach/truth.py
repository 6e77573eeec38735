"""What is on a drawn photo, by the machine reader: whether it finds the paper's facts. Kept in var/: it takes time."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from PIL import Image

from backend.adapters.ocr import ChildEyes
from backend.domain.reading import CannotRead
from backend.settings import CHECKOUT
from tests.bench.coach.photos import DrawnPhoto, photos, portrait_photos

KEPT = CHECKOUT / "var" / "coach"


@dataclass(frozen=True)
class Known:
    """A photo on the disk, what was done to it, and whether its facts could be read."""

    file: str
    kind: str
    strength: int
    slot: str
    part: str
    sample: str
    must: bool
    expected: tuple[str, ...]
    is_read: bool

    @property
    def is_unreadable(self) -> bool:
        return self.must or not self.is_read

    @property
    def is_good(self) -> bool:
        return not self.is_unreadable and self.strength <= 1


def known(name: str) -> list[tuple[Known, Path]]:
    """The set with its truth; drawn and read at the first call, and taken up where that was broken off."""
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    listed, done = folder / "truth.jsonl", folder / "done"
    if not done.exists():
        _complete(name, folder, listed)
        done.touch()
    return listed_so_far(name)


def listed_so_far(name: str) -> list[tuple[Known, Path]]:
    """What of the set has been read until now."""
    lines = (KEPT / name / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(Known(**{**row, "expected": tuple(row["expected"])}), KEPT / name / row["file"]) for row in rows]


def _complete(name: str, folder: Path, listed: Path) -> None:
    already = len(listed.read_text(encoding="utf-8").splitlines()) if listed.exists() else 0
    eyes = ChildEyes(seconds=60)
    try:
        for number, photo in enumerate(chain(portrait_photos(name), photos(name))):
            if number < already:
                continue
            file = folder / f"{number:04d}-{photo.paper.slot}-{photo.kind}{photo.strength}.jpg"
            file.write_bytes(photo.jpeg)
            place = (photo.paper.slot, photo.paper.part, photo.paper.sample)
            is_read = photo.must or has_facts(eyes, photo)
            row = Known(file.name, photo.kind, photo.strength, *place, photo.must, photo.expected, is_read)
            with listed.open("a", encoding="utf-8") as out:
                out.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            if number % 50 == 0:
                print(f"  {name}: {number} photos drawn and read", flush=True)
    finally:
        eyes.close()


def has_facts(eyes: ChildEyes, photo: DrawnPhoto) -> bool:
    """Whether every fact stands in what was read, spaces and widths apart."""
    try:
        seen = eyes.read(_small(photo.jpeg))
    except CannotRead:
        return False
    text = plain("".join(line.text for line in seen.lines))
    return all(plain(fact) in text for fact in photo.paper.facts)


def _small(jpeg: bytes) -> bytes:
    picture = Image.open(io.BytesIO(jpeg))
    picture.thumbnail((1600, 1600))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).upper() if each.isalnum())
