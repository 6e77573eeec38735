"""Every version of config is kept, so that a decided case can be replayed by the rules it was decided under.

Both tables only ever grow, which the trigger of the audit chain holds here as well.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

GUARD = """
CREATE TRIGGER {table}_are_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_are_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade():
    op.create_table(
        "policy_versions",
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "files",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="path below config/ → text of every YAML file",
        ),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_policy_versions")),
        comment="Every state of config the service ever ran with, append-only: a decided case is replayed from here",
    )
    op.create_table(
        "policy_changes",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_hash"], ["policy_versions.content_hash"], name=op.f("fk_policy_changes_content_hash")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_changes")),
        comment="Which version was taken up when, append-only; the last one is in force",
    )
    for table in ("policy_versions", "policy_changes"):
        op.execute(sa.text(GUARD.format(table=table)))


def downgrade():
    op.drop_table("policy_changes")
    op.drop_table("policy_versions")
