"""WeChat's access token, one for all processes: sealed in a row, refreshed by one under an advisory lock."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import tables
from backend.adapters.db.sealed import Seal

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:app_id, 7301868))")


class PostgresTokenStore:
    """services/ports.py TokenStore."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._engine = engine
        self._seal = seal

    def current(self, app_id: str, at: datetime) -> str | None:
        with self._engine.begin() as connection:
            return self._read(connection, app_id, at)

    def refresh(self, app_id: str, refused: str | None, fetch: Callable[[], tuple[str, datetime]], at: datetime) -> str:
        """The lock is held while `fetch` asks WeChat: whoever waits for it finds the new token and does not ask."""
        with self._engine.begin() as connection:
            connection.execute(_LOCK, {"app_id": app_id})
            token = self._read(connection, app_id, at)
            if token is not None and token != refused:
                return token
            token, expires_at = fetch()
            sealed = self._seal.seal(token, f"wechat_tokens:{app_id}")
            row = upsert(tables.wechat_tokens).values(app_id=app_id, access_token=sealed, expires_at=expires_at)
            newer = {"access_token": row.excluded.access_token, "expires_at": row.excluded.expires_at}
            connection.execute(row.on_conflict_do_update(index_elements=["app_id"], set_=newer))
            return token

    def _read(self, connection: Connection, app_id: str, at: datetime) -> str | None:
        t = tables.wechat_tokens
        sealed = connection.execute(select(t.c.access_token).where(t.c.app_id == app_id, t.c.expires_at > at)).scalar()
        if sealed is None:
            return None
        opened: str = self._seal.open(sealed, f"wechat_tokens:{app_id}")
        return opened
