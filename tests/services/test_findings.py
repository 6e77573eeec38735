"""What is noticed on photos is said to her and to the window, answered, kept and counted; it never refuses anything."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from backend.domain.actors import Actor
from backend.domain.errors import ActionNotAllowed, HeldByAnother, NotFound
from backend.domain.reading import DocumentKind, FieldKey, Reading, ReadingState
from tests.builders import Town, a_key, born
from tests.domain.cases import a_photo
from tests.domain.readings import a_field, a_reading, an_id_card

View = dict[str, Any]


def photo_in(town: Town, case_id: UUID, slot_key: str = "id_card", part_key: str = "front") -> UUID:
    with town.store.begin() as tx:
        photos = tx.cases.read(case_id).photos.values()
    return next(p.id for p in photos if (p.slot_key, p.part_key) == (slot_key, part_key))


def was_read(town: Town, *readings: Reading) -> None:
    """Rows as the reader's job leaves them."""
    with town.store.begin() as tx:
        for reading in readings:
            tx.readings.await_for(reading.photo_id, town.clock.now())
            tx.readings.save(reading)


def with_distinct_photos(town: Town, view: View) -> UUID:
    """Every photo of the draft, each with bytes of its own."""
    case_id = UUID(view["id"])
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        for number, slot in enumerate(view["slots"]):
            for place, part in enumerate(slot["parts"]):
                if slot["status"] == "open":
                    kind = slot["kind"] or (slot["kinds"][0]["key"] if slot["kinds"] else None)
                    sha256 = f"{case_id.int % 2**32:08x}{number:028x}{place:028x}"
                    case.keep_photo(a_photo(slot["key"], part["key"], kind, sha256=sha256))
        tx.cases.save(case)
    return case_id


def a_draft(town: Town, applicant: Actor | None = None, **changes: Any) -> UUID:
    return with_distinct_photos(town, town.an_answered_draft(applicant, **changes))


def keys(view: View) -> list[str]:
    return [each["key"].rpartition(":")[0] for each in view["findings"]]


def submitted(town: Town, case_id: UUID, applicant: Actor | None = None) -> None:
    town.submit(town.sign({"id": str(case_id)}, applicant), applicant)


def held(town: Town, case_id: UUID) -> None:
    town.services.review.claim(town.staff.clerk, case_id, a_key())


# ── the applicant ────────────────────────────────────────────────────────────────────────────


def test_a_difference_is_shown_to_her_with_both_values_and_where_she_mends_hers(town: Town) -> None:
    case_id = a_draft(town)
    was_read(town, an_id_card(photo_in(town, case_id), name="王秀芳"))

    view = town.services.findings.to_her(town.applicant, case_id)

    (found,) = view["findings"]
    assert found["sentence"] == "照片上的姓名是 王秀芳，您填的是 王秀兰。"
    assert (found["question_page"], found["dismissed"]) == ("name", False)
    assert view["reading"] == {"waiting": 0}


def test_what_she_mends_is_not_spoken_of_again(town: Town) -> None:
    case_id = a_draft(town)
    was_read(town, an_id_card(photo_in(town, case_id), name="王秀芳"))
    view = town.services.filing.view(town.applicant, case_id)

    town.services.filing.answer(town.applicant, case_id, view["version"], "name", {"name": "王秀芳"})

    assert town.services.findings.to_her(town.applicant, case_id)["findings"] == []


def test_what_she_lets_stand_is_remembered_until_it_says_something_else(town: Town) -> None:
    case_id, findings = a_draft(town), town.services.findings
    was_read(town, an_id_card(photo_in(town, case_id), name="王秀芳"))
    key = findings.to_her(town.applicant, case_id)["findings"][0]["key"]

    findings.dismiss(town.applicant, case_id, key)
    findings.dismiss(town.applicant, case_id, key)

    assert [f["dismissed"] for f in findings.to_her(town.applicant, case_id)["findings"]] == [True]
    view = town.services.filing.view(town.applicant, case_id)
    town.services.filing.answer(town.applicant, case_id, view["version"], "name", {"name": "王秀英"})
    assert [f["dismissed"] for f in findings.to_her(town.applicant, case_id)["findings"]] == [False]


