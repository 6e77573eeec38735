"""Pre-check (一分钟看看能不能办): what five answers already say, before anybody signs in. Nothing of it is kept.

The same rules decide as in a case: items.py chooses the items, materials.py's predicates the slots.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from backend.domain.answers import Answers, NotAnAnswer
from backend.domain.errors import AnswersInvalid
from backend.domain.items import ItemCode, chosen_items
from backend.domain.materials import MaterialRule, MaterialRules
from backend.domain.people import Month, Sex
from backend.domain.policy import Category, DisabilityRoute, Policy
from backend.domain.predicates import PREDICATES
from backend.domain.questions import QuestionGraph
from backend.domain.retirement import TooEarly, answer_to
from backend.domain.retirement_month import Circumstances, RetirementType, plan_of

_YES_NO = {"yes": True, "no": False}


class PrecheckCategory(StrEnum):
    """男职工, or a woman by her original retirement age; 说不准 counts both."""

    MALE = "male"
    FEMALE_50 = "female_50"
    FEMALE_55 = "female_55"
    FEMALE_UNSURE = "female_unsure"


@dataclass(frozen=True, slots=True)
class PrecheckAnswers:
    """The five answers."""

    birth: Month
    category: PrecheckCategory
    retirement_type: RetirementType
    wants_only_child_reward: bool
    has_housing_fund: bool

    @property
    def sex(self) -> Sex:
        return Sex.MALE if self.category is PrecheckCategory.MALE else Sex.FEMALE

    @property
    def categories(self) -> tuple[Category, ...]:
        """One, or both that a woman who says 说不准 may belong to."""
        if self.category is PrecheckCategory.FEMALE_UNSURE:
            return (Category.FEMALE_50, Category.FEMALE_55)
        return (Category(self.category.value),)

    def as_given(self) -> dict[str, Any]:
        """The answers as a case's own questions would have them, everything filed together."""
        return {
            "retirement_type": self.retirement_type.value,
            "retirement_filing": "combined",
            "medical_filing": "combined",
            "wants_only_child_reward": _yes_no(self.wants_only_child_reward),
            "only_child_filing": "combined",
            "has_housing_fund": _yes_no(self.has_housing_fund),
        }


@dataclass(frozen=True, slots=True)
class Opening:
    """The month from which a retirement can be filed for; None where no age is asked for.

    `category` is set where it decides the month. `flexible_from` is the first month that 弹性提前退休 leaves open to
    somebody with enough months of contribution; `minimum_contribution_months` None where none are asked for.
    """

    month: Month | None
    category: Category | None
    flexible_from: Month | None
    minimum_contribution_months: int | None
    law: str


@dataclass(frozen=True, slots=True)
class Bring:
    """A material: `certain` when every person with these answers needs it, otherwise it hangs on a later answer."""

    rule: MaterialRule
    certain: bool


# The months the estimate answers for too: born earlier, nobody still files.
FIRST_BIRTH, LAST_BIRTH = Month(1950, 1), Month(2000, 12)


def read_precheck(raw: Mapping[str, str]) -> PrecheckAnswers:
    """The five answers from what a browser sent. Raises AnswersInvalid with every fault at once."""
    faults: list[tuple[str, str]] = []

    def one_of(key: str, values: Mapping[str, Any], question: str) -> Any:
        if raw.get(key) not in values:
            faults.append((key, f"请选一项：{question}"))
            return None
        return values[raw[key]]

    birth = _birth(raw.get("birth_month", ""), faults)
    category = one_of("category", {each.value: each for each in PrecheckCategory}, "您是哪一种职工")
    kind = one_of("retirement_type", {each.value: each for each in RetirementType}, "办哪一种退休")
    reward = one_of("wants_only_child_reward", _YES_NO, "要不要申请独生子女父母奖励金")
    fund = one_of("has_housing_fund", _YES_NO, "有没有住房公积金")
    if faults or birth is None:
        raise AnswersInvalid(faults)
    return PrecheckAnswers(birth, category, kind, reward, fund)


def _birth(text: str, faults: list[tuple[str, str]]) -> Month | None:
    try:
        birth = Month.parse(text)
    except ValueError:
        faults.append(("birth_month", "请选出生的年和月。"))
        return None
    if not FIRST_BIRTH <= birth <= LAST_BIRTH:
        faults.append(
            ("birth_month", f"这里只能算 {FIRST_BIRTH.chinese}到 {LAST_BIRTH.chinese}出生的，请再看一遍年份。")
        )
        return None
    return birth


