"""Photos on their way while the page is killed, the network goes and the web server ends: each arrives once, whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cv2
import numpy as np
import psycopg
import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from backend.sandbox.city import City
from backend.sandbox.processes import wait_until
from tests import pdfs, pictures, spoiled
from tests.journeys import callers
from tests.journeys.conftest import Stage
from tests.journeys.phone_pages import PhonePages

pytestmark = pytest.mark.browser

PATIENCE_SECONDS = 90
PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000
ANNOUNCED = "**/api/filing/cases/*/photos"
COMPLETED = "**/photos/*/completion"
SENT = "**/evidence"
A_WEAK_SIGNAL = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 20_000}


@dataclass
class Materials:
    """Her phone at the materials of her case, and what the city holds of it."""

    phone: PhonePages
    stage: Stage
    case_id: str
    given: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @property
    def city(self) -> City:
        return self.stage.city

    @property
    def page(self) -> Page:
        return self.phone.page

    def open(self, where: str = "materials") -> None:
        self.page.goto(f"{self.city.url}/cases/{self.case_id}/{where}")
        self.phone.at(where)

    def part(self, slot_key: str, part_key: str) -> Locator:
        head = self.page.locator(f"#slot-{slot_key}")
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        return self.page.locator(f'[data-slot="{slot_key}"] [data-part="{part_key}"]')

    def pick(self, slot_key: str, part_key: str, photo: bytes | None = None) -> Locator:
        """Chooses a photo of that paper; nothing is waited for."""
        part = self.part(slot_key, part_key)
        photo = photo or pictures.photo_for(slot_key, part_key)
        file = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo}
        part.locator("input[type=file]").last.set_input_files(file)
        return part

    def kill(self) -> None:
        """The page is gone at once, as when the phone needs the memory; later she opens the start page."""
        self.page.close(run_before_unload=False)
        self.phone.page = self.phone.context.new_page()
        self.phone.context.set_offline(offline=False)
        self.page.goto(self.city.url)

    def rows(self) -> list[tuple[str, str, str, str | None, str | None]]:
        """Slot, part, state, key and hash of every photo that was ever announced."""
        with psycopg.connect(self.city.environ()["TUIXIU_DATABASE_URL"]) as connection:
            query = "SELECT slot_key, part_key, state, image_key, sha256 FROM photos WHERE case_id = %s ORDER BY 1, 2"
            return connection.execute(query, [self.case_id]).fetchall()

    def coached(self, slot_key: str, part_key: str) -> dict[str, Any]:
        """What the server was told of the coach's look, but for the scores."""
        with psycopg.connect(self.city.environ()["TUIXIU_DATABASE_URL"]) as connection:
            query = "SELECT coach FROM photos WHERE (case_id, slot_key, part_key) = (%s, %s, %s)"
            found = connection.execute(query, [self.case_id, slot_key, part_key]).fetchone()
        assert found is not None
        return {key: found[0][key] for key in ("warnings", "insisted")}

    def objects(self) -> dict[str, bytes]:
        """Every object of the case, as it came and as it is kept."""
        client, found = self.city.store.client(), dict[str, bytes]()
        for folder in ("incoming", "cases"):
            listed = client.list_objects_v2(Bucket="evidence", Prefix=f"{folder}/{self.case_id}/")
            for each in listed.get("Contents", ()):
                found[each["Key"]] = client.get_object(Bucket="evidence", Key=each["Key"])["Body"].read()
        return found


