"""Departments over HTTP, for their officers."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, declare, idempotency_key, seen_version, services
from backend.api.files import jpeg, result_file
from backend.api.materials import BINARY, FileQuery
from backend.api.shapes import HistoryLine, Look, PromiseInSlot, Reason, RoutedRow, StaffPart, WholeValues
from backend.api.slots import UploadTicket
from backend.api.views import UNCHANGED, json_view, polled_view
from backend.domain.actors import Role
from backend.domain.routing import Outcome
from backend.services.uploads import Announced

blp = Blueprint("departments", __name__, url_prefix="/api/departments", description="部门办理")
declare(blp, Caller.STAFF, [Role.OFFICER])

LISTS = ["open", "routed", "accepted", "decided"]


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class ItemsQuery(Schema):
    """Which items, and from where on."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(load_default="open", validate=validate.OneOf(LISTS))
    q = fields.String(load_default="", validate=validate.Length(max=40))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class ItemCounts(Schema):
    """How many wait to be accepted, and are in hand."""

    routed = field.number()
    accepted = field.number()


class Items(Schema):
    """One page of the department's items."""

    items = field.many(RoutedRow)
    next_cursor = field.text(nullable=True)
    counts = field.one(ItemCounts)


class ItemField(Schema):
    """An answer this department's work needs; masked."""

    key = field.text()
    label = field.text()
    display = field.text()
    sensitive = field.flag()


class ItemSlot(Schema):
    """A slot this department's work needs."""

    key = field.text()
    label = field.text()
    kind_label = field.text(nullable=True)
    absence = field.one(Reason, nullable=True)
    promise = field.one(PromiseInSlot, nullable=True)
    parts = field.many(StaffPart)


class ResultView(Schema):
    """A result file of the item."""

    id = field.text()
    name = field.text()
    content_type = field.text()
    bytes = field.number()
    uploaded_by = field.text()
    uploaded_at = field.moment()
    path = field.text()


class OutcomeChoice(Schema):
    """An outcome this item can have."""

    value = field.outcome()
    label = field.text()


class OtherItem(Schema):
    """Where another item of the same case is."""

    code = field.item_code()
    name = field.text()
    department_label = field.text()
    state = field.item_state()
    state_label = field.text()


class ItemView(Schema):
    """An item as its officer sees it."""

    id = field.text()
    version = field.number()
    case_number = field.text()
    case_state_label = field.text()
    name_masked = field.text()
    code = field.item_code()
    name = field.text()
    state = field.item_state()
    state_label = field.text()
    routed_at = field.moment(nullable=True)
    accepted_at = field.moment(nullable=True)
    decided_at = field.moment(nullable=True)
    officer_name = field.text(nullable=True)
    limit_text = field.text()
    due_on = field.day(nullable=True)
    due_provisional = field.flag()
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    may = field.texts()
    outcomes = field.many(OutcomeChoice)
    fields_ = fields.List(fields.Nested(ItemField), required=True, data_key="fields")
    slots = field.many(ItemSlot)
    results = field.many(ResultView)
    outcome = field.outcome(nullable=True)
    outcome_label = field.text(nullable=True)
    reason = field.text(nullable=True)
    events = field.many(HistoryLine)
    case_items = field.many(OtherItem)


class Decision(Schema):
    """The decision; a denial needs its reason."""

    outcome = fields.Enum(Outcome, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=1000))


class ResultAnnouncement(Schema):
    """The result file the browser is about to send."""

    name = fields.String(required=True, validate=validate.Length(1, 120))
    content_type = fields.String(required=True, validate=validate.Length(max=100))
    bytes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    sha256 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))


class ResultTicket(UploadTicket):
    """Where to send the result file."""

    result_id = fields.UUID(required=True)


# ── routes ───────────────────────────────────────────────────────────────────────────────────


@blp.get("/items")
@blp.arguments(ItemsQuery, location="query")
@blp.response(200, Items)
@blp.alt_response(304, description=UNCHANGED)
def list_items(query: dict[str, Any]) -> Response:
    """My department's items, earliest due date first."""
    return polled_view(services().departments.queue(actor(), query["state"], query["q"], query["cursor"]))


