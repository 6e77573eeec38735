"""Somebody who is too early can leave a date: what she asked to be told of is kept here until she was told.

One live reminder for each person and kind, held by the index; what rests on no case keeps what was stated, sealed.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LIVE = sa.text("told_at IS NULL AND cancelled_at IS NULL")


def upgrade():
    op.create_table(
        "reminders",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=True),
        sa.Column("stated", sa.LargeBinary(), nullable=True, comment="sealed; forgotten when she was told"),
        sa.Column("about", sa.Text(), nullable=False, comment="month YYYY-MM"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("policy_hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('early_notice_due', 'filing_opens')", name=op.f("ck_reminders_kind_is_known")),
        sa.CheckConstraint("NOT (told_at IS NULL AND cancelled_at IS NULL) OR (case_id IS NULL) <> (stated IS NULL)", name=op.f("ck_reminders_rests_on_something")),
        sa.CheckConstraint("told_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_reminders_ends_once")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reminders_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminders_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("ux_reminders_live", "reminders", ["person_id", "kind"], unique=True, postgresql_where=LIVE)
    op.create_index("ix_reminders_due", "reminders", ["due_on"], unique=False, postgresql_where=LIVE)
    op.create_index("ix_reminders_case", "reminders", ["case_id"], unique=False, postgresql_where=LIVE)


def downgrade():
    op.drop_table("reminders")
