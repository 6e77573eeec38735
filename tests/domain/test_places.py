"""户籍所在地: picked down to the town or written by hand, here or elsewhere."""

from typing import Any

import pytest

from backend.domain.answers import NotAnAnswer
from backend.domain.places import area_in_words, area_masked, read_area
from tests.domain.examples import AREA_ELSEWHERE, AREA_HERE, rulebook

DISTRICT = rulebook().graph.district
HUNAN, YUEYANG = {"province": "430000"}, {"city": "430600"}


def area(**changes: Any) -> dict[str, Any]:
    return {**AREA_HERE, **changes}


@pytest.mark.parametrize(
    ("county", "code", "town", "here"),
    [
        ("屈原管理区", "430671", "营田镇", True),
        ("屈原管理区", "430671", "某某农场", True),
        ("汨罗市", "430681", "凤凰乡", True),  # registers of the district are also written 汨罗市
        ("汨罗市", "430681", "归义镇", False),
        ("浏阳市", "430181", "营田镇", False),
        ("屈原管理区", None, "营田镇", True),  # written by hand
        ("汨罗市", None, "河市镇", True),
        ("汨罗市", None, "归义镇", False),
        ("浏阳市", None, "营田镇", False),
        ("屈原管理区", "430681", "归义镇", False),  # what was picked counts, not what it is called
    ],
)
def test_a_household_is_here_by_its_county_and_town(county: str, code: str | None, town: str, here: bool) -> None:
    codes = HUNAN | YUEYANG | ({"county": code} if code else {})
    given = area(county=county, town=town, codes=codes, in_district=not here)

    assert read_area(given, DISTRICT)["in_district"] is here


@pytest.mark.parametrize(
    "codes",
    [
        HUNAN,
        HUNAN | YUEYANG,
        HUNAN | YUEYANG | {"county": "430671"},
        HUNAN | YUEYANG | {"county": "430671", "town": "430671101"},
        {"province": "420000", "city": "429004", "county": "429004", "town": "429004101"},  # under no city
    ],
)
def test_codes_are_kept_as_far_as_places_were_picked(codes: dict[str, str]) -> None:
    assert read_area(area(codes=codes), DISTRICT)["codes"] == codes


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("屈原", "请选"),
        (None, "请选"),
        (area(village=""), "还差村（社区），请补上。"),
        (area(town=" ", village=None), "还差乡镇（街道）、村（社区），请补上。"),
        (area(codes={}), "先选省"),
        (area(codes=None), "先选省"),
        (area(codes=YUEYANG), "先选省"),
        (area(codes=HUNAN | {"county": "屈原"}), "重新选"),
        (area(codes=HUNAN | {"county": "43067"}), "重新选"),
        (area(codes=HUNAN | {"county": "430671101"}), "重新选"),
        (area(codes=HUNAN | {"county": "420106"}), "重新选"),
        (area(codes=HUNAN | {"city": "420100", "county": "430671"}), "重新选"),
        (area(codes=HUNAN | {"county": "430671", "town": "430681101"}), "重新选"),
        (area(codes=HUNAN | {"county": "430671", "town": "430671"}), "重新选"),
        (area(codes=HUNAN | {"town": "430671101"}), "重新选"),
        (area(village="某" * 41), "短一点"),
    ],
)
def test_a_place_that_does_not_hold_together_is_asked_again(given: object, says: str) -> None:
    with pytest.raises(NotAnAnswer, match=says):
        read_area(given, DISTRICT)


def test_what_is_not_known_of_a_place_is_left_out() -> None:
    given = area(codes=HUNAN | {"village": "430671101201"}, street="某某路")

    assert read_area(given, DISTRICT) == area(codes=HUNAN)


def test_a_name_that_stands_twice_is_said_once() -> None:
    beijing = {"province": "北京市", "city": "北京市", "county": "东城区", "town": "景山街道", "village": "某某社区"}

    assert area_in_words(beijing) == "北京市东城区景山街道某某社区"
    assert area_masked(beijing) == "北京市东城区景山街道****"
    assert area_masked(AREA_ELSEWHERE) == "湖南省长沙市浏阳市大瑶镇****"


def test_the_district_has_the_four_towns_of_its_county() -> None:
    assert [town.name for town in DISTRICT.towns] == ["天问街道", "营田镇", "河市镇", "凤凰乡"]
    assert all(town.code.startswith(DISTRICT.county.code) and len(town.code) == 9 for town in DISTRICT.towns)
