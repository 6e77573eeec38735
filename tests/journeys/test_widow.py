"""A widow who lost the certificate of honour asks for the only-child reward: no paper of a spouse is wanted of her."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

OF_A_SPOUSE = {"spouse_id_card", "spouse_register", "marriage_certificate", "divorce_certificate", "divorce_agreement"}
HERS = {"other_marriage_proof", "only_child_certificate", "household_register", "child_register", "birth_history_proof"}


def test_a_widow_with_a_lost_certificate(stage: Stage) -> None:
    phone = stage.a_phone()
    answers = callers.answers_of(
        phone.person,
        wants_only_child_reward="yes",
        only_child_filing="combined",
        marital_status="widowed",
        only_child_certificate="lost_card_proof",
        household_moved_in="yes",
        medical_paid_months=None,
        medical_in_province_months=None,
    )
    phone.sign_in()
    phone.begin()
    phone.answer_all(answers, until="id_number")
    _mistype_her_number(phone)

    phone.answer_all(answers)

    asked_for = {slot.get_attribute("data-slot") for slot in phone.page.locator("[data-slot]").all()}
    assert asked_for >= HERS
    assert not asked_for & OF_A_SPOUSE
    _look_at_the_certificate(phone)
    phone.photograph_all()
    number = phone.check_and_submit()
    assert number.startswith("QY-")
    expect(phone.page.get_by_text("窗口").first).to_be_visible()


def _mistype_her_number(phone: PhonePages) -> None:
    """Two digits of the day change places: the page says which to look at, and nothing of hers is lost."""
    right = phone.person["id_number"]
    wrong = next(
        swapped
        for at in range(16, 5, -1)
        if right[at] != right[at + 1] and (swapped := right[:at] + right[at + 1] + right[at] + right[at + 2 :])
    )
    phone.page.locator("#q-id_number").fill(wrong)
    phone.tap("继续")
    expect(phone.page.get_by_text("一组一组对照身份证").first).to_be_visible()
    phone.shoot("id-number-wrong")


def _look_at_the_certificate(phone: PhonePages) -> None:
    """The slot knows from her answers which paper she has, says where it comes from and what the window wants of it."""
    slot = phone.page.locator('[data-slot="only_child_certificate"]')
    slot.locator("button.head").click()
    expect(slot.locator("strong", has_text="《独生子女父母光荣证》遗失证明")).to_be_visible()
    slot.get_by_role("button", name="到哪里拿，要不要复印件").click()
    expect(slot.get_by_text("到户口所在的乡镇（街道）开").first).to_be_visible()
    phone.shoot("slot-lost-certificate")
    card = phone.page.locator('[data-slot="id_card"]')
    card.locator("button.head").click()
    expect(card.get_by_text("都用这一份，只拍一次")).to_be_visible()
    phone.shoot("slot-id-card")
