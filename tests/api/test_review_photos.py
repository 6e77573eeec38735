"""Photos under review over HTTP: turning, drawing, and what was read, all under the clerk's lease."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from backend.domain.boxes import Box
from backend.domain.reading import DocumentKind, FieldKey, ReadField, Reading, ReadingState
from tests.api.tabs import Tabs, json_of, problem_of
from tests.builders import Town, View

REVIEW = "/api/review/cases"


def the_card(view: View) -> dict[str, Any]:
    slot = next(slot for slot in view["slots"] if slot["key"] == "id_card")
    return dict(slot["parts"][0]["photo"])


def a_drawing(**changes: Any) -> dict[str, Any]:
    ends = {"from": {"x": 0.1, "y": 0.2}, "to": {"x": 0.5, "y": 0.4}}
    return {"id": str(uuid4()), "shape": "box", **ends, "reason_code": "glare", "note": "右上角", **changes}


def test_a_drawing_fails_its_slot_and_comes_back_on_its_photo(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    path, marks = f"{REVIEW}/{view['id']}/photos/{the_card(view)['id']}/marks", [a_drawing(), a_drawing(shape="arrow")]

    seen = tabs.clerk.change("PUT", path, {"marks": marks}, version=view["version"])
    again = tabs.clerk.change("PUT", path, {"marks": marks}, version=seen["version"])

    drawn = the_card(seen)["marks"]
    slot = next(slot for slot in seen["slots"] if slot["key"] == "id_card")
    assert [(mark["id"], mark["shape"], mark["from"], mark["by"]) for mark in drawn] == [
        (mark["id"], mark["shape"], mark["from"], "陈窗口") for mark in marks
    ]
    assert (slot["judgement"]["verdict"], slot["judgement"]["reason_code"]) == ("fail", "glare")
    assert again["version"] == seen["version"]


def test_the_fail_of_a_drawing_is_gone_with_its_last_mark(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    path = f"{REVIEW}/{view['id']}/photos/{the_card(view)['id']}/marks"

    drawn = tabs.clerk.change("PUT", path, {"marks": [a_drawing()]}, version=view["version"])
    tabs.clerk.change("PUT", path, {"marks": []}, version=drawn["version"])
    kept = tabs.clerk.view(f"{REVIEW}/{view['id']}")

    of_card = [next(slot for slot in each["slots"] if slot["key"] == "id_card")["judgement"] for each in (drawn, kept)]
    assert of_card[0]["verdict"] == "fail"
    assert of_card[1] is None


def test_what_is_drawn_has_to_fit(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    path, version = f"{REVIEW}/{view['id']}/photos/{the_card(view)['id']}/marks", f'"{view["version"]}"'
    for wrong in (
        {"reason_code": "not_a_portrait"},
        {"shape": "circle"},
        {"to": {"x": 1.2, "y": 0.4}},
        {"to": {"x": 0.1, "y": 0.2}},
        {"id": "1"},
    ):
        problem_of(tabs.clerk.send("PUT", path, {"marks": [a_drawing(**wrong)]}, If_Match=version), 422)
    problem_of(tabs.clerk.send("PUT", path, {"marks": []}), 428)
    problem_of(tabs.clerk.send("PUT", path, {"marks": []}, If_Match='"1"'), 412)


def test_only_who_holds_the_case_draws_and_turns(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    photo, other = f"{REVIEW}/{view['id']}/photos/{the_card(view)['id']}", tabs.of(town.staff.other_clerk)

    drawn = other.send("PUT", f"{photo}/marks", {"marks": []}, If_Match=f'"{view["version"]}"')
    turned = other.send("PUT", f"{photo}/turn", {"degrees": 90})

    for answer in (drawn, turned):
        assert problem_of(answer, 409)["code"] == "held-by-another"


def test_a_turn_is_kept_for_everybody_and_is_no_new_version(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    path = f"{REVIEW}/{view['id']}"

    kept = json_of(tabs.clerk.send("PUT", f"{path}/photos/{the_card(view)['id']}/turn", {"degrees": 270}))
    refused = tabs.clerk.send("PUT", f"{path}/photos/{the_card(view)['id']}/turn", {"degrees": 45})

    now = tabs.supervisor.view(path)
    assert kept == {"degrees": 270}
    assert (the_card(now)["turn"], now["version"]) == (270, view["version"])
    problem_of(refused, 422)


def test_what_was_read_is_masked_and_says_which_answer_it_goes_with(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    photo_id, where = UUID(the_card(view)["id"]), Box(0.1, 0.1, 0.4, 0.2)
    found = (
        ReadField(FieldKey.NAME, "王桂兰", where, 0.99),
        ReadField(FieldKey.ID_NUMBER, "430681197603120025", where, 0.98),
        ReadField(FieldKey.VALID_UNTIL, "2036-01-01", where, 0.9),
    )
    with town.store.begin() as tx:
        tx.readings.await_for(photo_id, town.clock.now())
        tx.readings.save(
            Reading(photo_id, ReadingState.READ, "a", 0, DocumentKind.ID_CARD_FRONT, found, (), town.clock.now(), 400)
        )

    seen = tabs.clerk.view(f"{REVIEW}/{view['id']}/readings")

    [photo] = [each for each in seen["photos"] if each["photo_id"] == str(photo_id)]
    assert [(each["label"], each["value"], each["question_key"]) for each in photo["fields"]] == [
        ("姓名", "王**", "name"),
        ("身份证号", "430***********0025", "id_number"),
        ("有效期至", "2036-01-01", None),
    ]
    assert photo["fields"][0]["box"] == {"left": 0.1, "top": 0.1, "right": 0.4, "bottom": 0.2}


def test_she_sees_the_marks_on_what_was_returned_in_sentences(tabs: Tabs, town: Town) -> None:
    view = town.a_claimed_case()
    path = f"{REVIEW}/{view['id']}"
    drawn = [a_drawing(), a_drawing(shape="arrow", reason_code=None, note=None)]
    seen = tabs.clerk.change(
        "PUT", f"{path}/photos/{the_card(view)['id']}/marks", {"marks": drawn}, version=view["version"]
    )
    rest = [each["subject"] for each in (*seen["fields"], *seen["slots"]) if each["needs_judgement"]]
    verdicts = [{"subject": subject, "verdict": "pass"} for subject in rest]
    judged = tabs.clerk.change("PUT", f"{path}/judgements", {"judgements": verdicts}, version=seen["version"])
    town.clock.move(minutes=5)
    tabs.clerk.change("POST", f"{path}/return", {"note": ""}, version=judged["version"])

    hers = tabs.her.view(f"/api/filing/cases/{view['id']}")

    slot = next(slot for slot in hers["slots"] if slot["key"] == "id_card")
    returned = slot["parts"][0]["returned_photo"]
    sentences = [mark["sentence"] for mark in returned["marks"]]
    assert returned["id"] == the_card(view)["id"]
    assert sentences[0].endswith("右上角")
    assert sentences[1] == "请看箭头指的地方。"
    assert all(part["returned_photo"] is None for other in hers["slots"] if other != slot for part in other["parts"])