def test_a_photo_arrives_once_wherever_the_page_was_killed(stage: Stage) -> None:
    materials = _at_the_materials(stage)
    # fmt: off
    ways: list[tuple[tuple[str, str], Callable[[Materials, str, str], None]]] = [
        (("id_card",              "front"),  _looked_at_then_held_by_the_coach),
        (("id_card",              "back"),   _answered_to_nobody(ANNOUNCED)),
        (("social_security_card", "front"),  _half_sent),
        (("social_security_card", "back"),   _answered_to_nobody(SENT)),
        (("retirement_application", "page_1"), _never_completed),
        (("qualification_form",   "page_1"), _answered_to_nobody(COMPLETED)),
        (("contribution_record",  "page_1"), _picked_without_a_network_then_web_server_killed),
    ]
    # fmt: on
    for number, ((slot, part), way) in enumerate(ways, start=1):
        materials.open()
        way(materials, slot, part)
        assert wait_until(lambda number=number: _ready(materials) == number, PATIENCE_SECONDS), (slot, part)

    assert [(slot, part) for slot, part, *_ in materials.rows()] == sorted(place for place, _ in ways)
    assert materials.coached("id_card", "front") == {"warnings": ["dark"], "insisted": True}
    _nothing_is_doubled_or_left(materials)


