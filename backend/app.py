"""The web application: blueprints, error handler, headers. No rules here."""

import os
from typing import Any

from flask import Flask

from backend import wiring
from backend.api import (
    absence_tasks,
    authorisations,
    bodies,
    callers,
    counter,
    departments,
    documents,
    estimate,
    filing,
    findings,
    guide,
    headers,
    identity,
    incidents,
    joining,
    limits,
    materials,
    notices,
    pages,
    problems,
    reminders,
    request_log,
    review,
    review_photos,
    shoot,
    supervision,
)
from backend.services import Services
from backend.settings import Settings

# Uploads go to the object store; what is posted here is answers and a signature.
MAX_BODY_BYTES = 2_000_000

DESCRIPTION = (
    "Refusals are problems (RFC 9457): each code is explained at /docs/problems. Whoever calls is known by a session"
    " cookie; every change sends X-CSRF-Token, which GET /api/identity/session gives."
)
DOCUMENTED = (
    *(identity, guide, estimate, filing, authorisations, reminders, materials),
    *(review, review_photos, absence_tasks, departments, supervision, findings),
    *(counter, shoot, joining, documents, incidents),
)


def create_app(services: Services, settings: Settings, ready: pages.Readiness) -> Flask:
    """The WSGI application over these services. Raises UndeclaredRoutes."""
    app = Flask("tuixiu", static_folder=None)
    app.extensions["services"] = services
    app.extensions["settings"] = settings
    app.extensions["readiness"] = ready
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    problems.install(app)
    _document(app)
    app.register_blueprint(notices.blp)
    app.register_blueprint(pages.blp)
    callers.install(app)
    limits.install(app, settings)
    bodies.install(app)
    headers.install(app, settings)
    request_log.install(app, wiring.REQUEST_ID, wiring.REQUESTS)
    return app


def _document(app: Flask) -> None:
    app.config |= {
        "API_TITLE": "退休一件事",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {"info": {"description": DESCRIPTION}},
    }
    api = problems.ProblemApi(app)
    for column in DOCUMENTED:
        api.register_blueprint(column.blp)
    app.extensions["api"] = api


def openapi_document() -> dict[str, Any]:
    """The API's document (OpenAPI 3.1); needs no database, no store, no settings."""
    app = Flask("tuixiu", static_folder=None)
    _document(app)
    with app.app_context():
        document: dict[str, Any] = app.extensions["api"].spec.to_dict()
    return document


def build_wsgi() -> Flask:
    """The application of this process's environment. Raises SettingsError, ConfigFault, UndeclaredRoutes."""
    settings = Settings.from_environment(os.environ)
    wiring.configure_logs(settings.log_level)
    wiring.refuse_an_old_schema(settings.database_url)
    world = wiring.build_world(settings)
    world.services.policy_versions.take_up()
    world.services.guides.take_up()
    world.serve_metrics(settings)
    return create_app(world.services, settings, world.is_ready)


def __getattr__(name: str) -> Flask:
    """`backend.app:wsgi`, for WSGI servers: built when a worker asks for it, not when the module is imported."""
    if name != "wsgi":
        raise AttributeError(name)
    return build_wsgi()
