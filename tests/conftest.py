"""Resources that tests ask for: a real PostgreSQL, a real S3 server, a real Chromium. Each starts only when asked for.

Builders of cases and people are in `builders.py` and `actors.py`, not here.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from backend.sandbox.city import City, running_city
from backend.sandbox.object_store import EVIDENCE, OUTPUTS, ObjectStore, free_ports
from backend.sandbox.postgres import PostgresServer
from backend.sandbox.processes import free_port
from backend.sandbox.secrets import make_secrets, store_secrets
from backend.settings import Settings
from tests import chromium

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from playwright.sync_api import Browser, Playwright

    from backend.wiring import World
    from tests.builders import Town

TEMPLATE = "tuixiu_template"
SHARED = "tuixiu_shared"
# History refuses to be deleted and foreign keys ask for an order: both are triggers, which are put aside here. Whoever
# left a transaction open is found out by the timeout.
EMPTY_EVERY_TABLE = r"""
SET session_replication_role = replica;
SET lock_timeout = '10s';
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'alembic_version' AND relname NOT LIKE '%\_transitions' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$;
ALTER SEQUENCE case_numbers RESTART
"""
PUBLIC_URL = "http://127.0.0.1:8000"
LIMITED_BY_ADDRESS = ("REQUESTS", "SIGN_INS", "PRINTS")


# -- PostgreSQL ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def secrets_made() -> dict[str, str]:
    """Secrets as the sandbox makes them, new for this run."""
    return make_secrets()


@pytest.fixture(scope="session")
def postgres_server(secrets_made: dict[str, str]) -> Iterator[PostgresServer]:
    """A PostgreSQL of this run's own, on a random port. It does not fsync: a test of durability starts its own."""
    folder = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    folder.chmod(0o711)  # under root the server runs as another user, who could not enter pytest's own folders
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    server = PostgresServer(
        folder / "data", free_port(), secrets_made["DATABASE_PASSWORD"], folder / "log", options=fast
    )
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template_database(postgres_server: PostgresServer) -> str:
    """The name of a database with every migration applied, of which `database_url` is a copy."""
    from backend.adapters.db import migrating

    postgres_server.create_database(TEMPLATE)
    migrating.upgrade(postgres_server.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database_url(postgres_server: PostgresServer, template_database: str) -> Iterator[str]:
    """The address of a migrated database that is this test's alone (made in 24 ms, dropped after)."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name, template_database)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def shared_database_url(postgres_server: PostgresServer, template_database: str) -> str:
    """The address of a migrated database that tests use one after the other: ask for `emptied_database_url`."""
    postgres_server.create_database(SHARED, template_database)
    return postgres_server.url(SHARED)


@pytest.fixture
def emptied_database_url(shared_database_url: str) -> Iterator[str]:
    """The address of a migrated database without a row, for a tenth of the time that one of the test's own takes."""
    yield shared_database_url
    with psycopg.connect(shared_database_url, autocommit=True) as connection:
        connection.execute(EMPTY_EVERY_TABLE)


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database without any table that is this test's alone."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_server.create_database(name)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


# -- S3 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunningStore:
    """Where the S3 server is and the service's own key for it. Tests share it: use keys of your own."""

    endpoint_url: str
    region: str
    access_key: str
    secret_key: str
    client: S3Client
    evidence_bucket: str = EVIDENCE
    outputs_bucket: str = OUTPUTS


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory, secrets_made: dict[str, str]) -> Iterator[RunningStore]:
    """A SeaweedFS of this run's own with the buckets `evidence` (versioned) and `outputs`."""
    folder = tmp_path_factory.mktemp("store")
    keys = store_secrets(secrets_made)
    store = ObjectStore(folder / "data", free_ports(), keys, folder / "log")
    store.start(allowed_origins=[PUBLIC_URL])
    yield RunningStore(store.endpoint_url, store.region, keys.access_key, keys.secret_key, store.client())
    assert store.process is not None
    store.process.send_signal(signal.SIGKILL)  # its data ends with the run: no need to wait for a clean end
    store.stop()


# -- settings -----------------------------------------------------------------------------------------------------


def environment_of(database_url: str, object_store: RunningStore, secrets_made: dict[str, str]) -> dict[str, str]:
    """`TUIXIU_*` variables of a service on this database and on the run's S3; nothing listens for WeChat."""
    return {
        **{name: value for name, value in secrets_made.items() if name.startswith("TUIXIU_")},
        "TUIXIU_ENVIRONMENT": "sandbox",
        "TUIXIU_DATABASE_URL": database_url,
        "TUIXIU_S3_ENDPOINT_URL": object_store.endpoint_url,
        "TUIXIU_PUBLIC_URL": PUBLIC_URL,
        "TUIXIU_WECHAT_API_URL": f"http://127.0.0.1:{free_port()}",
        "TUIXIU_WECHAT_AUTHORIZE_URL": f"http://127.0.0.1:{free_port()}/connect/oauth2/authorize",
        "TUIXIU_METRICS_PORT": "0",
    }


