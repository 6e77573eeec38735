"""The process that holds the models: pictures come in on standard input, lines go out on standard output.

It alone loads rapidocr, onnxruntime and OpenCV (ocr_models.py). adapters/ocr.py starts it as `python -m`.
Each message is its length (4 bytes, big endian) and that many bytes: a JPEG in, JSON out.
"""

import json
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

SIZE = struct.Struct(">I")
DATA_MAX_BYTES = 2_000_000_000  # beyond this an allocation fails, and the process with it


def main() -> None:
    """Reads until the input ends. The kernel ends a picture that takes too long, even when nobody is left to do it:
    by the processor's seconds, as it may wait long for a processor."""
    seconds = float(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (DATA_MAX_BYTES, DATA_MAX_BYTES))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is a log, not an answer
    reader = None
    while (image := _next(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        reader = reader or _models()
        answer = json.dumps(reader.read(image), ensure_ascii=False).encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(SIZE.pack(len(answer)) + answer)
        answers.flush()


def _next(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(SIZE.size)
    return pipe.read(SIZE.unpack(head)[0]) if len(head) == SIZE.size else None


def _models() -> Any:
    from backend.adapters.ocr_models import Models

    return Models()


if __name__ == "__main__":
    main()
