"""我什么时候能退休 over HTTP: an estimate of the law, without a case. Open to anyone, counted per address."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.api import fields as field
from backend.api.callers import Caller, declare, services
from backend.api.shapes import Figure, Way
from backend.api.views import UNCHANGED, polled_text, tagged
from backend.domain.errors import ContentRefused
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.services.estimating import Estimating

blp = Blueprint("estimate", __name__, url_prefix="/api/estimate", description="我什么时候能退休")
declare(blp, Caller.OPEN)

T = TypeVar("T")
FIRST_BIRTH, LAST_BIRTH = Month(1950, 1), Month(2000, 12)
FIRST_FILING, LAST_FILING = Month(1950, 1), Month(2199, 12)
LONGEST_CONTRIBUTION_MONTHS = 50 * 12  # nobody has paid for longer


# ── what is asked ────────────────────────────────────────────────────────────────────────────


class Asked(NamedTuple):
    """The parameters, read."""

    birth: Month
    category: Category
    contribution_months: int
    filing_month: Month | None
    chosen_month: Month | None


def _month_between(first: Month, last: Month) -> Callable[[str], Month]:
    def read(text: str) -> Month:
        try:
            month = Month.parse(text)
        except ValueError:
            raise ValueError("请写成 1966-06 这样的年和月。") from None
        if not first <= month <= last:
            raise ValueError(f"只能算 {first.chinese}到 {last.chinese}的，请再看一遍年份。")
        return month

    return read


def _category(text: str) -> Category:
    try:
        return Category(text)
    except ValueError:
        raise ValueError(f"请从这几个里选一个：{'、'.join(Category)}。") from None


def _contribution_months(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= LONGEST_CONTRIBUTION_MONTHS):
        raise ValueError(f"请填 0 到 {LONGEST_CONTRIBUTION_MONTHS} 之间的整数，是缴了多少个月。")
    return int(text)


_BIRTH = _month_between(FIRST_BIRTH, LAST_BIRTH)
_MONTH = _month_between(FIRST_FILING, LAST_FILING)


def asked() -> Asked:
    """The parameters of the request. Raises ContentRefused naming each one that is missing or cannot be read."""
    faults: list[dict[str, str]] = []

    def read(name: str, reader: Callable[[str], T], *, required: bool = True) -> T | None:
        text = request.args.get(name)
        try:
            if text:
                return reader(text)
            if required:
                raise ValueError("请填上这一项。")
        except ValueError as fault:
            faults.append({"pointer": f"/query/{name}", "detail": str(fault)})
        return None

    birth = read("birth_month", _BIRTH)
    category = read("category", _category)
    contribution_months = read("contribution_months", _contribution_months)
    filing_month = read("filing_month", _MONTH, required=False)
    chosen_month = read("chosen_month", _MONTH, required=False)
    if birth is None or category is None or contribution_months is None or faults:
        raise ContentRefused(errors=faults)
    return Asked(birth, category, contribution_months, filing_month, chosen_month)


def _parameter(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": required, "description": description, "schema": schema}


_MONTH_TEXT = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
_BIRTH_TEXT = {**_MONTH_TEXT, "examples": ["1966-06"]}
PARAMETERS = [
    _parameter("birth_month", f"{FIRST_BIRTH} to {LAST_BIRTH}.", _BIRTH_TEXT, required=True),
    _parameter(
        "category",
        "Men; women whose original age is 55, or 50.",
        {"type": "string", "enum": [category.value for category in Category]},
        required=True,
    ),
    _parameter(
        "contribution_months",
        "Months of contribution so far.",
        {"type": "integer", "minimum": 0, "maximum": LONGEST_CONTRIBUTION_MONTHS},
        required=True,
    ),
    _parameter("filing_month", f"{FIRST_FILING} to {LAST_FILING}; the current month without it.", _MONTH_TEXT),
    _parameter("chosen_month", "The month chosen within the window of flexible retirement.", _MONTH_TEXT),
]


# ── what is answered ─────────────────────────────────────────────────────────────────────────


class Law(Schema):
    """The law that gives the age, and since when it is in force."""

    title = field.text()
    in_force_from = field.day()


class Estimate(Schema):
    """When somebody can retire. Months are YYYY-MM, lengths in months; figures in the order they are read."""

    birth_month = field.text()
    category = field.known(Category)
    contribution_months = field.number()
    filing_month = field.text()
    chosen_month = field.text(nullable=True)
    original_age_months = field.number()
    statutory_age_months = field.number()
    delay_months = field.number()
    statutory_month = field.text()
    earliest_month = field.text()
    latest_month = field.text()
    retirement_month = field.text()
    minimum_contribution_months = field.number()
    minimum_contribution_year = field.number()
    contribution_short_months = field.number()
    first_pension_month = field.text(nullable=True)
    early_notice_by = field.day(nullable=True)
    late_agreement_by = field.day(nullable=True)
    months_to_wait = field.number()
    kind = fields.String(required=True, metadata={"enum": ["eligible", "too_early", "contribution_short"]})
    law = field.one(Law)
    figures = field.many(Figure)
    ways = field.many(Way)


@blp.get("")
@blp.doc(parameters=PARAMETERS)
@blp.response(200, Estimate)
@blp.alt_response(304, description=UNCHANGED)
def show_estimate() -> Response:
    """When can I retire: age, window, minimum contribution, what is missing, each with its sum and clause."""
    estimating = services().estimating
    return polled_text(*_answer(estimating, estimating.this_month(), request.query_string))


@lru_cache(maxsize=1024)
def _answer(estimating: Estimating, this_month: Month, _query: bytes) -> tuple[bytes, str]:
    """The answer to a query and its tag: pure law, so what many ask is worked out once a month and process."""
    birth, category, contribution_months, filing_month, chosen_month = asked()
    return tagged(estimating.estimate(birth, category, contribution_months, filing_month or this_month, chosen_month))
