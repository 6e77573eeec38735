"""Checks of an answer by name, as config/questions.zh-CN.yaml calls them, and warnings that stop nothing.

They catch slips of the hand. What the law asks of a person is in retirement.py and medical.py.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from backend.domain import identifiers
from backend.domain.answers import Answers, QuestionType, birth_month_of
from backend.domain.people import IdNumber, Month, chinese_length

Check = Callable[[Any, Answers, date | None], str | None]
"""(answer, the other answers, today) → a sentence when something is wrong, None when all is well."""

# Typing slips, not law: nobody's file starts before 14, nobody has worked for more than 50 years, and a count of
# months up to 50 is more often a count of years.
_YOUNGEST_START_MONTHS = 14 * 12
_LONGEST_WORKING_LIFE_MONTHS = 50 * 12
_LOOKS_LIKE_YEARS = 50


def _born_before_today(value: str, _answers: Answers, today: date | None) -> str | None:
    later = today is not None and IdNumber(value).birth_date > today
    return "请再看一遍第 7 到 14 位的出生年月日，现在写的比今天还晚。" if later else None


def _month_has_come(value: str, _answers: Answers, today: date | None) -> str | None:
    later = today is not None and Month.parse(value) > Month.of(today)
    return "这个月份还没有到，请再看一遍。" if later else None


def _day_has_come(value: str, _answers: Answers, today: date | None) -> str | None:
    later = today is not None and date.fromisoformat(value) > today
    return "这一天还没有到，请再看一遍。" if later else None


def _started_work_after_childhood(value: str, answers: Answers, _today: date | None) -> str | None:
    birth = birth_month_of(answers)
    if birth is None or birth.months_until(Month.parse(value)) >= _YOUNGEST_START_MONTHS:
        return None
    return f"您是 {birth.chinese}出生的，参加工作的年份好像太早了，请再看一遍。"


def _after_her_childhood(value: str, answers: Answers, _today: date | None) -> str | None:
    birth = birth_month_of(answers)
    if birth is None or birth.months_until(Month.of(date.fromisoformat(value))) >= _YOUNGEST_START_MONTHS:
        return None
    return f"您是 {birth.chinese}出生的，这一天好像太早了，请再看一遍年份。"


def _at_least_one_month(value: int, _answers: Answers, _today: date | None) -> str | None:
    return "请填月数，至少 1 个月。" if value < 1 else None


def _fits_a_working_life(value: int, _answers: Answers, _today: date | None) -> str | None:
    if value <= _LONGEST_WORKING_LIFE_MONTHS:
        return None
    return f"{value} 个月有 {chinese_length(value)}，好像太多了，请再看一遍。"


def _not_more_than_paid(value: int, answers: Answers, _today: date | None) -> str | None:
    paid = answers.get("medical_paid_months")
    if paid is None or value <= paid:
        return None
    return f"在湖南省内缴的不会比一共缴的多，上面写的一共是 {paid} 个月，请再看一遍。"


def _bank_name(value: str, _answers: Answers, _today: date | None) -> str | None:
    if re.search(r"\d{6}", value) or len(value) < 2:
        return "请写开户银行的名字，比如“中国农业银行”。"
    return None


def _same_bank_account(value: str, answers: Answers, _today: date | None) -> str | None:
    first = answers.get("bank_account")
    return "两遍输的账号不一样，请对照银行卡，再看一遍哪个对。" if first is not None and value != first else None


CHECKS: Mapping[str, Check] = {
    "born_before_today": _born_before_today,
    "month_has_come": _month_has_come,
    "day_has_come": _day_has_come,
    "started_work_after_childhood": _started_work_after_childhood,
    "after_her_childhood": _after_her_childhood,
    "at_least_one_month": _at_least_one_month,
    "fits_a_working_life": _fits_a_working_life,
    "not_more_than_paid": _not_more_than_paid,
    "bank_name": _bank_name,
    "same_bank_account": _same_bank_account,
}


def warning_of(question_type: QuestionType, value: Any) -> str | None:
    """A sentence that asks to look again at an answer that is allowed but unlikely; it never refuses."""
    if question_type is QuestionType.BANK_ACCOUNT and identifiers.parse_bank_account(value).luhn_warning:
        return "这个账号和常见的银行卡号规律不一样，请对照银行卡再看一遍；确认没错就继续。"
    if question_type is QuestionType.MONTHS and 0 < value <= _LOOKS_LIKE_YEARS:
        return f"您填的是 {value} 个月。如果是 {value} 年，请填 {value * 12}。"
    return None
