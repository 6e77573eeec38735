"""The tables of the counter: sittings, links for phones, codes to take a case along. Part of tables.py's metadata."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from backend.adapters.db.tables import Moment, metadata, one_of
from backend.domain.counter import ConsentHow

_NOT_ENDED = text("ended_at IS NULL")

counter_sittings = Table(
    "counter_sittings",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("staff_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("session_digest", LargeBinary, nullable=False, comment="of the clerk's session"),
    Column("consent_how", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    one_of("consent_how", ConsentHow),
    Index("ix_counter_sittings_case", "case_id"),
    Index("uq_counter_sittings_case", "case_id", unique=True, postgresql_where=_NOT_ENDED),
    Index("uq_counter_sittings_staff", "staff_id", unique=True, postgresql_where=_NOT_ENDED),
    comment="Who filled in for whom at the counter, and since when; one at a time for each case and each clerk",
)

shoot_links = Table(
    "shoot_links",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("sitting_id", UUID, ForeignKey("counter_sittings.id"), nullable=False),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("code_digest", LargeBinary, nullable=False, unique=True, comment="SM3 of the code in the address"),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("uq_shoot_links_case", "case_id", unique=True, postgresql_where=_NOT_ENDED),
)

join_codes = Table(
    "join_codes",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), primary_key=True),
    Column("code_index", LargeBinary, nullable=False, comment="HMAC-SM3 of the code on the receipt"),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", SmallInteger, nullable=False, comment="wrong ones"),
    Column("used_at", Moment),
)
