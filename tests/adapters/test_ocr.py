"""The eye is a process of its own: it can hang or fall, and nobody falls with it. It reads from its wheel alone."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest

from backend.adapters.ocr import SIZE, ChildEyes
from backend.domain.reading import CannotRead, DocumentKind, FieldKey
from backend.domain.understanding import understood
from backend.settings import CHECKOUT
from tests import drawn_papers
from tests.builders import a_small_photo
from tests.domain.cases import AT
from tests.domain.seen_lines import seen
from tests.drawn_papers import a_person, photographed
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


def test_a_picture_may_take_so_much_of_a_processor_though_nobody_is_left_to_end_it() -> None:
    photo = a_small_photo("plain")
    message = SIZE.pack(len(photo)) + photo

    child = subprocess.run([sys.executable, "-m", "backend.adapters.ocr_child", "0.2"], input=message, check=False)

    assert child.returncode == -signal.SIGPROF


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


# ── a few drawn papers, by the models themselves: `python -m tests.bench.reading` measures with hundreds ─────────────


@pytest.fixture(scope="module")
def eyes() -> Iterator[ChildEyes]:
    """The real child, which ends at the first step towards a network."""
    eyes = ChildEyes(seconds=120, command=("-c", WITHOUT_NETWORK))
    yield eyes
    eyes.close()


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_a_drawn_id_card_is_read_any_way_up_and_without_a_network(eyes: ChildEyes, quarter: int) -> None:
    seed = 2000 + quarter
    shot = photographed(drawn_papers.id_card_front(a_person(seed)), seed, quarter=quarter)

    reading = understood(UUID(int=1), eyes.read(shot.jpeg), eyes.engine, AT, 0)

    assert (reading.document, reading.turn) == (DocumentKind.ID_CARD_FRONT, -quarter % 360)
    read = {field.key: field.value for field in reading.fields}
    assert (read[FieldKey.ID_NUMBER],) == shot.drawn.says["id_number"]
    assert (read[FieldKey.NAME],) == shot.drawn.says["name"]


def test_a_place_that_was_read_is_where_it_was_drawn(eyes: ChildEyes) -> None:
    card = drawn_papers.id_card_front(a_person(5)).picture.convert("RGB")
    jpeg = io.BytesIO()
    card.save(jpeg, "JPEG")

    number = understood(UUID(int=1), eyes.read(jpeg.getvalue()), "any", AT, 0).value(FieldKey.ID_NUMBER)

    assert number is not None
    box = number.box
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.33, 0.82, 0.88, 0.90), abs=0.03)


def test_a_photo_without_text_is_read_as_nothing(eyes: ChildEyes) -> None:
    assert eyes.read(a_small_photo("plain")).lines == ()
