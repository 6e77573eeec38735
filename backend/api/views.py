"""How a view leaves: JSON with its version as ETag. Large views are documented by their schema and checked against it
in tests, not dumped by it: marshmallow would walk some two hundred fields for every answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

UNCHANGED = "Nothing changed since the answer with this ETag"  # what a polled list says when it is asked again


def json_view(view: Mapping[str, Any], status: int = 200, *, version: int | None = None) -> Response:
    """A view as its JSON answer; its version becomes the ETag that the next change must send as If-Match."""
    response = Response(encode(view), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if version is not None:
        response.set_etag(str(version))
    return response


def polled_view(view: Mapping[str, Any]) -> Response:
    """A list that is asked for again and again: 304 while nothing in it changed."""
    return polled_text(*tagged(view))


def tagged(view: Mapping[str, Any]) -> tuple[bytes, str]:
    """A view as its JSON text and the tag that names exactly this text."""
    text = encode(view).encode()
    return text, hashlib.sha1(text, usedforsecurity=False).hexdigest()


def polled_text(text: bytes, tag: str) -> Response:
    """A text as its answer: 304 for whoever has it already."""
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = f'"{tag}"'
    if request.if_none_match.contains_weak(tag):
        response.status_code, response.data = HTTPStatus.NOT_MODIFIED, b""
    return response


def encode(view: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(view, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
