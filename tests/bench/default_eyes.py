"""A child of adapters/ocr.py with rapidocr as it comes, its own sizes, threads and steps: what ours is held against."""

import io
import json
import os
import struct
import sys

import numpy as np
from PIL import Image
from rapidocr import RapidOCR

SIZE = struct.Struct(">I")


def main() -> None:
    """Answers as ocr_child.py does, until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    engine = RapidOCR()
    while len(head := sys.stdin.buffer.read(SIZE.size)) == SIZE.size:
        picture = Image.open(io.BytesIO(sys.stdin.buffer.read(SIZE.unpack(head)[0]))).convert("RGB")
        found = engine(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
        lines = []
        if found.boxes is not None:
            for box, words, score in zip(found.boxes, found.txts, found.scores, strict=True):
                lines.append([words, [[float(x), float(y)] for x, y in box], float(score)])
        answer = json.dumps({"width": picture.width, "height": picture.height, "lines": lines}).encode()
        answers.write(SIZE.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
