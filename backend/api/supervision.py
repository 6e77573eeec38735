"""Supervision over HTTP, for oversight: read-only and masked."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, declare, services
from backend.api.departments import LISTS
from backend.api.shapes import HistoryLine, RoutedRow
from backend.api.views import UNCHANGED, json_view, polled_view
from backend.domain.absences import PromiseState
from backend.domain.actors import Role

blp = Blueprint("supervision", __name__, url_prefix="/api/supervision", description="督查")
declare(blp, Caller.STAFF, [Role.OVERSIGHT])


class DepartmentRow(Schema):
    """A department's open items by colour, and the decided ones."""

    code = field.department()
    label = field.text()
    open = field.number()
    green = field.number()
    amber = field.number()
    red = field.number()
    decided = field.number()


class Clocks(Schema):
    """Open items by colour."""

    green = field.number()
    amber = field.number()
    red = field.number()


class RepeatReturns(Schema):
    """Cases returned more than once, and how often beyond the first time."""

    cases = field.number()
    times = field.number()


class Overview(Schema):
    """Where everything is."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    clocks = field.one(Clocks)
    promises = field.one(Clocks)
    repeat_returns = field.one(RepeatReturns)
    departments = field.many(DepartmentRow)


class SupervisedQuery(Schema):
    """Which items, and from where on."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(load_default="open", validate=validate.OneOf(LISTS))
    department = fields.String(load_default=None, validate=validate.Length(max=40))
    q = fields.String(load_default="", validate=validate.Length(max=40))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class SupervisedItems(Schema):
    """One page of routed items of every department."""

    items = field.many(RoutedRow)
    next_cursor = field.text(nullable=True)


class Paged(Schema):
    """From where on."""

    class Meta:
        unknown = EXCLUDE

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class RepeatReturn(Schema):
    """A case that was returned more than once, with the last reason."""

    case_id = field.text()
    case_number = field.text()
    name_masked = field.text(nullable=True)
    state = field.case_state()
    state_label = field.text()
    returns = field.number()
    returned_at = field.moment(nullable=True)
    reason = field.text()
    why_not_before = field.text()
    asked_by = field.text()


class RepeatReturnList(Schema):
    """One page of them."""

    cases = field.many(RepeatReturn)
    next_cursor = field.text(nullable=True)


class PromisedPaper(Schema):
    """容缺受理: a paper that is still to come or to be judged, with its clock."""

    case_id = field.text()
    case_number = field.text()
    name_masked = field.text(nullable=True)
    case_state_label = field.text()
    slot_key = field.text()
    label = field.text()
    state = field.known(PromiseState)
    state_label = field.text()
    promised_on = field.day()
    working_days_left = field.number()
    clock = field.clock()
    granted_on = field.day()
    by = field.text()
    extended = field.flag()


class PromisedPapers(Schema):
    """One page of them."""

    promises = field.many(PromisedPaper)
    next_cursor = field.text(nullable=True)


class AuditView(Schema):
    """A case's chain, and whether it holds."""

    case_number = field.text()
    links = field.many(HistoryLine)
    verified = field.flag()
    first_broken = field.number(nullable=True)


@blp.get("/overview")
@blp.response(200, Overview)
@blp.alt_response(304, description=UNCHANGED)
def overview() -> Response:
    """Cases by state, open items by colour, departments."""
    return polled_view(services().supervision.overview())


@blp.get("/items")
@blp.arguments(SupervisedQuery, location="query")
@blp.response(200, SupervisedItems)
@blp.alt_response(304, description=UNCHANGED)
def list_items(query: dict[str, Any]) -> Response:
    """Routed items of every department, earliest due date first."""
    found = services().supervision.items(query["department"], query["state"], query["q"], query["cursor"])
    return polled_view(found)


@blp.get("/repeat-returns")
@blp.arguments(Paged, location="query")
@blp.response(200, RepeatReturnList)
def list_repeat_returns(query: dict[str, Any]) -> Response:
    """Cases that were returned more than once, the newest first."""
    return json_view(services().supervision.repeat_returns(query["cursor"]))


@blp.get("/promises")
@blp.arguments(Paged, location="query")
@blp.response(200, PromisedPapers)
def list_promises(query: dict[str, Any]) -> Response:
    """Papers that were promised and are not in order yet (容缺受理), the nearest day first."""
    return json_view(services().supervision.promises(query["cursor"]))


@blp.get("/cases/<uuid:case_id>/audit")
@blp.response(200, AuditView)
def audit(case_id: UUID) -> Response:
    """Who did and looked at what in a case, and whether the chain holds."""
    return json_view(services().supervision.audit(case_id))
