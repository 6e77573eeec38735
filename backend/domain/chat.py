"""Answers to what people write to the service account: how far a case is, in plain words, with the page to open.

The words are read from config/notices.zh-CN.yaml by adapters/wechat_wording.py. Pushes are in notices.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from urllib.parse import quote
from uuid import UUID

from backend.domain.case import Case, State
from backend.domain.notices import Wording
from backend.domain.people import chinese_date
from backend.domain.routing import ITEM_STATE_LABELS, RoutedItem


@dataclass(frozen=True, slots=True)
class Replies:
    """The words of the answers. `progress` has a sentence for every state a case can be in."""

    ask_words: frozenset[str]
    followed: str
    pointer: str
    no_case: str
    progress: Mapping[State, str]
    item_line: str
    more: str


def asks_for_progress(replies: Replies, text: str) -> bool:
    """Whether a text asks how far the case is: one of the words, whatever stands around or between."""
    plain = re.sub(r"\s", "", text)
    return any(word in plain for word in replies.ask_words)


def sign_in_url(public_url: str, path: str) -> str:
    """The address that opens a page of the H5 inside WeChat, signing her in on the way."""
    return f"{public_url}/api/identity/wechat/start?next={quote(path, safe='/')}"


def with_link(words: str, public_url: str, path: str, **facts: str) -> str:
    """An answer whose {link} opens a page of the H5."""
    return words.format(link=escape(sign_in_url(public_url, path)), **facts)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a case is. Items by the title people know."""

    case_id: UUID
    number: str | None
    state: State
    failing_count: int
    review_due_on: date | None
    items: tuple[tuple[str, RoutedItem], ...]


def progress_of(case: Case, item_titles: Mapping[str, str]) -> Progress:
    """What is told of a case; items that she files herself are not ours to tell."""
    failing = sum(judgement.is_fail and judgement.round == case.round for judgement in case.judgements.values())
    routed = tuple((item_titles[item.code], item) for item in case.items.values() if item.routed_at is not None)
    return Progress(case.id, case.number, case.state, failing, case.review_due_on, routed)


def say_progress(replies: Replies, wording: Wording, progress: Progress, public_url: str) -> str:
    """The case's state in plain words, its items one a line, and a link to its page."""
    due = chinese_date(progress.review_due_on) if progress.review_due_on else ""
    sentence = replies.progress[progress.state].format(
        number=progress.number or "", failing_count=progress.failing_count, review_due_on=due
    )
    lines = [sentence, *(_say_item(replies, wording, title, item) for title, item in progress.items)]
    return "\n".join([*lines, with_link(replies.more, public_url, f"/cases/{progress.case_id}")])


def _say_item(replies: Replies, wording: Wording, title: str, item: RoutedItem) -> str:
    if item.outcome is not None:
        return replies.item_line.format(title=title, state=wording.outcomes[item.outcome].phrase, due="")
    due = f"，最晚{chinese_date(item.due_on)}" if item.due_on else ""
    return replies.item_line.format(title=title, state=ITEM_STATE_LABELS[item.state], due=due)
