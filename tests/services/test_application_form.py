"""What 申请办理资料 of the 联办申请表 ticks: papers that are in the file; never those promised or waived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.domain.absences import Absence, DecisionKind, Promise, PromiseState
from backend.domain.case import Case, State
from backend.services.application_form import application_form
from tests.domain.cases import AT, CLERK, a_case, a_photo
from tests.domain.examples import answers, rulebook

DAY = date(2026, 12, 8)
PROMISE = Promise("portrait", PromiseState.OPEN, 1, "照片后补", DAY, DAY, DAY, CLERK.id, CLERK.name, AT)


def without_portrait(decided: DecisionKind | None, promise: PromiseState | None) -> Case:
    case = a_case(State.IN_REVIEW, answers=answers())
    case.absences["portrait"] = Absence("portrait", "一时找不到", AT, decided)
    if promise is not None:
        case.promises["portrait"] = replace(PROMISE, state=promise)
    return case


def ticked(case: Case) -> bool:
    tick: bool = application_form(case, rulebook())["materials"]["portrait"]
    return tick


@pytest.mark.parametrize(
    ("decided", "promise"),
    [
        (None, None),  # a task yet
        (DecisionKind.SUGGESTED, None),
        (DecisionKind.WAIVED, PromiseState.OPEN),  # by a day
        (DecisionKind.WAIVED, None),  # not needed at all
        (DecisionKind.WAIVED, PromiseState.CLOSED),  # decided anew as not needed
    ],
)
def test_a_paper_that_is_not_in_the_file_is_never_ticked(
    decided: DecisionKind | None, promise: PromiseState | None
) -> None:
    assert not ticked(without_portrait(decided, promise))


@pytest.mark.parametrize(
    ("promise", "tick"), [(PromiseState.OPEN, False), (PromiseState.GIVEN, True), (PromiseState.KEPT, True)]
)
def test_a_promised_paper_is_ticked_once_it_is_there(promise: PromiseState, tick: bool) -> None:
    case, photo = a_case(State.REVIEWED, answers=answers()), a_photo("portrait", "photo")
    case.photos[photo.id] = photo
    case.promises["portrait"] = replace(PROMISE, state=promise)

    assert ticked(case) is tick
