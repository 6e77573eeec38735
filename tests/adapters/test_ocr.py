"""The eye is a process of its own: it can hang or fall, and nobody falls with it. It reads from its wheel alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from backend.domain.reading import CannotRead
from backend.settings import CHECKOUT
from tests.domain.seen_lines import seen
from tests.given_sight import eyes_that_see

WHAT = seen(("姓名周桂兰", 300, 300))
# Ends the process at any attempt to reach another machine.
WITHOUT_NETWORK = """
import os, runpy, sys
def refuse(event, _arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        os._exit(9)
sys.addaudithook(refuse)
runpy.run_module("backend.adapters.ocr_child", run_name="__main__")
"""
FOR_THE_CHILD_ALONE = {"rapidocr", "onnxruntime", "cv2", "numpy"}


@pytest.mark.parametrize("fault", ["crash", "hang", "deaf"])
def test_an_eye_that_fails_is_ended_and_said_to_have_failed(fault: str) -> None:
    eyes = eyes_that_see(fault, seconds=0.3)

    with pytest.raises(CannotRead):
        eyes.read(bytes(1_000_000))  # more than a pipe holds

    assert eyes.child_pid is None


def test_a_child_that_was_killed_is_replaced() -> None:
    eyes = eyes_that_see(WHAT)
    eyes.read(b"first")
    first = eyes.child_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)

    assert eyes.read(b"second") == WHAT
    assert eyes.child_pid not in (None, first)
    eyes.close()


def test_a_child_that_read_its_share_makes_room_for_another() -> None:
    eyes = eyes_that_see(WHAT, pictures_per_child=2)
    children = []
    for _ in range(3):
        eyes.read(b"any")
        children.append(eyes.child_pid)
    eyes.close()

    assert children[0] == children[1] != children[2]


def test_web_and_worker_never_load_what_reads_pictures() -> None:
    loads_all_of_it = "import sys, backend.app, backend.jobs, backend.cli, backend.wiring; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", loads_all_of_it], cwd=CHECKOUT, check=True, capture_output=True, text=True
    ).stdout.split()

    assert "backend.adapters.ocr" in loaded
    assert FOR_THE_CHILD_ALONE & set(loaded) == set()
