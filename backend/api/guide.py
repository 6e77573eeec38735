"""办事指南 over HTTP: what the service is, its texts, the published guide and its print. Open to anyone, but for the
administrator's page that publishes a version."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, called_by, declare, idempotency_key, seen_version, services
from backend.api.files import pdf
from backend.api.shapes import GuideOfItem
from backend.api.views import UNCHANGED, json_view, polled_view
from backend.domain.actors import Role
from backend.services.guides import NOTE_MAX_LENGTH

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

    code = field.text()
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


class Fact(Schema):
    """A label and its lines, in order."""

    key = field.text()
    label = field.text()
    lines = field.texts()


class MaterialLine(Schema):
    """A material: when it is needed, what of it comes to the counter, where to get it, of which kinds one will do."""

    key = field.text()
    label = field.text()
    when = field.text()
    at_the_counter = field.text()
    where_to_get = field.text()
    kinds = field.texts()


class PublishedItem(Schema):
    """One of the seven items with everything a person asks at the window."""

    code = field.item_code()
    title = field.text()
    short_title = field.text()
    department = field.text()
    limit = field.text()
    facts = field.many(Fact)
    materials = field.many(MaterialLine)


class ProcessStep(Schema):
    """A step of the way through the offices."""

    title = field.text()
    text = field.text()


class Obstacle(Schema):
    """A 无法办理 check: what has to be settled first, and where."""

    key = field.text()
    label = field.text()
    office = field.text()
    phone = field.text()
    what_to_do = field.text()


class ServiceGuide(Schema):
    """The published guide: the same on the phone, in print and at the window."""

    number = field.number()
    published_on = field.day()
    title = field.text()
    issuer = field.text()
    summary = field.many(Fact)
    items = field.many(PublishedItem)
    common_materials = field.many(MaterialLine)
    process = field.many(ProcessStep)
    cannot_proceed = field.many(Obstacle)
    contacts = field.many(Contact)


class PrecheckQuery(Schema):
    """The five answers. What is missing or unknown is told at once, each by its name."""

    class Meta:
        unknown = EXCLUDE

    birth_month = fields.String(load_default="", validate=validate.Length(max=20))
    category = fields.String(load_default="", validate=validate.Length(max=20))
    retirement_type = fields.String(load_default="", validate=validate.Length(max=20))
    wants_only_child_reward = fields.String(load_default="", validate=validate.Length(max=20))
    has_housing_fund = fields.String(load_default="", validate=validate.Length(max=20))


class PrecheckItem(Schema):
    """An item that applies: when, how long it takes, who does it."""

    code = field.item_code()
    name = field.text()
    short_name = field.text()
    department_label = field.text()
    phone = field.text()
    when = field.text()
    limit_text = field.text()


class PrecheckMaterial(Schema):
    """What to bring; `depends_on` says whose it is when it hangs on a later answer, null when it is sure."""

    key = field.text()
    label = field.text()
    item = field.text()
    at_the_counter = field.text()
    where_to_get = field.text()
    kinds = field.texts()
    depends_on = field.text(nullable=True)


class BegunCase(Schema):
    """The answers that a case begins with, for POST /api/filing/cases."""

    category = field.text()
    retirement_type = field.text()
    wants_only_child_reward = field.text()
    has_housing_fund = field.text()


class Precheck(Schema):
    """一分钟看看能不能办: `from_month` is the earliest month she can file in, null when age does not decide."""

    title = field.text()
    lines = field.texts()
    law = field.text()
    can_now = field.flag()
    from_month = field.text(nullable=True)
    about = field.texts()
    items = field.many(PrecheckItem)
    bring = field.many(PrecheckMaterial)
    contact = field.one(Contact)
    precheck = field.one(BegunCase)


class GuideChange(Schema):
    """A line that differs: only `after` when it is new, only `before` when it is gone."""

    label = field.text()
    before = field.texts()
    after = field.texts()


class ChangedGroup(Schema):
    """The changes under one heading of the guide."""

    title = field.text()
    changes = field.many(GuideChange)


class PublishedVersion(Schema):
    """A version that was published: when, by whom, why."""

    number = field.number()
    published_at = field.moment()
    published_by = field.text()
    note = field.text()


class Publication(Schema):
    """What is published, what config would change, and every version, the newest first."""

    number = field.number()
    next_number = field.number()
    differs = field.flag()
    groups = field.many(ChangedGroup)
    versions = field.many(PublishedVersion)


class NewVersion(Schema):
    """Why the guide is published anew, in a sentence."""

    note = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_MAX_LENGTH))


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


# ── the published guide ──────────────────────────────────────────────────────────────────────

PRINT = {"type": "string", "format": "binary"}
ADMINISTRATOR = called_by(Caller.STAFF, [Role.ADMINISTRATOR])


@blp.get("/service")
@blp.response(200, ServiceGuide)
@blp.alt_response(304, description=UNCHANGED)
def show_service_guide() -> Response:
    """The published service guide, with its number and date."""
    return polled_view(services().guides.published())


@blp.get("/service.pdf")
@blp.response(200, PRINT, content_type="application/pdf")
@blp.alt_response(304, description=UNCHANGED)
def print_service_guide() -> Response:
    """The published service guide to print (A4)."""
    number, content = services().guides.published_pdf()
    return pdf(content, f"退休一件事办事指南-第{number}版.pdf", version=number)


@blp.get("/precheck")
@blp.arguments(PrecheckQuery, location="query")
@blp.response(200, Precheck)
def precheck(query: dict[str, str]) -> Response:
    """What five answers already say: which items, when, what to bring. Nothing of it is kept."""
    return json_view(services().guides.precheck(query))


@blp.get("/precheck.pdf")
@blp.arguments(PrecheckQuery, location="query")
@blp.response(200, PRINT, content_type="application/pdf")
def print_precheck(query: dict[str, str]) -> Response:
    """The same to print (A4)."""
    return pdf(services().guides.precheck_pdf(query), "办退休要带的材料.pdf")


@blp.get("/publication")
@ADMINISTRATOR
@blp.response(200, Publication)
def show_publication() -> Response:
    """What is published, what would change, and every version."""
    return _publication(services().guides.publication(actor()))


@blp.post("/publication")
@ADMINISTRATOR
@blp.arguments(NewVersion)
@blp.doc(parameters=[field.IF_MATCH, field.IDEMPOTENCY_KEY])
@blp.response(200, Publication)
def publish(given: dict[str, str]) -> Response:
    """Publish what config says as the next version. Needs If-Match with the latest number, and an Idempotency-Key."""
    return _publication(services().guides.publish(actor(), seen_version(), idempotency_key(), given["note"]))


@blp.get("/publication/preview.pdf")
@ADMINISTRATOR
@blp.response(200, PRINT, content_type="application/pdf")
def print_preview() -> Response:
    """What would be published now, to print."""
    return pdf(services().guides.preview_pdf(actor()), "退休一件事办事指南-预览.pdf")


@blp.get("/publication/versions/<int:number>.pdf")
@ADMINISTRATOR
@blp.response(200, PRINT, content_type="application/pdf")
def print_version(number: int) -> Response:
    """A published version to print."""
    return pdf(services().guides.version_pdf(actor(), number), f"退休一件事办事指南-第{number}版.pdf")


def _publication(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["number"])
