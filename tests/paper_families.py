"""Papers of made-up people drawn flat, with what must be legible on them, in two families that share no drawing.

Family `a` is the papers of pictures.py. Family `b` has other layouts, letters and colours for the same documents, so
that what was tuned on one can be measured on the other. Every paper says 测试样张.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from tests import pictures
from tests.pictures import GREY, HER, INK, RED, MadeUpPerson

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "桂兰秀英建国志强丽华玉珍春梅德明国庆爱民小红金凤文斌海燕水生冬梅立新卫东美玲"
TOWNS = ("河市镇三洲村四组", "营田镇槐花社区二栋", "天问街道屈子路", "凤凰乡凤凰村七组")


@dataclass(frozen=True)
class Paper:
    """One side of one paper: where it belongs, its picture (RGBA), and the words that must be legible."""

    slot: str
    part: str
    sample: str
    image: Image.Image
    facts: tuple[str, ...]

    @property
    def is_card(self) -> bool:
        return self.sample in ("id_card", "social_security_card")


def made_up_person(chance: random.Random) -> MadeUpPerson:
    """Somebody new: the number's date is real and its check digit right, and it belongs to nobody."""
    year, month, day = chance.randint(1963, 1980), chance.randint(1, 12), chance.randint(1, 28)
    is_woman = chance.random() < 0.5
    order = chance.randint(100, 498) * 2 + (0 if is_woman else 1)
    first = f"430671{year}{month:02d}{day:02d}{order % 1000:03d}"
    return MadeUpPerson(
        name=_name(chance),
        sex="女" if is_woman else "男",
        birth=f"{year}-{month:02d}-{day:02d}",
        id_number=first + _check_character(first),
        address=f"湖南省岳阳市屈原管理区{chance.choice(TOWNS)} {chance.randint(1, 99)} 号",
        spouse=_name(chance),
        child=_name(chance),
        employer=f"屈原管理区{chance.choice(('营田纺织', '汨水机械', '三洲粮油', '凤凰建材'))}有限公司",
    )


def _check_character(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))


# ── family a: the papers of pictures.py ──────────────────────────────────────────────────────


def _a(slot: str, part: str, sample: str, drawn: Image.Image, *facts: str) -> Paper:
    return Paper(slot, part, sample, drawn.convert("RGBA"), facts)


def papers_a(who: MadeUpPerson) -> dict[str, Paper]:
    """Key → paper, drawn as in pictures.py."""
    p = pictures
    number = who.id_number
    digits = number[6:17]
    account = f"6230{digits}8017"
    return {
        "id_front": _a("id_card", "front", "id_card", p._id_card_front(who), who.name, number),
        "id_back": _a("id_card", "back", "id_card", p._id_card_back(who), "屈原管理区公安局", "居民身份证"),
        "ssc_front": _a(
            "social_security_card",
            "front",
            "social_security_card",
            p._social_security_card_front(who),
            who.name,
            number,
        ),
        "ssc_back": _a(
            "social_security_card", "back", "social_security_card", p._social_security_card_back(who), account
        ),
        "register": _a("household_register", "page1", "household_register", p._household_register_page(who), number),
        "marriage": _a(
            "marriage_certificate", "page1", "certificate", p._marriage_certificate(who), "0960117", "结婚证"
        ),
        "only_child": _a(
            "only_child_certificate",
            "page1",
            "certificate",
            p._only_child_certificate(who),
            "独生子女父母光荣证",
            who.child,
        ),
        "contract": _a("work_history_proof", "page1", "form", p._labour_contract_page(who), who.name, number),
        "form": _a(
            "retirement_application", "page1", "form", p._form_page(who, "参保人员退休申请表"), who.name, number
        ),
    }


# ── family b: drawn otherwise ────────────────────────────────────────────────────────────────


