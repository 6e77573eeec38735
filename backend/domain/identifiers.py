"""Reads the numbers people type: ID number, mobile, bank account, post code. Masking lives in people.py.

The area code of an ID number is never checked: residents of 430681, 430671 and 430625 exist whatever a list says.
"""

import re
import unicodedata
from datetime import date

from backend.domain.errors import BankAccountInvalid, IdNumberInvalid, PhoneInvalid, PostcodeInvalid
from backend.domain.people import BankAccount, IdNumber, Phone

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-‐-―_.·]")


def parse_id_number(text: str) -> IdNumber:
    """Reads an 18-character 公民身份号码 (GB 11643-1999).

    Full width, spaces, dashes and a small x are normalised. Raises IdNumberInvalid with the fact `part`
    (missing | length | characters | date | checksum), the part to look at again.
    """
    number = _plain(text).upper()
    if not number:
        raise IdNumberInvalid("请填写身份证号，一共 18 位。", part="missing")
    if len(number) != 18:
        raise IdNumberInvalid(f"身份证号应是 18 位，现在是 {len(number)} 位，请对照身份证再数一遍。", part="length")
    if not (_digits(number[:17]) and (_digits(number[17]) or number[17] == "X")):
        raise IdNumberInvalid("身份证号前 17 位都是数字，最后一位是数字或 X，请再看一遍。", part="characters")
    if not _is_real_date(number[6:14]):
        raise IdNumberInvalid("请再看一遍第 7 到 14 位，那里是出生年月日。", part="date")
    if number[17] != _check_character(number[:17]):
        raise IdNumberInvalid("身份证号里有一位和最后一位对不上，请对照身份证从头再看一遍。", part="checksum")
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


def _is_real_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1900
    except ValueError:
        return False


def _check_character(first_17: str) -> str:
    weighed = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[weighed % 11]


def _luhn_holds(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
