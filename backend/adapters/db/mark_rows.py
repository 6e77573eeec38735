"""Marks on photos in their table, in the order they were drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from backend.adapters.db import tables
from backend.domain.boxes import Point
from backend.domain.marks import Mark, MarkShape


class MarkRows:
    """services/ports.py Marks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_case(self, case_id: UUID) -> dict[UUID, tuple[Mark, ...]]:
        t = tables.photo_marks
        rows = self._connection.execute(select(t).where(t.c.case_id == case_id).order_by(t.c.position)).mappings()
        return by_photo(rows.all())


def by_photo(rows: Iterable[Mapping[Any, Any]]) -> dict[UUID, tuple[Mark, ...]]:
    """Photo → its marks. Rows are of the table, or of JSON that PostgreSQL made of them."""
    found: dict[UUID, list[Mark]] = defaultdict(list)
    for row in rows:
        mark = _mark(row)
        found[mark.photo_id].append(mark)
    return {photo_id: tuple(marks) for photo_id, marks in found.items()}


def save(
    connection: Connection,
    case_id: UUID,
    before: Mapping[UUID, Sequence[Mark]],
    now: Mapping[UUID, Sequence[Mark]],
) -> None:
    """Writes the marks of every photo whose marks changed."""
    t = tables.photo_marks
    for photo_id in before.keys() | now.keys():
        marks = now.get(photo_id, ())
        if tuple(marks) == tuple(before.get(photo_id, ())):
            continue
        connection.execute(delete(t).where(t.c.case_id == case_id, t.c.photo_id == photo_id))
        if marks:
            connection.execute(insert(t), [_columns(case_id, at, mark) for at, mark in enumerate(marks)])


def _mark(row: Mapping[Any, Any]) -> Mark:
    at = row["at"]
    return Mark(
        id=UUID(str(row["id"])),
        photo_id=UUID(str(row["photo_id"])),
        shape=MarkShape(row["shape"]),
        start=Point(row["from_x"], row["from_y"]),
        end=Point(row["to_x"], row["to_y"]),
        reason_code=row["reason_code"],
        note=row["note"],
        round=row["round"],
        by_id=UUID(str(row["by_id"])),
        by_name=row["by_name"],
        at=at if isinstance(at, datetime) else datetime.fromisoformat(at),
    )


def _columns(case_id: UUID, position: int, mark: Mark) -> dict[str, Any]:
    return {
        "id": mark.id,
        "case_id": case_id,
        "photo_id": mark.photo_id,
        "position": position,
        "shape": mark.shape,
        "from_x": mark.start.x,
        "from_y": mark.start.y,
        "to_x": mark.end.x,
        "to_y": mark.end.y,
        "reason_code": mark.reason_code,
        "note": mark.note,
        "round": mark.round,
        "by_id": mark.by_id,
        "by_name": mark.by_name,
        "at": mark.at,
    }
