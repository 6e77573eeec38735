"""The questions a person meets: nothing asked without need, all faults at once, what a change of mind leaves behind.

The graph as a whole is walked in test_question_graph.py.
"""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.errors import AnswersInvalid, NotFound
from backend.domain.questions import Page
from tests.domain.examples import AREA_ELSEWHERE, answers, id_number, rulebook

GRAPH = rulebook().graph
TODAY = date(2026, 11, 24)
QUESTIONS = [question for page in GRAPH.pages for question in page.questions]
MAN = id_number(date(1965, 1, 12), woman=False)
WOMAN = id_number(date(1976, 3, 12))

# ── Which pages are shown ──


def shown(**changes: Any) -> set[str]:
    return {asked.page.key for asked in GRAPH.walk(answers(**changes)).pages}


@pytest.mark.parametrize(
    ("page", "changes", "is_shown"),
    [
        ("original_retirement_age", {}, True),
        ("original_retirement_age", {"id_number": MAN}, False),
        ("original_retirement_age", {"retirement_type": "special"}, False),
        ("only_child_filing", {"wants_only_child_reward": "no"}, False),
        ("marital_status", {}, True),
        ("marital_status", {"wants_only_child_reward": "no"}, False),
        ("marital_status", {"only_child_filing": "self"}, False),
        ("household_moved_in", {}, True),
        ("household_moved_in", {"household_area": AREA_ELSEWHERE}, False),
        ("bank", {}, True),
        ("bank", {"retirement_filing": "self"}, True),
        ("bank", {"retirement_filing": "self", "wants_only_child_reward": "no"}, False),
        ("delivery_address", {}, True),
        ("delivery_address", {"delivery": "pick_up"}, False),
    ],
)
def test_a_page_is_shown_only_when_it_is_needed(page: str, changes: dict[str, Any], is_shown: bool) -> None:
    assert (page in shown(**changes)) is is_shown


def test_an_answer_left_over_from_another_path_shows_nothing() -> None:
    leftover = answers(wants_only_child_reward="no", only_child_filing="combined", marital_status="married")

    assert not {"only_child_filing", "marital_status", "only_child_certificate"} & set(GRAPH.effective(leftover))
    assert "marital_status" not in {asked.page.key for asked in GRAPH.walk(leftover).pages}


def test_coming_back_lands_on_the_open_question() -> None:
    begun = {key: value for key, value in answers().items() if key in ("name", "id_number")}

    assert GRAPH.open_page({}, TODAY) == "name"
    assert GRAPH.open_page(begun, TODAY) == "phone"
    assert GRAPH.open_page(answers(), TODAY) is None


def test_a_change_of_id_number_opens_the_questions_it_makes_doubtful() -> None:
    younger = answers(id_number=id_number(date(1984, 3, 12)))

    assert GRAPH.open_page(younger, TODAY) == "work_started_month"


def test_a_change_of_account_asks_to_repeat_it() -> None:
    assert GRAPH.open_page(answers(bank_account="6228480000000000026"), TODAY) == "bank"


# ── What a page makes of what was typed ──


def faults(page: str, raw: dict[str, Any], given_answers: dict[str, Any] | None = None) -> dict[str, str]:
    with pytest.raises(AnswersInvalid) as refusal:
        GRAPH.parse(page, raw, answers() if given_answers is None else given_answers, TODAY)
    return dict(refusal.value.errors)


def test_all_faults_of_a_page_come_at_once() -> None:
    wrong = faults(
        "delivery_address",
        {"delivery_name": "", "delivery_phone": "1", "delivery_postcode": "4", "delivery_address": "家"},
    )

    assert set(wrong) == {"delivery_name", "delivery_phone", "delivery_postcode", "delivery_address"}
    assert all(sentence.endswith("。") for sentence in wrong.values())


@pytest.mark.parametrize(
    ("page", "raw", "normalised"),
    [
        ("name", {"name": " 王 秀 兰 "}, {"name": "王秀兰"}),
        ("name", {"name": "王\U00031350"}, {"name": "王\U00031350"}),  # a rare character, newer than this Python
        ("name", {"name": "买买提•艾力"}, {"name": "买买提·艾力"}),
        ("id_number", {"id_number": f" {WOMAN} "}, {"id_number": WOMAN}),
        ("phone", {"phone": "+86 138 1234 5678"}, {"phone": "13812345678"}),
        ("work_started_month", {"work_started_month": "1995年7月"}, {"work_started_month": "1995-07"}),
        ("contribution_months", {"contribution_months": "３１２个月"}, {"contribution_months": 312}),
        ("contribution_months", {"contribution_months": 312}, {"contribution_months": 312}),
        ("contribution_months", {"contribution_months": "26年"}, {"contribution_months": 312}),
        ("contribution_months", {"contribution_months": "26 年零 3 个月"}, {"contribution_months": 315}),
        ("delivery", {"delivery": "pick_up"}, {"delivery": "pick_up"}),
    ],
)
def test_an_answer_is_normalised(page: str, raw: dict[str, Any], normalised: dict[str, Any]) -> None:
    assert GRAPH.parse(page, raw, answers(), TODAY) == normalised


