"""Joining (领取办件): who was filed for at the counter takes her case into her own WeChat, so that pushes reach her.

She needs three things that nobody else has together: number and one-time code of the receipt, and her ID number.
"""

from typing import Any
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.case import Case
from backend.domain.errors import ActiveCaseExists, IdentifierInvalid, JoinRefused
from backend.domain.identifiers import parse_id_number
from backend.services.counter import CounterLimits
from backend.services.ports import Clock, Store, Transaction

View = dict[str, Any]


class Joining:
    """One use case. Wrong tries are counted against the code, which is good no more after a few."""

    def __init__(self, *, store: Store, clock: Clock, limits: CounterLimits) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits

    def join(self, person: Actor, number: str, code: str, id_number: str) -> View:
        """The case is hers from now on. Raises JoinRefused, ActiveCaseExists while she has a case open herself."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case = self._named(tx, number.strip().upper())
            if case is None:
                raise JoinRefused
            if case.applicant_id == person.id:  # sent twice
                return _place(case)
            known = tx.counter.join_code(case.id)
            if known is None or not known.is_good(at, self._limits.join_code_tries):
                raise JoinRefused
            right = tx.counter.is_join_code(case.id, _digits(code)) and _is_hers(case, id_number)
            if right:
                self._hand_over(tx, case, person)
                return _place(case)
            tx.counter.count_wrong_join(case.id)
        raise JoinRefused  # after the count is kept

    def _named(self, tx: Transaction, number: str) -> Case | None:
        case_id: UUID | None = tx.cases.by_number(number)
        return tx.cases.load(case_id) if case_id else None

    def _hand_over(self, tx: Transaction, case: Case, person: Actor) -> None:
        at = self._clock.now()
        tx.people.lock(person.id)
        if tx.cases.open_of(person.id) is not None:
            raise ActiveCaseExists("您在微信里还有一件没有办完。请先办完或撤回那一件，再来领取这一件。")
        walk_in = case.applicant_id
        case.hand_over(person.id, person, at)
        tx.cases.save(case)
        tx.people.hand_over(walk_in, person.id)
        tx.counter.use_join_code(case.id, at)


def _is_hers(case: Case, id_number: str) -> bool:
    try:
        return bool(parse_id_number(id_number).value == case.answers.get("id_number"))
    except IdentifierInvalid:
        return False


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdigit())


def _place(case: Case) -> View:
    return {"case_id": str(case.id), "path": f"/cases/{case.id}/progress"}
