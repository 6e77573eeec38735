"""Cards and certificates of made-up people, drawn with what is printed on them, and as a hand-held phone sees them.

Every paper is a pure function of a seed: a person, her numbers (right in form only), the drawing, and the way it was
photographed. What a reader ought to find is beside each. Papers to look at are in pictures.py; these are to measure by.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

CARD = (1000, 631)  # 85.6 by 54 mm
INK, LABEL, RED = (30, 30, 34), (52, 104, 150), (180, 40, 44)
PHOTO = (1600, 1200)
JPEG_QUALITY = 60
TILT_MAX = 10.0

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
RARE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", *"佘郗仝亓昝逄笪晏卞阚缪隗宓麴郏荀")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文春梅海燕东辉鹏飞玲波斌宇浩凯健俊帆雪荣爱香月莲凤琴素云"
    "淑珍惠贞菊仙金福贵德顺祥庆瑞安康新民生根水生满初喜来运长友松柏林森泽湘岳洪汉清源"
)
RARE_GIVEN = (
    "翀赟骉彧旻祎玥璟瑄燚堃犇淼焱翾垚甯怿琬筱葳蘅颢曌喆昇煜晟珺馨懿嬿婳姝嫄媖屾峣瀞湉澍濬炜烨熠犟珅珩璐璇甡皓睿"
)
MINORITY_NAMES = (
    *("买买提·吐尔逊", "古丽娜尔·阿不都", "阿依夏木·玉素甫", "努尔兰·哈力别克", "迪丽拜尔·艾合买提", "帕提古丽·吐尔地"),
    *("阿卜杜拉·伊敏", "热孜万古丽·麦麦提", "叶尔肯·别克", "木合塔尔·库尔班", "扎西·顿珠", "卓玛·央金"),
)
NATIONS = ("汉", "汉", "汉", "汉", "汉", "土家", "苗", "侗", "瑶", "回", "壮")
PLACES = (
    *("湖南省岳阳市屈原管理区河市镇三洲村四组", "湖南省岳阳市屈原管理区营田镇推山咀社区", "湖南省汨罗市桃林寺镇三新村"),
    *("湖南省湘阴县鹤龙湖镇古塘村", "湖南省岳阳市岳阳楼区洛王街道延寿寺社区"),
    *("湖北省监利市朱河镇余杨村", "广东省东莞市长安镇乌沙社区"),
    *("湖南省平江县加义镇泊头村谢家组", "湖南省岳阳市屈原管理区凤凰乡河泊潭村", "湖南省永顺县芙蓉镇友谊社区"),
)
AREAS = ("430671", "430681", "430625", "430624", "430602", "421023", "430626", "433127", "441900", "653101")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Person:
    """Nobody. `birth` is the one in her number."""

    name: str
    sex: str
    nation: str
    birth: date
    id_number: str
    address: str
    account: str


@dataclass(frozen=True)
class Drawn:
    """A flat paper, what it is, and what stands on it: field key → values in the order of the paper."""

    kind: str
    picture: Image.Image
    says: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Shot:
    """A photo of a paper. `quarter`: degrees clockwise by which the paper is turned on it; `tilt` beside that."""

    drawn: Drawn
    jpeg: bytes
    quarter: int
    tilt: float
    blur: float
    has_shadow: bool


# ── people ───────────────────────────────────────────────────────────────────────────────────


def a_person(seed: int) -> Person:
    """One of very many."""
    chance = _chance(f"person {seed}")
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(40 * 365))
    sex = chance.choice("男女")
    order = chance.randrange(1, 500) * 2 - (sex == "男")
    head = f"{chance.choice(AREAS)}{born:%Y%m%d}{order:03d}"
    number = head + check_character(head)
    if seed % 8 == 0:  # the letter is rarer than any digit, and read with less care
        number = _ending_in_x(head)
    return Person(
        name=_a_name(chance),
        sex=sex,
        nation=chance.choice(NATIONS),
        birth=born,
        id_number=number,
        address=chance.choice(PLACES) + f"{chance.randrange(1, 400)}号" + chance.choice(("", "", "附2号")),
        account=with_luhn(f"6230{chance.randrange(10**14):014d}"),
    )


def check_character(head: str) -> str:
    """The 18th place for 17 digits (GB 11643-1999)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(head, WEIGHTS, strict=True)) % 11]


