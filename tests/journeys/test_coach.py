"""The coach as a phone runs it: what it says of photos spoiled one way each, in its worker and on the page."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests import pictures, spoiled
from tests.bench.coach.browser import opened, served_coach
from tests.bench.coach.truth import KEPT
from tests.paper_families import FAMILIES, Paper
from tests.spoiled import LANDSCAPE, TABLES, Scene

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FRONT = {"slot": "id_card", "part": "front", "sample": "id_card"}
WAYS = ("ask", "askOnPage")
ASKED = count()


@pytest.fixture(scope="module")
def coach(browser: Browser) -> Iterator[Page]:
    with served_coach() as address:
        page = opened(browser, address)
        yield page
        page.close()


def chance(seed: int = 7) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same photos each time, not a secret


def a_card(side: str = "id_front") -> Paper:
    return FAMILIES["a"](pictures.HER)[side]


def laid(**how: Any) -> Scene:
    """The front of her card on a table, as a hand holds the phone over it."""
    paper = how.pop("paper", None) or a_card()
    return spoiled.lay(paper.image, TABLES["a"][0], chance(5), **{"size": LANDSCAPE, **how})


def asked(coach: Page, photo: bytes, way: str) -> Any:
    """What the coach warns of; None when it does not judge the file."""
    (KEPT / "asked.jpg").write_bytes(photo)
    address = f"/asked.jpg?{next(ASKED)}"  # never one that the browser has kept
    found = coach.evaluate(f"([a, w]) => {way}(a, w).then(each => each.found)", [address, FRONT])
    return found["warnings"] if found else None


def said(coach: Page, photo: bytes, way: str = "ask") -> set[str]:
    """The same on a machine with much to do, where its patience may end before it has looked."""
    for _ in range(5):
        if (warned := asked(coach, photo, way)) is not None:
            return set(warned)
    raise AssertionError("the coach did not judge the photo")


# fmt: off
PHOTOS: dict[str, tuple[Callable[[], Scene], set[str]]] = {
    "good":       (lambda: laid(),                                 set()),
    "blurred":    (lambda: spoiled.blurred(laid(), 2, chance()),   {"blurred"}),
    "moved":      (lambda: spoiled.moved(laid(), 3, chance()),     {"blurred"}),
    "dark":       (lambda: spoiled.dark(laid(), 2, chance()),      {"dark"}),
    "glare":      (lambda: spoiled.glaring(laid(), 3, chance()),   {"glare"}),
    "cut_off":    (lambda: laid(scale=0.92, off=(0.26, 0.0)),      {"cut_off"}),
    "too_small":  (lambda: laid(scale=0.2),                        {"too_small"}),
    "wrong_side": (lambda: laid(paper=a_card("id_back")),          {"wrong_side"}),
}
# fmt: on


@pytest.mark.parametrize("kind", PHOTOS)
def test_each_fault_is_told_in_the_worker_and_on_the_page(coach: Page, kind: str) -> None:
    make, wanted = PHOTOS[kind]
    photo = spoiled.as_jpeg(make().photo)

    for way in WAYS:
        warned = said(coach, photo, way)

        assert wanted <= warned
        assert bool(wanted) is bool(warned)


def test_a_card_that_stands_on_its_head_is_told_unless_the_file_says_how_to_turn_it(coach: Page) -> None:
    upright = Image.fromarray(laid(size=(2400, 1800)).photo[..., ::-1].copy())
    turned, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 3  # stored on its head, to be shown upright
    upright.rotate(180).save(turned, "JPEG", quality=88, exif=exif)
    on_its_head = io.BytesIO()
    upright.rotate(180).save(on_its_head, "JPEG", quality=88)

    assert said(coach, turned.getvalue()) == set()
    assert "wrong_way_up" in said(coach, on_its_head.getvalue())


def test_what_cannot_be_decoded_is_not_judged(coach: Page) -> None:
    photo = spoiled.as_jpeg(laid().photo)

    for broken in (photo[:30], b"\xff\xd8\xff\xe1\x00", b"no picture at all"):
        assert [asked(coach, broken, way) for way in WAYS] == [None, None]
