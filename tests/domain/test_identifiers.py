"""What people type for their numbers, what is made of it, and how it hides itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import BankAccountInvalid, IdNumberInvalid, PhoneInvalid, PostcodeInvalid
from backend.domain.identifiers import parse_bank_account, parse_id_number, parse_phone, parse_postcode
from backend.domain.people import (
    Month,
    Phone,
    Sex,
    chinese_length,
    mask_account,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
)
from tests.domain.examples import id_number

WOMAN = id_number(date(1976, 3, 12))


@pytest.mark.parametrize("area", ["430681", "430671", "430625", "110101", "999999"])
def test_the_area_code_of_an_id_number_is_never_checked(area: str) -> None:
    assert parse_id_number(id_number(date(1976, 3, 12), area=area)).birth_date == date(1976, 3, 12)


@pytest.mark.parametrize(
    "typed",
    [
        WOMAN,
        f"  {WOMAN[:6]} {WOMAN[6:14]} {WOMAN[14:]} ",
        WOMAN.translate({ord(digit): ord(digit) - ord("0") + ord("０") for digit in "0123456789"}),
        f"{WOMAN[:6]}-{WOMAN[6:]}",
    ],
)
def test_an_id_number_is_read_however_it_was_typed(typed: str) -> None:
    assert parse_id_number(typed).value == WOMAN


@pytest.mark.parametrize("x", ["x", "X", "ｘ", "Ｘ"])
def test_a_small_or_wide_x_is_an_x(x: str) -> None:
    ending_in_x = next(number for day in range(1, 29) if (number := id_number(date(1970, 5, day))).endswith("X"))

    assert parse_id_number(ending_in_x[:-1] + x).value == ending_in_x


# WOMAN is 430681 1976 0312 0021: what stands below is what she might type instead.
@pytest.mark.parametrize(
    ("typed", "part", "says"),
    [
        ("", "missing", "一共 18 位"),
        (WOMAN[:17], "length", "现在是 17 位，少了 1 位"),
        (WOMAN[:3], "length", "现在是 3 位，少了 15 位"),
        (WOMAN + "35", "length", "现在是 20 位，多了 2 位，请对照身份证再看一遍。"),
        (WOMAN + "5", "length", "多了 1 位，请对照身份证再看一遍。"),
        (WOMAN[:7] + WOMAN[6:], "length", "多了 1 位。请看第 6、7 位的“1”，是不是多输了一个。"),
        (WOMAN[:9] + WOMAN[8:], "length", "多了 1 位。请看第 9、10 位的“7”，是不是多输了一个。"),
        ("430681760312002", "length", "旧的 15 位号码"),
        ("43068176031200X", "length", "少了 3 位"),
        ("43068119760312O021", "characters", "第 15 位"),
        ("X" + WOMAN[1:], "characters", "第 1 位"),
        (WOMAN[:17] + "Y", "characters", "最后一位是数字或 X"),
        (WOMAN[:16] + "X" + WOMAN[17:], "characters", "第 17 位"),
        (WOMAN[:6] + "18991231" + WOMAN[14:], "date", "第 7 到 10 位：那里是出生的年份，现在写的是 1899。"),
        (WOMAN[:6] + "21000101" + WOMAN[14:], "date", "第 7 到 10 位：那里是出生的年份，现在写的是 2100。"),
        (WOMAN[:6] + "19761301" + WOMAN[14:], "date", "第 11、12 位：那里是出生的月份，现在写的是 13。"),
        (WOMAN[:6] + "19760001" + WOMAN[14:], "date", "第 11、12 位"),
        (WOMAN[:6] + "19750229" + WOMAN[14:], "date", "第 13、14 位：那里是出生的日子，1975 年 2 月没有 29 日。"),
        (WOMAN[:6] + "19760300" + WOMAN[14:], "date", "第 13、14 位：那里是出生的日子，1976 年 3 月没有 00 日。"),
        ("430681197603120022", "checksum", "前 17 位没错的话，最后一位应是 1，现在是 2。"),
        ("43068119760312002X", "checksum", "最后一位应是 1，现在是 X。"),
        ("430681197603120012", "checksum", "也看看第 17、18 位是不是写反了。"),
        ("430618197603120021", "checksum", "一组一组对照身份证：前 6 位，中间 8 位出生年月日，最后 4 位。"),
    ],
)
def test_a_wrong_id_number_says_which_part_to_look_at(typed: str, part: str, says: str) -> None:
    with pytest.raises(IdNumberInvalid) as refusal:
        parse_id_number(typed)

    assert refusal.value.facts["part"] == part
    assert says in refusal.value.detail
    assert len(typed) < 4 or typed not in refusal.value.detail


@pytest.mark.parametrize("born", ["19000101", "20991231", "19760229"])
def test_the_first_and_the_last_birth_date_are_read(born: str) -> None:
    born_on = date.fromisoformat(f"{born[:4]}-{born[4:6]}-{born[6:]}")

    assert parse_id_number(id_number(born_on)).birth_date == born_on


def test_two_digits_that_changed_places_are_pointed_at_only_when_no_other_two_would_do() -> None:
    numbers = [id_number(date(1970, 1, 1) + timedelta(days=days)) for days in range(0, 400, 7)]
    wrong = [each for number in numbers for each in swaps_of(number) if not is_right(each)]
    could_be = {each: sum(map(is_right, swaps_of(each))) for each in wrong if "有一位不对" in said_of(each)}

    assert {1, 2} <= set(could_be.values())
    assert all(("写反" in said_of(each)) is (count == 1) for each, count in could_be.items())


def swaps_of(number: str) -> list[str]:
    """The number with each two neighbours in each other's place."""
    return [number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(17)]