def with_luhn(digits: str) -> str:
    """The digits and the one that makes their sum right."""
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits))]
    return digits + str(-sum(v - 9 if v > 9 else v for v in doubled) % 10)


def _ending_in_x(head: str) -> str:
    for order in range(100):
        changed = f"{head[:14]}{order:02d}{head[16]}"
        if check_character(changed) == "X":
            return changed + "X"
    raise AssertionError("one in eleven ends in X")


def _a_name(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.08:
        return chance.choice(MINORITY_NAMES)
    surname = chance.choice(RARE_SURNAMES) if kind < 0.16 else chance.choice(SURNAMES)
    letters = RARE_GIVEN if 0.16 <= kind < 0.34 else GIVEN
    given = chance.choice(letters) + (chance.choice(GIVEN) if chance.random() < 0.8 else "")
    return surname + given


# ── papers, flat ─────────────────────────────────────────────────────────────────────────────


def id_card_front(person: Person) -> Drawn:
    """身份证, the side with the portrait: address in lines of eleven letters."""
    card, pen = _card((226, 236, 240), (206, 224, 222))
    born = person.birth
    rows = [("姓 名", 76, person.name, 40), ("性 别", 152, person.sex, 34)]
    rows += [("出 生", 228, "", 34), ("住 址", 304, "", 34)]
    for label, y, value, size in rows:
        pen.text((64, y), label, LABEL, _font(28))
        pen.text((180, y - 6), value, INK, _font(size))
    pen.text((280, 152), "民 族", LABEL, _font(28))
    pen.text((380, 146), person.nation, INK, _font(34))
    for x, what, unit in ((180, born.year, "年"), (310, born.month, "月"), (400, born.day, "日")):
        pen.text((x, 222), str(what), INK, _font(34))
        pen.text((x + (84 if unit == "年" else 48), 228), unit, LABEL, _font(28))
    for i in range(0, len(person.address), 11):
        pen.text((180, 298 + i // 11 * 46), person.address[i : i + 11], INK, _font(34))
    pen.text((64, 524), "公民身份号码", LABEL, _font(30))
    _spread(pen, (330, 512), person.id_number, 46, 31)
    _face(card, person)
    says = {
        "name": (person.name,),
        "id_number": (person.id_number,),
        "birth_date": (born.isoformat(),),
        "sex": ("male" if person.sex == "男" else "female",),
        "address": (person.address,),
    }
    return Drawn("id_card_front", card, says)


def id_card_back(person: Person) -> Drawn:
    """身份证, the side with the emblem (here a disc)."""
    card, pen = _card((232, 238, 234), (214, 228, 232))
    pen.ellipse((70, 70, 220, 230), fill=RED)
    pen.text((290, 80), "中华人民共和国", INK, _font(58, serif=True))
    pen.text((290, 166), "居 民 身 份 证", INK, _font(72, serif=True))
    issued = date(2006 + person.birth.day % 18, person.birth.month, min(person.birth.day, 28))
    is_for_good = person.birth.year < 1960
    until = "长期" if is_for_good else f"{issued.year + 20}.{issued:%m.%d}"
    for label, value, y in (("签发机关", "汨罗市公安局", 440), ("有效期限", f"{issued:%Y.%m.%d}-{until}", 516)):
        pen.text((240, y), label, LABEL, _font(30))
        pen.text((400, y - 4), value, INK, _font(36))
    told = "长期" if is_for_good else issued.replace(year=issued.year + 20).isoformat()
    return Drawn("id_card_back", card, {"valid_until": (told,)})


def social_security_card_front(person: Person) -> Drawn:
    """社会保障卡, front."""
    card, pen = _card((120, 168, 210), (206, 228, 242))
    pen.text((60, 44), "中华人民共和国社会保障卡", (255, 255, 255), _font(50))
    pen.rounded_rectangle((70, 180, 210, 290), 16, (212, 178, 92), (150, 120, 50), 3)
    pen.text((70, 340), f"姓名　{person.name}", INK, _font(38))
    pen.text((70, 408), "社会保障号码", INK, _font(32))
    pen.text((70, 454), person.id_number, INK, _font(42))
    pen.text((70, 540), "发卡日期　2014年06月", INK, _font(30))
    _face(card, person)
    says = {"name": (person.name,), "id_number": (person.id_number,)}
    return Drawn("social_security_card_front", card, says)


def social_security_card_back(person: Person) -> Drawn:
    """社会保障卡, back, with the bank's number."""
    card, pen = _card((226, 232, 240), (204, 216, 230))
    pen.rectangle((0, 60, 1000, 160), fill=(46, 42, 44))
    pen.text((60, 300), _in_fours(person.account), INK, _font(50))
    lines = ("本卡用于社会保障事务，也可作银行卡使用。", "遗失请拨打发卡银行电话挂失。", "服务电话 12333")
    for i, line in enumerate(lines):
        pen.text((60, 420 + i * 50), line, (96, 100, 108), _font(30))
    return Drawn("social_security_card_back", card, {"account_number": (person.account,)})


def bank_card(person: Person) -> Drawn:
    """储蓄卡 with the holder's name."""
    card, pen = _card((40, 112, 96), (120, 178, 150))
    pen.text((60, 50), "湖南农村商业银行", (250, 250, 244), _font(52))
    pen.text((640, 60), "借记卡 DEBIT", (250, 250, 244), _font(34))
    pen.text((70, 330), _in_fours(person.account), (252, 250, 236), _font(56))
    pen.text((70, 460), f"户名 {person.name}", (252, 250, 236), _font(40))
    return Drawn("bank_card", card, {"account_number": (person.account,), "holder": (person.name,)})


def marriage_certificate(person: Person) -> Drawn:
    """结婚证, opened."""
    spouse = a_person(hash_of(person.id_number))
    page, pen = _sheet((1300, 900), (250, 228, 222))
    pen.rectangle((0, 0, 1299, 899), outline=RED, width=22)
    pen.line([(650, 22), (650, 878)], (214, 170, 160), 4)
    pen.text((180, 90), "结 婚 证", RED, _font(84, serif=True))
    pen.text((110, 700), "登记日期 1996年10月1日", INK, _font(34))
    number = f"J430671-1996-{hash_of(person.account) % 10**6:06d}"
    pen.text((110, 760), f"结婚证字号 {number}", INK, _font(32))
    for top, who in ((110, person), (400, spouse)):
        pen.text((700, top), f"姓名 {who.name}", INK, _font(38))
        pen.text((1050, top + 70), f"性别 {who.sex}", INK, _font(32))
        pen.text((700, top + 70), "国籍 中国", INK, _font(32))
        pen.text((700, top + 130), f"出生日期 {who.birth:%Y年%m月%d日}", INK, _font(32))
        pen.text((700, top + 190), f"身份证件号 {who.id_number}", INK, _font(32))
    says = {
        "names": (person.name, spouse.name),
        "id_number": (person.id_number, spouse.id_number),
        "certificate_number": (number,),
    }
    return Drawn("marriage_certificate", page, says)


def household_register(person: Person) -> Drawn:
    """户口本, one member's page."""
    page, pen = _sheet((1240, 860), (248, 243, 228))
    pen.text((400, 40), "常住人口登记卡", INK, _font(58, serif=True))
    rows = [
        ("姓　名", person.name, "户主或与户主关系", "户主"),
        ("曾用名", "", "性　别", person.sex),
        ("出生地", "湖南省汨罗市", "民　族", person.nation),
        ("籍　贯", "湖南省汨罗市", "出生日期", f"{person.birth:%Y年%m月%d日}"),
        ("公民身份号码", person.id_number, "婚姻状况", "已婚"),
    ]
    _grid(pen, (60, 150), (220, 380, 250, 270), 100, rows)
    says = {"names": (person.name,), "id_number": (person.id_number,), "birth_date": (person.birth.isoformat(),)}
    return Drawn("household_register", page, says)


def only_child_certificate(person: Person) -> Drawn:
    """独生子女父母光荣证, opened."""
    spouse, child = a_person(hash_of(person.id_number)), a_person(hash_of(person.account))
    page, pen = _sheet((1240, 800), (252, 240, 214))
    pen.rectangle((24, 24, 1215, 775), outline=RED, width=8)
    pen.text((230, 80), "独生子女父母光荣证", RED, _font(84, serif=True))
    number = f"98-{hash_of(person.account) % 10**4:04d}"
    rows = [("父亲姓名", person.name, "母亲姓名", spouse.name), ("子女姓名", child.name, "证　号", number)]
    _grid(pen, (110, 260), (200, 330, 200, 330), 110, rows)
    says = {"names": (person.name, spouse.name, child.name), "certificate_number": (number,)}
    return Drawn("only_child_certificate", page, says)


def retirement_application(person: Person) -> Drawn:
    """参保人员退休申请表: a page of A4 whose cells are filled in 12 point (小四), the smallest that has to be read."""
    page, pen = _sheet((1240, 1754), (250, 250, 248))
    pen.text((330, 110), "参保人员退休申请表", INK, _font(64, serif=True))
    rows = [
        ("姓　名", person.name, "性　别", person.sex),
        ("出生年月", f"{person.birth:%Y-%m}", "参加工作", "1994-07"),
        ("身份证号", person.id_number, "缴费月数", "364"),
        ("工作单位", "屈原管理区营田纺织", "职　务", "工人"),
        ("联系电话", "13800006688", "退休类型", "正常退休"),
    ]
    _grid(pen, (80, 260), (180, 420, 180, 300), 90, rows, letters=25)
    for top, what in ((760, "本人签名："), (1000, "单位意见："), (1240, "审核意见：")):
        pen.rectangle((80, top, 1160, top + 240), outline=INK, width=2)
        pen.text((100, top + 16), what, INK, _font(25))
    return Drawn("retirement_application", page, {"name": (person.name,), "id_number": (person.id_number,)})


CARDS: Mapping[str, Callable[[Person], Drawn]] = {
    "id_card_back": id_card_back,
    "social_security_card_front": social_security_card_front,
    "social_security_card_back": social_security_card_back,
    "bank_card": bank_card,
    "marriage_certificate": marriage_certificate,
    "household_register": household_register,
    "only_child_certificate": only_child_certificate,
    "retirement_application": retirement_application,
}


# ── as a phone sees them ─────────────────────────────────────────────────────────────────────


def photographed(drawn: Drawn, seed: int, *, quarter: int | None = None) -> Shot:
    """By a hand-held phone: tilted to 10°, a little out of focus, in somebody's shadow, JPEG 60, any way up."""
    chance = _chance(f"photo {seed}")
    tilt, blur = chance.uniform(-TILT_MAX, TILT_MAX), chance.uniform(0.0, 1.5)
    has_shadow = chance.random() < 0.5
    quarter = chance.choice((0, 90, 180, 270)) if quarter is None else quarter
    share = chance.uniform(0.62, 0.84)
    paper = drawn.picture.convert("RGBA")
    size = PHOTO if paper.width >= paper.height else (PHOTO[1], PHOTO[0])
    scale = min(size[0] / paper.width, size[1] / paper.height) * share
    paper = paper.resize((round(paper.width * scale), round(paper.height * scale)), Image.Resampling.LANCZOS)
    paper = paper.rotate(-tilt, Image.Resampling.BICUBIC, expand=True)
    photo = _table(size, chance)
    left, top = (size[0] - paper.width) // 2, (size[1] - paper.height) // 2
    photo.paste(paper, (left + chance.randint(-30, 30), top + chance.randint(-20, 20)), paper)
    if has_shadow:
        photo = _shadowed(photo, chance)
    light = chance.uniform(0.72, 1.05)
    photo = photo.point([min(255, round(v * light)) for v in range(256)] * 3)
    photo = _grainy(photo.filter(ImageFilter.GaussianBlur(blur)), chance).rotate(-quarter, expand=True)
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=JPEG_QUALITY)
    return Shot(drawn, out.getvalue(), quarter, tilt, blur, has_shadow)


def _table(size: tuple[int, int], chance: random.Random) -> Image.Image:
    grain = Image.frombytes("L", (9, 200), chance.randbytes(1800)).resize(size, Image.Resampling.BICUBIC)
    low = chance.choice(((70, 46, 30), (120, 122, 126), (40, 42, 48), (150, 130, 110)))
    return Image.merge("RGB", [grain.point(lambda v, a=a: a + 60 * v // 255) for a in low])


def _shadowed(photo: Image.Image, chance: random.Random) -> Image.Image:
    """The edge of a hand's or a head's shadow across the paper, soft, down to half of the light."""
    mask = Image.new("L", (400, 300), 255)
    x, y = chance.randrange(60, 340), chance.randrange(40, 260)
    far = [(x + chance.choice((-400, 400)), y + chance.choice((-300, 300))) for _ in range(2)]
    dark = round(255 * chance.uniform(0.45, 0.7))
    ImageDraw.Draw(mask).polygon([(x, y), far[0], (far[0][0], far[1][1]), far[1]], fill=dark)
    mask = mask.filter(ImageFilter.GaussianBlur(chance.uniform(2, 12))).resize(photo.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(photo, Image.merge("RGB", (mask, mask, mask)))


def _grainy(photo: Image.Image, chance: random.Random) -> Image.Image:
    noise = Image.frombytes("L", photo.size, chance.randbytes(photo.width * photo.height))
    noise = noise.point(lambda v: v * 16 // 255)
    return ImageChops.add(photo, Image.merge("RGB", (noise, noise, noise)), offset=-8)


# ── what papers are drawn with ───────────────────────────────────────────────────────────────


def _card(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    shade = Image.linear_gradient("L").resize(CARD)
    steps = [shade.point(lambda v, a=a, b=b: a + (b - a) * v // 255) for a, b in zip(upper, lower, strict=True)]
    card = Image.merge("RGB", steps).convert("RGBA")
    pen = ImageDraw.Draw(card)
    for i in range(24):  # the fine lines of security print
        pen.arc((-400 + i * 36, 40 + i * 9, 900 + i * 40, 900 - i * 12), 190, 350, tuple(c - 14 for c in upper), 2)
    corners = Image.new("L", CARD, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, CARD[0] - 1, CARD[1] - 1), 38, 255)
    card.putalpha(corners)
    return card, ImageDraw.Draw(card)


def _sheet(size: tuple[int, int], colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGBA", size, (*colour, 255))
    return sheet, ImageDraw.Draw(sheet)


def _face(card: Image.Image, person: Person) -> None:
    """A head and shoulders that belong to nobody."""
    pen, tone = ImageDraw.Draw(card), 150 + hash_of(person.name) % 60
    pen.rectangle((690, 96, 930, 420), fill=(238, 242, 244))
    pen.ellipse((700, 330, 920, 520), fill=(60, 66, 90))
    pen.rectangle((690, 420, 930, 520), fill=card.getpixel((640, 470)))  # type: ignore[arg-type]  # RGBA is a tuple
    pen.ellipse((745, 140, 875, 330), fill=(230, tone + 30, tone))
    pen.chord((740, 125, 880, 300), 180, 360, fill=(40, 36, 36))


def _grid(
    pen: ImageDraw.ImageDraw,
    at: tuple[int, int],
    widths: tuple[int, ...],
    height: int,
    rows: list[tuple[str, ...]],
    letters: int = 32,
) -> None:
    for i, row in enumerate(rows):
        x, y = at[0], at[1] + i * height
        for width, words in zip(widths, row, strict=True):
            pen.rectangle((x, y, x + width, y + height), outline=INK, width=2)
            size = next(s for s in range(letters, 10, -1) if _font(s).getlength(words) < width - 20)
            pen.text((x + 12, y + (height - size * 1.4) / 2), words, INK, _font(size))
            x += width


def _spread(pen: ImageDraw.ImageDraw, at: tuple[int, int], digits: str, size: int, step: int) -> None:
    for i, digit in enumerate(digits):
        pen.text((at[0] + i * step, at[1]), digit, INK, _font(size))


def _in_fours(digits: str) -> str:
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def hash_of(text: str) -> int:
    """A number from a text, the same in every process."""
    return _chance(text).randrange(10**9)


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same paper for the same seed, not a secret


@lru_cache(maxsize=64)
def _font(size: int, *, serif: bool = False) -> ImageFont.FreeTypeFont:
    path = serif_path() if serif else sans_path()
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
