"""Progress as the applicant reads it: a timeline for the case, a card per item with who has it and what she must do."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from backend.domain.case import STATE_LABELS, Case, State
from backend.domain.items import Filing
from backend.domain.routing import ITEM_STATE_LABELS, OUTCOME_LABELS, ItemState, RoutedItem
from backend.domain.rulebook import Rulebook
from backend.services.ports import ResultFile
from backend.services.wording import FILING_LABELS, guide_of, iso, local_date, next_step, say_day

View = dict[str, Any]

# fmt: off
# The four steps of a case and the states in which each is the present one.
STEPS: tuple[tuple[str, frozenset[State]], ...] = (
    ("提交申请", frozenset({State.DRAFT, State.RETURNED})),
    ("窗口审核", frozenset({State.SUBMITTED, State.IN_REVIEW, State.RETURN_ASKED, State.WAITING})),
    ("主管审批", frozenset({State.REVIEWED})),
    ("部门办理", frozenset({State.APPROVED, State.PROCESSING})),
    ("全部办结", frozenset({State.COMPLETED})),
)
# fmt: on


def progress_view(case: Case, rulebook: Rulebook, results: Sequence[ResultFile], today: date) -> View:
    """ProgressView of the API."""
    return {
        "case_number": case.number,
        "submitted_at": iso(case.submitted_at),
        "headline": next_step(case.id, case.state)["title"],
        "closing_reason": case.closing_reason,
        "steps": _steps(case),
        "items": [_item(item, case, rulebook, results, today) for item in in_order(case, rulebook)],
    }


def in_order(case: Case, rulebook: Rulebook) -> list[RoutedItem]:
    """The case's items in the order of 附件2."""
    order = {code.value: place for place, code in enumerate(rulebook.items)}
    return sorted(case.items.values(), key=lambda item: order[item.code])


def _steps(case: Case) -> list[View]:
    moments = (
        case.submitted_at,
        case.clerk_opinion.at if case.clerk_opinion else None,
        case.supervisor_opinion.at if case.supervisor_opinion else None,
        max((i.decided_at for i in case.items.values() if i.decided_at), default=None),
        case.changed_at if case.state is State.COMPLETED else None,
    )
    now = next((place for place, (_, states) in enumerate(STEPS) if case.state in states), None)
    steps = []
    for place, ((title, _), at) in enumerate(zip(STEPS, moments, strict=True)):
        status = "todo" if now is None or place > now else "now" if place == now else "done"
        if case.state is State.COMPLETED or (now is None and at is not None):
            status = "done"
        shown_at = iso(at) if status == "done" else None
        steps.append({"at": shown_at, "title": title, "text": _step_text(case, place, status), "status": status})
    if now is None:
        label = STATE_LABELS[case.state]
        ended = {"at": iso(case.changed_at), "title": label, "text": case.closing_reason or "", "status": "now"}
        steps = [step for step in steps if step["status"] == "done"] + [ended]
    return steps


def _step_text(case: Case, place: int, status: str) -> str:
    if status != "now":
        return ""
    if place == 1 and case.review_due_on:
        return f"{STATE_LABELS[case.state]}，最晚 {say_day(case.review_due_on)}前审完"
    dues = [item.due_on for item in case.items.values() if item.due_on]
    if place == 3 and dues:
        return f"各部门同时办，最晚 {say_day(max(dues))}前办好"
    return STATE_LABELS[case.state]


def clock_view(item: RoutedItem, rulebook: Rulebook, today: date) -> View:
    """Days left and colour of an item whose clock runs; all None for one whose clock does not."""
    due = {"due_on": item.due_on, "due_provisional": item.due_provisional}
    if item.due_on is None or item.routed_at is None or not item.is_open:
        return {**due, "working_days_left": None, "clock": None}
    started_on = local_date(item.routed_at)
    return {
        **due,
        "working_days_left": rulebook.calendar.working_days_left(today, item.due_on),
        "clock": rulebook.calendar.clock_state(started_on, item.due_on, today),
    }


def _item(item: RoutedItem, case: Case, rulebook: Rulebook, results: Sequence[ResultFile], today: date) -> View:
    known = rulebook.item(item.code)
    waits_for_her = item.is_fund and item.is_open
    outcome_label = OUTCOME_LABELS[item.outcome] if item.outcome else None
    return {
        "id": str(item.id),
        "version": item.version,
        "code": item.code,
        "name": known.title,
        "department_label": rulebook.offices[known.department].name,
        "filing": item.filing,
        "filing_label": FILING_LABELS[Filing(item.filing)],
        "state": item.state,
        "state_label": _state_label(item),
        "holder": _holder(item, rulebook),
        **clock_view(item, rulebook, today),
        "routed_at": iso(item.routed_at),
        "outcome": item.outcome,
        "outcome_label": outcome_label,
        "reason": item.reason,
        "decided_at": iso(item.decided_at),
        "must_do": _must_do() if waits_for_her else None,
        "guide": guide_of(rulebook, known) if item.filing != Filing.COMBINED else None,
        "results": [
            {
                "id": str(result.id),
                "name": result.name,
                "content_type": result.content_type,
                "bytes": result.bytes,
                "path": f"/api/filing/cases/{case.id}/results/{result.id}",
            }
            for result in results
            if result.item_id == item.id and item.state is ItemState.DECIDED
        ],
    }


def _state_label(item: RoutedItem) -> str:
    if item.is_fund and item.is_open:
        return "请您在微信上自己办"
    return ITEM_STATE_LABELS[item.state]


def _holder(item: RoutedItem, rulebook: Rulebook) -> str | None:
    if item.state in (ItemState.SELF_FILED, ItemState.DECIDED):
        return None
    return "您自己" if item.is_fund else rulebook.offices[rulebook.item(item.code).department].name


def _must_do() -> View:
    return {
        "title": "到“岳阳住房公积金”公众号办提取",
        "detail": "照下面的步骤办好后，回来点“我已经办好了”。",
        "action": "report_done",
    }
