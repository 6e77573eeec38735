"""WeChat on the wire, by wechatpy: messages out, sign-in codes exchanged, callbacks opened.

Errors leave as the domain's own (MessengerError leaves, SignInExpired, OutsideDown, CallbackRefused). What is said to
whom is decided elsewhere.
"""

import hmac
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

import requests
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from wechatpy import WeChatClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, WeChatClientException
from wechatpy.oauth import WeChatOAuth
from wechatpy.utils import WeChatSigner

from backend.domain.errors import OutsideDown, SignInExpired
from backend.domain.notices import CallbackRefused, MessengerError, Rejected, TokenRefused, Unreachable
from backend.services.ports import Clock, TokenStore

# WeChat hands out a new token five minutes before the old one ends: ours is renewed inside that time.
TOKEN_MARGIN: Final = timedelta(minutes=2)
TOKEN_ERRORS: Final = frozenset({40001, 40014, 41001, 42001, 42007})
# -1 busy; 45009, 45011 and 50002 are limits that pass with time.
PASSING_ERRORS: Final = frozenset({-1, 45009, 45011, 50002})
CODE_ERRORS: Final = frozenset({40029, 40163, 41008, 42003})

MOST_FIELDS: Final = 40


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """The service account (服务号) and where WeChat is. `api_url` and `authorize_url` without a trailing slash."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    api_url: str = "https://api.weixin.qq.com"
    authorize_url: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    timeout_seconds: float = 5


class _Client(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's client at our address, with the token it is handed and without retries of its own."""

    def __init__(self, account: WechatAccount) -> None:
        super().__init__(account.app_id, account.app_secret, timeout=account.timeout_seconds, auto_retry=False)
        self.API_BASE_URL = f"{account.api_url}/cgi-bin/"

    @property
    def access_token(self) -> None:
        """None of its own: each call names its token, so that all processes share one."""
        return

    def call(self, path: str, token: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Posts JSON to one endpoint. Raises Unreachable, TokenRefused, Rejected."""
        return _answered(lambda: self.post(path, params={"access_token": token}, data=dict(body)))


def _answered(call: Callable[[], Any]) -> Mapping[str, Any]:
    """Makes a call and gives WeChat's JSON; every way it can fail leaves as a MessengerError."""
    try:
        answer = call()
    except WeChatClientException as error:
        if error.errcode is None:
            raise Unreachable(f"WeChat answered {getattr(error.response, 'status_code', 'nothing')}") from error
        raise _refusal(int(error.errcode), str(error.errmsg)) from error
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
    if not isinstance(answer, dict):
        raise Unreachable("WeChat answered something that is not JSON")
    return answer


def _refusal(errcode: int, message: str) -> MessengerError:
    if errcode in TOKEN_ERRORS:
        return TokenRefused(errcode)
    if errcode in PASSING_ERRORS:
        return Unreachable(f"WeChat is busy: {errcode}")
    return Rejected(errcode, message)


class WechatMessenger:
    """services/ports.py Messenger. `template_ids` by template key. One instance serves all threads of a process."""

    def __init__(
        self, account: WechatAccount, template_ids: Mapping[str, str], tokens: TokenStore, clock: Clock
    ) -> None:
        self._account = account
        self._template_ids = template_ids
        self._tokens = tokens
        self._clock = clock
        self._client = _Client(account)

    def send_template(
        self, openid: str, template_key: str, fields: Mapping[str, str], url: str, client_msg_id: str
    ) -> str:
        """Sends a template message; returns WeChat's msgid, empty when WeChat gave none.

        WeChat shows messages with the same `client_msg_id` to the same person once within ten minutes.
        Raises Unreachable, TokenRefused, Rejected.
        """
        answer = self._call(
            "message/template/send",
            {
                "touser": openid,
                "template_id": self._template_ids[template_key],
                "url": url,
                "client_msg_id": client_msg_id,
                "data": {name: {"value": value} for name, value in fields.items()},
            },
        )
        return str(answer.get("msgid") or "")

    def send_text(self, openid: str, text: str) -> None:
        """Sends a customer-service text (客服消息).

        Raises Unreachable, TokenRefused, Rejected (45015 when she has not written for 48 hours).
        """
        self._call("message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})

    def _call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Calls with the shared token; a refused one is refreshed once, by one process, and the call made once more."""
        token = self._tokens.current(self._account.app_id, self._clock.now() + TOKEN_MARGIN) or self._refresh(None)
        try:
            return self._client.call(path, token, body)
        except TokenRefused:
            return self._client.call(path, self._refresh(token), body)

    def _refresh(self, refused: str | None) -> str:
        return self._tokens.refresh(self._account.app_id, refused, self._fetch_token, self._clock.now() + TOKEN_MARGIN)

    def _fetch_token(self) -> tuple[str, datetime]:
        """A token by /cgi-bin/stable_token, which gives the same one to whoever asks, and the moment it ends."""
        account = self._account
        asked_at = self._clock.now()
        body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}
        try:
            answer = self._client.call("stable_token", None, body)
        except Rejected as error:
            raise TokenRefused(error.errcode) from error
        try:
            return str(answer["access_token"]), asked_at + timedelta(seconds=int(answer["expires_in"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreachable("WeChat gave no token") from error


class WechatSignIn:
    """services/ports.py WechatIdentity: web sign-in (网页授权, snsapi_base)."""

    def __init__(self, account: WechatAccount) -> None:
        self._account = account
        self._oauth = WeChatOAuth(account.app_id, account.app_secret, redirect_uri="")
        self._oauth.API_BASE_URL = f"{account.api_url}/"

    def authorize_url(self, redirect_url: str, state: str) -> str:
        """The address of WeChat's sign-in; it comes back to `redirect_url` with code and state."""
        query = f"appid={self._account.app_id}&redirect_uri={quote(redirect_url, safe='')}&response_type=code"
        return f"{self._account.authorize_url}?{query}&scope=snsapi_base&state={quote(state)}#wechat_redirect"

    def openid_for(self, code: str) -> str:
        """Exchanges a code, good once and for five minutes, for the openid. Raises SignInExpired, OutsideDown."""
        try:
            answer = _answered(lambda: self._exchange(code))
        except Rejected as error:
            if error.errcode in CODE_ERRORS:
                raise SignInExpired from error
            raise OutsideDown(system="wechat") from error
        except MessengerError as error:
            raise OutsideDown(system="wechat") from error
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise OutsideDown(system="wechat")
        return openid

    def _exchange(self, code: str) -> Any:
        account = self._account
        return self._oauth._get(  # its fetch_access_token has no timeout and keeps the openid on the shared instance
            "sns/oauth2/access_token",
            params={
                "appid": account.app_id,
                "secret": account.app_secret,
                "code": code,
                "grant_type": "authorization_code",
            },
            timeout=account.timeout_seconds,
        )


class WechatCallbackDoor:
    """services/notices.py CallbackDoor: opens what is posted to /wechat/callback (消息加解密说明, secure mode only)."""

    def __init__(self, account: WechatAccount) -> None:
        self._token = account.token
        self._crypto = WeChatCrypto(account.token, account.encoding_aes_key, account.app_id)

    def echo(self, query: Mapping[str, str]) -> str:
        """Answers the GET check of the server's address, plain or encrypted. Raises CallbackRefused."""
        echo = _required(query, "echostr")
        if "msg_signature" in query:
            return self._decrypt(query, echo)
        self._check("signature", query)
        return echo

    def open(self, query: Mapping[str, str], body: bytes) -> dict[str, str]:
        """Verifies and decrypts one message; returns its flat fields. Raises CallbackRefused.

        The signature is checked before anything is decrypted, the AppID inside after it.
        """
        if query.get("encrypt_type") != "aes":
            raise CallbackRefused("not in secure mode")
        ciphertext = _parsed(body).get("Encrypt", "")
        return _parsed(self._decrypt(query, ciphertext).encode())

    def _check(self, name: str, query: Mapping[str, str], *parts: str) -> None:
        signer = WeChatSigner()
        signer.add_data(self._token, _required(query, "timestamp"), _required(query, "nonce"), *parts)
        if not hmac.compare_digest(signer.signature.encode(), _required(query, name).encode()):
            raise CallbackRefused("the signature is not WeChat's")

    def _decrypt(self, query: Mapping[str, str], ciphertext: str) -> str:
        self._check("msg_signature", query, ciphertext)
        try:
            clear = self._crypto.decrypt_message(
                {"Encrypt": ciphertext}, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        except InvalidAppIdException as error:
            raise CallbackRefused("for another account") from error
        except (ValueError, IndexError, struct.error) as error:
            raise CallbackRefused("not decryptable") from error
        return str(clear)


def _required(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if not value:
        raise CallbackRefused(f"no {name}")
    return value


def _parsed(xml: bytes) -> dict[str, str]:
    """The flat fields of a WeChat XML; a document type, entities or anything oversized is refused."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise CallbackRefused("not a plain XML") from error
    fields = {child.tag: child.text or "" for child in root}
    if len(fields) > MOST_FIELDS:
        raise CallbackRefused("too many fields")
    return fields
