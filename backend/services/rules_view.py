"""The checks of the policy as the window sees them: its inputs, what is wanted, the clause, who settled it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.domain.case import Case
from backend.domain.evaluation import Evaluation
from backend.domain.people import Month, chinese_age, chinese_length
from backend.domain.policy import DisabilityRoute
from backend.domain.review import Settlement, SettlementKind, age_contradicts, to_settle
from backend.domain.rule_checks import CheckOutcome, Facts, RuleCheck, RuleKey
from backend.services.wording import iso, local_date, say_day

View = dict[str, Any]

# fmt: off
RULE_LABELS: dict[str, str] = {
    RuleKey.AGE:                 "到没到能退休的月",
    RuleKey.CONTRIBUTION:        "养老保险缴费年限",
    RuleKey.FLEXIBLE_WINDOW:     "弹性退休的时间范围",
    RuleKey.EARLY_NOTICE:        "弹性提前退休的书面告知",
    RuleKey.LATE_AGREEMENT:      "弹性延迟退休的书面协议",
    RuleKey.ORIGINAL_AGE:        "原法定退休年龄",
    RuleKey.DEEMED_CONTRIBUTION: "视同缴费年限",
    RuleKey.SPECIAL_WORK:        "特殊工种累计年限",
    RuleKey.ABILITY_APPRAISAL:   "劳动能力鉴定结论",
    RuleKey.MEDICAL_LIFETIME:    "医保累计缴费年限",
    RuleKey.MEDICAL_IN_PROVINCE: "医保省内实际缴费年限",
}

OUTCOME_LABELS: dict[CheckOutcome, str] = {
    CheckOutcome.PASSES:             "符合",
    CheckOutcome.FAILS:              "不符合",
    CheckOutcome.NEEDS_CONFIRMATION: "要窗口确认",
    CheckOutcome.INFORMS:            "供参考",
}

SETTLEMENT_LABELS: dict[SettlementKind, str] = {
    SettlementKind.CONFIRMED:  "已对照材料确认",
    SettlementKind.OVERRIDDEN: "已写明理由照办",
    SettlementKind.TAKEN_BACK: "已撤销",
}

# What the clerk compares before she confirms.
WHAT_TO_COMPARE: dict[RuleKey, str] = {
    RuleKey.ORIGINAL_AGE:        "对照职工档案里的岗位，看是按 50 岁还是 55 岁。",
    RuleKey.DEEMED_CONTRIBUTION: "对照职工档案，看视同缴费的起止时间。",
    RuleKey.EARLY_NOTICE:        "对照书面告知的日期和签收。",
    RuleKey.LATE_AGREEMENT:      "对照书面协议的日期和双方签名盖章。",
    RuleKey.SPECIAL_WORK:        "对照省、市人社部门审核通过的材料，看工种和累计时间。",
    RuleKey.ABILITY_APPRAISAL:   "对照鉴定结论书，看是不是“完全丧失劳动能力”和作出的日期。",
}

INPUT_LABELS: dict[str, str] = {
    "birth_month":                  "出生年月",
    "filing_month":                 "申请的月",
    "age_months":                   "法定退休年龄",
    "statutory_month":              "到这个年龄的月",
    "from_month":                   "能退休的月",
    "original_age_months":          "填的原退休年龄",
    "statutory_month_of_female_50": "原 50 岁的，到",
    "statutory_month_of_female_55": "原 55 岁的，到",
    "contribution_months":          "实际缴费",
    "deemed_months":                "视同缴费",
    "counted_months":               "一共算",
    "minimum_months":               "最少要缴",
    "year":                         "看的是",
    "chosen_month":                 "选的退休月",
    "earliest_month":               "最早",
    "latest_month":                 "最晚",
    "early_notice_on":              "书面告知的日期",
    "late_agreement_on":            "签协议的日期",
    "by":                           "最晚",
    "months_before":                "要提前",
    "special_work_kind":            "工种",
    "special_work_months":          "累计",
    "short_months":                 "还差",
    "appraisal_on":                 "鉴定结论的日期",
    "route":                        "办的是",
    "paid_months":                  "实际缴费",
    "lifetime_months":              "累计要满",
    "in_province_months":           "省内实际缴费",
}

VALUE_WORDS: dict[str, str] = {
    "high_altitude":                   "高空作业",
    "heavy_labour":                    "特别繁重的体力劳动",
    "underground":                     "井下作业",
    "high_temperature":                "高温作业",
    "other_harmful":                   "其他有害身体健康的工作",
    DisabilityRoute.EARLY_RETIREMENT:  "病退",
    DisabilityRoute.DISABILITY_BENEFIT: "申请病残津贴",
}

# What is said of an input that nobody gave.
NOT_GIVEN = {"original_age_months": "说不准"}
# fmt: on


@dataclass(frozen=True, slots=True)
class VersionTold:
    """Which version of the policy a view rests on. `since` is the day it was first taken up, if it was kept."""

    content_hash: str
    since: datetime | None
    is_current: bool


def rules_view(case: Case, evaluation: Evaluation, version: VersionTold) -> View:
    """What review_view.py adds of the policy: its version, every check, what was decided against it."""
    settled = case.settled()
    views = [_check(check, case, evaluation, settled) for check in evaluation.checks]
    return {
        "policy": {
            "content_hash": version.content_hash,
            "short": version.content_hash[:8],
            "since": local_date(version.since).isoformat() if version.since else None,
            "is_current": version.is_current,
            "filing_month": str(evaluation.filing_month),
        },
        "rule_checks": views,
        "rules_open": [view["label"] for view in views if view["is_open"]],
        "overrides": [
            {"key": key, "label": RULE_LABELS[key], **_settlement(each)}
            for key, each in settled.items()
            if each.kind is SettlementKind.OVERRIDDEN
        ],
    }


def _check(check: RuleCheck, case: Case, evaluation: Evaluation, settled: Mapping[str, Settlement]) -> View:
    needed = to_settle(check, evaluation.statutory_age_months, case.confirmed_age_months)
    given, last = settled.get(check.key), case.settlements.get(check.key)
    return {
        "key": check.key,
        "label": RULE_LABELS[check.key],
        "outcome": check.outcome,
        "outcome_label": OUTCOME_LABELS[check.outcome],
        "given": _inputs(check.given),
        "wanted": _inputs(check.wanted),
        "law": check.law,
        "status": check.status or None,
        "contradiction": _contradiction(check, case, evaluation),
        "to_settle": needed,
        "compare": WHAT_TO_COMPARE.get(check.key) if needed is SettlementKind.CONFIRMED else None,
        "is_open": needed is not None and (given is None or given.kind is not needed),
        "settlement": _settlement(given) if given else None,
        "earlier": _settlement(last) if last and last.round < case.round else None,
    }


def _contradiction(check: RuleCheck, case: Case, evaluation: Evaluation) -> str | None:
    by_rules, confirmed = evaluation.statutory_age_months, case.confirmed_age_months
    if check.key is not RuleKey.AGE or by_rules is None or confirmed is None:
        return None
    if not age_contradicts(by_rules, confirmed):
        return None
    return f"窗口确认的退休年龄是 {chinese_age(confirmed)}，按政策算出来是 {chinese_age(by_rules)}，不一样要写明理由。"


def _settlement(each: Settlement) -> View:
    return {
        "kind": each.kind,
        "kind_label": SETTLEMENT_LABELS[each.kind],
        "note": each.note,
        "by": each.by_name,
        "at": iso(each.at),
    }


def _inputs(inputs: Facts) -> list[View]:
    """In words; what is nothing (no deemed contribution, nothing missing, no floor) is not said."""
    return [
        {"label": INPUT_LABELS.get(name, name), "text": _said(name, value)}
        for name, value in inputs.items()
        if _is_worth_saying(name, inputs)
    ]


def _is_worth_saying(name: str, inputs: Facts) -> bool:
    value = inputs[name]
    if name == "counted_months":
        return value != inputs.get("contribution_months")
    return value != 0 and (value is not None or name in NOT_GIVEN or name.endswith("_on"))


def _said(name: str, value: int | str | None) -> str:
    if value is None:
        return NOT_GIVEN.get(name, "没有填")
    if isinstance(value, int):
        return _counted(name, value)
    if "_month" in name:
        return Month.parse(value).chinese
    if name == "by" or name.endswith("_on"):
        return say_day(date.fromisoformat(value))
    return VALUE_WORDS.get(value, value)


def _counted(name: str, value: int) -> str:
    if name == "year":
        return f"{value} 年的规定"
    if name.endswith("age_months"):
        return chinese_age(value)
    return f"{value} 个月" if value < 12 else f"{chinese_length(value)}（{value} 个月）"
