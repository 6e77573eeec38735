"""Oversight over HTTP: reads, and nothing else."""

from __future__ import annotations

from backend.api.supervision import blp
from tests.api.tabs import Tabs, problem_of
from tests.builders import Town

SUPERVISION = "/api/supervision"


def test_oversight_has_no_route_that_changes_anything(tabs: Tabs) -> None:
    rules = [rule for rule in tabs.app.url_map.iter_rules() if rule.endpoint.startswith(f"{blp.name}.")]

    assert rules
    assert {method for rule in rules for method in rule.methods or ()} <= {"GET", "HEAD", "OPTIONS"}


def test_the_overview_the_list_and_the_trail_are_there_to_read(tabs: Tabs, town: Town) -> None:
    view = town.an_approved_case()

    overview = tabs.oversight.view(f"{SUPERVISION}/overview")
    rows = tabs.oversight.view(f"{SUPERVISION}/items?department=health&state=open")["items"]
    trail = tabs.oversight.view(f"{SUPERVISION}/cases/{view['id']}/audit")

    assert overview["counts"]["approved"] == 1
    assert [row["name_masked"] for row in rows] == ["王**"]
    assert (trail["verified"], trail["first_broken"]) == (True, None)


def test_what_oversight_asks_wrongly_is_refused(tabs: Tabs, town: Town) -> None:
    draft = town.a_new_draft()

    problem_of(tabs.oversight.get(f"{SUPERVISION}/items?department=no_such_office"), 422)
    problem_of(tabs.oversight.get(f"{SUPERVISION}/items?state=self_filed"), 422)
    problem_of(tabs.oversight.get(f"{SUPERVISION}/cases/{draft['id']}/audit"), 404)