def papers_b(who: MadeUpPerson) -> dict[str, Paper]:
    """Key → paper, in other layouts."""
    number = who.id_number
    return {
        "id_front": _a("id_card", "front", "id_card", _id_front_b(who), who.name, number),
        "id_back": _a("id_card", "back", "id_card", _id_back_b(who), "岳阳市公安局屈原分局", "居民身份证"),
        "ssc_front": _a("social_security_card", "front", "social_security_card", _ssc_front_b(who), who.name, number),
        "ssc_back": _a("social_security_card", "back", "social_security_card", _ssc_back_b(who), _account_b(who)),
        "register": _a("household_register", "page1", "household_register", _register_b(who), who.name, number),
        "divorce": _a("divorce_certificate", "page1", "certificate", _divorce_b(who), "离婚证", number),
        "record": _a("contribution_record", "page1", "record_sheet", _record_b(who), who.name, number),
        "letter": _a("work_history_proof", "page1", "form", _letter_b(who), who.name, number),
        "form": _a("only_child_application", "page1", "form", _form_b(who), who.name, number),
    }


def _pen(
    size: tuple[int, int], colour: tuple[int, int, int], *, round_corners: bool = False
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    paper = Image.new("RGBA", size, (*colour, 255))
    if round_corners:
        corners = Image.new("L", size, 0)
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), 46, 255)
        paper.putalpha(corners)
    return paper, ImageDraw.Draw(paper)


def _face_b(who: MadeUpPerson, size: tuple[int, int]) -> Image.Image:
    """Another face of nobody: flat shapes, a white ground."""
    chance = random.Random(who.id_number)  # noqa: S311 - the same face for the same number, not a secret
    picture = Image.new("RGB", (240, 300), (246, 247, 248))
    pen = ImageDraw.Draw(picture)
    skin = (214 + chance.randint(-14, 14), 172 + chance.randint(-14, 10), 142 + chance.randint(-12, 12))
    pen.rectangle((70, 214, 170, 300), fill=skin)
    pen.rounded_rectangle((14, 236, 226, 340), 60, fill=chance.choice([(36, 42, 60), (60, 60, 62), (84, 36, 40)]))
    pen.ellipse((62, 46, 178, 216), fill=skin)
    pen.chord((54, 30, 186, 170), 170, 370, fill=(34, 30, 28))
    for x in (96, 144):
        pen.ellipse((x - 7, 126, x + 7, 136), fill=(30, 24, 22))
    pen.line([(104, 184), (136, 184)], (150, 70, 66), 6)
    return picture.filter(ImageFilter.GaussianBlur(1.2)).resize(size)


def _id_front_b(who: MadeUpPerson) -> Image.Image:
    card, pen = _pen((1100, 694), (240, 240, 232), round_corners=True)
    for x in range(0, 1100, 22):
        pen.line([(x, 0), (x + 160, 694)], (226, 232, 238), 2)
    blue = (40, 90, 140)
    year, month, day = who.birth.split("-")
    for y, label, value in (
        (84, "姓名", who.name),
        (160, "性别", f"{who.sex}　民族 汉"),
        (236, "出生", f"{year}年{int(month)}月{int(day)}日"),
        (312, "住址", who.address[:12]),
    ):
        pen.text((76, y), label, blue, pictures._font(32))
        pen.text((180, y - 2), value, INK, pictures._font(38, serif=True))
    pen.text((180, 364), who.address[12:], INK, pictures._font(38, serif=True))
    pen.text((76, 574), "公民身份号码", blue, pictures._font(34))
    pen.text((330, 566), "".join(f"{each} " for each in who.id_number).strip(), INK, pictures._font(44))
    card.paste(_face_b(who, (270, 350)), (760, 116))
    return pictures._sample(card)


