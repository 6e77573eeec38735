"""The departments over HTTP: another department's item is not there; a decision is made once."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.api.tabs import Tabs, problem_of
from tests.builders import Town

ITEMS = "/api/departments/items"


def test_an_item_is_accepted_and_decided_on_the_version_that_was_seen(tabs: Tabs, town: Town) -> None:
    item_id = town.items_of(UUID(town.an_approved_case()["id"]))["only_child_reward"]
    officer, key = tabs.officer("health"), uuid4().hex

    accepted = officer.change("POST", f"{ITEMS}/{item_id}/acceptance", version=1)
    decision = {"outcome": "denied", "reason": "户口不在本区"}
    decided = [
        officer.change("POST", f"{ITEMS}/{item_id}/decision", decision, version=accepted["version"], key=key)
        for _ in range(2)
    ]

    assert (accepted["version"], accepted["state"]) == (2, "accepted")
    assert decided[0] == decided[1]
    assert (decided[0]["version"], decided[0]["outcome"], decided[0]["reason"]) == (3, "denied", "户口不在本区")


def test_an_item_of_another_department_is_not_found(tabs: Tabs, town: Town) -> None:
    item_id = town.items_of(UUID(town.an_approved_case()["id"]))["retire_normal"]
    officer, headers = tabs.officer("health"), {"If_Match": '"1"', "Idempotency_Key": uuid4().hex}

    for answer in (
        officer.get(f"{ITEMS}/{item_id}"),
        officer.send("POST", f"{ITEMS}/{item_id}/acceptance", **headers),
        officer.send("POST", f"{ITEMS}/{item_id}/decision", {"outcome": "granted"}, **headers),
        officer.send("POST", f"{ITEMS}/{item_id}/looks", {"field": "all", "reason": "看看"}),
        officer.get(f"{ITEMS}/{item_id}/photos/{uuid4()}/image"),
        officer.get(f"{ITEMS}/{item_id}/results/{uuid4()}"),
    ):
        problem_of(answer, 404)


def test_a_decision_says_what_it_lacks(tabs: Tabs, town: Town) -> None:
    item_id = town.items_of(UUID(town.an_approved_case()["id"]))["only_child_reward"]
    officer = tabs.officer("health")
    version = officer.change("POST", f"{ITEMS}/{item_id}/acceptance", version=1)["version"]

    def decide(**body: str) -> str:
        headers = {"If_Match": f'"{version}"', "Idempotency_Key": uuid4().hex}
        code: str = problem_of(officer.send("POST", f"{ITEMS}/{item_id}/decision", body, **headers), 422)["code"]
        return code

    assert decide(outcome="denied") == "reason-missing"
    assert decide(outcome="perhaps") == decide() == decide(outcome="done_elsewhere") == "content-refused"


def test_the_list_is_not_sent_again_while_nothing_changed(tabs: Tabs, town: Town) -> None:
    item_id = town.items_of(UUID(town.an_approved_case()["id"]))["only_child_reward"]
    officer = tabs.officer("health")
    tag = officer.get(f"{ITEMS}?state=open").headers["ETag"]

    unchanged = officer.get(f"{ITEMS}?state=open", If_None_Match=tag)
    officer.change("POST", f"{ITEMS}/{item_id}/acceptance", version=1)
    changed = officer.get(f"{ITEMS}?state=open", If_None_Match=tag)

    assert (unchanged.status_code, changed.status_code) == (304, 200)
    assert changed.get_json()["counts"] == {"routed": 0, "accepted": 1}
