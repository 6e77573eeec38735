"""Photos of a case under review over HTTP: how the window sees them, turns them, draws on them, and what was read."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from backend.api import fields as field
from backend.api.callers import Caller, actor, called_by, declare, seen_version, services
from backend.api.files import jpeg
from backend.api.marks import MarkEnds
from backend.api.materials import BINARY
from backend.api.review import WINDOW, ReviewView
from backend.api.views import json_view
from backend.domain.actors import Role
from backend.domain.boxes import TURNS, Box, Point
from backend.domain.marks import MARKS_PER_PHOTO, MarkShape
from backend.domain.reading import DocumentKind, FieldKey, ReadingState
from backend.services.photo_review import GivenMark

blp = Blueprint("review_photos", __name__, url_prefix="/api/review", description="窗口看照片、转正、标注")
declare(blp, Caller.STAFF, WINDOW)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────


class ImageQuery(Schema):
    """Whether the photo is shown now, or fetched before it is (then a look is said of its own)."""

    class Meta:
        unknown = EXCLUDE

    ahead = fields.Boolean(load_default=False)


class BoxQuery(Schema):
    """A place of the kept picture, in fractions of it."""

    class Meta:
        unknown = EXCLUDE

    left = fields.Float(required=True, validate=validate.Range(0, 1))
    top = fields.Float(required=True, validate=validate.Range(0, 1))
    right = fields.Float(required=True, validate=validate.Range(0, 1))
    bottom = fields.Float(required=True, validate=validate.Range(0, 1))

    @validates_schema(skip_on_field_errors=True)
    def has_an_extent(self, data: dict[str, float], **_: Any) -> None:
        if not (data["left"] < data["right"] and data["top"] < data["bottom"]):
            raise ValidationError("这一处没有大小。", "right")

    @post_load
    def made(self, data: dict[str, float], **_: Any) -> Box:
        return Box(**data)


class PlaceView(Schema):
    """A box of the kept picture, in fractions of it, before it is turned."""

    left = fields.Float(required=True)
    top = fields.Float(required=True)
    right = fields.Float(required=True)
    bottom = fields.Float(required=True)


class ReadFieldView(Schema):
    """A field that was read, masked; `question_key` is the answer that says the same."""

    key = field.known(FieldKey)
    label = field.text()
    value = field.text()
    box = field.one(PlaceView)
    confidence = fields.Float(required=True)
    question_key = field.text(nullable=True)


class PhotoReadingView(Schema):
    """What was read on one photo."""

    photo_id = field.text()
    state = field.known(ReadingState)
    document = field.known(DocumentKind, nullable=True)
    fields_ = fields.List(fields.Nested(ReadFieldView), required=True, data_key="fields", attribute="fields")


class ReadingsView(Schema):
    """What was read on the photos of a case; `waiting` of them are still to be read."""

    waiting = field.number()
    photos = field.many(PhotoReadingView)


class Turn(Schema):
    """Degrees clockwise by which the kept picture is shown."""

    degrees = fields.Integer(required=True, strict=True, validate=validate.OneOf(TURNS))


class DrawnMark(MarkEnds):
    """One box or arrow; its id is made by the browser."""

    id = fields.UUID(required=True)
    reason_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> GivenMark:
        start, end = Point(**data["start"]), Point(**data["end"])
        return GivenMark(data["id"], MarkShape(data["shape"]), start, end, data["reason_code"], data["note"])


class DrawnMarks(Schema):
    """All the marks on one photo, in the order in which she reads them."""

    marks = fields.List(fields.Nested(DrawnMark), required=True, validate=validate.Length(max=MARKS_PER_PHOTO))


# ── looking ──────────────────────────────────────────────────────────────────────────────────


@blp.get("/cases/<uuid:case_id>/photos/<uuid:photo_id>/image")
@blp.arguments(ImageQuery, location="query")
@blp.response(200, BINARY, content_type="image/jpeg")
def show_image(query: dict[str, bool], case_id: UUID, photo_id: UUID) -> Response:
    """A photo with the viewer's watermark. The look, or that it was fetched ahead, is written to the audit trail."""
    photos = services().staff_photos
    fetch = photos.image_ahead if query["ahead"] else photos.image
    return jpeg(fetch(actor(), case_id, photo_id))


@blp.post("/cases/<uuid:case_id>/photos/<uuid:photo_id>/looks")
@blp.response(204)
def look_at_photo(case_id: UUID, photo_id: UUID) -> None:
    """A photo that was fetched ahead is shown now; this is written to the audit trail."""
    services().staff_photos.look(actor(), case_id, photo_id)


@blp.get("/cases/<uuid:case_id>/photos/<uuid:photo_id>/thumbnail")
@blp.response(200, BINARY, content_type="image/jpeg")
def show_thumbnail(case_id: UUID, photo_id: UUID) -> Response:
    """A photo, small, with the viewer's watermark. Looks are written down once for each opening of a case."""
    return jpeg(services().staff_photos.thumbnail(actor(), case_id, photo_id))


@blp.get("/cases/<uuid:case_id>/photos/<uuid:photo_id>/crop")
@blp.arguments(BoxQuery, location="query")
@blp.response(200, BINARY, content_type="image/jpeg")
def show_crop(box: Box, case_id: UUID, photo_id: UUID) -> Response:
    """What is in and around a place of a photo, upright, with the viewer's watermark."""
    return jpeg(services().staff_photos.crop(actor(), case_id, photo_id, box))


@blp.get("/cases/<uuid:case_id>/readings")
@blp.response(200, ReadingsView)
def show_readings(case_id: UUID) -> Response:
    """What the machine read on the photos, masked as answers are."""
    return json_view(services().review.readings(case_id))


# ── turning and drawing ──────────────────────────────────────────────────────────────────────


@blp.put("/cases/<uuid:case_id>/photos/<uuid:photo_id>/turn")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(Turn)
@blp.response(200, Turn)
def turn_photo(given: dict[str, int], case_id: UUID, photo_id: UUID) -> Response:
    """Keep how a photo is upright, for everybody who sees it. Needs the lease."""
    return json_view({"degrees": services().review.turn_photo(actor(), case_id, photo_id, given["degrees"])})


@blp.put("/cases/<uuid:case_id>/photos/<uuid:photo_id>/marks")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(DrawnMarks)
@blp.doc(parameters=[field.IF_MATCH])
@blp.response(200, ReviewView)
def mark_photo(given: dict[str, Any], case_id: UUID, photo_id: UUID) -> Response:
    """Keep all the marks on a photo; new words on it fail its slot. Needs If-Match and the lease."""
    view = services().review.mark_photo(actor(), case_id, seen_version(), photo_id, given["marks"])
    return json_view(view, version=view["version"])
