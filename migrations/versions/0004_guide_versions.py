"""The service guide is published version by version, so that the window and the phone show one and the same.

The table only ever grows, which the trigger of the audit chain holds here as well.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

GUARD = """
CREATE TRIGGER guide_versions_are_append_only BEFORE UPDATE OR DELETE ON guide_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER guide_versions_are_never_emptied BEFORE TRUNCATE ON guide_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade():
    op.create_table(
        "guide_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the guide as it was published (services/service_guide.py)",
        ),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.UUID(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_guide_versions_counts_from_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_guide_versions")),
        comment="Every published version of 办事指南 and who published it, append-only; the last one is in force",
    )
    op.execute(sa.text(GUARD))


def downgrade():
    op.drop_table("guide_versions")
