"""GLOSSARY.md and the code use the same words: no row without code, no state, role or item without a row."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from backend.domain.absences import DecisionKind, PromiseAction, PromiseState
from backend.domain.actors import Role
from backend.domain.authorisation import AuthorisationAction, AuthorisationState, Relation
from backend.domain.case import Action, SignatureKind, State
from backend.domain.coaching import CoachFault
from backend.domain.counter import ConsentHow
from backend.domain.deadlines import ClockState
from backend.domain.documents import PrintedForm
from backend.domain.findings import FindingKind
from backend.domain.incidents import IncidentKind
from backend.domain.items import ClockStart, Department, Filing, ItemCode
from backend.domain.marks import MarkShape
from backend.domain.materials import Whose
from backend.domain.notices import PushState
from backend.domain.policy import ChosenBy
from backend.domain.reading import DocumentKind, FieldKey, ReadingState
from backend.domain.reminders import ReminderKind
from backend.domain.review import SettlementKind
from backend.domain.routing import ItemAction, ItemState, Outcome
from backend.settings import CHECKOUT

GLOSSARY = (CHECKOUT / "GLOSSARY.md").read_text(encoding="utf-8")
ROWS = [line for line in GLOSSARY.splitlines() if re.match(r"\|.*`", line)]
IDENTIFIERS = [name for row in ROWS for name in re.findall(r"`([^`]+)`", row)]
NAMED_IN_CODE = (
    *(Role, State, Action, ItemState, ItemAction, Outcome, AuthorisationState, AuthorisationAction, Relation),
    *(ItemCode, Department, Filing, ClockStart, ClockState, ChosenBy, PushState, ReminderKind, SettlementKind),
    *(PrintedForm, CoachFault, MarkShape, ConsentHow, SignatureKind, FindingKind, Whose),
    *(DecisionKind, PromiseState, PromiseAction, IncidentKind, ReadingState, DocumentKind, FieldKey),
)
# 退回补正: `return` is the verb on the wire, and a keyword of Python; the use case's name is the row's.
SAID_OTHERWISE = {"return": "return_for_correction"}


@pytest.fixture(scope="module")
def words() -> frozenset[str]:
    """Every word of backend/ and config/, with what is joined by _ as one word."""
    files = [path for room in ("backend", "config") for path in (CHECKOUT / room).rglob("*")]
    texts = (path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".yaml"))
    return frozenset(word for text in texts for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))


def test_every_identifier_of_the_glossary_is_in_the_code(words: frozenset[str]) -> None:
    assert len(IDENTIFIERS) > 100
    assert [name for name in IDENTIFIERS if name not in words] == []


@pytest.mark.parametrize("names", NAMED_IN_CODE, ids=lambda names: names.__name__)
def test_every_value_of_the_code_is_in_the_glossary(names: type[StrEnum]) -> None:
    values = [SAID_OTHERWISE.get(member.value, member.value) for member in names]

    assert [value for value in values if value not in IDENTIFIERS] == []


def test_a_term_is_defined_once() -> None:
    terms = [row.split("|")[1].strip() for row in ROWS]

    assert len(terms) == len(set(terms))
