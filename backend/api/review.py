"""Review over HTTP, for clerks and supervisors."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from backend.api import fields as field
from backend.api.authorisations import DOCUMENT_NAME
from backend.api.callers import Caller, actor, called_by, declare, idempotency_key, seen_version, services
from backend.api.files import pdf
from backend.api.materials import BINARY
from backend.api.shapes import Eligibility, HistoryLine, Holder, Look, PlannedItem, StaffPart, WholeValues
from backend.api.views import UNCHANGED, json_view, polled_view
from backend.domain.absences import DecisionKind, PromiseState
from backend.domain.actors import Role
from backend.domain.authorisation import AuthorisationState, Side
from backend.domain.review import SettlementKind, Verdict
from backend.domain.rule_checks import CheckOutcome, RuleKey
from backend.services.review import GivenCheck, GivenSettlement, GivenVerdict

WINDOW = (Role.CLERK, Role.SUPERVISOR)

blp = Blueprint("review", __name__, url_prefix="/api/review", description="窗口审核和主管审批")
declare(blp, Caller.STAFF, WINDOW)

QUEUES = ["waiting", "mine", "held", "absences", "promises", "to_approve", "waiting_on_applicant", "all"]


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class QueueQuery(Schema):
    """Which cases, and from where on."""

    class Meta:
        unknown = EXCLUDE

    queue = fields.String(load_default="waiting", validate=validate.OneOf(QUEUES))
    q = fields.String(load_default="", validate=validate.Length(max=40))
    item = fields.String(load_default="", validate=validate.Length(max=40))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class PlannedTag(Schema):
    """An item as a tag."""

    code = field.item_code()
    short_name = field.text()
    filing = field.filing()


class RowPromise(Schema):
    """The promised paper of a case that comes next."""

    state = field.known(PromiseState)
    promised_on = field.day()
    working_days_left = field.number()
    clock = field.clock()


class QueueRow(Schema):
    """One line of the queue; masked."""

    id = field.text()
    number = field.text()
    version = field.number()
    state = field.case_state()
    state_label = field.text()
    name_masked = field.text(nullable=True)
    town = field.text(nullable=True)
    items = field.many(PlannedTag)
    submitted_at = field.moment(nullable=True)
    review_due_on = field.day(nullable=True)
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    correction_round = field.number()
    returns = field.number()
    absences_open = field.number()
    promise = field.one(RowPromise, nullable=True)
    holder = field.one(Holder, nullable=True)


class QueueCounts(Schema):
    """How many cases wait, are mine, wait for a supervisor, have an absence to decide, a promised paper to see to.

    Of those that owe a paper, `promises_amber` have one due soon, and `promises_late` one that did not come by its day.
    """

    waiting = field.number()
    mine = field.number()
    to_approve = field.number()
    absences = field.number()
    promises = field.number()
    promises_amber = field.number()
    promises_late = field.number()


class Queue(Schema):
    """One page of one tab."""

    cases = field.many(QueueRow)
    next_cursor = field.text(nullable=True)
    counts = field.one(QueueCounts)


class ClaimedNext(Schema):
    """The case that was claimed; null when nothing waits."""

    case_id = field.text(nullable=True)


class ClaimView(Schema):
    """Who holds the case."""

    holder = field.one(Holder, nullable=True)


class JudgementView(Schema):
    """A verdict that stands."""

    verdict = fields.String(required=True, metadata={"enum": [v.value for v in Verdict]})
    reason_code = field.text(nullable=True)
    note = field.text(nullable=True)
    by = field.text()
    at = field.moment()
    round = field.number()


class StaffAuthorisation(Schema):
    """A helper's authorisation in the case, in force or ended; masked."""

    id = field.text()
    state = field.known(AuthorisationState)
    state_label = field.text()
    helper_name = field.text()
    helper_phone = field.text()
    relation_label = field.text()
    confirmed_at = field.moment()
    valid_until = field.moment()
    ended_at = field.moment(nullable=True)
    ended_by = field.known(Side, nullable=True)
    name_matches = field.flag()
    document_path = field.text()
    document_sha256 = field.text()


