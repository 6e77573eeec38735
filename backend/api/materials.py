"""Photos, absences, the signature and results over HTTP, for the applicant. Her answers are in filing.py."""

import base64
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import (
    Caller,
    actor,
    at_the_counter,
    by_shoot_link,
    comes_by_link,
    declare,
    idempotency_key,
    idempotency_key_if_any,
    seen_version,
    services,
)
from backend.api.files import jpeg, result_file
from backend.api.filing import CaseView
from backend.api.slots import SlotView, UploadTicket
from backend.api.views import json_view
from backend.domain.coaching import Coached, CoachFault
from backend.domain.errors import PhotoUnreadable, SignatureMissing
from backend.services.shoot_links import bare_slot
from backend.services.uploads import Announced

SIGNATURE_MAX_CHARACTERS = 1_400_000  # base64 of one megabyte
BINARY = {"type": "string", "format": "binary"}

blp = Blueprint("materials", __name__, url_prefix="/api/filing/cases", description="申请人的材料照片、签名和办理结果")
declare(blp, Caller.APPLICANT)


class CoachSaid(Schema):
    """What the phone's coach measured, warned of, and whether she sent the photo all the same."""

    scores = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 32)),
        values=fields.Float(allow_nan=False),
        required=True,
        validate=validate.Length(max=40),
    )
    warnings = fields.List(
        fields.Enum(CoachFault, by_value=True), required=True, validate=validate.Length(max=len(CoachFault))
    )
    insisted = fields.Boolean(required=True)


class PhotoAnnouncement(Schema):
    """The photo the browser is about to send."""

    slot_key = fields.String(required=True, validate=validate.Length(1, 64))
    part_key = fields.String(required=True, validate=validate.Length(1, 64))
    kind = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    content_type = fields.String(required=True, validate=validate.Length(max=100))
    bytes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    sha256 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    coach = fields.Nested(CoachSaid, load_default=None, allow_none=True)
    file_name = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=300),
        metadata={"description": "Not kept: a name on a phone can say more of a person than the photo."},
    )


class PhotoTicket(UploadTicket):
    """The photo, and where to send it: nowhere, when it was announced under this key before and has counted since."""

    photo_id = fields.UUID(required=True)
    url = fields.URL(required=True, require_tld=False, allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        allow_none=True,
        data_key="fields",
        attribute="fields",
    )
    expires_at = fields.AwareDateTime(required=True, allow_none=True)


class AbsenceDeclaration(Schema):
    """“我没有这个材料”, and why."""

    slot_key = fields.String(required=True, validate=validate.Length(1, 64))
    reason = fields.String(required=True, validate=validate.Length(max=500))


class DrawnSignature(Schema):
    """The canvas as PNG, base64 without a data: prefix, and how many strokes were drawn."""

    png_base64 = fields.String(required=True, validate=validate.Length(max=SIGNATURE_MAX_CHARACTERS))
    strokes = fields.Integer(required=True, strict=True, validate=validate.Range(0, 10_000))


class FileQuery(Schema):
    """How a result is to be opened."""

    class Meta:
        unknown = EXCLUDE

    inline = fields.Boolean(load_default=False)


# ── photos ───────────────────────────────────────────────────────────────────────────────────


@blp.post("/<uuid:case_id>/photos")
@at_the_counter
@by_shoot_link
@blp.arguments(PhotoAnnouncement)
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(201, PhotoTicket)
def announce_photo(photo: dict[str, Any], case_id: UUID) -> dict[str, Any]:
    """Announce a photo, or a PDF of photos, for a part of a slot, and get the form to send it by.

    With an Idempotency-Key it may be announced again, days later too: it is the same photo.
    """
    file = Announced(photo["content_type"], photo["bytes"], photo["sha256"], _coached(photo["coach"]))
    place = (photo["slot_key"], photo["part_key"])
    key = idempotency_key_if_any()
    photo_id, form = services().materials.request_upload(actor(), case_id, place, photo["kind"], file, key)
    if form is None:
        return {"photo_id": photo_id, "url": None, "fields": None, "expires_at": None}
    return {"photo_id": photo_id, "url": form.url, "fields": form.fields, "expires_at": form.expires_at}


