"""Jobs deferred in the caller's transaction: they exist when it commits, and not otherwise. Tasks are in jobs.py."""

from datetime import timedelta
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import Connection

# Only for deferring by name on a given connection; it is never opened and knows no task.
_DEFERRING = App(connector=PsycopgConnector())
QUEUES = {
    "remove_incoming": "storage",
    "make_document": "storage",
    "re_evaluate_drafts": "upkeep",
    "read_photo": "reading",
}


class QueuedJobs:
    """services/ports.py Jobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def defer(self, task: str, *, lock: str | None = None, after: timedelta | None = None, **arguments: Any) -> None:
        """Puts the job into this transaction. `lock`: jobs of one lock run one after another."""
        driver_connection: Any = self._connection.connection.driver_connection
        delay = {"seconds": int(after.total_seconds())} if after else None
        _DEFERRING.configure_task(
            task,
            lock=lock,
            schedule_in=delay,
            queue=QUEUES.get(task, "notices"),
            connection=driver_connection,
        ).defer(**arguments)