class FieldView(Schema):
    """An answer with its verdict; masked where it identifies a person."""

    group = field.text()
    key = field.text()
    subject = field.text()
    label = field.text()
    display = field.text()
    sensitive = field.flag()
    judgement = field.one(JudgementView, nullable=True)
    needs_judgement = field.flag()


class FailReason(Schema):
    """A reason to choose from."""

    code = field.text()
    label = field.text()


class DecisionView(Schema):
    """What a clerk did about an absence."""

    kind = field.known(DecisionKind)
    kind_label = field.text()
    reason = field.text()
    promised_on = field.day(nullable=True)
    reached = field.flag(nullable=True)
    call_again_on = field.day(nullable=True)
    by = field.text()
    at = field.moment()


class WaiverView(Schema):
    """What the rule allows for this paper (容缺受理), with its source."""

    allowed = field.flag()
    when = field.text()
    source = field.text()
    status = field.text()
    latest_on = field.day(nullable=True)
    may_be_left_out = field.flag()


class OtherPaper(Schema):
    """What else may be asked for."""

    key = field.text()
    label = field.text()


class AbsenceTask(Schema):
    """“我没有这个材料” as a clerk's task."""

    reason = field.text()
    at = field.moment()
    is_open = field.flag()
    decided = field.known(DecisionKind, nullable=True)
    decisions = field.many(DecisionView)
    waiver = field.one(WaiverView)
    other_kinds = field.many(OtherPaper)
    other_slots = field.many(OtherPaper)


class PromiseView(Schema):
    """容缺受理: a paper that she brings by a day, with its own clock. `version` goes into If-Match."""

    slot_key = field.text()
    state = field.known(PromiseState)
    state_label = field.text()
    version = field.number()
    reason = field.text()
    promised_on = field.day()
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    by = field.text()
    granted_on = field.day()
    given_at = field.moment(nullable=True)
    settled_at = field.moment(nullable=True)
    fail_reason = field.text(nullable=True)
    extended_reason = field.text(nullable=True)
    extend_until = field.day(nullable=True)


class ReviewSlot(Schema):
    """A slot with its photos and verdict."""

    key = field.text()
    subject = field.text()
    label = field.text()
    kind_label = field.text(nullable=True)
    absence = field.one(AbsenceTask, nullable=True)
    promise = field.one(PromiseView, nullable=True)
    parts = field.many(StaffPart)
    judgement = field.one(JudgementView, nullable=True)
    needs_judgement = field.flag()
    reasons = field.many(FailReason)


class CheckView(Schema):
    """One of the four 无法办理 checks."""

    key = field.text()
    label = field.text()
    found = field.flag(nullable=True)
    note = field.text(nullable=True)
    by = field.text(nullable=True)
    at = field.moment(nullable=True)
    office = field.text()
    what_to_do = field.text()


class Age(Schema):
    """退休年龄确认, in months."""

    statutory_text = field.text()
    statutory_age_months = field.number(nullable=True)
    law = field.text(nullable=True)
    confirmed_age_months = field.number(nullable=True)


class PolicyVersionView(Schema):
    """The version of the policy that the case was submitted under; `since` is the day it was first taken up."""

    content_hash = field.text()
    short = field.text()
    since = field.day(nullable=True)
    is_current = field.flag()
    filing_month = field.text()


class RuleInput(Schema):
    """A figure in words."""

    label = field.text()
    text = field.text()


class SettlementView(Schema):
    """What a clerk decided on a check of the rules."""

    kind = field.known(SettlementKind)
    kind_label = field.text()
    note = field.text(nullable=True)
    by = field.text()
    at = field.moment()


class RuleCheckView(Schema):
    """One check of the policy: inputs, what is wanted, the clause, what it needs of the clerk and who settled it.

    `earlier` is what was settled in a round before, which does not count any more.
    """

    key = field.known(RuleKey)
    label = field.text()
    outcome = field.known(CheckOutcome)
    outcome_label = field.text()
    given = field.many(RuleInput)
    wanted = field.many(RuleInput)
    law = field.text()
    status = field.text(nullable=True)
    contradiction = field.text(nullable=True)
    to_settle = field.known(SettlementKind, nullable=True)
    compare = field.text(nullable=True)
    is_open = field.flag()
    settlement = field.one(SettlementView, nullable=True)
    earlier = field.one(SettlementView, nullable=True)


