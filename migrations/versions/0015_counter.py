"""A clerk files for somebody who came to the counter: her sitting, the link for phones, the code to take the case along.

People may have no WeChat, a consent says how it was given, and a case is found by the ID number while it is open. The
new index is built on a table of some ten thousand rows in a fraction of a second; the rest are new tables and columns
without a default.

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OPEN = sa.text("state NOT IN ('completed', 'refused', 'withdrawn')")
NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.alter_column("people", "openid", existing_type=sa.Text(), nullable=True)
    op.add_column("consents", sa.Column("how", sa.Text(), comment="null: by herself on her phone"))
    op.add_column("consents", sa.Column("recorded_by", sa.UUID(), comment="the clerk who recorded it"))
    op.create_index("ix_cases_open_id_number", "cases", ["id_number_index"], postgresql_where=OPEN)
    op.create_table(
        "counter_sittings",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("session_digest", sa.LargeBinary(), nullable=False, comment="of the clerk's session"),
        sa.Column("consent_how", sa.Text(), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint(
            "consent_how IN ('signed', 'spoken')", name=op.f("ck_counter_sittings_consent_how_is_known")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_counter_sittings_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_counter_sittings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_sittings")),
        comment="Who filled in for whom at the counter, and since when; one at a time for each case and each clerk",
    )
    op.create_index("ix_counter_sittings_case", "counter_sittings", ["case_id"])
    op.create_index("uq_counter_sittings_case", "counter_sittings", ["case_id"], unique=True, postgresql_where=NOT_ENDED)
    op.create_index(
        "uq_counter_sittings_staff", "counter_sittings", ["staff_id"], unique=True, postgresql_where=NOT_ENDED
    )
    op.create_table(
        "shoot_links",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("sitting_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False, comment="SM3 of the code in the address"),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_shoot_links_case_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["counter_sittings.id"], name=op.f("fk_shoot_links_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shoot_links")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_shoot_links_code_digest")),
    )
    op.create_index("uq_shoot_links_case", "shoot_links", ["case_id"], unique=True, postgresql_where=NOT_ENDED)
    op.create_table(
        "join_codes",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False, comment="HMAC-SM3 of the code on the receipt"),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False, comment="wrong ones"),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_join_codes_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_join_codes")),
    )


def downgrade():
    op.drop_table("join_codes")
    op.drop_table("shoot_links")
    op.drop_table("counter_sittings")
    op.drop_index("ix_cases_open_id_number", table_name="cases")
    op.drop_column("consents", "recorded_by")
    op.drop_column("consents", "how")
    op.alter_column("people", "openid", existing_type=sa.Text(), nullable=False)
