"""What people are told through WeChat: which event, in which words, leading where; what may become of a push.

Wording is read from config/notices.zh-CN.yaml by adapters/wechat_wording.py. Sending is not here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.domain.errors import NotAllowed
from backend.domain.people import Month, chinese_date
from backend.domain.routing import Outcome

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


class NoticeEvent(StrEnum):
    """What people are told of; the values are the keys of the wording and of the database."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    ACCEPTED_AND_ROUTED = "accepted_and_routed"
    ITEM_DECIDED = "item_decided"
    PROMISE_GRANTED = "promise_granted"
    PROMISE_FAILED = "promise_failed"
    PROMISE_EXTENDED = "promise_extended"
    PROMISE_DUE_SOON = "promise_due_soon"
    PROMISE_DUE_TODAY = "promise_due_today"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    FILING_OPENS = "filing_opens"
    EARLY_NOTICE_DUE = "early_notice_due"
    REMINDER_MOVED = "reminder_moved"
    AUTHORISATION_CONFIRMED = "authorisation_confirmed"
    AUTHORISATION_REVOKED = "authorisation_revoked"
    POLICY_CHANGED = "policy_changed"  # a draft whose answer about 可否办理 is another one now


# ── what WeChat says no with ─────────────────────────────────────────────────────────────────
#
# MessengerError
# ├── Unreachable       no answer, or WeChat is busy: the same message may be tried again
# ├── TokenRefused      the access token was refused even after a refresh: try again later
# └── Rejected          WeChat refused this message or this person for good
# CallbackRefused       what was posted to us is not WeChat's, or not for this account


class MessengerError(Exception):
    """WeChat did not take a message."""


class Unreachable(MessengerError):
    """No answer, an answer that makes no sense, or “busy”."""


class TokenRefused(MessengerError):
    """The access token, or the account's secret, was refused. Facts: errcode."""

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__(f"WeChat refused the access token: {errcode}")


class Rejected(MessengerError):
    """WeChat refused the message for good. Facts: errcode, reason (WeChat's own words)."""

    def __init__(self, errcode: int, reason: str) -> None:
        self.errcode, self.reason = errcode, reason
        super().__init__(f"WeChat refused the message: {errcode} {reason}")


class CallbackRefused(NotAllowed):
    """A callback whose signature, account or form is not WeChat's. `why` is for the log: the caller only hears no."""

    code, title = "callback-refused", "不是微信发来的"
    sentence = "这个地址只给微信用，请从微信里打开“退休一件事”。"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__()


# ── what may become of a push ────────────────────────────────────────────────────────────────


class PushState(StrEnum):
    """Where a push is; the values are the database's."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class PushNews(StrEnum):
    """What is learnt of a push."""

    TAKEN = "taken"  # WeChat took it and gave its msgid
    REJECTED = "rejected"  # WeChat refused it, or could not be reached for too long
    ARRIVED = "arrived"  # the receipt says it is on her phone
    LOST = "lost"  # the receipt says it is not


# fmt: off
PUSH_TRANSITIONS: Final[dict[tuple[PushState, PushNews], PushState]] = {
    # from              news                to
    (PushState.QUEUED, PushNews.TAKEN):    PushState.SENT,
    (PushState.QUEUED, PushNews.REJECTED): PushState.FAILED,
    (PushState.SENT,   PushNews.ARRIVED):  PushState.DELIVERED,
    (PushState.SENT,   PushNews.LOST):     PushState.FAILED,
}

# Why a push failed, for the clerk who sees it on the case.
REJECTION_REASONS: Final[dict[int, str]] = {
    40003: "微信里找不到这个人",
    40037: "消息模板在微信里没有了，请管理员核对模板",
    41028: "消息模板不对，请管理员核对模板",
    43004: "没有关注服务号，请打电话告诉本人",
    43101: "本人拒收服务号的消息，请打电话告诉本人",
    43116: "消息模板被微信停用，请管理员核对模板",
    47003: "消息内容不合微信的要求，请管理员核对模板",
}
RECEIPT_REASONS: Final[dict[str, str]] = {
    "failed:user block":     "本人拒收服务号的消息，请打电话告诉本人",
    "failed: system failed": "微信没有送到，请打电话告诉本人",
}
NO_LONGER_HELPS: Final = "授权已经结束，没有再发给代办人"
NO_WECHAT: Final = "她在窗口办的，还没有用微信领取，请打电话告诉本人"
GIVEN_UP: Final = "微信一直连不上，没有发出去，请打电话告诉本人"
# fmt: on


def forward(state: str, news: PushNews) -> PushState | None:
    """The state a push moves on to, or None where the news changes nothing: a fate never moves back."""
    return PUSH_TRANSITIONS.get((PushState(state), news))


def receipt_news(status: str) -> tuple[PushNews, str | None]:
    """What a receipt (TEMPLATESENDJOBFINISH) says, with the reason in plain words when the push was lost."""
    if status == "success":
        return PushNews.ARRIVED, None
    return PushNews.LOST, RECEIPT_REASONS.get(status, RECEIPT_REASONS["failed: system failed"])


def rejection_reason(rejected: Rejected) -> str:
    """Why WeChat refused a push, in plain words."""
    return REJECTION_REASONS.get(rejected.errcode, f"微信没有接收（{rejected.errcode}），请打电话告诉本人")


# ── templates and their fields ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What WeChat takes in a field of one type: length in characters, and the whole value's pattern."""

    longest: int
    pattern: re.Pattern[str]
    may_be_cut: bool = False


