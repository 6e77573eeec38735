"""医保缴费年限 in her words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.services.medical_view import medical_view
from tests.domain.examples import answers, rulebook

TODAY = date(2026, 11, 24)


def said(**months: Any) -> dict[str, Any]:
    stated = {"medical_paid_months": 0, "medical_in_province_months": 0, "medical_deemed_months": 0, **months}
    view = medical_view(answers(**stated), rulebook(), TODAY)
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("paid", "in_province", "deemed", "to_pay", "title"),
    [
        (240, 156, 60, 0, "照您填的，医保年限够了"),
        (240, 156, 50, 10, "医保大约还要补缴 10 个月"),
        (300, 150, 0, 6, "医保大约还要补缴 6 个月"),
    ],
)
def test_what_is_missing_is_told_in_months(paid: int, in_province: int, deemed: int, to_pay: int, title: str) -> None:
    view = said(medical_paid_months=paid, medical_in_province_months=in_province, medical_deemed_months=deemed)

    assert (view["months_to_pay"], view["title"], view["status"]) == (to_pay, title, "待医保局确认")


def test_what_she_did_not_state_is_left_to_the_department() -> None:
    view = said(medical_paid_months=None)

    assert view["title"] == "医保年限由区医保局核对"
    assert "您没有填" in view["lines"][0]


def test_nothing_is_said_where_she_goes_to_the_department_herself() -> None:
    assert medical_view(answers(medical_filing="self"), rulebook(), TODAY) is None