def _id_back_b(who: MadeUpPerson) -> Image.Image:
    card, pen = _pen((1100, 694), (236, 238, 240), round_corners=True)
    for y in range(40, 694, 26):
        pen.arc((-200, y - 300, 1300, y + 300), 20, 160, (226, 216, 220), 2)
    pen.regular_polygon((176, 176, 92), 8, fill=(196, 40, 44))
    pictures._five_points(pen, (176, 176), 54, (236, 196, 90))
    pen.text((330, 96), "中华人民共和国", INK, pictures._font(66))
    pen.text((330, 196), "居 民 身 份 证", INK, pictures._font(84))
    pen.text((240, 500), "签发机关　岳阳市公安局屈原分局", INK, pictures._font(38, serif=True))
    pen.text((240, 574), f"有效期限　20{who.id_number[10:12]}.06.18-长期", INK, pictures._font(38, serif=True))
    return pictures._sample(card)


def _ssc_front_b(who: MadeUpPerson) -> Image.Image:
    card, pen = _pen((1100, 694), (214, 228, 214), round_corners=True)
    pen.rectangle((0, 0, 1100, 116), fill=(52, 120, 110))
    pen.text((60, 24), "社会保障卡", (250, 250, 250), pictures._font(58))
    card.paste(_face_b(who, (230, 290)), (800, 170))
    pen.rounded_rectangle((84, 190, 210, 290), 12, (226, 196, 116), (140, 112, 50), 4)
    pen.text((84, 360), f"姓名 {who.name}", INK, pictures._font(42, serif=True))
    pen.text((84, 440), "社会保障号码", GREY, pictures._font(32))
    pen.text((84, 490), who.id_number, INK, pictures._font(46))
    pen.text((84, 590), "中国人民银行　湖南省人力资源和社会保障厅", INK, pictures._font(28))
    return pictures._sample(card)


def _account_b(who: MadeUpPerson) -> str:
    return f"62179955{who.id_number[6:17]}"


def _ssc_back_b(who: MadeUpPerson) -> Image.Image:
    card, pen = _pen((1100, 694), (232, 236, 226), round_corners=True)
    pen.rectangle((0, 54, 1100, 176), fill=(30, 30, 34))
    number = _account_b(who)
    pen.text((80, 330), " ".join(number[i : i + 4] for i in range(0, len(number), 4)), INK, pictures._font(54))
    pen.rectangle((80, 226, 760, 300), fill=(252, 252, 250), outline=GREY)
    pen.text((100, 236), who.name, (34, 38, 90), pictures._font(40, serif=True))
    for i, line in enumerate(
        ("持卡人签名后有效，不得转借。", "挂失电话 95580，社保服务 12333", "发卡行　邮政储蓄银行岳阳分行")
    ):
        pen.text((80, 440 + 56 * i), line, GREY, pictures._font(32))
    return pictures._sample(card)


def _register_b(who: MadeUpPerson) -> Image.Image:
    page, pen = _pen((1300, 930), (240, 246, 236))
    pen.text((470, 56), "常住人口登记卡", INK, pictures._font(54))
    rows = [
        ("姓名", who.name, "户主关系", "户主" if who.sex == "男" else "妻"),
        ("性别", who.sex, "民族", "汉"),
        ("出生地", "湖南省岳阳市", "籍贯", "湖南汨罗"),
        ("出生日期", who.birth, "文化程度", "高中"),
        ("身份证件编号", who.id_number, "婚姻状况", "有配偶"),
        ("服务处所", who.employer[:10], "职业", "工人"),
        ("何时由何地迁来", "久居", "何时迁来本址", "1988"),
    ]
    pictures._grid(pen, (70, 150), (250, 360, 230, 300), 82, rows)
    pen.text((90, 790), "登记机关　屈原管理区公安分局", INK, pictures._font(32))
    pictures._seal(page, (1040, 800), "户口登记章")
    return pictures._sample(page)


def _divorce_b(who: MadeUpPerson) -> Image.Image:
    page, pen = _pen((1280, 880), (246, 234, 222))
    pen.rectangle((18, 18, 1262, 862), outline=(150, 50, 60), width=10)
    pen.text((500, 70), "离 婚 证", (150, 40, 50), pictures._font(80))
    for i, line in enumerate(
        (
            f"持证人　{who.name}　　性别　{who.sex}",
            f"身份证件号　{who.id_number}",
            f"原配偶　{who.spouse}",
            "离婚证字号　L430671-2011-000318",
            "登记机关　屈原管理区民政局",
            "经审查，双方自愿离婚，发给此证。",
        )
    ):
        pen.text((140, 230 + 78 * i), line, INK, pictures._font(40, serif=True))
    pictures._seal(page, (980, 680), "离婚登记专用")
    return pictures._sample(page)


