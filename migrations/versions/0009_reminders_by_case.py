"""A helper may be reminded of each case she helps with: one live reminder for each person, kind and case, or no case.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

LIVE = sa.text("told_at IS NULL AND cancelled_at IS NULL")


def upgrade():
    op.drop_index("ux_reminders_live", table_name="reminders")
    op.create_index(
        "ux_reminders_live",
        "reminders",
        ["person_id", "kind", "case_id"],
        unique=True,
        postgresql_where=LIVE,
        postgresql_nulls_not_distinct=True,
    )


def downgrade():
    op.drop_index("ux_reminders_live", table_name="reminders")
    op.create_index("ux_reminders_live", "reminders", ["person_id", "kind"], unique=True, postgresql_where=LIVE)
