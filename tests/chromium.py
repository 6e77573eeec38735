"""Which Chromium the browser tests drive, and how. `python -m tests.chromium` prints its path, or exits with 1.

The standard library only: it is asked before the tests' own packages are needed.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # Chromium's own sandbox refuses root, as whom CI runs
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)


def find_chromium() -> Path | None:
    """`TUIXIU_CHROMIUM`, or the system's, or the one that `playwright install chromium` brought, or None."""
    candidates = [os.environ.get("TUIXIU_CHROMIUM"), *map(shutil.which, NAMES)]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        candidates += [str(path) for path in sorted(cache.glob(pattern), reverse=True)]
    return next((Path(path) for path in candidates if path and Path(path).exists()), None)


if __name__ == "__main__":
    found = find_chromium()
    if found is None:
        sys.exit(1)
    print(found)
