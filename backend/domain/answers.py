"""What an answer may be: read by the type of its question, checked by name, read back as the field's values.

Which questions there are and when they are asked lives in questions.py. An answer is stored normalised and JSON-able.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.domain import identifiers
from backend.domain.people import (
    BankAccount,
    IdNumber,
    Month,
    Sex,
    chinese_length,
    mask_account,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
)

Answers = Mapping[str, Any]

# Typing slips, not law: nobody's file starts before 14, nobody has paid for more than 50 years, and a count of
# months up to 50 is more often a count of years.
_YOUNGEST_START_MONTHS = 14 * 12
_LONGEST_CONTRIBUTION_MONTHS = 50 * 12
_LOOKS_LIKE_YEARS = 50

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_INVISIBLE = ("Cc", "Cf", "Cs", "Co")  # not Cn: a rare name may be newer than the table at hand
_MIDDLE_DOTS = str.maketrans("•‧・∙", "····")


class NotAnAnswer(ValueError):
    """Raw input that cannot be read as an answer; the message is the sentence for the person."""


class QuestionType(StrEnum):
    """How a question is drawn and read."""

    TEXT = "text"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    AREA = "area"
    CHOICE = "choice"
    MONTH = "month"
    MONTHS = "months"
    BANK_ACCOUNT = "bank_account"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class Place:
    """A name on the map and its administrative code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class District:
    """屈原管理区: its place in the tree, its towns, and the county names under which its registers are also written."""

    province: Place
    city: Place
    county: Place
    towns: tuple[str, ...]
    also_written_as: tuple[Place, ...]

    def holds(self, county_code: str, town: str) -> bool:
        if county_code == self.county.code:
            return True
        return town in self.towns and county_code in {place.code for place in self.also_written_as}


# ── Reading by type ──────────────────────────────────────────────────────────────────────────────────────────────


def read_text(raw: object, max_length: int) -> str:
    """A line of text: NFC, no spaces between Chinese characters. Raises NotAnAnswer when too long or not text."""
    text = " ".join(unicodedata.normalize("NFC", _string(raw)).translate(_MIDDLE_DOTS).split())
    text = re.sub(rf"(?<=[{_HAN}]) (?=[{_HAN}])", "", text)
    if any(unicodedata.category(character) in _INVISIBLE for character in text):
        raise NotAnAnswer("里面有看不见的符号，请删掉后重新填。")
    if len(text) > max_length:
        raise NotAnAnswer(f"请写短一点，最多 {max_length} 个字，现在是 {len(text)} 个字。")
    return text


def read_choice(raw: object, values: tuple[str, ...]) -> str:
    if not isinstance(raw, str) or raw not in values:
        raise NotAnAnswer("请从列出的几项里选一项。")
    return raw


def read_month(raw: object) -> str:
    """1988-07, 1988-7 or 1988年7月 → 1988-07."""
    text = unicodedata.normalize("NFKC", _string(raw)).strip()
    found = re.fullmatch(r"(\d{4})(?:[-./]|年)(\d{1,2})月?", text)
    try:
        if found is None:
            raise ValueError(text)
        month = Month(int(found[1]), int(found[2]))
    except ValueError:
        raise NotAnAnswer("请选年和月，比如 1988 年 7 月。") from None
    if month.year < 1900:
        raise NotAnAnswer("请再看一遍年份，要写四位，比如 1988。")
    return str(month)


def read_months(raw: object) -> int:
    """A count of months, a number or its digits."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise NotAnAnswer("请填一个数字，比如 312。")
    text = unicodedata.normalize("NFKC", str(raw)).strip().removesuffix("个月").strip()
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise NotAnAnswer("请填一个整数，比如 312，不用写年和月。")
    return int(text)


def read_area(raw: object, district: District) -> dict[str, Any]:
    """户籍所在地: the five names, the codes that came along, and whether it lies in the district."""
    if not isinstance(raw, Mapping):
        raise NotAnAnswer("请选省、市、县和乡镇，再写上村或社区。")
    names = {level: read_text(raw.get(level) or "", 40) for level in _AREA_LEVELS}
    if missing := [label for level, label in _AREA_LEVELS.items() if not names[level]]:
        raise NotAnAnswer(f"还差{'、'.join(missing)}，请补上。")
    codes = _area_codes(raw.get("codes"))
    return {**names, "codes": codes, "in_district": district.holds(codes.get("county", ""), names["town"])}


_AREA_LEVELS = {
    "province": "省",
    "city": "市",
    "county": "县（市、区）",
    "town": "乡镇（街道）",
    "village": "村（社区）",
}
_CODED_LEVELS = ("province", "city", "county")


def _area_codes(raw: object) -> dict[str, str]:
    """The codes of province, city and county; below that people's own words count."""
    given = raw if isinstance(raw, Mapping) else {}
    codes = {level: str(given[level]) for level in _CODED_LEVELS if given.get(level)}
    if any(not re.fullmatch(r"[0-9]{6}", code) for code in codes.values()):
        raise NotAnAnswer("请重新选一遍户籍所在地。")
    if "county" not in codes:
        raise NotAnAnswer("请选到县（市、区）。")
    return codes


def _string(raw: object) -> str:
    if not isinstance(raw, str):
        raise NotAnAnswer("请用文字填写。")
    return raw


def read_id_number(raw: object) -> str:
    return identifiers.parse_id_number(_string(raw)).value


def read_phone(raw: object) -> str:
    return identifiers.parse_phone(_string(raw)).value


def read_bank_account(raw: object) -> str:
    return identifiers.parse_bank_account(_string(raw)).value


