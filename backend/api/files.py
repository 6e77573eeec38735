"""How photos and result files leave: never cached, never guessed at, under their own name."""

from flask import Response

from backend.services.ports import ResultFile


def jpeg(content: bytes) -> Response:
    """A photo or thumbnail."""
    return _private(Response(content, content_type="image/jpeg"))


def result_file(result: ResultFile, content: bytes, *, inline: bool) -> Response:
    """A department's result, to open in the page or to save."""
    response = _private(Response(content, content_type=result.content_type))
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=result.name)
    return response


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
