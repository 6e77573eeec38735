"""Draws the pages of a PDF: a program of its own, started by pdf_pages.py for one PDF and gone after it.

It reads the PDF from its input, limits its own time and memory first, and writes to its output how many pages there
are and then each as it is drawn: width, height, and its pixels. It imports nothing of ours and opens no file, so that
a PDF made to do harm finds nothing to harm.
"""

import resource
import struct
import sys
from typing import Any

CPU_SECONDS = 20
MEMORY_BYTES = 1_500_000_000
LONG_EDGE_PIXELS = 2400
SHORT_EDGE_MIN_PIXELS = 280  # a strip that is thinner than that at full length cannot be read
NUMBER = struct.Struct(">I")
SIZE = struct.Struct(">II")
# How it ends when the PDF is at fault: the exit code.
LOCKED, BROKEN, TOO_HEAVY = 3, 4, 5


def main() -> int:
    """Draws what comes in. Returns the exit code."""
    import pypdfium2  # here alone: who only reads the numbers above does not load PDFium
    import pypdfium2.raw as pdfium

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()  # or what was typed into its fields is not drawn
        _write(NUMBER.pack(len(document)))
        for page in document:
            longest, shortest = max(page.get_size()), min(page.get_size())
            if shortest * LONG_EDGE_PIXELS < SHORT_EDGE_MIN_PIXELS * longest:
                return BROKEN
            _write_picture(page.render(scale=LONG_EDGE_PIXELS / longest, rev_byteorder=True).to_pil())
    except pypdfium2.PdfiumError as refused:
        return LOCKED if refused.err_code == pdfium.FPDF_ERR_PASSWORD else BROKEN
    except MemoryError:
        return TOO_HEAVY
    return 0


def _write_picture(drawn: Any) -> None:
    picture = drawn.convert("RGB")
    _write(SIZE.pack(picture.width, picture.height) + picture.tobytes())


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
