"""The two sets of drawn photos: `tuning`, on which limits were found, and `measuring`, which has another seed, other
people, other drawings and other tables, and was never used for finding one.

What each photo is was decided before the coach saw any: `must` for faults of the taking itself (a corner cut off,
upside down, the wrong side), else the machine reader decides: a photo on which it does not find the facts of the paper
is unreadable, one on which it does is good when it was spoiled no more than happens to any photo (strength 0 or 1), and
between the two when it was spoiled more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from tests import pictures, spoiled
from tests.paper_families import FAMILIES, Paper, made_up_person
from tests.spoiled import LANDSCAPE, TABLES, UPRIGHT, Scene

SETS = {"tuning": ("a", 20261124), "measuring": ("b", 970331)}


@dataclass(frozen=True)
class DrawnPhoto:
    """`expected` are the coach's words that fit what was done; `must` that it has to say something whatever is read."""

    name: str
    kind: str
    strength: int
    paper: Paper
    jpeg: bytes
    must: bool
    expected: tuple[str, ...]
    quarter_turns: int = 0


SPOILS = {
    "blur": (spoiled.blurred, ("blurred",)),
    "motion": (spoiled.moved, ("blurred",)),
    "noise": (spoiled.noisy, ("dark", "blurred")),
    "dark": (spoiled.dark, ("dark",)),
    "glare": (spoiled.glaring, ("glare",)),
    "jpeg": (spoiled.pressed, ("blurred", "too_small")),
    "folds": (spoiled.folded, ("folded", "glare", "cut_off", "blurred")),
}


def photos(name: str) -> Iterator[DrawnPhoto]:
    """Every photo of a set, always the same."""
    family, seed = SETS[name]
    for key in FAMILIES[family](pictures.HER):
        chance = random.Random(f"{seed}/{key}")  # noqa: S311 - the same set each time, not a secret
        yield from _of_paper(name, key, family, chance)


def _of_paper(name: str, key: str, family: str, chance: random.Random) -> Iterator[DrawnPhoto]:
    tables = TABLES[family]

    def paper() -> Paper:
        return FAMILIES[family](made_up_person(chance))[key]

    def frame(of: Paper) -> tuple[int, int]:
        stands = of.image.height > of.image.width
        return UPRIGHT if stands or chance.random() < 0.3 else LANDSCAPE

    def laid(of: Paper, **how: object) -> Scene:
        return spoiled.lay(of.image, chance.choice(tables), chance, **{"size": frame(of), **how})  # type: ignore[arg-type]  # keywords of lay

    def made(
        kind: str,
        strength: int,
        of: Paper,
        scene: Scene,
        *,
        must: bool = False,
        expected: tuple[str, ...] = (),
        turns: int = 0,
    ) -> DrawnPhoto:
        jpeg = spoiled.as_jpeg(scene.photo)
        return DrawnPhoto(f"{name}/{key}/{kind}{strength}/{len(jpeg)}", kind, strength, of, jpeg, must, expected, turns)

    for _ in range(6):
        of = paper()
        yield made("good", 0, of, laid(of, scale=chance.uniform(0.7, 0.93)))
    of = paper()
    yield made("thumb", 1, of, spoiled.thumbed(laid(of), 1, chance))
    of = paper()
    yield made("lean", 1, of, laid(of, lean=chance.choice([-9, 9]), scale=0.74))
    if not of.is_card:
        of = paper()
        yield made("scan", 0, of, spoiled.scan(of.image, chance))
    for kind, (spoil, expected) in SPOILS.items():
        for strength in (1, 2, 3):
            of = paper()
            yield made(kind, strength, of, spoil(laid(of), strength, chance), expected=expected)
    for strength, tilt in ((1, 0.08), (2, 0.45), (3, 0.68)):
        of = paper()
        yield made("tilt", strength, of, laid(of, tilt=tilt), expected=("wrong_way_up", "blurred", "too_small"))
    for strength, scale in ((1, 0.58), (2, 0.24), (3, 0.14)):
        of = paper()
        small = min(0.9, scale * (1.0 if of.is_card else 1.3))
        yield made("small", strength, of, laid(of, scale=small), expected=("too_small",))
    for strength, off in ((2, 0.13), (3, 0.24)):
        for way in (0, 1):
            of = paper()
            side = chance.choice([-1, 1]) * off * 1.1
            shift = (side, 0.0) if way == 0 else (side * 0.7, chance.choice([-1, 1]) * off)
            yield made("crop", strength, of, laid(of, scale=0.92, off=shift), must=True, expected=("cut_off",))
    of = paper()
    yield made("crop", 1, of, laid(of, scale=0.93, lean=0.5, off=(0, 0)))
    for turns in (1, 2, 3):
        of = paper()
        yield made(
            "turned", turns + 1, of, _turned(laid(of), turns), must=True, expected=("wrong_way_up",), turns=turns
        )
    if of.is_card:
        for strength in (2, 3):
            of, other = paper(), FAMILIES[family](made_up_person(chance))[_other_side(key)]
            yield made("side", strength, of, laid(other), must=True, expected=("wrong_side",))


def _other_side(key: str) -> str:
    return key.replace("front", "BACK").replace("back", "front").replace("BACK", "back")


def _turned(scene: Scene, quarter_turns: int) -> Scene:
    """The whole photo turned clockwise."""
    import numpy as np

    return Scene(np.rot90(scene.photo, -quarter_turns), scene.corners)


def portrait_photos(name: str) -> Iterator[DrawnPhoto]:
    """A studio's portrait as a file: good as it is, and blurred beyond knowing."""
    _, seed = SETS[name]
    chance = random.Random(f"{seed}/portrait")  # noqa: S311 - the same set each time, not a secret
    for number in range(4):
        who = made_up_person(chance)
        jpeg = pictures.portrait(who, number + seed % 7)
        of = Paper("portrait", "photo", "portrait", Image.new("RGB", (1, 1)), ())
        yield DrawnPhoto(f"{name}/portrait/good/{number}", "good", 0, of, jpeg, False, ())
