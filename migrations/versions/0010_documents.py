"""A case has official documents: the signed form and what the window tells in writing, each with its hash and code.

Only a new table: nothing in use is locked.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "documents",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="sealed: what is printed, as it was when ordered"),
        sa.Column("content_index", sa.LargeBinary(), nullable=False, comment="HMAC-SM3 of the content"),
        sa.Column("ordered_at", moment, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("pages", sa.SmallInteger(), nullable=True),
        sa.Column("made_at", moment, nullable=True),
        sa.CheckConstraint(
            "form IN ('acceptance_receipt', 'application_form', 'correction_notice', 'refusal_notice')",
            name=op.f("ck_documents_form_is_known"),
        ),
        sa.CheckConstraint(
            "(made_at IS NULL AND sha256 IS NULL AND bytes IS NULL AND pages IS NULL)"
            " OR (made_at IS NOT NULL AND sha256 IS NOT NULL AND bytes > 0 AND pages > 0)",
            name=op.f("ck_documents_made_is_whole"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("code", name=op.f("uq_documents_code")),
        sa.UniqueConstraint("case_id", "form", "content_index", name=op.f("uq_documents_case_id_form_content_index")),
    )


def downgrade():
    op.drop_table("documents")
