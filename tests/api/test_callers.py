"""Who is let in where: every route unsigned, every route in every role, and what may not start at all.

A new route fails here until it has a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from backend import wiring
from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.api.callers import Caller, Declared, UndeclaredRoutes, called_by, declare, declared, install
from backend.app import create_app
from backend.domain.accounts import STAFF_ROLES
from backend.domain.actors import Role
from backend.services.ports import Session, StaffMember
from backend.settings import Settings

APPLICANT = {Role.APPLICANT}
CLERK = {Role.CLERK}
SUPERVISOR = {Role.SUPERVISOR}
WINDOW = {Role.CLERK, Role.SUPERVISOR}
OFFICER = {Role.OFFICER}
OVERSIGHT = {Role.OVERSIGHT}
ADMINISTRATOR = {Role.ADMINISTRATOR}
EVERYBODY = {Role.APPLICANT, *STAFF_ROLES}
ROLES = sorted(EVERYBODY)
CONVERTER = re.compile(r"<(?:([a-z]+)[^:>]*:)?([^>]+)>")
EXAMPLES = {"int": "1"}

# Routes for anybody, signed in or not. The list is short on purpose.
OPEN = {
    "GET /",
    "GET /{page}",
    "GET /assets/{name}",
    "GET /desk",
    "GET /desk/",
    "GET /desk/{page}",
    "GET /docs",
    "GET /docs/problems",
    "GET /healthz",
    "GET /openapi.json",
    "GET /readyz",
    "GET /api/estimate",
    "GET /api/guide",
    "GET /api/guide/areas",
    "GET /api/guide/precheck",
    "GET /api/guide/precheck.pdf",
    "GET /api/guide/service",
    "GET /api/guide/service.pdf",
    "GET /api/identity/qr.svg",
    "GET /api/shoot",
    "PUT /api/shoot/signature",
    "GET /api/verify/{code}",
    "POST /api/identity/staff/session",
    "GET /api/identity/wechat/return",
    "GET /api/identity/wechat/start",
    "GET /wechat/callback",
    "POST /wechat/callback",
}

# fmt: off
MATRIX = {
    "GET /api/identity/session":                                             EVERYBODY,
    "DELETE /api/identity/session":                                          EVERYBODY,
    "GET /api/identity/staff":                                               ADMINISTRATOR,
    "POST /api/identity/staff":                                              ADMINISTRATOR,
    "PATCH /api/identity/staff/{staff_id}":                                  ADMINISTRATOR,

    "GET /api/incidents":                                                   ADMINISTRATOR,
    "POST /api/incidents/{incident_id}/closure":                            ADMINISTRATOR,

    "GET /api/guide/publication":                                           ADMINISTRATOR,
    "POST /api/guide/publication":                                          ADMINISTRATOR,
    "GET /api/guide/publication/preview.pdf":                               ADMINISTRATOR,
    "GET /api/guide/publication/versions/{number}.pdf":                     ADMINISTRATOR,

    "GET /api/filing/home":                                                  APPLICANT,
    "POST /api/filing/cases":                                                APPLICANT,
    "GET /api/filing/cases/{case_id}":                                       APPLICANT,
    "PUT /api/filing/cases/{case_id}/answers/{page_key}":                    APPLICANT,
    "POST /api/filing/cases/{case_id}/submission":                           APPLICANT,
    "POST /api/filing/cases/{case_id}/withdrawal":                           APPLICANT,
    "POST /api/filing/cases/{case_id}/items/{item_id}/report":               APPLICANT,
    "POST /api/filing/cases/{case_id}/photos":                               APPLICANT,
    "DELETE /api/filing/cases/{case_id}/photos/{photo_id}":                  APPLICANT,
    "POST /api/filing/cases/{case_id}/photos/{photo_id}/completion":         APPLICANT,
    "GET /api/filing/cases/{case_id}/photos/{photo_id}/image":               APPLICANT,
    "GET /api/filing/cases/{case_id}/photos/{photo_id}/thumbnail":           APPLICANT,
    "POST /api/filing/cases/{case_id}/absences":                             APPLICANT,
    "DELETE /api/filing/cases/{case_id}/absences/{slot_key}":                APPLICANT,
    "PUT /api/filing/cases/{case_id}/signature":                             APPLICANT,
    "GET /api/filing/cases/{case_id}/results/{result_id}":                   APPLICANT,

    "POST /api/filing/joining":                                              APPLICANT,
    "GET /api/filing/cases/{case_id}/documents":                             APPLICANT,
    "GET /api/filing/cases/{case_id}/documents/{document_id}":               APPLICANT,
    "GET /api/filing/cases/{case_id}/documents/{document_id}/pages/{number}": APPLICANT,
    "GET /api/review/cases/{case_id}/documents":                             WINDOW,
    "POST /api/review/cases/{case_id}/documents/{document_id}/looks":        WINDOW,

    "GET /api/reminders":                                                    APPLICANT,
    "PUT /api/reminders/{kind}":                                             APPLICANT,
    "DELETE /api/reminders/{kind}":                                          APPLICANT,
    "GET /api/filing/authorisation-terms":                                   APPLICANT,
    "POST /api/filing/authorisations/by-helper":                             APPLICANT,
    "POST /api/filing/authorisations/by-applicant":                          APPLICANT,
    "GET /api/filing/authorisations/{authorisation_id}":                     APPLICANT,
    "POST /api/filing/authorisations/{authorisation_id}/link":               APPLICANT,
    "POST /api/filing/authorisations/{authorisation_id}/revocation":         APPLICANT,
    "GET /api/filing/authorisations/{authorisation_id}/document":            APPLICANT,
    "POST /api/filing/authorisations/{authorisation_id}/case":               APPLICANT,
    "POST /api/filing/invitation":                                           APPLICANT,
    "POST /api/filing/invitation/applicant-confirmation":                    APPLICANT,
    "POST /api/filing/invitation/helper-confirmation":                       APPLICANT,
    "POST /api/filing/invitation/refusal":                                   APPLICANT,

    "GET /api/review/cases":                                                 WINDOW,
    "GET /api/review/cases/{case_id}":                                       WINDOW,
    "POST /api/review/cases/{case_id}/looks":                                WINDOW,
    "GET /api/review/cases/{case_id}/photos/{photo_id}/image":               WINDOW,
    "GET /api/review/cases/{case_id}/photos/{photo_id}/thumbnail":           WINDOW,
    "GET /api/review/cases/{case_id}/photos/{photo_id}/crop":                WINDOW,
    "POST /api/review/cases/{case_id}/photos/{photo_id}/looks":              WINDOW,
    "GET /api/review/cases/{case_id}/readings":                              WINDOW,
    "PUT /api/review/cases/{case_id}/photos/{photo_id}/turn":                CLERK,
    "PUT /api/review/cases/{case_id}/photos/{photo_id}/marks":               CLERK,
    "GET /api/review/cases/{case_id}/authorisations/{authorisation_id}/document": WINDOW,
    "POST /api/review/cases/{case_id}/authorisations/{authorisation_id}/looks": WINDOW,
    "POST /api/review/claims":                                               CLERK,
    "POST /api/review/cases/{case_id}/claim":                                CLERK,
    "PUT /api/review/cases/{case_id}/claim":                                 CLERK,
    "DELETE /api/review/cases/{case_id}/claim":                              CLERK,
    "PUT /api/review/cases/{case_id}/judgements":                            CLERK,
    "PUT /api/review/cases/{case_id}/checks":                                CLERK,
    "PUT /api/review/cases/{case_id}/rule-checks/{rule_key}/settlement":     CLERK,
    "POST /api/review/cases/{case_id}/acceptance":                           CLERK,
    "POST /api/review/cases/{case_id}/return-request":                       CLERK,
    "POST /api/review/cases/{case_id}/return":                               WINDOW,
    "PUT /api/review/cases/{case_id}/absences/{slot_key}/decision":          CLERK,
    "POST /api/review/cases/{case_id}/absences/{slot_key}/calls":            CLERK,
    "PUT /api/review/cases/{case_id}/promises/{slot_key}/verdict":           CLERK,
    "PUT /api/review/cases/{case_id}/promises/{slot_key}/extension":         CLERK,
    "POST /api/review/cases/{case_id}/refusal":                              CLERK,
    "POST /api/review/cases/{case_id}/hold":                                 CLERK,
    "POST /api/review/cases/{case_id}/resolution":                           CLERK,
    "POST /api/review/cases/{case_id}/approval":                             SUPERVISOR,
    "POST /api/review/cases/{case_id}/sending-back":                         SUPERVISOR,

    "GET /api/counter/cases":                                                CLERK,
    "POST /api/counter/lookups":                                             CLERK,
    "POST /api/counter/cases":                                               CLERK,
    "POST /api/counter/cases/{case_id}/sitting":                             CLERK,
    "PUT /api/counter/cases/{case_id}/sitting":                              CLERK,
    "DELETE /api/counter/cases/{case_id}/sitting":                           CLERK,
    "POST /api/counter/cases/{case_id}/abandonment":                         CLERK,
    "POST /api/counter/cases/{case_id}/link":                                CLERK,
    "DELETE /api/counter/cases/{case_id}/link":                              CLERK,
    "PUT /api/counter/cases/{case_id}/signing":                              CLERK,
    "POST /api/counter/cases/{case_id}/paper-signature":                     CLERK,
    "POST /api/counter/consents.pdf":                                        CLERK,
    "POST /api/counter/cases/{case_id}/application-form.pdf":                CLERK,
    "POST /api/counter/cases/{case_id}/receipt.pdf":                         CLERK,
    "GET /api/filing/cases/{case_id}/findings":                              APPLICANT,
    "PUT /api/filing/cases/{case_id}/findings/{finding_key}/dismissal":      APPLICANT,
    "GET /api/filing/cases/{case_id}/card":                                  APPLICANT,
    "GET /api/review/cases/{case_id}/findings":                              WINDOW,
    "PUT /api/review/cases/{case_id}/findings/{finding_key}/verdict":        CLERK,
    "GET /api/findings/accuracy":                                            {*SUPERVISOR, *ADMINISTRATOR, *OVERSIGHT},

    "GET /api/departments/items":                                            OFFICER,
    "GET /api/departments/items/{item_id}":                                  OFFICER,
    "POST /api/departments/items/{item_id}/acceptance":                      OFFICER,
    "POST /api/departments/items/{item_id}/decision":                        OFFICER,
    "POST /api/departments/items/{item_id}/looks":                           OFFICER,
    "GET /api/departments/items/{item_id}/photos/{photo_id}/image":          OFFICER,
    "GET /api/departments/items/{item_id}/photos/{photo_id}/thumbnail":      OFFICER,
    "POST /api/departments/items/{item_id}/results":                         OFFICER,
    "POST /api/departments/items/{item_id}/results/{result_id}/completion":  OFFICER,
    "GET /api/departments/items/{item_id}/results/{result_id}":              OFFICER,
    "DELETE /api/departments/items/{item_id}/results/{result_id}":           OFFICER,

    "GET /api/supervision/overview":                                         OVERSIGHT,
    "GET /api/supervision/items":                                            OVERSIGHT,
    "GET /api/supervision/repeat-returns":                                   OVERSIGHT,
    "GET /api/supervision/promises":                                         OVERSIGHT,
    "GET /api/supervision/cases/{case_id}/audit":                            OVERSIGHT,
}
# fmt: on


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """One address calls every route in every role within a minute."""
    roomy = replace(settings, requests_per_minute_per_address=100_000)
    world = wiring.build_world(roomy)
    yield create_app(world.services, roomy, world.is_ready)
    world.close()


@pytest.fixture
def store(settings: Settings) -> Iterator[PostgresStore]:
    engine = make_engine(settings.database_url, pool_size=1)
    yield PostgresStore(engine, Seal(settings.sealing_keys, settings.index_key))
    engine.dispose()


def routes(app: Flask) -> dict[str, tuple[str, Rule]]:
    """`GET /api/…/{case_id}` → method and rule, for everything the app serves."""
    return {
        f"{method} {CONVERTER.sub(lambda found: '{' + found[2] + '}', rule.rule)}": (method, rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def path_of(rule: Rule) -> str:
    """A path that the rule matches, about things that do not exist."""
    return CONVERTER.sub(lambda found: str(uuid4()) if found[1] == "uuid" else EXAMPLES.get(found[1], "x"), rule.rule)


def call(client: FlaskClient, method: str, rule: Rule, **headers: str) -> TestResponse:
    body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path_of(rule), method=method, headers=named, **body)


def test_every_route_has_one_row(app: Flask) -> None:
    assert set(routes(app)) == OPEN | set(MATRIX)
    assert not OPEN & set(MATRIX)


def test_nobody_is_let_in_unsigned_but_by_the_short_list(app: Flask) -> None:
    client = app.test_client()

    answers = {name: call(client, *route).status_code for name, route in routes(app).items()}

    assert {name for name, status in answers.items() if status != 401} <= OPEN


def test_a_role_is_let_in_exactly_where_its_row_says(app: Flask, store: PostgresStore) -> None:
    found = {role: answers_to(app, store, role) for role in ROLES}

    for role, answers in found.items():
        let_in = {name for name, status in answers.items() if status not in (401, 403)}
        assert let_in == {name for name, roles in MATRIX.items() if role in roles}, role
        assert [name for name, status in answers.items() if status >= 500] == [], role


def answers_to(app: Flask, store: PostgresStore, role: Role) -> dict[str, int]:
    """The status of every route of the matrix for somebody in this role, each in a session of its own."""
    subject_id = somebody(store, role)
    answers = {}
    for name, route in routes(app).items():
        if name in MATRIX:
            client = app.test_client()
            client.set_cookie("tuixiu_session", new_session(store, role, subject_id))
            answers[name] = call(client, *route, X_CSRF_Token="a-csrf-token").status_code
    return answers


def test_every_change_wants_the_csrf_token(app: Flask, store: PostgresStore) -> None:
    changes = {name: route for name, route in routes(app).items() if name in MATRIX and route[0] != "GET"}

    for name, route in changes.items():
        role = sorted(MATRIX[name])[0]
        client = app.test_client()
        client.set_cookie("tuixiu_session", new_session(store, role, somebody(store, role)))
        for wrong in ({}, {"X_CSRF_Token": "another"}):
            assert call(client, route[0], route[1], **wrong).get_json()["code"] == "csrf-refused", name


def test_declared_says_who_may_call_each_endpoint(app: Flask) -> None:
    found = declared(app)

    for name, (_, rule) in routes(app).items():
        assert found[rule.endpoint].roles == MATRIX.get(name, set()), name


def somebody(store: PostgresStore, role: Role) -> UUID:
    """The id of a person or a member of staff with this role."""
    with store.begin() as tx:
        if role is Role.APPLICANT:
            return tx.people.sign_in(f"openid-{uuid4()}", datetime(2026, 1, 1, tzinfo=UTC)).id
        department = "health" if role is Role.OFFICER else None
        member = StaffMember(
            id=uuid4(),
            username=f"{role}-{uuid4()}",
            name="陈明秀",
            role=role,
            department=department,
            password_hash="none: she is signed in already",
            active=True,
            failed_attempts=0,
            locked_until=None,
            last_signed_in_at=None,
            version=1,
        )
        tx.staff.add(member)
        return member.id


def new_session(store: PostgresStore, role: Role, subject_id: UUID) -> str:
    """The token of a new session, whose CSRF token is `a-csrf-token`."""
    token = uuid4().hex
    at = datetime.now(tz=UTC)  # noqa: TID251 - the service under test runs by the machine's clock
    kind = "applicant" if role is Role.APPLICANT else "staff"
    digest = Seal([("none", bytes(16))], bytes(32)).digest(token.encode())
    with store.begin() as tx:
        tx.sessions.add(Session(digest, kind, subject_id, "a-csrf-token", at, at, at + timedelta(hours=1)))
    return token


# ── declaring ────────────────────────────────────────────────────────────────────────────────


def an_app(blp: Blueprint) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(blp)
    return app


def a_blueprint(**views: Any) -> Blueprint:
    blp = Blueprint("column", __name__, url_prefix="/api/column")
    for name, view in views.items():
        blp.add_url_rule(f"/{name}", name, view)
    return blp


def test_a_route_that_nobody_declared_does_not_start() -> None:
    app = an_app(a_blueprint(forgotten=lambda: ""))

    with pytest.raises(UndeclaredRoutes, match=r"column\.forgotten"):
        install(app)


def test_a_route_has_its_blueprints_caller_unless_it_names_its_own() -> None:
    own = called_by(Caller.STAFF, [Role.SUPERVISOR])(lambda: "")
    blp = a_blueprint(usual=lambda: "", own=own)
    declare(blp, Caller.STAFF, [Role.CLERK])

    found = declared(an_app(blp))

    assert found["column.usual"] == Declared(Caller.STAFF, frozenset({Role.CLERK}))
    assert found["column.own"] == Declared(Caller.STAFF, frozenset({Role.SUPERVISOR}))


def test_staff_without_named_roles_is_every_role_of_the_staff() -> None:
    blp = a_blueprint(usual=lambda: "")
    declare(blp, Caller.STAFF)

    assert declared(an_app(blp))["column.usual"].roles == STAFF_ROLES


def test_a_role_that_can_never_call_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="applicant"):
        called_by(Caller.STAFF, [Role.APPLICANT])


def test_a_mark_on_a_method_of_a_view_class_is_a_mistake_and_not_ignored() -> None:
    class Things(MethodView):
        @called_by(Caller.STAFF, [Role.CLERK])
        def get(self) -> str:
            return ""

    blp = a_blueprint(things=Things.as_view("things"))
    declare(blp, Caller.OPEN)

    with pytest.raises(UndeclaredRoutes, match="view class"):
        install(an_app(blp))
