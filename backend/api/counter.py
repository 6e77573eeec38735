"""The counter over HTTP, for clerks: starting and going on with the case of somebody who came, links, prints, lists."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, declare, desk, idempotency_key, seen_version, services
from backend.api.files import pdf
from backend.api.filing import CaseView
from backend.api.views import json_view
from backend.domain.actors import Role
from backend.domain.case import SignatureKind
from backend.domain.counter import ConsentHow
from backend.services.counter import CounterConsents, WalkIn

BINARY = {"type": "string", "format": "binary"}

blp = Blueprint("counter", __name__, url_prefix="/api/counter", description="窗口代填")
declare(blp, Caller.STAFF, [Role.CLERK])


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class WalkInNamed(Schema):
    """Who came, as her ID card says."""

    name = fields.String(required=True, validate=validate.Length(max=60))
    id_number = fields.String(required=True, validate=validate.Length(max=40))


class GivenAtCounter(Schema):
    """What she agreed to: consent key → version, the notice's version, and how she said so."""

    consents = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice_version = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf([how.value for how in ConsentHow]))


class NewCounterCase(WalkInNamed, GivenAtCounter):
    """A case for somebody without a WeChat here."""


class FoundCase(Schema):
    """The case that this ID number has already."""

    case_id = field.text()
    number = field.text(nullable=True)
    state = field.case_state()
    state_label = field.text()
    name_masked = field.text()
    changed_at = field.moment(nullable=True)
    is_walk_in = field.flag()
    may_continue = field.flag()
    held_by = field.text(nullable=True)


class Lookup(Schema):
    """Whether there is one."""

    found = field.one(FoundCase, nullable=True)


class CounterPlace(Schema):
    """The case the clerk sits for now, and where its pages are."""

    case_id = field.text()
    path = field.text()
    version = field.number()


class CounterHolder(Schema):
    """Who sits there now."""

    name = field.text()
    is_me = field.flag()
    expires_at = field.moment()


class ConsentAtCounter(Schema):
    """What she agreed to when she last came; where it `holds`, a clerk goes on without asking anew."""

    how = field.known(ConsentHow)
    how_label = field.text()
    at = field.moment()
    by = field.text()
    holds = field.flag()


class UnfinishedRow(Schema):
    """A case that was begun here and is not handed in."""

    id = field.text()
    number = field.text(nullable=True)
    name_masked = field.text()
    state = field.case_state()
    state_label = field.text()
    is_walk_in = field.flag()
    changed_by = field.text()
    changed_at = field.moment()
    holder = field.one(CounterHolder, nullable=True)
    consent = field.one(ConsentAtCounter)


class UnreachedRow(Schema):
    """A case of somebody whom no push reaches, with what she was last to be told."""

    id = field.text()
    number = field.text()
    name_masked = field.text()
    state = field.case_state()
    state_label = field.text()
    event = field.text(nullable=True)
    told_at = field.moment(nullable=True)


class CounterLists(Schema):
    """What is not finished, and whom to telephone."""

    unfinished = field.many(UnfinishedRow)
    unreached = field.many(UnreachedRow)


class Abandonment(Schema):
    """Why the draft is given up."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class OpenedLink(Schema):
    """The link for phones; its address is shown this once."""

    path = field.text()
    picture_svg = field.text()
    expires_at = fields.AwareDateTime(required=True)


class SigningChoice(Schema):
    """On a phone, or on paper."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in SignatureKind]))


class ForWhom(Schema):
    """The name to print; may be empty."""

    name = fields.String(load_default="", validate=validate.Length(max=60))


# ── beginning and going on ───────────────────────────────────────────────────────────────────


@blp.get("/cases")
@blp.response(200, CounterLists)
def lists() -> Response:
    """Show what was begun here and not handed in, and whom no push reaches."""
    return json_view(services().counter.lists(desk()))


@blp.post("/lookups")
@blp.arguments(WalkInNamed)
@blp.response(200, Lookup)
def look_up(given: dict[str, str]) -> Response:
    """Say whether this ID number has a case that is not closed."""
    return json_view(services().counter.look_up(desk(), WalkIn(**given)))


