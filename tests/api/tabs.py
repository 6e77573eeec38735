"""Signed-in browsers for tests of the API. Every answer is held against the API's own document as it comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from backend.api.callers import CSRF_HEADER, SESSION_COOKIE
from backend.domain.actors import Actor, Role
from backend.services.ports import Session
from tests.builders import Town, a_seal

CSRF = "a-csrf-token"
CONVERTER = re.compile(r"<(?:[^:>]*:)?([^>]+)>")


@dataclass
class Document:
    """The API's document, in which nothing but what it names may be said, and which of it was tried."""

    app: Flask
    tried: set[str] = field(default_factory=set)

    @cached_property
    def spec(self) -> dict[str, Any]:
        """As it is served, but that a view holds no more than the fields its schema names."""
        document: dict[str, Any] = deepcopy(self.app.extensions["api"].spec.to_dict())
        for name, schema in document["components"]["schemas"].items():
            if "properties" in schema and name != "Problem":  # a problem brings facts of its own
                schema.setdefault("additionalProperties", False)
        return document

    def operation(self, method: str, path: str) -> str | None:
        """`GET /api/…/{case_id}`, or None for what the document does not know."""
        rules = self.app.url_map.bind("127.0.0.1")
        if not rules.test(path, method):
            return None
        rule, _ = rules.match(path, method, return_rule=True)
        template = CONVERTER.sub(r"{\1}", rule.rule)
        return f"{method} {template}" if template in self.spec["paths"] else None

    def hold(self, method: str, path: str, answer: TestResponse) -> None:
        """Fails unless the answer is one that the document promises."""
        operation = self.operation(method, path)
        if operation is None:
            return
        template = operation.partition(" ")[2]
        responses = self.spec["paths"][template][method.lower()]["responses"]
        promised = responses.get(str(answer.status_code), responses.get("default"))
        if "$ref" in promised:
            promised = self.spec["components"]["responses"][promised["$ref"].rpartition("/")[2]]
        self.tried.add(operation)
        content = promised.get("content", {})
        if not content:
            assert answer.get_data() == b"", f"{operation} promises no content for {answer.status_code}"
            return
        assert answer.mimetype in content, f"{operation}: {answer.mimetype} is none of {list(content)}"
        if answer.is_json:
            self._validate(content[answer.mimetype]["schema"], answer.get_json(), operation)

    def _validate(self, schema: Mapping[str, Any], view: Any, operation: str) -> None:
        whole = {**schema, "components": self.spec["components"]}
        faults = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(view)
        said = [f"{operation} at {fault.json_path}: {fault.message[:200]}" for fault in faults]
        assert not said, "\n".join(said)


@dataclass
class Tab:
    """One browser of one person."""

    client: FlaskClient
    document: Document

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Headers are named with underscores; the CSRF token goes along."""
        named = {CSRF_HEADER: CSRF} | {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.client.open(path, method=method, headers=named, **sent)
        self.document.hold(method, path.partition("?")[0], answer)
        return answer

    def change(self, method: str, path: str, body: object = None, *, version: int, key: str | None = None) -> Any:
        """A change with the version that was seen and an idempotency key; returns the view."""
        return json_of(self.send(method, path, body, If_Match=f'"{version}"', Idempotency_Key=key or uuid4().hex))

    def view(self, path: str) -> Any:
        return json_of(self.get(path))


def json_of(answer: TestResponse, *statuses: int) -> Any:
    assert answer.status_code in (statuses or (200, 201)), answer.get_data(as_text=True)
    return answer.get_json()


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem an answer brings."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.get_data(True)
    problem: dict[str, Any] = answer.get_json()
    assert problem["status"] == status
    return problem


@dataclass
class Tabs:
    """Everybody of the town at a browser."""

    town: Town
    app: Flask
    document: Document

    @cached_property
    def her(self) -> Tab:
        return self.of(self.town.applicant)

    @cached_property
    def clerk(self) -> Tab:
        return self.of(self.town.staff.clerk)

    @cached_property
    def supervisor(self) -> Tab:
        return self.of(self.town.staff.supervisor)

    @cached_property
    def oversight(self) -> Tab:
        return self.of(self.town.staff.oversight)

    @cached_property
    def administrator(self) -> Tab:
        return self.of(self.town.staff.administrator)

    @cached_property
    def stranger(self) -> Tab:
        return Tab(self.app.test_client(), self.document)

    def officer(self, department: str) -> Tab:
        return self.of(self.town.officer_of(department))

    def of(self, actor: Actor) -> Tab:
        """A new browser in which somebody is signed in."""
        token, at = uuid4().hex, self.town.clock.now()
        kind = "applicant" if actor.role is Role.APPLICANT else "staff"
        digest = a_seal().digest(token.encode())
        with self.town.store.begin() as tx:
            tx.sessions.add(Session(digest, kind, actor.id, CSRF, at, at, at + timedelta(days=7)))
        client = self.app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        return Tab(client, self.document)
