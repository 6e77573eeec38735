"""The window over HTTP: the queue that is asked for again and again, leases, verdicts, looks."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.tabs import Tabs, json_of, problem_of
from tests.builders import Town, View, born
from tests.domain.examples import answers

REVIEW = "/api/review"


def path_of(view: View) -> str:
    return f"{REVIEW}/cases/{view['id']}"


def test_a_list_that_did_not_change_is_not_sent_again(tabs: Tabs, town: Town) -> None:
    town.a_submitted_case()
    first = tabs.clerk.get(f"{REVIEW}/cases?queue=waiting")

    second = tabs.clerk.get(f"{REVIEW}/cases?queue=waiting", If_None_Match=first.headers["ETag"])
    town.a_submitted_case(town.another_applicant(), **born(13))
    third = tabs.clerk.get(f"{REVIEW}/cases?queue=waiting", If_None_Match=first.headers["ETag"])

    assert (first.status_code, second.status_code, third.status_code) == (200, 304, 200)
    assert second.get_data() == b""
    assert "private" in first.headers["Cache-Control"]
    assert third.get_json()["counts"]["waiting"] == 2


def test_pages_follow_the_cursor(tabs: Tabs, town: Town) -> None:
    town.a_submitted_case()

    page = tabs.clerk.view(f"{REVIEW}/cases?queue=all&q=QY-20261124&item=medical_years&unknown=ignored")

    assert ([case["number"] for case in page["cases"]], page["next_cursor"]) == (["QY-20261124-00001"], None)
    for cursor in ("x", "%00", "é", "a" * 401):
        problem_of(tabs.clerk.get(f"{REVIEW}/cases?queue=all&cursor={cursor}"), 422)
    problem_of(tabs.clerk.get(f"{REVIEW}/cases?queue=everything"), 422)


def test_the_next_case_is_claimed_once_by_one_key(tabs: Tabs, town: Town) -> None:
    case_id, key = town.a_submitted_case(), uuid4().hex

    claimed = [json_of(tabs.clerk.send("POST", f"{REVIEW}/claims", {}, Idempotency_Key=key)) for _ in range(2)]
    nothing = json_of(tabs.of(town.staff.other_clerk).send("POST", f"{REVIEW}/claims", Idempotency_Key=uuid4().hex))

    assert claimed == [{"case_id": str(case_id)}] * 2
    assert nothing == {"case_id": None}


def test_a_case_that_is_held_says_by_whom_and_until_when(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()

    answer = tabs.of(town.staff.other_clerk).send("POST", f"{path_of(view)}/claim", Idempotency_Key=uuid4().hex)

    problem = problem_of(answer, 409)
    assert (problem["code"], problem["holder_name"]) == ("held-by-another", "陈窗口")
    assert problem["expires_at"] == view["holder"]["expires_at"]


def test_a_lease_is_renewed_and_let_go(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    town.clock.move(minutes=5)

    renewed = json_of(tabs.clerk.send("PUT", f"{path_of(view)}/claim"))
    let_go = tabs.clerk.send("DELETE", f"{path_of(view)}/claim")

    assert renewed["holder"]["expires_at"] > view["holder"]["expires_at"]
    assert (let_go.status_code, let_go.get_data()) == (204, b"")
    assert tabs.clerk.view(path_of(view))["holder"] is None


def test_verdicts_and_checks_are_kept_together_with_their_versions(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    judgements = [{"subject": "slot:id_card", "verdict": "fail", "reason_code": "blurred"}]

    judged = tabs.clerk.change(
        "PUT", f"{path_of(view)}/judgements", {"judgements": judgements}, version=view["version"]
    )
    checked = tabs.clerk.change(
        "PUT",
        f"{path_of(view)}/checks",
        {"checks": {"transfer_pending": {"found": True, "note": "长沙"}}, "confirmed_age_months": 606},
        version=judged["version"],
    )

    assert checked["failed"] == [{"subject": "slot:id_card", "label": "身份证"}]
    assert checked["age"]["confirmed_age_months"] == 606
    assert [check["key"] for check in checked["checks"] if check["found"]] == ["transfer_pending"]


def test_a_check_of_the_policy_is_settled_at_its_own_address(tabs: Tabs, town: Town) -> None:
    view = town.a_judged_case()
    checks = {"confirmed_age_months": 720}
    view = tabs.clerk.change("PUT", f"{path_of(view)}/checks", checks, version=view["version"])
    where, given = f"{path_of(view)}/rule-checks/age/settlement", {"kind": "overridden", "note": "档案记载有误，已核"}

    seen = {"If_Match": f'"{view["version"]}"'}
    early = tabs.clerk.send(
        "POST", f"{path_of(view)}/acceptance", {"opinion": "同意"}, **seen, Idempotency_Key=uuid4().hex
    )
    refused = problem_of(early, 422)
    unseen = problem_of(tabs.clerk.send("PUT", where, given), 428)
    bare = problem_of(tabs.clerk.send("PUT", where, {"kind": "overridden"}, **seen), 422)
    unknown = problem_of(tabs.clerk.send("PUT", where, {"kind": "waved"}, **seen), 422)
    settled = tabs.clerk.change("PUT", where, given, version=view["version"])

    assert (refused["code"], refused["open"]) == ("rules-unsettled", ["到没到能退休的月"])
    assert unseen["code"] == "version-missing"
    assert (bare["code"], bare["rule"]) == ("reason-missing", "age")
    assert unknown["errors"][0]["pointer"] == "/kind"
    assert [each["note"] for each in settled["overrides"]] == ["档案记载有误，已核"]


# fmt: off
WRONG_VERDICTS = [
    # body                                                                        where the fault is
    ({},                                                                          "/judgements"),
    ({"judgements": []},                                                          "/judgements"),
    ({"judgements": "all"},                                                       "/judgements"),
    ({"judgements": [{"subject": "slot:id_card", "verdict": "maybe"}]},           "/judgements/0/verdict"),
    ({"judgements": [{"subject": "slot:id_card"}]},                               "/judgements/0/verdict"),
    ({"judgements": [{"subject": 7, "verdict": "pass"}]},                         "/judgements/0/subject"),
    ({"judgements": [{"subject": "s" * 81, "verdict": "pass"}]},                  "/judgements/0/subject"),
    ({"judgements": [{"subject": "slot:x", "verdict": "pass", "by": "me"}]},      "/judgements/0/by"),
]
# fmt: on


@pytest.mark.parametrize(("body", "pointer"), WRONG_VERDICTS)
def test_a_body_that_is_not_what_the_route_takes_points_to_the_fault(
    tabs: Tabs, town: Town, body: object, pointer: str
) -> None:
    view = town.a_claimed_case()

    answer = tabs.clerk.send("PUT", f"{path_of(view)}/judgements", body, If_Match=f'"{view["version"]}"')

    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == [pointer]


def test_a_return_before_everything_is_judged_says_what_is_left(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    headers = {"If_Match": f'"{view["version"]}"', "Idempotency_Key": uuid4().hex}

    answer = tabs.clerk.send("POST", f"{path_of(view)}/return", {"note": ""}, **headers)

    problem = problem_of(answer, 422)
    assert (problem["code"], len(problem["missing"])) == ("not-all-judged", view["judged"]["total"])


def test_the_supervisor_approves_and_may_not_have_been_the_clerk(tabs: Tabs, town: Town) -> None:
    view = town.a_reviewed_case()

    seen = tabs.supervisor.view(path_of(view))
    approved = tabs.supervisor.change(
        "POST", f"{path_of(view)}/approval", {"opinion": "同意办理"}, version=seen["version"]
    )
    by_the_clerk = tabs.clerk.send("POST", f"{path_of(view)}/approval", {"opinion": "同意办理"}, If_Match='"1"')

    assert approved["state"] == "approved"
    assert problem_of(by_the_clerk, 403)["code"] == "not-allowed"


def test_whole_values_come_only_for_a_reason(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    looks = f"{path_of(view)}/looks"

    shown = json_of(tabs.clerk.send("POST", looks, {"field": "id_number", "reason": "核对身份证"}))

    assert shown == {"values": {"id_number": answers()["id_number"]}}
    assert (
        problem_of(tabs.clerk.send("POST", looks, {"field": "id_number", "reason": " "}), 422)["code"]
        == "reason-missing"
    )
    problem_of(tabs.clerk.send("POST", looks, {"field": "id_number"}), 422)
    problem_of(tabs.clerk.send("POST", looks, {"field": "no_such", "reason": "看看"}), 404)
