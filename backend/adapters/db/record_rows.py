"""Result files, pushes, callbacks and idempotency keys in their tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import rows, tables
from backend.domain.errors import AlreadyUsed, NotFound
from backend.domain.notices import NoticeEvent
from backend.services.ports import Callback, Push, ResultFile

# One act can tell two things at one moment: the last decision, and that the case is completed.
STORY = [event.value for event in NoticeEvent]
_MSGID_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:msgid, 7301867))")


class ResultRows:
    """services/ports.py Results."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, result: ResultFile) -> None:
        self._connection.execute(insert(tables.results), rows.columns(result))

    def get(self, result_id: UUID) -> ResultFile:
        wanted = select(tables.results).where(tables.results.c.id == result_id)
        row = self._connection.execute(wanted).mappings().first()
        if row is None:
            raise NotFound
        return ResultFile(**row)

    def save(self, result: ResultFile) -> None:
        t = tables.results
        self._connection.execute(update(t).where(t.c.id == result.id).values(rows.columns(result)))

    def of_items(self, item_ids: Sequence[UUID]) -> list[ResultFile]:
        if not item_ids:
            return []
        t = tables.results
        wanted = select(t).where(t.c.item_id.in_(item_ids), t.c.state == "ready").order_by(t.c.uploaded_at)
        return [ResultFile(**row) for row in self._connection.execute(wanted).mappings()]


class PushRows:
    """services/ports.py Pushes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, push: Push) -> None:
        self._connection.execute(insert(tables.pushes), _push_columns(push))

    def load(self, push_id: UUID) -> Push:
        push = self._one(tables.pushes.c.id == push_id)
        if push is None:
            raise NotFound
        return push

    def load_by_msgid(self, msgid: str) -> Push | None:
        self._one_at_a_time(msgid)
        return self._one(tables.pushes.c.msgid == msgid)

    def save(self, push: Push) -> None:
        t = tables.pushes
        self._connection.execute(update(t).where(t.c.id == push.id).values(_push_columns(push)))

    def of_case(self, case_id: UUID) -> list[Push]:
        t = tables.pushes
        rows_ = self._connection.execute(select(t).where(t.c.case_id == case_id)).mappings()
        return sorted((Push(**row) for row in rows_), key=lambda push: (push.queued_at, STORY.index(push.event)))

    def park_receipt(self, msgid: str, status: str, at: datetime) -> None:
        parked = {"msgid": msgid, "status": status, "at": at}
        self._connection.execute(upsert(tables.wechat_receipts).values(parked).on_conflict_do_nothing())

    def parked_receipt(self, msgid: str) -> str | None:
        self._one_at_a_time(msgid)
        t = tables.wechat_receipts
        return self._connection.execute(select(t.c.status).where(t.c.msgid == msgid)).scalar()

    def _one_at_a_time(self, msgid: str) -> None:
        """Storing a msgid and taking in its receipt wait for each other, so that neither misses the other."""
        self._connection.execute(_MSGID_LOCK, {"msgid": msgid})

    def _one(self, condition: Any) -> Push | None:
        wanted = select(tables.pushes).where(condition).with_for_update()
        row = self._connection.execute(wanted).mappings().first()
        return Push(**row) if row else None


class CallbackRows:
    """services/ports.py Callbacks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, dedupe_key: str, fields: Mapping[str, str], at: datetime) -> int | None:
        taken = {"dedupe_key": dedupe_key, "fields": dict(fields), "received_at": at}
        t = tables.wechat_callbacks
        return self._connection.execute(
            upsert(t).values(taken).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(t.c.id)
        ).scalar()

    def load(self, callback_id: int) -> Callback:
        t = tables.wechat_callbacks
        row = self._connection.execute(select(t).where(t.c.id == callback_id).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return Callback(**row)

    def done(self, callback_id: int, at: datetime) -> None:
        t = tables.wechat_callbacks
        self._connection.execute(update(t).where(t.c.id == callback_id).values(done_at=at))


class KeyRows:
    """services/ports.py Idempotency."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, actor_id: UUID, key: str, request_digest: bytes, at: datetime) -> bool:
        t = tables.idempotency_keys
        mine = {"actor_id": actor_id, "key": key, "request_digest": request_digest, "at": at}
        taken = self._connection.execute(upsert(t).values(mine).on_conflict_do_nothing().returning(t.c.key)).scalar()
        if taken is not None:
            return True
        before = select(t.c.request_digest).where(t.c.actor_id == actor_id, t.c.key == key)
        if self._connection.execute(before).scalar() != request_digest:
            raise AlreadyUsed
        return False

    def sweep(self, before: datetime) -> int:
        t = tables.idempotency_keys
        return self._connection.execute(delete(t).where(t.c.at < before)).rowcount


def _push_columns(push: Push) -> dict[str, Any]:
    return rows.columns(push) | {"fields": dict(push.fields)}
