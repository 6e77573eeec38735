"""The service guide (办事指南) as config says it now: one document for the page, the print and JSON.

Every figure comes from policy and every material from the checklist's rules, so the guide cannot part from what the
service does. What is published is a version of this document: see guides.py.
"""

from typing import Any

from backend.domain.items import Filing, Item, ItemCode
from backend.domain.materials import MaterialRule
from backend.domain.people import Month, Sex, chinese_length
from backend.domain.policy import Category, Delay, DisabilityRoute, Policy, Way
from backend.domain.rulebook import Rulebook
from backend.services.wording import FILING_LABELS, limit_text

Document = dict[str, Any]

RETIREMENT_ITEMS = (ItemCode.RETIRE_NORMAL, ItemCode.RETIRE_SPECIAL, ItemCode.RETIRE_DISABILITY)

CATEGORY_WORDS = {Category.MALE: "男职工", Category.FEMALE_55: "女干部", Category.FEMALE_50: "女工人"}
SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女"}
SPECIAL_WORK_WORDS = {
    "high_altitude": "高空",
    "heavy_labour": "特别繁重体力劳动",
    "underground": "井下",
    "high_temperature": "高温",
    "other_harmful": "其他有害身体健康",
}


def service_guide(rulebook: Rulebook) -> Document:
    """The guide's content. Its shape is read again for years (domain/service_guide.py): keys are only ever added."""
    guide, words = rulebook.guide, rulebook.guide.service
    return {
        "title": words.title,
        "issuer": words.issuer,
        "summary": [
            _fact("who_it_is_for", "办理条件", *words.who_it_is_for),
            _fact("who_may_file", "谁来申请", *words.who_may_file),
            _fact("ways_to_file", "怎么申请", *words.ways_to_file),
            _fact("fee", "收费", words.fee),
            _fact("basis", "依据", guide.source),
        ],
        "items": [_item(item, rulebook) for item in rulebook.items.values()],
        "common_materials": [_material(rule, rulebook) for rule in rulebook.materials.rows if rule.slot.item is None],
        "process": [{"title": title, "text": text} for title, text in words.process],
        "cannot_proceed": [
            {"key": c.key, "label": c.label, "office": c.office, "phone": c.phone, "what_to_do": c.what_to_do}
            for c in rulebook.checks.cannot_proceed
        ],
        "contacts": [
            {"name": c.name, "phone": c.phone, "hours": c.hours, "address": c.address} for c in guide.contacts
        ],
    }


def _item(item: Item, rulebook: Rulebook) -> Document:
    office = rulebook.offices[item.department]
    guide = rulebook.guide.item_guides[item.code]
    own = [rule for rule in rulebook.materials.rows if rule.slot.item is item.code]
    shared = rulebook.items[ItemCode.PENSION_PAYMENT].short_title
    facts = [
        _fact("conditions", "受理条件", *item.conditions, *_rules_of(item.code, rulebook.policy)),
        _fact("who_may_file", "谁来申请", *rulebook.guide.service.who_may_file),
        _fact("filing", "怎么申请", "，或".join(FILING_LABELS[filing] for filing in item.filings)),
        _fact("limit", "办理时限", limit_text(item)),
        _fact("fee", "收费", rulebook.guide.service.fee),
        _fact("result", "办理结果", item.result_name),
        _fact("legal_basis", "设定依据", item.legal_basis),
        _fact("office", "在哪里办", f"{office.full_name}{office.office}"),
        _fact("address", "地址", office.address),
        _fact("phone", "电话", office.phone),
    ]
    if item.code in RETIREMENT_ITEMS:
        facts.append(_fact("shared_materials", "材料", f"和“{shared}”用同一套材料，只交一次。"))
    if Filing.HANDOVER in item.filings:
        facts.append(_fact("bring", "要准备的", *guide.bring))
        facts.append(_fact("steps", "怎么办", *guide.steps))
    if note := item.note or guide.note:
        facts.append(_fact("note", "说明", note))
    return {
        "code": item.code.value,
        "title": item.title,
        "short_title": item.short_title,
        "department": office.name,
        "limit": limit_text(item),
        "facts": facts,
        "materials": [_material(rule, rulebook) for rule in own],
    }


def _material(rule: MaterialRule, rulebook: Rulebook) -> Document:
    slot = rule.slot
    return {
        "key": slot.key,
        "label": slot.label,
        "when": rulebook.materials.conditions[rule.when],
        "at_the_counter": slot.at_the_counter,
        "where_to_get": slot.where_to_get,
        "kinds": [label for _, label in slot.kinds],
    }


def _fact(key: str, label: str, *lines: str) -> Document:
    return {"key": key, "label": label, "lines": list(lines)}


# ── the figures, in words ────────────────────────────────────────────────────────────────────


