"""Filing over HTTP, for the applicant. Photos, absences, the signature and results are in materials.py."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import shapes
from backend.api.callers import Caller, actor, declare, idempotency_key, seen_version, services
from backend.api.shapes import Eligibility, GuideOfItem, PlannedItem
from backend.api.slots import SlotView
from backend.api.views import json_view

blp = Blueprint("filing", __name__, url_prefix="/api/filing", description="申请人的办件")
declare(blp, Caller.APPLICANT)

TASK_STATUSES = {"enum": ["done", "open", "todo"]}


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class NextStep(Schema):
    """What she does next, in words, and the H5's page for it."""

    title = shapes.text()
    detail = shapes.text()
    action_label = shapes.text()
    path = shapes.text()


class CaseSummary(Schema):
    """A case on the home page."""

    id = shapes.text()
    number = shapes.text(nullable=True)
    state = shapes.case_state()
    state_label = shapes.text()
    next_step = shapes.one(NextStep)
    updated_at = shapes.moment()


class Message(Schema):
    """A push as it was sent."""

    at = shapes.moment()
    title = shapes.text()
    text = shapes.text()
    case_id = shapes.text()
    path = shapes.text()


class Home(Schema):
    """首页."""

    case = shapes.one(CaseSummary, nullable=True)
    closed_cases = shapes.many(CaseSummary)
    messages = shapes.many(Message)


class NewCase(Schema):
    """The consents she gave: consent key → version, and the notice's version."""

    consents = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice_version = fields.String(required=True)


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

    value = shapes.text()
    label = shapes.text()
    help = shapes.text()


class QuestionView(Schema):
    """A question as it is drawn. `value` is null for a sensitive one; `display` is masked then."""

    key = shapes.text()
    type = fields.String(
        required=True,
        metadata={
            "enum": ["text", "id_number", "phone", "area", "choice", "month", "months", "bank_account", "postcode"]
        },
    )
    label = shapes.text()
    help = shapes.text()
    why = shapes.text()
    where = shapes.text()
    example = shapes.text()
    unit = shapes.text()
    choices = fields.List(fields.Nested(Choice), required=True, allow_none=True)
    required = shapes.flag()
    sensitive = shapes.flag()
    repeats = shapes.text(nullable=True)
    value = fields.Raw(required=True, allow_none=True)
    display = shapes.text(nullable=True)
    warning = shapes.text(nullable=True)


class PageView(Schema):
    """A page of one question, rarely a few."""

    key = shapes.text()
    group = shapes.text()
    title = shapes.text()
    status = fields.String(required=True, metadata={"enum": ["done", "open", "todo", "locked"]})
    editable = shapes.flag()
    return_reason = shapes.text(nullable=True)
    questions = shapes.many(QuestionView)


class Group(Schema):
    """A named step."""

    key = shapes.text()
    title = shapes.text()
    status = fields.String(required=True, metadata=TASK_STATUSES)


class Task(Schema):
    """What is left to do: answers, photos, signature, submission."""

    key = shapes.text()
    status = fields.String(required=True, metadata=TASK_STATUSES)
    missing = shapes.texts()
    path = shapes.text()


class Signed(Schema):
    """When she signed."""

    signed_at = shapes.moment()


class CheckRow(Schema):
    """One answer on the check-answers page."""

    page_key = shapes.text()
    label = shapes.text()
    display = shapes.text()


class CheckGroup(Schema):
    """The answers of one step."""

    title = shapes.text()
    rows = shapes.many(CheckRow)


class CheckAnswers(Schema):
    """核对: all answers, and what is filed together and what she does herself."""

    groups = shapes.many(CheckGroup)
    combined = shapes.texts()
    by_yourself = shapes.texts()


class CorrectionLine(Schema):
    """One thing to mend: why, and on which page."""

    subject = shapes.text()
    label = shapes.text()
    reason = shapes.text()
    path = shapes.text()
    mended = shapes.flag()


class Correction(Schema):
    """一次性告知."""

    sent_at = shapes.moment()
    clerk_name = shapes.text()
    note = shapes.text(nullable=True)
    lines = shapes.many(CorrectionLine)


class WaitingLine(Schema):
    """A 无法办理 check that stands in the way: which office, what to do."""

    label = shapes.text()
    office = shapes.text()
    phone = shapes.text()
    what_to_do = shapes.text()


class Waiting(Schema):
    """What the case waits for."""

    lines = shapes.many(WaitingLine)


class Step(Schema):
    """A line of the timeline."""

    at = shapes.moment(nullable=True)
    title = shapes.text()
    text = shapes.text()
    status = fields.String(required=True, metadata={"enum": ["done", "now", "todo"]})


