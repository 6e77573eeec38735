"""Papers she does not have and papers she promised (容缺受理), as each of those who look at a case sees them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.domain.absences import (
    DECISION_LABELS,
    PROMISE_STATE_LABELS,
    AbsenceDecision,
    Promise,
    PromiseState,
    Waiver,
)
from backend.domain.case import ACTIVE, Case
from backend.domain.deadlines import ClockState
from backend.domain.materials import Slot
from backend.domain.rulebook import Rulebook
from backend.services.wording import iso, say_day

View = dict[str, Any]


def promise_clock(promised_on: date, granted_on: date, today: date, rulebook: Rulebook) -> View:
    """Working days left and the colour of a promise's clock."""
    calendar = rulebook.calendar
    return {
        "promised_on": promised_on.isoformat(),
        "working_days_left": calendar.working_days_left(today, promised_on),
        "clock": calendar.clock_state(granted_on, promised_on, today),
    }


def promise_counts(rows: Sequence[Mapping[str, Any]], rulebook: Rulebook, today: date) -> View:
    """How many cases have their nearest promised paper due soon (临期), and late (超期)."""
    counted = Counter[ClockState]()
    for row in rows:
        counted[rulebook.calendar.clock_state(row["granted_on"], row["promised_on"], today)] += row["n"]
    return {"promises_amber": counted[ClockState.AMBER], "promises_late": counted[ClockState.RED]}


def promise_view(promise: Promise, rulebook: Rulebook, today: date) -> View:
    """PromiseView of the API, for staff: the clock only while the paper is still owed."""
    return {
        "slot_key": promise.slot_key,
        "state": promise.state,
        "state_label": PROMISE_STATE_LABELS[promise.state],
        "version": promise.version,
        "reason": promise.reason,
        **_clock(promise, rulebook, today),
        "by": promise.by_name,
        "granted_on": promise.granted_on.isoformat(),
        "given_at": iso(promise.given_at),
        "settled_at": iso(promise.settled_at),
        "fail_reason": fail_sentence(promise, rulebook),
        "extended_reason": promise.extended_reason,
        "extend_until": _latest_extension(promise, rulebook, today),
    }


def her_promises(case: Case, slots: Sequence[Slot], rulebook: Rulebook, today: date) -> list[View]:
    """What she still owes, as tasks: the nearest day first; nothing once the case has ended."""
    if case.state not in ACTIVE:
        return []
    labels = {slot.key: slot.label for slot in slots}
    owed = [p for p in case.promises.values() if p.is_outstanding and p.slot_key in labels]
    return [
        {
            "slot_key": promise.slot_key,
            "label": labels[promise.slot_key],
            "state": promise.state,
            "state_label": PROMISE_STATE_LABELS[promise.state],
            **_clock(promise, rulebook, today),
            "reason": promise.reason,
            "fail_reason": fail_sentence(promise, rulebook),
            "path": f"/cases/{case.id}/materials?slot={promise.slot_key}",
        }
        for promise in sorted(owed, key=lambda each: (each.promised_on, each.slot_key))
    ]


def promise_in_slot(slot: Slot, case: Case, rulebook: Rulebook) -> View | None:
    """The day and the state beside a slot; what was promised and kept needs no more words."""
    promise = case.promises.get(slot.key)
    if promise is None or promise.state is PromiseState.CLOSED:
        return None
    return {
        "state": promise.state,
        "state_label": PROMISE_STATE_LABELS[promise.state],
        "promised_on": promise.promised_on.isoformat(),
        "fail_reason": fail_sentence(promise, rulebook),
    }


def is_shown_to_departments(slot_key: str, case: Case) -> bool:
    """A paper brought later is the department's to see once the window passed it."""
    return not case.owes(slot_key)


def fail_sentence(promise: Promise, rulebook: Rulebook) -> str | None:
    """Why the paper she brought did not pass."""
    if not (promise.fail_reason_code or promise.fail_note):
        return None
    return rulebook.checks.sentence(f"slot:{promise.slot_key}", promise.fail_reason_code, promise.fail_note)


def absence_view(slot: Slot, case: Case, slots: Sequence[Slot], rulebook: Rulebook, today: date) -> View | None:
    """An absence as the clerk's task: her reason, what was done, what the rule allows, what else would do."""
    absence = case.absences.get(slot.key)
    if absence is None:
        return None
    done = [each for each in case.absence_decisions if each.slot_key == slot.key and each.at >= absence.at]
    return {
        "reason": absence.reason,
        "at": iso(absence.at),
        "is_open": absence.is_open,
        "decided": absence.decided,
        "decisions": [_decision(each) for each in done],
        "waiver": _waiver(rulebook.promises.waivable.get(slot.key), rulebook, today),
        "other_kinds": [{"key": key, "label": label} for key, label in slot.kinds] if slot.kind is None else [],
        "other_slots": [
            {"key": each.key, "label": each.label} for each in slots if each.key != slot.key and not each.generated
        ],
    }


def owed_in_slot(slot: Slot, case: Case, slots: Sequence[Slot], rulebook: Rulebook, today: date) -> View:
    """What the window sees of a slot beside its photos: the absence as a task, the promise with its clock."""
    promise = case.promises.get(slot.key)
    return {
        "absence": absence_view(slot, case, slots, rulebook, today),
        "promise": promise_view(promise, rulebook, today) if promise else None,
    }


def _clock(promise: Promise, rulebook: Rulebook, today: date) -> View:
    if not promise.is_outstanding:
        return {"promised_on": promise.promised_on.isoformat(), "working_days_left": None, "clock": None}
    return promise_clock(promise.promised_on, promise.granted_on, today, rulebook)


def _latest_extension(promise: Promise, rulebook: Rulebook, today: date) -> str | None:
    """The last day it may be extended to; None where it may not be."""
    if promise.state is not PromiseState.OPEN or promise.extended_at is not None:
        return None
    days = rulebook.promises.terms_on(today).extension_working_days
    return rulebook.calendar.add_working_days(max(promise.promised_on, today), days).on.isoformat()


def _decision(decision: AbsenceDecision) -> View:
    return {
        "kind": decision.kind,
        "kind_label": DECISION_LABELS[decision.kind],
        "reason": decision.reason,
        "promised_on": decision.promised_on.isoformat() if decision.promised_on else None,
        "reached": decision.reached,
        "call_again_on": decision.call_again_on.isoformat() if decision.call_again_on else None,
        "by": decision.by_name,
        "at": iso(decision.at),
    }


def _waiver(waiver: Waiver | None, rulebook: Rulebook, today: date) -> View:
    """What the rule allows, with its source; `latest_on` is the last day that may be promised."""
    if waiver is None:
        nothing = {"source": "", "status": "", "latest_on": None, "may_be_left_out": False}
        return {"allowed": False, "when": "主要材料，不在可以容缺的清单里。", **nothing}
    terms = rulebook.promises.terms_on(today)
    latest = rulebook.calendar.add_working_days(today, terms.longest_working_days).on
    return {
        "allowed": True,
        "when": f"{waiver.when}。最长 {terms.longest_working_days} 个工作日，最晚{say_day(latest)}补交。",
        "source": waiver.source,
        "status": waiver.status,
        "latest_on": latest.isoformat(),
        "may_be_left_out": waiver.may_be_left_out,
    }


def open_absences(case: Case, slots: Sequence[Slot]) -> Mapping[str, str]:
    """Subject → label of the absences that nobody has decided yet."""
    return {
        f"slot:{slot.key}": slot.label
        for slot in slots
        if slot.key in case.absences and case.absences[slot.key].is_open
    }
