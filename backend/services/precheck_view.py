"""The pre-check's answer in words: which items, when, what to bring, how long, whom to call."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.domain.items import Item, ItemCode
from backend.domain.people import Month, chinese_length
from backend.domain.policy import Category
from backend.domain.precheck import Bring, Opening, PrecheckAnswers, PrecheckCategory, applicable, openings, to_bring
from backend.domain.retirement import RetirementType
from backend.domain.rulebook import Rulebook
from backend.services.service_guide import RETIREMENT_ITEMS
from backend.services.wording import limit_text

View = dict[str, Any]

# fmt: off
CATEGORY_WORDS: Mapping[PrecheckCategory, str] = {
    PrecheckCategory.MALE:          "男职工",
    PrecheckCategory.FEMALE_50:     "女职工，原来 50 岁退休",
    PrecheckCategory.FEMALE_55:     "女职工，原来 55 岁退休",
    PrecheckCategory.FEMALE_UNSURE: "女职工，50 岁还是 55 岁说不准",
}
TYPE_WORDS: Mapping[RetirementType, str] = {
    RetirementType.NORMAL:     "到年龄正常退休",
    RetirementType.SPECIAL:    "特殊工种提前退休",
    RetirementType.DISABILITY: "因病或非因工致残",
}
ORIGINAL_AGE_WORDS: Mapping[Category, str] = {
    Category.FEMALE_50: "原来是 50 岁退休的",
    Category.FEMALE_55: "原来是 55 岁退休的",
}
# What comes before the month, by type: a paper that somebody else gives.
FIRST: Mapping[RetirementType, str] = {
    RetirementType.SPECIAL:    "省、市人社部门审核通过",
    RetirementType.DISABILITY: "拿到劳动能力鉴定结论",
}
# fmt: on


def precheck_view(answers: PrecheckAnswers, rulebook: Rulebook, today: date) -> View:
    """Precheck of the API."""
    this_month = Month.of(today)
    found = openings(answers, this_month, rulebook.policy)
    months = [opening.month for opening in found if opening.month is not None]
    centre = rulebook.service_centre
    return {
        "title": _title(answers.retirement_type, found, this_month),
        "lines": _lines(answers.retirement_type, found, this_month),
        "law": "；".join(dict.fromkeys(opening.law for opening in found)),
        "can_now": not months or min(months) <= this_month,
        "from_month": str(min(months)) if months else None,
        "about": _about(answers),
        "items": [
            _item(rulebook.items[code], rulebook, _when(code, answers.retirement_type, found, this_month))
            for code in applicable(answers, rulebook.materials)
        ],
        "bring": [
            _material(bring, rulebook)
            for bring in sorted(to_bring(answers, rulebook.materials, rulebook.graph), key=lambda b: not b.certain)
            if not bring.rule.slot.generated
        ],
        "contact": {"name": centre.name, "phone": centre.phone, "hours": centre.hours, "address": centre.address},
        "precheck": {
            "category": answers.category,
            **{key: answers.as_given()[key] for key in ("retirement_type", *_WISHES)},
        },
    }


_WISHES = ("wants_only_child_reward", "has_housing_fund")


def _title(kind: RetirementType, found: tuple[Opening, ...], this_month: Month) -> str:
    first = FIRST.get(kind)
    later = [opening.month for opening in found if opening.month is not None and opening.month > this_month]
    if not later:
        return f"{first}，就能办" if first else "您现在就能办"
    if len(found) > 1:
        return "要看您原来是几岁退休"
    return f"{first}，到 {later[0].chinese}起能办" if first else f"到 {later[0].chinese}起能办"


def _lines(kind: RetirementType, found: tuple[Opening, ...], this_month: Month) -> list[str]:
    lines = [line for opening in found if (line := _line(opening, len(found) > 1, this_month))]
    if any(opening.minimum_contribution_months for opening in found):
        lines.append("养老保险缴了多少个月，看个人权益单；月数不够的可以接着缴，窗口会告诉您怎么办。")
    if kind is RetirementType.DISABILITY and not lines:
        lines.append("这一项不看年龄，先到市劳动能力鉴定委员会做鉴定。")
    return lines


def _line(opening: Opening, of_several: bool, this_month: Month) -> str:
    if opening.month is None:
        return ""
    whose = f"{ORIGINAL_AGE_WORDS[opening.category]}，" if of_several and opening.category else ""
    wait = this_month.months_until(opening.month)
    reached = "已经到了年龄，现在就能办" if wait <= 0 else f"到年龄，还有 {chinese_length(wait)}"
    minimum = opening.minimum_contribution_months
    paid = f"；养老保险要缴满 {chinese_length(minimum)}（{minimum} 个月）" if minimum else ""
    early = opening.flexible_from
    earlier = f"缴费月数够的，也可以弹性提前退休，最早 {early.chinese}。" if early else ""
    return f"{whose}{opening.month.chinese}{reached}{paid}。{earlier}"


def _about(answers: PrecheckAnswers) -> list[str]:
    return [
        f"{answers.birth.chinese}出生",
        CATEGORY_WORDS[answers.category],
        TYPE_WORDS[answers.retirement_type],
        "要申请独生子女父母奖励金" if answers.wants_only_child_reward else "不申请独生子女父母奖励金",
        "有住房公积金" if answers.has_housing_fund else "没有住房公积金",
    ]


def _when(code: ItemCode, kind: RetirementType, found: tuple[Opening, ...], this_month: Month) -> str:
    if code in RETIREMENT_ITEMS:
        if len(found) == 1:
            return _title(kind, found, this_month).removeprefix("您")
        by_age = [(ORIGINAL_AGE_WORDS[o.category], o.month.chinese) for o in found if o.category and o.month]
        return "；".join(f"{whose} {month}起" for whose, month in by_age)
    if code is ItemCode.HOUSING_FUND:
        return "退休证明办好、单位把账户封存以后"
    return "和退休一起办"


def _item(item: Item, rulebook: Rulebook, when: str) -> View:
    office = rulebook.offices[item.department]
    return {
        "code": item.code,
        "name": item.title,
        "short_name": item.short_title,
        "department_label": office.name,
        "phone": office.phone,
        "when": when,
        "limit_text": limit_text(item),
    }


def _material(bring: Bring, rulebook: Rulebook) -> View:
    slot = bring.rule.slot
    return {
        "key": slot.key,
        "label": slot.label,
        "item": rulebook.items[slot.item].short_title if slot.item else "每个事项都用",
        "at_the_counter": slot.at_the_counter,
        "where_to_get": slot.where_to_get,
        "kinds": [label for _, label in slot.kinds],
        "depends_on": None if bring.certain else rulebook.materials.conditions[bring.rule.when],
    }
