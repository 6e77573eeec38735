"""When can I retire, in a real browser: one whose month has come, one two months too early, one 14 months short; and
the estimate that anybody may ask for, on a phone and on a desk's screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from backend import wiring
from backend.adapters.clock import SystemClock
from backend.domain.people import Month
from backend.domain.policy import Category
from backend.domain.retirement import statutory
from backend.services.reminders import Reminders
from backend.settings import Settings
from tests.domain.examples import rulebook
from tests.journeys import callers
from tests.journeys.phone_pages import PhonePages
from tests.sandbox_wechat import MovableClock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def this_month() -> Month:
    return Month.of(SystemClock().today())


def of_age_in(month: Month) -> Month:
    """The birth month of men who reach the statutory age in a month."""
    policy = rulebook().policy
    births = (month.plus(-months) for months in range(60 * 12, 64 * 12))
    return next(birth for birth in births if statutory(birth, Category.MALE, policy).statutory_month == month)


@contextmanager
def reminders_at(stage: Stage, at: datetime) -> Iterator[Reminders]:
    """The city's reminders as its worker would tell them at another moment."""
    settings = Settings.from_environment(stage.city.environ())
    world = wiring.build_world(settings, MovableClock(at))
    yield world.services.reminders
    world.close()


def begin(phone: PhonePages) -> None:
    phone.sign_in()
    phone.begin()


