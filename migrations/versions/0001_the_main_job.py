"""The tables of the main job: a person, her case and all that hangs on it, staff, pushes, the audit chain.

The triggers hold two rules that no row constraint can: history is only ever appended, and states move only along the
transitions that the domain allowed when this was written (a later change of the table is a migration of its own).

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

CASE_TRANSITIONS = [
    ("draft", "submitted"),
    ("returned", "submitted"),
    ("submitted", "in_review"),
    ("in_review", "returned"),
    ("in_review", "reviewed"),
    ("in_review", "refused"),
    ("in_review", "waiting"),
    ("waiting", "in_review"),
    ("reviewed", "approved"),
    ("reviewed", "in_review"),
    ("approved", "processing"),
    ("approved", "completed"),
    ("processing", "completed"),
    ("draft", "withdrawn"),
    ("submitted", "withdrawn"),
    ("in_review", "withdrawn"),
    ("returned", "withdrawn"),
    ("waiting", "withdrawn"),
    ("reviewed", "withdrawn"),
]

ITEM_TRANSITIONS = [
    ("routed", "accepted"),
    ("accepted", "decided"),
    ("routed", "decided"),
]

GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_links_are_append_only BEFORE UPDATE OR DELETE ON audit_links
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_links_are_never_emptied BEFORE TRUNCATE ON audit_links
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_case_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'a case does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER cases_move_by_the_table BEFORE UPDATE OF state ON cases
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION refuse_case_transition();

CREATE FUNCTION refuse_item_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM item_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'an item does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER items_move_by_the_table BEFORE UPDATE OF state ON items
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION refuse_item_transition();

CREATE SEQUENCE case_numbers;
"""