class MustDo(Schema):
    """What she must do for an item."""

    title = shapes.text()
    detail = shapes.text()
    action = shapes.text(nullable=True)


class ResultLink(Schema):
    """A result to view and download."""

    id = shapes.text()
    name = shapes.text()
    content_type = shapes.text()
    bytes = shapes.number()
    path = shapes.text()


class ProgressItem(Schema):
    """An item's card."""

    id = shapes.text()
    version = shapes.number()
    code = shapes.item_code()
    name = shapes.text()
    department_label = shapes.text()
    filing = shapes.filing()
    filing_label = shapes.text()
    state = shapes.item_state()
    state_label = shapes.text()
    holder = shapes.text(nullable=True)
    due_on = shapes.day(nullable=True)
    due_provisional = shapes.flag()
    working_days_left = shapes.number(nullable=True)
    clock = shapes.clock()
    routed_at = shapes.moment(nullable=True)
    outcome = shapes.outcome(nullable=True)
    outcome_label = shapes.text(nullable=True)
    reason = shapes.text(nullable=True)
    decided_at = shapes.moment(nullable=True)
    must_do = shapes.one(MustDo, nullable=True)
    guide = shapes.one(GuideOfItem, nullable=True)
    results = shapes.many(ResultLink)


class ProgressView(Schema):
    """进度."""

    case_number = shapes.text()
    submitted_at = shapes.moment()
    headline = shapes.text()
    closing_reason = shapes.text(nullable=True)
    steps = shapes.many(Step)
    items = shapes.many(ProgressItem)


class Due(Schema):
    """The day by which the window must have judged the case."""

    review_by = shapes.day(nullable=True)


class CaseView(Schema):
    """Her case: pages, slots, tasks and actions. The rules are all the server's."""

    id = shapes.text()
    number = shapes.text(nullable=True)
    version = shapes.number()
    state = shapes.case_state()
    state_label = shapes.text()
    may = shapes.texts()
    groups = shapes.many(Group)
    pages = shapes.many(PageView)
    open_page = shapes.text(nullable=True)
    eligibility = shapes.one(Eligibility, nullable=True)
    items = shapes.many(PlannedItem)
    slots = shapes.many(SlotView)
    tasks = shapes.many(Task)
    signature = shapes.one(Signed, nullable=True)
    check_answers = shapes.one(CheckAnswers)
    correction = shapes.one(Correction, nullable=True)
    waiting = shapes.one(Waiting, nullable=True)
    progress = shapes.one(ProgressView, nullable=True)
    due = shapes.one(Due)


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
    """Start a case under the consents, or go on with the open draft."""
    view, is_new = services().filing.start(actor(), given["consents"], given["notice_version"])
    return json_view(view, 201 if is_new else 200, version=view["version"])


@blp.get("/cases/<uuid:case_id>")
@blp.response(200, CaseView)
def show_case(case_id: UUID) -> Response:
    """Her case."""
    return _case(services().filing.view(actor(), case_id))


@blp.put("/cases/<uuid:case_id>/answers/<string(maxlength=64):page_key>")
@blp.arguments(Answers)
@blp.response(200, CaseView)
def answer(given: dict[str, Any], case_id: UUID, page_key: str) -> Response:
    """Save the answers of one page. Needs If-Match."""
    return _case(services().filing.answer(actor(), case_id, seen_version(), page_key, given["answers"]))


@blp.post("/cases/<uuid:case_id>/submission")
@blp.arguments(Submission)
@blp.response(200, CaseView)
def submit(given: dict[str, str], case_id: UUID) -> Response:
    """Submit a case (提交办件). Needs If-Match and an Idempotency-Key."""
    commitment = given["commitment_version"]
    return _case(services().filing.submit(actor(), case_id, seen_version(), idempotency_key(), commitment))


@blp.post("/cases/<uuid:case_id>/withdrawal")
@blp.arguments(Withdrawal)
@blp.response(200, CaseView)
def withdraw(given: dict[str, str], case_id: UUID) -> Response:
    """Take a case back (撤回), until it is approved. Needs If-Match."""
    return _case(services().filing.withdraw(actor(), case_id, seen_version(), given["reason"]))


@blp.post("/cases/<uuid:case_id>/items/<uuid:item_id>/report")
@blp.response(200, ProgressView)
def report_fund_done(case_id: UUID, item_id: UUID) -> Response:
    """Report that the housing fund was drawn by its own account. Needs If-Match with the item's version."""
    return json_view(services().filing.report_fund_done(actor(), case_id, item_id, seen_version()))


def _case(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
