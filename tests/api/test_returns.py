"""One return over HTTP (一次性告知): what it opens, and a second one only by the supervisor's word."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from tests.api.tabs import Tabs, json_of, problem_of
from tests.builders import Town, View

FILING, REVIEW = "/api/filing/cases", "/api/review/cases"
PHOTO = {"content_type": "image/jpeg", "bytes": 2000, "sha256": "0" * 64}


def announced(slot_key: str, part_key: str) -> dict[str, Any]:
    return {"slot_key": slot_key, "part_key": part_key, **PHOTO}


def judged_again(town: Town) -> View:
    """Returned once, mended, and another fault found in the same paper."""
    her = town.a_returned_case({"slot:id_card": "blurred"})
    town.give_every_photo(her)
    again = town.claimed(UUID(town.submit(town.sign(her))["id"]))
    return town.judge_all(again, {"slot:id_card": "cut_off"})


def test_after_a_return_only_what_failed_may_be_changed(tabs: Tabs, town: Town) -> None:
    case = f"{FILING}/{town.a_returned_case({'slot:id_card': 'blurred'})['id']}"
    slots = {slot["key"]: slot for slot in tabs.her.view(case)["slots"]}
    photo = slots["portrait"]["parts"][0]["photo"]["id"]
    absent = {"slot_key": "portrait", "reason": "找不到了"}

    passed = tabs.her.send("POST", f"{case}/photos", announced("portrait", "photo"))
    failed = tabs.her.send("POST", f"{case}/photos", announced("id_card", "front"))

    assert [key for key, slot in slots.items() if slot["editable"]] == ["id_card"]
    assert problem_of(passed, 409)["code"] == "action-not-allowed"
    json_of(failed, 201)
    problem_of(tabs.her.send("DELETE", f"{case}/photos/{photo}"), 409)
    problem_of(tabs.her.send("POST", f"{case}/absences", absent, Idempotency_Key=uuid4().hex), 409)
    assert {slot["key"]: slot for slot in tabs.her.view(case)["slots"]}["portrait"] == slots["portrait"]


def test_a_second_return_is_the_supervisors_with_a_reason_and_is_counted(tabs: Tabs, town: Town) -> None:
    judged = judged_again(town)
    case, version = f"{REVIEW}/{judged['id']}", judged["version"]
    seen = {"If_Match": f'"{version}"', "Idempotency_Key": uuid4().hex}
    words = {"reason": "反面少了一角", "why_not_before": "第一次只看出模糊"}

    refused = problem_of(tabs.clerk.send("POST", f"{case}/return", {"note": ""}, **seen), 409)
    problem_of(tabs.clerk.send("POST", f"{case}/return-request", {**words, "why_not_before": ""}, **seen), 422)
    asked = tabs.clerk.change("POST", f"{case}/return-request", words, version=version)
    counts = tabs.supervisor.view(f"{REVIEW}?queue=to_approve")
    returned = tabs.supervisor.change("POST", f"{case}/return", {"note": ""}, version=asked["version"])
    overview = tabs.oversight.view("/api/supervision/overview")
    [row] = tabs.oversight.view("/api/supervision/repeat-returns")["cases"]

    assert refused["code"] == "return-needs-supervisor"
    assert (asked["state"], asked["return_request"]["reason"]) == ("return_asked", words["reason"])
    assert (counts["counts"]["to_approve"], [each["returns"] for each in counts["cases"]]) == (1, [1])
    assert (returned["state"], returned["returns"]) == ("returned", 2)
    assert overview["repeat_returns"] == {"cases": 1, "times": 1}
    assert (row["returns"], row["reason"], row["why_not_before"]) == (2, *words.values())
    slots = tabs.her.view(f"{FILING}/{judged['id']}")["slots"]
    assert [slot["key"] for slot in slots if slot["editable"]] == ["id_card"]
