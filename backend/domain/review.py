"""How a clerk judges a case: verdicts on slots and fields, the 无法办理 checks, opinions, and what must hold first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.domain.errors import ChecksOpen, NotAllJudged, NothingFailed, SomethingFailed


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


def stands(judgement: Judgement | None, round_: int) -> bool:
    """A pass stands in later rounds; a fail only in the round that gave it, since she may have mended it."""
    return judgement is not None and (not judgement.is_fail or judgement.round == round_)


def unjudged(subjects: Mapping[str, str], judgements: Mapping[str, Judgement], round_: int) -> list[str]:
    """Labels of the subjects (subject → label) that no standing judgement covers, in their order."""
    return [label for subject, label in subjects.items() if not stands(judgements.get(subject), round_)]


def failed(subjects: Mapping[str, str], judgements: Mapping[str, Judgement], round_: int) -> list[str]:
    """The subjects that failed in this round, in their order."""
    return [s for s in subjects if (j := judgements.get(s)) is not None and j.is_fail and j.round == round_]


def must_be_acceptable(
    subjects: Mapping[str, str],
    judgements: Mapping[str, Judgement],
    round_: int,
    checks: Mapping[str, Check],
    check_labels: Mapping[str, str],
    *,
    age_confirmed: bool,
) -> None:
    """All judged, none failed, the four checks answered “no”, the age confirmed (附件1 一(三)).

    Raises NotAllJudged, SomethingFailed, ChecksOpen.
    """
    if missing := unjudged(subjects, judgements, round_):
        raise NotAllJudged(missing)
    if failures := failed(subjects, judgements, round_):
        raise SomethingFailed([subjects[s] for s in failures])
    still_open = [label for key, label in check_labels.items() if key not in checks or checks[key].found]
    if not age_confirmed:
        still_open.append("退休年龄确认")
    if still_open:
        raise ChecksOpen(still_open)


def must_be_returnable(subjects: Mapping[str, str], judgements: Mapping[str, Judgement], round_: int) -> Sequence[str]:
    """一次性告知: only when every slot and field is judged and at least one failed; returns the failed subjects.

    Raises NotAllJudged, NothingFailed.
    """
    if missing := unjudged(subjects, judgements, round_):
        raise NotAllJudged(missing)
    failures = failed(subjects, judgements, round_)
    if not failures:
        raise NothingFailed
    return failures
