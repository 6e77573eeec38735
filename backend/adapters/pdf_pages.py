"""The pages of a PDF as photos. Fulfils Pdfs of services/ports.py.

Drawing is left to a process of its own (pdf_drawing.py): PDFium knows no threads, a PDF can be made to fill the memory
or never to end, and a fault in the drawing must not take the web server along. One PDF at a time in each process.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from PIL import Image

from backend.adapters import pdf_drawing
from backend.adapters.images import kept
from backend.adapters.pdf_drawing import LOCKED, LONG_EDGE_PIXELS, NUMBER, SIZE, TOO_HEAVY
from backend.domain.errors import OutsideDown, PdfLocked, PdfTooHeavy, PdfUnreadable, PhotoEmpty, PhotoMislabelled
from backend.services.ports import CleanPicture

PROGRAM = Path(pdf_drawing.__file__)
WALL_SECONDS = 30
# Out of time, or out of memory: PDFium aborts where it gets none, Python says so by an exit code of its own.
OUT_OF_BOUNDS = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP, TOO_HEAVY})
PATIENCE_SECONDS = 20  # behind another PDF; the phone asks again after that


class PdfiumPages:
    """Opens PDFs, one at a time. One object serves every thread."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._turn = threading.Lock()

    @contextmanager
    def opened(self, content: bytes) -> Iterator["OpenPdf"]:
        """The PDF with the number of its pages; each is drawn when it is asked for. Same content, same bytes.

        Raises PhotoEmpty, PhotoMislabelled, PdfLocked, PdfUnreadable, PdfTooHeavy (pages too), OutsideDown.
        """
        if not content:
            raise PhotoEmpty
        if b"%PDF-" not in content[:1024]:
            raise PhotoMislabelled
        if not self._turn.acquire(timeout=PATIENCE_SECONDS):
            raise OutsideDown(system="pdf")
        try:
            with self._drawing() as drawing:
                yield OpenPdf(drawing, content)
        finally:
            self._turn.release()

    @contextmanager
    def _drawing(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The program that draws, ended with the block or when its time is over."""
        command = [sys.executable, "-I", str(PROGRAM)]
        pipe = subprocess.PIPE
        with subprocess.Popen(  # noqa: S603 - our own program, and nothing of the PDF on its command line
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}
        ) as drawing:
            watch = threading.Timer(self._wall_seconds, drawing.send_signal, (signal.SIGXCPU,))
            watch.start()
            try:
                yield drawing
            finally:
                watch.cancel()
                drawing.kill()


class OpenPdf:
    """services/ports.py PdfPages, read from the program that draws them."""

    def __init__(self, drawing: "subprocess.Popen[bytes]", content: bytes) -> None:
        self._drawing = drawing
        try:
            _pipe(drawing.stdin).write(content)
            _pipe(drawing.stdin).close()
        except BrokenPipeError as ended:
            raise self._fault() from ended
        self.count: int = NUMBER.unpack(self._read(NUMBER.size))[0]
        if self.count == 0:
            raise PdfUnreadable

    def __iter__(self) -> Iterator[CleanPicture]:
        for _ in range(self.count):
            width, height = SIZE.unpack(self._read(SIZE.size))
            if not 0 < max(width, height) <= LONG_EDGE_PIXELS + 1:
                raise PdfUnreadable
            pixels = self._read(width * height * 3)
            yield kept(Image.frombytes("RGB", (width, height), pixels))

    def _read(self, size: int) -> bytes:
        found = _pipe(self._drawing.stdout).read(size)
        if len(found) < size:
            raise self._fault()
        return found

    def _fault(self) -> PdfLocked | PdfTooHeavy | PdfUnreadable:
        """Why the program ended before it had written what was asked for."""
        code = self._drawing.wait()
        if code == LOCKED:
            return PdfLocked()
        if code in OUT_OF_BOUNDS:
            return PdfTooHeavy()
        return PdfUnreadable()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # noqa: S101 - it was asked for when the program was started
    return end
