"""From which months a person may choose to retire, and what cannot stand."""

from datetime import date
from typing import Any

import pytest

from backend.domain.people import Month
from tests.domain.examples import answers, id_number, rulebook

RULES = rulebook()
WOMAN_1976 = id_number(date(1976, 3, 12))  # of age in 2026-11 (50) or 2032-10 (55)
MAN_1965 = id_number(date(1965, 1, 12), woman=False)  # the first to wait, by one month: 2025-02
MAN_1960 = id_number(date(1960, 6, 12), woman=False)  # of age before there was anything to choose


def given(**changes: Any) -> dict[str, Any]:
    return answers(id_number=WOMAN_1976, **changes) if "id_number" not in changes else answers(**changes)


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({"retirement_timing": "early"}, "2026-03", "2026-11"),
        ({"retirement_timing": "late"}, "2026-11", "2029-11"),
        ({"retirement_timing": "early", "original_retirement_age": "55"}, "2031-03", "2032-10"),
        ({"retirement_timing": "early", "original_retirement_age": "unsure"}, "2026-03", "2032-10"),
        ({"retirement_timing": "late", "original_retirement_age": "unsure"}, "2026-11", "2035-10"),
        ({"retirement_timing": "early", "id_number": MAN_1965}, "2025-01", "2025-02"),
        ({"retirement_timing": "late", "id_number": MAN_1965}, "2025-02", "2028-02"),
        ({"retirement_timing": "late", "id_number": MAN_1960}, "2020-06", "2020-06"),
    ],
)
def test_the_window_is_as_wide_as_her_timing_and_her_age_leave_it(
    changes: dict[str, Any], first: str, last: str
) -> None:
    window = RULES.months_to_choose(given(**changes))

    assert window is not None
    assert (window.earliest, window.latest) == (Month.parse(first), Month.parse(last))


@pytest.mark.parametrize(
    "changes", [{}, {"retirement_type": "special", "retirement_timing": "early"}, {"retirement_timing": None}]
)
def test_there_is_nothing_to_choose_for_who_goes_on_time(changes: dict[str, Any]) -> None:
    assert RULES.months_to_choose(given(**changes)) is None
    assert RULES.unlawful_choices(given(**changes)) == {}


@pytest.mark.parametrize(
    ("timing", "chosen", "is_lawful"),
    [
        ("early", "2026-02", False),
        ("early", "2026-03", True),
        ("early", "2026-11", True),
        ("early", "2026-12", False),
        ("late", "2026-10", False),
        ("late", "2026-11", True),
        ("late", "2029-11", True),
        ("late", "2029-12", False),
    ],
)
def test_a_month_outside_the_window_cannot_stand(timing: str, chosen: str, is_lawful: bool) -> None:
    found = RULES.unlawful_choices(given(retirement_timing=timing, chosen_month=chosen))

    assert (found == {}) is is_lawful
    assert is_lawful or "您可以选" in found["chosen_month"]


@pytest.mark.parametrize(("timing", "way"), [("early", "提前"), ("late", "推迟")])
def test_a_timing_that_leaves_no_choice_is_said_at_once(timing: str, way: str) -> None:
    found = RULES.unlawful_choices(given(retirement_timing=timing, id_number=MAN_1960))

    assert list(found) == ["retirement_timing"]
    assert f"不能再{way}" in found["retirement_timing"]


def test_a_month_not_chosen_yet_is_not_wrong() -> None:
    begun = {key: value for key, value in given(retirement_timing="early").items() if key != "chosen_month"}

    assert RULES.unlawful_choices(begun) == {}
    assert RULES.months_to_choose({"retirement_timing": "early"}) is None


def test_what_cannot_stand_is_open_again() -> None:
    graph, stale = RULES.graph, given(retirement_timing="late", chosen_month="2026-03")
    walk = graph.walk(stale)

    assert graph.open_page_of(walk) is None
    assert graph.open_page_of(walk, None, RULES.unlawful_choices(stale)) == "chosen_month"
