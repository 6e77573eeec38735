"""How each type of question is read, checked and said: what a thumb types, what is kept, what a person is told."""

from datetime import date
from typing import Any

import pytest

from backend.domain.answer_checks import CHECKS
from backend.domain.answer_words import in_words, masked_in_words
from backend.domain.answers import (
    NotAnAnswer,
    QuestionType,
    read_address,
    read_choice,
    read_date,
    read_money,
    read_month,
    read_months,
    read_name,
    read_text,
)
from tests.domain.examples import AREA_HERE, id_number

TODAY = date(2026, 11, 24)
BORN_IN_1976 = {"id_number": id_number(date(1976, 3, 12))}


# ── reading ──


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-08-01", "2026-08-01"),
        ("2026-8-1", "2026-08-01"),
        ("2026年8月1日", "2026-08-01"),
        ("２０２６／８／１", "2026-08-01"),
        ("2026.8.1", "2026-08-01"),
        (" 20260801 ", "2026-08-01"),
        ("2024-2-29", "2024-02-29"),
        ("1900-1-1", "1900-01-01"),
    ],
)
def test_a_date_is_read_however_it_was_typed(typed: str, kept: str) -> None:
    assert read_date(typed) == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2026-8-", "还差日，请补上。"),
        ("2026--", "还差月、日，请补上。"),
        ("-8-1", "还差年，请补上。"),
        ("26-8-1", "年份，要写四位"),
        ("1899-12-31", "年份，要写四位"),
        ("2026-13-1", "月份，是 1 到 12"),
        ("2026-0-1", "月份，是 1 到 12"),
        ("2025-2-29", "2025 年 2 月没有 29 日"),
        ("2026-4-31", "2026 年 4 月没有 31 日"),
        ("2026-8-0", "2026 年 8 月没有 0 日"),
        ("八月一日", "写清年、月、日"),
        ("2026-08", "写清年、月、日"),
        (20260801, "请用文字填写"),
        (None, "请用文字填写"),
    ],
)
def test_a_date_that_is_none_says_which_part_to_look_at(typed: object, says: str) -> None:
    with pytest.raises(NotAnAnswer, match=says):
        read_date(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3250.5", "3250.50"),
        ("3,250.50 元", "3250.50"),
        ("￥３２５０", "3250.00"),
        ("¥0.05", "0.05"),
        (3250, "3250.00"),
        ("007", "7.00"),
        ("999999999.99", "999999999.99"),
    ],
)
def test_an_amount_is_kept_to_the_cent(typed: object, kept: str) -> None:
    assert read_money(typed) == kept


@pytest.mark.parametrize("typed", ["3250.555", "-1", "三千", "1e3", "1000000000", "", "12.", True, 3.5, None])
def test_what_is_no_amount_is_refused(typed: object) -> None:
    with pytest.raises(NotAnAnswer, match="请填金额"):
        read_money(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("312", 312),
        (312, 312),
        ("0", 0),
        ("３１２ 个月", 312),
        ("312月", 312),
        ("26年", 312),
        ("26 年 3 个月", 315),
        ("26年零3月", 315),
        ("0年11个月", 11),
    ],
)
def test_a_count_of_months_is_read_as_people_say_it(typed: object, kept: int) -> None:
    assert read_months(typed) == kept


@pytest.mark.parametrize("typed", ["二十六年", "26.5", "-3", "12345", "100年", "26年多", True, 3.5, None, []])
def test_what_is_no_count_of_months_is_refused(typed: object) -> None:
    with pytest.raises(NotAnAnswer):
        read_months(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1988-07", "1988-07"), ("1988-7", "1988-07"), ("1988年7月", "1988-07"), ("1900.1", "1900-01")],
)
def test_a_month_is_read_however_it_was_typed(typed: str, kept: str) -> None:
    assert read_month(typed) == kept


@pytest.mark.parametrize("typed", ["1988", "88-7", "1988-13", "1988-0", "1899-12", "7月", 198807, None])
def test_what_is_no_month_is_refused(typed: object) -> None:
    with pytest.raises(NotAnAnswer):
        read_month(typed)


@pytest.mark.parametrize("typed", ["王秀兰", " 王 秀 兰 ", "买买提•艾力", "欧阳〇", "王𱍐"])
def test_a_name_in_characters_is_taken(typed: str) -> None:
    assert read_name(typed, 30) == typed.strip().replace(" ", "").replace("•", "·")


@pytest.mark.parametrize(
    ("typed", "says"), [("Wang", "汉字"), ("王2", "汉字"), ("·王", "汉字"), ("王", "两个字"), ("王" * 31, "短一点")]
)
def test_what_is_no_name_is_refused(typed: str, says: str) -> None:
    with pytest.raises(NotAnAnswer, match=says):
        read_name(typed, 30)


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [("营田镇某某路1", True), ("营田镇某路", False), ("114 Road Street", False), ("营田镇 某某路 1 号", True)],
)
def test_an_address_is_one_that_a_courier_finds(typed: str, is_taken: bool) -> None:
    try:
        read_address(typed, 120)
    except NotAnAnswer:
        assert not is_taken
    else:
        assert is_taken


def test_a_line_of_text_is_tidied_and_bounded() -> None:
    assert read_text(" 中国 农业银行\tABC  支行 ", 20) == "中国农业银行 ABC 支行"
    assert read_text("字" * 5, 5) == "字" * 5
    with pytest.raises(NotAnAnswer, match="最多 5 个字，现在是 6 个字"):
        read_text("字" * 6, 5)
    with pytest.raises(NotAnAnswer, match="看不见的符号"):
        read_text("某\u202e某", 5)


