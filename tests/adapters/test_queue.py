"""Jobs are deferred in the transaction of what they follow: there with its commit, and not otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend.adapters.db.store import PostgresStore
from backend.domain.errors import NotFound


def jobs(store: PostgresStore) -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM procrastinate_jobs ORDER BY id"))
        return [dict(row) for row in found.mappings()]


def test_a_job_is_there_exactly_once_when_its_transaction_is_committed(store: PostgresStore) -> None:
    with store.begin() as tx:
        tx.jobs.defer("send_push", push_id="1")
        seen_before = jobs(store)

    [job] = jobs(store)
    assert seen_before == []
    assert (job["task_name"], job["args"], job["status"], job["queue_name"]) == (
        *("send_push", {"push_id": "1"}, "todo", "notices"),
    )
    assert (job["lock"], job["scheduled_at"]) == (None, None)


def test_a_transaction_that_is_rolled_back_leaves_no_job(store: PostgresStore) -> None:
    def defer_and_fail() -> None:
        with store.begin() as tx:
            tx.jobs.defer("send_push", push_id="1")
            raise NotFound

    with pytest.raises(NotFound):
        defer_and_fail()

    assert jobs(store) == []


def test_a_job_has_its_lock_its_queue_and_its_hour(store: PostgresStore) -> None:
    with store.begin() as tx:
        tx.jobs.defer("remove_incoming", lock="cases/1", after=timedelta(minutes=11), key="incoming/1")

    with store.engine.connect() as connection:
        waits = connection.execute(text("SELECT scheduled_at - now() FROM procrastinate_jobs")).scalar_one()
    [job] = jobs(store)
    assert (job["lock"], job["queue_name"]) == ("cases/1", "storage")
    assert timedelta(minutes=10) < waits <= timedelta(minutes=11)
