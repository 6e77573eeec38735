"""Photos by themselves, whatever became of their case: which were ever announced, and which never came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from backend.adapters.db.tables import photos
from backend.domain.case import PhotoState


class PhotoRows:
    """services/ports.py Photos."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_known(self, photo_id: UUID) -> bool:
        return self._connection.execute(select(photos.c.id).where(photos.c.id == photo_id)).scalar() is not None

    def forget_unsent(self, before: datetime) -> list[str]:
        never_came = (photos.c.state == PhotoState.AWAITING, photos.c.created_at < before)
        forgotten = delete(photos).where(*never_came).returning(photos.c.incoming_key)
        return list(self._connection.execute(forgotten).scalars())
