"""What her phone said of a photo stays with it, so that the clerk knows she was warned.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

COMMENT = "what the phone said of it: scores, warnings, insisted"


def upgrade():
    op.add_column("photos", sa.Column("coach", JSONB(), nullable=True, comment=COMMENT))


def downgrade():
    op.drop_column("photos", "coach")
