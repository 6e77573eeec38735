"""Filing over HTTP, for the applicant. Photos, absences, the signature and results are in materials.py."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, at_the_counter, declare, idempotency_key, seen_version, services
from backend.api.shapes import GuideOfItem, HerEligibility, PlannedItem
from backend.api.slots import SlotView
from backend.api.views import json_view
from backend.domain.absences import PromiseState
from backend.domain.actors import Role
from backend.domain.answers import QuestionType
from backend.domain.authorisation import AuthorisationState, Side
from backend.domain.case import SignatureKind

blp = Blueprint("filing", __name__, url_prefix="/api/filing", description="申请人的办件")
declare(blp, Caller.APPLICANT)

SIGNING = [Role.APPLICANT.value, Role.HELPER.value]
ACTING = [*SIGNING, Role.CLERK.value]
TASK_STATUSES = {"enum": ["done", "open", "todo"]}


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class NextStep(Schema):
    """What she does next, in words, and the H5's page for it."""

    title = field.text()
    detail = field.text()
    action_label = field.text()
    path = field.text()


class OwedPaper(Schema):
    """The paper that she promised for the nearest day (容缺受理), and the page to give it on."""

    slot_key = field.text()
    label = field.text()
    promised_on = field.day()
    working_days_left = field.number()
    clock = field.clock()
    path = field.text()


class HerPromise(Schema):
    """A paper that she brings later (容缺受理): by when, how many working days are left, what was wrong with one."""

    slot_key = field.text()
    label = field.text()
    state = field.known(PromiseState)
    state_label = field.text()
    promised_on = field.day()
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    reason = field.text()
    fail_reason = field.text(nullable=True)
    path = field.text()


class CaseSummary(Schema):
    """A case on the home page."""

    id = field.text()
    number = field.text(nullable=True)
    state = field.case_state()
    state_label = field.text()
    next_step = field.one(NextStep)
    promise = field.one(OwedPaper, nullable=True)
    updated_at = field.moment()


class Message(Schema):
    """A push as it was sent. `path` is the page it opens; `case_id` is null where it is about no case."""

    at = field.moment()
    title = field.text()
    text = field.text()
    case_id = field.text(nullable=True)
    path = field.text()


class HomeAuthorisation(Schema):
    """Somebody she helps, or who helps her: asked or active, by masked names."""

    id = field.text()
    state = field.known(AuthorisationState)
    state_label = field.text()
    my_side = field.known(Side)
    other_name = field.text()
    relation_label = field.text()
    asked_at = field.moment()
    confirmed_at = field.moment(nullable=True)
    code_expires_at = field.moment(nullable=True)
    case = field.one(CaseSummary, nullable=True)


class Home(Schema):
    """首页."""

    case = field.one(CaseSummary, nullable=True)
    authorisations = field.many(HomeAuthorisation)
    closed_cases = field.many(CaseSummary)
    messages = field.many(Message)


class BegunAnswers(Schema):
    """What the pre-check asked before she signed in; each may be left out."""

    category = fields.String(validate=validate.Length(max=40))
    retirement_type = fields.String(validate=validate.Length(max=40))
    wants_only_child_reward = fields.String(validate=validate.Length(max=40))
    has_housing_fund = fields.String(validate=validate.Length(max=40))


class NewCase(Schema):
    """The consents she gave: consent key → version, and the notice's version; the pre-check's answers if she did it."""

    consents = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice_version = fields.String(required=True)
    precheck = fields.Nested(BegunAnswers, load_default=None, allow_none=True)


class Answers(Schema):
    """The answers of one page by question key; a month is YYYY-MM, an area an object, the rest text or numbers."""

    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(max=64)), values=fields.Raw(allow_none=True), required=True
    )


class Submission(Schema):
    """The version of the commitment she signed under."""

    commitment_version = fields.String(required=True)


