"""What was read on photos, in its table: text and fields sealed, for they are personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.adapters.db import tables
from backend.adapters.db.reading_tables import photo_readings
from backend.adapters.db.sealed import Seal
from backend.domain.boxes import Box
from backend.domain.reading import DocumentKind, FieldKey, Line, ReadField, Reading, ReadingState


class ReadingRows:
    """services/ports.py Readings."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._seal = seal

    def await_for(self, photo_id: UUID, at: datetime) -> None:
        p = tables.photos
        of_photo = select(p.c.id, p.c.case_id, literal("waiting"), literal(0), literal(at)).where(p.c.id == photo_id)
        columns = ["photo_id", "case_id", "state", "tries", "asked_at"]
        waiting = upsert(photo_readings).from_select(columns, of_photo).on_conflict_do_nothing()
        self._connection.execute(waiting)

    def get(self, photo_id: UUID) -> Reading | None:
        found = self._connection.execute(select(photo_readings).where(photo_readings.c.photo_id == photo_id)).first()
        return self._reading(found) if found else None

    def of_case(self, case_id: UUID) -> dict[UUID, Reading]:
        found = self._connection.execute(select(photo_readings).where(photo_readings.c.case_id == case_id))
        return {row.photo_id: self._reading(row) for row in found}

    def save(self, reading: Reading) -> None:
        t = photo_readings
        self._connection.execute(update(t).where(t.c.photo_id == reading.photo_id).values(self._columns(reading)))

    def forget(self, photo_id: UUID) -> None:
        t = photo_readings
        self._connection.execute(delete(t).where(t.c.photo_id == photo_id, t.c.state == ReadingState.WAITING))

    def _columns(self, reading: Reading) -> dict[str, Any]:
        content = {"fields": [_field_out(f) for f in reading.fields], "lines": [_line_out(n) for n in reading.lines]}
        return {
            "state": reading.state,
            "engine": reading.engine,
            "turn": reading.turn,
            "document": reading.document,
            "content": self._seal.seal(content, _place(reading.photo_id)),
            "read_at": reading.read_at,
            "milliseconds": reading.milliseconds,
            "tries": reading.tries,
        }

    def _reading(self, row: Row[Any]) -> Reading:
        content: Mapping[str, Any] = {"fields": [], "lines": []}
        if row.content is not None:
            content = self._seal.open(row.content, _place(row.photo_id))
        return Reading(
            photo_id=row.photo_id,
            state=ReadingState(row.state),
            engine=row.engine,
            turn=row.turn or 0,
            document=DocumentKind(row.document) if row.document else None,
            fields=tuple(ReadField(FieldKey(key), said, Box(*box), sure) for key, said, box, sure in content["fields"]),
            lines=tuple(Line(said, Box(*box), sure) for said, box, sure in content["lines"]),
            read_at=row.read_at,
            milliseconds=row.milliseconds,
            tries=row.tries,
        )


def _place(photo_id: UUID) -> str:
    return f"photo_readings.content:{photo_id}"


def _field_out(each: ReadField) -> list[Any]:
    return [each.key, each.value, _box_out(each.box), round(each.confidence, 3)]


def _line_out(each: Line) -> list[Any]:
    return [each.text, _box_out(each.box), round(each.confidence, 3)]


def _box_out(box: Box) -> list[float]:
    return [round(side, 5) for side in (box.left, box.top, box.right, box.bottom)]
