"""What a phone asks that opened a counter's link, without an account: the code comes in X-Shoot-Code.

Photos go by the applicant's own routes (materials.py), which let such a phone in for this case.
"""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from backend.api import fields as field
from backend.api.callers import LINK_HEADER, Caller, declare, seen_version, services
from backend.api.materials import DrawnSignature, png_of
from backend.api.slots import SlotView
from backend.api.views import json_view
from backend.domain.errors import SignatureMissing

blp = Blueprint("shoot", __name__, url_prefix="/api/shoot", description="窗口的拍照二维码")
declare(blp, Caller.OPEN)

CODE = {
    "in": "header",
    "name": LINK_HEADER,
    "schema": {"type": "string", "maxLength": 100},
    "description": "The code of the link, from its address.",
}


class ShootSignature(Schema):
    """What she signs: her name, the commitment, what is filed."""

    name = field.text()
    title = field.text()
    paragraphs = field.texts()
    combined = field.texts()
    by_yourself = field.texts()
    signed_at = field.moment(nullable=True)


class ShootView(Schema):
    """The case as a phone sees it: names and states of the materials; `sign` when it is time to sign."""

    case_id = field.text()
    version = field.number()
    clerk_name = field.text()
    name_masked = field.text()
    expires_at = field.moment()
    is_open = field.flag()
    slots = field.many(SlotView)
    sign = field.one(ShootSignature, nullable=True)


@blp.get("")
@blp.doc(parameters=[CODE])
@blp.response(200, ShootView)
def show() -> Response:
    """Show what is to be photographed."""
    return _view(services().shoot_links.view(_code()))


@blp.put("/signature")
@blp.arguments(DrawnSignature)
@blp.doc(parameters=[CODE, field.IF_MATCH])
@blp.response(200, ShootView)
def sign(drawn: dict[str, Any]) -> Response:
    """Sign by hand. Needs If-Match."""
    if drawn["strokes"] == 0:
        raise SignatureMissing
    return _view(services().shoot_links.sign(_code(), seen_version(), png_of(drawn["png_base64"])))


def _code() -> str:
    return request.headers.get(LINK_HEADER, "")[:100]


def _view(view: dict[str, Any]) -> Response:
    return json_view(view, version=view["version"])