class Override(SettlementView):
    """A check that was overridden for a reason."""

    key = field.known(RuleKey)
    label = field.text()


class OpinionView(Schema):
    """A signed opinion."""

    text = field.text()
    by = field.text()
    at = field.moment()


class Opinions(Schema):
    """窗口审核意见 and 窗口主管意见."""

    clerk = field.one(OpinionView, nullable=True)
    supervisor = field.one(OpinionView, nullable=True)


class ReviewItem(PlannedItem):
    """An item, and where it is once it is routed."""

    id = field.text(nullable=True)
    state = field.item_state(nullable=True)
    outcome = fields.String(allow_none=True)
    officer_name = fields.String(allow_none=True)
    due_on = fields.String(allow_none=True, metadata={"format": "date"})
    due_provisional = fields.Boolean()
    working_days_left = fields.Integer(allow_none=True)
    clock = fields.String(allow_none=True)


class PushView(Schema):
    """A push and its fate."""

    event = field.text()
    event_label = field.text()
    to_label = field.text()
    state = fields.String(required=True, metadata={"enum": ["queued", "sent", "delivered", "failed"]})
    state_label = field.text()
    reason = field.text(nullable=True)
    at = field.moment()


class NoticeLine(Schema):
    """One failed thing of a correction notice."""

    subject = field.text()
    label = field.text()
    reason_code = field.text(nullable=True)
    reason = field.text()


class AskedLine(NoticeLine):
    """One failed thing of a return that is asked for, with what the marks on its photos say beyond the reason."""

    marks = field.texts()


class CorrectionNotice(Schema):
    """A correction notice that was sent."""

    round = field.number(nullable=True)
    sent_at = field.moment()
    by = field.text()
    note = field.text(nullable=True)
    lines = field.many(NoticeLine)


class ReturnRequestView(Schema):
    """A clerk asks to return the case again."""

    reason = field.text()
    why_not_before = field.text()
    lines = field.many(AskedLine)
    by = field.text()
    at = field.moment()


class Judged(Schema):
    """How far the review is."""

    done = field.number()
    total = field.number()


class Failed(Schema):
    """What failed in this round."""

    subject = field.text()
    label = field.text()


class DefaultOpinions(Schema):
    """The plan's own sentences (附件3), to begin with."""

    clerk = field.text()
    supervisor = field.text()


class FiledAtCounter(Schema):
    """The clerk who filled in and handed in at the counter, and whether she reviewed it too."""

    by = field.text()
    same_as_reviewer = field.flag()


class ReviewView(Schema):
    """The case as the window sees it."""

    id = field.text()
    number = field.text()
    version = field.number()
    state = field.case_state()
    state_label = field.text()
    correction_round = field.number()
    submitted_at = field.moment(nullable=True)
    review_due_on = field.day(nullable=True)
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    holder = field.one(Holder, nullable=True)
    may = field.texts()
    fields_ = fields.List(fields.Nested(FieldView), required=True, data_key="fields")
    slots = field.many(ReviewSlot)
    field_reasons = field.many(FailReason)
    checks = field.many(CheckView)
    age = field.one(Age)
    eligibility = field.one(Eligibility, nullable=True)
    policy = field.one(PolicyVersionView)
    rule_checks = field.many(RuleCheckView)
    rules_open = field.texts()
    overrides = field.many(Override)
    opinions = field.one(Opinions)
    items = field.many(ReviewItem)
    events = field.many(HistoryLine)
    pushes = field.many(PushView)
    corrections = field.many(CorrectionNotice)
    absences_open = field.texts()
    returns = field.number()
    return_request = field.one(ReturnRequestView, nullable=True)
    judged = field.one(Judged)
    failed = field.many(Failed)
    default_opinions = field.one(DefaultOpinions)
    closing_reason = field.text(nullable=True)
    filed_at_counter = field.one(FiledAtCounter, nullable=True)
    authorisations = field.many(StaffAuthorisation)


class HelperContact(Schema):
    """The helper's whole name and phone, for which a reason was given."""

    helper_name = field.text()
    helper_phone = field.text()


class GivenJudgement(Schema):
    """A verdict on `slot:<key>` or `field:<question key>`; a fail needs a reason."""

    subject = fields.String(required=True, validate=validate.Length(max=80))
    verdict = fields.Enum(Verdict, by_value=True, required=True)
    reason_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=300))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenVerdict:
        return GivenVerdict(**data)


