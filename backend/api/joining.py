"""Taking the case that was filed at the counter into one's own WeChat (领取办件)."""

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.api import fields as field
from backend.api.callers import Caller, actor, declare, services
from backend.api.views import json_view

blp = Blueprint("joining", __name__, url_prefix="/api/filing", description="领取窗口办的件")
declare(blp, Caller.APPLICANT)


class ReceiptWords(Schema):
    """What stands on the receipt, and her ID number."""

    number = fields.String(required=True, validate=validate.Length(1, 40))
    code = fields.String(required=True, validate=validate.Length(1, 40))
    id_number = fields.String(required=True, validate=validate.Length(1, 40))


class JoinedCase(Schema):
    """The case that is hers now, and its page."""

    case_id = field.text()
    path = field.text()


@blp.post("/joining")
@blp.arguments(ReceiptWords)
@blp.response(200, JoinedCase)
def join(given: dict[str, str]) -> Response:
    """Take a case that was filed at the counter into one's own WeChat."""
    return json_view(services().joining.join(actor(), given["number"], given["code"], given["id_number"]))
