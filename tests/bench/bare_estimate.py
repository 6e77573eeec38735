"""Two Flask applications with one route and nothing around it, to hold the estimate's endpoint against.

`answering` says the same text every time; `computing` reads the parameters, asks the same rules and writes the same
JSON, without who calls, limits, headers, log, metrics and entity tags.
"""

import json
from collections.abc import Callable

from flask import Flask, Response, request

from backend.domain.estimates import estimate
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.services.estimating import estimate_view
from tests.domain.examples import rulebook


def _made(name: str, answer: Callable[[], str]) -> Flask:
    app = Flask(name)

    @app.get("/api/estimate")
    def show_estimate() -> Response:
        return Response(answer(), content_type="application/json")

    return app


def _computed() -> str:
    asked = request.args
    found = estimate(
        Month.parse(asked["birth_month"]),
        Category(asked["category"]),
        int(asked["contribution_months"]),
        Month.parse(asked["filing_month"]),
        None,
        rulebook().policy,
    )
    return json.dumps(estimate_view(found, rulebook()), ensure_ascii=False, separators=(",", ":"))


def _fixed() -> str:
    found = estimate(Month(1976, 3), Category.FEMALE_50, 312, Month(2026, 1), None, rulebook().policy)
    return json.dumps(estimate_view(found, rulebook()), ensure_ascii=False, separators=(",", ":"))


_TEXT = _fixed()
answering = _made("answering", lambda: _TEXT)
computing = _made("computing", _computed)