class GivenJudgements(Schema):
    """Verdicts that are kept together."""

    judgements = fields.List(fields.Nested(GivenJudgement), required=True, validate=validate.Length(1, 100))


class GivenCheckSchema(Schema):
    """The answer to one check."""

    found = fields.Boolean(required=True)
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=300))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenCheck:
        return GivenCheck(**data)


class GivenChecks(Schema):
    """Answers by check key, and the confirmed age in months (40 to 70 years)."""

    checks = fields.Dict(keys=fields.String(), values=fields.Nested(GivenCheckSchema), load_default=dict)
    confirmed_age_months = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(480, 840)
    )


class GivenSettlementSchema(Schema):
    """Confirmed by the papers, overridden for a reason of at least four characters, or taken back."""

    kind = fields.Enum(SettlementKind, by_value=True, required=True)
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=300))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenSettlement:
        return GivenSettlement(**data)


class OpinionBody(Schema):
    """An opinion in words."""

    opinion = fields.String(required=True, validate=validate.Length(max=300))


class ReasonBody(Schema):
    """A reason in words."""

    reason = fields.String(required=True, validate=validate.Length(max=500))


class NoteBody(Schema):
    """A note in words; may be empty."""

    note = fields.String(load_default="", validate=validate.Length(max=500))


# ── the queue and the lease ──────────────────────────────────────────────────────────────────


@blp.get("/cases")
@blp.arguments(QueueQuery, location="query")
@blp.response(200, Queue)
@blp.alt_response(304, description=UNCHANGED)
def list_cases(query: dict[str, Any]) -> Response:
    """One tab of the queue, earliest deadline first."""
    found = services().review.queue(actor(), query["queue"], query["q"], query["item"], query["cursor"])
    return polled_view(found)


@blp.post("/claims")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(200, ClaimedNext)
def claim_next() -> Response:
    """Claim the waiting case with the earliest deadline (领取). Needs an Idempotency-Key."""
    case_id = services().review.claim_next(actor(), idempotency_key())
    return json_view({"case_id": str(case_id) if case_id else None})


@blp.post("/cases/<uuid:case_id>/claim")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(200, ClaimView)
def claim(case_id: UUID) -> Response:
    """Claim one case. Needs an Idempotency-Key."""
    return json_view(services().review.claim(actor(), case_id, idempotency_key()))


@blp.put("/cases/<uuid:case_id>/claim")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.response(200, ClaimView)
def renew_claim(case_id: UUID) -> Response:
    """Keep the lease while the page is open."""
    return json_view(services().review.renew(actor(), case_id))


@blp.delete("/cases/<uuid:case_id>/claim")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.response(204)
def release_claim(case_id: UUID) -> None:
    """Let the case go back to the queue."""
    services().review.release(actor(), case_id)


# ── the case page ────────────────────────────────────────────────────────────────────────────


@blp.get("/cases/<uuid:case_id>")
@blp.response(200, ReviewView)
def show_case(case_id: UUID) -> Response:
    """A case with its verdicts, checks, history and pushes."""
    return _case(services().review.view(actor(), case_id))


@blp.post("/cases/<uuid:case_id>/looks")
@blp.arguments(Look)
@blp.response(200, WholeValues)
def look(given: dict[str, str], case_id: UUID) -> Response:
    """Show whole values. The look is written to the audit trail with its reason."""
    return json_view({"values": services().review.look(actor(), case_id, given["field"], given["reason"])})


@blp.get("/cases/<uuid:case_id>/authorisations/<uuid:authorisation_id>/document")
@blp.response(200, BINARY, content_type="application/pdf")
def show_authorisation_document(case_id: UUID, authorisation_id: UUID) -> Response:
    """Open the authorisation document (授权委托书) of a case; the look is written to the audit trail."""
    return pdf(services().authorising.staff_document(actor(), case_id, authorisation_id), DOCUMENT_NAME)


