"""A photo says by how much it is turned to be upright, and carries the marks that clerks draw on it.

Nobody turned the photos that are there, so they have no turn: they are shown as they are kept.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade():
    op.add_column(
        "photos",
        sa.Column("turn", sa.SmallInteger(), nullable=True, comment="degrees clockwise to be upright; null: not said"),
    )
    op.execute("ALTER TABLE photos ADD CONSTRAINT ck_photos_turn_is_known CHECK (turn IN (0, 90, 180, 270)) NOT VALID")
    op.execute("ALTER TABLE photos VALIDATE CONSTRAINT ck_photos_turn_is_known")
    op.create_table(
        "photo_marks",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("photo_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("from_x", sa.Double(), nullable=False),
        sa.Column("from_y", sa.Double(), nullable=False),
        sa.Column("to_x", sa.Double(), nullable=False),
        sa.Column("to_y", sa.Double(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("shape IN ('arrow', 'box')", name=op.f("ck_photo_marks_shape_is_known")),
        sa.CheckConstraint(
            "from_x BETWEEN 0 AND 1 AND from_y BETWEEN 0 AND 1 AND to_x BETWEEN 0 AND 1 AND to_y BETWEEN 0 AND 1",
            name=op.f("ck_photo_marks_is_on_the_photo"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_photo_marks_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_photo_marks_case_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_photo_marks_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_marks")),
    )
    op.create_index("ix_photo_marks_case", "photo_marks", ["case_id", "photo_id", "position"])


def downgrade():
    op.drop_table("photo_marks")
    op.drop_column("photos", "turn")
