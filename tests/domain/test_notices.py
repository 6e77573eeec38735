"""What people are told, within WeChat's limits; fates of pushes that only move forward; answers in plain words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.adapters.wechat_wording import read_replies, read_wording
from backend.domain.case import Case, State
from backend.domain.chat import asks_for_progress, progress_of, say_progress, sign_in_url
from backend.domain.notices import (
    FIELD_RULES,
    LONGEST_FACTS,
    PUSH_TRANSITIONS,
    NoticeEvent,
    NoticeFacts,
    PushNews,
    PushState,
    Rejected,
    TemplateField,
    compose,
    cut,
    first_fault,
    forward,
    receipt_news,
    rejection_reason,
    say_moment,
)
from backend.domain.people import Month
from backend.domain.review import Judgement, Verdict
from backend.domain.routing import ItemState, Outcome, RoutedItem
from backend.settings import CHECKOUT

WORDING = read_wording(CHECKOUT / "config")
REPLIES = read_replies(CHECKOUT / "config")
CASE_ID = UUID("5b0f6c1e-0000-4000-8000-000000000001")
H5 = "https://tuixiu.example.gov.cn"
AT = datetime(2026, 11, 24, 2, 5, tzinfo=UTC)
FACTS = NoticeFacts(AT, CASE_ID, "QY-20261124-00017", "刘**")
TITLES = {"retire_normal": "到龄正常退休待遇核定", "medical_years": "医疗保险费年限核定或补缴核定"}


def said(event: NoticeEvent, **facts: Any) -> list[str]:
    return list(compose(WORDING, event, replace(FACTS, **facts)).fields.values())


# -- pushes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "facts", "words"),
    [
        (NoticeEvent.SUBMITTED, {}, "已提交"),
        (NoticeEvent.RETURNED, {"failing_count": 2}, "有2处要改，点这里逐项改好"),
        (NoticeEvent.RESUBMITTED, {}, "已补正"),
        (NoticeEvent.ACCEPTED_AND_ROUTED, {"due_on": date(2026, 12, 8)}, "2026年12月8日前，各部门同时办"),
        (
            NoticeEvent.ACCEPTED_AND_ROUTED,
            {"due_on": date(2027, 1, 5), "due_provisional": True},
            "约2027年1月5日前，各部门同时办",
        ),
        (NoticeEvent.ACCEPTED_AND_ROUTED, {}, "时间以页面为准，各部门同时办"),
        (NoticeEvent.ITEM_DECIDED, {"item_title": TITLES["retire_normal"], "outcome": Outcome.GRANTED}, "已办好"),
        (NoticeEvent.ITEM_DECIDED, {"item_title": "独生子女奖励", "outcome": Outcome.DENIED}, "未批准"),
        (
            NoticeEvent.ITEM_DECIDED,
            {"item_title": "公积金", "outcome": Outcome.DONE_ELSEWHERE},
            "公积金已办好，点这里查看",
        ),
        (NoticeEvent.COMPLETED, {}, "已办结"),
        (NoticeEvent.WITHDRAWN, {}, "已撤回"),
        (NoticeEvent.REFUSED, {}, "不予受理"),
    ],
)
def test_each_event_is_told_in_its_words(event: NoticeEvent, facts: dict[str, object], words: str) -> None:
    assert words in said(event, **facts)
    assert "QY-20261124-00017" in said(event, **facts)
    assert "2026年11月24日 10:05" in said(event, **facts)


@pytest.mark.parametrize("event", NoticeEvent)
def test_no_value_is_longer_than_wechat_takes(event: NoticeEvent) -> None:
    facts = replace(LONGEST_FACTS, item_title="一" * 60, masked_name="阿" + "*" * 40, outcome=Outcome.DENIED)

    for name, value in compose(WORDING, event, facts).fields.items():
        rule = FIELD_RULES[re.sub(r"\d+", "", name)]
        assert 0 < len(value) <= rule.longest
        assert rule.pattern.fullmatch(value)


def test_a_push_opens_the_page_of_its_case() -> None:
    notice = compose(WORDING, NoticeEvent.RETURNED, FACTS)

    assert notice.path == f"/cases/{CASE_ID}/correction"
    assert sign_in_url(H5, notice.path) == f"{H5}/api/identity/wechat/start?next=/cases/{CASE_ID}/correction"


def test_a_push_without_a_case_opens_the_page_its_teller_names() -> None:
    event = NoticeEvent.COMPLETED
    template = replace(
        WORDING.templates[event],
        link="{path}",
        fields=(TemplateField("thing1", "月份", "{month}"), TemplateField("thing2", "最晚", "{last_day}")),
    )
    facts = NoticeFacts(AT, path="/estimate", month=Month(2026, 11), last_day=date(2026, 7, 31))

    notice = compose(replace(WORDING, templates={event: template}), event, facts)

    assert notice.path == "/estimate"
    assert list(notice.fields.values()) == ["2026年11月", "2026年7月31日"]
    assert first_fault(WORDING, template) is None


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("正好", 2, "正好"),
        ("一二三四五", 4, "一二三…"),
        ("有两处要改，请在三天内改好再提交", 8, "有两处要改…"),
        ("有，两处要改请在三天内改好", 8, "有，两处要改请…"),
    ],
)
def test_a_long_value_is_cut_at_a_pause_where_one_is_near(text: str, longest: int, short: str) -> None:
    assert cut(text, longest) == short


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "2026年12月31日 23:59"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027年1月1日 00:00"),
    ],
)
def test_moments_are_told_as_the_district_reads_them(at: datetime, words: str) -> None:
    assert say_moment(at) == words


# -- fates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("news", PushNews)
@pytest.mark.parametrize("state", PushState)
def test_a_fate_moves_along_the_table_and_never_back(state: PushState, news: PushNews) -> None:
    order = [PushState.QUEUED, PushState.SENT, PushState.DELIVERED]
    after = forward(state, news)

    assert after == PUSH_TRANSITIONS.get((state, news))
    if after in order:
        assert order.index(after) == order.index(state) + 1
    if state in (PushState.DELIVERED, PushState.FAILED):
        assert after is None


@pytest.mark.parametrize(
    ("status", "news", "reason"),
    [
        ("success", PushNews.ARRIVED, None),
        ("failed:user block", PushNews.LOST, "本人拒收"),
        ("failed: system failed", PushNews.LOST, "微信没有送到"),
        ("failed: something new", PushNews.LOST, "微信没有送到"),
    ],
)
def test_a_receipt_says_what_became_of_a_push(status: str, news: PushNews, reason: str | None) -> None:
    found, why = receipt_news(status)

    assert found is news
    assert (why is None) if reason is None else (why is not None and why.startswith(reason))


@pytest.mark.parametrize(("errcode", "reason"), [(43004, "没有关注服务号"), (47003, "内容不合"), (99999, "（99999）")])
def test_a_rejection_has_a_reason_that_a_clerk_can_act_on(errcode: int, reason: str) -> None:
    assert reason in rejection_reason(Rejected(errcode, "whatever WeChat said"))


# -- answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("进度", True),
        (" 进 度？", True),
        ("我的办到哪一步了", True),
        ("办好了没有", True),
        ("你好", False),
        ("", False),
    ],
)
def test_asking_how_far_it_is_is_understood(text: str, asks: bool) -> None:
    assert asks_for_progress(REPLIES, text) is asks


def a_case(state: State, **fields: object) -> Case:
    case = Case(CASE_ID, uuid4(), AT, state=state, number="QY-20261124-00017", review_due_on=date(2026, 12, 1))
    for name, value in fields.items():
        setattr(case, name, value)
    return case


def answer_for(case: Case) -> str:
    return say_progress(REPLIES, WORDING, progress_of(case, TITLES), H5)


@pytest.mark.parametrize("state", State)
def test_every_state_has_an_answer_with_the_page_to_open(state: State) -> None:
    answer = answer_for(a_case(state))

    assert f'<a href="{H5}/api/identity/wechat/start?next=/cases/{CASE_ID}">' in answer
    assert "！" not in answer
    assert "{" not in answer


def test_a_returned_case_says_how_many_places_are_to_be_mended() -> None:
    def judged(subject: str, verdict: Verdict, round_: int) -> Judgement:
        return Judgement(subject, verdict, None, None, round_, uuid4(), "甲", AT)

    mended = judged("slot:a", Verdict.FAIL, 1)
    failing = [judged("slot:b", Verdict.FAIL, 2), judged("field:c", Verdict.FAIL, 2), judged("slot:d", Verdict.PASS, 2)]
    judgements = {one.subject: one for one in (mended, *failing)}

    assert "有2处要改" in answer_for(a_case(State.RETURNED, round=2, judgements=judgements))


def test_a_running_case_tells_each_item_but_not_those_she_files_herself() -> None:
    items = [
        RoutedItem(uuid4(), "retire_normal", "social_security", "combined", ItemState.DECIDED, outcome=Outcome.GRANTED,
                   routed_at=AT, due_on=date(2026, 12, 8)),
        RoutedItem(uuid4(), "medical_years", "medical_insurance", "combined", ItemState.ACCEPTED, routed_at=AT,
                   due_on=date(2026, 12, 15)),
        RoutedItem(uuid4(), "only_child_reward", "health", "self", ItemState.SELF_FILED),
    ]  # fmt: skip

    lines = answer_for(a_case(State.PROCESSING, items={item.id: item for item in items})).splitlines()

    assert lines[1:3] == [
        "· 到龄正常退休待遇核定：已办好",
        "· 医疗保险费年限核定或补缴核定：部门办理中，最晚2026年12月15日",
    ]
    assert len(lines) == 4
