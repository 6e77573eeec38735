"""What the rules themselves cost, without a database or a browser: process time of one thread."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from datetime import date

from backend.domain.case import State
from backend.domain.questions import QuestionGraph
from backend.services.filing_view import filing_view
from tests.domain.cases import HER, a_case
from tests.domain.examples import answers, rulebook

TODAY = date(2026, 11, 24)
REPEATS, CALLS = 7, 50


def measure_domain() -> None:
    """Prints the best of REPEATS rounds for each, in µs."""
    rules, given = rulebook(), answers()
    case = a_case(State.DRAFT, answers=given)
    rows: dict[str, Callable[[], object]] = {
        "a case's questions, walked, judged, in words": lambda: questions_in_full(rules.graph, given),
        "its checklist": lambda: rules.checklist(given),
        "its whole view for her phone": lambda: filing_view(case, rules, TODAY, [], HER),
    }
    for name, call in rows.items():
        seconds = min(timeit.repeat(call, number=CALLS, repeat=REPEATS, timer=time.process_time)) / CALLS
        print(f"  {name:<48}{seconds * 1e6:>9.0f} µs", flush=True)


def questions_in_full(graph: QuestionGraph, given: dict[str, object]) -> list[tuple[str, str | None]]:
    """The way through the graph, the page that is open, and every answer with its warning as she reads it."""
    walk = graph.walk(given)
    graph.open_page_of(walk, TODAY)
    asked = [question for page in walk.pages for question in page.questions]
    return [(graph.display(q, walk.effective[q.key]), graph.warning(q, walk.effective[q.key])) for q in asked]
