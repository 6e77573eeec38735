"""The schema of a material slot, shared by the routes that answer with one. What fills it is services/slot_views.py."""

from marshmallow import Schema, fields, validate

from backend.api.marks import MarkEnds
from backend.api.shapes import PromiseInSlot


class PhotoView(Schema):
    """A verified photo. Sizes in pixels and bytes of the picture as it is kept."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["awaiting", "ready"]))
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    uploaded_at = fields.AwareDateTime(required=True)
    image_path = fields.String(required=True)
    thumbnail_path = fields.String(required=True)
    turn = fields.Integer(required=True, metadata={"description": "Degrees clockwise by which it is upright."})


class HerMark(MarkEnds):
    """What the clerk drew on a photo, and the sentence that goes with it."""

    sentence = fields.String(required=True)


class ReturnedPhoto(Schema):
    """The version of a photo that the window returned; `turn` degrees clockwise are how it is upright."""

    id = fields.UUID(required=True)
    image_path = fields.String(required=True)
    thumbnail_path = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    turn = fields.Integer(required=True)
    marks = fields.List(fields.Nested(HerMark), required=True)


class PartView(Schema):
    """One photo's place in a slot: front, back, or a page."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    photo = fields.Nested(PhotoView, required=True, allow_none=True)
    returned_photo = fields.Nested(ReturnedPhoto, required=True, allow_none=True)


class KindView(Schema):
    """One of the papers of which any one will do, and the drawing of how to photograph it."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    sample = fields.String(required=True)


class AbsenceView(Schema):
    """“我没有这个材料”."""

    reason = fields.String(required=True)


class SlotView(Schema):
    """材料槽."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    why = fields.String(required=True)
    where_to_get = fields.String(required=True)
    at_the_counter = fields.String(required=True, metadata={"description": "What of it the window wants."})
    used_by = fields.List(
        fields.String(), required=True, metadata={"description": "The departments that all use this one photo."}
    )
    item_label = fields.String(required=True, allow_none=True, metadata={"description": "Null: every item needs it."})
    sample = fields.String(required=True)
    kinds = fields.List(fields.Nested(KindView), required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    parts = fields.List(
        fields.Nested(PartView),
        required=True,
        metadata={"description": "All fixed parts; of pages, those with a photo and the next empty one."},
    )
    more_pages = fields.Boolean(
        required=True, metadata={"description": "The empty page at the end of `parts` may stay empty."}
    )
    status = fields.String(
        required=True, validate=validate.OneOf(["done", "open", "absent", "promised", "returned", "generated"])
    )
    editable = fields.Boolean(required=True)
    absence = fields.Nested(AbsenceView, required=True, allow_none=True)
    return_reason = fields.String(required=True, allow_none=True)
    promise = fields.Nested(PromiseInSlot, required=True, allow_none=True)


class UploadTicket(Schema):
    """A form for the object store: POST `fields` and then the file as multipart/form-data to `url`."""

    url = fields.URL(required=True, require_tld=False)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields", attribute="fields"
    )
    expires_at = fields.AwareDateTime(required=True)
