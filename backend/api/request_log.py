"""Each request has an id, one line in the log and one observation in the metrics: route and status, never a value."""

import logging
import re
import time
import uuid
from contextvars import ContextVar

from flask import Flask, Response, g, request
from prometheus_client import Histogram

LOG = logging.getLogger("tuixiu.requests")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def install(app: Flask, current_id: ContextVar[str | None], seconds: Histogram) -> None:
    """Comes before every other hook, so that refusals are logged and timed too."""

    def begin() -> None:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        g.began = time.perf_counter()
        current_id.set(g.request_id)

    def end(response: Response) -> Response:
        took = time.perf_counter() - g.began
        route = request.url_rule.rule if request.url_rule else "none"
        seconds.labels(request.method, route, str(response.status_code)).observe(took)
        response.headers["X-Request-ID"] = g.request_id
        what = {"method": request.method, "route": route, "status": response.status_code, "ms": round(took * 1000, 1)}
        who = {"actor_id": str(g.actor.id), "role": g.actor.role} if "actor" in g else {}
        LOG.info("request", extra=what | who)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request_funcs.setdefault(None, []).insert(0, end)
