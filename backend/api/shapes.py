"""Shapes that several audiences' views share: items, holders, clocks, history. Each's own are beside its routes."""

from marshmallow import Schema, fields

from backend.api import fields as field
from backend.api.marks import MarkEnds
from backend.domain.absences import PromiseState
from backend.domain.retirement import Confirmation


class GuideOfItem(Schema):
    """Where to go for an item, what to bring, the steps, the limit, the phone."""

    title = field.text()
    where = field.text()
    bring = field.texts()
    steps = field.texts()
    limit = field.text()
    phone = field.text()
    note = field.text()


class PlannedItem(Schema):
    """An item she asked for, and how it is filed."""

    code = field.item_code()
    name = field.text()
    short_name = field.text()
    department_label = field.text()
    filing = field.filing()
    filing_label = field.text()
    limit_text = field.text()
    guide = field.one(GuideOfItem, nullable=True)


class Figure(Schema):
    """One figure in words, its sum written out, and the clause it comes from."""

    key = field.text()
    label = field.text()
    text = field.text()
    sum = field.text()
    law = field.text()


class Way(Schema):
    """What one may lawfully do who cannot retire yet."""

    key = field.text()
    title = field.text()
    lines = field.texts()


class Eligibility(Schema):
    """可否办理: an answer, with the date, the months missing or what the window confirms, and the lawful choices."""

    status = fields.String(
        required=True, metadata={"enum": ["eligible", "too_early", "contribution_short", "needs_confirmation"]}
    )
    title = field.text()
    detail = field.text()
    law = field.text()
    on = field.text(nullable=True)
    months = field.number(nullable=True)
    what = fields.List(field.known(Confirmation), required=True)
    ways = field.many(Way)


class HerEligibility(Eligibility):
    """The same for herself: every figure's sum, the month filing opens, the last day of a notice she can still give."""

    figures = field.many(Figure)
    opens_in = field.text(nullable=True)
    notice_by = field.day(nullable=True)


class HistoryLine(Schema):
    """One act or look in the audit chain."""

    seq = field.number()
    at = field.moment()
    actor = field.text()
    actor_role = field.text()
    action = field.text()
    action_label = field.text()
    subject = field.text(nullable=True)
    note = field.text(nullable=True)


class Holder(Schema):
    """Who holds a case under a lease."""

    name = field.text()
    is_me = field.flag()
    expires_at = field.moment()


class CoachView(Schema):
    """What the phone said of a photo before it was sent."""

    warnings = field.texts()
    insisted = field.flag()


class StaffMark(MarkEnds):
    """What a clerk drew on a photo, which reason it gives, and her own words."""

    id = field.text()
    reason_code = field.text(nullable=True)
    note = field.text(nullable=True)
    by = field.text()
    at = field.moment()
    round = field.number()


class StaffPhoto(Schema):
    """A photo as staff see it; sizes in pixels."""

    id = field.text()
    image_path = field.text()
    thumbnail_path = field.text()
    width = field.number()
    height = field.number()
    round = field.number()
    turn = field.number()
    marks = field.many(StaffMark)
    coach = field.one(CoachView, nullable=True)


class StaffPart(Schema):
    """One photo's place in a slot."""

    key = field.text()
    label = field.text()
    photo = field.one(StaffPhoto, nullable=True)
    earlier = field.one(StaffPhoto, nullable=True)


class Reason(Schema):
    """我没有这个材料: why."""

    reason = field.text()


class PromiseInSlot(Schema):
    """容缺受理: by which day the paper of a slot was promised, and where it is."""

    state = field.known(PromiseState)
    state_label = field.text()
    promised_on = field.day()
    fail_reason = field.text(nullable=True)


class Look(Schema):
    """Asking for whole values: one sensitive field's key, or `all`, and why."""

    field = fields.String(required=True, validate=lambda value: 1 <= len(value) <= 64)
    reason = fields.String(required=True, validate=lambda value: len(value) <= 200)


class WholeValues(Schema):
    """Whole values by question key; the look is in the audit trail."""

    values_ = fields.Dict(keys=fields.String(), values=fields.String(), required=True, data_key="values")


class RoutedRow(Schema):
    """One line of a list of routed items."""

    id = field.text()
    version = field.number()
    case_id = field.text()
    case_number = field.text()
    name_masked = field.text(nullable=True)
    code = field.item_code()
    name = field.text()
    short_name = field.text()
    department_label = field.text()
    state = field.item_state()
    state_label = field.text()
    routed_at = field.moment(nullable=True)
    due_on = field.day(nullable=True)
    due_provisional = field.flag()
    working_days_left = field.number(nullable=True)
    clock = field.clock()
    holder_name = field.text(nullable=True)
