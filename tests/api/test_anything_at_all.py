"""Whatever is sent, right or wrong, the answer is one that the document promises, and never a fault of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.api.callers import CSRF_HEADER, SESSION_COOKIE, declared
from backend.domain.actors import Actor, Role
from tests.api.tabs import CONVERTER, CSRF, Tabs
from tests.builders import Town
from tests.domain.examples import rulebook

EXAMPLES = 8
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Every example is new data on the same town, which the test before may have changed.
BOUNDED = settings(
    max_examples=EXAMPLES,
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PAGES = cycle([page.key for page in rulebook().graph.pages])


@dataclass
class Sender:
    """Sends what schemathesis makes up, to things that exist, as somebody who may."""

    schema: Any
    cookie: str
    things: Mapping[str, str]
    version: Callable[[], int]

    def send(self, case: Any, *, in_order: bool) -> None:
        """Sends it and holds the answer against the document; `in_order` with headers as they should be."""
        case.path_parameters = {
            **(case.path_parameters or {}),
            **{name: str(thing) for name, thing in self.things.items()},
            "page_key": next(PAGES),
        }
        headers = {CSRF_HEADER: CSRF}
        if in_order:
            headers |= {"If-Match": f'"{self.version()}"', "Idempotency-Key": uuid4().hex}
        answer = case.call(headers=headers, cookies={SESSION_COOKIE: self.cookie})
        case.validate_response(answer, checks=CHECKS)

    def try_out(self, method: str, path: str) -> None:
        """Some requests the document allows, and some it does not."""
        operation = self.schema[path][method]
        self._try(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), in_order=True)
        try:
            self._try(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), in_order=False)
        except Unsatisfiable:
            return  # nothing can be wrong where nothing is sent

    def _try(self, cases: Any, *, in_order: bool) -> None:
        @BOUNDED
        @given(cases)
        def one(case: Any) -> None:
            self.send(case, in_order=in_order)

        one()


def operations_of(app: Flask, role: Role | None) -> Iterator[tuple[str, str]]:
    """The documented operations that this role may call; the open ones for nobody's role."""
    callers, document = declared(app), app.extensions["api"].spec.to_dict()
    for rule in app.url_map.iter_rules():
        path, roles = CONVERTER.sub(r"{\1}", rule.rule), callers[rule.endpoint].roles
        if path in document["paths"] and (role in roles or (role is None and not roles)):
            yield from ((method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})


@pytest.fixture(scope="module")
def schema(town_app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", town_app)


def test_strangers_may_send_anything_at_all(schema: Any, town_app: Flask, tabs: Tabs) -> None:
    sender = Sender(schema, "no-such-session", {}, lambda: 1)

    operations = sorted(operations_of(town_app, None))

    for operation in operations:
        sender.try_out(*operation)
    assert len(operations) >= 6


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.HELPER}))  # a helper signs in as an applicant
def test_whoever_is_signed_in_may_send_anything_at_all(
    schema: Any, town_app: Flask, tabs: Tabs, town: Town, role: Role
) -> None:
    actor, things, version = somebody(town, role)
    cookie = tabs.of(actor).client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    sender = Sender(schema, cookie.value, things, version)

    operations = sorted(set(operations_of(town_app, role)) - {("DELETE", "/api/identity/session")})

    for operation in operations:
        sender.try_out(*operation)
    assert operations


def somebody(town: Town, role: Role) -> tuple[Actor, Mapping[str, str], Callable[[], int]]:
    """Who acts in the role, what there is for her to act on, and the version it has at a moment."""
    if role is Role.APPLICANT:
        draft = UUID(town.an_answered_draft()["id"])
        return (
            town.applicant,
            {"case_id": str(draft)},
            lambda: town.services.filing.view(town.applicant, draft)["version"],
        )
    if role is Role.OFFICER:
        officer, item_id = town.staff.health, town.items_of(UUID(town.an_approved_case()["id"]))["only_child_reward"]
        return officer, {"item_id": str(item_id)}, lambda: town.services.departments.view(officer, item_id)["version"]
    actor: Actor = getattr(town.staff, role)
    reviewed = town.a_reviewed_case() if role is Role.SUPERVISOR else town.a_claimed_case()
    case_id = UUID(reviewed["id"])
    things = {"case_id": reviewed["id"], "staff_id": str(town.staff.other_clerk.id)}
    return actor, things, lambda: town.services.review.view(actor, case_id)["version"]