def openings(answers: PrecheckAnswers, today_month: Month, policy: Policy) -> tuple[Opening, ...]:
    """From when she can file: one opening, or one for each category that she may belong to."""
    is_by_age = answers.retirement_type is RetirementType.NORMAL
    categories = answers.categories if is_by_age else answers.categories[:1]
    return tuple(_opening(answers, category, today_month, policy) for category in categories)


def _opening(answers: PrecheckAnswers, category: Category, today_month: Month, policy: Policy) -> Opening:
    circumstances = Circumstances(
        birth=answers.birth,
        sex=answers.sex,
        category=category,
        retirement_type=answers.retirement_type,
        contribution_months=policy.minimum_contribution.rows[-1].value,  # enough: how many she has is not asked
    )
    plan = plan_of(circumstances, today_month, policy)
    answer = answer_to(plan, circumstances, today_month, policy)
    has_no_age = answers.retirement_type is RetirementType.DISABILITY and _asks_no_age(today_month, policy)
    return Opening(
        month=None if has_no_age else plan.statutory.statutory_month,
        category=category if answers.retirement_type is RetirementType.NORMAL else None,
        flexible_from=answer.flexible_from if isinstance(answer, TooEarly) else None,
        minimum_contribution_months=plan.statutory.minimum_contribution_months or None,
        law=policy.disability.row_on(today_month).law if has_no_age else plan.statutory.law,
    )


def _asks_no_age(today_month: Month, policy: Policy) -> bool:
    return policy.disability.row_on(today_month).value.route is DisabilityRoute.DISABILITY_BENEFIT


def applicable(answers: PrecheckAnswers, rules: MaterialRules) -> tuple[ItemCode, ...]:
    """The items that apply, in the list's order."""
    return tuple(item.code for item in chosen_items(answers.as_given(), rules.items))


def to_bring(answers: PrecheckAnswers, rules: MaterialRules, graph: QuestionGraph) -> tuple[Bring, ...]:
    """The slots these answers can call for, whatever is answered later; those that nobody escapes are certain."""
    futures = [{**answers.as_given(), **later} for later in _futures(graph)]
    found = []
    for rule in rules.rows:
        called_for = [PREDICATES[rule.when](future) for future in futures]
        if any(called_for):
            found.append(Bring(rule, all(called_for)))
    return tuple(found)


# Questions of the case that a slot hangs on and the pre-check does not ask. A test holds that none is missing.
_LATER_CHOICES = ("marital_status", "household_moved_in", "retirement_timing")


def _futures(graph: QuestionGraph) -> Iterator[Answers]:
    """Every way of answering what is asked later."""
    asked = {question.key: question for page in graph.pages for question in page.questions}
    choices = {key: [c.value for c in asked[key].choices] or list(_YES_NO) for key in _LATER_CHOICES if key in asked}
    registers = [{"in_district": True}, {"in_district": False}]
    for register, *values in product(registers, *choices.values()):
        yield {"household_area": register, **dict(zip(choices, values, strict=True))}


# ── carried over into a case ─────────────────────────────────────────────────────────────────

_ORIGINAL_AGE = {"female_50": "50", "female_55": "55", "female_unsure": "unsure"}
CARRIED = ("retirement_type", "wants_only_child_reward", "has_housing_fund")


def carried_over(raw: Mapping[str, str], graph: QuestionGraph) -> dict[str, Any]:
    """The pre-check's answers as the case's own, each read by its question; what was left out stays unanswered.

    A man's category says nothing that a case asks. Raises AnswersInvalid.
    """
    given = {key: raw[key] for key in CARRIED if raw.get(key)}
    if age := _ORIGINAL_AGE.get(raw.get("category", "")):
        given["original_retirement_age"] = age
    read: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for key, value in given.items():
        try:
            read[key] = graph.read(key, value)
        except NotAnAnswer as fault:
            faults.append((key, str(fault)))
    if faults:
        raise AnswersInvalid(faults)
    return read


def _yes_no(said: bool) -> str:
    return "yes" if said else "no"
