"""Supervision (督查): read-only, masked; time limits, who did what, and whether each chain holds."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from backend.domain.audit import AuditLink, first_broken
from backend.domain.case import Action, State
from backend.domain.deadlines import ClockState
from backend.domain.errors import ContentRefused, NotFound
from backend.domain.items import Department
from backend.domain.rulebook import Rulebook
from backend.services.departments import item_row
from backend.services.ports import Clock, Screens, Seals, Store
from backend.services.review_view import history_line

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
