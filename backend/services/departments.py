"""Departments (部门): each sees its own items, accepts, decides; the last decision completes the case.

Result files are in materials.py.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.case import STAFF_STATE_LABELS, Case, State
from backend.domain.items import Department
from backend.domain.notices import NoticeEvent
from backend.domain.people import mask_name
from backend.domain.routing import ITEM_STATE_LABELS, OUTCOME_LABELS, ItemAction, ItemState, Outcome, RoutedItem
from backend.domain.rulebook import Rulebook
from backend.services.announcements import Announcements
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, ResultFile, Screens, Seals, Store, Transaction
from backend.services.progress_view import clock_view, in_order
from backend.services.promise_view import is_shown_to_departments
from backend.services.repeats import is_repeat
from backend.services.review import look_entry, must_have_reason, whole_values
from backend.services.review_view import history_line, review_slot
from backend.services.wording import iso, limit_text, local_date

View = dict[str, Any]
PAGE_SIZE = 30


class Departments:
    """An officer's use cases."""

    def __init__(
        self,
        *,
        store: Store,
        screens: Screens,
        clock: Clock,
        seals: Seals,
        rulebook: Rulebook,
        announcements: Announcements,
        policy_versions: PolicyVersions,
    ) -> None:
        self._store = store
        self._screens = screens
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._announcements = announcements
        self._versions = policy_versions

    def queue(self, actor: Actor, state: str, search: str, cursor: str | None) -> View:
        """The officer's own department's items, earliest due date first. Raises ContentRefused for an unknown list."""
        rows, next_cursor = self._screens.department_items(
            department=actor.department, state=state, search=search, cursor=cursor, limit=PAGE_SIZE
        )
        today = self._clock.today()
        return {
            "items": [item_row(row, self._rulebook, today) for row in rows],
            "next_cursor": next_cursor,
            "counts": self._screens.department_counts(actor.department),
        }

    def view(self, actor: Actor, item_id: UUID) -> View:
        """One item with the fields and photos it needs. Raises NotFound for another department's."""
        with self._store.begin() as tx:
            case, item = self._item(tx, actor, item_id, lock=False)
            return self._view(tx, case, item)

    def look(self, actor: Actor, item_id: UUID, field: str, reason: str) -> Mapping[str, str]:
        """Whole values of the sensitive answers this department may see. Audited. Raises ReasonMissing, NotFound."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, item = self._item(tx, actor, item_id, lock=False)
            rulebook = self._versions.rulebook_of(tx, case)
            values = whole_values(case, rulebook, field, rulebook.fields_for(Department(item.department)))
            must_have_reason(reason)
            tx.audit.append(look_entry(case, actor, at, ",".join(values), reason))
            return values

    def accept(self, actor: Actor, item_id: UUID, seen_version: int, key: str) -> View:
        """Takes the item on. Raises StaleVersion, ActionNotAllowed, NotFound."""
        return self._change(
            actor,
            item_id,
            seen_version,
            key,
            {"accept": item_id},
            ItemAction.ACCEPT,
            lambda item, at: item.accept(actor, at),
        )

    def decide(self, actor: Actor, item_id: UUID, seen_version: int, key: str, outcome: Outcome, reason: str) -> View:
        """Decides the item, tells her, and completes the case if it was the last.

        Raises ReasonMissing, ContentRefused, StaleVersion, ActionNotAllowed, NotFound.
        """
        return self._change(
            actor,
            item_id,
            seen_version,
            key,
            {"decide": item_id, "outcome": outcome, "reason": reason},
            ItemAction.DECIDE,
            lambda item, at: item.decide(outcome, reason, actor, at),
        )

    def _change(
        self,
        actor: Actor,
        item_id: UUID,
        seen_version: int,
        key: str,
        request: Mapping[str, Any],
        action: ItemAction,
        change: Callable[[RoutedItem, datetime], RoutedItem],
    ) -> View:
        at = self._clock.now()
        with self._store.begin() as tx:
            case, item = self._item(tx, actor, item_id)
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, case, item)
            item.must_be_at(seen_version)
            case.change_item(change(item, at), action, actor, at)
            tx.cases.save(case)
            if action is ItemAction.DECIDE:
                self._announcements.announce(tx, case, NoticeEvent.ITEM_DECIDED, at, item=case.item(item_id))
            if case.state is State.COMPLETED:
                self._announcements.announce(tx, case, NoticeEvent.COMPLETED, at)
            return self._view(tx, case, case.item(item_id))

    def _item(self, tx: Transaction, actor: Actor, item_id: UUID, *, lock: bool = True) -> tuple[Case, RoutedItem]:
        case = tx.cases.load_by_item(item_id) if lock else tx.cases.read_by_item(item_id)
        item = case.item(item_id)
        item.must_be_seen_by(actor)
        return case, item

    # ── what the officer sees ────────────────────────────────────────────────────────────

    def _view(self, tx: Transaction, case: Case, item: RoutedItem) -> View:
        rulebook, today = self._versions.rulebook_of(tx, case), self._clock.today()
        known = rulebook.item(item.code)
        own_acts = {f"item_{action.value}" for action in ItemAction}
        links = [
            link
            for link in tx.audit.chain(case.id)
            if link.entry.action in own_acts and link.entry.facts.get("item") == item.code
        ]
        return {
            "id": str(item.id),
            "version": item.version,
            "case_number": case.number,
            "case_state_label": STAFF_STATE_LABELS[case.state],
            "name_masked": mask_name(case.answers["name"]),
            "code": item.code,
            "name": known.title,
            "state": item.state,
            "state_label": ITEM_STATE_LABELS[item.state],
            "routed_at": iso(item.routed_at),
            "accepted_at": iso(item.accepted_at),
            "decided_at": iso(item.decided_at),
            "officer_name": item.officer_name,
            "limit_text": limit_text(known),
            **clock_view(item, rulebook, today),
            "may": _may(item),
            "outcomes": _outcomes(item),
            "fields": _fields(case, Department(item.department), rulebook),
            "slots": _slots(case, item, rulebook),
            "results": [result_view(result, item) for result in tx.results.of_items([item.id])],
            "outcome": item.outcome,
            "outcome_label": OUTCOME_LABELS[item.outcome] if item.outcome else None,
            "reason": item.reason,
            "events": [history_line(link) for link in links],
            "case_items": [_other(other, rulebook) for other in in_order(case, rulebook)],
        }


def item_row(row: Mapping[str, Any], rulebook: Rulebook, today: date) -> View:
    """One line of a list of routed items; masked."""
    known, state = rulebook.item(row["code"]), ItemState(row["state"])
    due_on, is_open = row["due_on"], state in (ItemState.ROUTED, ItemState.ACCEPTED)
    runs = due_on is not None and is_open
    calendar = rulebook.calendar
    return {
        "id": str(row["id"]),
        "version": row["version"],
        "case_id": str(row["case_id"]),
        "case_number": row["case_number"],
        "name_masked": row["name_masked"],
        "code": row["code"],
        "name": known.title,
        "short_name": known.short_title,
        "department_label": rulebook.offices[known.department].name,
        "state": state,
        "state_label": OUTCOME_LABELS[Outcome(row["outcome"])] if row["outcome"] else ITEM_STATE_LABELS[state],
        "routed_at": iso(row["routed_at"]),
        "due_on": due_on.isoformat() if due_on else None,
        "due_provisional": row["due_provisional"],
        "working_days_left": calendar.working_days_left(today, due_on) if runs else None,
        "clock": calendar.clock_state(local_date(row["routed_at"]), due_on, today) if runs else None,
        "holder_name": row["officer_name"],
    }


def result_view(result: ResultFile, item: RoutedItem) -> View:
    return {
        "id": str(result.id),
        "name": result.name,
        "content_type": result.content_type,
        "bytes": result.bytes,
        "uploaded_by": result.uploaded_by,
        "uploaded_at": iso(result.uploaded_at),
        "path": f"/api/departments/items/{item.id}/results/{result.id}",
    }


def _may(item: RoutedItem) -> list[str]:
    if item.state is ItemState.ROUTED:
        return ["accept"]
    return ["upload", "decide"] if item.state is ItemState.ACCEPTED else []


def _outcomes(item: RoutedItem) -> list[View]:
    """The outcomes this item can have, with their labels."""
    possible = [Outcome.DONE_ELSEWHERE] if item.is_fund else [Outcome.GRANTED, Outcome.DENIED]
    return [{"value": outcome, "label": OUTCOME_LABELS[outcome]} for outcome in possible]


def _for_item(view: View, item: RoutedItem) -> View:
    """A slot without the window's verdict and drawings, its pictures under the item's own address."""
    for part in view["parts"]:
        part["earlier"] = None
        if part["photo"]:
            base = f"/api/departments/items/{item.id}/photos/{part['photo']['id']}"
            part["photo"] |= {"image_path": f"{base}/image", "thumbnail_path": f"{base}/thumbnail", "marks": []}
    return {key: view[key] for key in ("key", "label", "kind_label", "absence", "promise", "parts")}


def _fields(case: Case, department: Department, rulebook: Rulebook) -> list[View]:
    """Only the answers this department's work needs, masked."""
    graph, mine = rulebook.graph, rulebook.fields_for(department)
    answered = graph.effective(case.answers)
    return [
        {
            "key": key,
            "label": graph.question(key).label,
            "display": graph.display(graph.question(key), value) if value is not None else "没有填",
            "sensitive": graph.question(key).sensitive,
        }
        for key, value in answered.items()
        if key in mine and graph.question(key).repeats is None
    ]


def _slots(case: Case, item: RoutedItem, rulebook: Rulebook) -> list[View]:
    """Only the photos this department's item needs."""
    mine = Department(item.department)
    slots = [slot for slot in rulebook.checklist(case.answers) if mine in slot.departments]
    views = [_as_passed(review_slot(slot, case, rulebook), case) for slot in slots if not slot.generated]
    return [_for_item(view, item) for view in views]


def _as_passed(view: View, case: Case) -> View:
    """A paper brought later without its photos until the window has passed them."""
    if not is_shown_to_departments(view["key"], case):
        view["parts"] = [{**part, "photo": None} for part in view["parts"]]
    return view


def _other(item: RoutedItem, rulebook: Rulebook) -> View:
    known = rulebook.item(item.code)
    label = OUTCOME_LABELS[item.outcome] if item.outcome else ITEM_STATE_LABELS[item.state]
    return {
        "code": item.code,
        "name": known.short_title,
        "department_label": rulebook.offices[known.department].name,
        "state": item.state,
        "state_label": label,
    }
