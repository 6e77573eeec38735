"""The store: one transaction per use case on PostgreSQL, with everything a use case may ask of it (services/ports.py).

Written with SQLAlchemy Core and explicit statements, not the ORM: the domain stays plain, one statement reads a case
whole, and what is written is what changed. See docs/decisions/0001-core-instead-of-the-orm.md.
"""

import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, exc

from backend.adapters.db import people_rows
from backend.adapters.db.authorisation_rows import AuthorisationRows
from backend.adapters.db.case_rows import CaseRows, ClaimRows
from backend.adapters.db.chain import ChainRows
from backend.adapters.db.counter_rows import CounterTables
from backend.adapters.db.document_rows import DocumentRows
from backend.adapters.db.finding_rows import FindingRows
from backend.adapters.db.guide_rows import GuideRows
from backend.adapters.db.incident_rows import IncidentRows
from backend.adapters.db.mark_rows import MarkRows
from backend.adapters.db.people_rows import PersonRows, SessionRows, StaffRows
from backend.adapters.db.photo_rows import PhotoRows
from backend.adapters.db.policy_rows import PolicyRows
from backend.adapters.db.queue import QueuedJobs
from backend.adapters.db.reading_rows import ReadingRows
from backend.adapters.db.record_rows import CallbackRows, KeyRows, PushRows, ResultRows
from backend.adapters.db.reminder_rows import ReminderRows
from backend.adapters.db.sealed import Seal
from backend.domain.errors import OutsideDown
from backend.services.ports import SignedIn


def make_engine(database_url: str, pool_size: int) -> Engine:
    """An engine whose pool never hands out a connection the server has closed (after a restart of PostgreSQL)."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=10, pool_recycle=1800)
    event.listen(engine, "checkout", _refuse_a_closed_connection)
    return engine


def _refuse_a_closed_connection(driver_connection: Any, _record: Any, _proxy: Any) -> None:
    """An idle connection has nothing to say; one that is readable was closed by the server. Costs microseconds."""
    if select.select([driver_connection.fileno()], [], [], 0)[0]:
        raise exc.DisconnectionError("the server closed this connection")


class PostgresTransaction:
    """What a use case holds between `begin` and commit. Each property is one noun of services/ports.py."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self.audit = ChainRows(connection, seal)
        self.cases = CaseRows(connection, seal, self.audit)
        self.photos = PhotoRows(connection)
        self.claims = ClaimRows(connection)
        self.counter = CounterTables(connection, seal)
        self.authorisations = AuthorisationRows(connection, seal)
        self.readings = ReadingRows(connection, seal)
        self.results = ResultRows(connection)
        self.documents = DocumentRows(connection, seal)
        self.incidents = IncidentRows(connection)
        self.marks = MarkRows(connection)
        self.people = PersonRows(connection)
        self.staff = StaffRows(connection)
        self.sessions = SessionRows(connection)
        self.pushes = PushRows(connection)
        self.reminders = ReminderRows(connection, seal)
        self.callbacks = CallbackRows(connection)
        self.policies = PolicyRows(connection)
        self.guides = GuideRows(connection)
        self.findings = FindingRows(connection)
        self.idempotency = KeyRows(connection)
        self.jobs = QueuedJobs(connection)


class PostgresStore:
    """Transactions on one engine. Raises OutsideDown when PostgreSQL does not answer."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self.engine = engine
        self._autocommitting = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._seal = seal

    @contextmanager
    def begin(self) -> Iterator[PostgresTransaction]:
        try:
            with self.engine.begin() as connection:
                yield PostgresTransaction(connection, self._seal)
        except (exc.OperationalError, exc.TimeoutError, exc.InterfaceError) as error:
            raise OutsideDown(system="database") from error

    def signed_in(self, token_digest: bytes) -> SignedIn | None:
        try:
            with self._autocommitting.connect() as connection:
                return people_rows.signed_in(connection, token_digest)
        except (exc.OperationalError, exc.TimeoutError, exc.InterfaceError, psycopg.OperationalError) as error:
            raise OutsideDown(system="database") from error

    def is_reachable(self) -> bool:
        """One round trip to PostgreSQL."""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (exc.OperationalError, exc.TimeoutError, exc.InterfaceError):
            return False
        return True

    def pool_figures(self) -> Mapping[str, int]:
        """Connections of this process: how many there are and how many are in use."""
        pool: Any = self.engine.pool
        return {"size": pool.size(), "in_use": pool.checkedout()}
