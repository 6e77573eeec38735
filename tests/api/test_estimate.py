"""我什么时候能退休 over HTTP: open to anyone, every figure with its sum and clause, every fault named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.tabs import Tabs, problem_of

ESTIMATE = "/api/estimate"
MAN = {"birth_month": "1966-06", "category": "male", "contribution_months": "260", "filing_month": "2026-11"}
WOMAN = {"birth_month": "1976-03", "category": "female_50", "contribution_months": "312", "filing_month": "2026-01"}


def path(**parameters: str) -> str:
    return f"{ESTIMATE}?{'&'.join(f'{name}={value}' for name, value in parameters.items())}"


def figures(view: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {figure["key"]: figure for figure in view["figures"]}


def test_a_man_of_1966_06_can_retire_in_2026_11(tabs: Tabs) -> None:
    view = tabs.stranger.view(path(**MAN))

    said = {key: value for key, value in view.items() if key not in ("figures", "law")}
    assert said == {
        "birth_month": "1966-06",
        "category": "male",
        "contribution_months": 260,
        "filing_month": "2026-11",
        "chosen_month": None,
        "original_age_months": 720,
        "statutory_age_months": 725,
        "delay_months": 5,
        "statutory_month": "2026-11",
        "earliest_month": "2026-06",
        "latest_month": "2029-11",
        "retirement_month": "2026-11",
        "minimum_contribution_months": 180,
        "minimum_contribution_year": 2026,
        "contribution_short_months": 0,
        "first_pension_month": "2026-12",
        "early_notice_by": None,
        "late_agreement_by": None,
        "months_to_wait": 0,
        "kind": "eligible",
        "ways": [],
    }
    assert view["law"]["in_force_from"] == "2025-01-01"


def test_every_figure_has_its_sum_written_out_and_its_clause(tabs: Tabs) -> None:
    found = figures(tabs.stranger.view(path(**MAN)))

    assert found["statutory_age"]["sum"] == "1966年6月出生，晚 5 个月：60岁加 5 个月，是 60岁5个月。"
    assert found["delay"]["sum"] == (
        "从 1965年1月出生的人起，每 4 个月出生的为一组，一组比一组多晚 1 个月，最多晚 36 个月。"
        "1966年6月出生在第 5 组，晚 5 个月。"
    )
    assert found["minimum_contribution"]["sum"] == "看到法定退休年龄的年份：2026 年要满 15年，15 × 12 = 180 个月。"
    assert all(figure["text"] and figure["sum"] and figure["law"] for figure in found.values())
    assert "待区人社局确认" in found["first_pension_month"]["law"]


def test_a_chosen_month_brings_the_last_day_of_the_notice(tabs: Tabs) -> None:
    view = tabs.stranger.view(path(**WOMAN, chosen_month="2026-06"))

    assert (view["retirement_month"], view["first_pension_month"]) == ("2026-06", "2026-07")
    assert (view["early_notice_by"], view["late_agreement_by"]) == ("2026-03-01", None)
    assert (view["kind"], view["months_to_wait"]) == ("too_early", 5)
    assert figures(view)["retirement_month"]["sum"] == "您选 2026年6月退，和 2026年11月比，早 5 个月。"


def test_a_later_month_brings_the_last_day_of_the_agreement_and_keeps_the_minimum(tabs: Tabs) -> None:
    asked = {**WOMAN, "birth_month": "1978-06", "contribution_months": "180", "chosen_month": "2032-01"}

    view = tabs.stranger.view(path(**asked))

    assert (view["statutory_month"], view["late_agreement_by"]) == ("2030-03", "2030-02-01")
    assert (view["minimum_contribution_months"], view["minimum_contribution_year"]) == (186, 2030)
    assert figures(view)["minimum_contribution"]["sum"].startswith("推迟退的，仍看到法定退休年龄的年份：2030 年")
    assert figures(view)["retirement_month"]["sum"].endswith("晚 22 个月。")


def test_a_shortfall_is_a_subtraction_and_brings_lawful_choices(tabs: Tabs) -> None:
    view = tabs.stranger.view(path(**{**WOMAN, "contribution_months": "166", "filing_month": "2026-11"}))

    assert (view["kind"], view["contribution_short_months"], view["first_pension_month"]) == (
        "contribution_short",
        14,
        None,
    )
    assert figures(view)["contribution_short"]["sum"] == "180 − 166 = 14，还差 14 个月。"
    assert [way["key"] for way in view["ways"]] == ["keep_contributing", "residents_pension"]


def test_what_is_still_missing_by_the_month_is_told(tabs: Tabs) -> None:
    short = figures(tabs.stranger.view(path(**{**WOMAN, "contribution_months": "166"})))["contribution_short"]
    enough = figures(tabs.stranger.view(path(**{**WOMAN, "contribution_months": "175"})))["contribution_short"]

    assert short["sum"] == (
        "180 − 166 = 14，还差 14 个月。到 2026年11月还有 10 个月，每个月都接着缴，到时是 176 个月，还差 4 个月。"
    )
    assert enough["sum"].endswith("到时是 185 个月，够了。")


@pytest.mark.parametrize(
    ("birth", "category", "law", "since"),
    [
        ("1950-01", "male", "国发〔1978〕104号", "1978-06-02"),
        ("1964-12", "male", "国发〔1978〕104号", "1978-06-02"),
        ("1965-01", "male", "渐进式延迟", "2025-01-01"),
        ("2000-12", "female_55", "渐进式延迟", "2025-01-01"),
    ],
)
@pytest.mark.parametrize("filing_month", ["1999-01", "2024-12", "2026-11", "2080-01"])
def test_any_birth_month_and_any_filing_month_is_answered_and_the_law_is_named(
    tabs: Tabs, birth: str, category: str, law: str, since: str, filing_month: str
) -> None:
    view = tabs.stranger.view(
        path(birth_month=birth, category=category, contribution_months="0", filing_month=filing_month)
    )

    assert law in view["law"]["title"]
    assert view["law"]["in_force_from"] == since


def test_before_2025_there_is_nothing_to_choose(tabs: Tabs) -> None:
    view = tabs.stranger.view(path(**{**MAN, "birth_month": "1964-12"}))

    assert view["earliest_month"] == view["latest_month"] == view["statutory_month"] == "2024-12"
    assert figures(view)["delay"]["text"] == "不推迟"
    assert figures(view)["flexible_window"]["text"] == "只有 2024年12月"
    assert figures(view)["first_pension_month"]["sum"].endswith("晚办的，从哪个月补起，由区人社局核定。")


def test_without_a_filing_month_today_is_meant(tabs: Tabs) -> None:
    view = tabs.stranger.view(path(birth_month="1976-03", category="female_50", contribution_months="312"))

    assert view["filing_month"] == "2026-11"


def test_the_same_question_is_not_answered_twice(tabs: Tabs) -> None:
    first = tabs.stranger.get(path(**MAN))

    again = tabs.stranger.get(path(**MAN), If_None_Match=first.headers["ETag"])

    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"birth_month": "1949-12"}, ["/query/birth_month"]),
        ({"birth_month": "2001-01"}, ["/query/birth_month"]),
        ({"birth_month": "1966-13"}, ["/query/birth_month"]),
        ({"birth_month": ""}, ["/query/birth_month"]),
        ({"category": "woman"}, ["/query/category"]),
        ({"contribution_months": "-1"}, ["/query/contribution_months"]),
        ({"contribution_months": "601"}, ["/query/contribution_months"]),
        ({"contribution_months": "²"}, ["/query/contribution_months"]),
        ({"filing_month": "2200-01"}, ["/query/filing_month"]),
        ({"filing_month": "1949-12"}, ["/query/filing_month"]),
        ({"chosen_month": "soon"}, ["/query/chosen_month"]),
        ({"category": "", "filing_month": "x"}, ["/query/category", "/query/filing_month"]),
    ],
)
def test_each_bad_parameter_is_named(tabs: Tabs, changes: dict[str, str], pointers: list[str]) -> None:
    problem = problem_of(tabs.stranger.get(path(**{**MAN, **changes})), 422)

    assert problem["code"] == "content-refused"
    assert [fault["pointer"] for fault in problem["errors"]] == pointers


def test_a_birth_month_out_of_range_is_told_the_range(tabs: Tabs) -> None:
    problem = problem_of(tabs.stranger.get(path(**{**MAN, "birth_month": "1949-12"})), 422)

    assert problem["errors"][0]["detail"] == "只能算 1950年1月到 2000年12月的，请再看一遍年份。"


@pytest.mark.parametrize(("edge", "status"), [("1950-01", 200), ("2000-12", 200)])
def test_the_edges_of_the_range_are_answered(tabs: Tabs, edge: str, status: int) -> None:
    assert tabs.stranger.get(path(**{**MAN, "birth_month": edge})).status_code == status


@pytest.mark.parametrize("chosen", ["2026-02", "2029-12"])
def test_a_month_outside_the_window_is_refused_with_the_window(tabs: Tabs, chosen: str) -> None:
    problem = problem_of(tabs.stranger.get(path(**WOMAN, chosen_month=chosen)), 422)

    assert problem["code"] == "chosen-month-outside-window"
    assert (problem["earliest_month"], problem["latest_month"]) == ("2026-03", "2029-11")
    assert problem["detail"] == "可以选 2026年3月到 2029年11月，请换一个月。"