@pytest.mark.parametrize(
    ("page", "raw", "says"),
    [
        ("name", {"name": "Wang"}, "汉字"),
        ("name", {"name": "王"}, "两个字"),
        ("name", {"name": "王" * 31}, "短一点"),
        ("name", {"name": "王\u202e秀兰"}, "看不见的符号"),
        ("name", {}, "请填写：姓名"),
        ("name", {"name": None}, "请填写：姓名"),
        ("name", {"name": 5}, "文字"),
        ("id_number", {"id_number": WOMAN[:-1]}, "18 位"),
        ("id_number", {"id_number": id_number(date(2027, 1, 1))}, "比今天还晚"),
        ("retirement_type", {"retirement_type": "early"}, "选一项"),
        ("retirement_type", {}, "请选一项：退休类型"),
        ("work_started_month", {"work_started_month": "1989"}, "年和月"),
        ("work_started_month", {"work_started_month": "1995-13"}, "年和月"),
        ("work_started_month", {"work_started_month": "1989-01"}, "太早"),
        ("work_started_month", {"work_started_month": "2026-12"}, "还没有到"),
        ("contribution_months", {"contribution_months": "二十六年"}, "整数"),
        ("contribution_months", {"contribution_months": -3}, "整数"),
        ("contribution_months", {"contribution_months": True}, "数字"),
        ("contribution_months", {"contribution_months": 0}, "至少 1 个月"),
        ("contribution_months", {"contribution_months": 601}, "太多"),
    ],
)
def test_a_refused_answer_says_what_to_do(page: str, raw: dict[str, Any], says: str) -> None:
    assert says in next(iter(faults(page, raw).values()))


def test_two_accounts_that_differ_are_asked_again() -> None:
    wrong = faults(
        "bank",
        {
            "bank_name": "中国农业银行",
            "bank_account": "6228480000000000018",
            "bank_account_again": "6228480000000000026",
        },
    )

    assert set(wrong) == {"bank_account_again"}


def test_an_account_typed_for_the_bank_s_name_is_noticed() -> None:
    raw = {
        "bank_name": "6228480000000000018",
        "bank_account": "6228480000000000018",
        "bank_account_again": "6228480000000000018",
    }

    assert set(faults("bank", raw)) == {"bank_name"}


def test_a_question_that_is_not_on_the_page_is_refused() -> None:
    assert set(faults("name", {"name": "王秀兰", "phone": "13812345678"})) == {"phone"}


@pytest.mark.parametrize("page", ["delivery_address", "no_such_page"])
def test_a_page_that_is_not_shown_takes_no_answers(page: str) -> None:
    with pytest.raises(NotFound):
        GRAPH.parse(page, {}, answers(delivery="pick_up"), TODAY)


PAGES = [asked.page for asked in GRAPH.walk(answers()).pages]


def test_reading_an_answer_again_changes_nothing() -> None:
    for page in PAGES:
        stored = {question.key: answers()[question.key] for question in page.questions}
        assert GRAPH.parse(page.key, stored, answers(), TODAY) == stored


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=25),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.sampled_from(PAGES), st.data())
def test_whatever_a_phone_sends_is_read_or_refused(page: Page, data: st.DataObject) -> None:
    raw = {question.key: data.draw(JSON) for question in page.questions}
    try:
        parsed = GRAPH.parse(page.key, raw, answers(), TODAY)
    except AnswersInvalid as refusal:
        assert {key for key, _ in refusal.errors} <= set(raw)  # noqa: PT017 — some of what is drawn is readable
    else:
        assert set(parsed) == set(raw)


# ── Warnings and words ──


def warned(given_answers: dict[str, Any]) -> list[str]:
    return [key for key, value in given_answers.items() if GRAPH.warning(GRAPH.question(key), value)]


def test_an_unlikely_account_is_a_warning_not_a_refusal() -> None:
    odd = answers(bank_account="6228480000000000011", bank_account_again="6228480000000000011")

    assert GRAPH.open_page(odd, TODAY) is None
    assert warned(odd) == ["bank_account"]


def test_years_typed_for_months_are_a_warning() -> None:
    question = GRAPH.question("contribution_months")

    assert GRAPH.warning(question, 26) == "您填的是 26 个月。如果是 26 年，请填 312。"
    assert [bool(GRAPH.warning(question, months)) for months in (0, 1, 50, 51)] == [False, True, True, False]
    assert GRAPH.warning(GRAPH.question("medical_paid_months"), None) is None


@pytest.mark.parametrize(
    ("key", "masked", "whole"),
    [
        ("name", "王**", "王秀兰"),
        ("id_number", "430***********" + WOMAN[-4:], WOMAN),
        ("phone", "138****5678", "13812345678"),
        ("household_area", "湖南省岳阳市屈原管理区营田镇****", "湖南省岳阳市屈原管理区营田镇槐花社区"),
        ("original_retirement_age", "50 岁", "50 岁"),
        ("work_started_month", "1995年7月", "1995年7月"),
        ("contribution_months", "312 个月（26年）", "312 个月（26年）"),
        ("bank_account", "***************0018", "6228480000000000018"),
        ("delivery_postcode", "414418", "414418"),
    ],
)
def test_an_answer_is_shown_in_words(key: str, masked: str, whole: str) -> None:
    question, value = GRAPH.question(key), answers()[key]

    assert (GRAPH.display(question, value), GRAPH.display_whole(question, value)) == (masked, whole)


def test_a_blank_answer_is_shown_as_blank() -> None:
    assert {GRAPH.display(question, None) for question in QUESTIONS} == {"未填写"}
