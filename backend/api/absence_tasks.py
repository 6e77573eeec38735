"""At the window over HTTP, beside the review: a second return, papers she does not have, papers she promised."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, post_load, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, called_by, declare, idempotency_key, seen_version, services
from backend.api.review import WINDOW, ReviewView
from backend.api.views import json_view
from backend.domain.absences import DecisionKind
from backend.domain.actors import Role
from backend.domain.review import Verdict
from backend.services.absence_tasks import GivenCall, GivenDecision

blp = Blueprint("absence_tasks", __name__, url_prefix="/api/review", description="再次退回、没有的材料和容缺受理")
declare(blp, Caller.STAFF, WINDOW)

SETTLES = [DecisionKind.WAIVED, DecisionKind.SUGGESTED]
SLOT = "<string(maxlength=64):slot_key>"


class ReturnAsked(Schema):
    """Why the case is to be returned again, and why this was not said the first time."""

    reason = fields.String(required=True, validate=validate.Length(max=500))
    why_not_before = fields.String(required=True, validate=validate.Length(max=500))


class GivenDecisionSchema(Schema):
    """A waiver with its day (none where the paper is not needed at all), or what else will do."""

    kind = fields.Enum(DecisionKind, by_value=True, required=True, validate=validate.OneOf(SETTLES))
    reason = fields.String(load_default="", validate=validate.Length(max=300))
    promised_on = fields.Date(load_default=None, allow_none=True)
    suggested_kind = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    suggested_slot = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenDecision:
        return GivenDecision(**data)


class GivenCallSchema(Schema):
    """打通 or 没打通, what was said, and when to call again."""

    reached = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=300))
    call_again_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenCall:
        return GivenCall(**data)


class PromisedVerdict(Schema):
    """Whether the paper she brought is in order; a fail needs a reason."""

    verdict = fields.Enum(Verdict, by_value=True, required=True)
    reason_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=300))


class Extension(Schema):
    """A later day, once, and why."""

    promised_on = fields.Date(required=True)
    reason = fields.String(required=True, validate=validate.Length(max=300))


@blp.post("/cases/<uuid:case_id>/return-request")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(ReturnAsked)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def ask_return(given: dict[str, str], case_id: UUID) -> Response:
    """申请再次退回: the supervisor is asked. Needs If-Match, an Idempotency-Key and the lease."""
    words = (given["reason"], given["why_not_before"])
    return _case(services().review.ask_return(actor(), case_id, seen_version(), idempotency_key(), *words))


@blp.put(f"/cases/<uuid:case_id>/absences/{SLOT}/decision")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenDecisionSchema)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ReviewView)
def decide_absence(given: GivenDecision, case_id: UUID, slot_key: str) -> Response:
    """容缺受理, or another paper instead. Needs If-Match and the lease."""
    return _case(services().review.decide_absence(actor(), case_id, seen_version(), slot_key, given))


@blp.post(f"/cases/<uuid:case_id>/absences/{SLOT}/calls")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenCallSchema)
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def keep_call(given: GivenCall, case_id: UUID, slot_key: str) -> Response:
    """What came of a call; the task stays. Any clerk's, with an Idempotency-Key; the lease is not needed."""
    return _case(services().review.call(actor(), case_id, idempotency_key(), slot_key, given))


@blp.put(f"/cases/<uuid:case_id>/promises/{SLOT}/verdict")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(PromisedVerdict)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def judge_promised(given: dict[str, Any], case_id: UUID, slot_key: str) -> Response:
    """Judge the paper she brought later. Needs If-Match with the promise's version and an Idempotency-Key."""
    verdict = (given["verdict"], given["reason_code"], given["note"])
    review = services().review
    return _case(review.judge_promised(actor(), case_id, slot_key, seen_version(), idempotency_key(), verdict))


@blp.put(f"/cases/<uuid:case_id>/promises/{SLOT}/extension")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(Extension)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, ReviewView)
def extend_promise(given: dict[str, Any], case_id: UUID, slot_key: str) -> Response:
    """A later day, once. Needs If-Match with the promise's version and an Idempotency-Key."""
    later = (given["promised_on"], given["reason"])
    review = services().review
    return _case(review.extend_promise(actor(), case_id, slot_key, seen_version(), idempotency_key(), *later))


def _case(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
