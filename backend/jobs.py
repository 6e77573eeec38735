"""The Procrastinate app: what happens after a commit and what happens by the clock. No rules here.

Every job may run twice (a worker that was killed is replaced), so each task is idempotent in the use case it calls.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from backend import wiring
from backend.settings import Settings
from backend.wiring import World

LOG = logging.getLogger(__name__)

CONCURRENCY = 4
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 20
KEEP_FINISHED_HOURS = 24
READING = "reading"  # the queue that `tuixiu reader` works alone, so that a push never waits for a picture
# A fault of ours or an outage: try again after 2, 4, 8 … seconds, for about an hour.
RETRY = RetryStrategy(max_attempts=11, exponential_wait=2)


def make_app(world: World, database_url: str) -> App:
    """The tasks over these services."""
    app = App(connector=PsycopgConnector(conninfo=database_url, min_size=1, max_size=CONCURRENCY + 4))
    services = world.services

    @app.task(name="send_push", queue="notices", retry=RETRY)
    @_counted("send_push")
    def send_push(push_id: str) -> None:
        services.notices.send_push(UUID(push_id))

    @app.task(name="work_off_callback", queue="notices", retry=RETRY)
    @_counted("work_off_callback")
    def work_off_callback(callback_id: int, attempt: int = 1) -> None:
        services.notices.work_off_callback(callback_id, attempt)

    @app.task(name="remove_incoming", queue="storage", retry=RETRY)
    @_counted("remove_incoming")
    def remove_incoming(key: str) -> None:
        services.materials.remove_incoming(key)

    @app.task(name="make_document", queue="storage", retry=RETRY)
    @_counted("make_document")
    def make_document(document_id: str) -> None:
        services.documents.make(UUID(document_id))

    @app.task(name="re_evaluate_drafts", queue="upkeep", retry=RETRY)
    @_counted("re_evaluate_drafts")
    def re_evaluate_drafts(change: int, old: str, new: str) -> None:
        told = services.policy_versions.re_evaluate_drafts(change, old, new)
        LOG.info("drafts re-evaluated after a change of the policy", extra={"told": told})

    @app.periodic(cron="* * * * * */10")
    @app.task(name="rescue_stalled_jobs", queue="upkeep", pass_context=True)
    async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """A job whose worker was killed goes back to the queue."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            LOG.warning("rescued a stalled job", extra={"task": job.task_name, "job_id": job.id})
            await manager.retry_job(job)

    @app.periodic(cron="*/20 * * * *")
    @app.task(name="tell_reminders", queue="upkeep", retry=RETRY)
    @_counted("tell_reminders")
    def tell_reminders(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        services.reminders.tell_due()

    @app.periodic(cron="11,31,51 * * * *")
    @app.task(name="remind_of_promises", queue="upkeep", retry=RETRY)
    @_counted("remind_of_promises")
    def remind_of_promises(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        services.review.remind_of_promises(services.reminders.timing)

    @app.periodic(cron="17 * * * *")
    @app.task(name="sweep", queue="upkeep")
    def sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """Sessions that ended, idempotency keys of two days ago, and photos that were announced and never came."""
        at = world.clock.now()
        with world.store.begin() as tx:
            tx.sessions.sweep(at)
            tx.idempotency.sweep(at - timedelta(days=2))
        services.materials.forget_unsent()

    @app.periodic(cron="7 * * * *")
    @app.task(name="lapse_authorisations", queue="upkeep")
    def lapse_authorisations(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """Links that nobody confirmed in time, and authorisations whose term is over."""
        services.authorising.lapse_due()

    @app.periodic(cron="13 2 * * *")
    @app.task(name="prove_evidence", queue="upkeep", retry=RETRY)
    @_counted("prove_evidence")
    def prove_evidence(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """Every file of every submitted case, read back and compared; what is broken becomes an incident."""
        services.proofs.prove()

    @app.periodic(cron="41 4 * * *")
    @app.task(name="sweep_orphans", queue="storage", retry=RETRY)
    @_counted("sweep_orphans")
    def sweep_orphans(timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """Files that no row refers to, older than a day."""
        services.proofs.sweep_orphans()

    @app.periodic(cron="47 3 * * *")
    @app.task(name="forget_finished_jobs", queue="upkeep", pass_context=True)
    async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate's own
        """Jobs that ended well are forgotten after a day; failed ones stay for people to look at."""
        await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)

    return app


def make_reading_app(world: World, database_url: str) -> App:
    """The one task of `tuixiu reader`."""
    app = App(connector=PsycopgConnector(conninfo=database_url, min_size=1, max_size=3))

    @app.task(name="read_photo", queue=READING, retry=RETRY)
    @_counted("read_photo")
    def read_photo(case_id: str, photo_id: str) -> None:
        reading = world.services.reading.read(UUID(case_id), UUID(photo_id))
        if reading is not None:
            wiring.READINGS.labels(reading.state).observe((reading.milliseconds or 0) / 1000)

    return app


def run_reader(settings: Settings) -> None:
    """Reads photos, one at a time, until it is told to stop; one in hand is finished first, or read again later."""
    wiring.configure_logs(settings.log_level)
    world = wiring.build_world(settings)
    world.serve_metrics(settings)
    asyncio.run(_work(make_reading_app(world, settings.database_url), concurrency=1))


def run_worker(settings: Settings) -> None:
    """Works until it is told to stop (SIGTERM, SIGINT); a job in hand is finished first."""
    wiring.configure_logs(settings.log_level)
    world = wiring.build_world(settings)
    world.services.policy_versions.take_up()
    world.serve_metrics(settings)
    app = make_app(world, settings.database_url)
    asyncio.run(_work(app, concurrency=CONCURRENCY))


async def _work(app: App, concurrency: int) -> None:
    async with app.open_async():
        await app.run_worker_async(
            queues=queues_of(app),
            concurrency=concurrency,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            shutdown_graceful_timeout=10,
        )


def queues_of(app: App) -> list[str]:
    """The queues of this app's own tasks: jobs of others are left to who knows them."""
    return sorted({task.queue for task in app.tasks.values()})


def _counted(task: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Counts how runs of a task end."""

    def decorate(run: Callable[..., None]) -> Callable[..., None]:
        @wraps(run)
        def counted(*arguments: Any, **named: Any) -> None:
            try:
                run(*arguments, **named)
            except Exception:
                wiring.JOBS.labels(task, "failed").inc()
                raise
            wiring.JOBS.labels(task, "done").inc()

        return counted

    return decorate
