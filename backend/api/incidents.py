"""Incidents over HTTP, for the administrator: what the nightly proof found broken, what to do, and closing it."""

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, declare, idempotency_key, seen_version, services
from backend.api.views import json_view
from backend.domain.actors import Role
from backend.domain.incidents import IncidentKind

blp = Blueprint("incidents", __name__, url_prefix="/api/incidents", description="材料异常")
declare(blp, Caller.STAFF, [Role.ADMINISTRATOR])


class Closure(Schema):
    """What was found out and done."""

    note = fields.String(required=True, validate=validate.Length(max=500))


class IncidentQuery(Schema):
    """Where to go on."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class IncidentRow(Schema):
    """One incident; `closed_at` is empty while it is open, `case_number` for a case that is not handed in."""

    id = field.text()
    version = field.number()
    kind = field.known(IncidentKind)
    label = field.text()
    what_to_do = field.text()
    case_number = field.text()
    detail = field.text()
    found_at = field.moment()
    last_seen_at = field.moment()
    closed_at = field.moment(nullable=True)
    closed_by = field.text(nullable=True)
    note = field.text(nullable=True)


class ProofRunView(Schema):
    """How a run of the proof went, or how far it is."""

    started_at = field.moment()
    finished_at = field.moment(nullable=True)
    cases = field.number()
    objects = field.number()
    breaks = field.number()


class IncidentList(Schema):
    """Open ones first; `open` counts them."""

    open = field.number()
    incidents = field.many(IncidentRow)
    last_run = field.one(ProofRunView, nullable=True)
    next_cursor = field.text(nullable=True)


@blp.get("")
@blp.arguments(IncidentQuery, location="query")
@blp.response(200, IncidentList)
def list_incidents(query: dict[str, str | None]) -> Response:
    """What was found broken, open ones first, 50 at a time, and how the last run went."""
    return json_view(services().proofs.incidents(query["cursor"]))


@blp.post("/<uuid:incident_id>/closure")
@blp.arguments(Closure)
@blp.response(200, IncidentList)
def close_incident(given: dict[str, str], incident_id: UUID) -> Response:
    """Close an incident with what was found out and done. Needs If-Match with its version and an Idempotency-Key."""
    return json_view(services().proofs.close(actor(), incident_id, seen_version(), idempotency_key(), given["note"]))
