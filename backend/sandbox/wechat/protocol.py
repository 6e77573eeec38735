"""The paths of api.weixin.qq.com and open.weixin.qq.com that the service uses, with their answers and error codes."""

import functools
import json
import secrets
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.courier import Courier
from backend.sandbox.wechat.template_rules import first_fault
from backend.sandbox.wechat.world import World

PERSON_COOKIE = "sandbox_wechat_person"

MESSAGES = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40008: "invalid message type",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    44004: "empty content",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid!",
}


def wechat_json(content: dict[str, Any], status: int = 200) -> Response:
    """Makes a JSON answer as WeChat writes it: UTF-8, status 200 whatever the errcode says."""
    answer = make_response(json.dumps(content, ensure_ascii=False), status)
    answer.headers["Content-Type"] = "application/json; encoding=utf-8"
    return answer


def refusal(errcode: int, message: str | None = None) -> Response:
    """Makes the answer for an error code, with a request id as WeChat adds."""
    text = message if message is not None else MESSAGES.get(errcode, "error")
    return wechat_json({"errcode": errcode, "errmsg": f"{text} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}"})


def protocol_blueprint(config: WechatConfig, world: World, courier: Courier) -> Blueprint:
    """Makes the routes the server under test calls, and the sign-in page a browser is sent to."""
    blueprint = Blueprint("protocol", __name__)
    released = threading.Event()

    def endpoint(name: str) -> Callable[[Callable[[], Response]], Callable[[], Response]]:
        """Lets planned faults answer in place of (or, for a lost answer, after) the endpoint's work."""

        def wrap(view: Callable[[], Response]) -> Callable[[], Response]:
            @functools.wraps(view)
            def answer() -> Response:
                fault = world.take_fault(name)
                if fault is None:
                    return view()
                if fault.hold_seconds:
                    released.wait(fault.hold_seconds)
                if fault.lose_answer:
                    view()
                    return make_response("Bad Gateway", 502)
                if fault.http_status:
                    return make_response("fault", fault.http_status)
                return refusal(fault.errcode) if fault.errcode else view()

            return answer

        return wrap

    def account_fault(app_id: str | None, secret: str | None) -> int:
        if not app_id:
            return 41002
        if app_id != config.app_id:
            return 40013
        if not secret:
            return 41004
        return 0 if secret == config.app_secret else 40125

    @blueprint.post("/cgi-bin/stable_token")
    @endpoint("stable_token")
    def stable_token() -> Response:
        """Gives the stable access token (POST JSON only)."""
        body = request.get_json(silent=True, force=True)
        if not isinstance(body, dict):
            return refusal(47001)
        if body.get("grant_type") != "client_credential":
            return refusal(40002)
        if errcode := account_fault(body.get("appid"), body.get("secret")):
            return refusal(errcode)
        token, seconds = world.stable_token(force_refresh=body.get("force_refresh") is True)
        return wechat_json({"access_token": token, "expires_in": seconds})

    @blueprint.get("/cgi-bin/token")
    @endpoint("token")
    def token() -> Response:
        """Gives a plain access token; the one before holds five minutes more."""
        if request.args.get("grant_type") != "client_credential":
            return refusal(40002)
        if errcode := account_fault(request.args.get("appid"), request.args.get("secret")):
            return refusal(errcode)
        value, seconds = world.plain_token()
        return wechat_json({"access_token": value, "expires_in": seconds})

    @blueprint.post("/cgi-bin/message/template/send")
    @endpoint("template/send")
    def send_template() -> Response:
        """Sends a template message."""
        if errcode := world.token_refuses(request.args.get("access_token")):
            return refusal(errcode)
        body = request.get_json(silent=True, force=True)
        if not isinstance(body, dict):
            return refusal(47001)
        openid = str(body.get("touser", ""))
        if openid not in world.people:
            return refusal(40003)
        template = config.templates.get(str(body.get("template_id", "")))
        if template is None:
            return refusal(40037)
        if fault := first_fault(template, body.get("data")):
            return refusal(47003, fault)
        if not world.following[openid]:
            return refusal(43004)
        rows = [(label, body["data"][name]["value"]) for name, label in template.fields]
        card = {"template_id": template.template_id, "title": template.title, "rows": rows}
        card["url"] = str(body.get("url", ""))
        msgid, receipt = world.push(openid, str(body.get("client_msg_id") or ""), card)
        courier.deliver(receipt)
        return wechat_json({"errcode": 0, "errmsg": "ok", "msgid": msgid})

    @blueprint.post("/cgi-bin/message/custom/send")
    @endpoint("custom/send")
    def send_custom() -> Response:
        """Sends a customer-service text message."""
        if errcode := world.token_refuses(request.args.get("access_token")):
            return refusal(errcode)
        body = request.get_json(silent=True, force=True)
        if not isinstance(body, dict):
            return refusal(47001)
        openid = str(body.get("touser", ""))
        if openid not in world.people:
            return refusal(40003)
        if body.get("msgtype") != "text" or not isinstance(body.get("text"), dict):
            return refusal(40008)
        content = str(body["text"].get("content", ""))
        if not content:
            return refusal(44004)
        if not world.following[openid]:
            return refusal(45015)
        if errcode := world.service_window_refuses(openid):
            return refusal(errcode)
        world.serve(openid, content)
        return wechat_json({"errcode": 0, "errmsg": "ok"})

    @blueprint.get("/sns/oauth2/access_token")
    @endpoint("sns/access_token")
    def exchange_code() -> Response:
        """Exchanges a code of the web sign-in for the openid."""
        if errcode := account_fault(request.args.get("appid"), request.args.get("secret")):
            return refusal(errcode)
        if not request.args.get("code"):
            return refusal(41008)
        if request.args.get("grant_type") != "authorization_code":
            return refusal(40002)
        errcode, code = world.use_code(request.args["code"])
        if code is None:
            return refusal(errcode)
        tokens = {"access_token": secrets.token_urlsafe(64), "refresh_token": secrets.token_urlsafe(64)}
        return wechat_json({**tokens, "expires_in": 7200, "openid": code.openid, "scope": code.scope})

    @blueprint.route("/connect/oauth2/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        """Signs the phone's person in and sends the browser back with a code; asks who it is when it can't tell."""
        if fault := _authorize_fault(config):
            return make_response(render_template("refused.html", errcode=fault[0], message=fault[1]))
        chosen = request.form.get("person") if request.method == "POST" else request.cookies.get(PERSON_COOKIE)
        person = world.person(chosen) if chosen else None
        if person is None:
            today = world.now().date()
            return make_response(render_template("picker.html", people=world.people.values(), today=today))
        code = world.issue_code(person.openid(config.app_id), request.args["scope"])
        answer = make_response(redirect(with_query(request.args["redirect_uri"], code, request.args.get("state", ""))))
        answer.set_cookie(PERSON_COOKIE, person.key, httponly=True, samesite="Lax")
        return answer

    return blueprint


def _authorize_fault(config: WechatConfig) -> tuple[int, str] | None:
    """Returns the code and the words of WeChat's refusal page, or None when the address is in order."""
    asked = request.args
    if not asked.get("appid"):
        return 10012, "appid 不能为空"
    if asked["appid"] != config.app_id:
        return 40013, "appid 参数错误"
    if not asked.get("redirect_uri"):
        return 10011, "redirect_uri 不能为空"
    if urlsplit(asked["redirect_uri"]).hostname != urlsplit(config.h5_public_url).hostname:
        return 10003, "redirect_uri 域名与后台配置不一致"
    if not asked.get("scope"):
        return 10010, "scope 不能为空"
    if asked["scope"] != "snsapi_base" or asked.get("response_type") != "code":
        return 10005, "此公众号没有这些 scope 的权限"
    return None


def with_query(address: str, code: str, state: str) -> str:
    """Adds code and state to an address, keeping what it already asks for."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return urlunsplit(parts._replace(query=urlencode(query)))
