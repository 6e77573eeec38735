"""The coach as a browser runs it: built from the pages' sources, served on the loopback, driven by Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from backend.settings import CHECKOUT
from tests import chromium
from tests.bench.coach.truth import KEPT

BUILT = KEPT / "page"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def served_coach() -> Iterator[str]:
    """The address of a page on which `ask(address, wanted)` and `askOnPage(…)` are; addresses begin at var/coach."""
    KEPT.mkdir(parents=True, exist_ok=True)
    vite = CHECKOUT / "h5" / "node_modules" / "vite" / "bin" / "vite.js"
    config = Path(__file__).parent / "page" / "vite.config.mjs"
    node = shutil.which("node", path=f"{os.environ.get('PATH', '')}:{CHECKOUT / '.venv' / 'bin'}")
    assert node is not None, "node is set up by make"
    command = [node, str(vite), "build", "--config", str(config), "--outDir", str(BUILT)]
    subprocess.run(command, check=True, capture_output=True, cwd=CHECKOUT / "h5")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(KEPT)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/page/index.html"
    finally:
        server.shutdown()


def opened(browser: Browser, address: str) -> Page:
    """The page, ready to be asked."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_function("typeof ask === 'function'")
    return page


@contextmanager
def coach_page() -> Iterator[Page]:
    """The page in a Chromium of its own."""
    with served_coach() as address, sync_playwright() as playwright:
        found = chromium.find_chromium()
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.ARGUMENTS))
        yield opened(browser, address)
        browser.close()
