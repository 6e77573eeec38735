"""The desk as staff use it, in a real browser at desk width."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from backend.sandbox.people import DEMO_PASSWORD
from tests import pictures

DESK = {"width": 1440, "height": 900}
CHECKS = ("duplicate_contribution", "contribution_irregular", "transfer_pending", "archive_elsewhere")


class DeskPages:
    """One member of staff at her desk, signed in."""

    def __init__(self, browser: Browser, url: str, username: str, shots: Path) -> None:
        self.context = browser.new_context(viewport=DESK, locale="zh-CN", reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self._url = url
        self._shots = shots
        self._username = username
        self._taken = 0
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._sign_in()

    def close(self) -> None:
        self.context.close()

    def shoot(self, name: str) -> None:
        """A screenshot of what is in the window."""
        self._shots.mkdir(parents=True, exist_ok=True)
        self._taken += 1
        self.page.screenshot(path=self._shots / f"desk-{self._username}-{self._taken:02d}-{name}.png")

    def find(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def _sign_in(self) -> None:
        self.page.goto(f"{self._url}/desk/")
        self.page.locator("#username").fill(self._username)
        self.page.locator("#password").fill(DEMO_PASSWORD)
        self.shoot("sign-in")
        self.find("sign-in").click()
        expect(self.find("signed-in-name")).to_be_visible()

    # ── the window ───────────────────────────────────────────────────────────────────────

    def claim_next(self) -> str:
        """Takes the next case from the queue; returns its number."""
        expect(self.find("queue-row").first).to_be_visible()
        self.shoot("queue")
        self.find("claim-next").click()
        expect(self.find("lease-left")).to_be_visible()
        return self.find("case-number").inner_text().strip()

    def open_case(self, case_id: str) -> None:
        self.page.goto(f"{self._url}/desk/review/{case_id}")
        expect(self.find("case-number")).to_be_visible()

    def claim_this(self) -> None:
        self.find("claim-this").click()
        expect(self.find("lease-left")).to_be_visible()

    def look_at_whole_numbers(self, field: str, reason: str) -> str:
        """Asks for one whole value under a reason; returns what is shown."""
        self.find(f"look-{field}").click()
        self.find("look-reason").fill(reason)
        self.shoot(f"dialog-look-{field}")
        self.find("dialog-confirm").click()
        value = self.find(f"field-{field}-value")
        expect(value).not_to_contain_text("*")
        self.shoot(f"look-{field}")
        return value.inner_text()

    def pass_all_fields(self) -> None:
        self.find("fields-pass-rest").click()
        self._wait_until_saved()

    def pass_slot(self, key: str) -> None:
        self.find(f"slot-{key}-pass").click()

    def fail_slot(self, key: str, reason: str) -> None:
        self.find(f"slot-{key}-fail").click()
        self.find(f"slot-{key}-reason-{reason}").click()

    def fail_field(self, key: str, reason: str) -> None:
        self.find(f"field-{key}-fail").click()
        self.find(f"field-{key}-reason-{reason}").click()

    def pass_all_slots(self, but: tuple[str, ...] = ()) -> None:
        """Passes every slot that waits for a verdict."""
        for button in self.page.locator('[data-testid^="slot-"][data-testid$="-pass"]').all():
            key = (button.get_attribute("data-testid") or "").removeprefix("slot-").removesuffix("-pass")
            if key not in but and button.get_attribute("aria-pressed") != "true":
                button.click()
        self._wait_until_saved()

    def answer_checks(self) -> None:
        """“No” to the four checks, the age as the law says, and what the policy leaves to the clerk."""
        for key in CHECKS:
            self.find(f"check-{key}-no").click()
        self.find("age-confirm").click()
        self._wait_until_saved()
        confirms = self.page.locator('[data-testid^="rule-"][data-testid$="-confirm"]')
        for left in range(confirms.count() - 1, -1, -1):
            confirms.first.click()
            expect(confirms).to_have_count(left)
        self.shoot("judged")

    def decide(self, action: str, words: str | None = None) -> None:
        """Presses an action's button and confirms what its dialog restates."""
        self.find(f"action-{action}").click()
        expect(self.find("dialog-confirm")).to_be_visible()
        if words is not None:
            self.find("decision-words").fill(words)
        self.shoot(f"dialog-{action}")
        self.find("dialog-confirm").click()
        expect(self.find("decision-done")).to_be_visible()
        self.shoot(f"done-{action}")

    def _wait_until_saved(self) -> None:
        expect(self.find("saving")).to_contain_text("已保存", timeout=15_000)

    # ── a department ─────────────────────────────────────────────────────────────────────

    def open_item(self, case_number: str) -> None:
        """Opens the department's item of a case from its list."""
        self.page.goto(f"{self._url}/desk/items?state=open")
        row = self.find("item-row").filter(has_text=case_number).first
        expect(row).to_be_visible()
        self.shoot("items")
        row.get_by_role("link").first.click()
        expect(self.find("item-state")).to_be_visible()

    def accept_item(self) -> None:
        self.find("action-accept").click()
        expect(self.find("action-grant")).to_be_visible()

    def upload_result(self, name: str) -> None:
        """Uploads a PDF as the result."""
        file = {"name": name, "mimeType": "application/pdf", "buffer": pictures.result_pdf()}
        self.find("result-input").set_input_files(file)
        expect(self.find("result-file")).to_contain_text(name, timeout=20_000)
        self.shoot("item")

    def grant(self) -> None:
        self.find("action-grant").click()
        self.shoot("dialog-grant")
        self.find("dialog-confirm").click()
        expect(self.find("decision-done")).to_be_visible()
        self.shoot("granted")
