"""A child process that speaks as adapters/ocr_child.py does and sees what its first argument says, whatever is shown.

`crash` ends at the first picture, `hang` never answers, `deaf` never even listens; anything else is the answer's JSON.
No model is loaded, so that tests of what comes after the eye take milliseconds.
"""

import json
import os
import struct
import sys
import threading
from pathlib import Path

from backend.adapters.ocr import ChildEyes
from backend.domain.reading import Seen

SIZE = struct.Struct(">I")


def eyes_that_see(what: Seen | str, seconds: float = 10, pictures_per_child: int = 500) -> ChildEyes:
    """The service's own eyes over such a child."""
    if isinstance(what, Seen):
        lines = [[line.text, line.corners, line.confidence] for line in what.lines]
        what = json.dumps({"width": what.width, "height": what.height, "lines": lines})
    command = (str(Path(__file__)), what)
    return ChildEyes(seconds=seconds, command=command, pictures_per_child=pictures_per_child)


def main() -> None:
    """Answers until the input ends."""
    sees = sys.argv[1]
    if sees == "deaf":
        threading.Event().wait()
    while len(head := sys.stdin.buffer.read(SIZE.size)) == SIZE.size:
        assert len(sys.stdin.buffer.read(SIZE.unpack(head)[0])) == SIZE.unpack(head)[0]
        if sees == "crash":
            os.abort()
        if sees == "hang":
            threading.Event().wait()
        sys.stdout.buffer.write(SIZE.pack(len(sees.encode())) + sees.encode())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
