"""Which characters a PDF can be read back as, from the tables that it carries for copying and reading aloud."""

import re
import zlib

import pypdfium2

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def characters(pdf: bytes) -> set[str]:
    """Every character that the document maps a glyph to (its ToUnicode tables)."""
    found: set[str] = set()
    for table in filter(lambda stream: b"beginbfchar" in stream or b"beginbfrange" in stream, streams(pdf)):
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            for _, code in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                found.update(bytes.fromhex(code.decode()).decode("utf-16-be"))
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
            for first, last, code in re.findall(rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>\s*<([0-9A-F]+)>", block, re.I):
                span = int(last, 16) - int(first, 16) + 1
                found.update(chr(int(code, 16) + step) for step in range(span))
    return found


def streams(pdf: bytes) -> list[bytes]:
    """The document's streams, unpacked where they are packed."""
    return [_unpacked(stream) for stream in _STREAM.findall(pdf)]


def text_of(pdf: bytes) -> str:
    """The document's words, page after page."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def pages(pdf: bytes) -> int:
    """How many pages the document has."""
    whole = b"\n".join([pdf, *streams(pdf)])
    return len(re.findall(rb"/Type\s*/Page(?![s\w])", whole))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
