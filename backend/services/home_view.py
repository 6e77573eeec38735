"""A case on somebody's home page: the next thing to do, and the paper still owed for the nearest day (容缺受理).

The same to the applicant and to her helper.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.domain.absences import PromiseState
from backend.domain.case import ACTIVE, STATE_LABELS, Case, State
from backend.domain.rulebook import Rulebook
from backend.services.promise_view import promise_clock
from backend.services.wording import iso, next_step

View = dict[str, Any]


def case_summary(row: Mapping[str, Any], rulebook: Rulebook, today: date) -> View:
    """CaseSummary of the API from a row of screens.py: id, number, state, changed_at and promise, null where none."""
    state = State(row["state"])
    owed = _owed(row, rulebook, today) if row["promise"] is not None and state in ACTIVE else None
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "state": state,
        "state_label": STATE_LABELS[state],
        "next_step": _beside(next_step(row["id"], state), owed),
        "promise": owed,
        "updated_at": iso(row["changed_at"]),
    }


def next_promise(case: Case) -> View | None:
    """The open promise for the nearest day, as screens.py has it beside a case."""
    still_open = [each for each in case.promises.values() if each.state is PromiseState.OPEN]
    if not still_open:
        return None
    nearest = min(still_open, key=lambda each: (each.promised_on, each.slot_key))
    days = {"promised_on": nearest.promised_on.isoformat(), "granted_on": nearest.granted_on.isoformat()}
    return {"slot_key": nearest.slot_key, **days, "state": nearest.state}


def _owed(row: Mapping[str, Any], rulebook: Rulebook, today: date) -> View:
    promise = row["promise"]
    labels = {rule.slot.key: rule.slot.label for rule in rulebook.materials.rows}
    days = (date.fromisoformat(promise["promised_on"]), date.fromisoformat(promise["granted_on"]))
    return {
        "slot_key": promise["slot_key"],
        "label": labels.get(promise["slot_key"], "要补交的材料"),
        **promise_clock(*days, today, rulebook),
        "path": f"/cases/{row['id']}/materials?slot={promise['slot_key']}",
    }


def _beside(step: Mapping[str, str], owed: View | None) -> Mapping[str, str]:
    """The next step in words that do not say “nothing” to somebody who still owes a paper."""
    return {**step, "detail": step["detail"].replace("您现在不用", "除了要补交的，您不用")} if owed else step
