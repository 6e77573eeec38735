"""/wechat/callback: what WeChat calls. Plain text in and out, no session; the signature is the caller's proof."""

from flask import Blueprint, Response, request

from backend.api.callers import Caller, declare, services
from backend.domain.errors import TooLarge

MOST_BYTES = 64 * 1024

blp = Blueprint("notices", __name__, url_prefix="/wechat")
declare(blp, Caller.OPEN)


@blp.get("/callback")
def check_address() -> Response:
    """Answers WeChat's check of the address (服务器配置) with the echo. Raises CallbackRefused."""
    return _plain(services().notices.check_address(request.args))


@blp.post("/callback")
def take_callback() -> Response:
    """Takes one message or event. WeChat hears `success` as soon as it is stored, or it would send it again.

    Raises CallbackRefused, TooLarge.
    """
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    if len(body) == MOST_BYTES:
        raise TooLarge  # a body that did not say its size is only read so far
    services().notices.take_callback(request.args, body)
    return _plain("success")


def _plain(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
