"""Authorising over HTTP, for applicants and their helpers: asking, the link, confirming, ending, the document.

A code travels in bodies only, so that no log of addresses holds one.
"""

import base64
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, declare, idempotency_key, seen_version, services
from backend.api.files import pdf
from backend.api.filing import CaseSummary, CaseView
from backend.api.materials import BINARY, SIGNATURE_MAX_CHARACTERS
from backend.api.views import json_view
from backend.domain.authorisation import AuthorisationState, Relation, Side
from backend.domain.errors import PhotoUnreadable, SignatureMissing
from backend.services.authorisations import ByApplicant, ByHelper, Names

blp = Blueprint("authorisations", __name__, url_prefix="/api/filing", description="代办人和授权")
declare(blp, Caller.APPLICANT)

DOCUMENT_NAME = "授权委托书.pdf"
CODE = validate.Length(16, 64)
NAME = validate.Length(1, 100)


# ── what comes in ────────────────────────────────────────────────────────────────────────────


class HelperPart(Schema):
    """What the helper gives: the phone, and the version of the commitment that was read."""

    phone = fields.String(required=True, validate=validate.Length(max=40))
    terms_version = fields.String(required=True, validate=validate.Length(max=40))


class ApplicantPart(Schema):
    """What the applicant gives: consents, the notice's version, and the signature under the text."""

    consents = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice_version = fields.String(required=True)
    terms_version = fields.String(required=True, validate=validate.Length(max=40))
    png_base64 = fields.String(required=True, validate=validate.Length(max=SIGNATURE_MAX_CHARACTERS))
    strokes = fields.Integer(required=True, strict=True, validate=validate.Range(0, 10_000))


class NamedPeople(Schema):
    """Who authorises whom."""

    relation = fields.String(required=True, validate=validate.OneOf([each.value for each in Relation]))
    applicant_name = fields.String(required=True, validate=NAME)
    helper_name = fields.String(required=True, validate=NAME)


class AskedByHelper(NamedPeople):
    """“我帮家人办”."""

    helper = fields.Nested(HelperPart, required=True)


class AskedByApplicant(NamedPeople):
    """“请家人帮忙”."""

    applicant = fields.Nested(ApplicantPart, required=True)


class Code(Schema):
    """The code of a link."""

    code = fields.String(required=True, validate=CODE)


class ConfirmedByHelper(Code):
    """The helper says yes."""

    helper = fields.Nested(HelperPart, required=True)


class ConfirmedByApplicant(Code):
    """The applicant says yes."""

    applicant = fields.Nested(ApplicantPart, required=True)


# ── what goes out ────────────────────────────────────────────────────────────────────────────


class RelationChoice(Schema):
    """A relation to choose."""

    value = field.known(Relation)
    label = field.text()


class AuthorisationTermsView(Schema):
    """The text before there are names: {applicant_name}, {helper_name} and {relation} are blanks."""

    version = field.text()
    title = field.text()
    paragraphs = field.texts()
    helper_title = field.text()
    helper_paragraphs = field.texts()
    relations = field.many(RelationChoice)
    code_hours = field.number()
    valid_months = field.number()


class SaidToBoth(Schema):
    """Who authorises whom, and the text with both names in it; the phone masked."""

    relation = field.known(Relation)
    relation_label = field.text()
    applicant_name = field.text()
    helper_name = field.text()
    helper_phone = field.text(nullable=True)
    title = field.text()
    paragraphs = field.texts()
    helper_title = field.text()
    helper_paragraphs = field.texts()


class Invitation(SaidToBoth):
    """What a link asks. `authorisation_id` once the caller is one of its two people."""

    authorisation_id = field.text(nullable=True)
    asked_side = field.known(Side)
    terms_version = field.text()
    expires_at = field.moment(nullable=True)


class DoneForHer(Schema):
    """What the helper did, and how often on that day."""

    at = field.moment()
    title = field.text()
    times = field.number()


class AuthorisationView(SaidToBoth):
    """An authorisation as one of its two people sees it."""

    id = field.text()
    version = field.number()
    state = field.known(AuthorisationState)
    state_label = field.text()
    begun_by = field.known(Side)
    my_side = field.known(Side)
    asked_at = field.moment()
    code_expires_at = field.moment(nullable=True)
    confirmed_at = field.moment(nullable=True)
    valid_until = field.moment(nullable=True)
    ended_at = field.moment(nullable=True)
    ended_by = field.known(Side, nullable=True)
    document_path = field.text(nullable=True)
    may = field.texts()
    cases = field.many(CaseSummary)
    acts = field.many(DoneForHer)


class AskedAuthorisation(AuthorisationView):
    """With the link to pass on, which is shown this once."""

    link = field.text()


# ── asking ───────────────────────────────────────────────────────────────────────────────────


@blp.get("/authorisation-terms")
@blp.response(200, AuthorisationTermsView)
def show_terms() -> Response:
    """Show the text of an authorisation and the helper's commitment."""
    return json_view(services().authorising.terms())


