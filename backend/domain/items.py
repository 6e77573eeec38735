"""The seven joint items (联办事项), the departments they belong to, and which of them a person's answers choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.answers import Answers


class ItemCode(StrEnum):
    """附件2 联办清单, in its order."""

    RETIRE_NORMAL = "retire_normal"
    RETIRE_SPECIAL = "retire_special"
    RETIRE_DISABILITY = "retire_disability"
    PENSION_PAYMENT = "pension_payment"
    MEDICAL_YEARS = "medical_years"
    ONLY_CHILD_REWARD = "only_child_reward"
    HOUSING_FUND = "housing_fund"


class Department(StrEnum):
    """责任部门."""

    SOCIAL_SECURITY = "social_security"  # 区人社局
    MEDICAL_INSURANCE = "medical_insurance"  # 区医保局
    HEALTH = "health"  # 区卫健局
    HOUSING_FUND = "housing_fund"  # 公积金屈原管理部


class Filing(StrEnum):
    """申报方式."""

    COMBINED = "combined"  # 合并申报
    SELF = "self"  # 自行申报
    HANDOVER = "handover"  # 引导到“岳阳住房公积金”微信公众号


class ClockStart(StrEnum):
    """What starts an item's clock."""

    ROUTED = "routed"
    MATERIALS_COMPLETE = "materials_complete"
    ACCOUNT_SEALED = "account_sealed"


@dataclass(frozen=True, slots=True)
class Office:
    """A department as people find it, and the question keys whose answers its officers may see."""

    department: Department
    name: str
    full_name: str
    office: str
    address: str
    phone: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One joint item (事项): the limit in working days, the conditions (办理条件范围) that are no figures of policy."""

    code: ItemCode
    title: str
    short_title: str
    department: Department
    limit_working_days: int
    clock_starts: ClockStart
    filings: tuple[Filing, ...]
    conditions: tuple[str, ...]
    legal_basis: str
    result_name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChosenItem:
    """An item of a case and how it is filed."""

    code: ItemCode
    department: Department
    filing: Filing
    limit_working_days: int


_RETIREMENT_ITEM = {
    "normal": ItemCode.RETIRE_NORMAL,
    "special": ItemCode.RETIRE_SPECIAL,
    "disability": ItemCode.RETIRE_DISABILITY,
}


def chosen_items(answers: Answers, items: Mapping[ItemCode, Item]) -> tuple[ChosenItem, ...]:
    """The items of these answers in the list's order: exactly one retirement item once its type is answered.

    Answers must be the effective ones (questions.py `effective`): an irrelevant answer chooses nothing.
    """
    retirement = _RETIREMENT_ITEM.get(answers.get("retirement_type", ""))
    filing = answers.get("retirement_filing")
    wants_reward = answers.get("wants_only_child_reward") == "yes"
    has_fund = answers.get("has_housing_fund") == "yes"
    filings = (
        (retirement, filing),
        (ItemCode.PENSION_PAYMENT if retirement else None, filing),
        (ItemCode.MEDICAL_YEARS, answers.get("medical_filing")),
        (ItemCode.ONLY_CHILD_REWARD if wants_reward else None, answers.get("only_child_filing")),
        (ItemCode.HOUSING_FUND if has_fund else None, Filing.HANDOVER),
    )
    return tuple(_chosen(items[code], Filing(how)) for code, how in filings if code and how)


def _chosen(item: Item, filing: Filing) -> ChosenItem:
    return ChosenItem(item.code, item.department, filing, item.limit_working_days)
