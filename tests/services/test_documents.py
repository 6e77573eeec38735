"""Documents: ordered with what they tell of, made once, opened by her, by the window for a reason, verified by all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from backend.domain.boxes import Point
from backend.domain.documents import PrintedForm
from backend.domain.errors import NotFound, ReasonMissing
from backend.domain.marks import Mark, MarkShape
from tests import pictures
from tests.builders import Town, a_key


def ordered(town: Town) -> Sequence[tuple[str, UUID]]:
    """Form and id of every document that waits to be made, as the jobs say."""
    with town.store.engine.connect() as connection:
        jobs = "SELECT args ->> 'document_id' FROM procrastinate_jobs WHERE task_name = 'make_document' ORDER BY id"
        found = [UUID(each) for each in connection.execute(text(jobs)).scalars()]
    with town.store.begin() as tx:
        return [(tx.documents.get(each).form, each) for each in found]


def make_all(town: Town) -> None:
    for _, document_id in ordered(town):
        town.services.documents.make(document_id)


def a_signed_case(town: Town) -> UUID:
    """Submitted with a signature that is really in the store."""
    view = town.an_answered_draft()
    town.give_every_photo(view)
    case_id = UUID(view["id"])
    version = town.services.filing.view(town.applicant, case_id)["version"]
    town.services.materials.save_signature(town.applicant, case_id, version, pictures.signature())
    town.submit(town.services.filing.view(town.applicant, case_id))
    return case_id


def rows(town: Town, case_id: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.services.documents.of_case(town.applicant, case_id)["documents"]
    return found


def test_each_step_orders_its_documents(town: Town) -> None:
    town.an_approved_case()

    assert [form for form, _ in ordered(town)] == [
        PrintedForm.APPLICATION_FORM,  # she handed it in
        PrintedForm.APPLICATION_FORM,  # 窗口审核意见
        PrintedForm.APPLICATION_FORM,  # 窗口主管意见
        PrintedForm.ACCEPTANCE_RECEIPT,
    ]


def test_a_document_is_made_once_and_opens_as_it_was_made(town: Town) -> None:
    case_id = a_signed_case(town)
    before = rows(town, case_id)

    make_all(town)
    make_all(town)

    [row] = rows(town, case_id)
    name, pdf = town.services.documents.file(town.applicant, case_id, UUID(row["id"]))
    assert [each["made"] for each in before] == [False]
    assert (name, row["made"], row["pages"]) == ("联办申请表.pdf", True, 2)
    assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (row["sha256"], row["bytes"])
    assert len(pdf) <= 300_000
    for number in (1, 2):
        assert town.services.documents.page(town.applicant, case_id, UUID(row["id"]), number).startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        town.services.documents.page(town.applicant, case_id, UUID(row["id"]), 3)
    with town.store.begin() as tx:
        assert [link.entry.action for link in tx.audit.chain(case_id)].count("document_made") == 1


def test_a_document_is_nobody_elses(town: Town) -> None:
    case_id = a_signed_case(town)
    make_all(town)
    [row] = rows(town, case_id)

    with pytest.raises(NotFound):
        town.services.documents.of_case(town.another_applicant(), case_id)
    with pytest.raises(NotFound):
        town.services.documents.file(town.another_applicant(), case_id, UUID(row["id"]))


def test_the_window_opens_it_for_a_reason_that_is_written_down(town: Town) -> None:
    case_id = a_signed_case(town)
    make_all(town)
    documents, clerk = town.services.documents, town.staff.clerk
    document_id = UUID(documents.staff_of_case(case_id)["documents"][0]["id"])

    with pytest.raises(ReasonMissing):
        documents.staff_file(clerk, case_id, document_id, "  ")
    _, pdf = documents.staff_file(clerk, case_id, document_id, "打印归档")

    assert pdf.startswith(b"%PDF")
    with town.store.begin() as tx:
        looks = [link.entry for link in tx.audit.chain(case_id) if link.entry.action == "document_looked_at"]
    assert [(look.actor_id, look.reason, look.subject) for look in looks] == [
        (clerk.id, "打印归档", f"document:{document_id}")
    ]


def test_who_holds_the_paper_learns_what_it_is_and_nothing_of_her(town: Town) -> None:
    case_id = a_signed_case(town)
    make_all(town)
    [row] = rows(town, case_id)
    code = row["verify_path"].removeprefix("/verify/")

    told = town.services.documents.verify(code.upper())

    assert told == {
        "form": "application_form",
        "form_label": "联办申请表",
        "case_number_masked": "QY-20261124-***01",
        "made_on": "2026-11-24",
        "sha256": row["sha256"],
        "bytes": row["bytes"],
        "pages": 2,
        "newer_made_on": None,
    }
    with pytest.raises(NotFound):
        town.services.documents.verify("abcdefgh")


def test_an_older_paper_says_that_there_is_a_newer_one(town: Town) -> None:
    case_id = a_signed_case(town)
    town.clock.move(minutes=5)
    town.accept(town.confirm(town.judge_all(town.claimed(case_id))))
    make_all(town)

    newest, older = rows(town, case_id)

    codes = [each["verify_path"].removeprefix("/verify/") for each in (newest, older)]
    assert [each["newest"] for each in (newest, older)] == [True, False]
    told = [town.services.documents.verify(code)["newer_made_on"] for code in codes]
    assert told == [None, "2026-11-24"]


def test_the_same_order_twice_is_one_document(town: Town) -> None:
    case_id = a_signed_case(town)

    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        town.services.documents.order(tx, case, PrintedForm.APPLICATION_FORM, town.clock.now())

    assert len(rows(town, case_id)) == 1


def newest_content(town: Town, case_id: UUID) -> tuple[str, dict[str, Any]]:
    """Form and content of the document that was ordered last."""
    with town.store.begin() as tx:
        newest = tx.documents.of_case(case_id)[0]
        return newest.form, dict(tx.documents.content(newest.id))


def test_a_return_is_given_in_writing_with_every_place_and_what_to_do(town: Town) -> None:
    view = town.a_returned_case({"slot:id_card": "blurred", "field:work_started_month": "differs_from_photo"})

    form, content = newest_content(town, UUID(view["id"]))

    assert form == PrintedForm.CORRECTION_NOTICE
    assert {line["label"] for line in content["lines"]} == {"身份证", "参加工作时间"}
    assert {line["reason"] for line in content["lines"]} == {line["reason"] for line in view["correction"]["lines"]}


def test_what_the_clerk_drew_on_a_photo_is_said_on_the_notice(town: Town) -> None:
    view, clerk = town.judge_all(town.a_claimed_case(), {"slot:id_card": "blurred"}), town.staff.clerk
    slot = next(each for each in view["slots"] if each["key"] == "id_card")
    case_id, photo_id, at = UUID(view["id"]), UUID(slot["parts"][0]["photo"]["id"]), town.clock.now()
    words, where = (None, "这个角没有拍到"), (Point(0.1, 0.1), Point(0.5, 0.5))
    with town.store.begin() as tx:
        case = tx.cases.load(case_id)
        case.mark_photo(
            photo_id, [Mark(uuid4(), photo_id, MarkShape.BOX, *where, *words, 1, clerk.id, clerk.name, at)], clerk, at
        )
        tx.cases.save(case)
    town.clock.move(minutes=5)

    version = town.services.review.view(clerk, case_id)["version"]
    town.services.review.return_for_correction(clerk, case_id, version, a_key(), "")

    [line] = newest_content(town, case_id)[1]["lines"]
    assert line["marks"] == ["正面（有照片的一面）：这个角没有拍到"]


def test_a_refusal_is_given_in_writing_with_its_reason(town: Town) -> None:
    view = town.a_claimed_case()
    town.clock.move(minutes=5)

    town.services.review.refuse(town.staff.clerk, UUID(view["id"]), view["version"], a_key(), "没有在本区参保")

    form, content = newest_content(town, UUID(view["id"]))
    assert (form, content["reason"]) == (PrintedForm.REFUSAL_NOTICE, "没有在本区参保")
    assert content["clerk"] == town.staff.clerk.name
