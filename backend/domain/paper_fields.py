"""Fields of papers, found by the words printed before them. Each finder takes the lines and gives what it is sure of.

A value is what stands there, brought into the form in which it is compared; a character is never guessed. Only in a
number, where no letter can stand, O, I, l and the like are read as the digit they look like. No check digit repairs it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backend.domain.layout import PlacedLine, box_of
from backend.domain.reading import FieldKey, ReadField

Lines = Sequence[PlacedLine]
Finder = Callable[[Lines], Iterator[ReadField]]

DIGIT_LIKE = str.maketrans("OoQDIl|iZzSsBb", "00001111225588")
NAME_DOTS = re.compile(r"[•・‧∙⋅.。·\-]")
NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af〇]{1,15}(?:·[\u3400-\u9fff〇]{1,15})*")


def spaced(*labels: str) -> str:
    """A pattern for labels between whose letters there may be spaces."""
    return "|".join(r"\s*".join(label) for label in labels)


# What ends a value in the same line.
NEXT_LABEL = re.compile(
    spaced(
        *("姓名", "性别", "民族", "出生", "国籍", "身份证", "住址"),
        *("户主", "婚姻", "电话", "户籍", "单位", "证号", "公民"),
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """Words in a line, from `start` to `end`."""

    line: PlacedLine
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end]

    def field(self, key: FieldKey, value: str) -> ReadField:
        return ReadField(key, value, self.line.box(self.start, self.end), self.line.confidence)


# ── where words stand ────────────────────────────────────────────────────────────────────────


def after(lines: Lines, label: str) -> Iterator[Found]:
    """What is written behind a label: in its line, or else in the next one to the right."""
    for line in lines:
        for match in re.finditer(label, line.text):
            here = _up_to_next_label(line, match.end())
            if here.text:
                yield here
            elif not line.text[here.end :].strip() and (neighbour := right_of(line, lines)) is not None:
                there = _up_to_next_label(neighbour, 0)
                if there.text:
                    yield there


def right_of(line: PlacedLine, lines: Lines) -> PlacedLine | None:
    """The nearest line to the right in the same row."""
    room = max(line.height, 1.0)
    same_row = [
        each
        for each in lines
        if each is not line and abs(each.middle - line.middle) < room * 0.6 and each.left > line.right - room * 0.7
    ]
    return min(same_row, key=lambda each: each.left, default=None)


def _up_to_next_label(line: PlacedLine, start: int) -> Found:
    text = line.text
    following = NEXT_LABEL.search(text, start)
    end = following.start() if following else len(text)
    while start < end and text[start] in " :;,.、，。·_-—|/()（）":
        start += 1
    while end > start and text[end - 1] in " :;,.、，。·_-—|/(（":
        end -= 1
    return Found(line, start, end)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


def id_numbers(lines: Lines) -> Iterator[ReadField]:
    """公民身份号码 wherever they stand: 18 places, whether or not the last one is right."""
    for found, digits in _long_numbers(lines, r"[0-9OoQDIl|iZzSsBb]{17}[0-9XxОOoIl]"):
        number = digits[:17].translate(DIGIT_LIKE) + digits[17].upper().translate(DIGIT_LIKE)
        if _has_a_date(number):
            yield found.field(FieldKey.ID_NUMBER, number)


def account_number(lines: Lines) -> Iterator[ReadField]:
    """The number of a bank card: 16 to 19 digits, the longest there is."""
    numbers = [(found, digits) for found, digits in _long_numbers(lines, r"\d{16,19}")]
    if numbers:
        found, digits = max(numbers, key=lambda each: len(each[1]))
        yield found.field(FieldKey.ACCOUNT_NUMBER, digits)


def _long_numbers(lines: Lines, pattern: str) -> Iterator[tuple[Found, str]]:
    """Numbers with spaces left out, with where they stand."""
    whole = re.compile(rf"(?<![0-9]){pattern}(?![0-9])")
    for line in lines:
        places = [i for i, character in enumerate(line.text) if not character.isspace() and character != "-"]
        text = "".join(line.text[i] for i in places)
        for match in whole.finditer(text):
            yield Found(line, places[match.start()], places[match.end() - 1] + 1), match[0]


def _has_a_date(number: str) -> bool:
    return _real_date(number[6:10], number[10:12], number[12:14]) is not None


# ── people ───────────────────────────────────────────────────────────────────────────────────


def as_name(text: str) -> str | None:
    """A person's name with its dot (·) where it has one; None for what is none."""
    name = NAME_DOTS.sub("·", "".join(text.split())).strip("·")
    return name if NAME.fullmatch(name) and len(name) > 1 else None


def _names(key: FieldKey, label: str) -> Finder:
    def find(lines: Lines) -> Iterator[ReadField]:
        seen = set()
        for found in after(lines, label):
            name = as_name(found.text)
            if name and name not in seen:
                seen.add(name)
                yield found.field(key, name)

    return find


