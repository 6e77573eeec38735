"""Telling people: puts a push and the job that sends it into the transaction of the change it tells of."""

from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID, uuid4

from backend.domain.case import Case
from backend.domain.notices import NoticeEvent, NoticeFacts, PushState, Wording, compose
from backend.domain.people import Month, mask_name
from backend.domain.routing import RoutedItem
from backend.domain.rulebook import Rulebook
from backend.services.ports import Push, Transaction


class ToldFacts(TypedDict, total=False):
    """What may be said to somebody without a case number, as in NoticeFacts."""

    masked_name: str
    helper_name: str
    month: Month
    last_day: date | None
    item_title: str


class Announcements:
    """Composes what is said (domain/notices.py) and queues it. Sending is in notices.py."""

    def __init__(self, *, wording: Wording, rulebook: Rulebook) -> None:
        self._wording = wording
        self._rulebook = rulebook

    def announce(
        self,
        tx: Transaction,
        case: Case,
        event: NoticeEvent,
        at: datetime,
        *,
        item: RoutedItem | None = None,
        failing_count: int = 0,
        material: str = "",
        last_day: date | None = None,
    ) -> None:
        """Queues the push of one event to everyone who follows the case; sent only if this transaction commits."""
        due_on, provisional = _last_due(case)
        facts = NoticeFacts(
            happened_at=at,
            case_id=case.id,
            case_number=case.number or "",
            masked_name=mask_name(str(case.answers.get("name", ""))),
            failing_count=failing_count,
            due_on=due_on,
            due_provisional=provisional,
            item_title=self._rulebook.item(item.code).title if item else "",
            outcome=item.outcome if item else None,
            material=material,
            last_day=last_day,
        )
        for person_id in followers(case):
            self._queue(tx, person_id, event, facts)

    def tell(
        self,
        tx: Transaction,
        person_id: UUID,
        event: NoticeEvent,
        at: datetime,
        *,
        path: str,
        case_id: UUID | None = None,
        **facts: Unpack[ToldFacts],
    ) -> None:
        """Queues a push to one person who may have no case, or one without a number.

        `path` is the H5's page to open where the event's template says {path}; a push with `case_id` is also seen
        on the desk beside that case.
        """
        self._queue(tx, person_id, event, NoticeFacts(happened_at=at, case_id=case_id, path=path, **facts))

    def _queue(self, tx: Transaction, person_id: UUID, event: NoticeEvent, facts: NoticeFacts) -> None:
        notice = compose(self._wording, event, facts)
        push = Push(
            id=uuid4(),
            case_id=facts.case_id,
            person_id=person_id,
            event=event,
            template_key=event,
            fields=notice.fields,
            path=notice.path,
            client_msg_id=uuid4().hex,
            msgid=None,
            state=PushState.QUEUED,
            reason=None,
            attempts=0,
            queued_at=facts.happened_at,
            sent_at=None,
            settled_at=None,
        )
        tx.pushes.add(push)
        # One after another for each person, so that “办结” never comes before the item it ends with.
        tx.jobs.defer("send_push", lock=f"pushes:{person_id}", push_id=str(push.id))


def followers(case: Case) -> tuple[UUID, ...]:
    """Who is told of every event of the case: the applicant, and her helper while the authorisation is active."""
    return (case.applicant_id, case.helper.actor.id) if case.helper else (case.applicant_id,)


def _last_due(case: Case) -> tuple[date | None, bool]:
    """The last day on which an item of the case is due, and whether any of them is provisional."""
    dues = [(item.due_on, item.due_provisional) for item in case.items.values() if item.due_on is not None]
    return (max(day for day, _ in dues), any(provisional for _, provisional in dues)) if dues else (None, False)
