"""The tables of what people answered to what a machine noticed on photos."""

from sqlalchemy import UUID, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table
from sqlalchemy import PrimaryKeyConstraint as PrimaryKey
from sqlalchemy import Text as Words

from backend.adapters.db.tables import Moment, metadata, one_of
from backend.domain.findings import FindingKind

finding_verdicts = Table(
    "finding_verdicts",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("finding_key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("photo_id", UUID, ForeignKey("photos.id"), nullable=False),
    Column("said_at", Moment, nullable=False, comment="when it was first shown to the window"),
    Column("is_right", Boolean, comment="the clerk's 对 or 不对; null while she has not said"),
    Column("by_id", UUID, ForeignKey("staff.id")),
    Column("by_name", Words),
    Column("judged_at", Moment),
    PrimaryKey("case_id", "finding_key"),
    one_of("kind", FindingKind),
    CheckConstraint(
        "(is_right IS NULL) = (by_id IS NULL) AND (is_right IS NULL) = (judged_at IS NULL)", name="judged_is_whole"
    ),
    Index("ix_finding_verdicts_said_at", "said_at"),
    comment="Every finding that was shown to the window, and what the clerk said of it",
)

finding_dismissals = Table(
    "finding_dismissals",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("finding_key", Words, nullable=False),
    Column("about", LargeBinary, nullable=False, comment="HMAC-SM3 of the values it was about: others are asked anew"),
    Column("by_role", Words, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKey("case_id", "finding_key"),
    comment="照片上就是这样、我核对过了: what the applicant does not want to be asked again",
)
