"""Photos are found again by how they look, and what people answer to a machine's findings is kept.

The two indexes on photos make uploads wait while they are built: under a second for 100 000 rows, for the hash is empty
on every row there is, and those are found by their bytes alone. Not CONCURRENTLY, which would wait for another process
that waits for the lock of migrations.
`photo_bands` cuts a hash in six: two hashes that differ in at most five bits agree in one of them.

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BANDS = """
CREATE FUNCTION photo_bands(hash bigint) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY[
        (hash & 2047)::int,
        (2048 + ((hash >> 11) & 2047))::int,
        (4096 + ((hash >> 22) & 2047))::int,
        (6144 + ((hash >> 33) & 2047))::int,
        (8192 + ((hash >> 44) & 1023))::int,
        (10240 + ((hash >> 54) & 1023))::int
    ]
$$
"""


def upgrade():
    op.add_column(
        "photos",
        sa.Column(
            "perceptual_hash",
            sa.BigInteger(),
            nullable=True,
            comment="64-bit difference hash: near for pictures that look alike",
        ),
    )
    op.execute(BANDS)
    op.create_table(
        "finding_verdicts",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("finding_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.UUID(), nullable=False),
        sa.Column(
            "said_at", sa.DateTime(timezone=True), nullable=False, comment="when it was first shown to the window"
        ),
        sa.Column(
            "is_right", sa.Boolean(), nullable=True, comment="the clerk's 对 or 不对; null while she has not said"
        ),
        sa.Column("by_id", sa.UUID(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('check_digit', 'differs', 'same_photo', 'seen_elsewhere', 'unreadable', 'wrong_document',"
            " 'wrong_side')",
            name=op.f("ck_finding_verdicts_kind_is_known"),
        ),
        sa.CheckConstraint(
            "(is_right IS NULL) = (by_id IS NULL) AND (is_right IS NULL) = (judged_at IS NULL)",
            name=op.f("ck_finding_verdicts_judged_is_whole"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_finding_verdicts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_finding_verdicts_case_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_finding_verdicts_photo_id")),
        sa.PrimaryKeyConstraint("case_id", "finding_key", name=op.f("pk_finding_verdicts")),
        comment="Every finding that was shown to the window, and what the clerk said of it",
    )
    op.create_index("ix_finding_verdicts_said_at", "finding_verdicts", ["said_at"])
    op.create_table(
        "finding_dismissals",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("finding_key", sa.Text(), nullable=False),
        sa.Column(
            "about",
            sa.LargeBinary(),
            nullable=False,
            comment="HMAC-SM3 of the values it was about: others are asked anew",
        ),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_finding_dismissals_case_id")),
        sa.PrimaryKeyConstraint("case_id", "finding_key", name=op.f("pk_finding_dismissals")),
        comment="照片上就是这样、我核对过了: what the applicant does not want to be asked again",
    )
    op.create_index("ix_photos_sha256", "photos", ["sha256"], postgresql_where=sa.text("state = 'ready'"))
    op.execute(
        "CREATE INDEX ix_photos_bands ON photos USING gin (photo_bands(perceptual_hash))"
        " WHERE perceptual_hash IS NOT NULL AND state = 'ready'"
    )


def downgrade():
    op.drop_index("ix_photos_bands", table_name="photos")
    op.drop_index("ix_photos_sha256", table_name="photos")
    op.drop_table("finding_dismissals")
    op.drop_table("finding_verdicts")
    op.execute("DROP FUNCTION photo_bands(bigint)")
    op.drop_column("photos", "perceptual_hash")
