"""What the stand-in WeChat keeps: a line of a chat, a callback, a token, a code, a planned fault. No behaviour."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Message:
    """One line of a chat. `kind`: push (模板消息), service (客服消息), person (she wrote it) or note (a grey line)."""

    message_id: int
    openid: str
    kind: str
    at: datetime
    text: str = ""
    template_id: str = ""
    title: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    client_msg_id: str = ""
    receipt: str = ""


@dataclass
class Callback:
    """An event to be delivered to the server. `outcome` is empty while it is still to be delivered."""

    callback_id: int
    openid: str
    body: dict[str, str | int]
    tries: list[str] = field(default_factory=list)
    outcome: str = ""


@dataclass
class Token:
    """An access token and the moment from which it no longer holds."""

    value: str
    source: str
    valid_until: datetime
    revoked: bool = False


@dataclass
class Code:
    """A one-use code of the web sign-in (网页授权)."""

    value: str
    openid: str
    scope: str
    expires_at: datetime
    used: bool = False


@dataclass
class Fault:
    """What the next `times` calls of an endpoint answer instead of doing their work; `lose_answer`: after doing it."""

    endpoint: str
    times: int
    errcode: int = 0
    http_status: int = 0
    lose_answer: bool = False
    hold_seconds: float = 0.0
