"""The schema of a drawn mark, shared by what staff send and see and what the applicant sees."""

from marshmallow import Schema, fields, validate

from backend.domain.marks import MarkShape


class PlaceOnPhoto(Schema):
    """A point of the kept picture in fractions of it, before it is turned."""

    x = fields.Float(required=True, validate=validate.Range(0, 1))
    y = fields.Float(required=True, validate=validate.Range(0, 1))


class MarkEnds(Schema):
    """A box from one corner to the opposite one, or an arrow from its tail to its head."""

    shape = fields.String(required=True, validate=validate.OneOf([shape.value for shape in MarkShape]))
    start = fields.Nested(PlaceOnPhoto, required=True, data_key="from")
    end = fields.Nested(PlaceOnPhoto, required=True, data_key="to")
