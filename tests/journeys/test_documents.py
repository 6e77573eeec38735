"""The form on her phone, the paper that anybody verifies, the clerk who opens it, and the administrator's incidents."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_she_keeps_her_form_anybody_verifies_it_and_a_break_reaches_the_administrator(stage: Stage) -> None:
    phone = stage.a_phone()
    case = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    case_id = case.file(callers.answers_of(phone.person))["id"]
    phone.sign_in()

    phone.page.goto(f"{stage.city.url}/cases/{case_id}/progress")
    phone.page.locator('[data-document="application_form"]').click(timeout=25_000)
    phone.at("document")
    expect(phone.page.locator("figure img")).to_have_count(2)
    for page in phone.page.locator("figure img").all():
        page.scroll_into_view_if_needed()
        expect(page).to_have_js_property("naturalWidth", 1240)
    phone.shoot("form")
    phone.page.set_viewport_size({"width": 320, "height": 640})
    phone.tap("长辈模式")
    phone.tap("把字放大")
    assert phone.page.locator("figure img").first.bounding_box()["width"] > 900  # type: ignore[index]  # it is there
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320
    phone.shoot("form-320-large")
    phone.tap("缩回一屏")
    phone.page.set_viewport_size({"width": 360, "height": 740})
    with phone.page.expect_download() as saved:
        phone.page.get_by_text("下载 PDF").click()
    phone.tap("核对这份文书")
    phone.at("verify")
    expect(phone.page.locator("[data-verified-form]")).to_have_text("联办申请表")
    pdf = saved.value.path().read_bytes()
    for content, words in ((pdf, "一模一样"), (pdf + b" ", "不一样")):
        file = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": content}
        phone.page.set_input_files("#verify-file", [file])  # type: ignore[list-item]  # a FilePayload, as a plain dict
        expect(phone.page.get_by_text(words, exact=True)).to_be_visible()
        phone.shoot("verify")
    phone.page.set_viewport_size({"width": 320, "height": 640})
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320
    phone.shoot("verify-320")

    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(case_id)
    clerk.find("open-application_form").click()
    clerk.find("document-reason").fill("核对申请表")
    clerk.shoot("reason")
    with clerk.page.expect_popup():
        clerk.find("dialog-confirm").click()
    clerk.shoot("documents")

    stage.sql(
        "INSERT INTO incidents (id, kind, case_id, subject, detail, found_at, last_seen_at)"
        " VALUES (%s, 'object_missing', %s, 'photo:1', %s, now(), now())",
        *(uuid.uuid4(), case_id, f"身份证：cases/{case_id}/1/image.jpg"),
    )
    administrator = stage.a_desk("guanliyuan")
    administrator.page.goto(f"{stage.city.url}/desk/incidents")
    expect(administrator.find("incident").first).to_contain_text("文件不见了")
    administrator.shoot("incidents")
    administrator.find("incident-close").first.click()
    administrator.find("incident-note").fill("从历史版本里恢复了")
    administrator.find("dialog-confirm").click()
    expect(administrator.find("incident-closed").first).to_contain_text("从历史版本里恢复了")
    administrator.shoot("closed")
