"""`python -m backend.sandbox`: runs the city at a terminal until Ctrl-C, and prints who finds what where.

`python -m backend.sandbox load` makes the tables and the demo staff; the supervisor calls it for itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from backend.domain.actors import SYSTEM, Actor, Role
from backend.sandbox.city import City
from backend.sandbox.people import DEMO_PASSWORD, DEMO_STAFF
from backend.sandbox.processes import PartFailed
from backend.settings import CHECKOUT, Settings

LOOK_SECONDS = 0.25
FAREWELLS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(Exception):
    """Somebody asked the city to stop."""


def main() -> int:
    """Run the city, or load its database; the exit code says how it ended."""
    if sys.argv[1:] == ["load"]:
        load()
        return 0
    var_path = Path(os.environ.get("TUIXIU_VAR") or CHECKOUT / "var")
    try:
        with only_one(var_path):
            return run(var_path)
    except PartFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1


def run(var_path: Path) -> int:
    """Start everything, print the table, tend the parts until a farewell, stop everything."""
    for farewell in FAREWELLS:
        signal.signal(farewell, _ask_to_stop)
    began = time.monotonic()
    print(f"退休一件事 is starting; its data and logs are in {var_path.resolve()}", flush=True)
    city = City(var_path, os.environ, say=lambda line: print(line, flush=True))
    try:
        city.start(progress)
        print(f"\n{table(city)}\n\nStarted in {time.monotonic() - began:.1f} s. Ctrl-C stops everything.", flush=True)
        while True:
            city.tend()
            time.sleep(LOOK_SECONDS)
    except Stop:
        print("\nStopping …", flush=True)
        city.stop()
        print("Everything has stopped; nothing is lost.", flush=True)
    return 0


def load() -> None:
    """Bring the tables to head, and add those of the demo staff who are not there yet."""
    from backend.wiring import build, migrate  # only here, so that the supervisor itself stays small

    settings = Settings.from_environment(os.environ)
    migrate(settings.database_url)
    identity = build(settings).identity
    loader = Actor(SYSTEM.id, Role.ADMINISTRATOR, "sandbox")
    known = {member.username for member in identity.list_staff(loader)}
    for member in DEMO_STAFF:
        if member.username not in known:
            identity.add_staff(
                loader, member.username, member.name, member.role, member.department, DEMO_PASSWORD
            )


@contextlib.contextmanager
def only_one(var_path: Path) -> Iterator[None]:
    """Hold the lock of this folder; a second city in it would damage the first one's data.

    Raises:
        PartFailed: when another supervisor holds it.
    """
    var_path.mkdir(parents=True, exist_ok=True)
    lock = _open_lock(var_path / "city.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.seek(0)
        raise PartFailed(f"The city already runs in {var_path} (process {lock.read().strip()}).") from held
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    with lock:
        yield


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """One line while a step goes on: what, and how long it took."""
    began = time.monotonic()
    print(f"  {what} …", end="", flush=True)
    yield
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def table(city: City) -> str:
    """The one table: every page, its address, who signs in there and how."""
    rows = [
        ("Page", "Address", "Who, and how"),
        ("Applicant's H5  办事页面", f"{city.url}/", "from the WeChat below; elsewhere it shows a code to scan"),
        ("Sandbox WeChat  模拟微信", f"{city.wechat_url}/", "choose one of the made-up people; no password"),
        ("API viewer      接口文档", f"{city.url}/docs", "nobody signs in"),
        ("Desk            工作台", f"{city.url}/desk", f"user names below, password {DEMO_PASSWORD}"),
        *(("", f"  {member.username}", f"{member.name}  {member.title}") for member in DEMO_STAFF),
    ]
    widths = [max(_width(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {_pad(first, widths[0])}  {_pad(second, widths[1])}  {third}" for first, second, third in rows]
    rule = "  " + "─" * max(_width(line) - 2 for line in lines)
    return "\n".join([rule, lines[0], rule, *lines[1:], rule])


def _open_lock(path: Path) -> TextIO:
    try:
        return path.open("a+")
    except PermissionError as refusal:
        raise PartFailed(f"{path} belongs to another user: start as that user, or set TUIXIU_VAR.") from refusal


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    for farewell in FAREWELLS:
        signal.signal(farewell, signal.SIG_IGN)  # a second Ctrl-C does not cut the orderly end short
    raise Stop


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


if __name__ == "__main__":
    sys.exit(main())
