"""`python -m tests.bench.reading_queue`: 500 photos wait to be read. How fast does it go, and what do people feel?

A real city: the same pages are asked at a steady pace while the reader stands still and while it works, in turns of
some seconds, so that the machine's mood falls on both. At the end the web is left alone and the reader goes on.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import text

from backend import wiring
from backend.domain.case import Case
from backend.sandbox.city import City, running_city
from backend.sandbox.processes import free_port
from backend.services.reading import read_soon
from backend.settings import Settings
from tests import drawn_papers
from tests.bench.__main__ import folder, percentile
from tests.builders import kept
from tests.domain.cases import AT, a_photo
from tests.journeys.callers import Phone, answers_of, new_person

CASES, DRAWN, CALLERS = 25, 40, 2
PACE_SECONDS = 0.1  # between two requests of a caller
AIM = 1.5


@dataclass
class Times:
    """Seconds of requests while the reader stood still and while it worked."""

    still: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)


def main() -> None:
    """Fills the queue, measures in turns, then lets the reader drain it alone for as long as one round took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--photos", type=int, default=500)
    options.add_argument("--turns", type=int, default=12, help="of each kind")
    options.add_argument("--seconds", type=float, default=10.0, help="of a turn")
    given = options.parse_args()
    limits = ("PERSON", "ADDRESS")
    environ = {**os.environ, "TUIXIU_PORT": str(free_port())}
    environ |= {f"TUIXIU_REQUESTS_PER_MINUTE_PER_{limit}": "1000000" for limit in limits}
    with folder() as path, running_city(path / "var", environ, lambda _line: None) as city:
        city.reader.stop()
        world = wiring.build_world(Settings.from_environment(city.environ()))
        fill(world, given.photos)
        measure(city, world, given.turns, given.seconds)
        world.close()


def fill(world: wiring.World, photos: int) -> None:
    """So many photos of drawn cards, kept in cases and waiting, as their completion leaves them."""
    folder_key = "cases/bench"
    for number in range(DRAWN):
        shot = drawn_papers.photographed(drawn_papers.id_card_front(drawn_papers.a_person(number)), number)
        world.evidence.put(f"{folder_key}/{number}.jpg", shot.jpeg, "image/jpeg")
    cases = [kept(world.store, person=number + 1) for number in range(CASES)]
    for number in range(photos):
        add_photo(world, cases[number % CASES], number, f"{folder_key}/{number % DRAWN}.jpg")
    print(f"  {waiting(world)} photos wait", flush=True)


def add_photo(world: wiring.World, case: Case, number: int, image_key: str) -> None:
    """One more photo in the case, unlike any other."""
    own = {"image_key": image_key, "sha256": sha256(str(number).encode()).hexdigest()}
    photo = a_photo("id_card", f"page_{number}", None, width=1600, height=1200, **own)
    with world.store.begin() as tx:
        loaded = tx.cases.load(case.id)
        loaded.keep_photo(photo)
        tx.cases.save(loaded)
        read_soon(tx, case.id, photo.id, AT)


def measure(city: City, world: wiring.World, turns: int, seconds: float) -> None:
    """Turns of both kinds with the web under its steady load, then the reader alone."""
    callers = [a_caller(city, number) for number in range(CALLERS)]
    for caller in callers:
        asked_for(caller, 3.0)  # warm
    city.reader.start()
    wait_for_first(world)
    times, read, worked = Times(), 0, 0.0
    for _ in range(turns):
        pause(city)
        times.still += under_load(callers, seconds)
        go_on(city)
        before, began = waiting(world), time.monotonic()
        times.working += under_load(callers, seconds)
        read, worked = read + before - waiting(world), worked + time.monotonic() - began
    before, began = waiting(world), time.monotonic()
    threading.Event().wait(seconds * turns)
    alone = (before - waiting(world)) / (time.monotonic() - began)
    report(times, read / worked, alone, waiting(world))


def under_load(callers: list[Caller], seconds: float) -> list[float]:
    with ThreadPoolExecutor(len(callers)) as pool:
        return [each for times in pool.map(lambda caller: asked_for(caller, seconds), callers) for each in times]


def asked_for(caller: Caller, seconds: float) -> list[float]:
    """What the phone's pages ask, one request after the other at a steady pace; seconds of each."""
    paths: tuple[str, ...] = ("/api/filing/home", caller.case_path, f"{caller.case_path}/findings", "/api/guide")
    times, end, pause_ = [], time.monotonic() + seconds, threading.Event()
    while time.monotonic() < end:
        for path in paths:
            began = time.perf_counter()
            caller.ask("GET", path)
            times.append(time.perf_counter() - began)
            pause_.wait(PACE_SECONDS)
    return times


class Caller(Phone):
    """A phone with a case that is filled in."""

    case_path: str


def a_caller(city: City, number: int) -> Caller:
    person = new_person(city.wechat_url, 300_000 + number)
    caller = Caller.of(city.url, city.wechat_url, person)
    assert isinstance(caller, Caller)
    view = caller.answer_all(caller.start(), answers_of(person))
    caller.case_path = f"/api/filing/cases/{view['id']}"
    return caller


def pause(city: City) -> None:
    _signal(city, signal.SIGSTOP)


def go_on(city: City) -> None:
    _signal(city, signal.SIGCONT)


def _signal(city: City, what: signal.Signals) -> None:
    """To the reader and its child: both are of the group that the city started."""
    assert city.reader.process is not None
    os.killpg(city.reader.process.pid, what)


def waiting(world: wiring.World) -> int:
    with world.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM photo_readings WHERE state = 'waiting'")).scalar_one())


def wait_for_first(world: wiring.World) -> None:
    """Until the models are loaded and the first photo is read."""
    all_of_them, pause_ = waiting(world), threading.Event()
    while waiting(world) == all_of_them:
        pause_.wait(0.2)


def report(times: Times, under_load: float, alone: float, left: int) -> None:
    still, working = (percentile(each, 99) * 1000 for each in (times.still, times.working))
    print(f"  {'reader':<16}{'requests':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for name, each in (("stands still", times.still), ("works", times.working)):
        print(f"  {name:<16}{len(each):>9}{statistics.median(each) * 1000:>9.1f}{percentile(each, 99) * 1000:>9.1f}")
    verdict = "reached" if working <= AIM * still else "NOT REACHED"
    print(f"  p99 with the reader at work is {working / still:.2f} of that without; the aim is {AIM}: {verdict}")
    print(f"  it reads {under_load * 60:.0f} photos a minute beside the web's load, {alone * 60:.0f} alone", end="; ")
    print(f"{left} are left")


if __name__ == "__main__":
    main()
