"""Names, numbers and places that say the same, and those that do not."""

from typing import Any

import pytest

from backend.domain.comparing import characters_apart, plain_number, same_name, same_place
from tests.domain.examples import AREA_ELSEWHERE, AREA_HERE

COUNTIES_BEFORE = ("汨罗市", "湘阴县")


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        ("王秀兰", "王秀兰"),
        ("王 秀 兰", "王秀兰"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽•买买提"),
        ("李○", "李〇"),
        ("李0", "李〇"),
        ("ＷＡＮＧ ｌａｎ", "wang lan"),
    ],
)
def test_names_are_compared_kindly(read: str, typed: str) -> None:
    assert same_name(read, typed)


@pytest.mark.parametrize(("read", "typed"), [("王秀兰", "王秀芳"), ("李〇", "李"), ("王秀", "王秀兰"), ("", "王秀兰")])
def test_another_name_is_another(read: str, typed: str) -> None:
    assert not same_name(read, typed)


def test_how_far_two_names_are_apart() -> None:
    assert characters_apart("王秀兰", "王秀芳") == 1
    assert characters_apart("王秀兰", "王秀") == 1
    assert characters_apart("王秀兰", "李桂芳") == 3


def test_a_number_loses_what_stands_between_its_digits() -> None:
    assert plain_number(" 430681 1976-0312 002x") == "43068119760312002X"


# fmt: off
PLACES: list[tuple[str, dict[str, Any], bool]] = [
    # printed on the card                                 typed           the same?
    ("湖南省岳阳市屈原管理区营田镇槐花社区三组12号",      AREA_HERE,      True),
    ("湖南省汨罗市营田镇槐花村",                          AREA_HERE,      True),   # the county before the district
    ("湖南省湘阴县某某乡",                                AREA_HERE,      True),   # only the older county is known
    ("屈原管理区凤凰乡",                                  AREA_HERE,      True),   # no village: may have been merged
    ("湖南省岳阳市屈原管理区凤凰乡河泊潭村",              AREA_HERE,      False),
    ("湖南省长沙市岳麓区某某路8号",                       AREA_HERE,      False),
    ("湖北省监利市营口镇某某村",                          AREA_HERE,      False),
    ("湖南省浏阳市大瑶镇南阳村",                          AREA_ELSEWHERE, True),   # the town agrees
    ("湖南省浏阳市",                                      AREA_ELSEWHERE, True),
    ("某某路12号",                                        AREA_ELSEWHERE, True),   # nothing to compare
    ("湖南省株洲市醴陵市某某镇",                          AREA_ELSEWHERE, False),
]
# fmt: on


@pytest.mark.parametrize(("printed", "typed", "same"), PLACES)
def test_a_place_differs_only_when_it_truly_is_another(printed: str, typed: dict[str, Any], same: bool) -> None:
    assert same_place(printed, typed, COUNTIES_BEFORE) is same
