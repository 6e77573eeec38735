"""What an ID card's address says of 户籍所在地."""

import pytest

from backend.domain.printed_addresses import area_of
from tests.domain.examples import rulebook

DISTRICT = rulebook().graph.district


@pytest.mark.parametrize(
    ("printed", "town", "village"),
    [
        ("湖南省岳阳市屈原管理区河市镇三洲村四组 12 号", "河市镇", "三洲村"),
        ("湖南省汨罗市营田镇槐花社区3组", "营田镇", "槐花社区"),
        ("湖南省屈原管理区凤凰乡河泊潭村", "凤凰乡", "河泊潭村"),
    ],
)
def test_a_register_of_the_district_is_known_whole(printed: str, town: str, village: str) -> None:
    area = area_of(printed, DISTRICT)

    assert (area["province"], area["city"], area["county"]) == ("湖南省", "岳阳市", "屈原管理区")
    assert (area["town"], area["village"]) == (town, village)
    assert area["codes"]["county"] == "430671"


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("湖南省长沙市浏阳市大瑶镇新河村", ("湖南省", "长沙市", "浏阳市", "大瑶镇", "新河村")),
        ("湖南省浏阳市大瑶镇新河村5组", ("湖南省", "", "浏阳市", "大瑶镇", "新河村")),
        ("北京市海淀区某某路8号", ("北京市", "", "海淀区", "", "")),
        ("看不清", ("", "", "", "", "")),
    ],
)
def test_another_place_is_known_as_far_as_it_is_printed(printed: str, names: tuple[str, ...]) -> None:
    area = area_of(printed, DISTRICT)

    assert tuple(area[level] for level in ("province", "city", "county", "town", "village")) == names
    assert area["codes"] == {}