def name_on_id_card(lines: Lines) -> Iterator[ReadField]:
    """The name behind its label, or, where a thumb is on the label, the line over 性别."""
    named = list(_names(FieldKey.NAME, spaced("姓名"))(lines))
    if named:
        yield named[0]
        return
    sex = next((line for line in lines if re.search(spaced("性别", "民族"), line.text)), None)
    above = [line for line in lines if sex is not None and line.middle < sex.top and line.left < sex.right]
    if above:
        line = max(above, key=lambda each: each.middle)
        start = 1 if line.text[0] in "名姓" and len(line.text) > 2 else 0
        if name := as_name(line.text[start:]):
            yield Found(line, start, len(line.text)).field(FieldKey.NAME, name)


def sex(lines: Lines) -> Iterator[ReadField]:
    """男 or 女, behind 性别 or before 民族."""
    for line in lines:
        match = re.search(rf"(?:{spaced('性别')})[\s:]*([男女])|([男女])\s*(?:{spaced('民族')})", line.text)
        if match:
            group = 1 if match[1] else 2
            found = Found(line, match.start(group), match.end(group))
            yield found.field(FieldKey.SEX, "male" if match[group] == "男" else "female")
            return
    for found in after(lines, spaced("性别")):
        if found.text in ("男", "女"):
            yield found.field(FieldKey.SEX, "male" if found.text == "男" else "female")
            return


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def birth_date(lines: Lines) -> Iterator[ReadField]:
    """The first date behind 出生, or alone in the only line with a date by 年月日."""
    pattern = re.compile(r"(\d{4})\s*[年.\-]\s*(\d{1,2})\s*[月.\-]\s*(\d{1,2})\s*日?")
    labelled = [line for line in lines if re.search(spaced("出生"), line.text)]
    right = [each for line in labelled if (each := right_of(line, lines)) is not None]
    for line in (*labelled, *right):
        for match in pattern.finditer(line.text):
            if born := _real_date(*match.groups()):
                yield Found(line, match.start(), match.end()).field(FieldKey.BIRTH_DATE, born)
                return


def valid_until(lines: Lines) -> Iterator[ReadField]:
    """有效期限: its end, as a date or 长期."""
    pattern = re.compile(r"\d{4}\D?\d{2}\D?\d{2}\D{0,3}?(?:(长期)|(\d{4})\D?(\d{2})\D?(\d{2}))")
    for line in lines:
        if match := pattern.search(line.text):
            until = match[1] or _real_date(match[2], match[3], match[4])
            if until:
                start = match.start(1 if match[1] else 2)
                yield Found(line, start, match.end()).field(FieldKey.VALID_UNTIL, until)
                return


def _real_date(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


# ── an address and other words ───────────────────────────────────────────────────────────────


def address_on_id_card(lines: Lines) -> Iterator[ReadField]:
    """住址: the lines between the label and the number, left of the portrait, put together."""
    labelled = [(line, match) for line in lines if (match := re.search(spaced("住址"), line.text))]
    if not labelled:
        return
    label, match = labelled[0]
    first = _up_to_next_label(label, match.end())
    below = next((line.top for line in lines if re.search(r"公民|身份号码|\d{15}", line.text)), float("inf"))
    rest = [
        Found(line, 0, len(line.text))
        for line in lines
        if line is not label
        and label.top - label.height * 0.5 < line.middle < below
        and line.left > label.left - label.height
        and line.height < label.height * 2
        and not re.search(r"[年月]\s*\d{1,2}\s*[月日]|样张", line.text)
    ]
    parts = [each for each in (first, *rest) if each.text]
    address = "".join("".join(each.text for each in parts).split())
    if len(address) >= 4:
        box = box_of([each.line.box(each.start, each.end) for each in parts])
        yield ReadField(FieldKey.ADDRESS, address, box, min(each.line.confidence for each in parts))


def certificate_number(lines: Lines) -> Iterator[ReadField]:
    """The number of a certificate, as printed, without spaces."""
    for found in after(lines, spaced("证字号", "证号", "证书编号", "光荣证编号", "编号")):
        number = "".join(found.text.split())
        if re.search(r"\d{2}", number):
            yield found.field(FieldKey.CERTIFICATE_NUMBER, number)
            return


def card_number(lines: Lines) -> Iterator[ReadField]:
    """卡号 of a social security card, which is neither the ID number nor the bank's."""
    for found in after(lines, spaced("卡号")):
        number = "".join(found.text.split()).upper()
        if re.fullmatch(r"[A-Z]{0,2}\d{7,10}[0-9X]?", number):
            yield found.field(FieldKey.CARD_NUMBER, number)
            return


names_of_holders = _names(FieldKey.NAMES, spaced("姓名"))
names_on_only_child_certificate = _names(FieldKey.NAMES, rf"{spaced('姓名')}|[父母]亲\s*:|子女\s*:")
name_on_card = _names(FieldKey.NAME, spaced("姓名"))
name_on_form = _names(FieldKey.NAME, rf"{spaced('姓名')}|乙\s*方\s*(?:\(\s*劳动者\s*\))?\s*:")
holder = _names(FieldKey.HOLDER, spaced("户名", "持卡人", "姓名"))
