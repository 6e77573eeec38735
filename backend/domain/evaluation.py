"""可否办理 as it was answered at a submission: kept with the case, and compared when it is replayed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from backend.domain.answers import Answers
from backend.domain.people import Month
from backend.domain.retirement import Eligibility
from backend.domain.rule_checks import RuleCheck
from backend.domain.rulebook import Rulebook

# A rule's name may be written anew without the answer being another one.
_WORDS = frozenset({"law", "status"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a version of the policy answered: the filing month, kind and figures of the answer, every check.

    `answer` is JSON-able: `kind`, and the fields of domain/retirement.py's Eligibility, months and dates as text.
    """

    filing_month: Month
    answer: Mapping[str, Any]
    checks: tuple[RuleCheck, ...]

    def check(self, key: str) -> RuleCheck | None:
        """The check of this key, if the case has it."""
        return next((check for check in self.checks if check.key == key), None)

    @property
    def statutory_age_months(self) -> int | None:
        """法定退休年龄 by the rules; None where the answers do not say it."""
        statutory = self.answer.get("statutory")
        return statutory["statutory_age_months"] if statutory else None


def evaluate(rulebook: Rulebook, answers: Answers, filing_month: Month) -> Evaluation:
    """Asks the rules of one version of the policy."""
    found = rulebook.eligibility(answers, filing_month)
    return Evaluation(filing_month, answer_of(found), rulebook.rule_checks(answers, filing_month))


def answer_of(found: Eligibility | None) -> dict[str, Any]:
    """Kind and figures, JSON-able; the kind is `unanswered` while something needed is not answered."""
    if found is None:
        return {"kind": "unanswered"}
    return {"kind": _snake(type(found).__name__), **_plain(found)}


def figures_of(found: Eligibility | None) -> Any:
    """The answer without the laws' names: what makes a difference to the person."""
    return _without_words(answer_of(found))


def differences(before: Evaluation, now: Evaluation) -> tuple[str, ...]:
    """Where what was answered is not answered again: `answer`, or the keys of checks; nothing when all of it is.

    A release may say more than the one before it (a check or a figure that is new): that is no other answer.
    """
    found = () if _says_again(before.answer, now.answer) else ("answer",)
    checks = {check.key: _plain(check) for check in now.checks}
    return (*found, *(each.key for each in before.checks if not _says_again(_plain(each), checks.get(each.key))))


def _says_again(before: Any, now: Any) -> bool:
    if isinstance(before, Mapping):
        return isinstance(now, Mapping) and all(k in now and _says_again(v, now[k]) for k, v in before.items())
    return bool(before == now)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, Month):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Month | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(each) for each in value]
    return value


def _without_words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_words(each) for key, each in value.items() if key not in _WORDS}
    return [_without_words(each) for each in value] if isinstance(value, list) else value
