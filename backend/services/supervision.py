"""Supervision (督查): read-only, masked; time limits, who did what, and whether each chain holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from backend.domain.absences import PROMISE_STATE_LABELS, PromiseState
from backend.domain.audit import AuditLink, first_broken
from backend.domain.case import STAFF_STATE_LABELS, Action, State
from backend.domain.deadlines import ClockState
from backend.domain.errors import ContentRefused, NotFound
from backend.domain.items import Department
from backend.domain.rulebook import Rulebook
from backend.services.departments import item_row
from backend.services.ports import Clock, Screens, Seals, Store
from backend.services.promise_view import promise_clock
from backend.services.review_view import history_line
from backend.services.wording import iso

View = dict[str, Any]
PAGE_SIZE = 30
CHAINS_PER_TRANSACTION = 500


class Supervision:
    """Oversight's use cases, and the verification of every chain for the command line."""

    def __init__(self, *, store: Store, screens: Screens, clock: Clock, seals: Seals, rulebook: Rulebook) -> None:
        self._store = store
        self._screens = screens
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook

    def overview(self) -> View:
        """Cases by state; per department how many are open, amber, red and decided."""
        today = self._clock.today()
        found = self._screens.overview(today)
        rows = {department: {"open": 0, "green": 0, "amber": 0, "red": 0, "decided": 0} for department in Department}
        for each in found["open"]:
            counted = rows[Department(each["department"])]
            counted["open"] += each["n"]
            if each["due_on"]:
                colour = self._rulebook.calendar.clock_state(each["routed_on"], each["due_on"], today)
                counted[colour] += each["n"]
        for department, decided in found["decided"].items():
            rows[Department(department)]["decided"] = decided
        colours = {colour.value: sum(counted[colour] for counted in rows.values()) for colour in ClockState}
        return {
            "counts": {state.value: found["states"].get(state, 0) for state in State if state is not State.DRAFT},
            "clocks": colours,
            "promises": self._promise_colours(found["promises"], today),
            "repeat_returns": dict(found["repeat_returns"]),
            "departments": [
                {"code": department, "label": self._rulebook.offices[department].name, **counted}
                for department, counted in rows.items()
            ],
        }

    def items(self, department: str | None, state: str, search: str, cursor: str | None) -> View:
        """Routed items of every department, earliest due date first; masked. Raises ContentRefused."""
        if department is not None and department not in list(Department):
            raise ContentRefused("没有这个部门，请从列表里选。", department=department)
        today = self._clock.today()
        rows, next_cursor = self._screens.department_items(
            department=department, state=state, search=search, cursor=cursor, limit=PAGE_SIZE
        )
        return {"items": [item_row(row, self._rulebook, today) for row in rows], "next_cursor": next_cursor}

    def repeat_returns(self, cursor: str | None) -> View:
        """Cases that were returned more than once, with what the clerk gave as the reason; masked."""
        rows, next_cursor = self._screens.repeat_returns(cursor, PAGE_SIZE)
        return {"cases": [_repeat_row(row) for row in rows], "next_cursor": next_cursor}

    def promises(self, cursor: str | None) -> View:
        """Papers that were promised and are not in order yet (容缺受理), the nearest day first; masked."""
        today = self._clock.today()
        rows, next_cursor = self._screens.owed_papers(cursor, PAGE_SIZE)
        return {"promises": [self._promise_row(row, today) for row in rows], "next_cursor": next_cursor}

    def _promise_row(self, row: Mapping[str, Any], today: date) -> View:
        labels = {rule.slot.key: rule.slot.label for rule in self._rulebook.materials.rows}
        state = PromiseState(row["state"])
        return {
            "case_id": str(row["id"]),
            "case_number": row["number"],
            "name_masked": row["name_masked"],
            "case_state_label": STAFF_STATE_LABELS[State(row["case_state"])],
            "slot_key": row["slot_key"],
            "label": labels.get(row["slot_key"], row["slot_key"]),
            "state": state,
            "state_label": PROMISE_STATE_LABELS[state],
            **promise_clock(row["promised_on"], row["granted_on"], today, self._rulebook),
            "granted_on": row["granted_on"].isoformat(),
            "by": row["by_name"],
            "extended": row["extended_at"] is not None,
        }

    def _promise_colours(self, rows: Iterable[Mapping[str, Any]], today: date) -> View:
        counted = {colour.value: 0 for colour in ClockState}
        for row in rows:
            counted[self._rulebook.calendar.clock_state(row["granted_on"], row["promised_on"], today)] += row["n"]
        return counted

    def audit(self, case_id: UUID) -> View:
        """The case's whole chain in words, and whether it holds. Raises NotFound for a draft."""
        with self._store.begin() as tx:
            case = tx.cases.read(case_id)
            if case.number is None:
                raise NotFound
            links = tx.audit.chain(case_id)
        broken = self._first_broken(links, case.state)
        return {
            "case_number": case.number,
            "links": [history_line(link) for link in links],
            "verified": broken is None,
            "first_broken": broken,
        }

    def verify(self, case_ids: Iterable[UUID] | None = None) -> list[tuple[UUID, int]]:
        """Walks every chain (or those given); returns case and first broken link of each that does not hold."""
        with self._store.begin() as tx:
            wanted = list(tx.audit.case_ids() if case_ids is None else case_ids)
        broken = []
        for start in range(0, len(wanted), CHAINS_PER_TRANSACTION):
            with self._store.begin() as tx:
                for case_id in wanted[start : start + CHAINS_PER_TRANSACTION]:
                    seq = self._first_broken(tx.audit.chain(case_id), tx.cases.read(case_id).state)
                    if seq is not None:
                        broken.append((case_id, seq))
        return broken

    def _first_broken(self, links: Sequence[AuditLink], state: State) -> int | None:
        """The first link that does not hold; the one after the last when the case is not where its history ends."""
        broken = first_broken(links, self._seals.digest)
        moves = [link.entry.facts["to"] for link in links if link.entry.action in list(Action)]
        if broken is None and state != (moves[-1] if moves else State.DRAFT):
            return len(links) + 1
        return broken


def _repeat_row(row: Mapping[str, Any]) -> View:
    asked = row["return_request"] or {}
    state = State(row["state"])
    return {
        "case_id": str(row["id"]),
        "case_number": row["number"],
        "name_masked": row["name_masked"],
        "state": state,
        "state_label": STAFF_STATE_LABELS[state],
        "returns": row["returns"],
        "returned_at": iso(row["corrected_at"]),
        "reason": asked.get("reason", ""),
        "why_not_before": asked.get("why_not_before", ""),
        "asked_by": asked.get("by_name", ""),
    }