class Withdrawal(Schema):
    """Why she takes it back; may be empty."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))


class Choice(Schema):
    """One of the answers a question offers."""

    value = field.text()
    label = field.text()
    help = field.text()


class QuestionView(Schema):
    """A question as it is drawn. `value` is null for a sensitive one; `display` is masked then."""

    key = field.text()
    type = field.known(QuestionType)
    label = field.text()
    help = field.text()
    why = field.text()
    where = field.text()
    example = field.text()
    unit = field.text()
    choices = fields.List(fields.Nested(Choice), required=True, allow_none=True)
    first_year = field.number(nullable=True)
    last_year = field.number(nullable=True)
    required = field.flag()
    sensitive = field.flag()
    repeats = field.text(nullable=True)
    value = fields.Raw(required=True, allow_none=True)
    display = field.text(nullable=True)
    warning = field.text(nullable=True)


class PageView(Schema):
    """A page of one question, rarely a few."""

    key = field.text()
    group = field.text()
    title = field.text()
    status = fields.String(required=True, metadata={"enum": ["done", "open", "todo", "locked"]})
    editable = field.flag()
    return_reason = field.text(nullable=True)
    questions = field.many(QuestionView)


class Group(Schema):
    """A named step."""

    key = field.text()
    title = field.text()
    status = fields.String(required=True, metadata=TASK_STATUSES)


class Task(Schema):
    """What is left to do: answers, photos, signature, submission."""

    key = field.text()
    status = fields.String(required=True, metadata=TASK_STATUSES)
    missing = field.texts()
    path = field.text()


class Signed(Schema):
    """When it was signed, and by whom: her, or her helper as 代办人."""

    signed_at = field.moment()
    by = fields.String(required=True, metadata={"enum": SIGNING})
    kind = field.known(SignatureKind)


class CaseHelper(Schema):
    """Who helps her now; masked names of both."""

    authorisation_id = field.text()
    name = field.text()
    applicant_name = field.text()


class CheckRow(Schema):
    """One answer on the check-answers page."""

    page_key = field.text()
    label = field.text()
    display = field.text()


class CheckGroup(Schema):
    """The answers of one step."""

    title = field.text()
    rows = field.many(CheckRow)


class CheckAnswers(Schema):
    """核对: all answers, and what is filed together and what she does herself."""

    groups = field.many(CheckGroup)
    combined = field.texts()
    by_yourself = field.texts()


class CorrectionLine(Schema):
    """One thing to mend: why, and on which page."""

    subject = field.text()
    label = field.text()
    reason = field.text()
    path = field.text()
    mended = field.flag()


class Correction(Schema):
    """一次性告知."""

    sent_at = field.moment()
    clerk_name = field.text()
    note = field.text(nullable=True)
    lines = field.many(CorrectionLine)


class WaitingLine(Schema):
    """A 无法办理 check that stands in the way: which office, what to do."""

    label = field.text()
    office = field.text()
    phone = field.text()
    what_to_do = field.text()


class Waiting(Schema):
    """What the case waits for."""

    lines = field.many(WaitingLine)


class Step(Schema):
    """A line of the timeline."""

    at = field.moment(nullable=True)
    title = field.text()
    text = field.text()
    status = fields.String(required=True, metadata={"enum": ["done", "now", "todo"]})


class MustDo(Schema):
    """What she must do for an item."""

    title = field.text()
    detail = field.text()
    action = field.text(nullable=True)


class ResultLink(Schema):
    """A result to view and download."""

    id = field.text()
    name = field.text()
    content_type = field.text()
    bytes = field.number()
    path = field.text()


class ProgressItem(Schema):
    """An item's card."""

    id = field.text()
    version = field.number()
    code = field.item_code()
    name = field.text()
    department_label = field.text()
    filing = field.filing()
    filing_label = field.text()
    state = field.item_state()
    state_label = field.text()
    holder = field.text(nullable=True)
    due_on = field.day(nullable=True)
    due_provisional = field.flag()
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    routed_at = field.moment(nullable=True)
    outcome = field.outcome(nullable=True)
    outcome_label = field.text(nullable=True)
    reason = field.text(nullable=True)
    decided_at = field.moment(nullable=True)
    must_do = field.one(MustDo, nullable=True)
    guide = field.one(GuideOfItem, nullable=True)
    results = field.many(ResultLink)