def test_two_pages_send_a_photo_once_and_the_submission_names_what_is_left(stage: Stage) -> None:
    materials = _at_the_materials(stage)
    materials.open()
    materials.phone.context.set_offline(offline=True)
    part = materials.pick("id_card", "front")
    expect(part.get_by_text("网络断开了，连上后自动再传")).to_be_visible()
    expect(materials.page.get_by_text("网络断开，已保存在手机上，连上后自动上传")).to_be_visible()
    materials.phone.shoot("waiting-for-the-network")
    announced: list[Request] = []
    materials.phone.context.on("request", lambda request: announced.append(request) if _announces(request) else None)

    materials.phone.context.set_offline(offline=False)
    other = materials.phone.context.new_page()
    other.goto(f"{materials.city.url}/cases/{materials.case_id}/check")

    expect(part.get_by_text("已上传")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    assert wait_until(lambda: _ready(materials) == 1, PATIENCE_SECONDS)
    expect(other.locator("[data-unfinished]")).to_have_count(0)
    other.close()

    materials.page.route(COMPLETED, _swallowed)
    materials.pick("id_card", "back")
    expect(materials.part("id_card", "back").get_by_text("正在检查")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    materials.phone.tap("继续")
    expect(materials.page.get_by_role("alert")).to_contain_text("身份证反面")
    materials.phone.shoot("named-before-going-on")
    materials.page.unroute(COMPLETED)
    materials.kill()
    assert wait_until(lambda: _ready(materials) == 2, PATIENCE_SECONDS)
    assert len(announced) == 2
    _nothing_is_doubled_or_left(materials)


def test_pages_of_a_pdf_become_photos_and_what_cannot_be_opened_is_named(stage: Stage) -> None:
    materials = _at_the_materials(stage)
    materials.open()

    def choose(slot: str, part: str, pdf: bytes) -> Locator:
        place = materials.part(slot, part)
        file = {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": pdf}
        place.locator("input[type=file]").last.set_input_files(file)
        return place

    front = choose("id_card", "front", pdfs.pdf_of([pictures.id_card_front(), pictures.id_card_back()]))
    expect(front.get_by_text("已上传")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(materials.part("id_card", "back").get_by_text("已上传")).to_be_visible()
    locked = choose("social_security_card", "front", pdfs.locked() + b"%" * 1_000)
    expect(locked.get_by_text("这个 PDF 加了密码")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(locked.get_by_role("button", name="再传一次")).to_have_count(0)
    materials.phone.shoot("a-pdf-with-a-password")
    materials.open()
    expect(materials.part("social_security_card", "front").get_by_label("拍照", exact=False)).to_be_visible()
    expect(materials.page.get_by_text("加了密码")).to_have_count(0)  # she saw it: nothing of it is kept

    assert [(slot, part, state) for slot, part, state, *_ in materials.rows()] == [
        ("id_card", "back", "ready"),
        ("id_card", "front", "ready"),
        ("social_security_card", "front", "awaiting"),
    ]


# ── the ways to be killed ────────────────────────────────────────────────────────────────────


def _looked_at_then_held_by_the_coach(materials: Materials, slot: str, part: str) -> None:
    """Killed while the coach looks, at its card, which comes back, and as soon as she gave it all the same."""
    pixels = cv2.imdecode(np.frombuffer(pictures.photo_for(slot, part), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    in_the_dark = spoiled.as_jpeg((pixels * 0.12).astype(np.uint8))
    materials.page.route("**/worker-*.js", _swallowed)
    expect(materials.pick(slot, part, in_the_dark).get_by_text("正在看照片清不清楚")).to_be_visible()
    materials.phone.shoot("looked-at")
    materials.kill()
    materials.open()
    card = materials.part(slot, part).get_by_test_id("coach-card")
    expect(card).to_have_attribute("data-warnings", "dark", timeout=PATIENCE_MILLISECONDS)
    materials.kill()
    materials.open()
    card = materials.part(slot, part).get_by_test_id("coach-card")
    expect(card).to_be_visible()
    materials.phone.shoot("after-the-kill")
    materials.page.route(ANNOUNCED, _swallowed)
    card.get_by_role("button", name="就用这张").click()
    expect(card).to_have_count(0)
    materials.kill()


def _answered_to_nobody(asked: str) -> Callable[[Materials, str, str], None]:
    """The request arrives and is done; its answer never comes."""

    def way(materials: Materials, slot: str, part: str) -> None:
        done: list[int] = []

        def swallow(route: Route) -> None:
            if route.request.method == "POST":
                done.append(route.fetch().status)
            else:
                route.continue_()

        materials.page.route(asked, swallow)
        materials.pick(slot, part)
        while not done:
            materials.page.wait_for_timeout(50)  # the route's own turn comes while the page waits
        assert done[0] in (200, 201)
        materials.kill()

    return way


def _swallowed(_route: Route) -> None:
    """Neither let through nor answered."""


def _half_sent(materials: Materials, slot: str, part: str) -> None:
    line = materials.phone.context.new_cdp_session(materials.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", A_WEAK_SIGNAL)
    place = materials.pick(slot, part)
    expect(place.get_by_text("正在上传")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    materials.phone.shoot("half-sent")
    materials.kill()


def _never_completed(materials: Materials, slot: str, part: str) -> None:
    materials.page.route(COMPLETED, _swallowed)  # on its way when the page dies
    expect(materials.pick(slot, part).get_by_text("正在检查")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    materials.kill()


def _picked_without_a_network_then_web_server_killed(materials: Materials, slot: str, part: str) -> None:
    """The page that comes after the kill lives on, and brings the photo when the server is back."""
    materials.phone.context.set_offline(offline=True)
    expect(materials.pick(slot, part).get_by_text("网络断开了")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    with materials.stage.without_a_web_server() as kill:

        def kill_first(route: Route) -> None:
            kill()
            route.continue_()

        materials.phone.context.route(COMPLETED, kill_first, times=1)
        materials.kill()
        materials.open()
        place = materials.part(slot, part)
        expect(place.get_by_text("自动再传")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        materials.phone.shoot("server-away")


# ── what is found ────────────────────────────────────────────────────────────────────────────


def _at_the_materials(stage: Stage) -> Materials:
    phone = stage.a_phone()
    her = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    view = her.answer_all(her.start(), callers.answers_of(phone.person))
    phone.sign_in()
    return Materials(phone, stage, view["id"])


def _ready(materials: Materials) -> int:
    return sum(state == "ready" for _, _, state, *_ in materials.rows())


def _announces(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/photos")


def _nothing_is_doubled_or_left(materials: Materials) -> None:
    """One row a photo; its picture and its thumbnail in the bucket, with the hash of the row; and nothing else."""
    rows = materials.rows()
    assert {state for _, _, state, *_ in rows} == {"ready"}
    assert len({(slot, part) for slot, part, *_ in rows}) == len(rows)
    assert wait_until(lambda: len(materials.objects()) == 2 * len(rows), PATIENCE_SECONDS), list(materials.objects())
    objects: dict[str, Any] = materials.objects()
    for *_, image_key, digest in rows:
        assert image_key is not None
        assert sha256(objects[image_key]).hexdigest() == digest
