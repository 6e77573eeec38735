"""The page of states says what the tables say."""

import pytest

from backend.domain.case import CLOSED, TRANSITIONS, Action, State
from backend.domain.case_states import as_markdown
from backend.domain.routing import ITEM_TRANSITIONS, ItemAction, ItemState
from backend.settings import CHECKOUT

LINES = as_markdown().splitlines()


def test_the_page_in_docs_is_fresh() -> None:
    assert (CHECKOUT / "docs" / "case-states.md").read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize(("start", "action"), TRANSITIONS)
def test_a_move_of_a_case_stands_in_the_table_and_in_the_drawing(start: State, action: Action) -> None:
    end = TRANSITIONS[start, action]

    rows = [line for line in LINES if line.startswith(f"| `{start}` ") and f"| `{action}` " in line]
    assert len(rows) == 1
    assert f"| `{end}` " in rows[0]
    assert any(line.startswith(f"    {start} --> {end}: ") for line in LINES)


@pytest.mark.parametrize(("start", "action"), ITEM_TRANSITIONS)
def test_a_move_of_an_item_stands_in_the_table(start: ItemState, action: ItemAction) -> None:
    row = f"| `{start}` "

    assert any(
        line.startswith(row) and f"| `{action}` | `{ITEM_TRANSITIONS[start, action]}` " in line for line in LINES
    )


def test_the_drawing_ends_where_cases_end() -> None:
    assert {line.split()[0] for line in LINES if line.endswith("--> [*]")} == set(CLOSED)
