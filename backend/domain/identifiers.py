"""Reads the numbers people type: ID number, mobile, bank account, post code. Masking lives in people.py.

The area code of an ID number is never checked: residents of 430681, 430671 and 430625 exist whatever a list says.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping

from backend.domain.errors import BankAccountInvalid, IdNumberInvalid, PhoneInvalid, PostcodeInvalid
from backend.domain.people import BankAccount, IdNumber, Phone

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-‐-―_.·]")


def parse_id_number(text: str) -> IdNumber:
    """Reads an 18-character 公民身份号码 (GB 11643-1999).

    Full width, spaces, dashes and a small x are normalised. Raises IdNumberInvalid with the fact `part`
    (missing | length | characters | date | checksum), the part to look at again; its sentence says where.
    """
    number = _plain(text).upper()
    for part, fault in _ID_NUMBER_FAULTS.items():
        if sentence := fault(number):
            raise IdNumberInvalid(sentence, part=part)
    return IdNumber(number)


def parse_phone(text: str) -> Phone:
    """Reads a mainland mobile number; +86 in front is dropped. Raises PhoneInvalid with the fact `part`."""
    number = re.sub(r"^(?:\+86|0086|86(?=\d{11}$))", "", _plain(text))
    if not number:
        raise PhoneInvalid("请填写手机号，一共 11 位。", part="missing")
    if not _digits(number):
        raise PhoneInvalid("手机号里只有数字，请再看一遍。", part="characters")
    if len(number) != 11:
        raise PhoneInvalid(f"手机号应是 11 位，现在是 {len(number)} 位，请再数一遍。", part="length")
    if not re.match(r"1[3-9]", number):
        raise PhoneInvalid("请再看一遍手机号的前两位，应是 13 到 19 开头。", part="prefix")
    return Phone(number)


def parse_bank_account(text: str) -> BankAccount:
    """Reads an account of 12 to 19 digits; a failing Luhn sum is a warning. Raises BankAccountInvalid with `part`."""
    number = _plain(text)
    if not number:
        raise BankAccountInvalid("请填写银行账号，就是银行卡正面的那串数字。", part="missing")
    if not _digits(number):
        raise BankAccountInvalid("银行账号里只有数字，请对照银行卡再看一遍。", part="characters")
    if not 12 <= len(number) <= 19:
        raise BankAccountInvalid(f"银行账号一般是 12 到 19 位，现在是 {len(number)} 位，请再数一遍。", part="length")
    return BankAccount(number, luhn_warning=not _luhn_holds(number))


def parse_postcode(text: str) -> str:
    """Reads a post code of six digits (here 414418). Raises PostcodeInvalid with the fact `part`."""
    number = _plain(text)
    if not number:
        raise PostcodeInvalid("请填写邮政编码，一共 6 位；屈原管理区是 414418。", part="missing")
    if not _digits(number):
        raise PostcodeInvalid("邮政编码里只有数字，请再看一遍。", part="characters")
    if len(number) != 6:
        raise PostcodeInvalid(f"邮政编码应是 6 位，现在是 {len(number)} 位；屈原管理区是 414418。", part="length")
    return number


def _plain(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _luhn_holds(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


# ── What is wrong with an ID number, and where to look ───────────────────────────────────────────────────────────


def _nothing_typed(number: str) -> str | None:
    return None if number else "请填写身份证号，一共 18 位。"


def _wrong_length(number: str) -> str | None:
    typed = len(number)
    if typed == _ID_NUMBER_LENGTH:
        return None
    if typed == _OLD_ID_NUMBER_LENGTH and _digits(number):
        return "这是旧的 15 位号码，请填现在身份证上的 18 位号码。"
    if typed < _ID_NUMBER_LENGTH:
        return f"身份证号是 18 位，现在是 {typed} 位，少了 {_ID_NUMBER_LENGTH - typed} 位，请对照身份证补上。"
    sentence = f"身份证号是 18 位，现在是 {typed} 位，多了 {typed - _ID_NUMBER_LENGTH} 位"
    doubled = _doubled(number)
    if doubled is None:
        return f"{sentence}，请对照身份证再看一遍。"
    return f"{sentence}。请看第 {doubled}、{doubled + 1} 位的“{number[doubled]}”，是不是多输了一个。"


def _wrong_character(number: str) -> str | None:
    for place, character in enumerate(number, start=1):
        if _digits(character) or (place == _ID_NUMBER_LENGTH and character == "X"):
            continue
        if place == _ID_NUMBER_LENGTH:
            return "身份证号最后一位是数字或 X，请再看一遍。"
        return f"请看第 {place} 位：身份证号前 17 位都是数字。"
    return None


def _no_birth_date(number: str) -> str | None:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not _FIRST_BIRTH_YEAR <= year <= _LAST_BIRTH_YEAR:
        return f"请看第 7 到 10 位：那里是出生的年份，现在写的是 {number[6:10]}。"
    if not 1 <= month <= 12:
        return f"请看第 11、12 位：那里是出生的月份，现在写的是 {number[10:12]}。"
    if not 1 <= day <= monthrange(year, month)[1]:
        return f"请看第 13、14 位：那里是出生的日子，{year} 年 {month} 月没有 {number[12:14]} 日。"
    return None


def _wrong_check_character(number: str) -> str | None:
    fitting = _check_character(number[:17])
    if number[17] == fitting:
        return None
    swapped = [place for place in range(1, len(number)) if _is_right(_swapped(number, place))]
    hint = f"也看看第 {swapped[0]}、{swapped[0] + 1} 位是不是写反了。" if len(swapped) == 1 else ""
    return (
        f"有一位不对：前 17 位没错的话，最后一位应是 {fitting}，现在是 {number[17]}。"
        f"请一组一组对照身份证：前 6 位，中间 8 位出生年月日，最后 4 位。{hint}"
    )


_ID_NUMBER_LENGTH = 18
_OLD_ID_NUMBER_LENGTH = 15
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = 1900, 2099
_ID_NUMBER_FAULTS: Mapping[str, Callable[[str], str | None]] = {
    "missing": _nothing_typed,
    "length": _wrong_length,
    "characters": _wrong_character,
    "date": _no_birth_date,
    "checksum": _wrong_check_character,
}


def _is_right(number: str) -> bool:
    return not any(fault(number) for fault in (_wrong_character, _no_birth_date)) and (
        number[17] == _check_character(number[:17])
    )


def _doubled(number: str) -> int | None:
    """Where a digit stands twice, counted from 1, when the number is right without one of the two, and no other is."""
    places = [place for place in range(1, len(number)) if number[place] == number[place - 1]]
    without = {number[:place] + number[place + 1 :]: place for place in reversed(places)}
    right = [place for shorter, place in without.items() if len(shorter) == _ID_NUMBER_LENGTH and _is_right(shorter)]
    return right[0] if len(right) == 1 else None


def _swapped(number: str, place: int) -> str:
    """The number with the characters at `place` and after it, counted from 1, in each other's place."""
    return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]


def _check_character(first_17: str) -> str:
    weighed = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[weighed % 11]
