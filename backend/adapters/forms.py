"""PDFs from the templates in config/forms, set by typst: the port `Forms`.

A template is `<form>.typ`; it reads what it prints by `json(bytes(sys.inputs.data))` and is laid out by paper.typ, so
a name is always text and never markup. The fonts are the package's own, the same on every machine.
"""

import json
import struct
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pylopdf_fonts_zh_cn import sans_path, serif_path

STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]  # for the archive, and for who reads by ear

PIXELS_PER_INCH = 150.0  # a page fills a phone twice over and still has some 200 kB

# 〓 stands for a character without a glyph, as Chinese printers have always done.
NO_GLYPH = "〓"


class TypstForms:
    """Sets a form. The same data and moment give the same bytes, so that a PDF can be known by its hash."""

    def __init__(self, config_path: Path) -> None:
        self._folder = config_path / "forms"
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[sans_path().parent]
        )
        self._of_thread = threading.local()  # a Compiler answers one thread only

    def render(self, form: str, data: Mapping[str, Any], at: datetime) -> bytes:
        """The form as PDF/A-2a and PDF/UA-1, dated `at`. `data` is JSON-able; bytes in it arrive as a list of numbers,
        of which a template makes a picture by `image(bytes(…))`.

        A character that the fonts do not have is printed as 〓, and paper.typ says at the end which one it was.
        Raises typst.TypstError for a template that does not hold together.
        """
        content = self._compiler().compile(
            input=self._folder / f"{form}.typ",
            format="pdf",
            sys_inputs=_sent(data),
            pdf_standards=STANDARDS,
            timestamp=int(at.timestamp()),
        )
        if not isinstance(content, bytes):
            raise TypeError(f"{form}: expected one PDF")
        return content

    def pictures(self, form: str, data: Mapping[str, Any]) -> list[bytes]:
        """The pages of the same as pictures (PNG), 150 pixels to the inch."""
        path = self._folder / f"{form}.typ"
        content = self._compiler().compile(input=path, format="png", ppi=PIXELS_PER_INCH, sys_inputs=_sent(data))
        return content if isinstance(content, list) else [content] if content else []

    def _compiler(self) -> typst.Compiler:
        compiler: typst.Compiler | None = getattr(self._of_thread, "compiler", None)
        if compiler is None:
            compiler = self._of_thread.compiler = typst.Compiler(root=self._folder, font_paths=self._fonts)
        return compiler


def _sent(data: Mapping[str, Any]) -> dict[str, str]:
    asked: set[str] = set()
    printable = _printable(data, asked)
    return {"data": json.dumps(printable, ensure_ascii=False), "unprintable": json.dumps(sorted(asked))}


def _printable(value: Any, unprintable: set[str]) -> Any:
    """The value with 〓 for what has no glyph; `unprintable` gathers code points, like U+20BB7."""
    if isinstance(value, str):
        missing = set(value) - _glyphs() - set("\n\t")
        unprintable |= {f"U+{ord(character):04X}" for character in missing}
        return "".join(NO_GLYPH if character in missing else character for character in value)
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, Mapping):
        return {key: _printable(each, unprintable) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each, unprintable) for each in value]
    return value


@cache
def _glyphs() -> frozenset[str]:
    """The characters that both fonts can show."""
    return _characters_of(sans_path()) & _characters_of(serif_path())


def _characters_of(font: Path) -> frozenset[str]:
    """The characters in a font's cmap (OpenType, subtable format 12)."""
    content = font.read_bytes()
    tables = struct.unpack_from(">H", content, 4)[0]
    entries = [struct.unpack_from(">4sIII", content, 12 + 16 * n) for n in range(tables)]
    cmap = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    subtables = struct.unpack_from(">H", content, cmap + 2)[0]
    offsets = [cmap + struct.unpack_from(">HHI", content, cmap + 4 + 8 * n)[2] for n in range(subtables)]
    full = next(offset for offset in offsets if struct.unpack_from(">H", content, offset)[0] == 12)
    groups = struct.unpack_from(">I", content, full + 12)[0]
    spans = [struct.unpack_from(">III", content, full + 16 + 12 * n) for n in range(groups)]
    return frozenset(chr(code) for first, last, _ in spans for code in range(first, last + 1))
