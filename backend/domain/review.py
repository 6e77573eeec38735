"""How a clerk judges a case: verdicts on slots and fields, the 无法办理 checks, opinions, and what must hold first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.errors import ChecksOpen, NotAllJudged, NothingFailed, RulesUnsettled, SomethingFailed
from backend.domain.evaluation import Evaluation
from backend.domain.rule_checks import CheckOutcome, RuleCheck, RuleKey


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict on `slot:<key>` or `field:<question key>` in one round of review."""

    subject: str
    verdict: Verdict
    reason_code: str | None
    note: str | None
    round: int
    by_id: UUID
    by_name: str
    at: datetime

    @property
    def is_fail(self) -> bool:
        return self.verdict is Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Check:
    """One of the four 无法办理 checks, by a named clerk (附件1 一(三)). `found` means it stands in the way."""

    key: str
    found: bool
    note: str | None
    by_id: UUID
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """窗口审核意见 or 窗口主管意见, with its signer."""

    text: str
    by_id: UUID
    by_name: str
    at: datetime


class SettlementKind(StrEnum):
    """How a clerk settles what the rules leave to her; the values are the wire and database values."""

    CONFIRMED = "confirmed"  # 确认: she compared it with the papers
    OVERRIDDEN = "overridden"  # 写明理由办理: against the rules' answer, for a reason that is audited
    TAKEN_BACK = "taken_back"  # 撤销: neither any more


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a clerk decided on one check of the rules in one round of review."""

    rule_key: str
    round: int
    kind: SettlementKind
    note: str | None
    by_id: UUID
    by_name: str
    at: datetime


def settled(settlements: Mapping[str, Settlement], round_: int) -> dict[str, Settlement]:
    """The settlements that still say something, by key of their check.

    Only this round's: every submission is evaluated anew, and what was settled before was settled on other checks.
    """
    return {
        key: each
        for key, each in settlements.items()
        if each.round == round_ and each.kind is not SettlementKind.TAKEN_BACK
    }


def to_settle(
    check: RuleCheck, statutory_age_months: int | None, confirmed_age_months: int | None
) -> SettlementKind | None:
    """What a check needs of the clerk before the case is accepted, if anything.

    A confirmed retirement age (附件1 一(三)) other than the rules' makes the age something to give a reason for, though
    the check itself passes.
    """
    if check.outcome is CheckOutcome.FAILS:
        return SettlementKind.OVERRIDDEN
    if check.key is RuleKey.AGE and age_contradicts(statutory_age_months, confirmed_age_months):
        return SettlementKind.OVERRIDDEN
    return SettlementKind.CONFIRMED if check.outcome is CheckOutcome.NEEDS_CONFIRMATION else None


def age_contradicts(statutory_age_months: int | None, confirmed_age_months: int | None) -> bool:
    """Whether the confirmed age is another than the rules found; not while either is unknown."""
    return None not in (statutory_age_months, confirmed_age_months) and statutory_age_months != confirmed_age_months


def unsettled(
    evaluation: Evaluation, settlements: Mapping[str, Settlement], confirmed_age_months: int | None
) -> list[RuleCheck]:
    """The checks that still wait for the clerk, in their order; `settlements` are those that still say something."""
    waiting = []
    for check in evaluation.checks:
        needed = to_settle(check, evaluation.statutory_age_months, confirmed_age_months)
        given = settlements.get(check.key)
        if needed and (given is None or given.kind is not needed):
            waiting.append(check)
    return waiting


def must_be_settled(
    evaluation: Evaluation,
    settlements: Mapping[str, Settlement],
    labels: Mapping[str, str],
    confirmed_age_months: int | None,
) -> None:
    """Every check that fails is overridden, every one that needs it confirmed. Raises RulesUnsettled (the rest)."""
    if waiting := unsettled(evaluation, settlements, confirmed_age_months):
        raise RulesUnsettled([labels[check.key] for check in waiting])


def standing(judgements: Mapping[str, Judgement], round_: int, mended: Collection[str]) -> dict[str, Judgement]:
    """The judgements that still say something, by subject.

    This round's do. Of earlier ones a pass stands unless she changed its subject since (`mended`), a fail never.
    """
    return {
        subject: judgement
        for subject, judgement in judgements.items()
        if judgement.round == round_ or not (judgement.is_fail or subject in mended)
    }


def unjudged(subjects: Mapping[str, str], judgements: Mapping[str, Judgement]) -> list[str]:
    """Labels of the subjects (subject → label) that no standing judgement covers, in their order."""
    return [label for subject, label in subjects.items() if subject not in judgements]


def failed(subjects: Mapping[str, str], judgements: Mapping[str, Judgement]) -> list[str]:
    """The subjects that a standing judgement fails, in their order."""
    return [subject for subject in subjects if subject in judgements and judgements[subject].is_fail]


def must_be_acceptable(
    subjects: Mapping[str, str],
    judgements: Mapping[str, Judgement],
    checks: Mapping[str, Check],
    check_labels: Mapping[str, str],
    *,
    age_confirmed: bool,
) -> None:
    """All judged, none failed, the four checks answered “no”, the age confirmed (附件1 一(三)).

    `judgements` are the standing ones. Raises NotAllJudged, SomethingFailed, ChecksOpen.
    """
    if missing := unjudged(subjects, judgements):
        raise NotAllJudged(missing)
    if failures := failed(subjects, judgements):
        raise SomethingFailed([subjects[s] for s in failures])
    still_open = [label for key, label in check_labels.items() if key not in checks or checks[key].found]
    if not age_confirmed:
        still_open.append("退休年龄确认")
    if still_open:
        raise ChecksOpen(still_open)


def must_be_returnable(subjects: Mapping[str, str], judgements: Mapping[str, Judgement]) -> Sequence[str]:
    """一次性告知: only when every slot and field is judged and at least one failed; returns the failed subjects.

    `judgements` are the standing ones. Raises NotAllJudged, NothingFailed.
    """
    if missing := unjudged(subjects, judgements):
        raise NotAllJudged(missing)
    failures = failed(subjects, judgements)
    if not failures:
        raise NothingFailed
    return failures
