"""People without a case are told things too: a push knows its person always, and its case only where there is one.

Revision: 0005, after 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.alter_column("pushes", "case_id", nullable=True)


def downgrade():
    op.execute("DELETE FROM pushes WHERE case_id IS NULL")
    op.alter_column("pushes", "case_id", nullable=False)
