"""WeChat's own rules for the values of a template message, as the account's templates are checked on every send.

Source: 微信公众平台《模板消息》, 参数值内容限制. The server has its own copy; the two meet on the wire.
"""

import re
from collections.abc import Mapping
from typing import Any

from backend.sandbox.wechat.config import Template

DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?"

RULES: Mapping[str, re.Pattern[str]] = {
    "thing": re.compile(r"[^\n]{1,20}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "number": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "name": re.compile(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}"),
    "phone_number": re.compile(r"[0-9+\- ]{1,17}"),
    "time": re.compile(rf"({DAY} ?)?{CLOCK}"),
    "date": re.compile(rf"{DAY}( ?{CLOCK})?"),
    "const": re.compile(r"[^\n]{1,20}"),
}


def first_fault(template: Template, data: Any) -> str | None:
    """Returns WeChat's message about the first field that is missing or breaks its type's rule, or None."""
    fields = data if isinstance(data, dict) else {}
    for name, _ in template.fields:
        given = fields.get(name)
        value = given.get("value") if isinstance(given, dict) else None
        if not isinstance(value, str) or not value.strip():
            return f"argument invalid! data.{name}.value is empty"
        rule = RULES[re.sub(r"\d+\Z", "", name)]
        if rule.fullmatch(value) is None:
            return f"argument invalid! data.{name}.value invalid"
    return None
