"""The lists that people look at: one query per screen, keyset-paged, every filter on an index, nothing unmasked."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from backend.adapters.db.record_rows import STORY
from backend.adapters.db.sealed import Seal
from backend.domain.errors import ContentRefused, IdentifierInvalid
from backend.domain.identifiers import parse_id_number

Row = Mapping[str, Any]

HAS_AN_OPEN_ABSENCE = "EXISTS (SELECT FROM absences a WHERE a.case_id = c.id AND a.decided IS NULL)"
OWED = "FROM promises m WHERE m.case_id = c.id AND m.state IN ('given', 'open')"

# Which cases a tab of the desk holds. Every condition is a constant of this file.
QUEUES = {
    "waiting": "c.state IN ('submitted', 'in_review') AND (l.case_id IS NULL OR l.expires_at <= :at)",
    "mine": "c.state IN ('in_review', 'waiting') AND l.staff_id = :staff_id AND l.expires_at > :at",
    "held": "c.state IN ('submitted', 'in_review') AND l.expires_at > :at AND l.staff_id <> :staff_id",
    "absences": f"c.state IN ('submitted', 'in_review', 'waiting') AND {HAS_AN_OPEN_ABSENCE}",
    "promises": f"EXISTS (SELECT {OWED})",
    "to_approve": "c.state IN ('reviewed', 'return_asked')",
    "waiting_on_applicant": "c.state IN ('returned', 'waiting')",
    "all": "c.state <> 'draft' AND c.number IS NOT NULL",
}

_QUEUE = """
SELECT c.id, c.number, c.version, c.state, c.name_masked, c.town, c.planned_items, c.submitted_at, c.review_due_on,
       c.round, l.staff_id AS holder_id, l.staff_name AS holder_name, l.expires_at AS holder_until, c.returns,
       (SELECT count(*) FROM absences a WHERE a.case_id = c.id AND a.decided IS NULL) AS absences_open,
       (SELECT json_build_object('promised_on', m.promised_on, 'granted_on', m.granted_on, 'state', m.state)
          {owed} ORDER BY m.state <> 'given', m.promised_on LIMIT 1) AS promise, {due} AS due
  FROM cases c LEFT JOIN claims l ON l.case_id = c.id AND l.expires_at > :at
 WHERE {queue}{search}{item}{after}
 ORDER BY {due}, c.submitted_at, c.id LIMIT :limit
"""
_QUEUE_AFTER = " AND ({due}, c.submitted_at, c.id) > (:due, :submitted_at, :id)"
# The day by which a tab is in order: the window's own, but for promised papers theirs.
_REVIEW_DUE = "c.review_due_on"
_PROMISE_DUE = f"(SELECT min(m.promised_on) {OWED})"

ITEM_STATES = {
    "routed": "i.state = 'routed'",
    "accepted": "i.state = 'accepted'",
    "decided": "i.state = 'decided'",
    "open": "i.state IN ('routed', 'accepted')",
}
_ITEMS = """
SELECT i.id, i.version, i.case_id, c.number AS case_number, c.name_masked, i.code, i.department, i.state, i.outcome,
       i.due_on, i.due_provisional, i.routed_at, i.limit_working_days, i.officer_name
  FROM items i JOIN cases c ON c.id = i.case_id
 WHERE {state}{department}{search}{after}
 ORDER BY i.due_on, i.id LIMIT :limit
