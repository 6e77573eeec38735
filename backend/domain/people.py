"""What is known of a person: months, sex, identifiers that mask themselves. Parsing them lives in identifiers.py."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

_ONE_DAY = timedelta(days=1)
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class Sex(StrEnum):
    """性别."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, the grain of retirement rules. Ordered; written YYYY-MM."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"not a month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads YYYY-MM. Raises ValueError for anything else."""
        if not (found := _MONTH.fullmatch(text)):
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        year, month = divmod(self._index + months, 12)
        return Month(year, month + 1)

    def months_until(self, other: "Month") -> int:
        """Months from this one to the other; negative when the other is earlier."""
        return other._index - self._index

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return self.plus(1).first_day - _ONE_DAY

    @property
    def chinese(self) -> str:
        return f"{self.year}年{self.month}月"

    @property
    def _index(self) -> int:
        return self.year * 12 + self.month - 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def chinese_length(months: int) -> str:
    """A length of time as people say it: 185 → “15年5个月”, 180 → “15年”, 5 → “5个月”."""
    years, rest = divmod(months, 12)
    parts = (f"{years}年" if years else "", f"{rest}个月" if rest or not years else "")
    return "".join(parts)


def chinese_age(months: int) -> str:
    """An age as the law writes it: 725 → “60岁5个月”, 720 → “60岁”."""
    years, rest = divmod(months, 12)
    return f"{years}岁{rest}个月" if rest else f"{years}岁"


def chinese_date(day: date) -> str:
    """A date as people write it: 2026年8月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def mask_id_number(text: str) -> str:
    """430681199001010010 → 430***********0010. Anything too short to hide is hidden whole."""
    return _keep(text, 3, 4)


def mask_phone(text: str) -> str:
    """13812345678 → 138****5678."""
    return _keep(text, 3, 4)


def mask_account(text: str) -> str:
    """The last four digits of an account; the rest starred."""
    return _keep(text, 0, 4)


def mask_name(text: str) -> str:
    """张三丰 → 张**. A name of one character is starred."""
    return _keep(text, 1, 0) if len(text) > 1 else "*" * len(text)


def mask_address(text: str) -> str:
    """Province, city and county stay readable (the first six characters); the rest is starred."""
    return _keep(text, 6, 0) if len(text) > 6 else "*" * len(text)


def _keep(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """公民身份号码, 18 characters, already parsed. Masks itself in repr and str."""

    value: str

    @property
    def masked(self) -> str:
        return mask_id_number(self.value)

    @property
    def birth_date(self) -> date:
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def birth_month(self) -> Month:
        return Month.of(self.birth_date)

    @property
    def sex(self) -> Sex:
        """GB 11643: the 17th digit is odd for men, even for women."""
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    def __repr__(self) -> str:
        return self.masked


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """手机号码, 11 digits, already parsed. Masks itself in repr and str."""

    value: str

    @property
    def masked(self) -> str:
        return mask_phone(self.value)

    def __repr__(self) -> str:
        return self.masked


@dataclass(frozen=True, slots=True, repr=False)
class BankAccount:
    """银行账号, 12 to 19 digits. `luhn_warning` asks the person to look again; it never refuses."""

    value: str
    luhn_warning: bool

    @property
    def masked(self) -> str:
        return mask_account(self.value)

    def __repr__(self) -> str:
        return self.masked
