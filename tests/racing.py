"""Two at once, for tests of what happens then: real threads, real connections, no sleeping."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import text

from backend.adapters.db.store import PostgresStore

PATIENCE_SECONDS = 20

_SOMEBODY_WAITS = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act came to, its refusal included, when all begin together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait(PATIENCE_SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
        return [outcome(future) for future in futures]


def outcome(future: "Future[Any]") -> Any:
    """A result, or the exception it ended with."""
    error = future.exception(PATIENCE_SECONDS)
    if error is None:
        return future.result()
    assert isinstance(error, Exception)
    return error


def until_somebody_waits(store: PostgresStore) -> None:
    """Returns when another connection waits for a lock."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        while not connection.execute(_SOMEBODY_WAITS).scalar():
            assert time.monotonic() < give_up_at, "nobody came to wait"
