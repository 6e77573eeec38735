"""What may be sent at all: JSON where there is a body, and no character that a database cannot keep.

What a body has to say is for the schemas beside the routes.
"""

import re

from flask import Flask, request
from werkzeug.exceptions import UnsupportedMediaType

from backend.domain.errors import ContentRefused

# NUL, and halves of a surrogate pair, as JSON writes them. A person who means the six letters is refused too.
_NOT_KEPT = re.compile(
    rb"\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}",
    re.IGNORECASE,
)


def install(app: Flask) -> None:
    """Refuses what no route could use. Comes after callers.install(): a stranger learns nothing but that she is one."""
    app.before_request(_refuse_what_cannot_be_used)


def _refuse_what_cannot_be_used() -> None:
    """Raises UnsupportedMediaType, ContentRefused. WeChat's own callbacks are XML and are not looked at."""
    if not request.path.startswith("/api/"):
        return
    body = request.get_data()
    if body and not request.is_json:
        raise UnsupportedMediaType
    if _NOT_KEPT.search(body) or b"%00" in request.query_string:
        raise ContentRefused("内容里有不能保存的字符，请删掉后再试。")
