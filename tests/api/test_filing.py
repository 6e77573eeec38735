"""Filing over HTTP: versions, keys, statuses and pointers as her phone meets them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.tabs import Tab, Tabs, json_of, problem_of
from tests.builders import Town, View

FILING = "/api/filing"


def start(tab: Tab) -> Any:
    guide = tab.view("/api/guide")
    consents = {each["key"]: each["version"] for each in guide["consents"]}
    return tab.send("POST", f"{FILING}/cases", {"consents": consents, "notice_version": guide["notice"]["version"]})


def path_of(view: View) -> str:
    return f"{FILING}/cases/{view['id']}"


def commitment(tab: Tab) -> dict[str, str]:
    return {"commitment_version": tab.view("/api/guide")["commitment"]["version"]}


def test_a_case_is_made_once_and_then_gone_on_with(tabs: Tabs) -> None:
    first, second = start(tabs.her), start(tabs.her)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    assert first.headers["ETag"] == '"1"'
    assert first.headers["Cache-Control"] == "no-store"


def test_answering_raises_the_version_that_the_next_change_must_name(tabs: Tabs) -> None:
    case = start(tabs.her).get_json()

    answer = tabs.her.send("PUT", f"{path_of(case)}/answers/name", {"answers": {"name": "王秀兰"}}, If_Match='"1"')

    assert (answer.status_code, answer.headers["ETag"], answer.get_json()["version"]) == (200, '"2"', 2)


# fmt: off
VERSIONS = [
    # If-Match            status  code
    ({},                  428,    "version-missing"),
    ({"If_Match": '"9"'}, 412,    "stale-version"),
    ({"If_Match": "1"},   422,    "content-refused"),
    ({"If_Match": "*"},   422,    "content-refused"),
    ({"If_Match": 'W/"1"'}, 200,  None),  # a proxy that compresses makes a strong tag a weak one
]
# fmt: on


@pytest.mark.parametrize(("headers", "status", "code"), VERSIONS)
def test_a_change_names_the_version_it_was_made_on(
    tabs: Tabs, headers: dict[str, str], status: int, code: str | None
) -> None:
    case = start(tabs.her).get_json()

    answer = tabs.her.send("PUT", f"{path_of(case)}/answers/name", {"answers": {"name": "王秀兰"}}, **headers)

    assert answer.status_code == status
    if code:
        assert problem_of(answer, status)["code"] == code


def test_a_stale_change_is_told_by_whom_when_and_which_version_there_is(tabs: Tabs, town: Town) -> None:
    case = start(tabs.her).get_json()
    town.clock.move(minutes=1)
    tabs.her.change("PUT", f"{path_of(case)}/answers/name", {"answers": {"name": "王秀兰"}}, version=1)

    answer = tabs.her.send("PUT", f"{path_of(case)}/answers/name", {"answers": {"name": "王桂兰"}}, If_Match='"1"')

    problem = problem_of(answer, 412)
    at = town.clock.now().isoformat()
    assert (problem["version"], problem["changed_by"], problem["changed_at"]) == (2, "申请人", at)
    assert "申请人" in problem["detail"]


def test_what_is_wrong_with_an_answer_points_to_its_question(tabs: Tabs) -> None:
    case = start(tabs.her).get_json()
    named = tabs.her.change("PUT", f"{path_of(case)}/answers/name", {"answers": {"name": "王秀兰"}}, version=1)

    answer = tabs.her.send(
        "PUT", f"{path_of(named)}/answers/id_number", {"answers": {"id_number": "12", "x": 1}}, If_Match='"2"'
    )

    problem = problem_of(answer, 422)
    assert problem["code"] == "answers-invalid"
    assert [error["pointer"] for error in problem["errors"]] == ["/answers/id_number", "/answers/x"]


@pytest.mark.parametrize("key", [None, "short", "with space in it", "键" * 8])
def test_a_submission_needs_a_key_of_its_own(tabs: Tabs, town: Town, key: str | None) -> None:
    view = town.a_ready_draft()
    headers = {
        "If_Match": f'"{view["version"]}"',
        **({"Idempotency_Key": key.encode().decode("latin-1")} if key else {}),
    }

    answer = tabs.her.send("POST", f"{path_of(view)}/submission", commitment(tabs.her), **headers)

    assert problem_of(answer, 422)["header"] == "Idempotency-Key"


def test_submitting_again_with_the_same_key_answers_the_same(tabs: Tabs, town: Town) -> None:
    view, key = town.a_ready_draft(), uuid4().hex
    body, where = commitment(tabs.her), f"{path_of(view)}/submission"

    first = tabs.her.change("POST", where, body, version=view["version"], key=key)
    second = tabs.her.change("POST", where, body, version=view["version"], key=key)

    assert first == second
    assert first["number"]


def test_what_is_missing_is_listed_as_facts(tabs: Tabs, town: Town) -> None:
    view = town.an_answered_draft()
    headers = {"If_Match": f'"{view["version"]}"', "Idempotency_Key": uuid4().hex}

    answer = tabs.her.send("POST", f"{path_of(view)}/submission", commitment(tabs.her), **headers)

    problem = problem_of(answer, 422)
    assert problem["code"] == "materials-missing"
    assert problem["detail"].startswith(f"还差 {len(problem['missing'])} 张照片")


def test_a_second_case_of_the_same_person_is_a_conflict(tabs: Tabs, town: Town) -> None:
    town.a_submitted_case()
    son = town.another_applicant()
    view, tab = town.a_ready_draft(son), tabs.of(son)
    headers = {"If_Match": f'"{view["version"]}"', "Idempotency_Key": uuid4().hex}

    answer = tab.send("POST", f"{path_of(view)}/submission", commitment(tab), **headers)

    assert problem_of(answer, 409)["code"] == "active-case-exists"


def test_too_early_comes_with_the_date_and_the_choices(tabs: Tabs, town: Town) -> None:
    view = town.a_ready_draft(contribution_months=120)
    headers = {"If_Match": f'"{view["version"]}"', "Idempotency_Key": uuid4().hex}

    answer = tabs.her.send("POST", f"{path_of(view)}/submission", commitment(tabs.her), **headers)

    problem = problem_of(answer, 422)
    assert (problem["code"], problem["eligibility"]) == ("not-eligible-yet", view["eligibility"])


def test_a_case_that_is_not_hers_is_not_found(tabs: Tabs, town: Town) -> None:
    view, other = town.a_ready_draft(), tabs.of(town.another_applicant())

    for answer in (
        other.get(path_of(view)),
        other.send("POST", f"{path_of(view)}/withdrawal", {}, If_Match='"1"'),
        other.get(f"{FILING}/cases/{uuid4()}"),
        other.get(f"{FILING}/cases/not-a-uuid"),
    ):
        assert problem_of(answer, 404)["code"] == "not-found"


def test_withdrawing_keeps_her_words(tabs: Tabs, town: Town) -> None:
    case_id = town.a_submitted_case()
    view = tabs.her.view(f"{FILING}/cases/{case_id}")

    after = tabs.her.change("POST", f"{path_of(view)}/withdrawal", {"reason": "我再想想"}, version=view["version"])

    assert (after["state"], after["progress"]["closing_reason"]) == ("withdrawn", "我再想想")


def test_home_is_hers_alone(tabs: Tabs, town: Town) -> None:
    town.a_submitted_case()

    assert json_of(tabs.her.get(f"{FILING}/home"))["case"]["state"] == "submitted"
    other = json_of(tabs.of(town.another_applicant()).get(f"{FILING}/home"))
    assert other == {"case": None, "closed_cases": [], "authorisations": [], "messages": []}
