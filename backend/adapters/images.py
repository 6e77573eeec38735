"""Pictures by Pillow: what a photo must be, and how it is kept. Fulfils Pictures of services/ports.py.

Every limit is checked before a pixel is decoded. What is kept is always drawn anew from the pixels, so that nothing
else that came in the file (place, phone, hidden data) is kept. Which photo belongs where is the services' business.
"""

import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import pillow_heif
from PIL import Image, ImageDraw, ImageFont, ImageOps
from pylopdf_fonts_zh_cn import sans_path

from backend.domain.boxes import Box
from backend.domain.errors import (
    FileRefused,
    PhotoEmpty,
    PhotoMislabelled,
    PhotoNotAnImage,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    RuleBroken,
    SignatureMissing,
)
from backend.services.ports import CleanPicture

pillow_heif.register_heif_opener()

# fmt: off
FORMATS = {
    # declared type   Pillow's format
    "image/jpeg":     "JPEG",
    "image/png":      "PNG",
    "image/webp":     "WEBP",
    "image/heic":     "HEIF",
    "image/heif":     "HEIF",
}
# fmt: on
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

LONG_EDGE_PIXELS = 2400
SHORT_EDGE_MIN_PIXELS = 280  # a one-inch portrait from a studio is 295 by 413
THUMBNAIL_PIXELS = 320
CROP_PIXELS = 900
SHRINKING = Image.Resampling.HAMMING  # letters stay as sharp as with LANCZOS, at half its cost
JPEG_QUALITY = 88
THUMBNAIL_QUALITY = 80

SIGNATURE_MAX_PIXELS = 4_000_000
INK_DARKER_THAN = 160  # of 255: a pen of any colour that shows on white
INK_MIN_PIXELS = 200  # a dot or a slip of the finger has fewer, the shortest name has more
INK_MAX_SHARE = 0.5  # more is a filled box, not a hand

HASH_SIDE = 8  # 8 rows of 8 steps from dark to light or back: 64 bits
HASH_LEAST_RANGE = 16  # of 255, of the picture in 9 by 8: with less, a blank wall or page, the bits are noise

WATERMARK_PURPOSE = "仅供退休一件事办理"
WATERMARK_DEGREES = 28
WATERMARK_DARK, WATERMARK_LIGHT = 70, 90  # opacity of letters and of their edge, of 255