@blp.post("/authorisations/by-helper")
@blp.arguments(AskedByHelper)
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(201, AskedAuthorisation)
def ask_as_helper(given: dict[str, Any]) -> Response:
    """Ask to act for somebody (我帮家人办): a link for the applicant. Needs an Idempotency-Key."""
    part = _helper_part(given["helper"])
    return _view(services().authorising.ask_as_helper(actor(), idempotency_key(), _names(given), part), 201)


@blp.post("/authorisations/by-applicant")
@blp.arguments(AskedByApplicant)
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(201, AskedAuthorisation)
def ask_as_applicant(given: dict[str, Any]) -> Response:
    """Ask somebody to act for oneself (请家人帮忙), signed: a link for the helper. Needs an Idempotency-Key."""
    part = _applicant_part(given["applicant"])
    return _view(services().authorising.ask_as_applicant(actor(), idempotency_key(), _names(given), part), 201)


@blp.post("/authorisations/<uuid:authorisation_id>/link")
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, AskedAuthorisation)
def send_again(authorisation_id: UUID) -> Response:
    """Make a new link; the old one is good no more. Needs If-Match."""
    return _view(services().authorising.send_again(actor(), authorisation_id, seen_version()))


# ── the link ─────────────────────────────────────────────────────────────────────────────────


@blp.post("/invitation")
@blp.arguments(Code)
@blp.response(200, Invitation)
def open_invitation(given: dict[str, str]) -> Response:
    """Show what a link asks of the caller."""
    return json_view(services().authorising.open_invitation(actor(), given["code"]))


@blp.post("/invitation/applicant-confirmation")
@blp.arguments(ConfirmedByApplicant)
@blp.response(200, AuthorisationView)
def confirm_as_applicant(given: dict[str, Any]) -> Response:
    """Sign and confirm as the applicant. Sent again by the same person it changes nothing."""
    part = _applicant_part(given["applicant"])
    return _view(services().authorising.confirm_as_applicant(actor(), given["code"], part))


@blp.post("/invitation/helper-confirmation")
@blp.arguments(ConfirmedByHelper)
@blp.response(200, AuthorisationView)
def confirm_as_helper(given: dict[str, Any]) -> Response:
    """Commit and confirm as the helper. Sent again by the same person it changes nothing."""
    part = _helper_part(given["helper"])
    return _view(services().authorising.confirm_as_helper(actor(), given["code"], part))


@blp.post("/invitation/refusal")
@blp.arguments(Code)
@blp.response(204)
def decline(given: dict[str, str]) -> None:
    """Say no to what a link asks."""
    services().authorising.decline(actor(), given["code"])


# ── both sides ───────────────────────────────────────────────────────────────────────────────


@blp.get("/authorisations/<uuid:authorisation_id>")
@blp.response(200, AuthorisationView)
def show_authorisation(authorisation_id: UUID) -> Response:
    """Show an authorisation to one of its two people."""
    return _view(services().authorising.view(actor(), authorisation_id))


@blp.post("/authorisations/<uuid:authorisation_id>/revocation")
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, AuthorisationView)
def revoke(authorisation_id: UUID) -> Response:
    """End an authorisation at once (撤销授权); by either side. Needs If-Match."""
    return _view(services().authorising.revoke(actor(), authorisation_id, seen_version()))


@blp.get("/authorisations/<uuid:authorisation_id>/document")
@blp.response(200, BINARY, content_type="application/pdf")
def show_document(authorisation_id: UUID) -> Response:
    """Open the authorisation document (授权委托书)."""
    return pdf(services().authorising.document(actor(), authorisation_id), DOCUMENT_NAME)


@blp.post("/authorisations/<uuid:authorisation_id>/case")
@blp.response(201, CaseView)
@blp.alt_response(200, schema=CaseView, description="The case that runs")
def start_case_for(authorisation_id: UUID) -> Response:
    """As the helper: start the applicant's case, or go on with the one that runs."""
    view, is_new = services().filing.start_for(actor(), authorisation_id)
    return json_view(view, 201 if is_new else 200, version=view["version"])


def _names(given: dict[str, Any]) -> Names:
    return Names(Relation(given["relation"]), given["applicant_name"], given["helper_name"])


def _helper_part(given: dict[str, str]) -> ByHelper:
    return ByHelper(given["phone"], given["terms_version"])


def _applicant_part(given: dict[str, Any]) -> ByApplicant:
    if given["strokes"] == 0:
        raise SignatureMissing
    try:
        png = base64.b64decode(given["png_base64"], validate=True)
    except ValueError as broken:  # not base64, or not even ASCII
        raise PhotoUnreadable("签名没有存好，请重新签一次。") from broken
    return ByApplicant(png, given["terms_version"], given["consents"], given["notice_version"])


def _view(view: dict[str, Any], status: int = 200) -> Response:
    return json_view(view, status, version=view["version"])
