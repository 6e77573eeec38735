"""A city of the journeys' own, the people in it, and where their screenshots go."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from backend.sandbox.processes import last_lines
from backend.settings import CHECKOUT
from tests.journeys import callers
from tests.journeys.desk_pages import DeskPages
from tests.journeys.phone_pages import PhonePages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from backend.sandbox.city import City

SCREENSHOTS = CHECKOUT / "var" / "screenshots"
NUMBERS = count(1)


@dataclass
class Stage:
    """Where one journey plays: the running city, and a browser for every person in it."""

    city: City
    browser: Browser
    shots: Path
    _open: list[PhonePages | DeskPages] = field(default_factory=list)

    def a_phone(self, *, follows: bool = True, **person_is: Any) -> PhonePages:
        """A new person's phone."""
        person = callers.new_person(self.city.wechat_url, next(NUMBERS), follows=follows, **person_is)
        return self._kept(PhonePages(self.browser, self.city.wechat_url, person, self.shots))

    def the_phone_of(self, key: str) -> PhonePages:
        """The phone of one of the sandbox's own people, who follows the account."""
        person = callers.people_of(self.city.wechat_url)[key]
        phone: PhonePages = self._kept(PhonePages(self.browser, self.city.wechat_url, person, self.shots / key))
        callers.follow(self.city.wechat_url, key)
        return phone

    def the_phone_at_hand(self, person: Any) -> PhonePages:
        """A phone that is signed in nowhere: whoever's it is, at the window."""
        return self._kept(PhonePages(self.browser, self.city.wechat_url, person, self.shots / "phone"))

    def a_desk(self, username: str) -> DeskPages:
        """A member of staff at her desk."""
        return self._kept(DeskPages(self.browser, self.city.url, username, self.shots))

    def a_submitted_case(self, **changes: Any) -> tuple[callers.Phone, dict[str, Any]]:
        """A case filed over HTTP, for journeys that begin at the window."""
        person = callers.new_person(self.city.wechat_url, next(NUMBERS))
        phone = callers.Phone.of(self.city.url, self.city.wechat_url, person)
        return phone, phone.file(callers.answers_of(person, **changes))

    def sql(self, statement: str, *values: Any) -> None:
        """Changes the city's database, as time or a fault would."""
        with psycopg.connect(self.city.environ()["TUIXIU_DATABASE_URL"]) as connection:
            connection.execute(statement, values)

    def show_what_failed(self, item: pytest.Item) -> None:
        """Beside the failure: every page as it is now, and the ends of the city's logs."""
        for pages in self._open:
            pages.shoot("failed")
        for log in sorted(self.city.log_path.glob("*.log")):
            item.add_report_section("call", log.stem, last_lines(log, 30))

    @contextmanager
    def without_a_web_server(self) -> Iterator[Callable[[], None]]:
        """Gives what kills the web server at a moment of the journey's choice; at the end it is back in any case."""
        killed: list[int] = []

        def kill() -> None:
            process = self.city.web.process
            if not killed and process is not None:
                killed.append(process.pid)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

        try:
            yield kill
        finally:
            self.city.tend()

    def close(self) -> None:
        """Every page was free of script errors."""
        faults = [fault for pages in self._open for fault in pages.faults]
        for pages in self._open:
            pages.close()
        assert faults == []

    def _kept(self, pages: Any) -> Any:
        self._open.append(pages)
        return pages


@pytest.fixture
def stage(city: City, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The city with a folder for this journey's screenshots, emptied first."""
    shots = SCREENSHOTS / request.node.name.removeprefix("test_")
    shutil.rmtree(shots, ignore_errors=True)
    stage = Stage(city, browser, shots)
    yield stage
    stage.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Keeps what a journey that fails had before it."""
    try:
        return (yield)
    except Exception:
        if isinstance(stage := pyfuncitem.funcargs.get("stage"), Stage):
            stage.show_what_failed(pyfuncitem)
        raise
