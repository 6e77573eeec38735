"""What the policy answered at a submission is kept with the case, and what the clerk settled of it.

The answer is sealed: it tells the month of birth. Cases submitted before have none, and are shown by the rules alone.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    op.add_column(
        "cases",
        sa.Column(
            "evaluation",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: what that version of the policy answered at the submission",
        ),
    )
    op.create_table(
        "rule_settlements",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('confirmed', 'overridden', 'taken_back')", name=op.f("ck_rule_settlements_kind_is_known")
        ),
        sa.CheckConstraint(
            "kind <> 'overridden' OR note IS NOT NULL", name=op.f("ck_rule_settlements_an_override_has_its_reason")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_rule_settlements_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rule_settlements_case_id")),
        sa.PrimaryKeyConstraint("case_id", "rule_key", "round", name=op.f("pk_rule_settlements")),
    )


def downgrade():
    op.drop_table("rule_settlements")
    op.drop_column("cases", "evaluation")
