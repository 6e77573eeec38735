"""The tables. Each constraint holds a rule that the domain also holds; triggers live in the migrations.

Personal data is only in sealed columns (bytea) and masked copies; the rest may stand in a log.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from backend.domain.absences import DecisionKind, PromiseState
from backend.domain.authorisation import AuthorisationState, Relation, Side
from backend.domain.case import ACTIVE, CLOSED, PhotoState, State
from backend.domain.documents import PrintedForm
from backend.domain.incidents import IncidentKind
from backend.domain.marks import MarkShape
from backend.domain.reminders import ReminderKind
from backend.domain.review import SettlementKind, Verdict
from backend.domain.routing import ItemState, Outcome

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = DateTime(timezone=True)
OPEN_INCIDENT = "closed_at IS NULL"
LIVE = "told_at IS NULL AND cancelled_at IS NULL"  # a reminder that is still to be told


def one_of(column: str, values: object) -> CheckConstraint:
    """A check that the column holds one of an enum's wire values."""
    return CheckConstraint(f"{column} IN ({in_list(values)})", name=f"{column}_is_known")


def in_list(values: object) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))  # type: ignore[call-overload]  # any StrEnum or list


people = Table(
    "people",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("openid", Text, unique=True),
    Column("follows", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("person_id", UUID, ForeignKey("people.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("how", Text, comment="null: by herself on her phone"),
    Column("recorded_by", UUID, comment="the clerk who recorded it"),
    PrimaryKeyConstraint("person_id", "key", "version"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("applicant_id", UUID, ForeignKey("people.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("number", Text, unique=True),
    Column("answers", LargeBinary, nullable=False, comment="sealed: question key → value"),
    Column("id_number_index", LargeBinary, comment="HMAC-SM3 of the insured person's ID number"),
    Column("name_masked", Text),
    Column("town", Text),
    Column("planned_items", JSONB, nullable=False, server_default=text("'[]'")),
    Column("signature", JSONB(none_as_null=True)),
    Column("commitment_version", Text),
    Column("policy_hash", Text),
    Column("evaluation", LargeBinary, comment="sealed: what that version of the policy answered at the submission"),
    Column("submitted_at", Moment),
    Column("review_due_on", Date),
    Column("correction_note", Text),
    Column("corrected_at", Moment),
    Column("returns", SmallInteger, nullable=False, server_default=text("0")),
    Column("return_request", JSONB(none_as_null=True)),
    Column("mended", JSONB, nullable=False, server_default=text("'[]'"), comment="answered anew since the return"),
    Column("clerk_opinion", JSONB(none_as_null=True)),
    Column("supervisor_opinion", JSONB(none_as_null=True)),
    Column("confirmed_age_months", SmallInteger),
    Column("closing_reason", Text),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    one_of("state", State),
    CheckConstraint("version >= 1 AND round >= 1", name="counts_from_one"),
    CheckConstraint(
        "state <> 'return_asked' OR (returns >= 1 AND return_request IS NOT NULL)", name="asks_with_a_reason"
    ),
    CheckConstraint(
        "state IN ('draft', 'withdrawn') OR (number IS NOT NULL AND id_number_index IS NOT NULL"
        " AND submitted_at IS NOT NULL AND review_due_on IS NOT NULL AND policy_hash IS NOT NULL)",
        name="submitted_is_whole",
    ),
    # One active case per insured person, and one open case per signed-in person.
    Index(
        "uq_cases_active_id_number",
        "id_number_index",
        unique=True,
        postgresql_where=text(f"state IN ({in_list(ACTIVE)})"),
    ),
    Index("uq_cases_draft_applicant", "applicant_id", unique=True, postgresql_where=text("state = 'draft'")),
    Index("ix_cases_applicant", "applicant_id", text("created_at DESC")),
    Index("ix_cases_open_id_number", "id_number_index", postgresql_where=text(f"state NOT IN ({in_list(CLOSED)})")),
    Index(
        "ix_cases_waiting",
        "review_due_on",
        "submitted_at",
        "id",
        postgresql_where=text("state IN ('submitted', 'in_review')"),
    ),
    Index("ix_cases_state_due", "state", "review_due_on", "submitted_at", "id"),
)

case_transitions = Table(
    "case_transitions",
    metadata,
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
    comment="The domain's TRANSITIONS, for the trigger that refuses every other move",
)

item_transitions = Table(
    "item_transitions",
    metadata,
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
    comment="The domain's ITEM_TRANSITIONS, for the trigger that refuses every other move",
)

authorisations = Table(
    "authorisations",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("begun_by", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("applicant_id", UUID, ForeignKey("people.id")),
    Column("helper_id", UUID, ForeignKey("people.id")),
    Column("parties", LargeBinary, nullable=False, comment="sealed: both names and the helper's phone"),
    Column("applicant_name_masked", Text, nullable=False),
    Column("helper_name_masked", Text, nullable=False),
    Column("terms_version", Text, nullable=False),
    Column("code_digest", LargeBinary, unique=True, comment="SM3 of the newest link's code"),
    Column("code_expires_at", Moment),
    Column("signed", JSONB(none_as_null=True)),
    Column("document", JSONB(none_as_null=True)),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("valid_until", Moment),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    one_of("begun_by", Side),
    one_of("relation", Relation),
    one_of("state", AuthorisationState),
    CheckConstraint("ended_by IS NULL OR ended_by IN (" + in_list(Side) + ")", name="ended_by_is_known"),
    CheckConstraint("applicant_id <> helper_id", name="is_of_two_people"),
    CheckConstraint(
        "CASE begun_by WHEN 'helper' THEN helper_id IS NOT NULL ELSE applicant_id IS NOT NULL END",
        name="whoever_asks_is_known",
    ),
    CheckConstraint(
        "state <> 'active' OR (applicant_id IS NOT NULL AND helper_id IS NOT NULL AND signed IS NOT NULL"
        " AND document IS NOT NULL AND confirmed_at IS NOT NULL AND valid_until IS NOT NULL)",
        name="active_is_whole",
    ),
    Index(
        "uq_authorisations_active_applicant",
        "applicant_id",
        unique=True,
        postgresql_where=text("state = 'active'"),
    ),
    Index("ix_authorisations_applicant", "applicant_id"),
    Index("ix_authorisations_helper", "helper_id"),
    Index("ix_authorisations_open", "state", postgresql_where=text("state IN ('active', 'asked')")),
)

authorisation_transitions = Table(
    "authorisation_transitions",
    metadata,
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
    comment="The domain's AUTHORISATION_TRANSITIONS, for the trigger that refuses every other move",
)

case_authorisations = Table(
    "case_authorisations",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("authorisation_id", UUID, ForeignKey("authorisations.id"), nullable=False),
    Column("joined_at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "authorisation_id"),
    Index("ix_case_authorisations_authorisation", "authorisation_id"),
    comment="Which cases an authorisation is for; stays when it ends",
)

photos = Table(
    "photos",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("slot_key", Text, nullable=False),
    Column("part_key", Text, nullable=False),
    Column("kind", Text),
    Column("state", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("declared_bytes", Integer, nullable=False),
    Column("declared_sha256", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("incoming_key", Text, nullable=False, unique=True),
    Column("image_key", Text),
    Column("thumbnail_key", Text),
    Column("sha256", Text),
    Column("bytes", Integer),
    Column("width", Integer),
    Column("height", Integer),
    Column("ready_at", Moment),
    Column("perceptual_hash", BigInteger, comment="64-bit difference hash: near for pictures that look alike"),
    Column("coach", JSONB(none_as_null=True), comment="what the phone said of it: scores, warnings, insisted"),
    Column("turn", SmallInteger, comment="degrees clockwise to be upright; null: not said"),
    one_of("state", PhotoState),
    CheckConstraint("turn IN (0, 90, 180, 270)", name="turn_is_known"),
    CheckConstraint(
        "state <> 'ready' OR (image_key IS NOT NULL AND thumbnail_key IS NOT NULL AND sha256 IS NOT NULL"
        " AND bytes > 0 AND width > 0 AND height > 0 AND ready_at IS NOT NULL)",
        name="ready_is_whole",
    ),
    Index("ix_photos_case", "case_id"),
    Index("ix_photos_sha256", "sha256", postgresql_where=text("state = 'ready'")),
    Index(  # the function comes with the migration
        "ix_photos_bands",
        text("photo_bands(perceptual_hash)"),
        postgresql_using="gin",
        postgresql_where=text("perceptual_hash IS NOT NULL AND state = 'ready'"),
    ),
    Index(
        "uq_photos_ready_part",
        "case_id",
        "slot_key",
        "part_key",
        unique=True,
        postgresql_where=text("state = 'ready'"),
    ),
)

photo_marks = Table(
    "photo_marks",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("photo_id", UUID, ForeignKey("photos.id"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("shape", Text, nullable=False),
    Column("from_x", Double, nullable=False),
    Column("from_y", Double, nullable=False),
    Column("to_x", Double, nullable=False),
    Column("to_y", Double, nullable=False),
    Column("reason_code", Text),
    Column("note", Text),
    Column("round", SmallInteger, nullable=False),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    one_of("shape", MarkShape),
    CheckConstraint(
        "from_x BETWEEN 0 AND 1 AND from_y BETWEEN 0 AND 1 AND to_x BETWEEN 0 AND 1 AND to_y BETWEEN 0 AND 1",
        name="is_on_the_photo",
    ),
    Index("ix_photo_marks_case", "case_id", "photo_id", "position"),
)

absences = Table(
    "absences",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("slot_key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decided", Text, comment="how a clerk settled it; null while it is a task"),
    PrimaryKeyConstraint("case_id", "slot_key"),
    CheckConstraint("decided IN ('suggested', 'waived')", name="decided_is_known"),
)

absence_decisions = Table(
    "absence_decisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("slot_key", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("promised_on", Date),
    Column("suggested_kind", Text),
    Column("suggested_slot", Text),
    Column("reached", Boolean),
    Column("call_again_on", Date),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    one_of("kind", DecisionKind),
    CheckConstraint("(kind = 'called') = (reached IS NOT NULL)", name="a_call_has_its_outcome"),
    Index("ix_absence_decisions_case", "case_id", "id"),
    comment="What clerks did about papers that she does not have, append-only",
)

promises = Table(
    "promises",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("slot_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_on", Date, nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("remind_on", Date, nullable=False),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("granted_at", Moment, nullable=False),
    Column("extended_reason", Text),
    Column("extended_at", Moment),
    Column("given_at", Moment),
    Column("settled_at", Moment),
    Column("fail_reason_code", Text),
    Column("fail_note", Text),
    Column("reminded", SmallInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("case_id", "slot_key"),
    one_of("state", PromiseState),
    CheckConstraint("promised_on > granted_on AND remind_on <= promised_on", name="has_its_days"),
    CheckConstraint("(extended_at IS NULL) = (extended_reason IS NULL)", name="an_extension_has_its_reason"),
    Index("ix_promises_open", "promised_on", "case_id", postgresql_where=text("state IN ('given', 'open')")),
    comment="容缺受理: papers that she promised to bring by a day, the latest of each slot",
)

promise_transitions = Table(
    "promise_transitions",
    metadata,
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
    comment="The domain's PROMISE_TRANSITIONS, for the trigger that refuses every other move",
)

judgements = Table(
    "judgements",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason_code", Text),
    Column("note", Text),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "subject", "round"),
    one_of("verdict", Verdict),
    CheckConstraint("verdict = 'pass' OR reason_code IS NOT NULL OR note IS NOT NULL", name="a_fail_has_its_reason"),
)

checks = Table(
    "checks",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("note", Text),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
)

rule_settlements = Table(
    "rule_settlements",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("rule_key", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("note", Text),
    Column("by_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "rule_key", "round"),
    one_of("kind", SettlementKind),
    CheckConstraint("kind <> 'overridden' OR note IS NOT NULL", name="an_override_has_its_reason"),
)

claims = Table(
    "claims",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), primary_key=True, comment="one live claim per case"),
    Column("staff_id", UUID, ForeignKey("staff.id"), nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_claims_staff", "staff_id"),
)

items = Table(
    "items",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("filing", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("limit_working_days", SmallInteger),
    Column("routed_at", Moment),
    Column("due_on", Date),
    Column("due_provisional", Boolean, nullable=False, server_default=text("false")),
    Column("officer_id", UUID, ForeignKey("staff.id")),
    Column("officer_name", Text),
    Column("accepted_at", Moment),
    Column("decided_at", Moment),
    Column("outcome", Text),
    Column("reason", Text),
    one_of("state", ItemState),
    CheckConstraint("outcome IS NULL OR outcome IN (" + in_list(Outcome) + ")", name="outcome_is_known"),
    CheckConstraint("(state = 'decided') = (outcome IS NOT NULL AND decided_at IS NOT NULL)", name="decided_is_whole"),
    CheckConstraint("outcome IS DISTINCT FROM 'denied' OR reason IS NOT NULL", name="a_denial_has_its_reason"),
    Index("uq_items_case_code", "case_id", "code", unique=True),
    Index("ix_items_department", "department", "state", "due_on", "id"),
    Index("ix_items_open", "department", "due_on", "id", postgresql_where=text("state IN ('routed', 'accepted')")),
)

results = Table(
    "results",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("item_id", UUID, ForeignKey("items.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("declared_bytes", Integer, nullable=False),
    Column("declared_sha256", Text, nullable=False),
    Column("incoming_key", Text, nullable=False, unique=True),
    Column("object_key", Text),
    Column("sha256", Text),
    Column("bytes", Integer),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    one_of("state", ["awaiting", "ready", "removed"]),
    CheckConstraint("state <> 'ready' OR (object_key IS NOT NULL AND sha256 IS NOT NULL)", name="ready_is_whole"),
    Index("ix_results_item", "item_id"),
)

pushes = Table(
    "pushes",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id")),
    Column("person_id", UUID, ForeignKey("people.id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("template_key", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("path", Text, nullable=False),
    Column("client_msg_id", Text, nullable=False, unique=True),
    Column("msgid", Text, unique=True),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", SmallInteger, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("settled_at", Moment),
    one_of("state", ["queued", "sent", "delivered", "failed"]),
    Index("ix_pushes_case", "case_id", "queued_at"),
    Index("ix_pushes_person", "person_id", text("queued_at DESC")),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("person_id", UUID, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", UUID, ForeignKey("cases.id")),
    Column("stated", LargeBinary, comment="sealed; forgotten when she was told"),
    Column("about", Text, nullable=False, comment="month YYYY-MM"),
    Column("due_on", Date, nullable=False),
    Column("last_day", Date),
    Column("policy_hash", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("cancelled_at", Moment),
    one_of("kind", ReminderKind),
    CheckConstraint(f"NOT ({LIVE}) OR (case_id IS NULL) <> (stated IS NULL)", name="rests_on_something"),
    CheckConstraint("told_at IS NULL OR cancelled_at IS NULL", name="ends_once"),
    Index(
        "ux_reminders_live",
        "person_id",
        "kind",
        "case_id",
        unique=True,
        postgresql_where=text(LIVE),
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_reminders_due", "due_on", postgresql_where=text(LIVE)),
    Index("ix_reminders_case", "case_id", postgresql_where=text(LIVE)),
)

wechat_receipts = Table(
    "wechat_receipts",
    metadata,
    Column("msgid", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("at", Moment, nullable=False),
    comment="Receipts that came before the message's id was stored",
)

wechat_callbacks = Table(
    "wechat_callbacks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dedupe_key", Text, nullable=False, unique=True),
    Column("fields", JSONB, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
)

wechat_tokens = Table(
    "wechat_tokens",
    metadata,
    Column("app_id", Text, primary_key=True),
    Column("access_token", LargeBinary, nullable=False, comment="sealed"),
    Column("expires_at", Moment, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("department", Text),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failed_attempts", SmallInteger, nullable=False),
    Column("locked_until", Moment),
    Column("last_signed_in_at", Moment),
    Column("version", Integer, nullable=False),
    one_of("role", ["clerk", "supervisor", "officer", "oversight", "administrator"]),
    CheckConstraint("(role = 'officer') = (department IS NOT NULL)", name="officers_have_a_department"),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("content_hash", Text, primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Column("files", JSONB, nullable=False, comment="path below config/ → text of every YAML file"),
    comment="Every state of config the service ever ran with, append-only: a decided case is replayed from here",
)

policy_changes = Table(
    "policy_changes",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("content_hash", Text, ForeignKey("policy_versions.content_hash"), nullable=False),
    Column("taken_up_at", Moment, nullable=False),
    comment="Which version was taken up when, append-only; the last one is in force",
)

guide_versions = Table(
    "guide_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False, comment="the guide as it was published (services/service_guide.py)"),
    Column("content_hash", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by_id", UUID, nullable=False),
    Column("published_by", Text, nullable=False),
    CheckConstraint("number >= 1", name="counts_from_one"),
    comment="Every published version of 办事指南 and who published it, append-only; the last one is in force",
)

documents = Table(
    "documents",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("form", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False, comment="sealed: what is printed, as it was when ordered"),
    Column("content_index", LargeBinary, nullable=False, comment="HMAC-SM3 of the content"),
    Column("ordered_at", Moment, nullable=False),
    Column("sha256", Text),
    Column("bytes", Integer),
    Column("pages", SmallInteger),
    Column("made_at", Moment),
    one_of("form", PrintedForm),
    CheckConstraint(
        "(made_at IS NULL AND sha256 IS NULL AND bytes IS NULL AND pages IS NULL)"
        " OR (made_at IS NOT NULL AND sha256 IS NOT NULL AND bytes > 0 AND pages > 0)",
        name="made_is_whole",
    ),
    UniqueConstraint("case_id", "form", "content_index"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("note", Text),
    one_of("kind", IncidentKind),
    CheckConstraint(
        "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (note IS NULL)", name="closed_is_whole"
    ),
    Index("ix_incidents_listed", text("(closed_at IS NOT NULL)"), text("found_at DESC"), "id"),
    Index("ux_incidents_open", "kind", "case_id", "subject", unique=True, postgresql_where=text(OPEN_INCIDENT)),
)

proof_runs = Table(
    "proof_runs",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("cases", Integer, nullable=False, server_default=text("0")),
    Column("objects", Integer, nullable=False, server_default=text("0")),
    Column("breaks", Integer, nullable=False, server_default=text("0")),
    Column("finished_at", Moment),
    Column("after_case", UUID),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_id", UUID, nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    one_of("kind", ["applicant", "staff"]),
    Index("ix_sessions_subject", "subject_id"),
    Index("ix_sessions_expiry", "expires_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor_id", UUID, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("actor_id", "key"),
    Index("ix_idempotency_keys_at", "at"),
)

audit_links = Table(
    "audit_links",
    metadata,
    Column("case_id", UUID, ForeignKey("cases.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor_id", UUID, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("reason", Text),
    Column("facts", JSONB, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "seq"),
    CheckConstraint("seq >= 1 AND length(previous) = 32 AND length(digest) = 32", name="is_a_link"),
    comment="Every act and every look, append-only, chained per case by SM3; a case's history is read from here",
)
