"""The proof walks every case, not only those with a number, and the page of incidents is read a part at a time.

Two small tables: a column for where a run is, in place of the number it was at; an index in the order of the page.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade():
    op.add_column("proof_runs", sa.Column("after_case", sa.UUID(), nullable=True))
    op.drop_column("proof_runs", "after_number")
    op.create_index(
        "ix_incidents_listed",
        "incidents",
        [sa.text("(closed_at IS NOT NULL)"), sa.text("found_at DESC"), "id"],
    )


def downgrade():
    op.drop_index("ix_incidents_listed", "incidents")
    op.add_column("proof_runs", sa.Column("after_number", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.drop_column("proof_runs", "after_case")
