"""Reminders (提醒) over HTTP: what a signed-in person asks to be told of, one of each kind about a thing."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from backend.api import fields as field
from backend.api.callers import Caller, actor, declare, services
from backend.api.estimate import FIRST_BIRTH, LAST_BIRTH, LONGEST_CONTRIBUTION_MONTHS
from backend.api.views import json_view
from backend.domain.errors import NotFound
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.reminders import ReminderKind, Stated

blp = Blueprint("reminders", __name__, url_prefix="/api/reminders", description="到时提醒")
declare(blp, Caller.APPLICANT)

STATED = ("birth_month", "category", "contribution_months")


class MonthField(fields.String):
    """YYYY-MM, read as a Month."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return Month.parse(text)
        except ValueError as error:
            raise ValidationError("请写成 1966-06 这样的年和月。") from error


class ReminderView(Schema):
    """One thing she is still to be told of. `month` is YYYY-MM; `last_day` is that of a written notice."""

    kind = field.known(ReminderKind)
    month = field.text()
    due_on = field.day()
    last_day = field.day(nullable=True)
    case_id = field.text(nullable=True)
    title = field.text()
    text = field.text()
    set_at = field.moment()


class RemindersView(Schema):
    """What she is still to be told of, the earliest first."""

    reminders = field.many(ReminderView)


class ReminderAbout(Schema):
    """What the reminder rests on: her draft, or what she stated on 我什么时候能退休."""

    case_id = fields.UUID(load_default=None, allow_none=True)
    birth_month = MonthField(load_default=None, validate=validate.Range(FIRST_BIRTH, LAST_BIRTH))
    category = fields.Enum(Category, by_value=True, load_default=None)
    contribution_months = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(0, LONGEST_CONTRIBUTION_MONTHS)
    )
    chosen_month = MonthField(load_default=None, allow_none=True)

    @validates_schema
    def rests_on_something(self, given: dict[str, Any], **_: Any) -> None:
        """A case, or all that is needed to work a month out."""
        missing = [name for name in STATED if given.get(name) is None]
        if given.get("case_id") is None and missing:
            raise ValidationError({name: ["请填上这一项。"] for name in missing})


class ReminderOf(Schema):
    """Which one: about this case, or without it the one about no case."""

    class Meta:
        unknown = EXCLUDE

    case_id = fields.UUID(load_default=None)


@blp.get("")
@blp.response(200, RemindersView)
def show_reminders() -> Response:
    """What she is still to be told of."""
    return json_view(services().reminders.mine(actor()))


@blp.put("/<string(maxlength=64):kind>")
@blp.arguments(ReminderAbout)
@blp.response(200, ReminderView)
def set_reminder(given: dict[str, Any], kind: str) -> Response:
    """Set a reminder (到时提醒我) or set it anew: one of each kind for a case, and one for no case."""
    wanted, reminders = _kind(kind), services().reminders
    if given["case_id"] is not None:
        return json_view(reminders.set_for_case(actor(), wanted, given["case_id"]))
    stated = Stated(given["birth_month"], given["category"], given["contribution_months"], given["chosen_month"])
    return json_view(reminders.set_for_estimate(actor(), wanted, stated))


@blp.delete("/<string(maxlength=64):kind>")
@blp.arguments(ReminderOf, location="query")
@blp.response(204)
def cancel_reminder(given: dict[str, Any], kind: str) -> None:
    """Cancel the reminder about a case, or the one about no case; without one nothing happens."""
    services().reminders.cancel(actor(), _kind(kind), given["case_id"])


def _kind(text: str) -> ReminderKind:
    """Raises NotFound for a kind there is none of."""
    try:
        return ReminderKind(text)
    except ValueError as error:
        raise NotFound from error
