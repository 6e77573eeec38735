"""医保缴费年限 in her words: enough, or how many months are still to be paid. Never a reason not to file."""

from datetime import date
from typing import Any

from backend.domain.answers import Answers
from backend.domain.medical import MedicalYears
from backend.domain.people import Month, chinese_length
from backend.domain.rulebook import Rulebook

View = dict[str, Any]


def medical_view(answers: Answers, rulebook: Rulebook, today: date) -> View | None:
    """MedicalYears of the API, once she has stated months of 医保 that are handed in with the case."""
    found = rulebook.medical_years(answers, Month.of(today))
    if found is None:
        return None
    return {
        "title": _title(found),
        "lines": [
            _line("累计缴费（含 2003 年以前的连续工龄）", found.lifetime_wanted, found.lifetime_short),
            _line("在湖南省内实际缴费", found.in_province_wanted, found.in_province_short),
        ],
        "months_to_pay": found.months_to_pay,
        "law": found.law,
        "status": found.status,
    }


def _title(found: MedicalYears) -> str:
    if found.months_to_pay is None:
        return "医保年限由区医保局核对"
    return f"医保大约还要补缴 {found.months_to_pay} 个月" if found.months_to_pay else "照您填的，医保年限够了"


def _line(what: str, wanted: int, short: int | None) -> str:
    asked = f"{what}要满 {chinese_length(wanted)}（{wanted} 个月）"
    if short is None:
        return f"{asked}，您没有填，由区医保局核对。"
    return f"{asked}，还差 {short} 个月。" if short else f"{asked}，够了。"