class ProgressView(Schema):
    """进度."""

    case_number = field.text()
    submitted_at = field.moment()
    headline = field.text()
    closing_reason = field.text(nullable=True)
    steps = field.many(Step)
    items = field.many(ProgressItem)


class MedicalYears(Schema):
    """医保缴费年限: what is asked for and missing. Shown only; `status` says who has yet to confirm the figures."""

    title = field.text()
    lines = field.texts()
    months_to_pay = field.number(nullable=True)
    law = field.text()
    status = field.text()


class Due(Schema):
    """The day by which the window must have judged the case."""

    review_by = field.day(nullable=True)


class CaseView(Schema):
    """Her case: pages, slots, tasks and actions. The rules are all the server's."""

    id = field.text()
    number = field.text(nullable=True)
    version = field.number()
    state = field.case_state()
    state_label = field.text()
    may = field.texts()
    acting_as = fields.String(required=True, metadata={"enum": ACTING})
    helper = field.one(CaseHelper, nullable=True)
    groups = field.many(Group)
    pages = field.many(PageView)
    open_page = field.text(nullable=True)
    eligibility = field.one(HerEligibility, nullable=True)
    medical_years = field.one(MedicalYears, nullable=True)
    items = field.many(PlannedItem)
    slots = field.many(SlotView)
    promises = field.many(HerPromise)
    tasks = field.many(Task)
    signature = field.one(Signed, nullable=True)
    check_answers = field.one(CheckAnswers)
    correction = field.one(Correction, nullable=True)
    waiting = field.one(Waiting, nullable=True)
    progress = field.one(ProgressView, nullable=True)
    due = field.one(Due)


# ── routes ───────────────────────────────────────────────────────────────────────────────────


@blp.get("/home")
@blp.response(200, Home)
def home() -> Response:
    """The open case, the closed ones, the messages."""
    return json_view(services().filing.home(actor()))


@blp.post("/cases")
@blp.arguments(NewCase)
@blp.response(201, CaseView)
@blp.alt_response(200, schema=CaseView, description="Her open draft")
def start_case(given: dict[str, Any]) -> Response:
    """Start a case under the consents, or go on with the open draft. A new one begins with the pre-check's answers."""
    view, is_new = services().filing.start(actor(), given["consents"], given["notice_version"], given["precheck"])
    return json_view(view, 201 if is_new else 200, version=view["version"])


@blp.get("/cases/<uuid:case_id>")
@at_the_counter
@blp.response(200, CaseView)
def show_case(case_id: UUID) -> Response:
    """Her case."""
    return _case(services().filing.view(actor(), case_id))


@blp.put("/cases/<uuid:case_id>/answers/<string(maxlength=64):page_key>")
@at_the_counter
@blp.arguments(Answers)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, CaseView)
def answer(given: dict[str, Any], case_id: UUID, page_key: str) -> Response:
    """Save the answers of one page. Needs If-Match."""
    return _case(services().filing.answer(actor(), case_id, seen_version(), page_key, given["answers"]))


@blp.post("/cases/<uuid:case_id>/submission")
@at_the_counter
@blp.arguments(Submission)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, CaseView)
def submit(given: dict[str, str], case_id: UUID) -> Response:
    """Submit a case (提交办件). Needs If-Match and an Idempotency-Key."""
    commitment = given["commitment_version"]
    return _case(services().filing.submit(actor(), case_id, seen_version(), idempotency_key(), commitment))


@blp.post("/cases/<uuid:case_id>/withdrawal")
@blp.arguments(Withdrawal)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, CaseView)
def withdraw(given: dict[str, str], case_id: UUID) -> Response:
    """Take a case back (撤回), until it is approved. Needs If-Match."""
    return _case(services().filing.withdraw(actor(), case_id, seen_version(), given["reason"]))


@blp.post("/cases/<uuid:case_id>/items/<uuid:item_id>/report")
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ProgressView)
def report_fund_done(case_id: UUID, item_id: UUID) -> Response:
    """Report that the housing fund was drawn by its own account. Needs If-Match with the item's version."""
    return json_view(services().filing.report_fund_done(actor(), case_id, item_id, seen_version()))


def _case(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
