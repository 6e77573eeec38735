"""What the machine reads on a photo is kept beside it, sealed, so that it can be held against what was typed.

One row for each photo that arrived from now on; photos from before have none and are not read.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

STATES = "'gave_up', 'nothing_found', 'read', 'waiting'"
DOCUMENTS = (
    "'bank_card', 'contribution_record', 'divorce_certificate', 'household_register', 'id_card_back', 'id_card_front',"
    " 'labour_contract', 'marriage_certificate', 'only_child_certificate', 'qualification_form',"
    " 'retirement_application', 'social_security_card_back', 'social_security_card_front'"
)


def upgrade():
    op.create_table(
        "photo_readings",
        sa.Column("photo_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("turn", sa.SmallInteger(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="fields and lines, sealed"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_photo_readings_state_is_known")),
        sa.CheckConstraint(f"document IN ({DOCUMENTS})", name=op.f("ck_photo_readings_document_is_known")),
        sa.CheckConstraint("turn IN (0, 90, 180, 270)", name=op.f("ck_photo_readings_turn_is_a_quarter")),
        sa.CheckConstraint(
            "state = 'waiting' OR read_at IS NOT NULL", name=op.f("ck_photo_readings_what_is_done_has_its_moment")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_photo_readings_case_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_photo_readings_photo_id")),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_readings")),
        comment="What the machine read on a photo: one row each from its arrival on",
    )
    op.create_index("ix_photo_readings_case", "photo_readings", ["case_id"])
    op.create_index(
        "ix_photo_readings_waiting", "photo_readings", ["photo_id"], postgresql_where=sa.text("state = 'waiting'")
    )


def downgrade():
    op.drop_table("photo_readings")