def _record_b(who: MadeUpPerson) -> Image.Image:
    page, pen = _pen((1100, 1556), (253, 253, 252))
    pen.text((250, 80), "企业职工基本养老保险个人权益记录单", INK, pictures._font(36))
    pen.text((90, 160), f"姓名：{who.name}　　社会保障号码：{who.id_number}", INK, pictures._font(30))
    rows = [("年度", "缴费月数", "缴费基数", "个人账户")]
    rows += [
        (str(year), "12", f"{2_300 + 131 * (year - 2004)}.00", f"{184 + 17 * (year - 2004)}.50")
        for year in range(2004, 2024)
    ]
    pictures._grid(pen, (90, 230), (180, 220, 260, 260), 54, rows)
    pen.text((90, 1400), "累计缴费 240 个月（含视同缴费）", INK, pictures._font(30))
    pictures._seal(page, (860, 1400), "养老保险专用")
    return pictures._sample(page)


def _letter_b(who: MadeUpPerson) -> Image.Image:
    page, pen = _pen((1100, 1556), (247, 245, 238))
    pen.text((400, 110), "工龄证明", INK, pictures._font(64))
    lines = (
        "屈原管理区人力资源和社会保障局：",
        f"　　兹有我单位职工{who.name}，{who.sex}，",
        f"公民身份号码 {who.id_number}，",
        "自 1993 年 8 月至 2002 年 12 月在我单位",
        "从事包装工作，连续工龄九年零五个月。",
        "其间未受过行政处分，工资按月发放，",
        "档案现存区人力资源和社会保障局。",
        "　　特此证明。",
    )
    for i, line in enumerate(lines):
        pen.text((120, 270 + 84 * i), line, INK, pictures._font(40, serif=True))
    pen.text((560, 1090), who.employer, INK, pictures._font(36, serif=True))
    pen.text((640, 1160), "2023 年 5 月 6 日", INK, pictures._font(36, serif=True))
    pictures._seal(page, (800, 1120), who.employer[5:9])
    return pictures._sample(page)


def _form_b(who: MadeUpPerson) -> Image.Image:
    page, pen = _pen((1100, 1556), (251, 248, 242))
    pen.text((130, 96), "城镇独生子女父母奖励对象申请表", INK, pictures._font(52))
    rows = [
        ("申请人", who.name, "性别", who.sex),
        ("身份证号", who.id_number, "民族", "汉"),
        ("配偶", who.spouse, "子女姓名", who.child),
        ("户籍地址", who.address[10:20], "婚姻状况", "已婚"),
        ("单位", who.employer[:10], "退休时间", "2026.11"),
        ("开户银行", "农业银行", "联系电话", "13800007799"),
        ("光荣证号", "湘屈 1998-0316", "发证时间", "1998.6"),
    ]
    pictures._grid(pen, (80, 210), (170, 350, 170, 240), 100, rows)
    for top, who_says in ((930, "申请人承诺"), (1120, "村（社区）意见"), (1310, "乡镇（街道）意见")):
        pen.rectangle((80, top, 1010, top + 190), outline=INK, width=3)
        pen.text((104, top + 18), f"{who_says}", GREY, pictures._font(30))
    pen.text((420, 990), who.name, (36, 44, 120), pictures._font(60, serif=True))
    pictures._seal(page, (820, 1220), "村民委员会")
    return pictures._sample(page)


FAMILIES: dict[str, Callable[[MadeUpPerson], dict[str, Paper]]] = {"a": papers_a, "b": papers_b}

__all__ = ["FAMILIES", "HER", "RED", "Paper", "made_up_person", "papers_a", "papers_b"]