def upgrade():

    op.create_table(
        "case_transitions",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_case_transitions")),
        comment="The domain's TRANSITIONS, for the trigger that refuses every other move",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"], unique=False)
    op.create_table(
        "item_transitions",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_item_transitions")),
        comment="The domain's ITEM_TRANSITIONS, for the trigger that refuses every other move",
    )
    op.create_table(
        "people",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("follows", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("openid", name=op.f("uq_people_openid")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('applicant', 'staff')", name=op.f("ck_sessions_kind_is_known")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expiry", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_subject", "sessions", ["subject_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role = 'officer') = (department IS NOT NULL)", name=op.f("ck_staff_officers_have_a_department")
        ),
        sa.CheckConstraint(
            "role IN ('administrator', 'clerk', 'officer', 'oversight', 'supervisor')",
            name=op.f("ck_staff_role_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "wechat_callbacks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_callbacks")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_wechat_callbacks_dedupe_key")),
    )
    op.create_table(
        "wechat_receipts",
        sa.Column("msgid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("msgid", name=op.f("pk_wechat_receipts")),
        comment="Receipts that came before the message's id was stored",
    )
    op.create_table(
        "wechat_tokens",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=False, comment="sealed"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_wechat_tokens")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("applicant_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False, comment="sealed: question key → value"),
        sa.Column(
            "id_number_index", sa.LargeBinary(), nullable=True, comment="HMAC-SM3 of the insured person's ID number"
        ),
        sa.Column("name_masked", sa.Text(), nullable=True),
        sa.Column("town", sa.Text(), nullable=True),
        sa.Column(
            "planned_items", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("signature", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("commitment_version", sa.Text(), nullable=True),
        sa.Column("policy_hash", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("correction_note", sa.Text(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "mended",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="answered anew since the return",
        ),
        sa.Column("clerk_opinion", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("supervisor_opinion", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("confirmed_age_months", sa.SmallInteger(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('approved', 'completed', 'draft', 'in_review', 'processing', 'refused', 'returned', 'reviewed', 'submitted', 'waiting', 'withdrawn')",
            name=op.f("ck_cases_state_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (number IS NOT NULL AND id_number_index IS NOT NULL AND submitted_at IS NOT NULL AND review_due_on IS NOT NULL AND policy_hash IS NOT NULL)",
            name=op.f("ck_cases_submitted_is_whole"),
        ),
        sa.CheckConstraint("version >= 1 AND round >= 1", name=op.f("ck_cases_counts_from_one")),
        sa.ForeignKeyConstraint(["applicant_id"], ["people.id"], name=op.f("fk_cases_applicant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index("ix_cases_applicant", "cases", ["applicant_id", sa.literal_column("created_at DESC")], unique=False)
    op.create_index("ix_cases_state_due", "cases", ["state", "review_due_on", "submitted_at", "id"], unique=False)
    op.create_index(
        "ix_cases_waiting",
        "cases",
        ["review_due_on", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )
    op.create_index(
        "uq_cases_active_id_number",
        "cases",
        ["id_number_index"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('approved', 'in_review', 'processing', 'returned', 'reviewed', 'submitted', 'waiting')"
        ),
    )
    op.create_index(
        "uq_cases_draft_applicant", "cases", ["applicant_id"], unique=True, postgresql_where=sa.text("state = 'draft'")
    )
    op.create_table(
        "consents",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_consents_person_id")),
        sa.PrimaryKeyConstraint("person_id", "key", "version", name=op.f("pk_consents")),
    )
    op.create_table(
        "absences",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_absences_case_id")),
        sa.PrimaryKeyConstraint("case_id", "slot_key", name=op.f("pk_absences")),
    )
    op.create_table(
        "audit_links",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "seq >= 1 AND length(previous) = 32 AND length(digest) = 32", name=op.f("ck_audit_links_is_a_link")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_audit_links_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_audit_links")),
        comment="Every act and every look, append-only, chained per case by SM3; a case's history is read from here",
    )
    op.create_table(
        "checks",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_checks_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_checks_case_id")),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_checks")),
    )
    op.create_table(
        "claims",
        sa.Column("case_id", sa.UUID(), nullable=False, comment="one live claim per case"),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_claims_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_claims_staff_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_staff", "claims", ["staff_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("filing", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("limit_working_days", sa.SmallInteger(), nullable=True),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("officer_id", sa.UUID(), nullable=True),
        sa.Column("officer_name", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'decided') = (outcome IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_items_decided_is_whole"),
        ),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'denied' OR reason IS NOT NULL", name=op.f("ck_items_a_denial_has_its_reason")
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('denied', 'done_elsewhere', 'granted')",
            name=op.f("ck_items_outcome_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('accepted', 'decided', 'routed', 'self_filed')", name=op.f("ck_items_state_is_known")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_items_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_items_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index("ix_items_department", "items", ["department", "state", "due_on", "id"], unique=False)
    op.create_index(
        "ix_items_open",
        "items",
        ["department", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('routed', 'accepted')"),
    )
    op.create_index("uq_items_case_code", "items", ["case_id", "code"], unique=True)
    op.create_table(
        "judgements",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_id", sa.UUID(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict = 'pass' OR reason_code IS NOT NULL OR note IS NOT NULL",
            name=op.f("ck_judgements_a_fail_has_its_reason"),
        ),
        sa.CheckConstraint("verdict IN ('fail', 'pass')", name=op.f("ck_judgements_verdict_is_known")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_judgements_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_judgements_case_id")),
        sa.PrimaryKeyConstraint("case_id", "subject", "round", name=op.f("pk_judgements")),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("part_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("declared_bytes", sa.Integer(), nullable=False),
        sa.Column("declared_sha256", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incoming_key", sa.Text(), nullable=False),
        sa.Column("image_key", sa.Text(), nullable=True),
        sa.Column("thumbnail_key", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'ready' OR (image_key IS NOT NULL AND thumbnail_key IS NOT NULL AND sha256 IS NOT NULL AND bytes > 0 AND width > 0 AND height > 0 AND ready_at IS NOT NULL)",
            name=op.f("ck_photos_ready_is_whole"),
        ),
        sa.CheckConstraint("state IN ('awaiting', 'ready', 'replaced')", name=op.f("ck_photos_state_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_photos_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("incoming_key", name=op.f("uq_photos_incoming_key")),
    )
    op.create_index("ix_photos_case", "photos", ["case_id"], unique=False)
    op.create_index(
        "uq_photos_ready_part",
        "photos",
        ["case_id", "slot_key", "part_key"],
        unique=True,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "pushes",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("template_key", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("client_msg_id", sa.Text(), nullable=False),
        sa.Column("msgid", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('delivered', 'failed', 'queued', 'sent')", name=op.f("ck_pushes_state_is_known")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_pushes_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pushes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sa.UniqueConstraint("client_msg_id", name=op.f("uq_pushes_client_msg_id")),
        sa.UniqueConstraint("msgid", name=op.f("uq_pushes_msgid")),
    )
    op.create_index("ix_pushes_case", "pushes", ["case_id", "queued_at"], unique=False)
    op.create_index("ix_pushes_person", "pushes", ["person_id", sa.literal_column("queued_at DESC")], unique=False)
    op.create_table(
        "results",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("item_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("declared_bytes", sa.Integer(), nullable=False),
        sa.Column("declared_sha256", sa.Text(), nullable=False),
        sa.Column("incoming_key", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'ready' OR (object_key IS NOT NULL AND sha256 IS NOT NULL)",
            name=op.f("ck_results_ready_is_whole"),
        ),
        sa.CheckConstraint("state IN ('awaiting', 'ready', 'removed')", name=op.f("ck_results_state_is_known")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_results_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("incoming_key", name=op.f("uq_results_incoming_key")),
    )
    op.create_index("ix_results_item", "results", ["item_id"], unique=False)

    for table, rows in (("case_transitions", CASE_TRANSITIONS), ("item_transitions", ITEM_TRANSITIONS)):
        target = sa.table(table, sa.column("from_state"), sa.column("to_state"))
        op.bulk_insert(target, [{"from_state": start, "to_state": end} for start, end in rows])
    op.execute(sa.text(GUARDS))


def downgrade():
    op.execute("DROP SEQUENCE case_numbers")
    op.drop_index("ix_results_item", table_name="results")
    op.drop_table("results")
    op.drop_index("ix_pushes_person", table_name="pushes")
    op.drop_index("ix_pushes_case", table_name="pushes")
    op.drop_table("pushes")
    op.drop_index("uq_photos_ready_part", table_name="photos", postgresql_where=sa.text("state = 'ready'"))
    op.drop_index("ix_photos_case", table_name="photos")
    op.drop_table("photos")
    op.drop_table("judgements")
    op.drop_index("uq_items_case_code", table_name="items")
    op.drop_index("ix_items_open", table_name="items", postgresql_where=sa.text("state IN ('routed', 'accepted')"))
    op.drop_index("ix_items_department", table_name="items")
    op.drop_table("items")
    op.drop_index("ix_claims_staff", table_name="claims")
    op.drop_table("claims")
    op.drop_table("checks")
    op.drop_table("audit_links")
    op.drop_table("absences")
    op.drop_table("consents")
    op.drop_index("uq_cases_draft_applicant", table_name="cases", postgresql_where=sa.text("state = 'draft'"))
    op.drop_index(
        "uq_cases_active_id_number",
        table_name="cases",
        postgresql_where=sa.text(
            "state IN ('approved', 'in_review', 'processing', 'returned', 'reviewed', 'submitted', 'waiting')"
        ),
    )
    op.drop_index(
        "ix_cases_waiting", table_name="cases", postgresql_where=sa.text("state IN ('submitted', 'in_review')")
    )
    op.drop_index("ix_cases_state_due", table_name="cases")
    op.drop_index("ix_cases_applicant", table_name="cases")
    op.drop_table("cases")
    op.drop_table("wechat_tokens")
    op.drop_table("wechat_receipts")
    op.drop_table("wechat_callbacks")
    op.drop_table("staff")
    op.drop_index("ix_sessions_subject", table_name="sessions")
    op.drop_index("ix_sessions_expiry", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("people")
    op.drop_table("item_transitions")
    op.drop_index("ix_idempotency_keys_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("case_transitions")
    for function in ("refuse_change", "refuse_case_transition", "refuse_item_transition"):
        op.execute(f"DROP FUNCTION {function}")
