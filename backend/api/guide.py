"""办事指南 over HTTP: what the service is, its notices and consents, its self-filing guides. Open to anyone."""

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.api import fields as field
from backend.api.callers import Caller, declare, services
from backend.api.shapes import GuideOfItem
from backend.api.views import UNCHANGED, polled_view

blp = Blueprint("guide", __name__, url_prefix="/api/guide", description="办事指南")
declare(blp, Caller.OPEN)


class Section(Schema):
    """A heading and what stands under it."""

    title = field.text()
    lines = field.texts()


class Contact(Schema):
    """Whom to call, and when."""

    name = field.text()
    phone = field.text()
    hours = field.text()
    address = field.text()


class GuideItem(Schema):
    """One of the seven items."""

    code = field.item_code()
    name = field.text()
    short_name = field.text()
    department_label = field.text()
    limit_text = field.text()
    filing_note = field.text()
    legal_basis = field.text()
    result_name = field.text()


class Statement(Schema):
    """A versioned text a person agrees to."""

    key = field.text()
    version = field.text()
    title = field.text()
    paragraphs = field.texts()
    department = field.department(nullable=True)
    department_label = field.text(nullable=True)


class Guide(Schema):
    """办事指南, the notice, the consents and the commitment in force."""

    version = field.text()
    service_name = field.text()
    sections = field.many(Section)
    items = field.many(GuideItem)
    contacts = field.many(Contact)
    phone = field.text()
    phone_hours = field.text()
    window_address = field.text()
    self_filing = fields.Dict(keys=fields.String(), values=fields.Nested(GuideOfItem), required=True)
    housing_fund_guide = field.one(GuideOfItem)
    notice = field.one(Statement)
    consents = field.many(Statement)
    commitment = field.one(Statement)


class Town(Schema):
    """乡镇、街道."""

    label = field.text()


class County(Schema):
    """屈原管理区 and what is above it."""

    code = field.text()
    label = field.text()
    province = field.text()
    city = field.text()


class Areas(Schema):
    """The district's own part of the 户籍 picker."""

    county = field.one(County)
    towns = field.many(Town)


@blp.get("")
@blp.response(200, Guide)
@blp.alt_response(304, description=UNCHANGED)
def show_guide() -> Response:
    """The service guide and every text that is agreed to, with their versions."""
    return polled_view(services().filing.guide())


@blp.get("/areas")
@blp.response(200, Areas)
@blp.alt_response(304, description=UNCHANGED)
def show_areas() -> Response:
    """The district's towns, which the 户籍 picker shows first."""
    return polled_view(services().filing.areas())
