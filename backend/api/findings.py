"""请核对 over HTTP: what a machine noticed on photos, to the applicant, to the window, and how often it was right."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.api import fields as field
from backend.api.callers import Caller, actor, at_the_counter, called_by, declare, services
from backend.api.views import json_view, polled_view
from backend.domain.actors import Role
from backend.domain.findings import FindingKind
from backend.domain.reading import ReadingState

WINDOW = (Role.CLERK, Role.SUPERVISOR)
REPORTED_TO = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.OVERSIGHT)
KEY = "<string(maxlength=120):finding_key>"

blp = Blueprint("findings", __name__, url_prefix="/api", description="照片核对：机器看到的，人来判断")
declare(blp, Caller.STAFF, WINDOW)


class BeingRead(Schema):
    """How many photos are still to be read: nothing waits for them."""

    waiting = field.number()


class HerFinding(Schema):
    """One thing to look at again. `question_page`: where she mends her answer; null where only the photo can be."""

    key = field.text()
    kind = field.known(FindingKind)
    slot_key = field.text()
    part_key = field.text()
    place_label = field.text()
    photo_id = field.text()
    sentence = field.text()
    read = field.text(nullable=True)
    typed = field.text(nullable=True)
    question_page = field.text(nullable=True)
    dismissed = field.flag()


class HerFindings(Schema):
    """请核对, before she submits."""

    reading = field.one(BeingRead)
    findings = field.many(HerFinding)


class CardArea(Schema):
    """户籍所在地 as far as the card says it; a level that it does not say is empty."""

    province = field.text()
    city = field.text()
    county = field.text()
    town = field.text()
    village = field.text()
    codes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CardView(Schema):
    """What was read on the ID card, for her to confirm; nothing of it is an answer yet."""

    state = fields.String(required=True, metadata={"enum": ["none", *(state.value for state in ReadingState)]})
    name = field.text(nullable=True)
    id_number = field.text(nullable=True)
    birth_date = field.text(nullable=True)
    sex = fields.String(required=True, allow_none=True, metadata={"enum": ["male", "female", None]})
    address = field.text(nullable=True)
    area = field.one(CardArea, nullable=True)


class BoxView(Schema):
    """A place on the kept picture, in fractions of it."""

    left = fields.Float(required=True)
    top = fields.Float(required=True)
    right = fields.Float(required=True)
    bottom = fields.Float(required=True)


class FoundPhoto(Schema):
    """A photo of a finding. `turn`: degrees clockwise by which it is shown upright; the crop is upright already."""

    id = field.text()
    image_path = field.text()
    thumbnail_path = field.text()
    crop_path = field.text(nullable=True)
    turn = field.number()


class OtherPhoto(FoundPhoto):
    """The photo it is compared with; `case_number` where it is another case's."""

    case_number = field.text(nullable=True)


class ApplicantSaid(Schema):
    """She, or her helper, looked at it and let it stand."""

    role_label = field.text()
    at = field.moment()


class FindingVerdictView(Schema):
    """The clerk's 对 or 不对."""

    is_right = field.flag()
    by = field.text()
    at = field.moment()


class StaffFinding(Schema):
    """One thing that was noticed; masked."""

    key = field.text()
    kind = field.known(FindingKind)
    kind_label = field.text()
    slot_key = field.text()
    part_key = field.text()
    place_label = field.text()
    photo_id = field.text()
    sentence = field.text()
    read = field.text(nullable=True)
    typed = field.text(nullable=True)
    question_key = field.text(nullable=True)
    box = field.one(BoxView, nullable=True)
    photo = field.one(FoundPhoto)
    other_photo = field.one(OtherPhoto, nullable=True)
    applicant_said = field.one(ApplicantSaid, nullable=True)
    verdict = field.one(FindingVerdictView, nullable=True)


class StaffFindings(Schema):
    """Everything noticed in a case."""

    reading = field.one(BeingRead)
    findings = field.many(StaffFinding)


class GivenFindingVerdict(Schema):
    """对 (true) or 不对 (false)."""

    right = fields.Boolean(required=True)


class KindCountView(Schema):
    """How often one kind was shown to the window, and how it was judged; of the judged, whole percent right."""

    kind = field.known(FindingKind)
    label = field.text()
    said = field.number()
    right = field.number()
    wrong = field.number()
    unjudged = field.number()
    precision_percent = field.number(nullable=True)


class MonthOfFindings(Schema):
    """One month, YYYY-MM."""

    month = field.text()
    kinds = field.many(KindCountView)


class Accuracy(Schema):
    """How often the machine was right, over some thirteen months and by month; no case, no person."""

    kinds = field.many(KindCountView)
    months = field.many(MonthOfFindings)


@blp.get("/filing/cases/<uuid:case_id>/findings")
@at_the_counter
@called_by(Caller.APPLICANT)
@blp.response(200, HerFindings)
def show_her_findings(case_id: UUID) -> Response:
    """What she may want to look at again before she submits."""
    return json_view(services().findings.to_her(actor(), case_id))


@blp.put(f"/filing/cases/<uuid:case_id>/findings/{KEY}/dismissal")
@at_the_counter
@called_by(Caller.APPLICANT)
@blp.response(200, HerFindings)
def dismiss_finding(case_id: UUID, finding_key: str) -> Response:
    """Say that it was looked at and may stand (照片上就是这样). Saying it again changes nothing."""
    services().findings.dismiss(actor(), case_id, finding_key)
    return json_view(services().findings.to_her(actor(), case_id))


@blp.get("/filing/cases/<uuid:case_id>/card")
@at_the_counter
@called_by(Caller.APPLICANT)
@blp.response(200, CardView)
def show_card(case_id: UUID) -> Response:
    """What was read on the ID card, to fill the form with once she has confirmed it."""
    return json_view(services().findings.card(actor(), case_id))


@blp.get("/review/cases/<uuid:case_id>/findings")
@blp.response(200, StaffFindings)
def show_findings(case_id: UUID) -> Response:
    """What was noticed on the photos of a case, masked, with what the applicant and the clerk said to it."""
    return json_view(services().findings.to_staff(case_id))


@blp.put(f"/review/cases/<uuid:case_id>/findings/{KEY}/verdict")
@called_by(Caller.STAFF, [Role.CLERK])
@blp.arguments(GivenFindingVerdict)
@blp.response(200, StaffFindings)
def judge_finding(given: dict[str, Any], case_id: UUID, finding_key: str) -> Response:
    """Say whether a finding is right (对) or not (不对). Needs the lease."""
    return json_view(services().findings.judge(actor(), case_id, finding_key, is_right=given["right"]))


@blp.get("/findings/accuracy")
@called_by(Caller.STAFF, REPORTED_TO)
@blp.response(200, Accuracy)
def show_accuracy() -> Response:
    """How often the machine was right, by kind and month."""
    return polled_view(services().findings.accuracy())
