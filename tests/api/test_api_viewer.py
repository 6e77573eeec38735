"""The API viewer and the page of problem codes in a real browser, under the service's own content security policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from backend import wiring
from backend.api import problem_pages
from backend.app import create_app
from backend.settings import CHECKOUT, Settings
from tests.sandbox_wechat import served

pytestmark = pytest.mark.browser

SCREENSHOTS = CHECKOUT / "var" / "screenshots"


@dataclass
class Visit:
    """A tab, where the service is, what the tab complained of and what it asked of other hosts."""

    page: Page
    url: str
    width: int
    complaints: list[str] = field(default_factory=list)
    asked_elsewhere: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.asked_elsewhere.append(request.url)

    def show(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture(params=[1280, 360], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, browser: Browser, settings: Settings) -> Iterator[Visit]:
    world = wiring.build_world(settings)
    context = browser.new_context(viewport={"width": request.param, "height": 900}, locale="zh-CN")
    with served(create_app(world.services, settings, world.is_ready)) as url:
        visit = Visit(context.new_page(), url, request.param)
        visit.page.on("console", visit.heard)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", visit.asked)
        yield visit
        context.close()
    world.close()


def test_the_viewer_draws_the_document_without_the_internet(visit: Visit) -> None:
    page = visit.show("/docs")

    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="退休一件事 接口文档")).to_be_visible(timeout=30_000)
    page.screenshot(path=SCREENSHOTS / f"api-viewer-{visit.width}.png")
    assert (visit.complaints, visit.asked_elsewhere) == ([], [])


def test_an_operation_opens_and_offers_nothing_that_would_change_a_case(visit: Visit) -> None:
    page = visit.show("/docs")

    page.locator(".opblock-summary-path", has_text="submission").first.click()

    expect(page.locator(".opblock-body")).to_contain_text("commitment_version")
    expect(page.get_by_role("button", name="Try it out")).to_have_count(0)
    assert (visit.complaints, visit.asked_elsewhere) == ([], [])


def test_every_problem_code_can_be_linked_to(visit: Visit) -> None:
    codes = [page.code for page in problem_pages.pages()]

    page = visit.show(f"/docs/problems#{codes[-1]}")

    expect(page.locator("h2:target")).to_have_text(codes[-1])
    assert page.locator("h2").all_text_contents() == codes
    page.screenshot(path=SCREENSHOTS / f"problems-{visit.width}.png")
    assert (visit.complaints, visit.asked_elsewhere) == ([], [])


def test_nothing_runs_over_the_edge_of_a_phone(visit: Visit) -> None:
    page = visit.show("/docs/problems")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
