"""Reading pictures in a child process that can be killed: the port Eyes of services/ports.py.

The child (ocr_child.py) holds the models; this side knows only how to ask it, and how long to wait. It is started with
the first picture, lives for many, and is replaced when it fails, hangs, or has read so many that it may have grown.
"""

import json
import os
import select
import struct
import subprocess
import sys
import time
from importlib.metadata import version

from backend.domain.reading import CannotRead, Seen, SeenLine

PICTURES_PER_CHILD = 500
PATIENCE = 5
ANSWER_MAX_BYTES = 4_000_000
SIZE = struct.Struct(">I")


class ChildEyes:
    """One child, one picture at a time; `seconds` of a processor is what a picture may take, and PATIENCE times as long
    on a machine that has better to do. Not for several threads at once.

    `command` is the child's, as Python's arguments.
    """

    def __init__(
        self,
        *,
        seconds: float,
        command: tuple[str, ...] = ("-m", "backend.adapters.ocr_child"),
        pictures_per_child: int = PICTURES_PER_CHILD,
    ) -> None:
        self._seconds = seconds
        self._command = [sys.executable, *command, str(seconds)]
        self._pictures_per_child = pictures_per_child
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0

    @property
    def engine(self) -> str:
        return f"rapidocr {version('rapidocr')} PP-OCRv6 small"

    @property
    def child_pid(self) -> int | None:
        """The process that reads now."""
        return self._child.pid if self._child is not None else None

    def read(self, image: bytes) -> Seen:
        """Every line of text on a JPEG. Raises CannotRead."""
        child = self._ready_child()
        try:
            answer = self._ask(child, image)
        except (OSError, EOFError, TimeoutError) as broken:
            self.close()
            raise CannotRead(str(broken)) from broken
        self._left -= 1
        return _seen(answer)

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()
            self._child = None

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._left <= 0 or self._child.poll() is not None):
            self.close()
        if self._child is None:
            pipe = subprocess.PIPE
            self._child = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, bufsize=0)  # noqa: S603 - our own module
            self._left = self._pictures_per_child
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], image: bytes) -> bytes:
        """Raises TimeoutError, EOFError when the child ended, OSError."""
        deadline = time.monotonic() + PATIENCE * self._seconds
        if child.stdin is None or child.stdout is None:
            raise EOFError("the child has no pipes")
        _give(child.stdin.fileno(), SIZE.pack(len(image)) + image, deadline)
        (size,) = SIZE.unpack(_take(child.stdout.fileno(), SIZE.size, deadline))
        if size > ANSWER_MAX_BYTES:
            raise EOFError("what the child answers is no answer")
        return _take(child.stdout.fileno(), size, deadline)


def _give(pipe: int, content: bytes, deadline: float) -> None:
    """A child that no longer listens must not keep us: nothing here waits longer than the deadline."""
    os.set_blocking(pipe, False)
    rest = memoryview(content)
    while rest:
        if not select.select([], [pipe], [], _left(deadline))[1]:
            raise TimeoutError("the child does not take the picture")
        rest = rest[os.write(pipe, rest) :]


def _take(pipe: int, size: int, deadline: float) -> bytes:
    taken = b""
    while len(taken) < size:
        if not select.select([pipe], [], [], _left(deadline))[0]:
            raise TimeoutError("the picture takes too long")
        part = os.read(pipe, size - len(taken))
        if not part:
            raise EOFError("the child ended")
        taken += part
    return taken


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _seen(answer: bytes) -> Seen:
    told = json.loads(answer)
    lines = [SeenLine(text, ((*a,), (*b,), (*c,), (*d,)), score) for text, (a, b, c, d), score in told["lines"]]
    return Seen(told["width"], told["height"], tuple(lines))