@pytest.mark.parametrize("typed", ["maybe", "", None, 1, ["yes"], {"yes": 1}])
def test_only_what_is_offered_can_be_chosen(typed: object) -> None:
    assert read_choice("yes", ("yes", "no")) == "yes"
    with pytest.raises(NotAnAnswer, match="选一项"):
        read_choice(typed, ("yes", "no"))


# ── checks ──


@pytest.mark.parametrize(
    ("check", "value", "answers", "is_wrong"),
    [
        ("born_before_today", id_number(date(2026, 11, 24)), {}, False),
        ("born_before_today", id_number(date(2026, 11, 25)), {}, True),
        ("month_has_come", "2026-11", {}, False),
        ("month_has_come", "2026-12", {}, True),
        ("day_has_come", "2026-11-24", {}, False),
        ("day_has_come", "2026-11-25", {}, True),
        ("started_work_after_childhood", "1990-03", BORN_IN_1976, False),
        ("started_work_after_childhood", "1990-02", BORN_IN_1976, True),
        ("started_work_after_childhood", "1890-02", {}, False),
        ("after_her_childhood", "1990-03-01", BORN_IN_1976, False),
        ("after_her_childhood", "1990-02-28", BORN_IN_1976, True),
        ("after_her_childhood", "1950-01-01", {}, False),
        ("at_least_one_month", 1, {}, False),
        ("at_least_one_month", 0, {}, True),
        ("fits_a_working_life", 0, {}, False),
        ("fits_a_working_life", 600, {}, False),
        ("fits_a_working_life", 601, {}, True),
        ("not_more_than_paid", 264, {"medical_paid_months": 264}, False),
        ("not_more_than_paid", 265, {"medical_paid_months": 264}, True),
        ("not_more_than_paid", 265, {"medical_paid_months": None}, False),
        ("not_more_than_paid", 265, {}, False),
        ("bank_name", "农行", {}, False),
        ("bank_name", "农", {}, True),
        ("bank_name", "支行12345", {}, False),
        ("bank_name", "622848", {}, True),
        ("same_bank_account", "1", {"bank_account": "1"}, False),
        ("same_bank_account", "1", {"bank_account": "2"}, True),
        ("same_bank_account", "1", {}, False),
    ],
)
def test_a_slip_of_the_hand_is_noticed(check: str, value: Any, answers: dict[str, Any], is_wrong: bool) -> None:
    sentence = CHECKS[check](value, answers, TODAY)

    assert bool(sentence) is is_wrong
    assert sentence is None or sentence.endswith("。")


@pytest.mark.parametrize("check", ["born_before_today", "month_has_come", "day_has_come"])
def test_without_a_today_nothing_is_too_late(check: str) -> None:
    value = {"born_before_today": id_number(date(2090, 1, 1)), "month_has_come": "2090-01"}.get(check, "2090-01-01")

    assert CHECKS[check](value, {}, None) is None


# ── in words ──

LABELS = {"yes": "要申请", "no": "不申请"}


@pytest.mark.parametrize(
    ("question_type", "value", "whole", "masked"),
    [
        (QuestionType.TEXT, "中国农业银行屈原支行", "中国农业银行屈原支行", "中国农业银行****"),
        (QuestionType.NAME, "王秀兰", "王秀兰", "王**"),
        (QuestionType.ID_NUMBER, "430681197603120021", "430681197603120021", "430***********0021"),
        (QuestionType.MONTH, "1988-07", "1988年7月", "1988年7月"),
        (QuestionType.DATE, "2026-08-01", "2026年8月1日", "2026年8月1日"),
        (QuestionType.CHOICE, "yes", "要申请", "要申请"),
        (QuestionType.CHOICE, "gone", "gone", "gone"),  # an answer of an older version of the questions
        (QuestionType.YES_NO, "no", "不申请", "不申请"),
        (QuestionType.MONEY, "13250.50", "13,250.50 元", "13,250.50 元"),
        (QuestionType.MONTHS, 312, "312 个月（26年）", "312 个月（26年）"),
        (QuestionType.MONTHS, 12, "12 个月（1年）", "12 个月（1年）"),
        (QuestionType.MONTHS, 11, "11 个月", "11 个月"),
        (QuestionType.MONTHS, 0, "0 个月", "0 个月"),
        (QuestionType.BANK_ACCOUNT, "6228480000000000018", "6228480000000000018", "***************0018"),
        (QuestionType.PHONE, "13812345678", "13812345678", "138****5678"),
        (QuestionType.POSTCODE, "414418", "414418", "414418"),
        (QuestionType.AREA, AREA_HERE, "湖南省岳阳市屈原管理区营田镇槐花社区", "湖南省岳阳市屈原管理区营田镇****"),
        (QuestionType.ADDRESS, "屈原管理区营田镇某某路 1 号", "屈原管理区营田镇某某路 1 号", "屈原管理区营*********"),
    ],
)
def test_an_answer_is_said_whole_or_masked(question_type: QuestionType, value: Any, whole: str, masked: str) -> None:
    assert in_words(question_type, value, LABELS) == whole
    assert masked_in_words(question_type, value, LABELS) == masked


@pytest.mark.parametrize("question_type", QuestionType)
@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_is_said_as_one(question_type: QuestionType, blank: object) -> None:
    assert in_words(question_type, blank, {}) == masked_in_words(question_type, blank, {}) == "未填写"
