"""How photos, result files and prints leave: never cached, never guessed at, under their own name."""

from urllib.parse import quote

from flask import Response, request

from backend.services.ports import ResultFile


def jpeg(content: bytes) -> Response:
    """A photo or thumbnail."""
    return _private(Response(content, content_type="image/jpeg"))


def result_file(result: ResultFile, content: bytes, *, inline: bool) -> Response:
    """A department's result, to open in the page or to save."""
    response = _private(Response(content, content_type=result.content_type))
    name = {"filename*": f"UTF-8''{quote(result.name)}"}  # headers are Latin-1, names are Chinese (RFC 6266)
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", **name)
    return response


def png(content: bytes) -> Response:
    """A page of a document."""
    return _private(Response(content, content_type="image/png"))


def pdf(content: bytes, name: str, *, version: int | None = None, inline: bool = True) -> Response:
    """A print, to open in the page or to save. A public one is known by its version."""
    response = Response(content, content_type="application/pdf")
    place = "inline" if inline else "attachment"
    response.headers.set("Content-Disposition", place, **{"filename*": f"UTF-8''{quote(name)}"})
    if version is None:
        return _private(response)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(str(version))
    response.make_conditional(request)
    return response


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
