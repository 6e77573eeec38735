"""The table of what was read on photos."""

from sqlalchemy import UUID, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy import text as sql

from backend.adapters.db.tables import Moment, metadata, one_of
from backend.domain.reading import DocumentKind, ReadingState

photo_readings = Table(
    "photo_readings",
    metadata,
    Column("photo_id", UUID, ForeignKey("photos.id"), primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("engine", Text),
    Column("turn", SmallInteger),
    Column("document", Text),
    Column("content", LargeBinary, comment="fields and lines, sealed"),
    Column("read_at", Moment),
    Column("milliseconds", Integer),
    one_of("state", ReadingState),
    one_of("document", DocumentKind),
    CheckConstraint("turn IN (0, 90, 180, 270)", name="turn_is_a_quarter"),
    CheckConstraint("state = 'waiting' OR read_at IS NOT NULL", name="what_is_done_has_its_moment"),
    Index("ix_photo_readings_case", "case_id"),
    Index("ix_photo_readings_waiting", "photo_id", postgresql_where=sql("state = 'waiting'")),
    comment="What the machine read on a photo: one row each from its arrival on",
)