@blp.post("/cases")
@blp.arguments(NewCounterCase)
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(201, CounterPlace)
def start(given: dict[str, Any]) -> Response:
    """Start a case for somebody who came, under the consents she gave here. Needs an Idempotency-Key."""
    walk_in = WalkIn(given["name"], given["id_number"])
    return json_view(services().counter.start(desk(), idempotency_key(), walk_in, _consents(given)), 201)


@blp.post("/cases/<uuid:case_id>/sitting")
@blp.arguments(GivenAtCounter)
@blp.response(201, CounterPlace)
def sit(given: dict[str, Any], case_id: UUID) -> Response:
    """Go on with a draft or a returned case, hers from WeChat too, with the consent she gives now."""
    return json_view(services().counter.sit(desk(), case_id, _consents(given)), 201)


@blp.put("/cases/<uuid:case_id>/sitting")
@blp.response(200, CounterPlace)
def resume(case_id: UUID) -> Response:
    """Sit down again for a case that was begun at the counter, while her consent of today holds."""
    return json_view(services().counter.resume(desk(), case_id))


@blp.delete("/cases/<uuid:case_id>/sitting")
@blp.response(204)
def leave(case_id: UUID) -> None:
    """End the sitting."""
    services().counter.leave(desk(), case_id)


@blp.post("/cases/<uuid:case_id>/abandonment")
@blp.arguments(Abandonment)
@blp.response(204)
def abandon(given: dict[str, str], case_id: UUID) -> None:
    """Give up a draft that was begun at the counter."""
    services().counter.abandon(desk(), case_id, given["reason"])


# ── phones, and signing ──────────────────────────────────────────────────────────────────────


@blp.post("/cases/<uuid:case_id>/link")
@blp.response(201, OpenedLink)
def open_link(case_id: UUID) -> dict[str, Any]:
    """Make a new link for phones; the old one is good no more."""
    return services().shoot_links.open(desk(), case_id)


@blp.delete("/cases/<uuid:case_id>/link")
@blp.response(204)
def end_link(case_id: UUID) -> None:
    """End the link at once."""
    services().shoot_links.end(desk(), case_id)


@blp.put("/cases/<uuid:case_id>/signing")
@blp.arguments(SigningChoice)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, CaseView)
def choose_signing(given: dict[str, str], case_id: UUID) -> Response:
    """Choose how she signs. Needs If-Match."""
    kind = SignatureKind(given["kind"])
    return _case(services().counter.choose_signing(desk(), case_id, seen_version(), kind))


@blp.post("/cases/<uuid:case_id>/paper-signature")
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, CaseView)
def confirm_paper(case_id: UUID) -> Response:
    """Say that the scanned form bears her signature. Needs If-Match."""
    return _case(services().counter.confirm_paper(desk(), case_id, seen_version()))


# ── prints ───────────────────────────────────────────────────────────────────────────────────


@blp.post("/consents.pdf")
@blp.arguments(ForWhom)
@blp.response(200, BINARY, content_type="application/pdf")
def print_consents(given: dict[str, str]) -> Response:
    """Print the notice and the consents, to be read and signed."""
    return pdf(services().counter.consents(given["name"]), "告知和同意.pdf")


@blp.post("/cases/<uuid:case_id>/application-form.pdf")
@blp.response(200, BINARY, content_type="application/pdf")
def print_form(case_id: UUID) -> Response:
    """Print the form with an empty line for her signature."""
    return pdf(services().counter.application_form(desk(), case_id), "联办申请表.pdf")


@blp.post("/cases/<uuid:case_id>/receipt.pdf")
@blp.response(200, BINARY, content_type="application/pdf")
def print_receipt(case_id: UUID) -> Response:
    """Print the receipt with a new code to take the case into her WeChat."""
    return pdf(services().counter.receipt(desk(), case_id), "窗口办理回执.pdf")


def _consents(given: dict[str, Any]) -> CounterConsents:
    return CounterConsents(ConsentHow(given["how"]), given["consents"], given["notice_version"])


def _case(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