def is_right(number: str) -> bool:
    try:
        return parse_id_number(number).value == number
    except IdNumberInvalid:
        return False


def said_of(typed: str) -> str:
    with pytest.raises(IdNumberInvalid) as refusal:
        parse_id_number(typed)
    return refusal.value.detail


BIRTHS = st.dates(date(1950, 1, 1), date(2000, 12, 31))


@given(BIRTHS, st.booleans())
def test_an_id_number_tells_birth_and_sex(born: date, woman: bool) -> None:
    number = parse_id_number(id_number(born, woman))

    assert (number.birth_date, number.sex) == (born, Sex.FEMALE if woman else Sex.MALE)


@given(BIRTHS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born: date, place: int, off: int) -> None:
    number = id_number(born)
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]

    with pytest.raises(IdNumberInvalid):
        parse_id_number(wrong)


@given(st.text())
def test_nothing_typed_breaks_the_reading(typed: str) -> None:
    for parse, refusal in (
        (parse_id_number, IdNumberInvalid),
        (parse_phone, PhoneInvalid),
        (parse_bank_account, BankAccountInvalid),
        (parse_postcode, PostcodeInvalid),
    ):
        try:
            parse(typed)
        except refusal as said:
            assert said.detail.endswith("。")  # noqa: PT017 — most texts are refused, some are numbers


@pytest.mark.parametrize(
    "typed", ["13812345678", "138 1234 5678", "+86 138-1234-5678", "８６13812345678", "008613812345678"]
)
def test_a_mobile_number_is_read_however_it_was_typed(typed: str) -> None:
    assert parse_phone(typed) == Phone("13812345678")


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "missing"),
        ("1381234567", "length"),
        ("12812345678", "prefix"),
        ("07305720000", "prefix"),
        ("1381234567a", "characters"),
    ],
)
def test_a_wrong_mobile_number_says_why(typed: str, part: str) -> None:
    with pytest.raises(PhoneInvalid) as refusal:
        parse_phone(typed)

    assert refusal.value.facts["part"] == part


@pytest.mark.parametrize(
    ("typed", "warns"),
    [
        ("6228480000000000018", False),
        ("6228 4800 0000 0000 011", True),
        ("123456789015", False),
        ("123456789012", True),
    ],
)
def test_a_luhn_sum_that_fails_is_a_warning_only(typed: str, warns: bool) -> None:
    account = parse_bank_account(typed)

    assert account.luhn_warning is warns


@pytest.mark.parametrize(("digits", "accepted"), [(11, False), (12, True), (19, True), (20, False)])
def test_an_account_has_12_to_19_digits(digits: int, accepted: bool) -> None:
    try:
        parse_bank_account("6" * digits)
    except BankAccountInvalid:
        assert not accepted
    else:
        assert accepted


@pytest.mark.parametrize(("typed", "part"), [("", "missing"), ("41441", "length"), ("41441B", "characters")])
def test_a_wrong_post_code_says_why(typed: str, part: str) -> None:
    with pytest.raises(PostcodeInvalid) as refusal:
        parse_postcode(typed)

    assert refusal.value.facts["part"] == part


def test_a_post_code_is_read_with_spaces() -> None:
    assert parse_postcode(" 414 418 ") == "414418"


def test_what_identifies_a_person_is_masked() -> None:
    assert mask_id_number("430681199001010010") == "430***********0010"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_account("6228480000000000015") == "***************0015"
    assert (mask_name("张三丰"), mask_name("张三"), mask_name("张"), mask_name("")) == ("张**", "张*", "*", "")
    assert mask_address("屈原管理区营田镇某某路 1 号") == "屈原管理区营*********"


@given(st.text(max_size=8))
def test_what_is_too_short_to_mask_is_hidden_whole(text: str) -> None:
    assert set(mask_id_number(text[:7])) <= {"*"}
    assert set(mask_account(text[:4])) <= {"*"}


def test_identifiers_do_not_show_themselves_in_logs() -> None:
    shown = repr([parse_id_number(WOMAN), parse_phone("13812345678"), parse_bank_account("6228480000000000015")])

    assert WOMAN not in shown
    assert "13812345678" not in f"{parse_phone('13812345678')}"
    assert shown == "[430***********" + WOMAN[-4:] + ", 138****5678, ***************0015]"


@given(st.builds(Month, st.integers(1900, 2200), st.integers(1, 12)), st.integers(-1000, 1000))
def test_months_add_up(month: Month, more: int) -> None:
    later = month.plus(more)

    assert month.months_until(later) == more
    assert Month.parse(str(later)) == later
    assert (later > month) is (more > 0)


@pytest.mark.parametrize("text", ["1976-13", "1976-00", "76-03", "1976-3", "1976-03-01", ""])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("months", "words"), [(0, "0个月"), (5, "5个月"), (12, "1年"), (185, "15年5个月"), (180, "15年")]
)
def test_a_length_is_said_as_people_say_it(months: int, words: str) -> None:
    assert chinese_length(months) == words
