"""Whether what was read and what was typed say the same: names, numbers, places. A difference only when it is one.

Machines misread a stroke and people leave a dot out; neither is held against her here.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

# 〇 stands in names, and is typed and read as many another circle.
_CIRCLES = str.maketrans(dict.fromkeys("○◯⭕0Oo", "〇"))
_CHINESE = re.compile(r"[㐀-鿿豈-﫿〇]")
_NOT_IN_NUMBERS = re.compile(r"[^0-9X]")

_UNITS = (
    "特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "自治州", "自治县", "管理区", "居民委员会",
    "村民委员会", "居委会", "村委会", "街道办事处", "街道", "社区", "地区", "省", "市", "县", "区", "镇", "乡", "村",
)  # fmt: skip
_PROVINCE = re.compile(r"^(.{2,7}?(?:省|自治区)|(?:北京|天津|上海|重庆)市?)")
_COUNTY = re.compile(r"[^省市县区]{2,8}?(?:自治县|管理区|县|区|市)")
_TOWN = re.compile(r"(?:县|区|市)([^省市县区镇乡]{1,6}?(?:镇|乡|街道))")
_VILLAGE = re.compile(r"[镇乡道]([^镇乡村社]{1,8}?(?:村|社区|居委会))")
_STEM_MIN_CHARACTERS = 2


def same_name(read: str, typed: str) -> bool:
    """Whether two names are the same but for blanks, the dot of a minority name, full width and how 〇 is written."""
    return _plain_name(read) == _plain_name(typed)


def characters_apart(read: str, typed: str) -> int:
    """How many characters of two names differ, place by place; the longer one's surplus counts."""
    one, other = _plain_name(read), _plain_name(typed)
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def plain_number(text: str) -> str:
    """A number without what stands between its digits, X large."""
    return _NOT_IN_NUMBERS.sub("", unicodedata.normalize("NFKC", text).upper())


def same_place(printed: str, area: Mapping[str, Any], also_written_as: Collection[str] = ()) -> bool:
    """Whether a printed address may well be the typed 户籍 area (its five names).

    Cards are older than today's map and leave levels out, so one agreeing town or village is enough, and silence is no
    difference. `also_written_as`: other names of the county under which its registers are written.
    """
    address = re.sub(r"\s", "", unicodedata.normalize("NFKC", printed))
    if any(_holds(address, area.get(level)) for level in ("village", "town")):
        return True
    province = _PROVINCE.match(address)
    if province and _stem(province[1]) != _stem(str(area.get("province", ""))):
        return False
    counties = (area.get("county"), *also_written_as)
    if any(_holds(address, county) for county in counties):
        return not _is_elsewhere_in_the_county(address, area)
    rest = address[province.end() :] if province else address
    places = _COUNTY.findall(rest)
    others = [place for place in places if _stem(place) != _stem(str(area.get("city", "")))]
    return not others


def _is_elsewhere_in_the_county(address: str, area: Mapping[str, Any]) -> bool:
    """Another town and another village are named; one of them alone may have been merged or renamed."""
    return bool(_TOWN.search(address) and _VILLAGE.search(address) and area.get("town") and area.get("village"))


def _holds(address: str, name: object) -> bool:
    stem = _stem(str(name or ""))
    return len(stem) >= _STEM_MIN_CHARACTERS and stem in address


def _stem(name: str) -> str:
    """The name without its unit: 营田镇 → 营田."""
    for unit in _UNITS:
        if name.endswith(unit) and len(name) - len(unit) >= _STEM_MIN_CHARACTERS:
            return name.removesuffix(unit)
    return name


def _plain_name(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    if _CHINESE.search(normal):
        normal = normal.translate(_CIRCLES)
    return "".join(c for c in normal if c.isalpha() or c == "〇").casefold()
