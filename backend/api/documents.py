"""Documents over HTTP: for the applicant, for the window (each look with its reason), and for whoever holds a paper."""

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, at_the_counter, called_by, declare, services
from backend.api.files import pdf, png
from backend.api.materials import BINARY
from backend.api.views import json_view
from backend.domain.actors import Role
from backend.domain.documents import PrintedForm

WINDOW = (Role.CLERK, Role.SUPERVISOR)

blp = Blueprint("documents", __name__, url_prefix="/api", description="办理文书：联办申请表、回执、告知书、通知书")
declare(blp, Caller.APPLICANT)


class DocumentQuery(Schema):
    """How a document is to be opened."""

    class Meta:
        unknown = EXCLUDE

    save = fields.Boolean(load_default=False)


class DocumentLook(Schema):
    """Why somebody of the window opens a document."""

    reason = fields.String(required=True, validate=validate.Length(max=200))


class DocumentRow(Schema):
    """One document: until it is `made` there is nothing to open. `newest` of its form."""

    id = field.text()
    form = field.known(PrintedForm)
    label = field.text()
    hint = field.text()
    round = field.number()
    ordered_at = field.moment()
    made = field.flag()
    pages = field.number()
    bytes = field.number(nullable=True)
    sha256 = field.text(nullable=True)
    newest = field.flag()
    path = field.text()
    verify_path = field.text()


class DocumentList(Schema):
    """The newest first."""

    documents = field.many(DocumentRow)


class VerifiedDocument(Schema):
    """What a paper is, without anything of a person. `newer_made_on`: the day of a newer one of the same form."""

    form = field.known(PrintedForm)
    form_label = field.text()
    case_number_masked = field.text()
    made_on = field.day()
    sha256 = field.text()
    bytes = field.number()
    pages = field.number()
    newer_made_on = field.day(nullable=True)


# ── the applicant ────────────────────────────────────────────────────────────────────────────


@blp.get("/filing/cases/<uuid:case_id>/documents")
@at_the_counter
@blp.response(200, DocumentList)
def list_documents(case_id: UUID) -> Response:
    """The documents of one's own case, the newest first."""
    return json_view(services().documents.of_case(actor(), case_id))


@blp.get("/filing/cases/<uuid:case_id>/documents/<uuid:document_id>")
@at_the_counter
@blp.arguments(DocumentQuery, location="query")
@blp.response(200, BINARY, content_type="application/pdf")
def show_document(query: dict[str, bool], case_id: UUID, document_id: UUID) -> Response:
    """Open a document (PDF), or with `save` keep it."""
    name, content = services().documents.file(actor(), case_id, document_id)
    return pdf(content, name, inline=not query["save"])


@blp.get("/filing/cases/<uuid:case_id>/documents/<uuid:document_id>/pages/<int:number>")
@at_the_counter
@blp.response(200, BINARY, content_type="image/png")
def show_document_page(case_id: UUID, document_id: UUID, number: int) -> Response:
    """One page of it as a picture, for phones that open no PDF."""
    return png(services().documents.page(actor(), case_id, document_id, number))


# ── the window ───────────────────────────────────────────────────────────────────────────────


@blp.get("/review/cases/<uuid:case_id>/documents")
@called_by(Caller.STAFF, WINDOW)
@blp.response(200, DocumentList)
def list_case_documents(case_id: UUID) -> Response:
    """The documents of a case, the newest first."""
    return json_view(services().documents.staff_of_case(case_id))


@blp.post("/review/cases/<uuid:case_id>/documents/<uuid:document_id>/looks")
@called_by(Caller.STAFF, WINDOW)
@blp.arguments(DocumentLook)
@blp.response(200, BINARY, content_type="application/pdf")
def look_at_document(given: dict[str, str], case_id: UUID, document_id: UUID) -> Response:
    """Open a document, unmasked as it is. The look and its reason are written to the audit trail."""
    name, content = services().documents.staff_file(actor(), case_id, document_id, given["reason"])
    return pdf(content, name)


# ── anybody ──────────────────────────────────────────────────────────────────────────────────


@blp.get("/verify/<string:code>")
@called_by(Caller.OPEN)
@blp.response(200, VerifiedDocument)
def verify(code: str) -> Response:
    """What the document with this code is: form, day, hash. Nothing of a person."""
    return json_view(services().documents.verify(code))
