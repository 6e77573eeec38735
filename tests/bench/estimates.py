"""What an estimate costs: in the domain, and over HTTP as a ratio to bare Flask handlers.

All are served by the same server with the same settings, one worker and one thread each, and asked in turns over
connections that stay open, so that the machine's mood falls on all of them.
"""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from backend.cli import web_command
from backend.domain.estimates import estimate
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.sandbox.processes import free_port, start_child, stop_child
from backend.settings import CHECKOUT
from tests.domain.examples import rulebook

ROUNDS, WARM_UP = 1500, 100
# More than are asked in all, so that each is asked once.
ASKED = [
    (Month(1965 + number % 20, 1 + number % 12), category, number, Month(2026 + number % 5, 11))
    for number in range(600)
    for category in Category
]

PATHS = [
    f"/api/estimate?birth_month={birth}&category={category}&contribution_months={paid}&filing_month={filing_month}"
    for birth, category, paid, filing_month in ASKED
]


def measure_estimates(path: Path, environ: Mapping[str, str]) -> None:
    """Prints both. `environ` are the settings of a service whose database is there."""
    print(f"  in the domain, without a chosen month: {in_the_domain():.0f} µs (the aim is 100 at most)")
    targets = {
        "service": "backend.app:wsgi",
        "computing": "tests.bench.bare_estimate:computing",
        "answering": "tests.bench.bare_estimate:answering",
    }
    with ExitStack() as servers:
        asked = {name: servers.enter_context(served(target, path, environ)) for name, target in targets.items()}
        for said, paths in (("asked for the first time", PATHS), ("asked before", PATHS[:1])):
            times = in_turns(asked, paths)
            p50 = {name: statistics.median(seconds) * 1e6 for name, seconds in times.items()}
            print(f"  over HTTP, {said}: p50 " + ", ".join(f"{name} {each:.0f} µs" for name, each in p50.items()))
            for name in ("computing", "answering"):
                ratio = statistics.median(ours / bare for ours, bare in zip(times["service"], times[name], strict=True))
                print(f"    ratio to the bare handler that is {name}: {ratio:.2f} (the aim is 1.3 at most)")


def in_the_domain() -> float:
    """Microseconds of one estimate: the best of several passes over all that is asked."""
    policy = rulebook().policy

    def one_pass() -> float:
        began = time.perf_counter()
        for birth, category, paid, filing_month in ASKED:
            estimate(birth, category, paid, filing_month, None, policy)
        return (time.perf_counter() - began) / len(ASKED)

    return min(one_pass() for _ in range(7)) * 1e6


def in_turns(connections: Mapping[str, http.client.HTTPConnection], paths: list[str]) -> dict[str, list[float]]:
    """Seconds by name, round by round."""
    times: dict[str, list[float]] = {name: [] for name in connections}
    for number, path in zip(range(WARM_UP + ROUNDS), cycle(paths), strict=False):
        for name, connection in connections.items():
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            took = time.perf_counter() - began
            assert answer.status == 200, (name, answer.status)
            if number >= WARM_UP:
                times[name].append(took)
    return times


@contextmanager
def served(target: str, path: Path, environ: Mapping[str, str]) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of its own."""
    port = free_port()
    command = [*web_command("127.0.0.1", port, workers=1, threads=1)[:-1], target]
    log = path / f"{target.rpartition(':')[2]}.log"
    process = start_child(
        command, log_path=log, environ={**os.environ, **environ, "PYTHONPATH": str(CHECKOUT)}, directory=str(CHECKOUT)
    )
    try:
        yield connected(port, log)
    finally:
        stop_child(process, signal.SIGTERM, 10)


def connected(port: int, log: Path) -> http.client.HTTPConnection:
    """A connection as soon as the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise RuntimeError(f"no answer: {log.read_text(encoding='utf-8')}")