class PillowPictures:
    """Cleans photos and checks files within limits. One object serves every thread."""

    def __init__(self, *, max_bytes: int, max_pixels: int) -> None:
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels

    def clean(self, content: bytes, content_type: str) -> CleanPicture:
        """A photo as it is kept: upright, JPEG of at most 2400 pixels, without metadata, and a thumbnail of 320.

        The same content gives the same bytes.

        Raises: PhotoEmpty, PhotoTooLarge, PhotoNotAnImage, PhotoMislabelled, PhotoTooSmall, PhotoUnreadable.
        """
        self._must_be_of_a_size(content)
        actual = sniffed(content)
        if actual is None:
            raise PhotoNotAnImage
        if FORMATS.get(content_type) != actual:
            raise PhotoMislabelled
        with _told_apart(PhotoUnreadable(), self._too_large()), _opened(content, actual) as opened:
            self._must_have_pixels(opened)
            opened.draft(None, (LONG_EDGE_PIXELS, LONG_EDGE_PIXELS))
            picture = _upright(opened)
        return kept(picture)

    def check_signature(self, content: bytes) -> None:
        """A PNG that somebody wrote on. Raises SignatureMissing for an empty or filled one, PhotoUnreadable."""
        unreadable = PhotoUnreadable("签名没有存好，请重新签一次。")
        if sniffed(content) != "PNG":
            raise unreadable
        with _told_apart(unreadable, unreadable), _opened(content, "PNG") as opened:
            if opened.width * opened.height > SIGNATURE_MAX_PIXELS:
                raise unreadable
            grey = _on_white(opened).convert("L")
        ink = sum(grey.histogram()[:INK_DARKER_THAN])
        if not INK_MIN_PIXELS <= ink <= INK_MAX_SHARE * grey.width * grey.height:
            raise SignatureMissing

    def check_result(self, content: bytes, content_type: str) -> None:
        """A PDF that opens without a password, or a whole JPEG or PNG. Raises FileRefused."""
        if len(content) > self._max_bytes:
            raise FileRefused(f"这个文件太大，请上传小于 {_megabytes(self._max_bytes)} 兆的文件。")
        if content_type == "application/pdf":
            _must_be_an_open_pdf(content)
            return
        actual = sniffed(content)
        if actual not in ("JPEG", "PNG") or FORMATS.get(content_type) != actual:
            raise FileRefused
        with _told_apart(FileRefused(), FileRefused()), _opened(content, actual) as opened:
            if opened.width * opened.height > self._max_pixels:
                raise FileRefused
            opened.load()

    def watermarked(self, image: bytes, text: str) -> bytes:
        """A kept picture with `text` (who looks, when) and the purpose across it, light enough to read through.

        It stands on every part of the picture, so that a screenshot of any part names its maker.
        """
        with _opened(image, "JPEG") as opened:
            picture = opened.convert("RGB")
        letters = max(14, round(max(picture.size) / 55))
        ink, mask = _watermark_tile(f"{text} {WATERMARK_PURPOSE}", letters)
        for row, top in enumerate(range(-mask.height // 2, picture.height, mask.height)):
            shift = (row % 2) * mask.width // 2
            for left in range(-shift, picture.width, mask.width):
                picture.paste(ink, (left, top), mask)
        return _jpeg(picture, JPEG_QUALITY)

    def cropped(self, image: bytes, box: Box, degrees: int) -> bytes:
        """What is in and around a box of a kept picture, turned clockwise, of a height to read it by."""
        with _opened(image, "JPEG") as opened:
            width, height = opened.size
            around = max((box.bottom - box.top) * height, (box.right - box.left) * width / 8)
            edges = (box.left * width, box.top * height, box.right * width, box.bottom * height)
            left, top, right, bottom = edges
            part = opened.convert("RGB").crop(
                (
                    max(0, round(left - around)),
                    max(0, round(top - around / 2)),
                    min(width, round(right + around)),
                    min(height, round(bottom + around / 2)),
                )
            )
        upright = part.rotate(-degrees, expand=True)
        upright.thumbnail((CROP_PIXELS, CROP_PIXELS), SHRINKING)
        return _jpeg(upright, JPEG_QUALITY)

    def _must_be_of_a_size(self, content: bytes) -> None:
        if not content:
            raise PhotoEmpty
        if len(content) > self._max_bytes:
            raise self._too_large()

    def _must_have_pixels(self, opened: Image.Image) -> None:
        """By the header alone: nothing is decoded yet."""
        if opened.width * opened.height > self._max_pixels:
            raise self._too_large()
        if min(opened.size) < SHORT_EDGE_MIN_PIXELS:
            raise PhotoTooSmall

    def _too_large(self) -> PhotoTooLarge:
        return PhotoTooLarge(max_megabytes=_megabytes(self._max_bytes))


def difference_hash(picture: Image.Image) -> int | None:
    """64 bits, signed as a database keeps them: whether each of 8 by 8 cells is lighter than the one to its left.

    Few bits change when a photo is made smaller, paler or saved anew. None for a picture that shows next to nothing.
    """
    small = picture.convert("L").resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.BOX)
    greys = small.tobytes()
    if max(greys) - min(greys) < HASH_LEAST_RANGE:
        return None
    rows = [greys[at : at + HASH_SIDE + 1] for at in range(0, len(greys), HASH_SIDE + 1)]
    bits = "".join("01"[right > left] for row in rows for left, right in itertools.pairwise(row))
    return int.from_bytes(int(bits, 2).to_bytes(8), signed=True)


def kept(picture: Image.Image) -> CleanPicture:
    """The pixels as every photo is kept: JPEG of at most 2400 pixels without metadata, and a thumbnail of 320."""
    picture.thumbnail((LONG_EDGE_PIXELS, LONG_EDGE_PIXELS), SHRINKING)
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS), SHRINKING)
    return CleanPicture(
        image=_jpeg(picture, JPEG_QUALITY),
        thumbnail=_jpeg(thumbnail, THUMBNAIL_QUALITY),
        width=picture.width,
        height=picture.height,
        perceptual_hash=difference_hash(thumbnail),
    )


