"""She comes to the window: a clerk fills in, any phone shoots by a code, she signs on it, and joins by WeChat later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests import pictures
from tests.adapters.pdf_text import text_of
from tests.builders import a_small_photo
from tests.journeys import callers
from tests.journeys.desk_pages import DeskPages
from tests.journeys.phone_pages import PhonePages

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_a_walk_in_from_the_desk_to_the_queue_and_into_her_wechat(stage: Stage) -> None:
    her, clerk = stage.a_phone(), stage.a_desk("chuangkou2")
    begin(clerk, her.person)
    by_http = the_same_clerk(stage, clerk)
    case_id = answer_the_rest(clerk, by_http, callers.answers_of(her.person))

    end_with_a_photo_unsent_and_sit_down_again(clerk)
    scan_into_a_slot(clerk)
    phone = scanned(stage, clerk, her.person)
    shoot_by_the_code(phone, clerk)
    left = by_http.ask("GET", f"/api/filing/cases/{case_id}")
    by_http.photograph_all(left, lambda slot_key, part_key: a_small_photo(f"{case_id}/{slot_key}/{part_key}"))
    number = sign_on_the_phone_and_hand_in(clerk, phone)
    join(her, number, receipt_of(clerk, by_http, case_id))

    expect(her.page.get_by_text("等待窗口审核").or_(her.page.get_by_text("窗口审核")).first).to_be_visible()
    reviewer = stage.a_desk("chuangkou1")
    reviewer.open_case(case_id)
    expect(reviewer.find("case-number")).to_contain_text(number)


def begin(clerk: DeskPages, person: Any) -> None:
    """Name and number from her card, her consents, and the first question by keyboard."""
    page = clerk.page
    page.get_by_role("link", name="窗口代填").click()
    page.get_by_label("姓名").fill(person["name"])
    page.get_by_label("身份证号").fill(person["id_number"])
    clerk.shoot("counter")
    page.keyboard.press("Enter")
    expect(clerk.find("consents")).to_be_visible()
    for tick in clerk.find("consents").locator("label.el-checkbox").all():
        tick.click()
    clerk.shoot("consents")
    clerk.find("consent-give").click()
    expect(page.locator("[data-counter-bar]")).to_contain_text(f"{person['name'][0]}**")
    expect(page.locator('[data-page="phone"]')).to_be_visible()
    page.locator("#q-phone").fill(person["mobile"])
    clerk.shoot("question")
    page.keyboard.press("Enter")
    expect(page.locator('[data-page="phone"]')).to_have_count(0)


def the_same_clerk(stage: Stage, clerk: DeskPages) -> callers.Phone:
    """Her browser's session over HTTP: a sitting holds in this session only."""
    caller = callers.Phone(stage.city.url)
    for cookie in clerk.context.cookies():
        caller.session.cookies.set(cookie["name"], cookie["value"])
    caller.csrf = caller.ask("GET", "/api/identity/session")["csrf_token"]
    return caller


def answer_the_rest(clerk: DeskPages, by_http: callers.Phone, answers: Any) -> str:
    found = re.search(r"/cases/([0-9a-f-]{36})", clerk.page.url)
    assert found is not None
    by_http.answer_all(by_http.ask("GET", f"/api/filing/cases/{found[1]}"), answers)
    clerk.page.goto(clerk.page.url.partition("/pages/")[0] + "/materials")
    return found[1]


def end_with_a_photo_unsent_and_sit_down_again(clerk: DeskPages) -> None:
    """What is on its way is named first; then nothing of it stays on the window's computer."""
    page, materials = clerk.page, clerk.page.url
    page.route("**/photos/*/completion", lambda _route: None)  # never answered
    front = slot(page, "id_card").locator('[data-part="front"]')
    front.locator("input[type=file]").last.set_input_files(a_file("id_card", "front"))
    expect(front.get_by_text("正在检查")).to_be_visible(timeout=30_000)
    assert len(photos_kept_in(page)) == 1
    page.get_by_role("button", name="结束代填", exact=True).click()
    expect(page.locator("[data-unsent]")).to_contain_text("身份证正面")
    clerk.shoot("unsent")
    page.get_by_role("button", name="不要这几张，结束代填").click()
    expect(clerk.find("walk-in")).to_be_visible()
    assert photos_kept_in(page) == []
    page.unroute("**/photos/*/completion")
    clerk.find("unfinished-row").get_by_role("button", name="接着办").first.click()
    expect(page.locator("[data-counter-bar]")).to_be_visible()
    page.goto(materials)
    expect(slot(page, "id_card")).to_have_attribute("data-status", "open")


