"""The schema goes up once however many begin, down to nothing, and holds the domain's transitions."""

from __future__ import annotations

import subprocess
import sys

import psycopg

from backend.adapters.db import migrating
from backend.adapters.db.store import PostgresStore
from backend.domain.authorisation import AUTHORISATION_TRANSITIONS
from backend.domain.case import TRANSITIONS
from backend.domain.routing import ITEM_TRANSITIONS
from backend.settings import CHECKOUT

# Everything in the schema but Alembic's own note of where it is.
LEFT = """
SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT typname::text FROM pg_type
 WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version'
"""


def test_the_schema_goes_down_and_leaves_nothing(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)

    migrating.downgrade(empty_database_url, "base")

    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute(LEFT).fetchall() == []
    assert migrating.current(empty_database_url) is None


def test_two_that_migrate_at_once_wait_for_each_other(empty_database_url: str) -> None:
    command = [sys.executable, "-c", "import sys; from backend.wiring import migrate; migrate(sys.argv[1])"]
    processes = [subprocess.Popen([*command, empty_database_url], cwd=CHECKOUT) for _ in range(2)]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert migrating.current(empty_database_url) == migrating.head()


def test_an_empty_database_is_at_no_revision(empty_database_url: str) -> None:
    assert migrating.current(empty_database_url) is None


def test_the_database_holds_the_transitions_of_the_domain(store: PostgresStore) -> None:
    with store.engine.connect() as connection:
        cases = connection.exec_driver_sql("SELECT from_state, to_state FROM case_transitions").all()
        items = connection.exec_driver_sql("SELECT from_state, to_state FROM item_transitions").all()
        authorisations = connection.exec_driver_sql("SELECT from_state, to_state FROM authorisation_transitions").all()

    assert set(map(tuple, cases)) == {(start, end) for (start, _), end in TRANSITIONS.items()}
    assert set(map(tuple, items)) == {(start, end) for (start, _), end in ITEM_TRANSITIONS.items()}
    assert set(map(tuple, authorisations)) == {(start, end) for (start, _), end in AUTHORISATION_TRANSITIONS.items()}
