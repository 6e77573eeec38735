"""What a photo must be and how it is kept, a signature with ink, a result that opens: on photos drawn by code."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageStat

from backend.adapters.images import FORMATS, PillowPictures
from backend.domain.errors import (
    FileRefused,
    PhotoEmpty,
    PhotoMislabelled,
    PhotoNotAnImage,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    SignatureMissing,
)
from backend.domain.lookalikes import NEAR_BITS, bits_apart
from backend.services.materials import PHOTO_TYPES
from tests import pictures

MAX_BYTES, MAX_PIXELS = 20_000_000, 60_000_000


@pytest.fixture(scope="module")
def ours() -> PillowPictures:
    return PillowPictures(max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)


@pytest.fixture(scope="module")
def card() -> bytes:
    return pictures.photo_for("id_card", "front")


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of brightness, of 255."""
    pair = [each.convert("L").resize((160, 120)) for each in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*pair)).mean[0]


# ── photos that are kept ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content_type", "as_it_comes"),
    [
        ("image/jpeg", lambda photo: photo),
        ("image/png", pictures.as_png),
        ("image/webp", pictures.as_webp),
        ("image/heic", pictures.as_heic),
        ("image/heif", pictures.as_heic),
    ],
)
def test_a_photo_of_every_phone_is_kept_as_the_same_jpeg(
    ours: PillowPictures, card: bytes, content_type: str, as_it_comes: Callable[[bytes], bytes]
) -> None:
    kept = ours.clean(as_it_comes(card), content_type)

    image = opened(kept.image)
    assert (image.format, image.size) == ("JPEG", (kept.width, kept.height)) == ("JPEG", (1600, 1200))
    assert difference(image, opened(card)) < 3


def test_every_type_the_service_takes_can_be_read() -> None:
    assert set(FORMATS) == PHOTO_TYPES


def test_the_thumbnail_is_the_same_photo_in_small(ours: PillowPictures, card: bytes) -> None:
    thumbnail = opened(ours.clean(card, "image/jpeg").thumbnail)

    assert thumbnail.size == (320, 240)
    assert difference(thumbnail, opened(card)) < 5


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_is_kept_the_way_the_phone_was_held(ours: PillowPictures, card: bytes, orientation: int) -> None:
    kept = ours.clean(pictures.held_sideways(card, orientation), "image/jpeg")

    assert (kept.width, kept.height) == (1600, 1200)
    assert difference(opened(kept.image), opened(card)) < 5


def test_nothing_but_pixels_is_kept(ours: PillowPictures, card: bytes) -> None:
    sideways = pictures.held_sideways(card)
    assert opened(sideways).getexif()

    kept = ours.clean(sideways, "image/jpeg")

    for content in (kept.image, kept.thumbnail):
        left = opened(content)
        assert not left.getexif()
        assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not any(word in content for word in (b"HandyMaker", b"Exif", b"taken at home", b"ICC_PROFILE"))


def test_what_is_hidden_behind_a_photo_is_not_kept(ours: PillowPictures, card: bytes) -> None:
    kept = ours.clean(card + b"<script>hidden</script>", "image/jpeg")

    assert b"hidden" not in kept.image


def test_the_same_photo_gives_the_same_bytes(ours: PillowPictures, card: bytes) -> None:
    assert ours.clean(card, "image/jpeg") == ours.clean(card, "image/jpeg")


def test_a_photo_is_at_most_2400_pixels_long(ours: PillowPictures, card: bytes) -> None:
    kept = ours.clean(pictures.as_jpeg(opened(card).resize((4000, 3000))), "image/jpeg")

    assert (kept.width, kept.height) == (2400, 1800)


def test_a_studio_portrait_of_one_inch_is_large_enough(ours: PillowPictures) -> None:
    kept = ours.clean(pictures.portrait(), "image/jpeg")

    assert (kept.width, kept.height) == (295, 413)


