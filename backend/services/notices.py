"""Pushes sent by the worker; what WeChat calls back, taken at once and worked off by a job.

Queueing a push with the change it tells of is in announcements.py, words in domain/notices.py and domain/chat.py,
WeChat's wire in adapters/wechat.py.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from backend.domain.case import CLOSED
from backend.domain.chat import Replies, asks_for_progress, progress_of, say_progress, sign_in_url, with_link
from backend.domain.notices import (
    GIVEN_UP,
    NO_LONGER_HELPS,
    NO_WECHAT,
    CallbackRefused,
    PushNews,
    PushState,
    Rejected,
    TokenRefused,
    Unreachable,
    Wording,
    forward,
    receipt_news,
    rejection_reason,
)
from backend.domain.rulebook import Rulebook
from backend.services.announcements import followers
from backend.services.ports import Callback, Clock, Messenger, Push, Screens, Store, Transaction

SEND_PUSH: Final = "send_push"
WORK_OFF_CALLBACK: Final = "work_off_callback"

# How long to wait after the first, second … attempt that WeChat did not answer; after the last, the push has failed.
RETRY_AFTER: Final = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 14400))
ANSWER_RETRY_AFTER: Final = RETRY_AFTER[:6]
RECEIPT: Final = "TEMPLATESENDJOBFINISH"


class CallbackDoor(Protocol):
    """What is posted to us by WeChat, opened."""

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the check of our address. Raises CallbackRefused."""

    def open(self, query: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The flat fields of one message. Raises CallbackRefused."""


class Notices:
    """Sending, and what comes back. `public_url` is the H5's origin."""

    def __init__(
        self,
        *,
        store: Store,
        screens: Screens,
        messenger: Messenger,
        door: CallbackDoor,
        clock: Clock,
        wording: Wording,
        replies: Replies,
        rulebook: Rulebook,
        public_url: str,
    ) -> None:
        self._store = store
        self._screens = screens
        self._messenger = messenger
        self._door = door
        self._clock = clock
        self._wording = wording
        self._replies = replies
        self._item_titles = {str(code): item.title for code, item in rulebook.items.items()}
        self._phone = rulebook.service_centre.phone
        self._public_url = public_url

    # ── pushes ───────────────────────────────────────────────────────────────────────────────

    def send_push(self, push_id: UUID) -> None:
        """Sends a queued push; one that was sent is left alone, and one to a helper who helps no more is not sent.

        However often it runs, WeChat gets the same `client_msg_id`, so that people see the message once. Where WeChat
        does not answer, the push stays queued and is tried again later.
        """
        with self._store.begin() as tx:
            push = tx.pushes.load(push_id)
            if push.state == PushState.QUEUED and not _is_still_followed(tx, push):
                push = _moved(push, PushNews.REJECTED, self._clock.now(), reason=NO_LONGER_HELPS)
                tx.pushes.save(push)
            if push.state == PushState.QUEUED:
                push = replace(push, attempts=push.attempts + 1)
                tx.pushes.save(push)
                openid = tx.people.get(push.person_id).openid
        if push.state == PushState.QUEUED:
            push = self._hand_over(push, openid)
        if push.state == PushState.SENT and push.msgid:
            self._settle_parked_receipt(push.msgid)

    def _hand_over(self, push: Push, openid: str | None) -> Push:
        if openid is None:
            return self._move(push.id, PushNews.REJECTED, reason=NO_WECHAT)
        url = sign_in_url(self._public_url, push.path)
        try:
            msgid = self._messenger.send_template(openid, push.template_key, push.fields, url, push.client_msg_id)
        except Rejected as rejected:
            return self._move(push.id, PushNews.REJECTED, reason=rejection_reason(rejected))
        except (Unreachable, TokenRefused):
            return self._try_later(push)
        return self._move(push.id, PushNews.TAKEN, msgid=msgid or None)

    def _move(self, push_id: UUID, news: PushNews, *, reason: str | None = None, msgid: str | None = None) -> Push:
        with self._store.begin() as tx:
            push = _moved(tx.pushes.load(push_id), news, self._clock.now(), reason=reason, msgid=msgid)
            tx.pushes.save(push)
            return push

    def _try_later(self, push: Push) -> Push:
        if push.attempts > len(RETRY_AFTER):
            return self._move(push.id, PushNews.REJECTED, reason=GIVEN_UP)
        with self._store.begin() as tx:
            tx.jobs.defer(SEND_PUSH, after=RETRY_AFTER[push.attempts - 1], push_id=str(push.id))
        return push

    def _settle_parked_receipt(self, msgid: str) -> None:
        """Uses the receipt that overtook us. It looks only after the msgid is committed: see `_take_receipt`."""
        with self._store.begin() as tx:
            status = tx.pushes.parked_receipt(msgid)
            push = tx.pushes.load_by_msgid(msgid)
            if status is not None and push is not None:
                self._settle(tx, push, status)

    def _settle(self, tx: Transaction, push: Push, status: str) -> None:
        news, reason = receipt_news(status)
        tx.pushes.save(_moved(push, news, self._clock.now(), reason=reason))

    # ── callbacks ────────────────────────────────────────────────────────────────────────────

    def check_address(self, query: Mapping[str, str]) -> str:
        """Answers WeChat's check of our address. Raises CallbackRefused."""
        return self._door.echo(query)

    def take_callback(self, query: Mapping[str, str], body: bytes) -> None:
        """Takes one message or event of WeChat and leaves the work to a job of the same transaction.

        A repeat (the same message, or the same event of the same person in the same second) is dropped.
        Raises CallbackRefused.
        """
        fields = kept_fields(self._replies, self._door.open(query, body))
        with self._store.begin() as tx:
            callback_id = tx.callbacks.take(dedupe_key(fields), fields, self._clock.now())
            if callback_id is not None:
                tx.jobs.defer(WORK_OFF_CALLBACK, lock=_person_lock(fields), callback_id=callback_id)

    def work_off_callback(self, callback_id: int, attempt: int = 1) -> None:
        """Does what a callback asks for: follow states, receipts, answers. Working it off again changes nothing."""
        with self._store.begin() as tx:
            callback = tx.callbacks.load(callback_id)
        if callback.done_at is not None:
            return
        fields = callback.fields
        match fields.get("MsgType"), fields.get("Event"):
            case "event", ("subscribe" | "unsubscribe") as event:
                self._mark_follow(callback, follows=event == "subscribe")
                done = event == "unsubscribe" or self._say(
                    callback, attempt, with_link(self._replies.followed, self._public_url, "/")
                )
            case "event", "TEMPLATESENDJOBFINISH":
                self._take_receipt(fields)
                done = True
            case "text", _:
                done = self._say(callback, attempt, self._answer(fields))
            case _:
                done = True
        if done:
            with self._store.begin() as tx:
                tx.callbacks.done(callback_id, self._clock.now())

    def _mark_follow(self, callback: Callback, *, follows: bool) -> None:
        happened_at = datetime.fromtimestamp(int(callback.fields["CreateTime"]), UTC)
        with self._store.begin() as tx:
            tx.people.set_follows(callback.fields["FromUserName"], follows=follows, at=happened_at)

    def _take_receipt(self, fields: Mapping[str, str]) -> None:
        """Moves the push on, or parks the receipt when its msgid is not stored yet.

        Both sides commit what they know before they look for the other's: whoever comes second sees the first.
        """
        msgid, status = fields.get("MsgID", ""), fields.get("Status", "")
        if msgid in ("", "0"):
            return
        with self._store.begin() as tx:
            push = tx.pushes.load_by_msgid(msgid)
            if push is not None:
                self._settle(tx, push, status)
                return
            tx.pushes.park_receipt(msgid, status, self._clock.now())
        self._settle_parked_receipt(msgid)

    def _answer(self, fields: Mapping[str, str]) -> str:
        if fields.get("Content") != ASKS_FOR_PROGRESS:
            return with_link(self._replies.pointer, self._public_url, "/", phone=self._phone)
        case_id = self._case_asked_about(fields["FromUserName"])
        if case_id is None:
            return with_link(self._replies.no_case, self._public_url, "/")
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
        return say_progress(self._replies, self._wording, progress_of(case, self._item_titles), self._public_url)

    def _case_asked_about(self, openid: str) -> UUID | None:
        """Her open case, or else one that she helps with, or else the newest that was ever handed in."""
        with self._store.begin() as tx:
            person = tx.people.by_openid(openid)
        rows = self._screens.cases_of(person.id) if person else []
        open_ones = [row["id"] for row in rows if row["state"] not in CLOSED]
        handed_in = [row["id"] for row in rows if row["number"] is not None]
        helped = self._screens.authorisations_of(person.id) if person else []
        helping = [row["case_id"] for row in helped if person and row["helper_id"] == person.id and row["case_id"]]
        found: UUID | None = next(iter(open_ones + helping + handed_in), None)
        return found

    def _say(self, callback: Callback, attempt: int, text: str) -> bool:
        """Answers a person; returns whether that is settled. Where WeChat does not answer, a later job tries again."""
        try:
            self._messenger.send_text(callback.fields["FromUserName"], text)
        except Rejected:
            return True  # she may no longer follow, or the 48 hours are over: nothing more can be said here
        except (Unreachable, TokenRefused):
            if attempt > len(ANSWER_RETRY_AFTER):
                return True
            with self._store.begin() as tx:
                after = ANSWER_RETRY_AFTER[attempt - 1]
                tx.jobs.defer(WORK_OFF_CALLBACK, after=after, callback_id=callback.id, attempt=attempt + 1)
            return False
        return True


ASKS_FOR_PROGRESS: Final = "progress"
KEPT_FIELDS: Final = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "MsgID", "Status")


