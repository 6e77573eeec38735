"""Sentences that several views share: limits, guides, what comes next. Words of the district's own stand in config."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from backend.domain.case import State
from backend.domain.items import ClockStart, Filing, Item
from backend.domain.notices import SHANGHAI
from backend.domain.people import chinese_date
from backend.domain.retirement import Confirmation
from backend.domain.rulebook import Rulebook

# fmt: off
FILING_LABELS: dict[Filing, str] = {
    Filing.COMBINED: "一起办（合并申报）",
    Filing.SELF:     "自己去办（自行申报）",
    Filing.HANDOVER: "在“岳阳住房公积金”微信公众号办",
}

CONFIRMATIONS: dict[Confirmation, str] = {
    Confirmation.ORIGINAL_AGE:        "原来应该几岁退休",
    Confirmation.DEEMED_CONTRIBUTION: "视同缴费年限",
    Confirmation.EARLY_NOTICE:        "提前退休的书面告知",
    Confirmation.LATE_AGREEMENT:      "推迟退休的书面协议",
    Confirmation.SPECIAL_WORK:        "特殊工种的年限",
    Confirmation.ABILITY_APPRAISAL:   "劳动能力鉴定结论",
}

LIMIT_WORDS: dict[ClockStart, str] = {
    ClockStart.ROUTED:             "转到部门后 {days} 个工作日",
    ClockStart.MATERIALS_COMPLETE: "材料齐全后 {days} 个工作日（补缴的时间不算）",
    ClockStart.ACCOUNT_SEALED:     "公积金账户封存后 {days} 个工作日",
}

# What she does next, by state: (title, detail, label of the button, page of the H5 after /cases/<id>).
NEXT_STEPS: dict[State, tuple[str, str, str, str]] = {
    State.DRAFT:        ("接着填", "填好的都替您存着，从停下的地方继续。", "继续办理", ""),
    State.SUBMITTED:    ("等窗口审核", "您现在不用做什么，有结果会在微信里告诉您。", "查看进度", "/progress"),
    State.IN_REVIEW:    ("窗口正在审核", "您现在不用做什么，有结果会在微信里告诉您。", "查看进度", "/progress"),
    State.RETURN_ASKED: ("窗口还在审核", "您现在不用做什么，有结果会在微信里告诉您。", "查看进度", "/progress"),
    State.RETURNED:     ("有几处要改", "只改标出来的地方，别的不用动。", "去改一改", "/correction"),
    State.WAITING:      ("先办好一件别的事", "您的申请替您留着，办好后接着办，不用重新填。", "看看怎么办", "/progress"),
    State.REVIEWED:     ("等主管审批", "您现在不用做什么，有结果会在微信里告诉您。", "查看进度", "/progress"),
    State.APPROVED:     ("已经受理", "各部门会同时办，您不用跑。", "查看进度", "/progress"),
    State.PROCESSING:   ("各部门正在办", "各部门同时办，您不用跑。", "查看进度", "/progress"),
    State.COMPLETED:    ("全部办好了", "可以查看和下载办理结果。", "查看结果", "/progress"),
    State.WITHDRAWN:    ("已经撤回", "想办的时候，随时可以重新开始。", "查看详情", "/progress"),
    State.REFUSED:      ("这次没能受理", "原因和可以怎么办都写在里面。", "看看原因", "/progress"),
}
# fmt: on


def limit_text(item: Item) -> str:
    """The item's limit as people say it."""
    return LIMIT_WORDS[item.clock_starts].format(days=item.limit_working_days)


def guide_of(rulebook: Rulebook, item: Item) -> Mapping[str, Any]:
    """Where to go for an item, what to bring, how long it takes, whom to call."""
    office = rulebook.offices[item.department]
    guide = rulebook.guide.item_guides[item.code]
    return {
        "title": guide.title,
        "where": f"{office.full_name}{office.office}（{office.address}）",
        "bring": list(guide.bring),
        "steps": list(guide.steps),
        "limit": limit_text(item),
        "phone": office.phone,
        "note": guide.note,
    }


def next_step(case_id: object, state: State) -> Mapping[str, str]:
    title, detail, action_label, page = NEXT_STEPS[state]
    return {"title": title, "detail": detail, "action_label": action_label, "path": f"/cases/{case_id}{page}"}


def say_day(day: date | None) -> str:
    return chinese_date(day) if day else ""


def local_date(at: datetime) -> date:
    """The district's date at a moment."""
    return at.astimezone(SHANGHAI).date()


def iso(at: datetime | None) -> str | None:
    """A moment for a view."""
    return at.isoformat() if at else None
