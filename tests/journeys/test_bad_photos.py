"""Every photo is bad in its own way: coached on the phone, taken again or sent all the same, read by machine, returned
with marks on it, retaken, accepted."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import pictures, spoiled
from tests.journeys import callers

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.journeys.conftest import Stage
    from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

READING_SECONDS = 120
Spoil = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]


def _in_a_lamp(photo: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return cv2.circle(photo.copy(), (760, 640), 260, (255, 255, 255), -1, cv2.LINE_AA)


def _from_afar(photo: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    wide = np.full_like(photo, (52, 74, 96))
    small = cv2.resize(photo, None, fx=0.22, fy=0.22, interpolation=cv2.INTER_AREA)
    wide[200 : 200 + small.shape[0], 300 : 300 + small.shape[1]] = small
    return wide


# Slot and part → what is wrong with the first photo, and what the coach says of it.
BAD: dict[tuple[str, str], tuple[Spoil, str]] = {
    ("id_card", "front"): (_in_a_lamp, "glare"),
    ("social_security_card", "front"): (lambda photo: photo[:, 520:], "cut_off"),
    ("social_security_card", "back"): (_from_afar, "too_small"),
    ("retirement_application", "page_1"): (lambda photo: cv2.GaussianBlur(photo, (0, 0), 10), "blurred"),
    ("qualification_form", "page_1"): (lambda photo: (photo * 0.12).astype(np.uint8), "dark"),
    ("contribution_record", "page_1"): (lambda photo: np.rot90(photo), "wrong_way_up"),
    ("work_history_proof", "page_1"): (lambda photo: cv2.blur(photo, (64, 1)), "blurred"),
}
ALL_READ = """id => fetch(`/api/filing/cases/${id}/findings`).then(answer => answer.json())
    .then(noticed => noticed.reading.waiting === 0)"""
SENT_ALL_THE_SAME = ("qualification_form", "page_1")


def _spoiled(photo: bytes, spoil: Spoil) -> bytes:
    pixels = np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"))[..., ::-1]
    return spoiled.as_jpeg(spoil(pixels))


def test_every_photo_is_bad_in_its_own_way_and_accepted_in_the_end(stage: Stage) -> None:
    phone = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    view = over_http.answer_all(over_http.start(), callers.answers_of(phone.person))
    phone.sign_in()
    phone.page.goto(f"{stage.city.url}/cases/{view['id']}/materials")
    phone.at("materials")
    view = over_http.ask("GET", f"/api/filing/cases/{view['id']}")
    for slot in view["slots"]:
        if slot["status"] == "open":
            _photograph(phone, slot)
    phone.page.wait_for_function(ALL_READ, arg=view["id"], polling=500, timeout=90_000)
    phone.check_and_submit()

    photo = _marked_by_the_clerk(stage, view["id"], phone.person["id_number"])

    phone.page.goto(f"{stage.city.url}/cases/{view['id']}/correction")
    phone.at("correction")
    phone.shoot("returned-with-marks")
    slot = phone.page.locator('[data-slot="qualification_form"]')
    _opened(slot)
    phone.give_photo(slot, "page_1", pictures.photo_for("qualification_form", "page_1", phone.papers()))
    phone.shoot("retaken")
    phone.tap("改好了，重新提交")
    phone.sign_and_submit("重新提交")
    phone.at("submitted")

    accepted = callers.Desk.of(stage.city.url, "chuangkou1").review(view["id"])
    assert accepted["state"] == "reviewed"
    assert photo["coach"] == {"warnings": ["太暗"], "insisted": True}


def _photograph(phone: PhonePages, slot: callers.View) -> None:
    """Each part once badly, and then well, or sent all the same."""
    card = phone.page.locator(f'[data-slot="{slot["key"]}"]')
    _opened(card)
    kinds = card.get_by_role("radio")
    if kinds.count():
        kinds.first.check(force=True)
    for part in [each["key"] for each in slot["parts"] if each is slot["parts"][0] or not slot["more_pages"]]:
        place = card.locator(f'[data-part="{part}"]')
        good = pictures.photo_for(slot["key"], part, phone.papers())
        spoil, said = BAD.get((slot["key"], part), (None, "wrong_side"))
        bad = _spoiled(good, spoil) if spoil else pictures.photo_for("id_card", "front", phone.papers())
        place.locator("input[type=file]").last.set_input_files(_file(bad))
        coach = place.get_by_test_id("coach-card")
        expect(coach).to_be_visible(timeout=30_000)
        assert said in (coach.get_attribute("data-warnings") or ""), (slot["key"], part)
        phone.shoot(f"coached-{slot['key']}-{part}")
        if (slot["key"], part) == SENT_ALL_THE_SAME:
            coach.get_by_role("button", name="就用这张").click()
        else:
            coach.get_by_label(f"重拍：{slot['label']}").set_input_files(_file(good))
        expect(place.get_by_text("已上传")).to_be_visible(timeout=30_000)


def _opened(slot: Locator) -> None:
    if slot.locator("button.head").get_attribute("aria-expanded") == "false":
        slot.locator("button.head").click()


def _file(photo: bytes) -> Any:
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo}


def _is_read(readings: callers.View, id_number: str) -> bool:
    """Her number was read, and is told masked."""
    read = [each["value"] for of in readings["photos"] for each in of["fields"]]
    return any("*" in value and value.endswith(id_number[-4:]) for value in read)


def _marked_by_the_clerk(stage: Stage, case_id: str, id_number: str) -> callers.View:
    """The clerk sees what the phone said, draws on the dark photo, and returns it; the rest passes."""
    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(case_id)
    clerk.claim_this()
    clerk.page.get_by_label("看 退休资格认定表").first.click()
    expect(clerk.find("coach-line")).to_contain_text("手机拍照时提醒过：太暗")
    clerk.shoot("warned-on-the-phone")
    desk, path = callers.Desk.of(stage.city.url, "chuangkou1"), f"/api/review/cases/{case_id}"
    view = desk.ask("GET", path)
    photo: callers.View = next(s for s in view["slots"] if s["key"] == "qualification_form")["parts"][0]["photo"]
    for _ in range(READING_SECONDS):
        if _is_read(desk.ask("GET", f"{path}/readings"), id_number):
            break
        clerk.page.wait_for_timeout(1000)
    else:
        raise AssertionError("her number was not read")
    ends = {"from": {"x": 0.1, "y": 0.2}, "to": {"x": 0.9, "y": 0.5}}
    mark = {"id": str(uuid.uuid4()), "shape": "box", **ends, "reason_code": "blurred", "note": "表格这一块"}
    desk.ask("PUT", f"{path}/photos/{photo['id']}/marks", {"marks": [mark]}, version=view["version"])
    clerk.open_case(case_id)
    clerk.pass_all_fields()
    clerk.pass_all_slots(but=("qualification_form",))
    clerk.shoot("marked")
    clerk.decide("return", "别的都好")
    return photo
