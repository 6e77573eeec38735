"""Child processes of the sandbox: they end with their parent, are known by pid and start time, and stop in order.

What is started, and with which arguments, is decided by `postgres.py`, `object_store.py` and `city.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


class PartFailed(Exception):
    """A part of the sandbox did not start. The message says which, why, and where its log is."""


@dataclass(frozen=True)
class Identity:
    """A process that cannot be confused with a later one that was given the same number."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a live process, or None when there is no such process (or only its corpse)."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started)

    def is_alive(self) -> bool:
        """True while this very process runs."""
        return Identity.of(self.pid) == self


def start_child(
    arguments: Sequence[str],
    *,
    log_path: Path,
    environ: Mapping[str, str],
    farewell: signal.Signals = signal.SIGTERM,
    user: tuple[int, int] | None = None,
    directory: str = "/",
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, which receives `farewell` when the thread that started it ends.

    Call it from the main thread: on Linux the farewell comes even when the parent is killed with SIGKILL.
    `user` is (uid, gid) for a root who must not run the program as itself.
    """
    identity = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
    with log_path.open("ab") as log:
        child: subprocess.Popen[bytes] = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=directory,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the parts in order
            preexec_fn=_end_with_parent(farewell),
            **identity,  # type: ignore[call-overload]  # the three arguments go together, or none of them
        )
    return child


def stop_child(process: subprocess.Popen[bytes], farewell: signal.Signals, patience_seconds: float) -> None:
    """Ask a child to end, wait, and after `patience_seconds` end it and what it started."""
    if process.poll() is None:
        process.send_signal(farewell)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def stop_stranger(identity: Identity, farewell: signal.Signals, patience_seconds: float) -> None:
    """End a process that an earlier supervisor left behind; it may belong to another parent by now."""
    with contextlib.suppress(ProcessLookupError):
        if identity.is_alive():
            os.kill(identity.pid, farewell)
        if not wait_until(lambda: not identity.is_alive(), patience_seconds):
            os.kill(identity.pid, signal.SIGKILL)
            wait_until(lambda: not identity.is_alive(), patience_seconds)


def processes_marked(name: str, value: str) -> list[Identity]:
    """Every process of ours that was started with `name=value` in its environment, other than this one."""
    mark = f"{name}={value}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                found.append(Identity.of(int(process.name)))
    return [identity for identity in found if identity is not None]


def wait_until(is_so: Callable[[], bool], patience_seconds: float) -> bool:
    """Look again every 20 ms until `is_so()` or until the patience ends; says which of the two."""
    deadline = time.monotonic() + patience_seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def ask(url: str) -> bytes:
    """What a server on this machine answers to a GET, whatever proxy the environment names for the world.

    Raises:
        OSError: when it does not answer, or with an error of its own (HTTPError).
    """
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def is_free(port: int) -> bool:
    """True when a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def last_lines(log_path: Path, count: int = 8) -> str:
    """The end of a log, for a message that says why a part did not start."""
    if not log_path.exists():
        return "(no log)"
    return "\n".join(log_path.read_text(errors="replace").splitlines()[-count:])


def _end_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, farewell.value, 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the call
            os._exit(1)

    return ask_the_kernel


def _start_time(pid: int) -> str | None:
    try:
        # The name in brackets may hold spaces and brackets itself; the state is the first field after it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _start_time_by_ps(pid) if not Path("/proc/self").exists() else None
    return None if fields[0] == "Z" else fields[19]


def _start_time_by_ps(pid: int) -> str | None:
    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607 - wherever the system keeps ps
    return found.stdout.strip() or None
