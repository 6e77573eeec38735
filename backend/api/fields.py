"""Makers of the fields that documented views are made of: required, typed, with the wire values of our enums.

What shapes are made with them is in shapes.py and beside the routes. Call them by module (`field.text()`): inside a
schema an attribute named like a maker hides it.
"""

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


# ── the headers of a change, for the document ────────────────────────────────────────────────

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$'},
    "description": "The version that was seen, as its ETag. Without it 428, when somebody was faster 412.",
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
    "description": "Made once per act and sent again with every repeat of it: the act happens once.",
}
