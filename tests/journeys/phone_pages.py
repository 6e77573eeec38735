"""The applicant's H5 as her thumb uses it: pages found by what they say, in a real browser at phone width."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests import pictures

PHONE = {"width": 360, "height": 740}
# As WeChat's own browser on Android names itself; the page tells by it whether it is inside WeChat.
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2324A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0"
    " Mobile Safari/537.36 MicroMessenger/8.0.50"
)


class PhonePages:
    """One person's phone. `shots` is where screenshots go, numbered in the order they are taken."""

    def __init__(self, browser: Browser, wechat_url: str, person: Mapping[str, Any], shots: Path) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE,
            user_agent=WECHAT,
            locale="zh-CN",
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.person = person
        self.photographs = person  # whose papers lie before the camera: a helper's are not her own
        self._wechat_url = wechat_url
        self._shots = shots
        self._taken = 0
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if _is_fault(line) else None)

    def close(self) -> None:
        self.context.close()

    def shoot(self, name: str) -> None:
        """A screenshot of the whole page, for people to look at."""
        self._shots.mkdir(parents=True, exist_ok=True)
        self._taken += 1
        self.page.screenshot(path=self._shots / f"{self._taken:02d}-{name}.png", full_page=True)

    def at(self, name: str) -> Locator:
        """The page of this name, once it is there."""
        here = self.page.locator(f'[data-page="{name}"]')
        expect(here).to_be_visible(timeout=20_000)
        return here

    def where(self) -> str:
        """The name of the page that is open."""
        return self.page.locator("[data-page]").first.get_attribute("data-page") or ""

    def tap(self, words: str) -> None:
        """Taps the button or link that says so."""
        button = self.page.get_by_role("button", name=words, exact=True)
        button.or_(self.page.get_by_role("link", name=words, exact=True)).first.click()

    # ── from WeChat to the first question ────────────────────────────────────────────────

    def sign_in(self) -> None:
        """Taps the account's menu in the chat: WeChat signs her in."""
        self.page.goto(f"{self._wechat_url}/phone/{self.person['key']}/menu")
        self.at("home")

    def follow(self) -> None:
        """Follows the account, so that pushes reach her."""
        self.page.goto(f"{self._wechat_url}/phone/{self.person['key']}")
        self.page.get_by_role("button", name="关注", exact=True).click()

    def begin(self) -> None:
        """Start page, notice, consent for each department."""
        self.tap("开始办理")
        self.at("start")
        self.shoot("start")
        self.consent()

    def consent(self) -> None:
        """From the start page through the notice and the consents to the first question."""
        self.tap("下一步：看办理须知")
        self.at("notice")
        self.shoot("notice")
        self.tap("我看过了，下一步")
        self.at("consents")
        for tick in self.page.get_by_role("checkbox").all():
            tick.check(force=True)
        self.shoot("consents")
        self.tap("同意，开始填写")
        self.at("name")

    # ── questions ────────────────────────────────────────────────────────────────────────

    def answer_all(self, answers: Mapping[str, Any], until: str = "materials", *, shoot: bool = True) -> None:
        """Answers whatever is asked, page by page."""
        for _ in range(40):
            here = self.where()
            if here == until:
                return
            if here == "eligibility":
                self.shoot("eligibility")
                self.tap("继续")
            else:
                self.answer(here, answers, shoot=shoot)
            self.page.wait_for_function(
                "here => document.querySelector('[data-page]')?.getAttribute('data-page') !== here", arg=here
            )
        raise AssertionError(f"still at {self.where()} after 40 pages")

    def answer(self, page_key: str, answers: Mapping[str, Any], *, shoot: bool = True) -> None:
        """Answers every question of the open page, and goes on."""
        page = self.at(page_key)
        expect(page.locator("[data-question]").first).to_be_visible()
        for key in [each.get_attribute("data-question") for each in page.locator("[data-question]").all()]:
            assert key is not None
            self._answer_one(key, answers[key])
        if shoot:
            self.shoot(f"question-{page_key}")
        self.tap("继续")

    def _answer_one(self, key: str, value: Any) -> None:
        question = self.page.locator(f'[data-question="{key}"]')
        if value is None:  # a question that may be left blank
            return
        match question.get_attribute("data-type"):
            case "choice" | "yes_no":
                question.locator(f'input[type=radio][value="{value}"]').check(force=True)
            case "month":
                self._choose_month(question, *(int(part) for part in value.split("-")))
            case "date":
                for field, part in zip(question.locator("input").all(), value.split("-"), strict=True):
                    field.fill(str(int(part)))
            case "area":
                self.choose_area(question, value)
            case _:
                question.locator(f"#q-{key}").fill(str(value))

    def choose_area(self, question: Locator, value: Mapping[str, Any]) -> None:
        """One of the district's towns in one tap; elsewhere level by level, as they are offered."""
        town = question.get_by_role("button", name=value["town"], exact=True)
        if not town.count():
            question.get_by_role("button", name="在别的地方").click()
            for level in dict.fromkeys(value[each] for each in ("province", "city", "county", "town")):
                question.get_by_role("button", name=level, exact=True).click()
        else:
            town.click()
        question.get_by_label("村（社区）").fill(value["village"])

    def _choose_month(self, question: Locator, year: int, month: int) -> None:
        decade = question.get_by_role("button", name=re.compile(f"^{year // 10 * 10} — "))
        if decade.count():
            decade.click()
        question.get_by_role("button", name=f"{year} 年", exact=True).click()
        question.get_by_role("button", name=f"{month} 月", exact=True).click()

    # ── photos ───────────────────────────────────────────────────────────────────────────

    def photograph_all(self) -> None:
        """Gives a photo to every open slot."""
        self.at("materials")
        slots = self.page.locator("[data-slot]")
        for key in [slot.get_attribute("data-slot") for slot in slots.all()]:
            assert key is not None
            if self.page.locator(f'[data-slot="{key}"]').get_attribute("data-status") == "open":
                self.photograph(key)
        self.shoot("materials-done")

    def photograph(self, slot_key: str) -> None:
        """Opens one slot and gives each of its parts a photo; waits until it counts."""
        slot = self.page.locator(f'[data-slot="{slot_key}"]')
        head = slot.locator("button.head")
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        kinds = slot.get_by_role("radio")
        if kinds.count():
            kinds.first.check(force=True)
        self.shoot(f"slot-{slot_key}")
        for part in [each.get_attribute("data-part") for each in slot.locator("[data-part]").all()]:
            self.give_photo(slot, part or "", pictures.photo_for(slot_key, part or "", self.papers()))
        expect(slot).to_have_attribute("data-status", "done", timeout=30_000)

    def papers(self) -> pictures.MadeUpPerson:
        """Her name and numbers, as they stand on what she photographs."""
        person = self.photographs
        return pictures.MadeUpPerson(
            name=person["name"], birth=person["born_on"], id_number=person["id_number"], spouse="江试婚", child="江小试"
        )

    def give_photo(self, slot: Locator, part: str, photo: bytes) -> None:
        """Chooses a photo from the album for one part, and waits until the server has it."""
        place = slot.locator(f'[data-part="{part}"]')
        album = place.locator("input[type=file]").last
        album.set_input_files({"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo})
        expect(place.get_by_text("已上传")).to_be_visible(timeout=30_000)

    # ── sign and submit ──────────────────────────────────────────────────────────────────

    def check_and_submit(self) -> str:
        """Looks everything over, signs by hand, submits; returns the case number."""
        self.tap("继续")
        self.at("check")
        self.shoot("check")
        self.tap("都对，去签名")
        self.sign_and_submit("提交")
        self.at("submitted")
        self.shoot("submitted")
        return self.page.locator("[data-case-number]").inner_text().strip()

    def sign_and_submit(self, words: str) -> None:
        """Draws a signature with a finger, and hands in."""
        self.at("sign")
        expect(self.page.get_by_text("申请人确认上述内容属实")).to_be_visible()  # the pad moves when the text arrives
        self.write_name()
        self.shoot("sign")
        self.tap(words)

    def write_name(self) -> None:
        """Draws a signature with a finger on the pad that is open."""
        canvas = self.page.locator("canvas").first
        canvas.evaluate("pad => pad.scrollIntoView({block: 'center'})")
        mouse = self.page.mouse
        for stroke in range(4):
            canvas.hover(position={"x": 40 + stroke * 60, "y": 30})  # waits until the pad stands still and is on top
            box = canvas.bounding_box()
            assert box is not None
            left, top = box["x"] + 40 + stroke * 60, box["y"] + 30
            mouse.down()
            mouse.move(left + 30, top + 40, steps=6)
            mouse.move(left - 10, top + 80, steps=6)
            mouse.up()

    # ── afterwards ───────────────────────────────────────────────────────────────────────

    def open_progress(self, case_id: str, base_url: str) -> None:
        """Opens the progress page by its address."""
        self.page.goto(f"{base_url}/cases/{case_id}/progress")
        self.at("progress")

    def chat(self) -> str:
        """The words of her chat with the account."""
        self.page.goto(f"{self._wechat_url}/phone/{self.person['key']}")
        return self.page.locator("body").inner_text()


def _is_fault(line: Any) -> bool:
    """A console error that is not the browser's own note of an answer with a 4xx status."""
    return line.type == "error" and "Failed to load resource" not in line.text