def kept_fields(replies: Replies, fields: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a callback. What people wrote is not: only whether it asks how far the case is.

    Raises CallbackRefused when it doesn't say from whom it is and since when.
    """
    if not fields.get("FromUserName") or not fields.get("CreateTime", "").isdecimal():
        raise CallbackRefused("from nobody, or at no time")
    kept = {name: fields[name] for name in KEPT_FIELDS if fields.get(name)}
    if asks_for_progress(replies, fields.get("Content", "")):
        kept["Content"] = ASKS_FOR_PROGRESS
    return kept


def dedupe_key(fields: Mapping[str, str]) -> str:
    """The key under which a repeat is known: MsgId for messages; for events person, second, event and its key.

    A receipt's key is its MsgID: several may come for one person in one second.
    Source: 微信公众平台《接收事件推送》: 关于重试的消息排重.
    """
    if fields.get("MsgId"):
        return f"message:{fields['MsgId']}"
    key = fields.get("MsgID") or fields.get("EventKey", "")
    return f"event:{fields['FromUserName']}:{fields['CreateTime']}:{fields.get('Event', '')}:{key}"


def _is_still_followed(tx: Transaction, push: Push) -> bool:
    """Between queueing and sending the authorisation may have ended: then the helper hears nothing of the case."""
    return push.case_id is None or push.person_id in followers(tx.cases.read(push.case_id))


def _person_lock(fields: Mapping[str, str]) -> str:
    """One person's callbacks are worked off in their order; her openid stays out of the job's name."""
    return "wechat-" + hashlib.sha256(fields["FromUserName"].encode()).hexdigest()[:16]


def _moved(push: Push, news: PushNews, at: datetime, *, reason: str | None = None, msgid: str | None = None) -> Push:
    """The push after the news; unchanged where the news moves nothing."""
    state = forward(push.state, news)
    if state is None:
        return push
    if state is PushState.SENT:
        return replace(push, state=state, msgid=msgid, sent_at=at)
    return replace(push, state=state, reason=reason, settled_at=at)
