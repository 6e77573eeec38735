"""What the nightly proof of the evidence finds broken is kept until a person closes it, and a run goes on where it was.

Only new tables: nothing in use is locked.

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "incidents",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("last_seen_at", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('derivative_missing', 'document_not_made', 'link_missing', 'object_changed', 'object_missing',"
            " 'row_missing', 'slot_empty')",
            name=op.f("ck_incidents_kind_is_known"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (note IS NULL)",
            name=op.f("ck_incidents_closed_is_whole"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incidents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(
        "ux_incidents_open",
        "incidents",
        ["kind", "case_id", "subject"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "proof_runs",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("after_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("cases", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("objects", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("breaks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_runs")),
    )


def downgrade():
    op.drop_table("proof_runs")
    op.drop_table("incidents")
