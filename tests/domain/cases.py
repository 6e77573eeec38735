"""Made-up cases, photos, items and people for tests of the domain, with no database under them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor, Role
from backend.domain.boxes import Point
from backend.domain.case import Case, Photo, PhotoState, ReturnRequest, Signature, State, SubmissionTerms
from backend.domain.evaluation import Evaluation
from backend.domain.marks import Mark, MarkShape
from backend.domain.people import Month
from backend.domain.review import Check, Judgement, Opinion, Verdict
from backend.domain.routing import ItemState, RoutedItem
from backend.domain.rule_checks import CheckOutcome, RuleCheck, RuleKey

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

HER = Actor(UUID(int=1), Role.APPLICANT, "申请人")
CLERK = Actor(UUID(int=2), Role.CLERK, "陈窗口")
SUPERVISOR = Actor(UUID(int=3), Role.SUPERVISOR, "何主管")
OFFICER = Actor(UUID(int=4), Role.OFFICER, "吴社保", "social_security")
FUND_OFFICER = Actor(UUID(int=5), Role.OFFICER, "蒋公积", "housing_fund")

EVALUATION = Evaluation(
    filing_month=Month(2026, 11),
    answer={"kind": "eligible", "statutory": {"statutory_age_months": 608}},
    checks=(
        RuleCheck(
            RuleKey.AGE,
            CheckOutcome.PASSES,
            given={"birth_month": "1976-03", "filing_month": "2026-11"},
            wanted={"from_month": "2026-11", "age_months": 608},
            law="办法第一条",
            rule="retirement_age",
        ),
        RuleCheck(
            RuleKey.CONTRIBUTION,
            CheckOutcome.FAILS,
            given={"contribution_months": 166},
            wanted={"minimum_months": 180},
            law="办法第二条",
            rule="minimum_contribution",
        ),
        RuleCheck(
            RuleKey.ORIGINAL_AGE, CheckOutcome.NEEDS_CONFIRMATION, {"stated": "50"}, {}, "办法第一条", "retirement_age"
        ),
    ),
)
TERMS = SubmissionTerms(
    number="QY-20261124-00001",
    review_due_on=date(2026, 11, 27),
    commitment_version="2026-09-01",
    policy_hash="a" * 64,
    planned_items=[{"code": "retire_normal", "filing": "combined"}],
    evaluation=EVALUATION,
)
SIGNED = Signature("cases/1/signature/b.png", "b" * 64, AT)


A_REQUEST = ReturnRequest("照片第二页不对", "第一次只交了一页", (), CLERK.id, CLERK.name, AT)


def a_case(state: State = State.DRAFT, **changes: Any) -> Case:
    """A signed case in this state, with one item at its department where that can be."""
    case = Case(id=uuid4(), applicant_id=HER.id, created_at=AT, state=state, signature=SIGNED, changed_at=AT)
    if state in (State.APPROVED, State.PROCESSING):
        item = an_item(ItemState.ROUTED if state is State.APPROVED else ItemState.ACCEPTED)
        case.items[item.id] = item
    if state is State.RETURN_ASKED:
        case.returns, case.return_request = 1, A_REQUEST
    for name, value in changes.items():
        setattr(case, name, value)
    return case


def an_item(state: ItemState = ItemState.ROUTED, **changes: Any) -> RoutedItem:
    """A retirement item at 区人社局."""
    fields = {"code": "retire_normal", "department": "social_security", "filing": "combined", **changes}
    return RoutedItem(id=fields.pop("id", None) or uuid4(), state=state, **fields)


def a_fund_item(state: ItemState = ItemState.ROUTED, **changes: Any) -> RoutedItem:
    """公积金销户提取, handed over to her."""
    return an_item(state, code="housing_fund", department="housing_fund", filing="handover", **changes)


def a_photo(slot_key: str = "id_card", part_key: str = "front", kind: str | None = None, **changes: Any) -> Photo:
    """A verified photo."""
    photo_id = uuid4()
    fields = {
        "state": PhotoState.READY,
        "content_type": "image/jpeg",
        "declared_bytes": 2_000,
        "declared_sha256": "c" * 64,
        "round": 1,
        "created_at": AT,
        "incoming_key": f"incoming/{photo_id}",
        "image_key": f"photos/{photo_id}.jpg",
        "thumbnail_key": f"photos/{photo_id}.thumbnail.jpg",
        "sha256": "d" * 64,
        "bytes": 1_500,
        "width": 480,
        "height": 360,
        "ready_at": AT,
        **changes,
    }
    return Photo(id=photo_id, slot_key=slot_key, part_key=part_key, kind=kind, **fields)


def a_mark(photo: Photo, **changes: Any) -> Mark:
    """A box around the middle that says the photo is blurred."""
    fields: dict[str, Any] = {
        "shape": MarkShape.BOX,
        "start": Point(0.25, 0.4),
        "end": Point(0.75, 0.6),
        "reason_code": "blurred",
        "note": None,
        "round": 1,
        "by_id": CLERK.id,
        "by_name": CLERK.name,
        "at": AT,
        **changes,
    }
    return Mark(id=fields.pop("id", None) or uuid4(), photo_id=photo.id, **fields)


def passed(subject: str, round_: int = 1) -> Judgement:
    return Judgement(subject, Verdict.PASS, None, None, round_, CLERK.id, CLERK.name, AT)


def failed(subject: str, round_: int = 1, reason_code: str | None = "blurred") -> Judgement:
    return Judgement(subject, Verdict.FAIL, reason_code, None, round_, CLERK.id, CLERK.name, AT)


def a_check(key: str = "transfer_pending", *, found: bool = False) -> Check:
    return Check(key, found, None, CLERK.id, CLERK.name, AT)


def an_opinion(actor: Actor = CLERK) -> Opinion:
    return Opinion("该同志提供资料齐全，同意受理。", actor.id, actor.name, AT)
