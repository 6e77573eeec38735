"""Problems (RFC 9457): the one table from a refusal's class to its status, and the one function that makes a body.

No other file of the API names a status of an error or writes `application/problem+json`.
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, request
from flask_smorest import Api
from marshmallow import INCLUDE, Schema, fields
from werkzeug.exceptions import HTTPException

from backend.api import fields as field
from backend.domain import errors

LOG = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

# fmt: off
STATUSES: dict[type[errors.RuleBroken], int] = {
    errors.NotFound:       404,
    errors.NotSignedIn:    401,
    errors.NotAllowed:     403,
    errors.NotNow:         409,
    errors.StaleVersion:   412,
    errors.VersionMissing: 428,
    errors.ContentRefused: 422,
    errors.TooLarge:       413,
    errors.TooMany:        429,
    errors.OutsideDown:    503,
}

# What the framework itself refuses, in words for people: status → (code, title, detail).
FRAMEWORK: dict[int, tuple[str, str, str]] = {
    400: ("malformed",         "内容读不懂",   "交上来的内容读不懂，请刷新页面后再试。"),
    404: ("not-found",         "没有找到",     "没有找到这个页面，请从首页重新进入。"),
    405: ("method-not-allowed", "不能这样用",   "这个地址不能这样用，请从首页重新进入。"),
    413: ("too-large",         "内容太大",     "交上来的内容太大，请减少后再试。"),
    415: ("wrong-media-type",  "格式不对",     "交上来的格式不对，请刷新页面后再试。"),
    422: ("content-refused",   "内容有误",     "有内容需要改一下。"),
    500: ("unexpected",        "系统出了问题", "系统出了点问题，已填的内容都还在，请过几分钟再试。"),
}
OTHER = ("refused", "不能这样用", "请从首页重新进入再试。")
# fmt: on
RETRY_AFTER_SECONDS = 5


def status_of(refusal: type[errors.RuleBroken]) -> int:
    """The status of the nearest class that the table names; 409 for a leaf that is under none of them."""
    for cls in refusal.__mro__:
        if cls in STATUSES:
            return STATUSES[cls]
    return HTTPStatus.CONFLICT


def problem(status: int, code: str, title: str, detail: str, **facts: Any) -> Response:
    """The body of every refusal: type, title, status, code, detail, instance, facts."""
    body = {
        "type": f"/docs/problems#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"{request.path}#{g.get('request_id', '')}",
        **facts,
    }
    response = Response(json.dumps(body, ensure_ascii=False, default=str), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = str(facts.get("retry_after_seconds", RETRY_AFTER_SECONDS))
    return response


def from_refusal(refusal: errors.RuleBroken) -> Response:
    """A rule said no."""
    facts = dict(refusal.facts)
    if isinstance(refusal, errors.AnswersInvalid):
        facts["errors"] = [{"pointer": f"/answers/{key}", "detail": sentence} for key, sentence in refusal.errors]
    return problem(status_of(type(refusal)), refusal.code, refusal.title, refusal.detail, **facts)


def from_http(error: HTTPException) -> Response:
    """The framework said no: unknown address, bad JSON, a field of the wrong type."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    code, title, detail = FRAMEWORK.get(status, OTHER)
    found = getattr(error, "data", None)
    messages = found.get("messages") if isinstance(found, Mapping) else None
    facts = {"errors": flat(messages)} if messages else {}
    response = problem(status, code, title, detail, **facts)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def flat(messages: Any, pointer: str = "") -> list[dict[str, str]]:
    """webargs' nested messages (dicts, lists, or a bare list for malformed JSON) as pointers with a sentence each."""
    if isinstance(messages, Mapping):
        parts = [flat(inner, f"{pointer}/{key}" if key != "json" else pointer) for key, inner in messages.items()]
        return [each for part in parts for each in part]
    if isinstance(messages, (list, tuple)):
        return [{"pointer": pointer, "detail": str(message)} for message in messages]
    return [{"pointer": pointer, "detail": str(messages)}]


class Fault(Schema):
    """One thing that is wrong with what was sent, and where."""

    pointer = field.text()
    detail = field.text()


class Problem(Schema):
    """Problem (RFC 9457). Each code is explained at /docs/problems; some bring facts of their own."""

    class Meta:
        unknown = INCLUDE

    type = field.text()
    title = field.text()
    status = field.number()
    code = field.text()
    detail = field.text()
    instance = field.text()
    errors = fields.List(fields.Nested(Fault))


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest, with our problem body for its errors and in its document."""

    ERROR_SCHEMA = Problem

    def handle_http_exception(self, error: HTTPException) -> Response:
        return from_http(error)

    def _register_responses(self) -> None:
        super()._register_responses()
        for response in self.spec.components.responses_lazy.values():
            if "application/json" in response.get("content", {}):
                response["content"] = {CONTENT_TYPE: response["content"]["application/json"]}


def install(app: Flask) -> None:
    """Every refusal and every fault of this app answers with a problem."""
    app.register_error_handler(errors.RuleBroken, from_refusal)
    app.register_error_handler(HTTPException, from_http)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        LOG.exception("unexpected fault", exc_info=error)
        code, title, detail = FRAMEWORK[500]
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, code, title, detail)