def test_what_was_see_through_is_white(ours: PillowPictures) -> None:
    glass = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(glass, "PNG")

    assert opened(ours.clean(glass.getvalue(), "image/png").image).getpixel((200, 200)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_colours_is_kept(ours: PillowPictures, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (400, 300)).save(out, "PNG")

    assert opened(ours.clean(out.getvalue(), "image/png").image).size == (400, 300)


def test_a_photo_in_printers_colours_is_kept(ours: PillowPictures, card: bytes) -> None:
    kept = ours.clean(pictures.as_jpeg(opened(card).convert("CMYK")), "image/jpeg")

    assert difference(opened(kept.image), opened(card)) < 5


# ── files that are refused ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("draw", "content_type", "refusal"),
    [
        (pictures.empty, "image/jpeg", PhotoEmpty),
        (lambda: pictures.too_large(MAX_BYTES), "image/jpeg", PhotoTooLarge),
        (pictures.too_many_pixels, "image/png", PhotoTooLarge),
        (lambda: pictures.too_many_pixels(9_000, 9_000), "image/png", PhotoTooLarge),
        (lambda: pictures.too_many_pixels(100_000, 100_000), "image/png", PhotoTooLarge),
        (pictures.too_small, "image/jpeg", PhotoTooSmall),
        (pictures.truncated, "image/jpeg", PhotoUnreadable),
        (lambda: pictures.as_png(pictures.photo_for("id_card", "front"))[:90_000], "image/png", PhotoUnreadable),
        (lambda: pictures.as_webp(pictures.photo_for("id_card", "front"))[:50_000], "image/webp", PhotoUnreadable),
        (lambda: pictures.as_heic(pictures.photo_for("id_card", "front"))[:50_000], "image/heic", PhotoUnreadable),
        (pictures.corrupt, "image/jpeg", PhotoUnreadable),
        (pictures.not_an_image, "image/jpeg", PhotoNotAnImage),
        (lambda: b"GIF89a" + bytes(2_000), "image/gif", PhotoNotAnImage),
        (lambda: pictures.result_pdf(), "image/jpeg", PhotoNotAnImage),
        (lambda: pictures.as_png(pictures.photo_for("id_card", "front")), "image/jpeg", PhotoMislabelled),
        (lambda: pictures.photo_for("id_card", "front"), "image/heic", PhotoMislabelled),
    ],
    ids=[
        *("empty", "too many bytes", "bomb", "81 million pixels", "10 billion pixels", "too small"),
        *("half a jpeg", "half a png", "half a webp", "half a heic", "noise", "text", "gif", "pdf"),
        *("png called jpeg", "jpeg called heic"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_by_what_is_wrong_with_it(
    ours: PillowPictures, draw: Callable[[], bytes], content_type: str, refusal: type[PhotoRefused]
) -> None:
    with pytest.raises(PhotoRefused) as refused:
        ours.clean(draw(), content_type)

    assert type(refused.value) is refusal


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp", "image/heic"])
def test_a_photo_with_broken_bytes_is_kept_or_refused_but_never_a_fault(
    ours: PillowPictures, content_type: str
) -> None:
    small = pictures.as_jpeg(opened(pictures.photo_for("id_card", "front")).resize((400, 300)))
    turn: dict[str, Callable[[bytes], bytes]] = {
        "image/png": pictures.as_png,
        "image/webp": pictures.as_webp,
        "image/heic": pictures.as_heic,
    }
    whole = turn[content_type](small) if content_type in turn else small
    chance = random.Random(7)  # noqa: S311 - which bytes break, not a secret

    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            broken[chance.randrange(12, len(broken))] = chance.randrange(256)
        try:
            ours.clean(bytes(broken), content_type)
        except PhotoRefused:
            continue


# ── signatures ───────────────────────────────────────────────────────────────────────────────


def test_a_name_on_a_see_through_canvas_is_a_signature(ours: PillowPictures) -> None:
    ours.check_signature(pictures.signature())


def test_a_short_name_with_a_thin_pen_is_a_signature(ours: PillowPictures) -> None:
    ours.check_signature(pictures.thin_signature())


@pytest.mark.parametrize("colour", ["white", "black", (0, 0, 0, 0)])
def test_a_canvas_without_a_name_is_no_signature(ours: PillowPictures, colour: str | tuple[int, int, int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (640, 320), colour).save(out, "PNG")

    with pytest.raises(SignatureMissing):
        ours.check_signature(out.getvalue())


@pytest.mark.parametrize(
    "draw",
    [
        pictures.id_card_front,
        pictures.empty,
        pictures.not_an_image,
        lambda: pictures.signature()[:2_000],
        pictures.too_many_pixels,
    ],
    ids=["jpeg", "empty", "text", "half", "bomb"],
)
def test_a_file_that_is_no_canvas_is_no_signature(ours: PillowPictures, draw: Callable[[], bytes]) -> None:
    with pytest.raises(PhotoUnreadable):
        ours.check_signature(draw())


# ── results ──────────────────────────────────────────────────────────────────────────────────


def test_a_department_may_upload_pdf_jpeg_and_png(ours: PillowPictures, card: bytes) -> None:
    ours.check_result(pictures.result_pdf(3), "application/pdf")
    ours.check_result(card, "image/jpeg")
    ours.check_result(pictures.as_png(card), "image/png")


def test_a_pdf_with_a_cross_reference_stream_is_taken(ours: PillowPictures) -> None:
    ours.check_result(pictures.result_pdf_with_stream(), "application/pdf")


@pytest.mark.parametrize(
    ("draw", "content_type"),
    [
        (lambda: pictures.result_pdf()[:-60], "application/pdf"),
        (lambda: pictures.result_pdf()[40:], "application/pdf"),
        (lambda: b"%PDF-1.7\nstartxref\n9999\n%%EOF\n", "application/pdf"),
        (lambda: pictures.result_pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 9 0 R"), "application/pdf"),
        (pictures.empty, "application/pdf"),
        (pictures.not_an_image, "application/pdf"),
        (pictures.result_pdf, "image/jpeg"),
        (pictures.id_card_front, "application/pdf"),
        (pictures.truncated, "image/jpeg"),
        (pictures.too_many_pixels, "image/png"),
        (lambda: pictures.as_webp(pictures.id_card_front()), "image/webp"),
        (lambda: pictures.too_large(MAX_BYTES), "image/jpeg"),
    ],
    ids=[
        *("cut pdf", "no header", "no table", "password", "empty", "text", "pdf called jpeg", "jpeg called pdf"),
        *("half a jpeg", "bomb", "webp", "too large"),
    ],
)
def test_a_result_that_would_not_open_is_refused(
    ours: PillowPictures, draw: Callable[[], bytes], content_type: str
) -> None:
    with pytest.raises(FileRefused):
        ours.check_result(draw(), content_type)


# ── how a picture is found again ─────────────────────────────────────────────────────────────


def test_a_photo_saved_anew_and_smaller_is_near_its_original(ours: PillowPictures, card: bytes) -> None:
    smaller = pictures.as_jpeg(opened(card).convert("RGB").resize((1040, 780)))

    hashes = [ours.clean(each, "image/jpeg").perceptual_hash for each in (card, smaller)]

    assert all(each is not None and -(2**63) <= each < 2**63 for each in hashes)
    assert bits_apart(*[each or 0 for each in hashes]) <= NEAR_BITS


def test_a_picture_of_nothing_has_no_hash(ours: PillowPictures) -> None:
    wall = pictures.as_jpeg(Image.new("RGB", (800, 600), (200, 198, 190)))

    assert ours.clean(wall, "image/jpeg").perceptual_hash is None


# ── the viewer's watermark ───────────────────────────────────────────────────────────────────


def test_a_watermark_shows_on_every_part_and_hides_nothing(ours: PillowPictures) -> None:
    plain = ours.clean(pictures.photo_for("work_history_proof"), "image/jpeg").image

    marked = opened(ours.watermarked(plain, "陈窗口 2026-11-24 10:30"))

    change = ImageChops.difference(marked, opened(plain)).convert("L")
    width, height = change.size
    parts = [
        change.crop((x * width // 3, y * height // 4, (x + 1) * width // 3, (y + 1) * height // 4))
        for x in range(3)
        for y in range(4)
    ]
    assert all(sum(part.histogram()[25:]) > 400 for part in parts)
    assert not any(change.histogram()[120:])
    assert sum(change.histogram()[25:]) < 0.12 * width * height


def test_a_watermark_names_who_looked(ours: PillowPictures, card: bytes) -> None:
    plain = ours.clean(card, "image/jpeg").image

    assert ours.watermarked(plain, "陈窗口") != ours.watermarked(plain, "李窗口")
