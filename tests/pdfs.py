"""PDFs made by code: papers as a scanner's app saves them, and files that are no such thing."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from PIL import Image

from tests import pictures


def pdf_of(pages: Sequence[bytes]) -> bytes:
    """A PDF with one of these pictures on each page."""
    first, *others = [Image.open(io.BytesIO(page)).convert("RGB") for page in pages]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=150)
    return out.getvalue()


def forms_of(pages: int) -> bytes:
    """A filled form of so many pages, no two alike."""
    return pdf_of([pictures.form_page(seed=20 + number) for number in range(pages)])


def drawn(content: bytes, size: tuple[int, int] = (595, 842), pages: int = 1) -> bytes:
    """A PDF whose pages, of this size in points, are drawn by these operators."""
    packed = zlib.compress(content, 0 if len(content) < 10_000 else 9)  # a small one is no smaller than real ones are
    leaves = " ".join(f"{4 + number} 0 R" for number in range(pages))
    leaf = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents 3 0 R>>".encode()
    return _document(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Count {pages}/Kids[{leaves}]>>".encode(),
            b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
            *[leaf] * pages,
        ]
    )


def locked() -> bytes:
    """A PDF that asks for a password nobody has."""
    lock = b"<</Filter/Standard/V 1/R 2/P -44/O<%b>/U<%b>>>" % (b"11" * 32, b"22" * 32)
    whole = drawn(b"0 0 100 100 re f")
    return whole.replace(b"trailer\n<<", b"trailer\n<</ID[<00><00>]/Encrypt " + lock, 1)


def endless() -> bytes:
    """A few kilobytes that take many minutes to draw: a page full of fine curves, again and again."""
    curve = b"0 0 m 595 842 0 842 595 0 c 0 842 595 0 300 421 c h B*\n"
    return drawn(b"[0.01 0.01] 0 d 0.1 w\n" + curve * 200_000)


def greedy() -> bytes:
    """A page with a picture that says it has ten thousand million pixels."""
    packed = zlib.compress(bytes(4_000_000))
    picture = b"<</Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceGray"
    return _document(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>",
            b"<</Length 26>>stream\nq 595 0 0 842 0 0 cm /P Do Q\nendstream",
            picture + b"/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
        ]
    )


def _document(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