def sniffed(content: bytes) -> str | None:
    """Pillow's name of the format that the first bytes say, or None for what is not accepted."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "HEIF"
    return None


@contextmanager
def _told_apart(unreadable: RuleBroken, too_large: RuleBroken) -> Iterator[None]:
    """Turns whatever a decoder stumbles over into a refusal; our own refusals pass."""
    try:
        yield
    except RuleBroken:
        raise
    except Image.DecompressionBombError as bomb:
        raise too_large from bomb
    except Exception as broken:  # a broken file can raise anything, by the decoder that met it; all mean the same
        raise unreadable from broken


def _opened(content: bytes, actual: str) -> Image.Image:
    """The header, read by the one decoder that the first bytes call for."""
    return Image.open(io.BytesIO(content), formats=[actual])


def _upright(opened: Image.Image) -> Image.Image:
    """The decoded pixels the way she held the phone, on white where they were transparent, RGB or grey."""
    ImageOps.exif_transpose(opened, in_place=True)
    return _on_white(opened)


def _on_white(opened: Image.Image) -> Image.Image:
    opened.load()
    if opened.mode == "RGB" or opened.mode == "L":
        return opened
    if not opened.has_transparency_data:
        return opened.convert("RGB")
    with_alpha = opened.convert("RGBA")
    white = Image.new("RGB", with_alpha.size, "white")
    white.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return white


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    """A new JPEG of the pixels alone: `info`, where EXIF, GPS, comments and profiles live, is emptied first."""
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _megabytes(size: int) -> int:
    return size // 1_000_000


@lru_cache(maxsize=16)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(sans_path(), pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=32)
def _watermark_tile(text: str, letters: int) -> tuple[Image.Image, Image.Image]:
    """One tile of the pattern: its colours (dark letters with a light edge) and how much of them shows."""
    font, edge = _font(letters), max(1, letters // 16)
    left, top, right, bottom = (round(v) for v in font.getbbox(text, stroke_width=edge))
    size = (right - left + 2 * edge, bottom - top + 2 * edge)
    place = (edge - left, edge - top)
    colour, opacity = Image.new("L", size, 255), Image.new("L", size, 0)
    ImageDraw.Draw(opacity).text(place, text, WATERMARK_LIGHT, font, stroke_width=edge)
    ImageDraw.Draw(opacity).text(place, text, WATERMARK_DARK, font)
    ImageDraw.Draw(colour).text(place, text, 60, font)
    turned = [each.rotate(WATERMARK_DEGREES, Image.Resampling.BICUBIC, expand=True) for each in (colour, opacity)]
    gap = letters * 2
    tile = (turned[0].width + gap, turned[0].height + gap)
    ink, mask = Image.new("L", tile, 255), Image.new("L", tile, 0)
    ink.paste(turned[0], (gap // 2, gap // 2))
    mask.paste(turned[1], (gap // 2, gap // 2))
    return ink.convert("RGB"), mask


def _must_be_an_open_pdf(content: bytes) -> None:
    """A header, a cross-reference where the end says it is, a root, and no encryption (ISO 32000-2, 7.5)."""
    if not content.startswith(b"%PDF-"):
        raise FileRefused
    end = re.search(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z", content[-2048:])
    if end is None:
        raise FileRefused("这个 PDF 不完整，请重新导出后再上传。")
    at = int(end[1])
    table = content[at : at + 20]
    if table.startswith(b"xref"):
        trailer = content[at:].partition(b"trailer")[2].partition(b"startxref")[0]
    elif re.match(rb"\d+\s+\d+\s+obj", table):
        trailer = content[at:].partition(b"stream")[0]
    else:
        raise FileRefused("这个 PDF 不完整，请重新导出后再上传。")
    if b"/Root" not in trailer:
        raise FileRefused("这个 PDF 不完整，请重新导出后再上传。")
    if b"/Encrypt" in trailer:
        raise FileRefused("这个 PDF 加了密码，请另存为不加密的 PDF 再上传。")
