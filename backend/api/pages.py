"""The built pages: `/` the applicant's H5, `/desk` the desk, `/docs` the API viewer; and whether the service is well.

In production nginx may serve the same files; the answers are the same.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory
from werkzeug.exceptions import NotFound

from backend.api.callers import Caller, declare, settings
from backend.api.views import encode

blp = Blueprint("pages", __name__)
declare(blp, Caller.OPEN)

A_YEAR = 365 * 24 * 3600
NOT_PAGES = ("api/", "wechat/", "assets/")

Readiness = Callable[[], Mapping[str, bool]]


@blp.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """A built file; its name holds its hash, so it never changes."""
    response = send_from_directory(Path(settings().h5_dist_path) / "assets", name, max_age=A_YEAR)
    response.cache_control.immutable = True
    return response


@blp.get("/desk")
@blp.get("/desk/")
@blp.get("/desk/<path:page>")
def desk(page: str = "") -> Response:  # noqa: ARG001 - the page is the browser's business
    """The desk, whichever of its pages is asked for."""
    return _page("desk.html")


@blp.get("/docs")
def docs() -> Response:
    """The API viewer, which needs no internet."""
    return _page("docs.html")


@blp.get("/docs/problems")
def problems() -> Response:
    """What each problem code means."""
    return _page("problems.html")


@blp.get("/healthz")
def healthz() -> Response:
    """This process runs."""
    return _json({"status": "ok"})


@blp.get("/readyz")
def readyz() -> Response:
    """Everything this process needs answers."""
    ready: Readiness = current_app.extensions["readiness"]
    parts = ready()
    status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return _json({"status": "ok" if status is HTTPStatus.OK else "not ready", "parts": dict(parts)}, status)


@blp.get("/")
@blp.get("/<path:page>")
def applicant(page: str = "") -> Response:
    """The applicant's H5, whichever of its pages is asked for. An unknown address of the API stays unknown."""
    if page.startswith(NOT_PAGES):
        raise NotFound
    return _page("applicant.html")


def _page(name: str) -> Response:
    response = send_from_directory(settings().h5_dist_path, name, max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _json(content: Mapping[str, object], status: int = HTTPStatus.OK) -> Response:
    return Response(encode(content), status=status, content_type="application/json")
