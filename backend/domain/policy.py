"""Policy as dated rows: which row of a rule holds for a person, and what it says. An adapter reads the files.

A rule's rows follow each other without gap or overlap; `chosen_by` says which of the person's months picks the row.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from backend.domain.people import Month, Sex

T_co = TypeVar("T_co", covariant=True)


class Category(StrEnum):
    """Whose original retirement age (原法定退休年龄): men 60, women 55 (干部) or 50 (工人)."""

    MALE = "male"
    FEMALE_55 = "female_55"
    FEMALE_50 = "female_50"

    @classmethod
    def of_women(cls) -> tuple["Category", ...]:
        """Those a woman may be of, the nearer one first."""
        return cls.FEMALE_50, cls.FEMALE_55


class Way(StrEnum):
    """By which way a person retires."""

    ON_TIME = "on_time"  # 到法定退休年龄
    EARLY = "early"  # 弹性提前退休
    LATE = "late"  # 弹性延迟退休
    SPECIAL = "special"  # 特殊工种提前退休
    DISABILITY = "disability"  # 因病或非因工致残


class ChosenBy(StrEnum):
    """The month of the person's life that picks a row."""

    ORIGINAL_AGE_MONTH = "original_age_month"  # 满原法定退休年龄的月
    STATUTORY_MONTH = "statutory_month"  # 法定退休月
    CHOSEN_MONTH = "chosen_month"  # 本人选择的退休月
    RETIREMENT_MONTH = "retirement_month"  # 退休月：到龄、选择的或提前退休的那个月
    FILING_MONTH = "filing_month"  # 申请月


@dataclass(frozen=True, slots=True)
class Row(Generic[T_co]):
    """One row of a rule: in force from `since` until the next row begins; `law` is its source."""

    since: date
    value: T_co
    law: str


@dataclass(frozen=True, slots=True)
class Rule(Generic[T_co]):
    """A rule of policy with its rows, oldest first.

    Which month picks the row, and who has yet to confirm the rule (`status`), may depend on the way of retiring.
    """

    name: str
    title: str
    unit: str
    chosen_by: Mapping[Way, ChosenBy]
    source: str
    rows: tuple[Row[T_co], ...]
    status: Mapping[Way, str]
    _starts: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(row.since for row in self.rows))

    def row_on(self, month: Month) -> Row[T_co]:
        """The row in force in a month (rows begin on the first of one); before the first row, the first row."""
        return self.rows[max(0, bisect_right(self._starts, month.first_day) - 1)]

    def row_for(self, months: Mapping[ChosenBy, Month], way: Way = Way.ON_TIME) -> Row[T_co]:
        """The row picked by the month that `chosen_by` names for this way, out of a person's months."""
        return self.row_on(months[self.chosen_by[way]])


@dataclass(frozen=True, slots=True)
class Delay:
    """One month for every `births_per_step` months of birth from `first_delayed_birth` on, `cap_months` at most."""

    first_delayed_birth: Month
    births_per_step: int
    cap_months: int


@dataclass(frozen=True, slots=True)
class RetirementAge:
    """The delays of a row of 法定退休年龄; no entry, no delay."""

    delays: Mapping[Category, Delay]


@dataclass(frozen=True, slots=True)
class FlexibleRetirement:
    """弹性退休, in months."""

    early_max_months: int
    late_max_months: int
    early_notice_months: int
    late_notice_months: int


@dataclass(frozen=True, slots=True)
class SpecialWork:
    """特殊工种: ages in months, years of work by kind."""

    age_months: Mapping[Sex, int]
    years: Mapping[str, int]


class DisabilityRoute(StrEnum):
    """What a lost ability to work leads to: 病退 until 2024, the 病残津贴 application since."""

    EARLY_RETIREMENT = "early_retirement"
    DISABILITY_BENEFIT = "disability_benefit"


@dataclass(frozen=True, slots=True)
class Disability:
    """因病或非因工致残: the route, the ages in months where it has a floor, whether it asks the 最低缴费年限."""

    route: DisabilityRoute
    age_months: Mapping[Sex, int]
    asks_minimum_contribution: bool


@dataclass(frozen=True, slots=True)
class MedicalYears:
    """医保缴费年限, in months: over the whole life by sex, and actual ones inside the province."""

    lifetime_months: Mapping[Sex, int]
    in_province_months: int


@dataclass(frozen=True, slots=True)
class Policy:
    """Every rule, past and to come. `content_hash` names exactly this policy, so a decision can be replayed."""

    original_age_months: Mapping[Category, int]
    retirement_age: Rule[RetirementAge]
    minimum_contribution: Rule[int]
    flexible_retirement: Rule[FlexibleRetirement]
    special_work: Rule[SpecialWork]
    disability: Rule[Disability]
    medical_years: Rule[MedicalYears]
    deemed_contribution: Rule[bool]
    pension_start: Rule[int]
    amber_percent: Rule[int]
    window_review_working_days: Rule[int]
    content_hash: str
