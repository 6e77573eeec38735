"""/wechat/callback: what WeChat calls. Plain text in and out, no session; the signature is the caller's proof."""

from flask import Blueprint, Response, request

from backend.api.callers import Caller, declare, services
from backend.domain.notices import CallbackRefused

MOST_BYTES = 64 * 1024

blp = Blueprint("notices", __name__, url_prefix="/wechat")
declare(blp, Caller.OPEN)


@blp.get("/callback")
def check_address() -> Response:
    """Answers WeChat's check of the address (服务器配置) with the echo, and 403 to anybody else."""
    return _plain(services().notices.check_address(request.args))


@blp.post("/callback")
def take_callback() -> Response:
    """Takes one message or event. WeChat hears `success` as soon as it is stored, or it would send it again."""
    request.max_content_length = MOST_BYTES
    services().notices.take_callback(request.args, request.get_data(cache=False))
    return _plain("success")


@blp.errorhandler(CallbackRefused)
def refuse(_refused: CallbackRefused) -> Response:
    """Says no more than no: why is nobody's business who can't sign."""
    return _plain("refused", 403)


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