# Source: 微信公众平台《模板消息》参数值内容限制（类目模板）.
FIELD_RULES: Final[dict[str, FieldRule]] = {
    "thing": FieldRule(20, re.compile(r"[^\n\r]+"), may_be_cut=True),
    "phrase": FieldRule(5, re.compile(r"[\u4e00-\u9fff]+")),
    "character_string": FieldRule(32, re.compile(r"[\x21-\x7e]+")),
    "time": FieldRule(20, re.compile(r"\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}")),
}
_FIELD_NAME = re.compile(r"([a-z_]+)[1-9]\d?")
_FACT = re.compile(r"\{([a-z_]*)\}")
_SOFT_ENDS = "，、；：。 （("


@dataclass(frozen=True, slots=True)
class TemplateField:
    """One line of a template: WeChat's name (its type and a number), the label people see, the value with its facts."""

    name: str
    label: str
    value: str

    @property
    def rule(self) -> FieldRule:
        """The rule of its type. Raises ValueError for a name that has none."""
        found = _FIELD_NAME.fullmatch(self.name)
        if found is None or found[1] not in FIELD_RULES:
            raise ValueError(f"{self.name!r} is no field type known here; known: {', '.join(FIELD_RULES)}")
        return FIELD_RULES[found[1]]


@dataclass(frozen=True, slots=True)
class Template:
    """A template message (模板消息) for one event.

    `link` is the H5's path with {case_id}, or {path}: the page that the teller names, for people without a case.
    """

    event: NoticeEvent
    template_id: str
    title: str
    fields: tuple[TemplateField, ...]
    link: str


@dataclass(frozen=True, slots=True)
class OutcomeWording:
    """How a decided item is told: at most five characters, and what to do next."""

    phrase: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of pushes (config/notices.zh-CN.yaml). `unknown_due_on` stands where a date is not known."""

    templates: Mapping[NoticeEvent, Template]
    outcomes: Mapping[Outcome, OutcomeWording]
    unknown_due_on: str


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a push may say. Nothing here identifies a person but masked names.

    What is not known is empty, and an event told without it may not use it: WeChat takes no empty value. `path` is
    the page to open where the template leaves that to the teller.
    """

    happened_at: datetime
    case_id: UUID | None = None
    case_number: str = ""
    masked_name: str = ""
    helper_name: str = ""
    path: str = ""
    month: Month | None = None
    last_day: date | None = None
    failing_count: int = 0
    due_on: date | None = None
    due_provisional: bool = False
    item_title: str = ""
    outcome: Outcome | None = None
    material: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A push ready to be sent: field name → value within WeChat's limits, and the H5's path it opens."""

    event: NoticeEvent
    fields: Mapping[str, str]
    path: str


FACT_NAMES: Final = frozenset(
    {
        "case_number", "masked_name", "item_title", "outcome", "happened_at", "next_step", "failing_count", "due_on",
        "month", "last_day", "helper_name", "material",
    }
)  # fmt: skip


def compose(wording: Wording, event: NoticeEvent, facts: NoticeFacts) -> Notice:
    """Says the event in the template's words; a value that is too long is cut at a natural place."""
    template = wording.templates[event]
    said = _said(wording, facts)
    fields = {field.name: _fitted(field, said) for field in template.fields}
    return Notice(event, fields, template.link.format(case_id=facts.case_id, path=facts.path))


