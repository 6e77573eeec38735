"""An answer as people read it: in words, and with what identifies a person starred."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.domain.answers import QuestionType
from backend.domain.people import (
    Month,
    chinese_date,
    chinese_length,
    mask_account,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
)
from backend.domain.places import area_in_words, area_masked

_BLANK = "未填写"


def in_words(question_type: QuestionType, value: Any, labels: Mapping[str, str]) -> str:
    """The whole answer as Chinese text; an answer left blank is “未填写”."""
    if value is None or value == "":
        return _BLANK
    match question_type:
        case QuestionType.CHOICE | QuestionType.YES_NO:
            return labels.get(value, str(value))
        case QuestionType.MONTH:
            return Month.parse(value).chinese
        case QuestionType.DATE:
            return chinese_date(date.fromisoformat(value))
        case QuestionType.MONTHS:
            return f"{value} 个月（{chinese_length(value)}）" if value >= 12 else f"{value} 个月"
        case QuestionType.MONEY:
            whole, cents = value.split(".")
            return f"{int(whole):,}.{cents} 元"
        case QuestionType.AREA:
            return area_in_words(value)
        case _:
            return str(value)


def masked_in_words(question_type: QuestionType, value: Any, labels: Mapping[str, str]) -> str:
    """The answer with what identifies a person starred; other types are whole."""
    if value is None or value == "":
        return _BLANK
    match question_type:
        case QuestionType.NAME:
            return mask_name(value)
        case QuestionType.ID_NUMBER:
            return mask_id_number(value)
        case QuestionType.PHONE:
            return mask_phone(value)
        case QuestionType.BANK_ACCOUNT:
            return mask_account(value)
        case QuestionType.AREA:
            return area_masked(value)
        case QuestionType.ADDRESS | QuestionType.TEXT:
            return mask_address(value)
        case _:
            return in_words(question_type, value, labels)