def test_she_may_submit_with_open_findings_and_while_photos_are_being_read(town: Town) -> None:
    case_id = a_draft(town)
    back = photo_in(town, case_id, "id_card", "back")
    was_read(
        town,
        an_id_card(photo_in(town, case_id), name="王秀芳"),
        a_reading(back, state=ReadingState.WAITING),
    )
    assert town.services.findings.to_her(town.applicant, case_id)["reading"] == {"waiting": 1}

    submitted(town, case_id)

    assert town.services.filing.view(town.applicant, case_id)["state"] == "submitted"
    assert town.services.findings.to_her(town.applicant, case_id)["findings"] == []


def test_findings_are_hers_alone(town: Town) -> None:
    case_id, other = a_draft(town), town.another_applicant()

    for ask in (town.services.findings.to_her, town.services.findings.card):
        with pytest.raises(NotFound):
            ask(other, case_id)
    with pytest.raises(NotFound):
        town.services.findings.dismiss(town.applicant, case_id, "differs:name:nothing")


def test_a_submitted_case_is_not_answered_to_any_more(town: Town) -> None:
    case_id = a_draft(town)
    submitted(town, case_id)

    with pytest.raises(ActionNotAllowed):
        town.services.findings.dismiss(town.applicant, case_id, "x")


# ── the card photographed first ──────────────────────────────────────────────────────────────


def test_the_card_photographed_first_fills_nothing_until_she_confirms(town: Town) -> None:
    case_id = UUID(town.a_new_draft()["id"])
    assert town.services.findings.card(town.applicant, case_id)["state"] == "none"
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.keep_photo(a_photo())
        tx.cases.save(case)
    was_read(town, an_id_card(photo_in(town, case_id), sex=None))

    card = town.services.findings.card(town.applicant, case_id)

    assert (card["state"], card["name"], card["birth_date"], card["sex"]) == ("read", "王秀兰", "1976-03-12", None)
    assert (card["area"]["town"], card["area"]["codes"]["county"]) == ("营田镇", "430671")
    with town.store.begin() as tx:
        assert tx.cases.read(case_id).answers == {}


# ── the window ───────────────────────────────────────────────────────────────────────────────


def a_case_with_a_finding(town: Town, **changes: Any) -> UUID:
    case_id = a_draft(town, **changes)
    was_read(town, an_id_card(photo_in(town, case_id), name="王秀芳"))
    return case_id


def test_the_clerk_sees_it_masked_with_its_place_and_what_the_applicant_said(town: Town) -> None:
    case_id, findings = a_case_with_a_finding(town), town.services.findings
    key = findings.to_her(town.applicant, case_id)["findings"][0]["key"]
    findings.dismiss(town.applicant, case_id, key)
    submitted(town, case_id)
    held(town, case_id)

    (found,) = findings.to_staff(case_id)["findings"]

    assert (found["read"], found["typed"], found["question_key"]) == ("王**", "王**", "name")
    assert found["applicant_said"]["role_label"] == "申请人"
    assert 0 <= found["box"]["left"] < found["box"]["right"] <= 1
    assert found["photo"]["image_path"].endswith(f"/photos/{found['photo_id']}/image")
    assert found["photo"]["crop_path"].endswith(f"/crop?{urlencode(found['box'])}")


def test_a_verdict_is_kept_with_its_clerk_and_counted_once(town: Town) -> None:
    case_id, findings = a_case_with_a_finding(town), town.services.findings
    submitted(town, case_id)
    held(town, case_id)
    key = findings.to_staff(case_id)["findings"][0]["key"]

    findings.judge(town.staff.clerk, case_id, key, is_right=True)
    findings.judge(town.staff.clerk, case_id, key, is_right=True)
    view = findings.judge(town.staff.clerk, case_id, key, is_right=False)

    assert view["findings"][0]["verdict"]["is_right"] is False
    assert view["findings"][0]["verdict"]["by"] == town.staff.clerk.name
    (differs,) = [k for k in findings.accuracy()["kinds"] if k["kind"] == "differs"]
    assert {k: differs[k] for k in ("said", "right", "wrong", "unjudged", "precision_percent")} == {
        "said": 1, "right": 0, "wrong": 1, "unjudged": 0, "precision_percent": 0,
    }  # fmt: skip
    events = [e["action"] for e in town.services.review.view(town.staff.clerk, case_id)["events"]]
    assert events.count("finding_judged") == 2


