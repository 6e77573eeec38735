"""A real worker on what the use cases left for after the commit: done once, and not lost with a worker that died."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from procrastinate import App
from sqlalchemy import text

from backend import wiring
from backend.domain.actors import Actor, Role
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.reminders import ReminderKind, Stated
from backend.jobs import STALLED_SECONDS, make_app
from backend.settings import Settings
from tests.builders import Town
from tests.sandbox_wechat import Wechat, a_clock, a_config, running_wechat

WHO = "liu-guiying"


@dataclass
class Workshop:
    """A town within reach of WeChat, and its worker."""

    town: Town
    wechat: Wechat
    app: App

    def work(self) -> None:
        """One worker until nothing is left to do."""
        asyncio.run(self._work())

    def defer(self, task: str) -> None:
        """Puts a periodic job in as if its minute had come."""
        self._execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('upkeep', CAST(:task AS text), 0, NULL, NULL,"
            " '{\"timestamp\": 0}'::jsonb, NULL)]::procrastinate_job_to_defer_v1[])",
            task=task,
        )

    def statuses(self, task: str) -> list[str]:
        with self.town.store.engine.connect() as connection:
            found = connection.execute(
                text("SELECT status::text FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"), {"task": task}
            )
            return list(found.scalars())

    def begin_and_die(self, seconds_ago: int) -> None:
        """A worker takes every job there is and was last heard of so many seconds ago."""
        self._execute(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            "              VALUES (now() - make_interval(secs => :seconds_ago)) RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead WHERE status = 'todo'",
            seconds_ago=seconds_ago,
        )

    def _execute(self, statement: str, **values: object) -> None:
        with self.town.store.engine.begin() as connection:
            connection.execute(text(statement), values)

    async def _work(self) -> None:
        async with self.app.open_async():
            await self.app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.fixture
def workshop(settings: Settings, tmp_path: Path) -> Iterator[Workshop]:
    account = {"app_id": settings.wechat_app_id, "app_secret": settings.wechat_app_secret}
    with running_wechat(a_config(tmp_path, h5_public_url=settings.public_url, **account)) as wechat:
        wechat.post(f"/sandbox/people/{WHO}/follow")
        clock = a_clock()
        world = wiring.build_world(replace(settings, wechat_api_url=wechat.url), clock)
        town = Town(world.services, world.store, clock)
        with town.store.begin() as tx:
            person = tx.people.set_follows(wechat.openid(WHO), follows=True, at=town.clock.now())
        town.applicant = Actor(person.id, Role.APPLICANT, "申请人")
        yield Workshop(town, wechat, make_app(world, settings.database_url))
        world.close()


def test_a_push_is_sent_once_after_the_commit(workshop: Workshop) -> None:
    case_id = workshop.town.a_submitted_case()
    waiting = workshop.statuses("send_push")

    workshop.work()
    workshop.work()

    assert (waiting, workshop.statuses("send_push")) == (["todo"], ["succeeded"])
    [push] = workshop.town.pushes(case_id)
    assert (push.state, push.attempts) == ("sent", 1)
    assert [message["client_msg_id"] for message in workshop.wechat.chat(WHO, "push")] == [push.client_msg_id]


@pytest.mark.parametrize(
    ("silent_for", "told"), [(STALLED_SECONDS + 5, ["succeeded"]), (STALLED_SECONDS - 15, ["doing"])]
)
def test_a_job_of_a_worker_that_died_is_done_by_another(workshop: Workshop, silent_for: int, told: list[str]) -> None:
    workshop.town.a_submitted_case()
    workshop.begin_and_die(silent_for)

    workshop.defer("rescue_stalled_jobs")
    workshop.work()
    workshop.work()

    assert workshop.statuses("send_push") == told


def test_ended_sessions_and_old_keys_are_swept(workshop: Workshop) -> None:
    town = workshop.town
    with town.store.begin() as tx:
        tx.idempotency.take(town.applicant.id, "old", b"r", town.clock.now() - timedelta(days=3))
        tx.idempotency.take(town.applicant.id, "new", b"r", town.clock.now())

    workshop.defer("sweep")
    workshop.work()

    with town.store.begin() as tx:
        assert tx.idempotency.take(town.applicant.id, "old", b"r", town.clock.now())
        assert not tx.idempotency.take(town.applicant.id, "new", b"r", town.clock.now())


def test_a_reminder_whose_day_has_come_is_shown_in_her_chat_once(workshop: Workshop) -> None:
    town = workshop.town
    stated = Stated(Month(1966, 8), Category.MALE, 300)
    town.services.reminders.set_for_estimate(town.applicant, ReminderKind.FILING_OPENS, stated)
    town.clock.at = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)

    for _ in range(2):  # the job comes again with every twenty minutes
        workshop.defer("tell_reminders")
        workshop.work()

    [message] = workshop.wechat.chat(WHO, "push")
    assert message["url"].endswith("?next=/estimate")
    assert "2027年1月起" in str(message)


def test_a_task_that_is_deferred_by_name_is_one_the_worker_knows(workshop: Workshop) -> None:
    of_worker = {"send_push", "work_off_callback", "remove_incoming", "re_evaluate_drafts", "make_document"}
    assert of_worker <= set(workshop.app.tasks)
