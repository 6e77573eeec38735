"""Records what one request asks of PostgreSQL, and answers the same request again with nothing but Flask and psycopg.

The bare handler runs the very statements, with the very parameters and commits, on a copy of the same database, and
gives the same body: what it costs is the limit that the service's own code is held against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask, Response
from psycopg_pool import ConnectionPool

Params = Mapping[str, Any] | Sequence[Any] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One call on a cursor or connection: execute, executemany, commit or rollback."""

    call: str
    query: Any = None
    params: Any = None


@dataclass
class Recording:
    """The statements of one request, in order, and the body it was answered with."""

    statements: list[Statement] = field(default_factory=list)
    body: bytes = b""


class Recorder:
    """Collects every statement of this process, so that the copy of the database can be kept the same."""

    def __init__(self) -> None:
        self._now = Recording()

    def note(self, call: str, query: Any = None, params: Any = None) -> None:
        self._now.statements.append(Statement(call, query, params))

    def take(self) -> Recording:
        """What was collected since it was last taken."""
        taken, self._now = self._now, Recording()
        return taken


RECORDER = Recorder()


class RecordingCursor(psycopg.Cursor[Any]):
    """A cursor that notes what it is asked."""

    def execute(self, query: Any, params: Params = None, **options: Any) -> Any:
        RECORDER.note("execute", query, params)
        return super().execute(query, params, **options)

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        listed = list(params_seq)
        RECORDER.note("executemany", query, listed)
        super().executemany(query, listed, **options)


class RecordingConnection(psycopg.Connection[Any]):
    """A connection that notes its commits."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.cursor_factory = RecordingCursor

    def commit(self) -> None:
        RECORDER.note("commit")
        super().commit()

    def rollback(self) -> None:
        RECORDER.note("rollback")
        super().rollback()


class BareHandler:
    """A Flask application with one route that replays the next recording."""

    def __init__(self, database_url: str) -> None:
        self.pool = ConnectionPool(database_url, min_size=1, max_size=1, open=True)
        self.next: Recording | None = None
        self.app = Flask("bare")
        self.app.add_url_rule("/", view_func=self._answer, methods=["GET", "POST"])

    def close(self) -> None:
        self.pool.close()

    def replay(self, recording: Recording) -> None:
        """Runs the statements on the copy, in the same transactions."""
        connection: psycopg.Connection[Any] | None = None
        for statement in recording.statements:
            if connection is None:
                connection = self.pool.getconn()
            if statement.call == "execute":
                cursor = connection.execute(statement.query, statement.params)
                if cursor.description:
                    cursor.fetchall()
            elif statement.call == "executemany":
                connection.cursor().executemany(statement.query, statement.params)
            else:
                getattr(connection, statement.call)()
                self.pool.putconn(connection)
                connection = None
        if connection is not None:
            connection.rollback()
            self.pool.putconn(connection)

    def _answer(self) -> Response:
        assert self.next is not None
        self.replay(self.next)
        return Response(self.next.body, content_type="application/json")
