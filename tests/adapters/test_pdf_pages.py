"""Pages of PDFs as photos, and PDFs that were made to do harm."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image

from backend.adapters.pdf_pages import PdfiumPages
from backend.domain.errors import PdfLocked, PdfTooHeavy, PdfUnreadable, PhotoEmpty, PhotoMislabelled, RuleBroken
from backend.services.ports import CleanPicture
from tests import pdfs, pictures

RED_CORNER = b"1 0 0 rg 0 0 300 421 re f"


def pages_of(content: bytes, wall_seconds: float = 30) -> list[CleanPicture]:
    with PdfiumPages(wall_seconds=wall_seconds).opened(content) as pdf:
        return list(pdf)


def test_a_page_is_kept_as_a_photo_is() -> None:
    first, second = pages_of(pdfs.pdf_of([pictures.form_page(), pictures.id_card_front()]))

    assert (first.width, first.height) == (1800, 2400)
    assert (second.width, second.height) == (2400, 1800)
    picture, thumbnail = Image.open(io.BytesIO(first.image)), Image.open(io.BytesIO(first.thumbnail))
    assert (picture.format, picture.size, picture.info.get("exif")) == ("JPEG", (1800, 2400), None)
    assert thumbnail.size == (240, 320)


def test_a_page_is_drawn_on_white_in_its_colours() -> None:
    (page,) = pages_of(pdfs.drawn(RED_CORNER))

    picture = Image.open(io.BytesIO(page.image))
    assert picture.getpixel((1500, 100)) == (255, 255, 255)
    red, green, blue = picture.getpixel((100, 2300))  # type: ignore[misc]  # three numbers, as the mode is RGB
    assert red > 240
    assert max(green, blue) < 15


def test_the_same_pdf_gives_the_same_bytes() -> None:
    content = pdfs.drawn(RED_CORNER, pages=2)

    assert pages_of(content) == pages_of(content)


def test_several_threads_take_turns() -> None:
    pages, found = PdfiumPages(), list[int]()

    def count() -> None:
        with pages.opened(pdfs.drawn(RED_CORNER, pages=2)) as pdf:
            found.append(len(list(pdf)))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [2, 2, 2]


def test_whoever_reads_no_further_is_not_kept_waiting() -> None:
    pages = PdfiumPages()
    with pages.opened(pdfs.drawn(RED_CORNER, pages=900)) as pdf:
        assert pdf.count == 900

    with pages.opened(pdfs.drawn(RED_CORNER)) as pdf:
        assert len(list(pdf)) == 1


# fmt: off
NOT_OPENED = [
    (b"",                                 PhotoEmpty),
    (pictures.id_card_front(),            PhotoMislabelled),
    (pdfs.locked(),                       PdfLocked),
    (b"%PDF-1.4\nnothing",                PdfUnreadable),
    (pdfs.drawn(RED_CORNER, (10_000, 9)), PdfUnreadable),
    (pdfs.drawn(RED_CORNER, pages=0),     PdfUnreadable),
]
# fmt: on


@pytest.mark.parametrize(
    ("content", "refusal"), NOT_OPENED, ids=["empty", "a photo", "locked", "broken", "a thread", "no page"]
)
def test_what_cannot_be_opened_says_why(content: bytes, refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal):
        pages_of(content)


def test_a_pdf_that_never_ends_is_given_up() -> None:
    with pytest.raises(PdfTooHeavy):
        pages_of(pdfs.endless(), wall_seconds=0.7)


def test_a_picture_of_ten_thousand_million_pixels_does_no_harm() -> None:
    (page,) = pages_of(pdfs.greedy())

    assert page.height == 2400
