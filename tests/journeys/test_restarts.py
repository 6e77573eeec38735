"""Web, worker and PostgreSQL are killed amid submits and pushes: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from backend.sandbox.city import City, running_city
from backend.sandbox.processes import free_port, wait_until
from tests.builders import a_small_photo
from tests.journeys import callers

PEOPLE = 9
PATIENCE_SECONDS = 90

pytestmark = pytest.mark.slow


@pytest.fixture
def mortal_city() -> Iterator[City]:
    """A city of this test's own, on a disk that is written through as in production."""
    folder = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    folder.chmod(0o711)
    environ = {**os.environ, "TUIXIU_PORT": str(free_port()), "TUIXIU_REQUESTS_PER_MINUTE_PER_ADDRESS": "100000"}
    with running_city(folder / "var", environ, lambda _line: None) as running:
        yield running
    shutil.rmtree(folder)


def test_every_acknowledged_submit_and_push_survives_kills(mortal_city: City) -> None:
    ready = [_ready_to_submit(mortal_city, number) for number in range(PEOPLE)]
    victims = cycle([mortal_city.web, mortal_city.database, mortal_city.worker])

    with ThreadPoolExecutor(PEOPLE) as pool:
        submits = [pool.submit(_submit_until_acknowledged, phone, view) for phone, view in ready]
        killed = 0
        while not all(submit.done() for submit in submits) or killed < 6:
            if _kill(next(victims)):
                killed += 1
            mortal_city.tend()
            wait_until(lambda: _done_or_answering(submits, mortal_city), PATIENCE_SECONDS)

    acknowledged = {view["id"]: view["number"] for view in (submit.result() for submit in submits)}
    assert len(set(acknowledged.values())) == PEOPLE
    assert wait_until(lambda: _tended(mortal_city) and _all_sent(mortal_city), PATIENCE_SECONDS)
    assert _rows(mortal_city, "SELECT id::text, number FROM cases WHERE state = 'submitted'") == acknowledged
    assert _rows(mortal_city, "SELECT case_id::text, count(*) FROM pushes GROUP BY 1") == dict.fromkeys(acknowledged, 1)
    links = "SELECT case_id::text, count(*) FROM audit_links WHERE action = 'submit' GROUP BY 1"
    assert _rows(mortal_city, links) == dict.fromkeys(acknowledged, 1)
    for phone, _ in ready:
        assert len(callers.chat_of(mortal_city.wechat_url, phone.person["key"], at_least=1)) == 1


def _ready_to_submit(city: City, number: int) -> tuple[callers.Phone, dict[str, Any]]:
    person = callers.new_person(city.wechat_url, number)
    phone = callers.Phone.of(city.url, city.wechat_url, person)
    answers = callers.answers_of(person, retirement_filing="self")
    view = phone.answer_all(phone.start(), answers)
    phone.photograph_all(view, lambda slot, part: a_small_photo(f"{number}/{slot}/{part}"))
    return phone, phone.sign(phone.ask("GET", f"/api/filing/cases/{view['id']}"))


def _submit_until_acknowledged(phone: callers.Phone, view: dict[str, Any]) -> dict[str, Any]:
    """As the page does: the same key again and again, until there is an answer."""
    key = callers.a_key()
    answer: list[dict[str, Any]] = []

    def tried() -> bool:
        try:
            answer.append(phone.submit(view, key))
        except requests.RequestException:
            return False
        except callers.Refused as refused:
            if refused.status not in (502, 503):
                raise
            return False
        return True

    assert wait_until(tried, PATIENCE_SECONDS)
    return answer[-1]


def _kill(victim: Any) -> bool:
    """SIGKILL to a part and all of its group, as when the machine takes it away."""
    process = victim.process
    if process is None or process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def _done_or_answering(submits: list[Future[Any]], city: City) -> bool:
    city.tend()
    return all(submit.done() for submit in submits) or _answers(city)


def _answers(city: City) -> bool:
    try:
        return requests.get(f"{city.url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _tended(city: City) -> bool:
    city.tend()
    return True


def _all_sent(city: City) -> bool:
    """Every push is out. WeChat offers a receipt three times only, so one may fall into the time we are down."""
    try:
        states = _rows(city, "SELECT id::text, state FROM pushes")
    except psycopg.OperationalError:
        return False
    return len(states) == PEOPLE and set(states.values()) <= {"sent", "delivered"}


def _rows(city: City, statement: str) -> dict[str, Any]:
    with psycopg.connect(city.environ()["TUIXIU_DATABASE_URL"]) as connection:
        return dict(connection.execute(statement.encode()).fetchall())
