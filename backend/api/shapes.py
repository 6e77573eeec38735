"""Shapes that several audiences' views share: items, holders, clocks, history. Each's own are beside its routes."""

from typing import Any

from marshmallow import Schema, fields

from backend.domain.case import State
from backend.domain.deadlines import ClockState
from backend.domain.items import Department, Filing, ItemCode
from backend.domain.routing import ItemState, Outcome


def known(enum: object, *, nullable: bool = False) -> fields.String:
    """A string that is one of an enum's wire values."""
    values = [member.value for member in enum]  # type: ignore[attr-defined]  # any StrEnum
    listed = [*values, None] if nullable else values
    return fields.String(required=True, allow_none=nullable, metadata={"enum": listed})


def text(*, nullable: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=nullable)


def moment(*, nullable: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=nullable, metadata={"format": "date-time"})


def day(*, nullable: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=nullable, metadata={"format": "date"})


def number(*, nullable: bool = False) -> fields.Integer:
    return fields.Integer(required=True, allow_none=nullable)


def flag(*, nullable: bool = False) -> fields.Boolean:
    return fields.Boolean(required=True, allow_none=nullable)


def one(schema: type[Schema], *, nullable: bool = False) -> fields.Nested:
    return fields.Nested(schema, required=True, allow_none=nullable)


def many(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def texts() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


def case_state(*, nullable: bool = False) -> fields.String:
    return known(State, nullable=nullable)


def item_state(*, nullable: bool = False) -> fields.String:
    return known(ItemState, nullable=nullable)


def item_code() -> fields.String:
    return known(ItemCode)


def filing() -> fields.String:
    return known(Filing)


def outcome(*, nullable: bool = False) -> fields.String:
    return known(Outcome, nullable=nullable)


def department(*, nullable: bool = False) -> fields.String:
    return known(Department, nullable=nullable)


def clock(*, nullable: bool = True) -> fields.String:
    return known(ClockState, nullable=nullable)


class GuideOfItem(Schema):
    """Where to go for an item, what to bring, the steps, the limit, the phone."""

    title = text()
    where = text()
    bring = texts()
    steps = texts()
    limit = text()
    phone = text()
    note = text()


class PlannedItem(Schema):
    """An item she asked for, and how it is filed."""

    code = item_code()
    name = text()
    short_name = text()
    department_label = text()
    filing = filing()
    filing_label = text()
    limit_text = text()
    guide = one(GuideOfItem, nullable=True)


class Eligibility(Schema):
    """可否办理: an answer, with the date or the months missing and the lawful choices."""

    status = fields.String(required=True, metadata={"enum": ["eligible", "too_early", "contribution_short"]})
    title = text()
    detail = text()
    on = text(nullable=True)
    months = number(nullable=True)
    choices = texts()


class HistoryLine(Schema):
    """One act or look in the audit chain."""

    seq = number()
    at = moment()
    actor = text()
    actor_role = text()
    action = text()
    action_label = text()
    subject = text(nullable=True)
    note = text(nullable=True)


class Holder(Schema):
    """Who holds a case under a lease."""

    name = text()
    is_me = flag()
    expires_at = moment()


class StaffPhoto(Schema):
    """A photo as staff see it; sizes in pixels."""

    id = text()
    image_path = text()
    thumbnail_path = text()
    width = number()
    height = number()
    round = number()


class StaffPart(Schema):
    """One photo's place in a slot."""

    key = text()
    label = text()
    photo = one(StaffPhoto, nullable=True)


class Reason(Schema):
    """我没有这个材料: why."""

    reason = text()


class Look(Schema):
    """Asking for whole values: one sensitive field's key, or `all`, and why."""

    field = fields.String(required=True, validate=lambda value: 1 <= len(value) <= 64)
    reason = fields.String(required=True, validate=lambda value: len(value) <= 200)


class WholeValues(Schema):
    """Whole values by question key; the look is in the audit trail."""

    values_ = fields.Dict(keys=fields.String(), values=fields.String(), required=True, data_key="values")


class RoutedRow(Schema):
    """One line of a list of routed items."""

    id = text()
    version = number()
    case_id = text()
    case_number = text()
    name_masked = text(nullable=True)
    code = item_code()
    name = text()
    short_name = text()
    department_label = text()
    state = item_state()
    state_label = text()
    routed_at = moment(nullable=True)
    due_on = day(nullable=True)
    due_provisional = flag()
    working_days_left = number(nullable=True)
    clock = clock()
    holder_name = text(nullable=True)
