"""The made-up people who hold the sandbox's phones. Names, numbers and faces belong to nobody."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Person:
    """A made-up person with a phone. The papers are for whoever plays her: to be typed into the service under test."""

    key: str
    name: str
    about: str
    born_on: date
    id_number: str
    mobile: str
    bank_account: str
    colour: str

    def openid(self, app_id: str) -> str:
        """Returns her openid for one account: 28 characters, the same at every start, different for another account."""
        digest = hashlib.sha256(f"{app_id}:{self.key}".encode()).digest()
        return "o" + base64.urlsafe_b64encode(digest).decode()[:27]

    def age(self, on: date) -> int:
        """Returns her whole years on a day."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


def made_up_id_number(area: str, born_on: date, sequence: int) -> str:
    """Returns an ID number with the right checksum (GB 11643-1999). `area` 6 digits, `sequence` 0-999 (odd for men)."""
    body = f"{area}{born_on:%Y%m%d}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def made_up_bank_account(prefix: str) -> str:
    """Returns an account whose last digit satisfies Luhn (ISO/IEC 7812-1)."""
    total = 0
    for position, digit in enumerate(reversed(prefix)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{prefix}{(10 - total % 10) % 10}"


def made_up_person(
    key: str, name: str, about: str, born_on: date, sequence: int, *, area: str = "430671", colour: str = "#4a7c59"
) -> Person:
    """Makes a person whose numbers all follow from the few facts given."""
    digits = f"{int(hashlib.sha256(key.encode()).hexdigest(), 16):080d}"
    account = made_up_bank_account(f"621700{digits[-12:]}")
    id_number = made_up_id_number(area, born_on, sequence)
    return Person(key, name, about, born_on, id_number, f"138{digits[-20:-12]}", account, colour)


PEOPLE = (
    made_up_person("liu-guiying", "刘桂莹", "酱菜厂包装工，女工人", date(1976, 2, 10), 28, colour="#b5651d"),
    made_up_person(
        "zhou-guoqiang", "周国楠", "农机站修理工，男职工", date(1966, 5, 18), 13, area="430681", colour="#2f6f8f"
    ),
    made_up_person("li-xiulan", "李岫岚", "供销社会计，女干部", date(1971, 5, 6), 46, area="430625", colour="#7b4b94"),
    made_up_person("chen-jianguo", "陈涧国", "砖瓦厂职工，早到年龄还没办", date(1963, 8, 21), 31, colour="#8c6d1f"),
    made_up_person("wang-meihua", "王湄桦", "制衣厂缝纫工，还差几个月", date(1976, 8, 15), 62, colour="#a23b5a"),
    made_up_person("zhou-xiaoming", "周晓茗", "周国楠的女儿，帮父亲办", date(1992, 11, 3), 84, colour="#3b6ea2"),
)