def read_postcode(raw: object) -> str:
    return identifiers.parse_postcode(_string(raw))


# ── Checks by name: a sentence when something is wrong, None when all is well ────────────────────────────────────

Check = Callable[[Any, Answers, Month | None], str | None]


def _person_name(value: str, _answers: Answers, _today: Month | None) -> str | None:
    if not re.fullmatch(rf"[{_HAN}〇]+(?:·[{_HAN}]+)*", value):
        return "姓名请写汉字，和身份证上一样。"
    return "姓名至少两个字，和身份证上一样。" if len(value) < 2 else None


def _born_before_today(value: str, _answers: Answers, today: Month | None) -> str | None:
    later = today is not None and IdNumber(value).birth_month > today
    return "请再看一遍第 7 到 14 位的出生年月日，现在写的比今天还晚。" if later else None


def _not_in_the_future(value: str, _answers: Answers, today: Month | None) -> str | None:
    later = today is not None and Month.parse(value) > today
    return "这个月份还没有到，请再看一遍。" if later else None


def _started_work_after_childhood(value: str, answers: Answers, _today: Month | None) -> str | None:
    birth = birth_month_of(answers)
    if birth is None or birth.months_until(Month.parse(value)) >= _YOUNGEST_START_MONTHS:
        return None
    return f"您是 {birth.chinese}出生的，参加工作的年份好像太早了，请再看一遍。"


def _contribution_fits_a_working_life(value: int, _answers: Answers, _today: Month | None) -> str | None:
    if value < 1:
        return "请填缴过的月数，至少 1 个月。"
    if value > _LONGEST_CONTRIBUTION_MONTHS:
        return f"{value} 个月有 {chinese_length(value)}，好像太多了，请对照个人权益单再看一遍。"
    return None


def _bank_name(value: str, _answers: Answers, _today: Month | None) -> str | None:
    if re.search(r"\d{6}", value) or len(value) < 2:
        return "请写开户银行的名字，比如“中国农业银行”。"
    return None


def _same_bank_account(value: str, answers: Answers, _today: Month | None) -> str | None:
    first = answers.get("bank_account")
    return "两遍输的账号不一样，请对照银行卡，再看一遍哪个对。" if first is not None and value != first else None


def _address_is_long_enough(value: str, _answers: Answers, _today: Month | None) -> str | None:
    return "请写详细一点，写到门牌号或村组。" if len(value) < 6 else None


CHECKS: Mapping[str, Check] = {
    "person_name": _person_name,
    "born_before_today": _born_before_today,
    "not_in_the_future": _not_in_the_future,
    "started_work_after_childhood": _started_work_after_childhood,
    "contribution_fits_a_working_life": _contribution_fits_a_working_life,
    "bank_name": _bank_name,
    "same_bank_account": _same_bank_account,
    "address_is_long_enough": _address_is_long_enough,
}


# ── Warnings: worth a second look, never a refusal ───────────────────────────────────────────────────────────────


def warning_of(question_type: QuestionType, value: Any) -> str | None:
    """A sentence that asks to look again at an answer that is allowed but unlikely."""
    if question_type is QuestionType.BANK_ACCOUNT and identifiers.parse_bank_account(value).luhn_warning:
        return "这个账号和常见的银行卡号规律不一样，请对照银行卡再看一遍；确认没错就继续。"
    if question_type is QuestionType.MONTHS and value <= _LOOKS_LIKE_YEARS:
        return f"您填的是 {value} 个月。如果是 {value} 年，请填 {value * 12}。"
    return None


# ── Reading answers back ─────────────────────────────────────────────────────────────────────────────────────────


def id_number_of(answers: Answers) -> IdNumber | None:
    value = answers.get("id_number")
    return IdNumber(value) if isinstance(value, str) and value else None


def birth_month_of(answers: Answers) -> Month | None:
    number = id_number_of(answers)
    return number.birth_month if number else None


def sex_of(answers: Answers) -> Sex | None:
    number = id_number_of(answers)
    return number.sex if number else None


def bank_account_of(answers: Answers) -> BankAccount | None:
    value = answers.get("bank_account")
    return identifiers.parse_bank_account(value) if isinstance(value, str) and value else None


# ── Showing an answer ────────────────────────────────────────────────────────────────────────────────────────────


def in_words(question_type: QuestionType, value: Any, labels: Mapping[str, str]) -> str:
    """The whole answer as Chinese text; an answer left blank is “未填写”."""
    if value is None or value == "":
        return "未填写"
    match question_type:
        case QuestionType.CHOICE:
            return labels.get(value, str(value))
        case QuestionType.MONTH:
            return Month.parse(value).chinese
        case QuestionType.MONTHS:
            return f"{value} 个月（{chinese_length(value)}）"
        case QuestionType.AREA:
            return "".join(dict.fromkeys(value[level] for level in _AREA_LEVELS))
        case _:
            return str(value)


def masked_in_words(key: str, question_type: QuestionType, value: Any) -> str:
    """The answer with what identifies a person starred."""
    if value is None or value == "":
        return "未填写"
    match question_type:
        case QuestionType.ID_NUMBER:
            return mask_id_number(value)
        case QuestionType.PHONE:
            return mask_phone(value)
        case QuestionType.BANK_ACCOUNT:
            return mask_account(value)
        case QuestionType.AREA:
            return "".join(dict.fromkeys(value[level] for level in _AREA_LEVELS if level != "village")) + "****"
        case _:
            return mask_name(value) if key in _NAMES else mask_address(value)


_NAMES = frozenset({"name", "delivery_name"})