"""
# An item whose clock has not started has no due date and stands after all that have one.
_ITEMS_AFTER = " AND ((i.due_on, i.id) > (:due, :id) OR i.due_on IS NULL)"
_ITEMS_AFTER_UNDATED = " AND i.due_on IS NULL AND i.id > :id"

# A promise is closed with its case: what is open or given is of a case that runs.
_REVIEW_COUNTS = text("""
SELECT count(*) FILTER (WHERE c.state IN ('submitted', 'in_review') AND l.case_id IS NULL) AS waiting,
       count(*) FILTER (WHERE l.staff_id = :staff_id) AS mine,
       count(*) FILTER (WHERE c.state IN ('reviewed', 'return_asked')) AS to_approve,
       count(*) FILTER (WHERE c.state IN ('submitted', 'in_review', 'waiting') AND EXISTS (
           SELECT FROM absences a WHERE a.case_id = c.id AND a.decided IS NULL)) AS absences,
       (SELECT count(DISTINCT m.case_id) FROM promises m
         WHERE m.state IN ('given', 'open') AND (m.state = 'given' OR m.promised_on < :today)) AS promises
  FROM cases c LEFT JOIN claims l ON l.case_id = c.id AND l.expires_at > :at
 WHERE c.state IN ('submitted', 'in_review', 'waiting', 'reviewed', 'return_asked')
""")
_DEPARTMENT_COUNTS = text("""
SELECT count(*) FILTER (WHERE state = 'routed') AS routed, count(*) FILTER (WHERE state = 'accepted') AS accepted
  FROM items WHERE state IN ('routed', 'accepted') AND department = CAST(:department AS text)
""")
_CASES_OF = text("""
SELECT c.id, c.number, c.version, c.state, c.changed_at, c.submitted_at, c.review_due_on,
       (SELECT json_build_object(
            'slot_key', m.slot_key, 'promised_on', m.promised_on, 'granted_on', m.granted_on, 'state', m.state)
          FROM promises m WHERE m.case_id = c.id AND m.state = 'open'
         ORDER BY m.promised_on, m.slot_key LIMIT 1) AS promise
  FROM cases c WHERE c.applicant_id = :applicant_id ORDER BY c.created_at DESC LIMIT 20
""")
_REPEAT_RETURNS = text("""
SELECT id, number, name_masked, state, returns, return_request, corrected_at FROM cases
 WHERE returns >= 2 AND (CAST(:after AS text) IS NULL OR number < :after) ORDER BY number DESC LIMIT :limit
""")
_OWED_PAPERS = text("""
SELECT c.id, c.number, c.name_masked, c.state AS case_state, m.slot_key, m.state, m.granted_on, m.promised_on,
       m.by_name, m.extended_at
  FROM promises m JOIN cases c ON c.id = m.case_id
 WHERE m.state IN ('given', 'open')
   AND (CAST(:day AS date) IS NULL OR (m.promised_on, m.case_id, m.slot_key) > (:day, :id, :slot_key))
 ORDER BY m.promised_on, m.case_id, m.slot_key LIMIT :limit
""")
# Of each case the paper that comes next, by its days: as its row in the queue shows it.
_NEXT_BY_DAY = text("""
SELECT promised_on, granted_on, count(*) AS n
  FROM (SELECT DISTINCT ON (case_id) promised_on, granted_on FROM promises
         WHERE state = 'open' ORDER BY case_id, promised_on, slot_key) AS next
 GROUP BY promised_on, granted_on
""")
_OWED_BY_DAY = text("""
SELECT promised_on, granted_on, count(*) AS n FROM promises
 WHERE state IN ('given', 'open') GROUP BY promised_on, granted_on
""")
_REPEATED = text("SELECT count(*) AS cases, coalesce(sum(returns - 1), 0) AS times FROM cases WHERE returns >= 2")
_AUTHORISATIONS_OF = text("""
SELECT a.id, a.state, a.begun_by, a.relation, a.applicant_id, a.helper_id, a.applicant_name_masked,
       a.helper_name_masked, a.asked_at, a.confirmed_at, a.code_expires_at, a.valid_until,
       c.id AS case_id, c.number AS case_number, c.state AS case_state, c.changed_at AS case_changed_at,
       (SELECT json_build_object(
            'slot_key', m.slot_key, 'promised_on', m.promised_on, 'granted_on', m.granted_on, 'state', m.state)
          FROM promises m WHERE m.case_id = c.id AND m.state = 'open'
         ORDER BY m.promised_on, m.slot_key LIMIT 1) AS promise
  FROM authorisations a
  LEFT JOIN LATERAL (SELECT k.id, k.number, k.state, k.changed_at
                       FROM case_authorisations l JOIN cases k ON k.id = l.case_id
                      WHERE l.authorisation_id = a.id AND a.state = 'active'
                      ORDER BY k.created_at DESC LIMIT 1) c ON true
 WHERE (a.applicant_id = :person_id OR a.helper_id = :person_id) AND a.state IN ('asked', 'active')
 ORDER BY a.asked_at DESC LIMIT 200