@pytest.fixture
def sandbox_environment(database_url: str, object_store: RunningStore, secrets_made: dict[str, str]) -> dict[str, str]:
    """`TUIXIU_*` variables of a service on this test's own database."""
    return environment_of(database_url, object_store, secrets_made)


@pytest.fixture
def settings(sandbox_environment: dict[str, str]) -> Settings:
    """Settings on this test's own database and on the run's S3."""
    return Settings.from_environment(sandbox_environment)


# -- the service as its use cases see it --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def town_settings(shared_database_url: str, object_store: RunningStore, secrets_made: dict[str, str]) -> Settings:
    """Settings of the one service that tests of use cases and of the API share."""
    environment = environment_of(shared_database_url, object_store, secrets_made)
    limits = ["REQUESTS_PER_MINUTE_PER_PERSON", "PROOF_OBJECTS_PER_SECOND"]
    limits += [f"{what}_PER_MINUTE_PER_ADDRESS" for what in LIMITED_BY_ADDRESS]
    return Settings.from_environment(environment | {f"TUIXIU_{limit}": "100000" for limit in limits})


@pytest.fixture(scope="session")
def town_world(town_settings: Settings) -> Iterator[World]:
    """Everything wired as in production, by a clock that stands until a test moves it."""
    from backend import wiring
    from tests.sandbox_wechat import a_clock

    world = wiring.build_world(town_settings, a_clock())
    yield world
    world.close()


@pytest.fixture
def town(town_world: World, emptied_database_url: str) -> Town:
    """The service on an emptied database, with staff and one applicant."""
    from tests.builders import Town
    from tests.sandbox_wechat import MovableClock, a_clock

    assert isinstance(town_world.clock, MovableClock)
    town_world.clock.at = a_clock().at
    town_world.services.policy_versions.take_up()
    return Town(town_world.services, town_world.store, town_world.clock)


# -- the whole city -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """Everything that `make run` runs, on ports and data of this run's own. A test that kills parts starts its own."""
    folder = Path(tempfile.mkdtemp(prefix="tuixiu-"))
    folder.chmod(0o711)
    # The tests wait for readings, and leave no processor idle.
    own = {"TUIXIU_PORT": str(free_port()), "TUIXIU_READING_ONLY_IDLE": "0"}
    with running_city(folder / "var", {**os.environ, **own}) as running:
        yield running
    shutil.rmtree(folder)


# -- the browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, started when the first browser test asks."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The Chromium that browser tests drive."""
    found = chromium.find_chromium()
    assert found is not None, "browser tests are left out of the run where there is no Chromium"
    return found


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: Path) -> Iterator[Browser]:
    """One headless Chromium for the run; every test opens contexts of its own in it, and closes them."""
    running = playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.ARGUMENTS))
    yield running
    running.close()


# What a machine may lack, by the marker of the tests that need it. They are never passed over in silence.
NEEDED: dict[str, Callable[[], object]] = {
    "browser": chromium.find_chromium,
    "nginx": lambda: shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"),
}
NOT_RUN: dict[str, list[str]] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose program this machine lacks; the end of the run says so. Browser tests come last.

    Playwright keeps an event loop running in the main thread once it has started, which no other test can bear. The
    processes that share the tests (xdist's `load`) take them in this order, so it holds in each of them.
    """
    for need, find in NEEDED.items():
        waiting = [item for item in items if item.get_closest_marker(need)]
        if waiting and not find():
            NOT_RUN[need] = [item.nodeid for item in waiting]
            config.hook.pytest_deselected(items=waiting)
            items[:] = [item for item in items if item not in waiting]
    items.sort(key=_drives_a_browser)


def _drives_a_browser(item: pytest.Item) -> bool:
    return "playwright" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were not run, and for want of what."""
    for need, waiting in NOT_RUN.items():
        terminalreporter.section(f"{len(waiting)} {need} tests NOT RUN: this machine has none")
        for name in waiting:
            terminalreporter.line(name)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of the processes that share the tests has ended, and says what it left out: the same as the others."""
    NOT_RUN.update(getattr(node, "workeroutput", {}).get("not_run", {}))  # a process that crashed says nothing


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a run without all of its tests has failed."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = NOT_RUN
        return
    if NOT_RUN and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
