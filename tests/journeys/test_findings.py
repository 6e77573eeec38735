"""What the photos say otherwise is shown to her before she submits, and to the clerk, who says whether it is right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from playwright.sync_api import expect

from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.domain.reading import DocumentKind, Reading
from backend.settings import Settings
from tests import pictures
from tests.domain.cases import AT
from tests.domain.readings import a_reading, an_id_card
from tests.journeys import callers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


class Readings:
    """Rows as the reader leaves them, put in before a photo counts: what is already read is not read again."""

    def __init__(self, stage: Stage) -> None:
        settings = Settings.from_environment(stage.city.environ())
        self._engine = make_engine(settings.database_url, 1)
        self._store = PostgresStore(self._engine, Seal(settings.sealing_keys, settings.index_key))

    def keep(self, reading: Reading) -> None:
        with self._store.begin() as tx:
            tx.readings.await_for(reading.photo_id, AT)
            tx.readings.save(reading)

    def close(self) -> None:
        self._engine.dispose()


def photographed(stage: Stage, phone: callers.Phone, view: callers.View, person: Mapping[str, str]) -> UUID:
    """Every photo of a draft; her card says another name than she typed, and lies in the place of its back as well.

    The others are read by the city's own reader, which may find that name on them too. Returns the card's photo.
    """
    readings = Readings(stage)
    papers = pictures.MadeUpPerson(name=person["name"], birth=person["born_on"], id_number=person["id_number"])
    slot = next(slot for slot in view["slots"] if slot["key"] == "id_card")

    fronts: list[UUID] = []

    def as_her_card(photo_id: UUID) -> None:
        fronts.append(photo_id)
        printed = {"name": person["name"], "id_number": person["id_number"], "birth_date": person["born_on"]}
        readings.keep(an_id_card(photo_id, **printed, sex=None, address=None))

    def as_its_front_again(photo_id: UUID) -> None:
        readings.keep(a_reading(photo_id, DocumentKind.ID_CARD_FRONT, text=["居民身份证"]))

    phone.photograph(view["id"], slot, "front", pictures.id_card_front(papers), as_her_card)
    phone.photograph(view["id"], slot, "back", pictures.id_card_back(papers), as_its_front_again)
    rest = {**view, "slots": [each for each in view["slots"] if each["key"] != "id_card"]}
    phone.photograph_all(rest, partial(pictures.photo_for, person=papers))
    readings.close()
    return fronts[0]


def read_anew(stage: Stage, reading: Reading) -> None:
    """The reader comes to another answer on a photo."""
    readings = Readings(stage)
    readings.keep(reading)
    readings.close()


def test_what_the_photos_say_otherwise_is_mended_or_judged(stage: Stage) -> None:
    phone = stage.a_phone()
    over_http = callers.Phone.of(stage.city.url, stage.city.wechat_url, phone.person)
    view = over_http.answer_all(over_http.start(), callers.answers_of(phone.person, name="程试航"))
    card = photographed(stage, over_http, view, phone.person)

    phone.sign_in()
    phone.page.goto(f"{stage.city.url}/cases/{view['id']}/check")
    differs = phone.page.locator('[data-finding][data-kind="differs"]')
    expect(differs.get_by_text("照片上的姓名是 程试行，您填的是 程试航。").first).to_be_visible()
    phone.shoot("two-findings")
    differs.get_by_role("link", name="改我填的").first.click()
    phone.at("name")
    phone.page.locator("#q-name").fill("程试行")
    phone.tap("继续")
    phone.at("check")
    side = phone.page.locator('[data-finding][data-kind="wrong_side"]')
    expect(side).to_be_visible()
    expect(differs).to_have_count(0)
    side.get_by_role("button", name="我核对过了").click()
    expect(side).to_have_count(0)
    phone.tap("都对，去签名")
    phone.sign_and_submit("提交")
    phone.at("submitted")

    read_anew(stage, an_id_card(card, name="程试飞", id_number=None, birth_date=None, sex=None, address=None))
    clerk = stage.a_desk("chuangkou1")
    clerk.open_case(view["id"])
    clerk.claim_this()
    clerk.page.locator('#findings [data-kind="differs"]').get_by_role("button", name="在照片上看").first.click()
    expect(clerk.find("photo-title")).to_contain_text("身份证")
    expect(clerk.find("shown-place")).to_be_visible()
    clerk.shoot("led-to-the-place")
    finding = clerk.page.locator('#findings [data-kind="wrong_side"]')
    expect(finding.get_by_text("申请人说核对过了")).to_be_visible()
    finding.get_by_role("button", name="不对").click()
    expect(finding.get_by_text("判断：不对")).to_be_visible()
    finding.get_by_role("button", name="在照片上看").click()
    expect(clerk.find("photo-title")).to_contain_text("反面")
    finding.scroll_into_view_if_needed()
    clerk.shoot("judged-wrong")
    clerk.find("release").click()

    supervisor = stage.a_desk("zhuguan")
    supervisor.page.goto(f"{stage.city.url}/desk/accuracy")
    expect(supervisor.page.locator('[data-kind="wrong_side"]').first).to_contain_text("0%")
    supervisor.shoot("accuracy")
    supervisor.find("accuracy-kind").select_option("wrong_side")
    supervisor.find("accuracy-answer").select_option("wrong")
    expect(supervisor.page.locator('tr[data-kind]:not([data-kind="wrong_side"])')).to_have_count(0)
    expect(supervisor.page.locator('[data-kind="wrong_side"]').first).to_be_visible()
    over_http.withdraw(view["id"])
