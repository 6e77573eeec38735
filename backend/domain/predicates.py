"""The conditions by name that config speaks of: when a page is shown, an answer required, a paper called for.

Each looks at answers that count (questions.py `walk`); nothing else decides.
"""

from collections.abc import Callable, Mapping

from backend.domain.answers import Answers, sex_of
from backend.domain.people import Sex

Predicate = Callable[[Answers], bool]


def _is(key: str, *values: str) -> Predicate:
    return lambda answers: answers.get(key) in values


def _both(first: Predicate, second: Predicate) -> Predicate:
    return lambda answers: first(answers) and second(answers)


def _either(first: Predicate, second: Predicate) -> Predicate:
    return lambda answers: first(answers) or second(answers)


def _is_woman(answers: Answers) -> bool:
    return sex_of(answers) is Sex.FEMALE


def _household_here(answers: Answers) -> bool:
    area = answers.get("household_area")
    return isinstance(area, Mapping) and area.get("in_district") is True


def _household_elsewhere(answers: Answers) -> bool:
    return isinstance(answers.get("household_area"), Mapping) and not _household_here(answers)


_normal = _is("retirement_type", "normal")
_early = _both(_normal, _is("retirement_timing", "early"))
_late = _both(_normal, _is("retirement_timing", "late"))
_special = _is("retirement_type", "special")
_disability = _is("retirement_type", "disability")
_retirement = _is("retirement_filing", "combined")
_medical = _is("medical_filing", "combined")
_reward = _is("wants_only_child_reward", "yes")
_only_child = _both(_reward, _is("only_child_filing", "combined"))
_elsewhere_or_moved_in = _either(_household_elsewhere, _both(_household_here, _is("household_moved_in", "yes")))

PREDICATES: Mapping[str, Predicate] = {
    "always": lambda _answers: True,
    "never": lambda _answers: False,
    # questions
    "retiring_normally": _normal,
    "woman_retiring_normally": _both(_is_woman, _normal),
    "retiring_at_a_chosen_month": _either(_early, _late),
    "retiring_early": _early,
    "retiring_late": _late,
    "retiring_by_special_work": _special,
    "retiring_by_disability": _disability,
    "medical_filed_together": _medical,
    "wants_only_child_reward": _reward,
    "only_child_filed_together": _only_child,
    "only_child_filed_together_and_household_here": _both(_only_child, _household_here),
    "money_comes_through_the_case": _either(_retirement, _only_child),
    "delivered_by_express": _is("delivery", "express"),
    # materials
    "retirement_filed_together": _retirement,
    "early_retirement_filed_together": _both(_retirement, _early),
    "late_retirement_filed_together": _both(_retirement, _late),
    "special_work_filed_together": _both(_retirement, _special),
    "disability_filed_together": _both(_retirement, _disability),
    "spouse_papers_needed": _both(_only_child, _is("marital_status", "married", "remarried")),
    "divorce_papers_needed": _both(_only_child, _is("marital_status", "divorced", "remarried")),
    "widowhood_papers_needed": _both(_only_child, _is("marital_status", "widowed")),
    "earlier_household_proof_needed": _both(_only_child, _elsewhere_or_moved_in),
}
