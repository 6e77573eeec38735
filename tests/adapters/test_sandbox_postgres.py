"""The sandbox's own PostgreSQL: it comes back after every kind of end, and lets nobody in without the password."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backend.sandbox.postgres import PostgresServer
from backend.sandbox.processes import Identity, free_port, wait_until
from backend.settings import CHECKOUT

CHILD = """
import sys
from pathlib import Path
from backend.sandbox.postgres import PostgresServer
server = PostgresServer(Path(sys.argv[1]), int(sys.argv[2]), "a secret", Path(sys.argv[1] + ".log"))
server.start()
print(server.process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a space and Chinese in its path, which another user can enter too."""
    outer = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    outer.chmod(0o711)
    inner = outer / "退休 一件事"
    inner.mkdir()
    yield inner
    shutil.rmtree(outer)


@pytest.fixture
def server(folder: Path) -> Iterator[PostgresServer]:
    """A durable server that this test may kill."""
    running = PostgresServer(folder / "data", free_port(), "a secret/with @signs", folder / "log")
    running.start()
    yield running
    running.stop()


def test_what_was_committed_is_there_after_the_server_is_killed(server: PostgresServer) -> None:
    server.create_database("kept")
    with psycopg.connect(server.url("kept"), autocommit=True) as connection:
        connection.execute("CREATE TABLE cases AS SELECT generate_series(1, 100) AS number")

    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()

    with psycopg.connect(server.url("kept")) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (100,)


def test_a_pid_file_that_names_another_program_does_not_keep_it_from_starting(server: PostgresServer) -> None:
    assert server.process is not None
    pid_file = server.data_path / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    server.start()

    assert server.answers()


def test_it_ends_with_its_parent_even_when_that_is_killed(folder: Path) -> None:
    arguments = [sys.executable, "-c", CHILD, str(folder / "data"), str(free_port())]
    parent = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT)
    assert parent.stdout is not None
    server = Identity.of(int(parent.stdout.readline()))
    assert server is not None

    parent.kill()
    parent.communicate()

    assert wait_until(lambda: not server.is_alive(), patience_seconds=20)


def test_nobody_enters_with_a_wrong_password(server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres"), password="another")


def test_it_listens_on_loopback_alone_and_not_on_a_socket(server: PostgresServer) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)


def test_its_own_defaults_keep_every_commit(server: PostgresServer) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