""")
_EVENTS_OF = text("""
SELECT seq, at, actor_id, actor_role, actor_name, action, subject, reason, facts FROM audit_links
 WHERE case_id = :case_id ORDER BY seq
""")
_MESSAGES_OF = text("""
SELECT p.case_id, p.event, p.fields, p.path, p.queued_at, p.state FROM pushes p
 WHERE p.person_id = :person_id
 ORDER BY p.queued_at DESC, array_position(CAST(:story AS text[]), p.event) DESC LIMIT :limit
""")
_STATE_COUNTS = text("SELECT state, count(*) AS n FROM cases WHERE number IS NOT NULL GROUP BY state")
_OPEN_BY_DEPARTMENT = text("""
SELECT department, due_on, (routed_at AT TIME ZONE 'Asia/Shanghai')::date AS routed_on, count(*) AS n FROM items
 WHERE state IN ('routed', 'accepted') GROUP BY department, due_on, routed_on
""")
_DECIDED_BY_DEPARTMENT = text("""
SELECT department, count(*) AS n FROM items WHERE state = 'decided' GROUP BY department
""")


class PostgresScreens:
    """services/ports.py Screens."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._engine = engine
        self._seal = seal

    def review_queue(
        self, *, queue: str, staff_id: UUID, search: str, item: str, cursor: str | None, limit: int, at: datetime
    ) -> tuple[list[Row], str | None]:
        """Cases of one tab by deadline. Raises ContentRefused for an unknown tab or a cursor that is not ours."""
        if queue not in QUEUES:
            raise ContentRefused("没有这个列表，请从左边的菜单重新进入。", queue=queue)
        condition, values = self._search(search)
        position = self._position(cursor, due=date.fromisoformat, submitted_at=datetime.fromisoformat, id=UUID)
        due = _PROMISE_DUE if queue == "promises" else _REVIEW_DUE
        statement = _QUEUE.format(
            queue=QUEUES[queue],
            owed=OWED,
            due=due,
            search=condition,
            item=" AND c.planned_items @> jsonb_build_array(jsonb_build_object('code', CAST(:item AS text)))"
            if item
            else "",
            after=_QUEUE_AFTER.format(due=due) if position else "",
        )
        given = {**values, **position, "staff_id": staff_id, "at": at, "limit": limit + 1, "item": item}
        found = self._rows(text(statement), given)
        return self._page(found, limit, ("due", "submitted_at", "id"))

    def review_counts(self, staff_id: UUID, at: datetime, today: date) -> Row:
        return self._rows(_REVIEW_COUNTS, {"staff_id": staff_id, "at": at, "today": today})[0]

    def next_promises(self) -> list[Row]:
        """How many cases have their nearest promised paper by which days: promised_on, granted_on, n."""
        return self._rows(_NEXT_BY_DAY, {})

    def department_items(
        self, *, department: str | None, state: str, search: str, cursor: str | None, limit: int
    ) -> tuple[list[Row], str | None]:
        """Routed items by deadline; of every department when none is given. Raises ContentRefused."""
        if state not in ITEM_STATES:
            raise ContentRefused("没有这个列表，请从左边的菜单重新进入。", state=state)
        condition, values = self._search(search)
        position = self._position(cursor, due=_date_if_any, id=UUID)
        after = _ITEMS_AFTER if position.get("due") else _ITEMS_AFTER_UNDATED
        statement = _ITEMS.format(
            state=ITEM_STATES[state],
            department=" AND i.department = :department" if department else "",
            search=condition,
            after=after if position else "",
        )
        given = {**values, **position, "department": department, "limit": limit + 1}
        return self._page(self._rows(text(statement), given), limit, ("due_on", "id"))

    def department_counts(self, department: str | None) -> Row:
        return self._rows(_DEPARTMENT_COUNTS, {"department": department})[0]

    def cases_of(self, applicant_id: UUID) -> list[Row]:
        return self._rows(_CASES_OF, {"applicant_id": applicant_id})

    def authorisations_of(self, person_id: UUID) -> list[Row]:
        return self._rows(_AUTHORISATIONS_OF, {"person_id": person_id})

    def events_of(self, case_id: UUID) -> list[Row]:
        return self._rows(_EVENTS_OF, {"case_id": case_id})

    def messages_of(self, person_id: UUID, limit: int) -> list[Row]:
        return self._rows(_MESSAGES_OF, {"person_id": person_id, "limit": limit, "story": STORY})

    def overview(self, today: date) -> Row:
        """Counts by state, and open and decided items by department with their due dates."""
        return {
            "states": {row["state"]: row["n"] for row in self._rows(_STATE_COUNTS, {})},
            "open": self._rows(_OPEN_BY_DEPARTMENT, {}),
            "decided": {row["department"]: row["n"] for row in self._rows(_DECIDED_BY_DEPARTMENT, {})},
            "today": today,
            "promises": self._rows(_OWED_BY_DAY, {}),
            "repeat_returns": self._rows(_REPEATED, {})[0],
        }

    def repeat_returns(self, cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
        """Cases that were returned more than once, the newest first."""
        position = self._position(cursor, after=str) or {"after": None}
        return self._page(self._rows(_REPEAT_RETURNS, {**position, "limit": limit + 1}), limit, ("number",))

    def owed_papers(self, cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
        """Promised papers of running cases that the window has not passed yet, the nearest day first."""
        readers: dict[str, Callable[[Any], Any]] = {"day": date.fromisoformat, "id": UUID, "slot_key": str}
        position = self._position(cursor, **readers) or dict.fromkeys(readers)
        found = self._rows(_OWED_PAPERS, {**position, "limit": limit + 1})
        return self._page(found, limit, ("promised_on", "id", "slot_key"))

    def _rows(self, statement: Any, values: Row) -> list[Row]:
        with self._engine.begin() as connection:
            return [dict(row) for row in connection.execute(statement, values).mappings()]

    def _search(self, search: str) -> tuple[str, dict[str, Any]]:
        """A whole ID number is looked up by its fingerprint, anything else as the beginning of a case number."""
        wanted = search.strip()
        if not wanted:
            return "", {}
        try:
            return " AND c.id_number_index = :fingerprint", {
                "fingerprint": self._seal.index(parse_id_number(wanted).value)
            }
        except IdentifierInvalid:
            return " AND starts_with(c.number, :number)", {"number": wanted.upper()}

    @staticmethod
    def _position(cursor: str | None, **readers: Callable[[Any], Any]) -> dict[str, Any]:
        """The values of the last row seen, by name; none at the beginning of a list."""
        if cursor is None:
            return {}
        try:
            values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            return {name: read(value) for (name, read), value in zip(readers.items(), values, strict=True)}
        except (ValueError, TypeError, AttributeError) as error:
            raise ContentRefused("列表已经变化，请刷新页面。") from error

    @staticmethod
    def _page(found: list[Row], limit: int, keys: Sequence[str]) -> tuple[list[Row], str | None]:
        page = found[:limit]
        if len(found) <= limit:
            return page, None
        position = [page[-1][key] for key in keys]
        text_of = json.dumps(position, default=lambda v: v.isoformat() if isinstance(v, (date, datetime)) else str(v))
        return page, base64.urlsafe_b64encode(text_of.encode()).decode()


def _date_if_any(text_of: str | None) -> date | None:
    return None if text_of is None else date.fromisoformat(text_of)
