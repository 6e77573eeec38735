"""Reminders over HTTP: one of a kind for a signed-in person, about her draft or about what she stated."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from tests.api.tabs import Tabs, json_of, problem_of
from tests.builders import Town
from tests.domain.examples import id_number

REMINDERS = "/api/reminders"
OPENS = f"{REMINDERS}/filing_opens"
STATED: dict[str, Any] = {"birth_month": "1966-08", "category": "male", "contribution_months": 300}


def test_she_sets_a_reminder_sees_it_and_cancels_it(tabs: Tabs, town: Town) -> None:
    view = town.an_answered_draft(id_number=id_number(date(1966, 8, 8), woman=False))

    made = json_of(tabs.her.send("PUT", OPENS, {"case_id": view["id"]}))
    seen = tabs.her.view(REMINDERS)["reminders"]
    tabs.her.send("DELETE", OPENS)  # the one about no case
    still = tabs.her.view(REMINDERS)["reminders"]
    gone = [tabs.her.send("DELETE", f"{OPENS}?case_id={view['id']}").status_code for _ in range(2)]

    assert seen == still == [made]
    assert (made["title"], made["due_on"], made["case_id"]) == ("到 2027年1月提醒您来办", "2027-01-01", view["id"])
    assert gone == [204, 204]
    assert tabs.her.view(REMINDERS) == {"reminders": []}


def test_somebody_without_a_case_is_reminded_of_what_she_stated(tabs: Tabs) -> None:
    early = {"birth_month": "1973-06", "category": "female_55", "contribution_months": 300, "chosen_month": "2028-10"}

    made = json_of(tabs.her.send("PUT", f"{REMINDERS}/early_notice_due", early))

    assert (made["month"], made["due_on"], made["last_day"]) == ("2028-10", "2028-06-17", "2028-07-01")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"birth_month": None}, "/birth_month"),
        ({"birth_month": "1949-12"}, "/birth_month"),
        ({"birth_month": "1966年8月"}, "/birth_month"),
        ({"category": "female"}, "/category"),
        ({"contribution_months": 601}, "/contribution_months"),
        ({"contribution_months": "300"}, "/contribution_months"),
        ({"chosen_month": "2027-13"}, "/chosen_month"),
        ({"case_id": "1"}, "/case_id"),
    ],
)
def test_what_cannot_be_read_is_named(tabs: Tabs, changed: dict[str, Any], pointer: str) -> None:
    given = {key: value for key, value in {**STATED, **changed}.items() if value is not None}

    problem = problem_of(tabs.her.send("PUT", OPENS, given), 422)

    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_what_is_open_already_is_not_reminded_of(tabs: Tabs) -> None:
    problem = problem_of(tabs.her.send("PUT", OPENS, {**STATED, "birth_month": "1966-01"}), 422)

    assert problem["code"] == "nothing-to-remind-of"


def test_a_month_that_cannot_be_chosen_is_not_reminded_of(tabs: Tabs) -> None:
    problem = problem_of(tabs.her.send("PUT", OPENS, {**STATED, "chosen_month": "2030-02"}), 422)

    assert (problem["code"], problem["latest_month"]) == ("chosen-month-outside-window", "2030-01")


def test_a_kind_that_is_none_and_another_s_case_are_not_found(tabs: Tabs, town: Town) -> None:
    case_id = town.an_answered_draft()["id"]
    other = tabs.of(town.another_applicant())

    problem_of(tabs.her.send("PUT", f"{REMINDERS}/birthday", STATED), 404)
    problem_of(tabs.her.send("DELETE", f"{REMINDERS}/birthday"), 404)
    problem_of(other.send("PUT", OPENS, {"case_id": case_id}), 404)
    problem_of(other.send("PUT", OPENS, {"case_id": str(uuid4())}), 404)