def no_sideways_scrolling(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


# ── in a case ────────────────────────────────────────────────────────────────────────────────


def test_a_woman_of_original_50_whose_month_has_come_goes_on_to_her_photos(stage: Stage) -> None:
    phone = stage.a_phone(born_on="1976-03-08")
    begin(phone)
    answers = callers.answers_of(phone.person, original_retirement_age="50")

    phone.answer_all(answers, until="eligibility", shoot=False)
    card = phone.page.locator('[data-eligibility="eligible"]')
    expect(card).to_contain_text("2026年11月")
    expect(card).to_contain_text("50")
    phone.tap("怎么算出来的")
    expect(phone.page.locator('[data-figure="delay"]')).to_contain_text("晚 8 个月")
    no_sideways_scrolling(phone.page)
    phone.shoot("eligible")
    phone.tap("继续")

    phone.answer_all(answers, shoot=False)
    phone.at("materials")


def test_a_man_two_months_too_early_leaves_a_date_and_is_told_on_the_day(stage: Stage) -> None:
    opens = this_month().plus(2)
    phone = stage.a_phone(born_on=str(of_age_in(opens)) + "-08", woman=False)
    begin(phone)
    phone.answer_all(callers.answers_of(phone.person), until="eligibility", shoot=False)

    expect(phone.page.locator("h1")).to_contain_text(opens.chinese)
    expect(phone.page.locator('[data-eligibility="too_early"]')).to_contain_text("还有 2 个月")
    no_sideways_scrolling(phone.page)
    phone.shoot("too-early")
    phone.tap("到时提醒我")
    expect(phone.page.locator('[data-reminder="filing_opens"]')).to_contain_text(f"{opens.chinese}1日在微信里告诉您")
    phone.shoot("reminder-set")
    case_path = phone.page.url.partition("/eligibility")[0]
    phone.tap("先放一放，回首页")
    phone.at("home")
    phone.shoot("home-with-a-draft")

    day_before = datetime(opens.year, opens.month, 1, 1, 0, tzinfo=UTC) - timedelta(days=1)
    with reminders_at(stage, day_before) as reminders:
        reminders.tell_due()
    with reminders_at(stage, day_before + timedelta(days=1)) as reminders:
        reminders.tell_due()
        reminders.tell_due()
    [push] = callers.chat_of(stage.city.wechat_url, phone.person["key"], at_least=1)

    assert f"{opens.chinese}起" in str(push)
    phone.page.goto(push["url"])
    phone.page.wait_for_url(f"{case_path}/**")
    phone.page.goto(f"{stage.city.url}/messages")
    expect(phone.at("messages")).to_contain_text("到月办退休提醒")
    phone.shoot("messages")


def test_a_woman_14_months_short_sees_what_she_can_do_and_is_not_stopped(stage: Stage) -> None:
    phone = stage.a_phone(born_on="1976-03-08")
    begin(phone)
    answers = callers.answers_of(phone.person, contribution_months=166)
    phone.answer_all(answers, until="eligibility", shoot=False)
    paid_up = this_month().plus(14)

    expect(phone.page.locator("h1")).to_contain_text("还差 14 个月")
    ways = phone.page.locator("[data-way]")
    expect(ways.first).to_contain_text(f"到 {paid_up.chinese}就够了")
    no_sideways_scrolling(phone.page)
    phone.shoot("short")
    phone.tap("到时提醒我")
    expect(phone.page.locator('[data-reminder="filing_opens"]')).to_contain_text(paid_up.chinese)
    phone.tap("也可以先往下填着")

    phone.answer_all(answers, shoot=False)
    phone.at("materials")


def test_somebody_too_early_may_choose_to_go_early_with_one_tap(stage: Stage) -> None:
    of_age = this_month().plus(24)
    phone = stage.a_phone(born_on=str(of_age_in(of_age)) + "-08", woman=False)
    begin(phone)
    phone.answer_all(callers.answers_of(phone.person), until="eligibility", shoot=False)
    phone.shoot("ways")

    phone.tap("改成提前退，去选月份")
    phone.at("chosen_month")
    chosen = this_month().plus(22)
    phone.answer("chosen_month", {"chosen_month": str(chosen)}, shoot=False)

    phone.at("eligibility")
    expect(phone.page.locator("h1")).to_contain_text(chosen.chinese)
    expect(phone.page.get_by_text("提前退，要先书面告知")).to_be_visible()
    phone.tap("告知到期前提醒我")
    expect(phone.page.locator('[data-reminder="early_notice_due"]')).to_contain_text("要书面告知")
    no_sideways_scrolling(phone.page)
    phone.shoot("early-with-its-reminder")

    phone.tap("也可以先往下填着")
    phone.answer("early_notice_on", {"early_notice_on": None}, shoot=False)  # not given yet: left blank
    expect(phone.page.locator('[data-page="early_notice_on"]')).to_have_count(0)


# ── without a case ───────────────────────────────────────────────────────────────────────────


def fill(page: Page, birth: Month, category: str, years: int, months: int) -> None:
    decade = birth.year // 10 * 10
    page.get_by_role("button", name=f"{decade} — {min(decade + 9, 2000)} 年").click()
    page.get_by_role("button", name=f"{birth.year} 年", exact=True).click()
    page.get_by_role("button", name=f"{birth.month} 月", exact=True).click()
    page.locator("label").filter(has=page.locator(f'input[value="{category}"]')).click()
    page.locator("#years").fill(str(years))
    page.locator("#months").fill(str(months))
    page.get_by_role("button", name="算一算", exact=True).click()


def answer_card(page: Page) -> Locator:
    return page.locator('[data-page="estimate-result"] [data-kind]')


def test_anybody_in_wechat_works_out_her_month_chooses_another_and_is_reminded(stage: Stage) -> None:
    phone = stage.a_phone()
    phone.sign_in()
    phone.shoot("home")
    phone.tap("我什么时候能退休")
    phone.at("estimate")
    phone.tap("算一算")
    expect(phone.page.locator("[data-error-summary]")).to_contain_text("请选出生的年和月")
    phone.shoot("nothing-filled-in")
    fill(phone.page, Month(1973, 6), "female_55", 25, 0)

    expect(answer_card(phone.page)).to_contain_text("2029年5月可以退休")
    expect(answer_card(phone.page)).to_contain_text("55岁11个月")
    phone.page.locator('[data-figure="delay"]').get_by_role("button", name="依据").click()
    expect(phone.page.locator('[data-figure="delay"]')).to_contain_text("渐进式延迟法定退休年龄")
    expect(phone.page.get_by_text("仅供参考，以窗口核定为准")).to_be_visible()
    no_sideways_scrolling(phone.page)
    phone.shoot("result")

    phone.page.get_by_role("button", name="选一个月份看看").click()
    phone.page.get_by_role("button", name="2028 年", exact=True).click()
    phone.page.get_by_role("button", name="10 月", exact=True).click()
    expect(answer_card(phone.page)).to_contain_text("2028年10月可以退休")
    expect(phone.page.get_by_text("最晚 2028年7月1日").first).to_be_visible()
    phone.tap("告知到期前提醒我")
    expect(phone.page.locator('[data-reminder="early_notice_due"]')).to_contain_text("2028年6月17日")
    phone.shoot("chosen")
    phone.page.get_by_role("button", name="再换一个月份").click()
    phone.page.get_by_role("button", name="2028 年", exact=True).click()
    phone.page.get_by_role("button", name="1 月", exact=True).click()
    expect(phone.page.get_by_text("请换一个月")).to_be_visible()
    phone.shoot("outside-the-window")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (1440, 900)])
def test_outside_wechat_the_estimate_is_open_and_the_reminder_is_a_code_to_scan(
    stage: Stage, browser: Browser, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{stage.city.url}/estimate")
    fill(page, of_age_in(this_month().plus(5)), "male", 20, 6)

    expect(answer_card(page)).to_contain_text("还有 5 个月")
    code = page.get_by_alt_text("用微信扫这个二维码，在微信里设提醒")
    expect(code).to_be_visible()
    assert "birth_month" in (code.get_attribute("src") or "")
    no_sideways_scrolling(page)
    stage.shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=stage.shots / f"result-{width}.png", full_page=True)
    page.get_by_role("link", name="改一改再算").click()
    expect(page.locator("#years")).to_have_value("20")
    page.screenshot(path=stage.shots / f"form-{width}.png", full_page=True)
    context.close()


def test_somebody_whose_month_has_come_is_led_from_the_estimate_into_the_filing(stage: Stage) -> None:
    phone = stage.a_phone()
    phone.sign_in()
    phone.page.goto(f"{stage.city.url}/estimate")
    fill(phone.page, Month(1976, 3), "female_50", 26, 0)

    expect(answer_card(phone.page)).to_contain_text("现在就可以办退休")
    phone.shoot("open")
    phone.tap("开始办理")
    phone.at("start")
