"""The whole city under its supervisor: parts that die come back, and so does the city after any kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.sandbox.city import MARK, City, running_city
from backend.sandbox.processes import ask, free_port, processes_marked, wait_until
from backend.settings import CHECKOUT

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60


@pytest.fixture
def var_path() -> Iterator[Path]:
    """A var/ with a space and Chinese in its path, which PostgreSQL's own user can enter."""
    outer = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    outer.chmod(0o711)
    yield outer / "退休 var"
    shutil.rmtree(outer)


@dataclass
class Terminal:
    """`python -m backend.sandbox` as a person runs it, and what it printed."""

    process: subprocess.Popen[str]
    printed: str

    def end(self, farewell: signal.Signals) -> int:
        self.process.send_signal(farewell)
        self.printed += self.process.communicate(timeout=PATIENCE_SECONDS)[0]
        return self.process.returncode


def at_a_terminal(var_path: Path, **environ: str) -> Terminal:
    """Start the city, and return when it has printed that it runs, or when it has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.sandbox"],
        env={**os.environ, "TUIXIU_VAR": str(var_path), "PYTHONUNBUFFERED": "1", **environ},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    terminal = Terminal(process, "")
    for line in process.stdout:
        terminal.printed += line
        if line.startswith("Started in"):
            break
    return terminal


def answers(city: City) -> bool:
    try:
        return bool(ask(f"{city.url}/readyz")) and bool(ask(f"{city.wechat_url}/"))
    except OSError:
        return False


def test_every_part_that_is_killed_comes_back(var_path: Path) -> None:
    said: list[str] = []
    with running_city(var_path, {**os.environ, "TUIXIU_PORT": str(free_port())}, said.append) as city:
        servers = [city.database.process, city.store.process, city.web.process, city.worker.process]
        for process in [*servers, city.reader.process, city.wechat.process]:
            assert process is not None
            process.kill()
            process.wait()

        city.tend()

        assert wait_until(lambda: answers(city), PATIENCE_SECONDS)
        city.tend()
        assert [line.split()[0] for line in said] == ["database", "store", "wechat", "web", "worker", "reader"]


def test_the_city_comes_back_at_the_same_address_after_ctrl_c_and_after_a_kill(var_path: Path) -> None:
    first = at_a_terminal(var_path, TUIXIU_PORT=str(free_port()))
    assert "Started in" in first.printed
    second_at_once = at_a_terminal(var_path)
    assert second_at_once.end(signal.SIGTERM) == 1
    assert f"already runs in {var_path}" in second_at_once.printed

    assert first.end(signal.SIGINT) == 0
    assert processes_marked(MARK, str(var_path)) == []

    again = at_a_terminal(var_path)
    kill_the_web_server_alone(var_path)
    assert again.end(signal.SIGKILL) == -signal.SIGKILL

    after_the_kill = at_a_terminal(var_path)
    assert after_the_kill.end(signal.SIGTERM) == 0
    assert desk_of(first) == desk_of(again) == desk_of(after_the_kill)


def kill_the_web_server_alone(var_path: Path) -> None:
    """Kill the first of the web server's processes, so that its workers are left without it."""
    server = next(
        process.pid
        for process in sorted(processes_marked(MARK, str(var_path)), key=lambda process: process.pid)
        if b"granian" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    )
    os.kill(server, signal.SIGKILL)


def desk_of(terminal: Terminal) -> str:
    return next(word for word in terminal.printed.split() if word.endswith("/desk"))
