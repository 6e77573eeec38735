"""A second return is asked of the supervisor, and a paper she does not have may be promised by a day.

The checks and the index that name the states are made anew beside the old ones before those go: rows are read, none is
written, and a check that was there is not missed for a moment. `returns` of cases in hand is counted from their history.

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

BEFORE = "'approved', 'completed', 'draft', 'in_review', 'processing', 'refused', 'returned', 'reviewed', 'submitted', 'waiting', 'withdrawn'"
ACTIVE_BEFORE = "'approved', 'in_review', 'processing', 'returned', 'reviewed', 'submitted', 'waiting'"

CASE_TRANSITIONS = [
    ("in_review", "return_asked"),
    ("return_asked", "returned"),
    ("return_asked", "in_review"),
    ("return_asked", "withdrawn"),
]
PROMISE_TRANSITIONS = [
    ("open", "given"),
    ("given", "given"),
    ("given", "open"),
    ("given", "kept"),
    ("open", "open"),
    ("open", "closed"),
    ("given", "closed"),
    ("closed", "open"),
    ("kept", "open"),
]

GUARDS = """
CREATE TRIGGER absence_decisions_are_append_only BEFORE UPDATE OR DELETE ON absence_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER absence_decisions_are_never_emptied BEFORE TRUNCATE ON absence_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_promise_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM promise_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'a promise does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER promises_move_by_the_table BEFORE UPDATE OF state ON promises
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION refuse_promise_transition();
"""


def name_the_states(states, active):
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT state_is_known_anew CHECK (state IN ({states})) NOT VALID")
    op.execute("ALTER TABLE cases VALIDATE CONSTRAINT state_is_known_anew")
    op.execute("ALTER TABLE cases DROP CONSTRAINT ck_cases_state_is_known")
    op.execute("ALTER TABLE cases RENAME CONSTRAINT state_is_known_anew TO ck_cases_state_is_known")
    op.execute(f"CREATE UNIQUE INDEX active_id_number_anew ON cases (id_number_index) WHERE state IN ({active})")
    op.execute("DROP INDEX uq_cases_active_id_number")
    op.execute("ALTER INDEX active_id_number_anew RENAME TO uq_cases_active_id_number")


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.add_column("cases", sa.Column("returns", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("cases", sa.Column("return_request", postgresql.JSONB(none_as_null=True), nullable=True))
    op.execute("""
        UPDATE cases SET returns = counted.n
          FROM (SELECT case_id, count(*) AS n FROM audit_links WHERE action = 'return' GROUP BY case_id) counted
         WHERE counted.case_id = cases.id
    """)
    name_the_states(f"{BEFORE}, 'return_asked'", f"{ACTIVE_BEFORE}, 'return_asked'")
    op.create_check_constraint(
        op.f("ck_cases_asks_with_a_reason"),
        "cases",
        "state <> 'return_asked' OR (returns >= 1 AND return_request IS NOT NULL)",
    )
    op.add_column(
        "absences",
        sa.Column("decided", sa.Text(), nullable=True, comment="how a clerk settled it; null while it is a task"),
    )
    op.create_check_constraint(op.f("ck_absences_decided_is_known"), "absences", "decided IN ('suggested', 'waived')")
    op.create_table(
        "absence_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("suggested_kind", sa.Text(), nullable=True),
        sa.Column("suggested_slot", sa.Text(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("call_again_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint(
            "kind IN ('called', 'suggested', 'waived')", name=op.f("ck_absence_decisions_kind_is_known")
        ),
        sa.CheckConstraint(
            "(kind = 'called') = (reached IS NOT NULL)", name=op.f("ck_absence_decisions_a_call_has_its_outcome")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_absence_decisions_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_absence_decisions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_decisions")),
        comment="What clerks did about papers that she does not have, append-only",
    )
    op.create_index("ix_absence_decisions_case", "absence_decisions", ["case_id", "id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("granted_at", moment, nullable=False),
        sa.Column("extended_reason", sa.Text(), nullable=True),
        sa.Column("extended_at", moment, nullable=True),
        sa.Column("given_at", moment, nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("fail_reason_code", sa.Text(), nullable=True),
        sa.Column("fail_note", sa.Text(), nullable=True),
        sa.Column("reminded", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state IN ('closed', 'given', 'kept', 'open')", name=op.f("ck_promises_state_is_known")
        ),
        sa.CheckConstraint(
            "promised_on > granted_on AND remind_on <= promised_on", name=op.f("ck_promises_has_its_days")
        ),
        sa.CheckConstraint(
            "(extended_at IS NULL) = (extended_reason IS NULL)", name=op.f("ck_promises_an_extension_has_its_reason")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_promises_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_promises_case_id")),
        sa.PrimaryKeyConstraint("case_id", "slot_key", name=op.f("pk_promises")),
        comment="容缺受理: papers that she promised to bring by a day, the latest of each slot",
    )
    op.create_index(
        "ix_promises_open",
        "promises",
        ["promised_on", "case_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('given', 'open')"),
    )
    op.create_table(
        "promise_transitions",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_promise_transitions")),
        comment="The domain's PROMISE_TRANSITIONS, for the trigger that refuses every other move",
    )
    for table, rows in (("case_transitions", CASE_TRANSITIONS), ("promise_transitions", PROMISE_TRANSITIONS)):
        target = sa.table(table, sa.column("from_state"), sa.column("to_state"))
        op.bulk_insert(target, [{"from_state": start, "to_state": end} for start, end in rows])
    op.execute(sa.text(GUARDS))


def downgrade():
    op.drop_table("promise_transitions")
    op.drop_table("promises")
    op.execute("DROP FUNCTION refuse_promise_transition")
    op.drop_table("absence_decisions")
    op.drop_column("absences", "decided")
    op.execute("DELETE FROM case_transitions WHERE 'return_asked' IN (from_state, to_state)")
    op.drop_constraint(op.f("ck_cases_asks_with_a_reason"), "cases")
    name_the_states(BEFORE, ACTIVE_BEFORE)
    op.drop_column("cases", "return_request")
    op.drop_column("cases", "returns")
