"""A routed item (事项) at its department: a case of its own, with its states, its table and its due date."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.actors import Actor, Role
from backend.domain.errors import ActionNotAllowed, ContentRefused, NotAllowed, NotFound, ReasonMissing, StaleVersion


class ItemState(StrEnum):
    SELF_FILED = "self_filed"  # 自行申报: recorded, routed nowhere
    ROUTED = "routed"
    ACCEPTED = "accepted"
    DECIDED = "decided"


class ItemAction(StrEnum):
    ACCEPT = "accept"
    DECIDE = "decide"
    REPORT_DONE = "report_done"


class Outcome(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"
    DONE_ELSEWHERE = "done_elsewhere"


# fmt: off
ITEM_TRANSITIONS: dict[tuple[ItemState, ItemAction], ItemState] = {
    # from                 action                      to                    # who
    (ItemState.ROUTED,   ItemAction.ACCEPT):       ItemState.ACCEPTED,   # officer
    (ItemState.ACCEPTED, ItemAction.DECIDE):       ItemState.DECIDED,    # officer
    (ItemState.ROUTED,   ItemAction.REPORT_DONE):  ItemState.DECIDED,    # applicant, 公积金 only
    (ItemState.ACCEPTED, ItemAction.REPORT_DONE):  ItemState.DECIDED,    # applicant, 公积金 only
}

ITEM_STATE_LABELS: dict[ItemState, str] = {
    ItemState.SELF_FILED: "您自己去办",
    ItemState.ROUTED:     "已转到部门，等待接收",
    ItemState.ACCEPTED:   "部门办理中",
    ItemState.DECIDED:    "已有结果",
}

OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.GRANTED:        "办好了",
    Outcome.DENIED:         "没有批准",
    Outcome.DONE_ELSEWHERE: "已在“岳阳住房公积金”办好",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class RoutedItem:
    """One of the seven items in one case. Changed by its methods, which return the item as it is afterwards."""

    id: UUID
    code: str
    department: str
    filing: str
    state: ItemState
    version: int = 1
    limit_working_days: int | None = None
    routed_at: datetime | None = None
    due_on: date | None = None
    due_provisional: bool = False
    officer_id: UUID | None = None
    officer_name: str | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Still waits for its department."""
        return self.state in (ItemState.ROUTED, ItemState.ACCEPTED)

    @property
    def is_fund(self) -> bool:
        return self.filing == "handover"

    def must_be_seen_by(self, actor: Actor) -> None:
        """Raises NotFound unless it was routed to the officer's own department."""
        if actor.role is not Role.OFFICER or actor.department != self.department or self.state is ItemState.SELF_FILED:
            raise NotFound

    def must_be_at(self, seen_version: int) -> None:
        """Raises StaleVersion."""
        if seen_version != self.version:
            last = self.decided_at or self.accepted_at or self.routed_at
            at = last.isoformat() if last else None
            raise StaleVersion(version=self.version, changed_by=self.officer_name or "同事", changed_at=at)

    def accept(self, actor: Actor, at: datetime) -> "RoutedItem":
        """The department takes it on (接收). Raises NotFound, ActionNotAllowed."""
        self.must_be_seen_by(actor)
        return replace(
            self, state=self._next(ItemAction.ACCEPT), officer_id=actor.id, officer_name=actor.name, accepted_at=at
        )

    def decide(self, outcome: Outcome, reason: str, actor: Actor, at: datetime) -> "RoutedItem":
        """The department's decision. A denial needs its reason; 公积金 is only ever done elsewhere.

        Raises NotFound, ActionNotAllowed, ReasonMissing, ContentRefused.
        """
        self.must_be_seen_by(actor)
        if (outcome is Outcome.DONE_ELSEWHERE) is not self.is_fund:
            raise ContentRefused("这个事项不能选这种结果，请重新选择。", outcome=outcome)
        if outcome is Outcome.DENIED and not reason.strip():
            raise ReasonMissing("没有批准要写明理由，申请人才知道接下来怎么办。")
        return replace(
            self,
            state=self._next(ItemAction.DECIDE),
            outcome=outcome,
            reason=reason.strip() or None,
            officer_id=actor.id,
            officer_name=actor.name,
            decided_at=at,
        )

    def report_done(self, actor: Actor, at: datetime) -> "RoutedItem":
        """She, or her helper, says the fund is drawn out by the “岳阳住房公积金” account.

        Raises NotAllowed, ActionNotAllowed.
        """
        if actor.role not in (Role.APPLICANT, Role.HELPER) or not self.is_fund:
            raise NotAllowed("这个事项由部门办理，不用您来报告。")
        state = self._next(ItemAction.REPORT_DONE)
        return replace(self, state=state, outcome=Outcome.DONE_ELSEWHERE, decided_at=at)

    def _next(self, action: ItemAction) -> ItemState:
        if (self.state, action) not in ITEM_TRANSITIONS:
            words = {ItemAction.ACCEPT: "接收", ItemAction.DECIDE: "作出决定", ItemAction.REPORT_DONE: "报告办好"}
            raise ActionNotAllowed(state=ITEM_STATE_LABELS[self.state], action=words[action])
        return ITEM_TRANSITIONS[self.state, action]
