"""户籍所在地 on the phone: the country's places that are built beside the pages, and what she does without them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from backend.settings import CHECKOUT
from tests.domain.examples import rulebook
from tests.journeys import callers

if TYPE_CHECKING:
    from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser

ASSETS = CHECKOUT / "h5" / "dist" / "assets"
LIUYANG = {"province": "湖南省", "city": "长沙市", "county": "浏阳市", "town": "大瑶镇", "village": "新河村"}
BEIJING = {"province": "北京市", "city": "北京市", "county": "东城区", "town": "景山街道", "village": "某某社区"}
XIANTAO = {"province": "湖北省", "city": "仙桃市", "county": "仙桃市", "town": "郑场镇", "village": "某某村"}


def places_of(province: str) -> dict[str, Any]:
    """City name → county name → town names and codes, as built."""
    (path,) = ASSETS.glob(f"places-{province}-*.json")
    cities = json.loads(path.read_text(encoding="utf-8"))
    return {city[1]: {county[1]: county for county in city[2]} for city in cities}


def test_the_district_has_its_own_towns_in_the_country_s_tree() -> None:
    district = rulebook().graph.district

    code, name, towns = places_of("43")[district.city.name][district.county.name]

    assert (code, name) == (district.county.code, district.county.name)
    assert towns == [[town.code, town.name] for town in district.towns]


def test_every_province_reaches_its_towns() -> None:
    built = {path.name.split("-")[1]: json.loads(path.read_text(encoding="utf-8")) for path in ASSETS.glob("places-*")}
    towns = {
        province: sum(len(county[2]) for city in cities for county in city[2]) for province, cities in built.items()
    }

    assert len(built) == 34
    assert all(count > 200 for province, count in towns.items() if province not in ("71", "81", "82"))
    assert sum(towns.values()) > 41_000


@pytest.mark.parametrize(
    ("province", "city", "county"),
    [
        ("11", "北京市", "东城区"),
        ("50", "重庆市", "城口县"),
        ("42", "仙桃市", "仙桃市"),
        ("62", "嘉峪关市", "嘉峪关市"),
        ("44", "东莞市", "东莞市"),
    ],
)
def test_a_place_under_no_city_is_found_where_people_look(province: str, city: str, county: str) -> None:
    assert len(places_of(province)[city][county][2]) > 2


@pytest.mark.parametrize("area", [LIUYANG, BEIJING, XIANTAO], ids=["city", "municipality", "no-city"])
def test_a_register_elsewhere_is_picked_down_to_the_town(stage: Stage, area: dict[str, str]) -> None:
    phone = stage.a_phone()
    answers = callers.answers_of(phone.person, household_area=area)
    phone.sign_in()
    phone.begin()

    phone.answer_all(answers, until="retirement_type")

    phone.page.go_back()
    phone.at("household_area")
    whole = " ".join(dict.fromkeys(area[level] for level in ("province", "city", "county", "town")))
    expect(phone.page.get_by_text(whole)).to_be_visible()
    expect(phone.page.get_by_label("村（社区）")).to_have_value(area["village"])


def test_a_place_that_cannot_be_had_is_written_by_hand(stage: Stage) -> None:
    phone = stage.a_phone()
    phone.sign_in()
    phone.begin()
    phone.answer_all(callers.answers_of(phone.person), until="household_area")
    phone.page.route("**/assets/places-*", lambda route: route.abort())

    phone.tap("在别的地方")
    phone.shoot("provinces")
    phone.tap("湖南省")
    expect(phone.page.get_by_text("自己写")).to_be_visible()
    labels = {"市": "city", "县（市、区）": "county", "乡镇（街道）": "town", "村（社区）": "village"}
    for label, level in labels.items():
        phone.page.get_by_label(label, exact=True).fill(LIUYANG[level])
    phone.shoot("written-by-hand")
    phone.tap("继续")

    phone.at("retirement_type")


def test_the_places_come_when_the_network_is_back(stage: Stage) -> None:
    phone = stage.a_phone()
    phone.sign_in()
    phone.begin()
    phone.answer_all(callers.answers_of(phone.person), until="household_area")
    phone.page.route("**/assets/places-*", lambda route: route.abort())
    phone.tap("在别的地方")
    phone.tap("湖南省")
    phone.page.unroute("**/assets/places-*")

    phone.tap("再取一次")
    phone.tap("岳阳市")
    phone.shoot("counties")
    phone.tap("屈原管理区")
    phone.shoot("towns")
    phone.tap("天问街道")

    expect(phone.page.get_by_label("村（社区）")).to_be_visible()