def test_only_who_holds_the_case_judges(town: Town) -> None:
    case_id, findings = a_case_with_a_finding(town), town.services.findings
    submitted(town, case_id)
    with pytest.raises(ActionNotAllowed):
        findings.judge(town.staff.clerk, case_id, "x", is_right=True)
    held(town, case_id)

    with pytest.raises(HeldByAnother):
        findings.judge(town.staff.other_clerk, case_id, "x", is_right=True)
    with pytest.raises(NotFound):
        findings.judge(town.staff.clerk, case_id, "x", is_right=True)


def test_what_was_shown_is_counted_though_nobody_judged_it(town: Town) -> None:
    case_id, findings = a_case_with_a_finding(town), town.services.findings
    submitted(town, case_id)
    findings.to_staff(case_id)  # nobody has it in review yet
    assert findings.accuracy()["months"] == []
    held(town, case_id)

    findings.to_staff(case_id)
    findings.to_staff(case_id)

    (month,) = findings.accuracy()["months"]
    (differs,) = month["kinds"]
    assert (month["month"], differs["said"], differs["unjudged"]) == ("2026-11", 1, 1)


# ── photos of other people ───────────────────────────────────────────────────────────────────


def put(town: Town, case_id: UUID, slot_key: str, part_key: str, kind: str | None = None, **facts: Any) -> UUID:
    photo = a_photo(slot_key, part_key, kind, **facts)
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.keep_photo(photo)
        tx.cases.save(case)
    return photo.id


def two_cases_with(town: Town, slot_key: str, mine: View, theirs: View) -> tuple[UUID, UUID, UUID]:
    """My draft and another's submitted case, each with such a photo in the slot: the draft, my photo, theirs."""
    other = town.another_applicant()
    their_case = a_draft(town, other, **born(20))
    their_photo = put(town, their_case, slot_key, "page_1", **theirs)
    submitted(town, their_case, other)
    my_case = a_draft(town)
    return my_case, put(town, my_case, slot_key, "page_1", **mine), their_photo


def test_the_very_photo_of_another_persons_case_is_told_without_saying_whose(town: Town) -> None:
    same = {"sha256": "e" * 64}
    case_id, _, theirs = two_cases_with(town, "contribution_record", same, same)

    (found,) = town.services.findings.to_her(town.applicant, case_id)["findings"]

    assert found["sentence"] == "这张照片在别的申请里用过，请看看是不是选错了照片。"
    assert str(theirs) not in str(found)
    submitted(town, case_id)
    (seen,) = town.services.findings.to_staff(case_id)["findings"]
    assert seen["other_photo"]["id"] == str(theirs)
    assert seen["other_photo"]["case_number"].startswith("QY-")


def test_a_near_picture_of_the_same_person_is_told_and_a_blank_form_is_not(town: Town) -> None:
    near = {"sha256": "1" * 64, "perceptual_hash": -(2**62)}, {"sha256": "2" * 64, "perceptual_hash": -(2**62) + 5}
    case_id, mine, theirs = two_cases_with(town, "contribution_record", *near)
    form = ["个人权益记录单", "姓名", "身份证号", "缴费月数", "单位（盖章）", "打印日期", "经办机构"]
    was_read(town, *(a_reading(photo, DocumentKind.CONTRIBUTION_RECORD, text=form) for photo in (mine, theirs)))
    assert town.services.findings.to_her(town.applicant, case_id)["findings"] == []

    number = [a_field(FieldKey.ID_NUMBER, born(20)["id_number"])]
    with town.store.begin() as tx:
        for photo in (mine, theirs):
            tx.readings.save(a_reading(photo, DocumentKind.CONTRIBUTION_RECORD, number, text=form))

    assert keys(town.services.findings.to_her(town.applicant, case_id)) == ["seen_elsewhere", "differs:id_number"]


def test_her_own_earlier_case_is_not_another_persons(town: Town) -> None:
    earlier = a_draft(town)
    put(town, earlier, "contribution_record", "page_1", sha256="e" * 64)
    submitted(town, earlier)
    view = town.services.filing.view(town.applicant, earlier)
    town.services.filing.withdraw(town.applicant, earlier, view["version"], "")
    case_id = a_draft(town)
    put(town, case_id, "contribution_record", "page_1", sha256="e" * 64)

    assert town.services.findings.to_her(town.applicant, case_id)["findings"] == []