@blp.get("/items/<uuid:item_id>")
@blp.response(200, ItemView)
def show_item(item_id: UUID) -> Response:
    """An item with the fields and photos it needs."""
    return _item(services().departments.view(actor(), item_id))


@blp.post("/items/<uuid:item_id>/acceptance")
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ItemView)
def accept(item_id: UUID) -> Response:
    """接收. Needs If-Match and an Idempotency-Key."""
    return _item(services().departments.accept(actor(), item_id, seen_version(), idempotency_key()))


@blp.post("/items/<uuid:item_id>/decision")
@blp.arguments(Decision)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ItemView)
def decide(given: dict[str, Any], item_id: UUID) -> Response:
    """作出决定. Needs If-Match and an Idempotency-Key."""
    departments = services().departments
    return _item(
        departments.decide(actor(), item_id, seen_version(), idempotency_key(), given["outcome"], given["reason"])
    )


@blp.post("/items/<uuid:item_id>/looks")
@blp.arguments(Look)
@blp.response(200, WholeValues)
def look(given: dict[str, str], item_id: UUID) -> Response:
    """Show whole values of the answers this department may see. The look is audited with its reason."""
    return json_view({"values": services().departments.look(actor(), item_id, given["field"], given["reason"])})


@blp.get("/items/<uuid:item_id>/photos/<uuid:photo_id>/image")
@blp.response(200, BINARY, content_type="image/jpeg")
def show_image(item_id: UUID, photo_id: UUID) -> Response:
    """A photo with the viewer's watermark. The look is written to the audit trail."""
    return jpeg(services().staff_photos.item_image(actor(), item_id, photo_id))


@blp.get("/items/<uuid:item_id>/photos/<uuid:photo_id>/thumbnail")
@blp.response(200, BINARY, content_type="image/jpeg")
def show_thumbnail(item_id: UUID, photo_id: UUID) -> Response:
    """A photo, small, with the viewer's watermark. Looks are written down once for each opening of a case."""
    return jpeg(services().staff_photos.item_thumbnail(actor(), item_id, photo_id))


# ── result files ─────────────────────────────────────────────────────────────────────────────


@blp.post("/items/<uuid:item_id>/results")
@blp.arguments(ResultAnnouncement)
@blp.response(201, ResultTicket)
def announce_result(file: dict[str, Any], item_id: UUID) -> dict[str, Any]:
    """Announce a result file (PDF, JPEG or PNG), and get the form to send it by."""
    announced = Announced(file["content_type"], file["bytes"], file["sha256"])
    result_id, form = services().materials.request_result_upload(actor(), item_id, file["name"], announced)
    return {"result_id": result_id, "url": form.url, "fields": form.fields, "expires_at": form.expires_at}


@blp.post("/items/<uuid:item_id>/results/<uuid:result_id>/completion")
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(200, ItemView)
def complete_result(item_id: UUID, result_id: UUID) -> Response:
    """Say that the file was sent: it is checked and kept. Needs an Idempotency-Key."""
    services().materials.complete_result(actor(), item_id, result_id, idempotency_key())
    return _item(services().departments.view(actor(), item_id))


@blp.delete("/items/<uuid:item_id>/results/<uuid:result_id>")
@blp.response(200, ItemView)
def remove_result(item_id: UUID, result_id: UUID) -> Response:
    """Take a result file away, before the decision."""
    services().materials.remove_result(actor(), item_id, result_id)
    return _item(services().departments.view(actor(), item_id))


@blp.get("/items/<uuid:item_id>/results/<uuid:result_id>")
@blp.arguments(FileQuery, location="query")
@blp.response(200, BINARY, content_type="application/pdf")
@blp.alt_response(200, schema=BINARY, content_type="image/jpeg")
@blp.alt_response(200, schema=BINARY, content_type="image/png")
def get_result(query: dict[str, bool], item_id: UUID, result_id: UUID) -> Response:
    """Open (`inline=1`) or save a result file."""
    result, content = services().materials.item_result_file(actor(), item_id, result_id)
    return result_file(result, content, inline=query["inline"])


def _item(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
