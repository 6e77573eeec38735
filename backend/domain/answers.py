"""What an answer may be: read by the type of its question, stored normalised and JSON-able, read back as values.

Which questions there are lives in questions.py, checks of an answer in answer_checks.py, its words in answer_words.py.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from backend.domain import identifiers
from backend.domain.people import BankAccount, IdNumber, Month, Sex

Answers = Mapping[str, Any]

HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_INVISIBLE = ("Cc", "Cf", "Cs", "Co")  # not Cn: a rare name may be newer than the table at hand
_MIDDLE_DOTS = str.maketrans("•‧・∙", "····")
_FIRST_YEAR = 1900
_SHORTEST_ADDRESS = 6


class NotAnAnswer(ValueError):
    """Raw input that cannot be read as an answer; the message is the sentence for the person."""


class QuestionType(StrEnum):
    """How a question is drawn and read."""

    TEXT = "text"
    NAME = "name"
    ID_NUMBER = "id_number"
    MONTH = "month"  # YYYY-MM
    DATE = "date"  # YYYY-MM-DD
    CHOICE = "choice"
    YES_NO = "yes_no"  # "yes" or "no"
    MONEY = "money"  # yuan with two decimals, as text
    MONTHS = "months"  # a count, as a number
    BANK_ACCOUNT = "bank_account"
    PHONE = "phone"
    POSTCODE = "postcode"
    AREA = "area"  # see places.py
    ADDRESS = "address"


# ── Reading by type ──────────────────────────────────────────────────────────────────────────────────────────────


def read_text(raw: object, max_length: int) -> str:
    """A line of text: NFC, no spaces between Chinese characters. Raises NotAnAnswer when too long or not text."""
    text = " ".join(unicodedata.normalize("NFC", _string(raw)).translate(_MIDDLE_DOTS).split())
    text = re.sub(rf"(?<=[{HAN}]) (?=[{HAN}])", "", text)
    if any(unicodedata.category(character) in _INVISIBLE for character in text):
        raise NotAnAnswer("里面有看不见的符号，请删掉后重新填。")
    if len(text) > max_length:
        raise NotAnAnswer(f"请写短一点，最多 {max_length} 个字，现在是 {len(text)} 个字。")
    return text


def read_name(raw: object, max_length: int) -> str:
    """A person's name in Chinese characters, with a middle dot where her papers have one."""
    name = read_text(raw, max_length)
    if not re.fullmatch(rf"[{HAN}〇]+(?:·[{HAN}]+)*", name):
        raise NotAnAnswer("姓名请写汉字，和身份证上一样。")
    if len(name) < 2:
        raise NotAnAnswer("姓名至少两个字，和身份证上一样。")
    return name


def read_address(raw: object, max_length: int) -> str:
    """An address that a courier finds."""
    address = read_text(raw, max_length)
    if len(address) < _SHORTEST_ADDRESS or not re.search(rf"[{HAN}]", address):
        raise NotAnAnswer("请写详细一点，写到门牌号或村组。")
    return address


def read_choice(raw: object, values: tuple[str, ...]) -> str:
    if not isinstance(raw, str) or raw not in values:
        raise NotAnAnswer("请从列出的几项里选一项。")
    return raw


def read_month(raw: object) -> str:
    """1988-07, 1988-7 or 1988年7月 → 1988-07."""
    text = _plain(raw)
    found = re.fullmatch(r"(\d{4})(?:[-./]|年)(\d{1,2})月?", text)
    try:
        if found is None:
            raise ValueError(text)
        month = Month(int(found[1]), int(found[2]))
    except ValueError:
        raise NotAnAnswer("请选年和月，比如 1988 年 7 月。") from None
    if month.year < _FIRST_YEAR:
        raise NotAnAnswer("请再看一遍年份，要写四位，比如 1988。")
    return str(month)


def read_date(raw: object) -> str:
    """2026-8-1, 2026年8月1日 or 20260801 → 2026-08-01. A date with a hole in it is told which part is missing."""
    text = re.sub(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", _plain(raw))
    found = re.fullmatch(r"(\d*)(?:[-./]|年)(\d*)(?:[-./]|月)(\d*)日?", text)
    if found is None:
        raise NotAnAnswer("请写清年、月、日，比如 2026 年 8 月 1 日。")
    if missing := [part for part, digits in zip(("年", "月", "日"), found.groups(), strict=True) if not digits]:
        raise NotAnAnswer(f"还差{'、'.join(missing)}，请补上。")
    year, month, day = (int(digits) for digits in found.groups())
    if len(found[1]) != 4 or year < _FIRST_YEAR:
        raise NotAnAnswer("请再看一遍年份，要写四位，比如 2026。")
    if not 1 <= month <= 12:
        raise NotAnAnswer("请再看一遍月份，是 1 到 12。")
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise NotAnAnswer(f"{year} 年 {month} 月没有 {day} 日，请再看一遍。") from None


def read_months(raw: object) -> int:
    """A count of months: a number, its digits, or a length of time as people say it (26年3个月)."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise NotAnAnswer("请填一个数字，比如 312。")
    text = _plain(str(raw)).replace(" ", "")
    if found := re.fullmatch(r"([0-9]{1,2})年(?:零?([0-9]{1,2})个?月)?", text):
        return int(found[1]) * 12 + int(found[2] or 0)
    if not re.fullmatch(r"[0-9]{1,4}(?:个?月)?", text):
        raise NotAnAnswer("请填一个整数，比如 312，就是一共多少个月。")
    return int(re.sub(r"个?月$", "", text))


def read_money(raw: object) -> str:
    """An amount in yuan → with two decimals: ￥3,250.5元 → 3250.50."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise NotAnAnswer("请填金额，比如 3250.50。")
    text = _plain(str(raw)).replace(" ", "").removeprefix("¥").removesuffix("元").replace(",", "")
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", text)
    if found is None:
        raise NotAnAnswer("请填金额，写数字就行，最多到分，比如 3250.50。")
    return f"{int(found[1])}.{(found[2] or '').ljust(2, '0')}"


def read_id_number(raw: object) -> str:
    return identifiers.parse_id_number(_string(raw)).value


def read_phone(raw: object) -> str:
    return identifiers.parse_phone(_string(raw)).value


def read_bank_account(raw: object) -> str:
    return identifiers.parse_bank_account(_string(raw)).value


def read_postcode(raw: object) -> str:
    return identifiers.parse_postcode(_string(raw))


def _string(raw: object) -> str:
    if not isinstance(raw, str):
        raise NotAnAnswer("请用文字填写。")
    return raw


def _plain(raw: object) -> str:
    return unicodedata.normalize("NFKC", _string(raw)).strip()


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
