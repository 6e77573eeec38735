"""An applicant can authorise a helper: the two people, the signed document, and the cases it is for.

Its states move by a table of the domain's transitions, as those of cases and items do. Only new tables: nothing in use
is locked.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

TRANSITIONS = [
    ("asked", "active"),
    ("asked", "declined"),
    ("asked", "revoked"),
    ("asked", "lapsed"),
    ("active", "revoked"),
    ("active", "lapsed"),
]

GUARD = """
CREATE FUNCTION refuse_authorisation_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM authorisation_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'an authorisation does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER authorisations_move_by_the_table BEFORE UPDATE OF state ON authorisations
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION refuse_authorisation_transition();
"""


def upgrade():
    moment, document = sa.DateTime(timezone=True), postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "authorisation_transitions",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_authorisation_transitions")),
        comment="The domain's AUTHORISATION_TRANSITIONS, for the trigger that refuses every other move",
    )
    op.create_table(
        "authorisations",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.UUID(), nullable=True),
        sa.Column("helper_id", sa.UUID(), nullable=True),
        sa.Column(
            "parties", sa.LargeBinary(), nullable=False, comment="sealed: both names and the helper's phone"
        ),
        sa.Column("applicant_name_masked", sa.Text(), nullable=False),
        sa.Column("helper_name_masked", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=True, comment="SM3 of the newest link's code"),
        sa.Column("code_expires_at", moment, nullable=True),
        sa.Column("signed", document, nullable=True),
        sa.Column("document", document, nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("valid_until", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'active' OR (applicant_id IS NOT NULL AND helper_id IS NOT NULL AND signed IS NOT NULL"
            " AND document IS NOT NULL AND confirmed_at IS NOT NULL AND valid_until IS NOT NULL)",
            name=op.f("ck_authorisations_active_is_whole"),
        ),
        sa.CheckConstraint(
            "CASE begun_by WHEN 'helper' THEN helper_id IS NOT NULL ELSE applicant_id IS NOT NULL END",
            name=op.f("ck_authorisations_whoever_asks_is_known"),
        ),
        sa.CheckConstraint("applicant_id <> helper_id", name=op.f("ck_authorisations_is_of_two_people")),
        sa.CheckConstraint("begun_by IN ('applicant', 'helper')", name=op.f("ck_authorisations_begun_by_is_known")),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('applicant', 'helper')", name=op.f("ck_authorisations_ended_by_is_known")
        ),
        sa.CheckConstraint(
            "relation IN ('child', 'employer', 'other', 'relative', 'spouse')",
            name=op.f("ck_authorisations_relation_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'asked', 'declined', 'lapsed', 'revoked')",
            name=op.f("ck_authorisations_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["applicant_id"], ["people.id"], name=op.f("fk_authorisations_applicant_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["people.id"], name=op.f("fk_authorisations_helper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisations")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_authorisations_code_digest")),
    )
    op.create_index("ix_authorisations_applicant", "authorisations", ["applicant_id"])
    op.create_index("ix_authorisations_helper", "authorisations", ["helper_id"])
    op.create_index(
        "ix_authorisations_open",
        "authorisations",
        ["state"],
        postgresql_where=sa.text("state IN ('active', 'asked')"),
    )
    op.create_index(
        "uq_authorisations_active_applicant",
        "authorisations",
        ["applicant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "case_authorisations",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("authorisation_id", sa.UUID(), nullable=False),
        sa.Column("joined_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation_id"], ["authorisations.id"], name=op.f("fk_case_authorisations_authorisation_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_authorisations_case_id")),
        sa.PrimaryKeyConstraint("case_id", "authorisation_id", name=op.f("pk_case_authorisations")),
        comment="Which cases an authorisation is for; stays when it ends",
    )
    op.create_index("ix_case_authorisations_authorisation", "case_authorisations", ["authorisation_id"])
    target = sa.table("authorisation_transitions", sa.column("from_state"), sa.column("to_state"))
    op.bulk_insert(target, [{"from_state": start, "to_state": end} for start, end in TRANSITIONS])
    op.execute(sa.text(GUARD))


def downgrade():
    op.drop_table("case_authorisations")
    op.drop_table("authorisations")
    op.drop_table("authorisation_transitions")
    op.execute("DROP FUNCTION refuse_authorisation_transition")
