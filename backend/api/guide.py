"""办事指南 over HTTP: what the service is, its notices and consents, its self-filing guides. Open to anyone."""

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.api import shapes
from backend.api.callers import Caller, declare, services
from backend.api.shapes import GuideOfItem
from backend.api.views import polled_view

blp = Blueprint("guide", __name__, url_prefix="/api/guide", description="办事指南")
declare(blp, Caller.OPEN)


class Section(Schema):
    """A heading and what stands under it."""

    title = shapes.text()
    lines = shapes.texts()


class Contact(Schema):
    """Whom to call, and when."""

    name = shapes.text()
    phone = shapes.text()
    hours = shapes.text()
    address = shapes.text()


class GuideItem(Schema):
    """One of the seven items."""

    code = shapes.item_code()
    name = shapes.text()
    short_name = shapes.text()
    department_label = shapes.text()
    limit_text = shapes.text()
    filing_note = shapes.text()
    legal_basis = shapes.text()
    result_name = shapes.text()


class Statement(Schema):
    """A versioned text a person agrees to."""

    key = shapes.text()
    version = shapes.text()
    title = shapes.text()
    paragraphs = shapes.texts()
    department = shapes.department(nullable=True)
    department_label = shapes.text(nullable=True)


class Guide(Schema):
    """办事指南, the notice, the consents and the commitment in force."""

    version = shapes.text()
    service_name = shapes.text()
    sections = shapes.many(Section)
    items = shapes.many(GuideItem)
    contacts = shapes.many(Contact)
    phone = shapes.text()
    phone_hours = shapes.text()
    window_address = shapes.text()
    self_filing = fields.Dict(keys=fields.String(), values=fields.Nested(GuideOfItem), required=True)
    housing_fund_guide = shapes.one(GuideOfItem)
    notice = shapes.one(Statement)
    consents = shapes.many(Statement)
    commitment = shapes.one(Statement)


class Town(Schema):
    """乡镇、街道."""

    label = shapes.text()


class County(Schema):
    """屈原管理区 and what is above it."""

    code = shapes.text()
    label = shapes.text()
    province = shapes.text()
    city = shapes.text()


class Areas(Schema):
    """The district's own part of the 户籍 picker."""

    county = shapes.one(County)
    towns = shapes.many(Town)


@blp.get("")
@blp.response(200, Guide)
def show_guide() -> Response:
    """The service guide and every text that is agreed to, with their versions."""
    return polled_view(services().filing.guide())


@blp.get("/areas")
@blp.response(200, Areas)
def show_areas() -> Response:
    """The district's towns, which the 户籍 picker shows first."""
    return polled_view(services().filing.areas())
