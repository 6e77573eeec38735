"""Everything the stand-in WeChat remembers: people, who follows, chats, tokens, codes and callbacks still to deliver.

State is a fold of facts. Each fact is written to the journal (JSON lines) before it counts, so a restart, however
abrupt, finds people and chats as they were. Speaking HTTP is not here.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from backend.sandbox.wechat.people import Person
from backend.sandbox.wechat.records import Callback, Code, Fault, Message, Token

Fact = dict[str, Any]

TOKEN_LIFE = timedelta(seconds=7200)
TOKEN_OVERLAP = timedelta(minutes=5)
FORCED_REFRESH_INTERVAL = timedelta(seconds=30)
CODE_LIFE = timedelta(minutes=5)
REPEAT_WINDOW = timedelta(minutes=10)
# What a person does opens a window for customer-service messages (客服消息): how long, and how many may be sent in it.
SERVICE_WINDOWS = {"text": (timedelta(hours=48), 5), "follow": (timedelta(minutes=1), 3)}


class World:
    """The memory of the stand-in. Any thread may call any method; `changed` wakes whoever waits for news."""

    def __init__(self, journal: Path, now: Callable[[], datetime], app_id: str, people: Iterable[Person]) -> None:
        self.now = now
        self.app_id = app_id
        self.changed = threading.Condition(threading.RLock())
        self.people: dict[str, Person] = {}
        self.following: dict[str, bool] = {}
        self.receipts: dict[str, str] = {}
        self.chats: dict[str, list[Message]] = {}
        self.callbacks: dict[int, Callback] = {}
        self._owed: dict[int, Callback] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.faults: list[Fault] = []
        self._service_windows: dict[str, tuple[datetime, int]] = {}
        self._last_id = 0
        journal.parent.mkdir(parents=True, exist_ok=True)
        self._replay(journal)
        self._journal = journal.open("a", encoding="utf-8")
        for person in people:
            if person.openid(app_id) not in self.people:
                self.add_person(person)

    def close(self) -> None:
        """Closes the journal; nothing more can be remembered."""
        with self.changed:
            self._journal.close()

    # People ---------------------------------------------------------------------------------------------------------

    def add_person(self, person: Person) -> None:
        """Adds a person who doesn't follow the account yet."""
        self._remember({"fact": "person", **asdict(person), "born_on": person.born_on.isoformat()})

    def person(self, key_or_openid: str) -> Person | None:
        """Finds a person by her key or her openid."""
        with self.changed:
            by_openid = self.people.get(key_or_openid)
            return by_openid or next((one for one in self.people.values() if one.key == key_or_openid), None)

    def follow(self, openid: str) -> int | None:
        """Follows the account (关注); returns the id of the callback to deliver, or None if she already followed."""
        return self._set_following(openid, follows=True)

    def unfollow(self, openid: str) -> int | None:
        """Stops following (取消关注); returns the id of the callback to deliver, or None if she didn't follow."""
        return self._set_following(openid, follows=False)

    def _set_following(self, openid: str, *, follows: bool) -> int | None:
        with self.changed:
            if self.following[openid] == follows:
                return None
            self._remember({"fact": "following", "openid": openid, "follows": follows, "at": self.now().isoformat()})
            note = "您已关注本服务号" if follows else "您已取消关注，收不到办理消息了"
            self._add_message(openid, "note", text=note)
            event: dict[str, str | int] = {"Event": "subscribe" if follows else "unsubscribe", "EventKey": ""}
            return self._owe_callback(openid, {"MsgType": "event", **event})

    def write(self, openid: str, text: str) -> int:
        """Sends a text to the account as the person; returns the id of the callback to deliver."""
        with self.changed:
            message_id = self._add_message(openid, "person", text=text)
            return self._owe_callback(openid, {"MsgType": "text", "Content": text, "MsgId": message_id})

    def choose_receipt(self, openid: str, receipt: str) -> None:
        """Chooses what becomes of this person's pushes: success, `failed:user block` or `failed: system failed`."""
        self._remember({"fact": "receipt_choice", "openid": openid, "receipt": receipt})

    # Messages from the account ----------------------------------------------------------------------------------------

    def push(self, openid: str, client_msg_id: str, card: Fact) -> tuple[int, int | None]:
        """Puts a push in the chat; returns its msgid and the id of the receipt to deliver.

        `card`: template_id, title, rows and url. The same `client_msg_id` to the same person within ten minutes is not
        sent again: the first msgid comes back, with no receipt.
        """
        with self.changed:
            earlier = self._repeated(openid, client_msg_id)
            if earlier is not None:
                return earlier.message_id, None
            message_id = self._add_message(openid, "push", client_msg_id=client_msg_id, **card)
            body: dict[str, str | int] = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": message_id}
            return message_id, self._owe_callback(openid, body)

    def _repeated(self, openid: str, client_msg_id: str) -> Message | None:
        since = self.now() - REPEAT_WINDOW
        chat = self.chats[openid] if client_msg_id else []
        return next((one for one in reversed(chat) if one.client_msg_id == client_msg_id and one.at > since), None)

    def settle_receipt(self, message_id: int, openid: str) -> str:
        """Decides, at delivery time, what became of a push: one who no longer follows can't have got it."""
        with self.changed:
            message = next(one for one in self.chats[openid] if one.message_id == message_id)
            if not message.receipt:
                status = self.receipts[openid] if self.following[openid] else "failed:user block"
                self._remember({"fact": "receipt", "openid": openid, "message_id": message_id, "status": status})
            return message.receipt

    def service_window_refuses(self, openid: str) -> int:
        """Returns 45015 when her window for customer-service messages is shut, 45047 when it is used up, else 0."""
        with self.changed:
            until, left = self._service_windows.get(openid, (None, 0))
            if until is None or self.now() >= until:
                return 45015
            return 0 if left > 0 else 45047

    def serve(self, openid: str, text: str) -> None:
        """Puts a customer-service message (客服消息) in the chat."""
        self._add_message(openid, "service", text=text)

    def _add_message(self, openid: str, kind: str, **content: Any) -> int:
        with self.changed:
            message_id, at = self._next_id(), self.now().isoformat()
            line = {"message_id": message_id, "openid": openid, "kind": kind, "at": at}
            self._remember({"fact": "message", **line, **content})
            return message_id

    # Tokens and codes -------------------------------------------------------------------------------------------------

    def stable_token(self, *, force_refresh: bool) -> tuple[str, int]:
        """Returns the token of /cgi-bin/stable_token and the seconds it still holds.

        The same token comes back until five minutes before its end; a forced refresh kills the one before, but not
        within thirty seconds of its issue.
        """
        with self.changed:
            now = self.now()
            current = self._newest_token("stable")
            if current is not None:
                young = now - (current.valid_until - TOKEN_LIFE) < FORCED_REFRESH_INTERVAL
                if (force_refresh and young) or (not force_refresh and current.valid_until - now > TOKEN_OVERLAP):
                    return current.value, int((current.valid_until - now).total_seconds())
                if force_refresh:
                    self._remember({"fact": "token_end", "value": current.value, "at": now.isoformat()})
            return self._issue_token("stable"), int(TOKEN_LIFE.total_seconds())

    def plain_token(self) -> tuple[str, int]:
        """Returns a new token of /cgi-bin/token; the one before it holds for five minutes more."""
        with self.changed:
            current = self._newest_token("plain")
            if current is not None:
                end = min(current.valid_until, self.now() + TOKEN_OVERLAP)
                self._remember({"fact": "token_end", "value": current.value, "at": end.isoformat()})
            return self._issue_token("plain"), int(TOKEN_LIFE.total_seconds())

    def token_refuses(self, value: str | None) -> int:
        """Returns 41001 for no token, 40001 for one unknown or replaced, 42001 for one run out, 0 for a good one."""
        if not value:
            return 41001
        with self.changed:
            token = self.tokens.get(value)
            if token is None:
                return 40001
            if self.now() < token.valid_until:
                return 0
            return 40001 if token.revoked else 42001

    def revoke_tokens(self) -> None:
        """Makes every token invalid at once, as when somebody elsewhere refreshed by force."""
        with self.changed:
            for value in list(self.tokens):
                self._remember({"fact": "token_end", "value": value, "at": self.now().isoformat()})

    def _newest_token(self, source: str) -> Token | None:
        now = self.now()
        mine = [one for one in self.tokens.values() if one.source == source]
        return mine[-1] if mine and not mine[-1].revoked and now < mine[-1].valid_until else None

    def _issue_token(self, source: str) -> str:
        value = f"{secrets.randbelow(100)}_{secrets.token_urlsafe(96)}"
        until = (self.now() + TOKEN_LIFE).isoformat()
        self._remember({"fact": "token", "value": value, "source": source, "valid_until": until})
        return value

    def issue_code(self, openid: str, scope: str) -> str:
        """Issues a one-use code of five minutes for the web sign-in."""
        value = "0" + secrets.token_hex(15) + "1"
        expires_at = (self.now() + CODE_LIFE).isoformat()
        self._remember({"fact": "code", "value": value, "openid": openid, "scope": scope, "expires_at": expires_at})
        return value

    def use_code(self, value: str) -> tuple[int, Code | None]:
        """Uses a code up: (0, code); (40029, None) when unknown or run out, (40163, None) when used before."""
        with self.changed:
            code = self.codes.get(value)
            if code is None or self.now() >= code.expires_at:
                return 40029, None
            if code.used:
                return 40163, None
            self._remember({"fact": "code_used", "value": value})
            return 0, code

    # Callbacks --------------------------------------------------------------------------------------------------------

    def _owe_callback(self, openid: str, body: dict[str, str | int]) -> int:
        callback_id = self._next_id()
        stamped = {"CreateTime": int(self.now().timestamp()), **body}
        self._remember({"fact": "callback", "callback_id": callback_id, "openid": openid, "body": stamped})
        return callback_id

    def owed_callbacks(self) -> list[Callback]:
        """Returns the callbacks that are still to be delivered, oldest first."""
        with self.changed:
            return list(self._owed.values())

    def note_try(self, callback_id: int, result: str) -> None:
        """Notes how one try of a callback went."""
        with self.changed:
            self.callbacks[callback_id].tries.append(result)
            self.changed.notify_all()

    def settle_callback(self, callback_id: int, outcome: str) -> None:
        """Closes a callback: `delivered` or `given up`. A person whose text nobody took is told so, as WeChat does."""
        with self.changed:
            self._remember({"fact": "callback_end", "callback_id": callback_id, "outcome": outcome})
            callback = self.callbacks[callback_id]
            if outcome != "delivered" and callback.body["MsgType"] == "text":
                self._add_message(callback.openid, "note", text="该公众号提供的服务出现故障，请稍后再试")

    def owe_again(self, callback_id: int) -> int:
        """Owes the same event once more, byte for byte the same message, as WeChat does when an answer got lost."""
        with self.changed:
            original = self.callbacks[callback_id]
            again = self._next_id()
            self._remember({"fact": "callback", "callback_id": again, "openid": original.openid, "body": original.body})
            return again

    # Faults, waiting --------------------------------------------------------------------------------------------------

    def take_fault(self, endpoint: str) -> Fault | None:
        """Takes one use of the first fault planned for an endpoint."""
        with self.changed:
            fault = next((one for one in self.faults if one.endpoint == endpoint), None)
            if fault is not None:
                fault.times -= 1
                self.faults = [one for one in self.faults if one.times > 0]
            return fault

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Waits until the condition holds or the seconds have passed; returns whether it holds."""
        end = time.monotonic() + seconds
        with self.changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(left)
            return True

    # Journal ----------------------------------------------------------------------------------------------------------

    def _next_id(self) -> int:
        self._last_id = max(self._last_id + 1, int(self.now().timestamp() * 1000) * 100)
        return self._last_id

    def _remember(self, fact: Fact) -> None:
        with self.changed:
            self._journal.write(json.dumps(fact, ensure_ascii=False) + "\n")
            self._journal.flush()
            self._apply(fact)
            self.changed.notify_all()

    def _replay(self, journal: Path) -> None:
        if not journal.exists():
            return
        raw = journal.read_bytes()
        whole, _, torn = raw.rpartition(b"\n")
        if torn:
            # A kill in mid-write leaves half a fact that nobody was told of: cut off, so that the next starts a line.
            journal.write_bytes(whole + b"\n" if whole else b"")
        for line in whole.splitlines():
            self._apply(json.loads(line))

    def _apply(self, fact: Fact) -> None:
        content = {name: value for name, value in fact.items() if name != "fact"}
        getattr(self, f"_apply_{fact['fact']}")(**content)

    def _apply_person(self, born_on: str, **fields: str) -> None:
        person = Person(born_on=date.fromisoformat(born_on), **fields)
        openid = person.openid(self.app_id)
        self.people[openid] = person
        self.following[openid] = False
        self.receipts[openid] = "success"
        self.chats[openid] = []

    def _apply_following(self, openid: str, follows: bool, at: str) -> None:
        self.following[openid] = follows
        if follows:
            self._open_service_window(openid, "follow", datetime.fromisoformat(at))

    def _apply_message(self, at: str, rows: list[list[str]] | None = None, **fields: Any) -> None:
        moment = datetime.fromisoformat(at)
        pairs = [(label, value) for label, value in rows or []]
        message = Message(at=moment, rows=pairs, **fields)
        self._last_id = max(self._last_id, message.message_id)
        self.chats[message.openid].append(message)
        if message.kind == "person":
            self._open_service_window(message.openid, "text", moment)
        if message.kind == "service":
            until, left = self._service_windows[message.openid]
            self._service_windows[message.openid] = (until, left - 1)

    def _open_service_window(self, openid: str, reason: str, at: datetime) -> None:
        length, count = SERVICE_WINDOWS[reason]
        until, _ = self._service_windows.get(openid, (at, 0))
        if at + length >= until:
            self._service_windows[openid] = (at + length, count)

    def _apply_receipt_choice(self, openid: str, receipt: str) -> None:
        self.receipts[openid] = receipt

    def _apply_receipt(self, openid: str, message_id: int, status: str) -> None:
        for message in self.chats[openid]:
            if message.message_id == message_id:
                message.receipt = status

    def _apply_token(self, value: str, source: str, valid_until: str) -> None:
        self.tokens[value] = Token(value, source, datetime.fromisoformat(valid_until))

    def _apply_token_end(self, value: str, at: str) -> None:
        token = self.tokens[value]
        token.valid_until, token.revoked = datetime.fromisoformat(at), True

    def _apply_code(self, value: str, openid: str, scope: str, expires_at: str) -> None:
        self.codes[value] = Code(value, openid, scope, datetime.fromisoformat(expires_at))

    def _apply_code_used(self, value: str) -> None:
        self.codes[value].used = True

    def _apply_callback(self, callback_id: int, openid: str, body: dict[str, str | int]) -> None:
        self._last_id = max(self._last_id, callback_id)
        self.callbacks[callback_id] = self._owed[callback_id] = Callback(callback_id, openid, body)

    def _apply_callback_end(self, callback_id: int, outcome: str) -> None:
        self.callbacks[callback_id].outcome = outcome
        self._owed.pop(callback_id, None)
