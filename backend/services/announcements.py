"""Telling people: puts a push and the job that sends it into the transaction of the change it tells of."""

from datetime import date, datetime
from uuid import uuid4

from backend.domain.case import Case
from backend.domain.notices import NoticeEvent, NoticeFacts, PushState, Wording, compose
from backend.domain.people import mask_name
from backend.domain.routing import RoutedItem
from backend.domain.rulebook import Rulebook
from backend.services.ports import Push, Transaction


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
    ) -> None:
        """Queues the push of one event to the applicant; it is sent only if this transaction commits."""
        due_on, provisional = _last_due(case)
        notice = compose(
            self._wording,
            event,
            NoticeFacts(
                case_id=case.id,
                case_number=case.number or "",
                masked_name=mask_name(case.answers["name"]),
                happened_at=at,
                failing_count=failing_count,
                due_on=due_on,
                due_provisional=provisional,
                item_title=self._rulebook.item(item.code).title if item else "",
                outcome=item.outcome if item else None,
            ),
        )
        push = Push(
            id=uuid4(),
            case_id=case.id,
            person_id=case.applicant_id,
            event=event,
            template_key=event,
            fields=notice.fields,
            path=notice.path,
            client_msg_id=uuid4().hex,
            msgid=None,
            state=PushState.QUEUED,
            reason=None,
            attempts=0,
            queued_at=at,
            sent_at=None,
            settled_at=None,
        )
        tx.pushes.add(push)
        # One after another for each person, so that “办结” never comes before the item it ends with.
        tx.jobs.defer("send_push", lock=f"pushes:{case.applicant_id}", push_id=str(push.id))


def _last_due(case: Case) -> tuple[date | None, bool]:
    """The last day on which an item of the case is due, and whether any of them is provisional."""
    dues = [(item.due_on, item.due_provisional) for item in case.items.values() if item.due_on is not None]
    return (max(day for day, _ in dues), any(provisional for _, provisional in dues)) if dues else (None, False)
