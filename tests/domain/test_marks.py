"""Marks on a photo: what may be drawn, who drew it, and what it says about its slot."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.domain.boxes import Point
from backend.domain.case import Case, Photo, State
from backend.domain.errors import ActionNotAllowed, ContentRefused, NotAllowed, NotFound
from backend.domain.marks import MARKS_PER_PHOTO, Mark
from tests.domain.cases import AT, CLERK, LATER, SUPERVISOR, a_case, a_mark, a_photo, failed, passed

SUBJECT = "slot:id_card"
PHOTO = a_photo()


def in_review(**changes: Any) -> Case:
    return a_case(State.IN_REVIEW, photos={PHOTO.id: PHOTO}, **changes)


def draw(case: Case, *marks: Mark, photo: Photo = PHOTO) -> None:
    case.mark_photo(photo.id, marks, CLERK, LATER)


def verdict(case: Case) -> tuple[str, str | None, str | None]:
    judgement = case.standing()[SUBJECT]
    return judgement.verdict, judgement.reason_code, judgement.note


def test_a_mark_with_a_reason_fails_its_slot_in_its_words() -> None:
    case = in_review()

    draw(case, a_mark(PHOTO, note="左上角"))

    assert verdict(case) == ("fail", "blurred", "左上角")
    assert [event.action for event in case.new_events] == ["mark_photo", "judge"]


def test_the_first_new_mark_that_says_something_speaks_for_the_slot() -> None:
    case = in_review()

    draw(case, a_mark(PHOTO, reason_code=None), a_mark(PHOTO, reason_code="glare"), a_mark(PHOTO))

    assert verdict(case) == ("fail", "glare", None)


def test_a_mark_without_words_says_nothing_about_its_slot() -> None:
    case = in_review()

    draw(case, a_mark(PHOTO, reason_code=None))

    assert SUBJECT not in case.standing()


def test_a_fail_stays_as_the_clerk_gave_it() -> None:
    case = in_review(judgements={SUBJECT: failed(SUBJECT, reason_code="expired")})

    draw(case, a_mark(PHOTO))

    assert verdict(case)[1] == "expired"


def test_new_words_turn_a_pass_into_a_fail_and_a_pass_after_them_stands() -> None:
    mark = a_mark(PHOTO)
    case = in_review(judgements={SUBJECT: passed(SUBJECT)})

    draw(case, mark)
    after_drawing = verdict(case)
    case.judge([passed(SUBJECT)], CLERK, LATER)
    draw(case, replace(mark, end=Point(0.9, 0.9)))

    assert after_drawing[0] == "fail"
    assert verdict(case)[0] == "pass"


def test_the_fail_that_a_mark_caused_follows_it_and_ends_with_the_last() -> None:
    first, second = a_mark(PHOTO, note="左上角"), a_mark(PHOTO, reason_code="glare")
    case = in_review()

    draw(case, first, second)
    draw(case, replace(first, note="右上角", at=LATER), second)
    with_its_words = verdict(case)
    draw(case, second)
    of_the_other = verdict(case)
    draw(case)

    assert with_its_words == ("fail", "blurred", "右上角")
    assert of_the_other == ("fail", "glare", None)
    assert SUBJECT not in case.standing()


def test_a_fail_that_the_clerk_gave_herself_stays_when_the_marks_go() -> None:
    case = in_review()

    draw(case, a_mark(PHOTO))
    case.judge([failed(SUBJECT, reason_code="expired")], CLERK, LATER)
    draw(case)

    assert verdict(case)[0] == "fail"


def test_a_fail_of_an_earlier_round_does_not_speak_for_a_new_mark() -> None:
    case = in_review(round=2, judgements={SUBJECT: failed(SUBJECT, 1, "expired")})

    draw(case, a_mark(PHOTO, round=2, reason_code="glare"))

    assert verdict(case)[1] == "glare"


def test_what_was_not_changed_keeps_who_drew_it_and_when() -> None:
    old, new = a_mark(PHOTO), a_mark(PHOTO, at=LATER)
    case = in_review(marks={PHOTO.id: (old,)})

    draw(case, replace(old, by_id=UUID(int=9), by_name="李窗口", at=LATER), new)

    assert case.marks[PHOTO.id] == (old, new)


def test_the_same_again_changes_nothing() -> None:
    mark = a_mark(PHOTO)
    case = in_review(marks={PHOTO.id: (mark,)})

    draw(case, replace(mark, at=LATER))

    assert case.new_events == []
    assert case.changed_at == AT


def test_marks_that_are_not_given_are_gone() -> None:
    case = in_review(marks={PHOTO.id: (a_mark(PHOTO), a_mark(PHOTO))})

    draw(case)

    assert case.marks[PHOTO.id] == ()


@pytest.mark.parametrize(
    "marks",
    [
        [a_mark(PHOTO, end=Point(0.252, 0.401))],
        [a_mark(PHOTO, id=UUID(int=5)), a_mark(PHOTO, id=UUID(int=5))],
        [a_mark(PHOTO) for _ in range(MARKS_PER_PHOTO + 1)],
    ],
    ids=["a slip of the hand", "one id twice", "too many"],
)
def test_what_cannot_be_drawn_is_refused(marks: list[Mark]) -> None:
    with pytest.raises(ContentRefused):
        draw(in_review(), *marks)


def test_only_the_clerk_draws_and_only_while_she_reviews() -> None:
    with pytest.raises(NotAllowed):
        in_review().mark_photo(PHOTO.id, [a_mark(PHOTO)], SUPERVISOR, AT)
    with pytest.raises(ActionNotAllowed):
        draw(a_case(State.RETURNED, photos={PHOTO.id: PHOTO}), a_mark(PHOTO))
    with pytest.raises(NotFound):
        in_review().mark_photo(uuid4(), [a_mark(PHOTO)], CLERK, AT)


def test_a_photo_is_turned_by_quarters_only() -> None:
    case = in_review()

    case.turn_photo(PHOTO.id, 90)

    assert case.photos[PHOTO.id].turn == 90
    assert case.new_events == []
    with pytest.raises(ContentRefused):
        case.turn_photo(PHOTO.id, 45)