def _coached(said: dict[str, Any] | None) -> Coached | None:
    return Coached(said["scores"], tuple(said["warnings"]), said["insisted"]) if said else None


@blp.post("/<uuid:case_id>/photos/<uuid:photo_id>/completion")
@at_the_counter
@by_shoot_link
@blp.doc(parameters=[field.IDEMPOTENCY_KEY])
@blp.response(200, SlotView)
def complete_photo(case_id: UUID, photo_id: UUID) -> Response:
    """Say that the photo was sent: it is checked and counts from now on. Needs an Idempotency-Key."""
    slot = services().materials.complete(actor(), case_id, photo_id, idempotency_key())
    return json_view(bare_slot(slot) if comes_by_link() else slot)


@blp.delete("/<uuid:case_id>/photos/<uuid:photo_id>")
@at_the_counter
@blp.response(200, SlotView)
def take_back_photo(case_id: UUID, photo_id: UUID) -> Response:
    """Take a photo out of its slot."""
    return json_view(services().materials.take_back(actor(), case_id, photo_id))


@blp.get("/<uuid:case_id>/photos/<uuid:photo_id>/image")
@at_the_counter
@blp.response(200, BINARY, content_type="image/jpeg")
def show_image(case_id: UUID, photo_id: UUID) -> Response:
    """Show one of her own photos, at most 2400 pixels long."""
    return jpeg(services().materials.image(actor(), case_id, photo_id, "image"))


@blp.get("/<uuid:case_id>/photos/<uuid:photo_id>/thumbnail")
@at_the_counter
@blp.response(200, BINARY, content_type="image/jpeg")
def show_thumbnail(case_id: UUID, photo_id: UUID) -> Response:
    """Show one of her own photos, at most 320 pixels long."""
    return jpeg(services().materials.image(actor(), case_id, photo_id, "thumbnail"))


# ── what she does not have ───────────────────────────────────────────────────────────────────


@blp.post("/<uuid:case_id>/absences")
@at_the_counter
@blp.arguments(AbsenceDeclaration)
@blp.response(200, SlotView)
def declare_absence(absence: dict[str, str], case_id: UUID) -> Response:
    """Say that she does not have this material, and why."""
    slot = services().materials.declare_absent(actor(), case_id, absence["slot_key"], absence["reason"])
    return json_view(slot)


@blp.delete("/<uuid:case_id>/absences/<string(maxlength=64):slot_key>")
@at_the_counter
@blp.response(200, SlotView)
def take_back_absence(case_id: UUID, slot_key: str) -> Response:
    """Say that she has it after all."""
    return json_view(services().materials.take_back_absence(actor(), case_id, slot_key))


# ── the signature ────────────────────────────────────────────────────────────────────────────


@blp.put("/<uuid:case_id>/signature")
@at_the_counter
@blp.arguments(DrawnSignature)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, CaseView)
def sign(drawn: dict[str, Any], case_id: UUID) -> Response:
    """Sign by hand. Needs If-Match."""
    if drawn["strokes"] == 0:
        raise SignatureMissing
    services().materials.save_signature(actor(), case_id, seen_version(), png_of(drawn["png_base64"]))
    view = services().filing.view(actor(), case_id)
    return json_view(view, version=view["version"])


def png_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as broken:  # not base64, or not even ASCII
        raise PhotoUnreadable("签名没有存好，请重新签一次。") from broken


# ── results ──────────────────────────────────────────────────────────────────────────────────


@blp.get("/<uuid:case_id>/results/<uuid:result_id>")
@blp.arguments(FileQuery, location="query")
@blp.response(200, BINARY, content_type="application/pdf")
@blp.alt_response(200, schema=BINARY, content_type="image/jpeg")
@blp.alt_response(200, schema=BINARY, content_type="image/png")
def get_result(query: dict[str, bool], case_id: UUID, result_id: UUID) -> Response:
    """Open (`inline=1`) or save a result of a decided item."""
    result, content = services().materials.result_file(actor(), case_id, result_id)
    return result_file(result, content, inline=query["inline"])
