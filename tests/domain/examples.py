"""Made-up people and their answers, and the district's rulebook, for tests of the rules."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from backend.adapters.policy_files import load
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement_month import Circumstances, RetirementType
from backend.domain.rulebook import Rulebook

CONFIG = Path(__file__).parents[2] / "config"


@cache
def rulebook() -> Rulebook:
    return load(CONFIG)


def stated(birth: str, category: Category | None, paid: int, **changes: Any) -> Circumstances:
    """Somebody of the normal type who retires on time; `changes` replace single facts."""
    sex = Sex.MALE if category is Category.MALE else Sex.FEMALE
    given = {"birth": Month.parse(birth), "sex": sex, "category": category, "contribution_months": paid}
    return Circumstances(**{"retirement_type": RetirementType.NORMAL, **given, **changes})


def id_number(born: date, woman: bool = True, area: str = "430681") -> str:
    """A made-up ID number with the right check character."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    first = f"{area}{born:%Y%m%d}00{2 if woman else 1}"
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


AREA_HERE: dict[str, Any] = {
    "province": "湖南省",
    "city": "岳阳市",
    "county": "屈原管理区",
    "town": "营田镇",
    "village": "槐花社区",
    "codes": {"province": "430000", "city": "430600", "county": "430671"},
    "in_district": True,
}
AREA_ELSEWHERE: dict[str, Any] = {
    "province": "湖南省",
    "city": "长沙市",
    "county": "浏阳市",
    "town": "大瑶镇",
    "village": "新河村",
    "codes": {"province": "430000", "city": "430100", "county": "430181"},
    "in_district": False,
}


def answers(**changes: Any) -> dict[str, Any]:
    """A woman of the normal type who files everything together and has it sent; `changes` replace single answers.

    What only another path asks is answered too (the kind of special work, the day of a notice): there it counts,
    here it plays no part.
    """
    return {
        "name": "王秀兰",
        "id_number": id_number(date(1976, 3, 12)),
        "phone": "13812345678",
        "household_area": AREA_HERE,
        "retirement_type": "normal",
        "original_retirement_age": "50",
        "retirement_timing": "on_time",
        "chosen_month": "2026-11",
        "early_notice_on": "2026-07-15",
        "late_agreement_on": "2026-09-15",
        "special_work_kind": "underground",
        "special_work_months": 120,
        "appraisal_on": "2026-08-20",
        "employment": "employed",
        "work_started_month": "1995-07",
        "contribution_months": 312,
        "deemed_contribution_months": 0,
        "retirement_filing": "combined",
        "medical_filing": "combined",
        "medical_paid_months": 264,
        "medical_in_province_months": 264,
        "medical_deemed_months": None,
        "wants_only_child_reward": "yes",
        "only_child_filing": "combined",
        "has_housing_fund": "yes",
        "marital_status": "married",
        "only_child_certificate": "only_child_card",
        "household_moved_in": "no",
        "bank_name": "中国农业银行",
        "bank_account": "6228480000000000018",
        "bank_account_again": "6228480000000000018",
        "delivery": "express",
        "delivery_name": "王秀兰",
        "delivery_phone": "13812345678",
        "delivery_postcode": "414418",
        "delivery_address": "屈原管理区营田镇某某路 1 号",
        **changes,
    }