@blp.post("/cases/<uuid:case_id>/authorisations/<uuid:authorisation_id>/looks")
@blp.arguments(ReasonBody)
@blp.response(200, HelperContact)
def look_at_helper(given: dict[str, str], case_id: UUID, authorisation_id: UUID) -> Response:
    """Show the helper's whole name and phone; the look and its reason are written to the audit trail."""
    return json_view(services().authorising.look(actor(), case_id, authorisation_id, given["reason"]))


@blp.put("/cases/<uuid:case_id>/judgements")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenJudgements)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ReviewView)
def judge(given: dict[str, Any], case_id: UUID) -> Response:
    """Keep verdicts. Needs If-Match and the lease."""
    return _case(services().review.judge(actor(), case_id, seen_version(), given["judgements"]))


@blp.put("/cases/<uuid:case_id>/checks")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenChecks)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ReviewView)
def check(given: dict[str, Any], case_id: UUID) -> Response:
    """Keep the 无法办理 checks and the confirmed age. Needs If-Match and the lease."""
    age = given["confirmed_age_months"]
    return _case(services().review.check(actor(), case_id, seen_version(), given["checks"], age))


@blp.put("/cases/<uuid:case_id>/rule-checks/<string:rule_key>/settlement")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenSettlementSchema)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ReviewView)
def settle(given: GivenSettlement, case_id: UUID, rule_key: str) -> Response:
    """Confirm a check of the policy, or override it for a reason. Needs If-Match and the lease."""
    return _case(services().review.settle(actor(), case_id, seen_version(), rule_key, given))


# ── the clerk decides ────────────────────────────────────────────────────────────────────────


@blp.post("/cases/<uuid:case_id>/acceptance")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(OpinionBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def accept(given: dict[str, str], case_id: UUID) -> Response:
    """审核通过, with 窗口审核意见. Needs If-Match, an Idempotency-Key and the lease."""
    return _case(services().review.accept(actor(), case_id, seen_version(), idempotency_key(), given["opinion"]))


@blp.post("/cases/<uuid:case_id>/return")
@called_by(Caller.STAFF, WINDOW)
@blp.arguments(NoteBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def return_for_correction(given: dict[str, str], case_id: UUID) -> Response:
    """退回补正 (一次性告知): the first time a clerk's, under the lease; later the supervisor's, of what a clerk asked.

    Needs If-Match and an Idempotency-Key.
    """
    review = services().review
    return _case(review.return_for_correction(actor(), case_id, seen_version(), idempotency_key(), given["note"]))


@blp.post("/cases/<uuid:case_id>/refusal")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(ReasonBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def refuse(given: dict[str, str], case_id: UUID) -> Response:
    """不予受理. Needs If-Match, an Idempotency-Key and the lease."""
    return _case(services().review.refuse(actor(), case_id, seen_version(), idempotency_key(), given["reason"]))


@blp.post("/cases/<uuid:case_id>/hold")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def hold(case_id: UUID) -> Response:
    """A check is “yes”: the case waits. Needs If-Match, an Idempotency-Key and the lease."""
    return _case(services().review.hold(actor(), case_id, seen_version(), idempotency_key()))


@blp.post("/cases/<uuid:case_id>/resolution")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(NoteBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def resolve(given: dict[str, str], case_id: UUID) -> Response:
    """The other office is done. Needs If-Match and an Idempotency-Key; takes the lease."""
    return _case(services().review.resolve(actor(), case_id, seen_version(), idempotency_key(), given["note"]))


# ── the supervisor decides ───────────────────────────────────────────────────────────────────


@blp.post("/cases/<uuid:case_id>/approval")
@called_by(Caller.STAFF, [Role.SUPERVISOR])
@blp.arguments(OpinionBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def approve(given: dict[str, str], case_id: UUID) -> Response:
    """同意办理, with 窗口主管意见: routes the items. Needs If-Match and an Idempotency-Key."""
    return _case(services().review.approve(actor(), case_id, seen_version(), idempotency_key(), given["opinion"]))


@blp.post("/cases/<uuid:case_id>/sending-back")
@called_by(Caller.STAFF, [Role.SUPERVISOR])
@blp.arguments(ReasonBody)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def send_back(given: dict[str, str], case_id: UUID) -> Response:
    """退回窗口. Needs If-Match and an Idempotency-Key."""
    return _case(services().review.send_back(actor(), case_id, seen_version(), idempotency_key(), given["reason"]))


def _case(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