def photos_kept_in(page: Page) -> list[str]:
    """The photos that lie in this browser."""
    found: list[str] = page.evaluate(
        """() => new Promise((resolve, reject) => {
          const opening = indexedDB.open('tuixiu-photos')
          opening.onerror = () => reject(opening.error)
          opening.onsuccess = () => {
            const asked = opening.result.transaction('photos').objectStore('photos').getAllKeys()
            asked.onsuccess = () => { opening.result.close(); resolve(asked.result) }
          }
        })"""
    )
    return found


def scan_into_a_slot(clerk: DeskPages) -> None:
    """Two files at once; one is put into its place."""
    scanner = clerk.page.locator("[data-scanner]")
    files = [a_file("social_security_card", part) for part in ("front", "back")]
    scanner.locator("input[type=file]").set_input_files(files)
    expect(scanner.locator("[data-scan]")).to_have_count(2)
    scanner.locator("[data-scan] select").first.select_option("social_security_card/front")
    expect(scanner.locator("[data-scan]")).to_have_count(1)
    scanner.locator("[data-scan] select").first.select_option("social_security_card/back")
    expect(slot(clerk.page, "social_security_card")).to_have_attribute("data-status", "done", timeout=30_000)


def scanned(stage: Stage, clerk: DeskPages, person: Any) -> PhonePages:
    """A phone without WeChat that scans the code on the clerk's screen."""
    address = open_code(clerk)
    clerk.shoot("code")
    phone = stage.the_phone_at_hand(person)
    phone.page.goto(address)
    phone.at("shoot")
    return phone


def open_code(clerk: DeskPages) -> str:
    card = clerk.page.locator("[data-link-card]")
    card.get_by_role("button", name="开二维码").click()
    expect(card.get_by_role("timer")).to_be_visible()
    return card.get_attribute("data-address") or ""


def shoot_by_the_code(phone: PhonePages, clerk: DeskPages) -> None:
    """What the phone shoots is seen on the clerk's screen without a touch."""
    phone.shoot("by-code")
    place = slot(phone.page, "id_card")
    for part in ("front", "back"):
        album = place.locator(f'[data-part="{part}"] input[type=file]').last
        album.set_input_files(a_file("id_card", part))
        expect(place.locator(f'[data-part="{part}"]').get_by_text("已上传")).to_be_visible(timeout=30_000)
    expect(slot(clerk.page, "id_card")).to_have_attribute("data-status", "done", timeout=15_000)


def sign_on_the_phone_and_hand_in(clerk: DeskPages, phone: PhonePages) -> str:
    page = clerk.page
    page.goto(page.url.replace("/materials", "/check"))
    page.get_by_role("button", name="都对，去签名").click()
    expect(page.locator("[data-counter-signing]")).to_be_visible()
    clerk.shoot("signing")
    phone.page.goto(open_code(clerk))
    expect(phone.page.locator("[data-shoot-signature]")).to_contain_text(phone.person["name"])
    phone.write_name()
    phone.shoot("sign")
    phone.tap("签好了")
    expect(page.get_by_text("本人已在手机上签名")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("[data-counter-receipt]")).to_be_visible()
    clerk.shoot("submitted")
    return page.locator("[data-case-number]").inner_text().strip()


def receipt_of(clerk: DeskPages, by_http: callers.Phone, case_id: str) -> str:
    """The code on the printed receipt; then the clerk is ready for the next person."""
    address = f"{by_http.url}/api/counter/cases/{case_id}/receipt.pdf"
    answer = by_http.session.post(address, headers={"X-CSRF-Token": by_http.csrf}, timeout=30)
    found = re.search(r"以前有效）\s*((?:\d\s*){8})", text_of(answer.content))
    assert found is not None
    clerk.page.get_by_role("button", name="办完了，回窗口").click()
    expect(clerk.find("walk-in")).to_be_visible()
    expect(clerk.find("unreached-row").first).to_be_visible()
    clerk.shoot("next-person")
    return "".join(found[1].split())


def join(her: PhonePages, number: str, code: str) -> None:
    her.sign_in()
    her.tap("领取在窗口办的件")
    her.at("join")
    her.page.get_by_label("办件号").fill(number)
    her.page.get_by_label("领取码").fill(code)
    her.page.get_by_label("您的身份证号").fill(her.person["id_number"])
    her.shoot("join")
    her.tap("领取")
    her.at("progress")
    her.shoot("joined")


def slot(page: Page, key: str) -> Any:
    return page.locator(f'[data-slot="{key}"]')


def a_file(slot_key: str, part: str) -> Any:
    content = pictures.photo_for(slot_key, part)
    return {"name": f"{slot_key}-{part}.jpg", "mimeType": "image/jpeg", "buffer": content}
