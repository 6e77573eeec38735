"""A clerk claims a case and is gone: the lease lapses, and a colleague goes on from where she was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_a_clerk_who_is_gone_does_not_hold_up_the_case(stage: Stage) -> None:
    phone, case = stage.a_submitted_case()
    gone = stage.a_desk("chuangkou1")
    gone.open_case(case["id"])
    gone.claim_this()
    gone.pass_all_fields()
    colleague = stage.a_desk("chuangkou2")
    colleague.open_case(case["id"])
    expect(colleague.page.get_by_text("宋晚晴 正在办")).to_be_visible()
    colleague.shoot("held-by-another")

    gone.context.close()  # the machine is switched off with the case in hand
    stage.sql("UPDATE claims SET expires_at = now() - interval '1 second' WHERE case_id = %s", case["id"])
    colleague.page.reload()
    colleague.claim_this()
    colleague.shoot("taken-over")
    colleague.pass_all_slots()
    colleague.answer_checks()
    colleague.decide("accept")

    assert phone.ask("GET", f"/api/filing/cases/{case['id']}")["state"] == "reviewed"
    phone.withdraw(case["id"])
