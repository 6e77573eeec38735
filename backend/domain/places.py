"""户籍所在地: what a place is, which places are the district's own, and how a picked place is read and said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.answers import NotAnAnswer, read_text

_LEVELS = {
    "province": "省",
    "city": "市",
    "county": "县（市、区）",
    "town": "乡镇（街道）",
    "village": "村（社区）",
}
# Codes of GB/T 2260, and nine digits for a town; what lies in a province begins with the province's two digits.
_CODE_DIGITS = {"province": 6, "city": 6, "county": 6, "town": 9}
_PROVINCE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A name on the map and its administrative code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class District:
    """屈原管理区: its place in the tree, its towns, and the county names under which its registers are also written."""

    province: Place
    city: Place
    county: Place
    towns: tuple[Place, ...]
    also_written_as: tuple[Place, ...]

    def holds(self, county: Place, town: str) -> bool:
        """Whether a register in this county (its code empty where it was typed by hand) and town is the district's."""
        if self._is(self.county, county):
            return True
        is_ours = town in {place.name for place in self.towns}
        return is_ours and any(self._is(place, county) for place in self.also_written_as)

    @staticmethod
    def _is(place: Place, given: Place) -> bool:
        return given.code == place.code if given.code else given.name == place.name


def read_area(raw: object, district: District) -> dict[str, Any]:
    """户籍所在地: the five names, the codes that came along, and whether it lies in the district."""
    if not isinstance(raw, Mapping):
        raise NotAnAnswer("请选省、市、县和乡镇，再写上村或社区。")
    names = {level: read_text(raw.get(level) or "", 40) for level in _LEVELS}
    if missing := [label for level, label in _LEVELS.items() if not names[level]]:
        raise NotAnAnswer(f"还差{'、'.join(missing)}，请补上。")
    codes = _codes(raw.get("codes"))
    county = Place(codes.get("county", ""), names["county"])
    return {**names, "codes": codes, "in_district": district.holds(county, names["town"])}


def area_in_words(area: Mapping[str, Any]) -> str:
    """The whole place; a name that stands twice (北京市北京市) is said once."""
    return "".join(dict.fromkeys(area[level] for level in _LEVELS))


def area_masked(area: Mapping[str, Any]) -> str:
    """The place down to its town; the village is starred."""
    return "".join(dict.fromkeys(area[level] for level in _LEVELS if level != "village")) + "****"


def _codes(raw: object) -> dict[str, str]:
    """The codes of what was picked: always the province's; what was typed by hand has none."""
    given = raw if isinstance(raw, Mapping) else {}
    codes = {level: str(given[level]) for level in _CODE_DIGITS if given.get(level)}
    if "province" not in codes:
        raise NotAnAnswer("请先选省（自治区、直辖市）。")
    is_whole = all(re.fullmatch(rf"[0-9]{{{_CODE_DIGITS[level]}}}", code) for level, code in codes.items())
    is_of_one_province = len({code[:_PROVINCE_DIGITS] for code in codes.values()}) == 1
    is_of_its_county = "town" not in codes or codes["town"].startswith(codes.get("county", "-"))
    if not (is_whole and is_of_one_province and is_of_its_county):
        raise NotAnAnswer("请重新选一遍户籍所在地。")
    return codes