def _said(wording: Wording, facts: NoticeFacts) -> dict[str, str]:
    outcome = wording.outcomes.get(facts.outcome) if facts.outcome else None
    return {
        "case_number": facts.case_number,
        "masked_name": facts.masked_name,
        "helper_name": facts.helper_name,
        "item_title": facts.item_title,
        "material": facts.material,
        "outcome": outcome.phrase if outcome else "",
        "next_step": outcome.next_step if outcome else "",
        "happened_at": say_moment(facts.happened_at),
        "failing_count": str(facts.failing_count),
        "due_on": _say_due(wording, facts),
        "month": facts.month.chinese if facts.month else "",
        "last_day": chinese_date(facts.last_day) if facts.last_day else "",
    }


def _say_due(wording: Wording, facts: NoticeFacts) -> str:
    if facts.due_on is None:
        return wording.unknown_due_on
    return f"{'约' if facts.due_provisional else ''}{chinese_date(facts.due_on)}前"


def _fitted(field: TemplateField, said: Mapping[str, str]) -> str:
    value = field.value.format_map(said)
    return cut(value, field.rule.longest) if field.rule.may_be_cut else value


def say_moment(at: datetime) -> str:
    """A moment as it is read in the district: 2026年12月1日 09:05."""
    there = at.astimezone(SHANGHAI)
    return f"{chinese_date(there.date())} {there:%H:%M}"


def cut(text: str, longest: int) -> str:
    """Shortens to `longest` characters, ending in …; at a pause among the last third if there is one."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    pause = max(kept.rfind(mark) for mark in _SOFT_ENDS)
    return (kept[:pause] if pause >= longest * 2 // 3 else kept) + "…"


# ── checked at start ─────────────────────────────────────────────────────────────────────────

# The longest that can be: a compound surname, the longest title of 附件2, two-digit months and days.
LONGEST_FACTS: Final = NoticeFacts(
    happened_at=datetime(2026, 12, 31, 15, 59, tzinfo=timezone(timedelta(0))),
    case_id=UUID(int=0),
    case_number="QY-20261231-00017",
    masked_name="欧阳**",
    helper_name="欧阳**",
    path="/estimate",
    month=Month(2026, 12),
    last_day=date(2026, 12, 31),
    failing_count=99,
    due_on=date(2026, 12, 31),
    due_provisional=True,
    item_title="因病或非因工致残提前退休（退职）核定",
    material="《独生子女父母光荣证》遗失证明",
)


def first_fault(wording: Wording, template: Template) -> str | None:
    """What is wrong with a template, or None: unknown facts or types, an empty value, one longer than its limit."""
    for field in template.fields:
        try:
            rule = field.rule
        except ValueError as error:
            return str(error)
        unknown = set(_FACT.findall(field.value)) - FACT_NAMES
        if unknown or "{" in _FACT.sub("", field.value):
            return f"{field.name}: a value may only use the facts {', '.join(sorted(FACT_NAMES))}"
        for outcome in Outcome if template.event is NoticeEvent.ITEM_DECIDED else (None,):
            value = field.value.format_map(_said(wording, replace(LONGEST_FACTS, outcome=outcome)))
            if len(value) > rule.longest or rule.pattern.fullmatch(value) is None:
                return f"{field.name}: {value!r} is not what WeChat takes there (at most {rule.longest} characters)"
    leads_to_a_case = template.link.startswith("/") and set(_FACT.findall(template.link)) == {"case_id"}
    if template.link != "{path}" and not leads_to_a_case:
        return "link must be a path of the H5 with {case_id}, or {path} alone"
    return None
