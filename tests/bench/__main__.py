"""`make bench`: whole journeys a second with everything running, p50 and p99 per endpoint, and each one's ratio."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import event

from backend import wiring
from backend.adapters.db import migrating
from backend.adapters.db.sealed import Seal
from backend.app import create_app
from backend.sandbox.city import running_city
from backend.sandbox.object_store import ObjectStore, free_ports
from backend.sandbox.postgres import PostgresServer
from backend.sandbox.processes import free_port
from backend.sandbox.secrets import make_secrets, store_secrets
from backend.sandbox.wechat.people import made_up_person
from backend.services.ports import Session
from backend.settings import Settings
from tests import pictures
from tests.actors import PASSWORD, hire_staff
from tests.bench.domain import measure_domain
from tests.bench.estimates import measure_estimates
from tests.bench.ratios import Measured, Pair, PairedDesk, PairedPhone, signed_in
from tests.bench.reading import measure_cost
from tests.bench.recording import BareHandler, RecordingConnection
from tests.journeys.callers import OFFICERS, Desk, Phone, answers_of, new_person

JOURNEYS = int(os.environ.get("BENCH_JOURNEYS", "60"))
CALLERS = int(os.environ.get("BENCH_CALLERS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "12"))
WARM_UP = 2
DEPARTMENT_OF = {
    "retire_normal": "social_security",
    "pension_payment": "social_security",
    "medical_years": "medical_insurance",
}
# These wait for the object store and work on pictures, or ask the database nothing: nothing bare to hold them against.
WITHOUT_RATIO = frozenset({"complete photo", "sign", "guide"})


def main() -> None:
    """Every measurement, one after the other."""
    print("The rules alone (one thread, process time)", flush=True)
    measure_domain()
    print(flush=True)
    print("Ratios to a bare Flask + psycopg handler with the same statements (one thread, fsync on)", flush=True)
    with folder() as path:
        measure_ratios(path)
    print("\nReading photos (one process, one thread)", flush=True)
    measure_cost()
    print("\nWhole journeys with web, job worker, PostgreSQL, S3 and WeChat running", flush=True)
    with folder() as path:
        measure_journeys(path)


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tuixiu-bench-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@cache
def photo(slot_key: str, part_key: str) -> bytes:
    """A drawn photo of some 1600 pixels, as a phone shrinks it."""
    return pictures.photo_for(slot_key, part_key)


# ── journeys ─────────────────────────────────────────────────────────────────────────────────


def measure_journeys(path: Path) -> None:
    """JOURNEYS cases by CALLERS processes at once, from sign-in to completed, photos included."""
    environ = {**os.environ, "TUIXIU_PORT": str(free_port()), "TUIXIU_REQUESTS_PER_MINUTE_PER_ADDRESS": "1000000"}
    environ |= {"TUIXIU_REQUESTS_PER_MINUTE_PER_PERSON": "1000000", "TUIXIU_SIGN_INS_PER_MINUTE_PER_ADDRESS": "100000"}
    with running_city(path / "var", environ, lambda _line: None) as city, ProcessPoolExecutor(CALLERS) as callers:
        list(callers.map(one_journey, [(city.url, city.wechat_url, -n) for n in range(1, CALLERS + 1)]))
        began = time.perf_counter()
        times = list(callers.map(one_journey, [(city.url, city.wechat_url, n) for n in range(JOURNEYS)]))
        took = time.perf_counter() - began
    by_name = defaultdict(list)
    for name, seconds in (each for journey in times for each in journey):
        by_name[name].append(seconds * 1000)
    print(f"  {JOURNEYS} journeys by {CALLERS} callers in {took:.1f} s: {JOURNEYS / took:.2f} journeys a second")
    print(f"  {'endpoint':<28}{'calls':>7}{'p50 ms':>9}{'p99 ms':>9}")
    for name, found in sorted(by_name.items()):
        print(f"  {name:<28}{len(found):>7}{statistics.median(found):>9.1f}{percentile(found, 99):>9.1f}")


def one_journey(where: tuple[str, str, int]) -> list[tuple[str, float]]:
    """A case from sign-in to completed; the times of its requests by endpoint."""
    url, wechat_url, number = where
    person = new_person(wechat_url, number + 100_000)
    times: list[tuple[str, float]] = []
    phone = Phone.of(url, wechat_url, person)
    phone.times = times
    case_id = phone.file(answers_of(person), photo)["id"]
    desk(url, "chuangkou1", times).review(case_id)
    for item in desk(url, "zhuguan", times).approve(case_id)["items"]:
        desk(url, OFFICERS[DEPARTMENT_OF[item["code"]]], times).decide(item["id"])
    view = phone.ask("GET", f"/api/filing/cases/{case_id}", name="show case")
    assert view["state"] == "completed", view["state"]
    return times


_DESKS: dict[str, Desk] = {}


def desk(url: str, username: str, times: list[tuple[str, float]]) -> Desk:
    """A desk that stays signed in for this process."""
    if username not in _DESKS:
        _DESKS[username] = Desk.of(url, username)
    _DESKS[username].times = times
    return _DESKS[username]


# ── ratios ───────────────────────────────────────────────────────────────────────────────────


def measure_ratios(path: Path) -> None:
    """ROUNDS cases, each request once to the service and once to the bare handler."""
    made = make_secrets()
    server = PostgresServer(path / "database", free_port(), made["DATABASE_PASSWORD"], path / "database.log")
    keys = store_secrets(made)
    store = ObjectStore(path / "store", free_ports(), keys, path / "store.log")
    server.start()
    try:
        store.start(allowed_origins=["http://127.0.0.1:8000"])
        environ = {
            **{name: value for name, value in made.items() if name.startswith("TUIXIU_")},
            "TUIXIU_ENVIRONMENT": "sandbox",
            "TUIXIU_DATABASE_URL": server.url("ours"),
            "TUIXIU_S3_ENDPOINT_URL": store.endpoint_url,
            "TUIXIU_PUBLIC_URL": "http://127.0.0.1:8000",
            "TUIXIU_WECHAT_API_URL": "http://127.0.0.1:9",
            "TUIXIU_METRICS_PORT": "0",
            "TUIXIU_DATABASE_POOL_SIZE": "1",
            "TUIXIU_REQUESTS_PER_MINUTE_PER_ADDRESS": "1000000",
            "TUIXIU_REQUESTS_PER_MINUTE_PER_PERSON": "1000000",
        }
        server.create_database("ours")
        migrating.upgrade(server.url("ours"))
        server.create_database("bare", template="ours")
        report(run_pairs(Settings.from_environment(environ), server.url("bare")))
        print("\nAn estimate of when somebody can retire (one worker, one thread)", flush=True)
        measure_estimates(path, environ)
    finally:
        store.stop()
        server.stop()


def run_pairs(settings: Settings, bare_url: str) -> dict[str, Measured]:
    """The measured pairs by endpoint, the first WARM_UP rounds left out."""
    wiring.configure_logs("ERROR")
    world = wiring.build_world(settings)
    event.listen(world.store.engine, "do_connect", lambda _dialect, _record, where, how: _connect(where, how))
    bare = BareHandler(bare_url)
    pair = Pair(create_app(world.services, settings, world.is_ready), bare)
    try:
        hire_staff(world.store)
        desks = {}
        for username in ("clerk", "supervisor", "rensheju", "yibaoju"):
            desks[username] = PairedDesk("")
            token = world.services.identity.sign_in(username, PASSWORD)
            signed_in(desks[username], pair, world.services, token)
        for number in range(WARM_UP + ROUNDS):
            if number == WARM_UP:
                pair.by_name.clear()
            one_round(pair, world, desks, number)
    finally:
        bare.close()
        world.close()
    return pair.by_name


def one_round(pair: Pair, world: wiring.World, desks: dict[str, PairedDesk], number: int) -> None:
    """One case, from the first answer to completed."""
    phone = PairedPhone("")
    signed_in(phone, pair, world.services, applicant_token(world, f"o-bench-{number}"))
    case_id = phone.file(answers_of(papers(number)), photo)["id"]
    desks["clerk"].ask("GET", "/api/review/cases?queue=waiting", name="queue")
    desks["clerk"].review(case_id)
    officer_of = {"social_security": "rensheju", "medical_insurance": "yibaoju"}
    for item in desks["supervisor"].approve(case_id)["items"]:
        officer = desks[officer_of[DEPARTMENT_OF[item["code"]]]]
        officer.ask("GET", "/api/departments/items?state=open", name="department list")
        officer.decide(item["id"])
    phone.ask("GET", "/api/filing/home", name="home")
    phone.ask("GET", f"/api/filing/cases/{case_id}", name="show case (completed)")


def applicant_token(world: wiring.World, openid: str) -> str:
    """A session of a person, as her sign-in through WeChat leaves it."""
    token, at = uuid4().hex, world.clock.now()
    with world.store.begin() as tx:
        person = tx.people.sign_in(openid, at)
        digest = Seal([("any", bytes(16))], bytes(32)).digest(token.encode())
        tx.sessions.add(Session(digest, "applicant", person.id, uuid4().hex, at, at, at + timedelta(days=1)))
    return token


def papers(number: int) -> dict[str, str]:
    """A made-up woman's papers."""
    made = made_up_person(f"bench-{number}", "程试行", "", date(1976, 3, 8), 2 * number)
    return {"name": made.name, "id_number": made.id_number, "mobile": made.mobile, "bank_account": made.bank_account}


def _connect(where: list[object], how: dict[str, object]) -> RecordingConnection:
    return RecordingConnection.connect(*where, **how)  # type: ignore[arg-type]  # what SQLAlchemy would give psycopg


def report(by_name: dict[str, Measured]) -> None:
    """One line per endpoint, and the worst."""
    print(f"  {'endpoint':<28}{'calls':>7}{'queries':>9}{'ours ms':>9}{'bare ms':>9}{'ratio':>7}")
    compared = []
    for name, measured in sorted(by_name.items()):
        ours, bare = statistics.median(measured.ours) * 1000, statistics.median(measured.bare) * 1000
        ratio = "" if name in WITHOUT_RATIO else f"{measured.ratio:.2f}"
        if ratio:
            compared.append(measured.ratio)
        print(f"  {name:<28}{len(measured.ours):>7}{measured.statements:>9}{ours:>9.2f}{bare:>9.2f}{ratio:>7}")
    print(
        f"  median of the ratios {statistics.median(compared):.2f}, worst {max(compared):.2f}; the aim is 2.0 at most"
    )


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, (len(ordered) * percent + 99) // 100 - 1)]


if __name__ == "__main__":
    sys.exit(main())
