"""What somebody who cannot retire yet may lawfully do, each way with her own dates before the district's words."""

from typing import Any

from backend.domain.people import Month, chinese_date
from backend.domain.policy import Policy
from backend.domain.retirement import ContributionShort, TooEarly, WayForward
from backend.domain.retirement_month import flexible_rule, paper_due_on
from backend.domain.rulebook import Rulebook

View = dict[str, Any]


def ways_view(found: TooEarly | ContributionShort, rulebook: Rulebook, asked_in: Month) -> list[View]:
    """The ways in the order they are offered: key, title, lines."""
    ways = []
    for way in found.ways:
        words = rulebook.guide.ways_forward[way]
        hers = _her_dates(way, found, rulebook.policy, asked_in)
        ways.append({"key": way.value, "title": words.title, "lines": [*hers, *words.lines]})
    return ways


def _her_dates(way: WayForward, found: TooEarly | ContributionShort, policy: Policy, asked_in: Month) -> list[str]:
    match way, found:
        case WayForward.WAIT, TooEarly(on_month=month, months_to_wait=wait):
            return [f"从 {month.chinese}1日起就可以办，还有 {wait} 个月。"]
        case WayForward.FLEXIBLE_EARLY, TooEarly(flexible_from=Month() as month):
            last_day = paper_due_on(month, flexible_rule(found.statutory, policy).value.early_notice_months)
            return [f"最早可以选 {month.chinese}退，{chinese_date(last_day)}以前（含当天）要书面告知。"]
        case WayForward.KEEP_CONTRIBUTING, TooEarly(contribution_short_months=short):
            return [_paid_up(short, asked_in)]
        case WayForward.KEEP_CONTRIBUTING, ContributionShort(months=short):
            return [_paid_up(short, asked_in)]
        case WayForward.FLEXIBLE_LATE, TooEarly():
            of_age = found.statutory.statutory_month
            last_day = paper_due_on(of_age, flexible_rule(found.statutory, policy).value.late_notice_months)
            return [f"{chinese_date(last_day)}以前（含当天）要签好书面协议。"]
        case _:
            return []


def _paid_up(short: int, asked_in: Month) -> str:
    return f"还差 {short} 个月。每个月都接着缴，到 {asked_in.plus(short).chinese}就够了。"