def _rules_of(code: ItemCode, policy: Policy) -> list[str]:
    match code:
        case ItemCode.RETIRE_NORMAL:
            return [*_ages(policy), _minimum_contribution(policy), *_flexible(policy)]
        case ItemCode.RETIRE_SPECIAL:
            return [_special_work(policy), _minimum_contribution(policy)]
        case ItemCode.RETIRE_DISABILITY:
            return _disability(policy)
        case ItemCode.MEDICAL_YEARS:
            return _medical_years(policy)
        case _:
            return []


def _ages(policy: Policy) -> list[str]:
    """原法定退休年龄, then what each row with delays adds."""
    originals = policy.original_age_months
    said = "、".join(f"{CATEGORY_WORDS[each]} {_age(originals[each])}" for each in Category)
    lines = [f"原法定退休年龄：{said}。"]
    for row in policy.retirement_age.rows:
        lines.extend(
            _delay(CATEGORY_WORDS[each], originals[each], delay) for each, delay in row.value.delays.items()
        )
    return lines


def _delay(who: str, original_months: int, delay: Delay) -> str:
    first, step = delay.first_delayed_birth, delay.births_per_step
    return (
        f"{who} {first.chinese}及以后出生的，出生每晚 {step} 个月延迟 1 个月，最多到"
        f" {_age(original_months + delay.cap_months)}。"
    )


def _minimum_contribution(policy: Policy) -> str:
    """最低缴费年限: the first figure, when it begins to rise, where it ends."""
    rows = policy.minimum_contribution.rows
    first, last = rows[0], rows[-1]
    said = f"养老保险缴费满 {chinese_length(first.value)}（{first.value} 个月）"
    if len(rows) == 1:
        return f"{said}。"
    return (
        f"{said}；{rows[1].since.year} 年起逐年提高，{last.since.year} 年起要满 "
        f"{chinese_length(last.value)}（{last.value} 个月）。"
    )


def _flexible(policy: Policy) -> list[str]:
    flexible = policy.flexible_retirement.rows[-1].value
    if not flexible.early_max_months:
        return []
    early, late = chinese_length(flexible.early_max_months), chinese_length(flexible.late_max_months)
    return [
        f"缴费年限够了，可以自愿提前，最多提前 {early}，不得低于原法定退休年龄，"
        f"提前 {flexible.early_notice_months} 个月书面告知单位。",
        f"和单位商量一致，可以延迟，最多延迟 {late}，提前 {flexible.late_notice_months} 个月签书面协议。",
    ]


def _special_work(policy: Policy) -> str:
    special = policy.special_work.rows[-1].value
    ages = "、".join(f"{SEX_WORDS[sex]} {_age(special.age_months[sex])}" for sex in Sex)
    kinds: dict[int, list[str]] = {}
    for kind, years in special.years.items():
        kinds.setdefault(years, []).append(SPECIAL_WORK_WORDS.get(kind, kind))
    said = "，".join(f"{'、'.join(names)}满 {years} 年" for years, names in kinds.items())
    return f"年龄：{ages}。累计从事：{said}。"


def _disability(policy: Policy) -> list[str]:
    """Each route with the age and the contribution it asks for, and from when to when."""
    rows = policy.disability.rows
    lines = []
    for row, following in zip(rows, (*rows[1:], None), strict=True):
        when = f"{Month.of(following.since).chinese}以前申请的" if following else f"{Month.of(row.since).chinese}起"
        if row.value.route is DisabilityRoute.DISABILITY_BENEFIT:
            paid = "" if row.value.asks_minimum_contribution else "，也不要求最低缴费年限"
            lines.append(f"{when}，改为申请病残津贴，不再有年龄要求{paid}。")
        else:
            ages = "、".join(f"{SEX_WORDS[sex]}满 {_age(row.value.age_months[sex])}" for sex in Sex)
            minimum = policy.minimum_contribution.row_on(Month.of(row.since)).value
            paid = f"，养老保险缴费满 {chinese_length(minimum)}" if row.value.asks_minimum_contribution else ""
            lines.append(f"{when}：{ages}{paid}。")
    return lines


def _medical_years(policy: Policy) -> list[str]:
    rule = policy.medical_years
    last = rule.rows[-1]
    lifetime = "、".join(f"{SEX_WORDS[sex]} {chinese_length(last.value.lifetime_months[sex])}" for sex in Sex)
    by_year = "，".join(f"{row.since.year} 年 {chinese_length(row.value.in_province_months)}" for row in rule.rows)
    awaited = rule.status[Way.ON_TIME]
    status = f"（{awaited}）" if awaited else ""
    return [
        f"医保累计缴费满：{lifetime}。",
        f"其中在本省实际缴费：{by_year}起{status}。",
    ]


def _age(months: int) -> str:
    """720 → “60 周岁”, 725 → “60 岁 5 个月”."""
    years, rest = divmod(months, 12)
    return f"{years} 岁 {rest} 个月" if rest else f"{years} 周岁"
