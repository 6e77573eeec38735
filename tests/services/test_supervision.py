"""Oversight: reads everything masked, changes nothing, and finds what was tampered with."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from backend.domain.errors import ContentRefused, NotFound
from tests.builders import Town, born
from tests.domain.examples import answers


def test_the_overview_counts_cases_by_state_and_items_by_colour(town: Town) -> None:
    town.an_approved_case()
    town.a_submitted_case(town.another_applicant(), **born(13))
    town.an_answered_draft(town.another_applicant(3), **born(14))

    overview = town.services.supervision.overview()

    assert {state: n for state, n in overview["counts"].items() if n} == {"approved": 1, "submitted": 1}
    assert overview["clocks"] == {"green": 4, "amber": 0, "red": 0}
    assert {row["code"]: row["open"] for row in overview["departments"]} == {
        "social_security": 2,
        "medical_insurance": 1,
        "health": 1,
        "housing_fund": 1,
    }


# fmt: off
COLOURS = [
    # day        social security (10 days, due 12-08): colour and working days left
    ("11-24",    "green", 10),
    ("12-03",    "green", 3),
    ("12-04",    "amber", 2),
    ("12-08",    "amber", 0),
    ("12-09",    "red",   -1),
]
# fmt: on


@pytest.mark.parametrize(("day", "colour", "left"), COLOURS)
def test_an_items_clock_is_the_same_on_every_list(town: Town, day: str, colour: str, left: int) -> None:
    town.an_approved_case()
    month, number = map(int, day.split("-"))
    town.clock.at = town.clock.at.replace(month=month, day=number)

    row = town.services.supervision.items("social_security", "open", "", None)["items"][0]
    [department] = [
        each for each in town.services.supervision.overview()["departments"] if each["code"] == "social_security"
    ]

    assert (row["clock"], row["working_days_left"]) == (colour, left)
    assert {name: department[name] for name in ("green", "amber", "red") if department[name]} == {colour: 2}


def test_items_of_every_department_can_be_listed_and_narrowed(town: Town) -> None:
    town.an_approved_case()
    items = town.services.supervision.items

    assert len(items(None, "open", "", None)["items"]) == 5
    assert [row["department_label"] for row in items("health", "open", "", None)["items"]] == ["区卫健局"]
    assert items(None, "open", "QY-1999", None)["items"] == []
    with pytest.raises(ContentRefused):
        items("no_such_office", "open", "", None)


def test_oversight_sees_nothing_that_is_not_masked(town: Town) -> None:
    case_id = UUID(town.an_approved_case()["id"])
    town.services.review.look(town.staff.clerk, case_id, "all", "打印申请表")

    supervision = town.services.supervision
    seen = str([supervision.overview(), supervision.items(None, "open", "", None), supervision.audit(case_id)])

    assert [key for key in ("name", "id_number", "phone", "bank_account") if answers()[key] in seen] == []


def test_the_trail_says_who_did_what_when_and_that_it_holds(town: Town) -> None:
    case_id = town.a_completed_case()

    trail = town.services.supervision.audit(case_id)

    assert (trail["verified"], trail["first_broken"]) == (True, None)
    assert [link["seq"] for link in trail["links"]] == list(range(1, len(trail["links"]) + 1))
    acts = [link["action_label"] for link in trail["links"]]
    assert acts[:7] == ["签名", "提交", "领取审核", "审核材料", "核查", "审核通过", "同意办理"]
    assert acts[-1] == "办结"
    assert {link["actor"] for link in trail["links"]} >= {"申请人", "陈窗口", "何主管", "吴社保", "系统"}


def test_every_act_has_its_words(town: Town) -> None:
    view = town.an_answered_draft()
    town.photograph(UUID(view["id"]), "id_card", "front", None, town.applicant)
    town.services.materials.declare_absent(town.applicant, UUID(view["id"]), "portrait", "没有")
    town.services.materials.take_back_absence(town.applicant, UUID(view["id"]), "portrait")
    town.give_every_photo(town.services.filing.view(town.applicant, UUID(view["id"])))
    case_id = UUID(town.submit(town.sign(view))["id"])

    labels = [link["action_label"] for link in town.services.supervision.audit(case_id)["links"]]

    assert [label for label in labels if label.isascii()] == []


def test_there_is_no_trail_of_a_draft_or_of_nothing(town: Town) -> None:
    for case_id in (UUID(town.a_new_draft()["id"]), uuid4()):
        with pytest.raises(NotFound):
            town.services.supervision.audit(case_id)


# ── tampering ────────────────────────────────────────────────────────────────────────────────


def tamper(town: Town, statement: str, case_id: UUID) -> None:
    """As a superuser who has put the triggers aside."""
    with town.store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), {"id": case_id})


# fmt: off
TAMPERED = [
    # what somebody did to the third link of three, or to all              the first link that does not hold
    ("UPDATE audit_links SET reason = 'x' WHERE case_id = :id AND seq = 3",                         3),
    ("UPDATE audit_links SET actor_name = '李窗口' WHERE case_id = :id AND seq = 3",                  3),
    ("UPDATE audit_links SET at = at + interval '1 second' WHERE case_id = :id AND seq = 3",        3),
    ("UPDATE audit_links SET facts = facts || '{\"x\": 1}' WHERE case_id = :id AND seq = 3",        3),
    ("UPDATE audit_links SET digest = sha256('x') WHERE case_id = :id AND seq = 3",                 3),
    ("UPDATE audit_links SET seq = 9 WHERE case_id = :id AND seq = 3",                              3),
    ("DELETE FROM audit_links WHERE case_id = :id AND seq = 1",                                     1),
    ("DELETE FROM audit_links WHERE case_id = :id AND seq = 2",                                     2),
    ("DELETE FROM audit_links WHERE case_id = :id AND seq = 3",                                     3),
    ("DELETE FROM audit_links WHERE case_id = :id",                                                 1),
    ("UPDATE cases SET state = 'approved' WHERE id = :id",                                          4),
]
# fmt: on


@pytest.mark.parametrize(("statement", "broken"), TAMPERED)
def test_what_was_tampered_with_is_named_and_the_other_cases_hold(town: Town, statement: str, broken: int) -> None:
    case_id = UUID(town.a_claimed_case()["id"])
    other_id = town.a_submitted_case(town.another_applicant(), **born(13))
    town.a_new_draft(town.another_applicant(3))
    assert town.acts(case_id) == ["sign", "submit", "claim"]
    assert town.services.supervision.verify() == []

    tamper(town, statement, case_id)

    assert town.services.supervision.verify() == [(case_id, broken)]
    assert town.services.supervision.verify([other_id]) == []
    trail = town.services.supervision.audit(case_id)
    assert (trail["verified"], trail["first_broken"]) == (False, broken)
