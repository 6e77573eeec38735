"""An address as it is printed on an ID card, taken apart into the five names of 户籍所在地, as far as it says them."""

import re
import unicodedata
from typing import Any

from backend.domain.places import District, Place

_PROVINCE = re.compile(r"^(.{2,7}?(?:省|自治区)|(?:北京|天津|上海|重庆)市)")
_CITY = re.compile(r"^(.{2,8}?(?:市|自治州|地区|盟))(?=[^镇乡村街社]{2,8}?(?:县|区|市|旗))")
_COUNTY = re.compile(r"^(.{2,10}?(?:管理区|自治县|县|区|市|旗))")
_TOWN = re.compile(r"^(.{1,10}?(?:街道办事处|街道|镇|乡))")
_VILLAGE = re.compile(r"^(.{1,12}?(?:社区|居委会|居民委员会|村委会|村))")
_LEVELS = ("province", "city", "county", "town")


def area_of(printed: str, district: District) -> dict[str, Any]:
    """The five names and the codes that are known: all of them for a register of the district, however it is written.

    A level that the card leaves out is an empty text; codes of other places are left to whoever has the national tree.
    """
    rest = re.sub(r"\s", "", unicodedata.normalize("NFKC", printed))
    names = {}
    for level, pattern in zip(_LEVELS, (_PROVINCE, _CITY, _COUNTY, _TOWN), strict=True):
        found = pattern.match(rest)
        names[level] = found[1] if found else ""
        rest = rest[len(names[level]) :]
    village = _VILLAGE.match(rest)
    names["village"] = village[1] if village else ""
    if (town := _town_of(names, district)) is None:
        return {**names, "codes": {}}
    at = {"province": district.province, "city": district.city, "county": district.county, "town": town}
    named = {level: place.name for level, place in at.items() if place is not None}
    codes = {level: place.code for level, place in at.items() if place is not None and place.code}
    return {**names, **named, "codes": codes}


def _town_of(names: dict[str, str], district: District) -> Place | None:
    """The district's town, when the register is the district's; without a code where its name is not ours."""
    town = next((place for place in district.towns if place.name == names["town"]), None)
    if names["county"] == district.county.name:
        return town or Place("", names["town"])
    is_written_otherwise = names["county"] in {"", *(place.name for place in district.also_written_as)}
    return town if is_written_otherwise else None
