"""Photos drawn by code: papers of made-up people as a phone sees them on a table, and files that are no such thing.

Every picture is a pure function of its arguments (a person, a seed). Each paper says 测试样张: none could pass as real.
"""

from __future__ import annotations

import io
import math
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pillow_heif
from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps
from pylopdf_fonts_zh_cn import sans_path, serif_path

pillow_heif.register_heif_opener()

PHOTO_SIZE = (1600, 1200)
INK, GREY, RED = (28, 28, 32), (96, 100, 108), (186, 32, 38)
Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class MadeUpPerson:
    """Nobody: the numbers are right in form only."""

    name: str = "周桂兰"
    sex: str = "女"
    birth: str = "1975-11-08"
    id_number: str = "430671197511080023"
    address: str = "湖南省岳阳市屈原管理区河市镇三洲村四组 12 号"
    spouse: str = "刘建国"
    child: str = "刘小满"
    employer: str = "屈原管理区营田纺织有限公司"


HER = MadeUpPerson()
HIM = MadeUpPerson(name="刘建国", sex="男", birth="1963-05-02", id_number="430681196305020036", spouse="周桂兰")


# ── papers, on a table ───────────────────────────────────────────────────────────────────────


def id_card_front(person: MadeUpPerson = HER, seed: int = 1) -> bytes:
    """身份证, the side with the portrait."""
    return on_a_table(_id_card_front(person), seed)


def id_card_back(person: MadeUpPerson = HER, seed: int = 2) -> bytes:
    """身份证, the side with the emblem (ours is a plain star)."""
    return on_a_table(_id_card_back(person), seed)


def social_security_card_front(person: MadeUpPerson = HER, seed: int = 3) -> bytes:
    """社会保障卡, front."""
    return on_a_table(_social_security_card_front(person), seed)


def social_security_card_back(person: MadeUpPerson = HER, seed: int = 4) -> bytes:
    """社会保障卡, back."""
    return on_a_table(_social_security_card_back(person), seed)


def household_register_page(person: MadeUpPerson = HER, seed: int = 5) -> bytes:
    """户口本, one member's page."""
    return on_a_table(_household_register_page(person), seed)


def marriage_certificate(person: MadeUpPerson = HER, seed: int = 6) -> bytes:
    """结婚证, opened."""
    return on_a_table(_marriage_certificate(person), seed)


def only_child_certificate(person: MadeUpPerson = HER, seed: int = 7) -> bytes:
    """独生子女父母光荣证, opened."""
    return on_a_table(_only_child_certificate(person), seed)


def labour_contract_page(person: MadeUpPerson = HER, seed: int = 8) -> bytes:
    """劳动合同, one page."""
    return on_a_table(_labour_contract_page(person), seed, (1200, 1600))


def form_page(person: MadeUpPerson = HER, seed: int = 9, title: str = "参保人员退休申请表") -> bytes:
    """A filled form with a seal, as most other materials are."""
    return on_a_table(_form_page(person, title), seed, (1200, 1600))


def portrait(person: MadeUpPerson = HER, seed: int = 10) -> bytes:
    """一寸免冠彩照 as the studio gives it: 295 by 413 pixels, not a snapshot of paper."""
    drawn = _portrait(person, (590, 826)).resize((295, 413), Image.Resampling.LANCZOS)
    return as_jpeg(_with_grain(drawn, _chance(seed), 4))


PHOTOS: dict[str, Callable[[MadeUpPerson], bytes]] = {
    "id_card/front": id_card_front,
    "id_card/back": id_card_back,
    "spouse_id_card/front": lambda person: id_card_front(HIM if person is HER else HER, 11),
    "spouse_id_card/back": lambda person: id_card_back(HIM if person is HER else HER, 12),
    "social_security_card/front": social_security_card_front,
    "social_security_card/back": social_security_card_back,
    "portrait/photo": portrait,
    "household_register": household_register_page,
    "child_register": lambda person: household_register_page(person, 13),
    "spouse_register": lambda person: household_register_page(HIM if person is HER else HER, 14),
    "marriage_certificate": marriage_certificate,
    "only_child_certificate": only_child_certificate,
    "work_history_proof": labour_contract_page,
    "qualification_form": lambda person: form_page(person, 15, "退休资格认定表"),
    "contribution_record": lambda person: form_page(person, 16, "个人权益记录单"),
    "only_child_application": lambda person: form_page(person, 17, "独生子女父母奖励对象申请表"),
}


@lru_cache(maxsize=64)
def photo_for(slot_key: str, part_key: str = "", person: MadeUpPerson = HER) -> bytes:
    """The photo that belongs in this part of this slot; a filled form where no better paper is drawn."""
    draw = PHOTOS.get(f"{slot_key}/{part_key}") or PHOTOS.get(slot_key) or form_page
    return draw(person)


# ── files that are not what they should be ───────────────────────────────────────────────────


def empty() -> bytes:
    """No bytes at all."""
    return b""


def too_large(size: int) -> bytes:
    """A readable photo of more than `size` bytes."""
    return id_card_front() + bytes(size)


def too_many_pixels(width: int = 30_000, height: int = 30_000) -> bytes:
    """A bomb: a PNG of a few kilobytes that says it has 900 million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = zlib.compress(bytes(1 + width // 8) * 64)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", row) + _chunk(b"IEND", b"")


def too_small() -> bytes:
    """A photo on which nothing can be read."""
    return as_jpeg(_id_card_front(HER).convert("RGB").resize((240, 150)))


def truncated() -> bytes:
    """A photo whose second half never came."""
    whole = id_card_front()
    return whole[: len(whole) // 2]


def corrupt(seed: int = 0) -> bytes:
    """Begins like a JPEG, and is noise after that."""
    return b"\xff\xd8\xff\xe0" + _chance(seed).randbytes(20_000)


def not_an_image() -> bytes:
    """A text file with the name of a photo."""
    return "这是一份文字，不是照片。".encode() * 100


def as_jpeg(picture: Image.Image, **options: object) -> bytes:
    """The picture as a phone's JPEG."""
    return _saved(picture, "JPEG", quality=84, **options)


def as_png(photo: bytes) -> bytes:
    """The same photo as PNG."""
    return _saved(Image.open(io.BytesIO(photo)), "PNG", compress_level=1)


def as_webp(photo: bytes) -> bytes:
    """The same photo as WebP."""
    return _saved(Image.open(io.BytesIO(photo)), "WEBP", quality=84, method=0)


@lru_cache(maxsize=8)
def as_heic(photo: bytes) -> bytes:
    """The same photo as an iPhone keeps it."""
    return _saved(Image.open(io.BytesIO(photo)), "HEIF", quality=60, enc_params={"preset": "ultrafast"})


def held_sideways(photo: bytes, orientation: int = 6) -> bytes:
    """The same photo with EXIF saying how the phone was held, where it was taken and with what.

    Pixels are stored turned, so that a viewer who follows EXIF sees the photo upright.
    """
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    stored = Image.open(io.BytesIO(photo)).transpose(turns[orientation])
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "HandyMaker"
    exif[ExifTags.Base.Model] = "Handy 9"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (28.0, 51.0, 12.0), 3: "E", 4: (112.0, 55.0, 30.0)})
    return as_jpeg(stored, exif=exif, comment=b"taken at home")


def signature(name: str = HER.name, size: tuple[int, int] = (640, 320)) -> bytes:
    """A name written with a finger on a transparent canvas, PNG."""
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    hand = _chance(name)
    letters = ImageDraw.Draw(canvas)
    letters.text((50, 40), name, (20, 22, 40, 255), _font(170, serif=True))
    points = [(40 + i * (size[0] - 80) / 12, size[1] - 60 + hand.uniform(-14, 14)) for i in range(13)]
    letters.line(points, (20, 22, 40, 255), 5, joint="curve")
    leaning = (1, 0.22, -30, 0.03, 1, -6)
    return _saved(canvas.transform(size, Image.Transform.AFFINE, leaning, Image.Resampling.BICUBIC), "PNG")


def thin_signature(size: tuple[int, int] = (600, 240)) -> bytes:
    """Two characters of three strokes each, three pixels wide, as a careful hand writes: PNG."""
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    for x in (220, 320):
        pen.line([(x, 100), (x + 60, 96)], (0, 0, 0, 255), 3)
        pen.line([(x + 30, 70), (x + 6, 160)], (0, 0, 0, 255), 3)
        pen.line([(x + 34, 104), (x + 62, 156)], (0, 0, 0, 255), 3)
    return _saved(canvas, "PNG")


def empty_signature(size: tuple[int, int] = (640, 320)) -> bytes:
    """A canvas nobody wrote on, PNG."""
    return _saved(Image.new("RGBA", size, (0, 0, 0, 0)), "PNG")


def result_pdf(pages: int = 1) -> bytes:
    """A small PDF with a cross-reference that is right, as a department would upload."""
    kids = " ".join(f"{3 + i} 0 R" for i in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    body, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def result_pdf_with_stream() -> bytes:
    """The same small PDF, its cross-reference compressed as newer programs write it."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
    body, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", [0]
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    offsets.append(len(body))
    rows = b"".join(struct.pack(">BIB", 1 if i else 0, offset, 0) for i, offset in enumerate(offsets))
    table = zlib.compress(rows)
    about = f"<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length {len(table)}>>"
    return (
        body
        + f"4 0 obj\n{about}\nstream\n".encode()
        + table
        + f"\nendstream\nendobj\nstartxref\n{len(body)}\n%%EOF".encode()
    )


# ── how a phone sees a paper ─────────────────────────────────────────────────────────────────


def on_a_table(paper: Image.Image, seed: int, size: tuple[int, int] = PHOTO_SIZE) -> bytes:
    """The paper a little askew on a wooden table, with its shadow, the room's light and the sensor's grain."""
    chance = _chance(seed)
    corners = _corners(paper.size, size, chance)
    seen = paper.convert("RGBA").transform(
        size, Image.Transform.PERSPECTIVE, _perspective(corners, paper.size), Image.Resampling.BILINEAR
    )
    photo = _table(size, chance)
    quarter = (size[0] // 4, size[1] // 4)
    shadow = seen.getchannel("A").resize(quarter).filter(ImageFilter.GaussianBlur(5)).resize(size)
    shadow = ImageChops.offset(shadow, chance.randint(8, 16), chance.randint(12, 22))
    photo.paste((18, 12, 8), mask=shadow.point(lambda v: v * 150 // 255))
    photo.paste(seen, mask=seen.getchannel("A"))
    photo = _in_the_light(photo, chance)
    return as_jpeg(_with_grain(photo, chance, 14))


def _corners(paper: tuple[int, int], size: tuple[int, int], chance: random.Random) -> list[Point]:
    """Where the paper's four corners lie on the photo, clockwise from the upper left."""
    scale = min(size[0] / paper[0], size[1] / paper[1]) * chance.uniform(0.80, 0.86)
    half = (paper[0] * scale / 2, paper[1] * scale / 2)
    centre = (size[0] / 2 + chance.uniform(-20, 20), size[1] / 2 + chance.uniform(-20, 20))
    lean = chance.uniform(-0.06, 0.06)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        far = 0.97 if y < 0 else 1.0
        across, down = x * half[0] * far + chance.uniform(-6, 6), y * half[1] + chance.uniform(-6, 6)
        corners.append((centre[0] + across - down * lean, centre[1] + down + across * lean))
    return corners


def _perspective(corners: list[Point], paper: tuple[int, int]) -> tuple[float, ...]:
    """The eight numbers with which Pillow finds, for a point of the photo, the point of the paper."""
    targets: list[Point] = [(0, 0), (paper[0], 0), (paper[0], paper[1]), (0, paper[1])]
    rows = []
    for (x, y), (u, v) in zip(corners, targets, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for other in range(8):
            if other != i:
                factor = rows[other][i]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[i], strict=True)]
    return tuple(row[8] for row in rows)


def _table(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """A wooden table top: long grain, a few boards."""
    grain = Image.frombytes("L", (9, 220), chance.randbytes(9 * 220)).resize(size, Image.Resampling.BICUBIC)
    broad = Image.frombytes("L", (3, 14), chance.randbytes(3 * 14)).resize(size, Image.Resampling.BICUBIC)
    wood = Image.blend(grain, broad, 0.62)
    dark, light = chance.choice(
        [((74, 46, 28), (176, 128, 84)), ((96, 74, 56), (196, 168, 134)), ((58, 40, 30), (142, 104, 74))]
    )
    table = ImageOps.colorize(wood, dark, light)
    board = size[1] // chance.randint(2, 3)
    lines = ImageDraw.Draw(table)
    for y in range(board - chance.randint(0, 80), size[1], board):
        lines.line([(0, y), (size[0], y + chance.randint(-6, 6))], tuple(c // 2 for c in dark), 3)
    return table


def _in_the_light(photo: Image.Image, chance: random.Random) -> Image.Image:
    """Window light from one side, darker to the edges, warmer or cooler by the hour."""
    falling = Image.linear_gradient("L").rotate(chance.uniform(20, 160)).crop((40, 40, 216, 216))
    falling = falling.resize(photo.size, Image.Resampling.BICUBIC).point(lambda v: 200 + v * 55 // 255)
    edges = Image.radial_gradient("L").resize(photo.size, Image.Resampling.BICUBIC).point(lambda v: 255 - v * v // 900)
    light = ImageChops.multiply(falling, edges)
    tint = chance.choice([(255, 248, 232), (248, 251, 255), (255, 252, 246)])
    tinted = Image.merge("RGB", [light.point(lambda v, t=t: v * t // 255) for t in tint])
    return ImageChops.multiply(photo, tinted)


def _with_grain(photo: Image.Image, chance: random.Random, strength: int) -> Image.Image:
    width, height = photo.size
    noise = Image.frombytes("L", (width, height), chance.randbytes(width * height)).point(lambda v: v * strength // 255)
    return ImageChops.add(photo, Image.merge("RGB", (noise, noise, noise)), offset=-strength // 2)


# ── papers, flat ─────────────────────────────────────────────────────────────────────────────


def _id_card_front(person: MadeUpPerson) -> Image.Image:
    card, pen = _card((228, 238, 240), (206, 226, 222))
    _waves(card, (196, 214, 226))
    year, month, day = person.birth.split("-")
    rows = [("姓 名", person.name, 92), ("性 别", f"{person.sex}    民 族  汉", 164)]
    rows += [("出 生", f"{year} 年 {int(month)} 月 {int(day)} 日", 236), ("住 址", person.address[:14], 312)]
    for label, value, y in rows:
        pen.text((70, y), label, (62, 108, 150), _font(30))
        pen.text((172, y - 4), value, INK, _font(36))
    pen.text((172, 360), person.address[14:], INK, _font(36))
    pen.text((70, 520), "公民身份号码", (62, 108, 150), _font(32))
    pen.text((300, 510), person.id_number, INK, _font(46))
    card.paste(_portrait(person, (260, 330), background=(236, 242, 242)), (690, 110))
    return _sample(card)


def _id_card_back(person: MadeUpPerson) -> Image.Image:
    card, pen = _card((232, 238, 234), (214, 228, 232))
    _waves(card, (224, 206, 206))
    _star(pen, (170, 160), 76, RED)
    pen.text((300, 84), "中华人民共和国", INK, _font(62, serif=True))
    pen.text((300, 172), "居 民 身 份 证", INK, _font(76, serif=True))
    pen.text((230, 440), "签发机关", INK, _font(32))
    pen.text((390, 438), "屈原管理区公安局", INK, _font(36))
    pen.text((230, 510), "有效期限", INK, _font(32))
    pen.text((390, 508), "2012.03.15-长期" if person.sex == "男" else "2016.08.01-2036.08.01", INK, _font(36))
    return _sample(card)


def _social_security_card_front(person: MadeUpPerson) -> Image.Image:
    card, pen = _card((86, 142, 196), (196, 222, 240))
    _waves(card, (150, 190, 224))
    pen.text((60, 44), "中华人民共和国社会保障卡", (255, 255, 255), _font(50))
    pen.rounded_rectangle((70, 190, 210, 300), 16, (212, 178, 92), (150, 120, 50), 3)
    for y in (226, 262):
        pen.line([(70, y), (210, y)], (150, 120, 50), 3)
    pen.text((70, 350), f"姓名　{person.name}", INK, _font(38))
    pen.text((70, 412), "社会保障号码", INK, _font(32))
    pen.text((70, 458), person.id_number, INK, _font(42))
    pen.text((70, 540), "发卡日期　2014年06月　　湖南农商银行", INK, _font(30))
    card.paste(_portrait(person, (220, 280), background=(240, 244, 248)), (720, 190))
    return _sample(card)


def _social_security_card_back(person: MadeUpPerson) -> Image.Image:
    card, pen = _card((226, 232, 240), (204, 216, 230))
    pen.rectangle((0, 60, 1000, 160), fill=(46, 42, 44))
    pen.rectangle((60, 210, 620, 270), fill=(248, 248, 246), outline=GREY)
    pen.text((80, 216), person.name, (40, 44, 90), _font(38, serif=True))
    digits = person.id_number[6:17].translate(str.maketrans("X", "0"))
    pen.text((60, 310), f"6230 {digits[:4]} {digits[4:8]} {digits[8:]}8 017", INK, _font(52))
    for i, line in enumerate(
        ("本卡用于社会保障事务，也可作银行卡使用。", "遗失请拨打发卡银行电话挂失。", "服务电话 12333")
    ):
        pen.text((60, 420 + i * 50), line, GREY, _font(30))
    return _sample(card)


def _household_register_page(person: MadeUpPerson) -> Image.Image:
    page, pen = _sheet((1240, 880), (248, 243, 228))
    pen.text((400, 40), "常住人口登记卡", INK, _font(60, serif=True))
    rows = [
        ("姓　名", person.name, "户主或与户主关系", "妻" if person.sex == "女" else "户主"),
        ("曾 用 名", "", "性　别", person.sex),
        ("出 生 地", "湖南省岳阳市", "民　族", "汉族"),
        ("籍　贯", "湖南省汨罗市", "出生日期", _long_date(person.birth)),
        ("本市（县）其他住址", "", "宗教信仰", ""),
        ("公民身份号码", person.id_number, "婚姻状况", f"已婚（{person.spouse}）"),
        ("文化程度", "初中", "服务处所", person.employer[:11]),
    ]
    _grid(pen, (60, 140), (230, 330, 250, 310), 84, rows)
    pen.text((80, 770), "承办人签章：", INK, _font(30))
    pen.text((700, 770), "登记日期：2009 年 4 月 21 日", INK, _font(30))
    _seal(page, (330, 770), "户口专用章")
    return _sample(page)


def _marriage_certificate(person: MadeUpPerson) -> Image.Image:
    page, pen = _sheet((1300, 900), (250, 226, 220))
    pen.rectangle((0, 0, 1299, 899), outline=RED, width=26)
    pen.line([(650, 26), (650, 874)], (214, 170, 160), 4)
    pen.text((180, 70), "结 婚 证", RED, _font(84, serif=True))
    page.paste(_couple(), (130, 230))
    pen.text((110, 700), "登记日期　1996 年 10 月 1 日", INK, _font(34))
    pen.text((110, 760), "结婚证字号　湘岳屈结字第 0960117 号", INK, _font(30))
    wife, husband = (HER, HIM) if person.sex == "女" else (HIM, HER)
    for top, who in ((90, wife), (360, husband)):
        pen.text((700, top), f"姓名　{who.name}　　性别　{who.sex}", INK, _font(36))
        pen.text((700, top + 64), f"国籍　中国　　出生日期　{who.birth}", INK, _font(32))
        pen.text((700, top + 124), f"身份证件号　{who.id_number}", INK, _font(32))
    pen.text((700, 620), "结婚申请，符合《中华人民共和国婚姻法》规定，", INK, _font(25))
    pen.text((700, 662), "予以登记，发给此证。", INK, _font(25))
    _seal(page, (1060, 760), "婚姻登记专用章")
    return _sample(page)


def _only_child_certificate(person: MadeUpPerson) -> Image.Image:
    page, pen = _sheet((1240, 860), (252, 240, 214))
    pen.rectangle((24, 24, 1215, 835), outline=RED, width=8)
    pen.rectangle((42, 42, 1197, 817), outline=(214, 150, 60), width=4)
    pen.text((230, 80), "独生子女父母光荣证", RED, _font(84, serif=True))
    father, mother = (person.spouse, person.name) if person.sex == "女" else (person.name, person.spouse)
    rows = [("父亲姓名", father, "母亲姓名", mother), ("子女姓名", person.child, "性　别", "男")]
    rows += [("出生日期", "1998年 3月16日", "证　号", "湘屈独字 98-0316")]
    _grid(pen, (110, 230), (200, 310, 200, 310), 90, rows)
    pen.text((130, 560), "响应国家号召，自愿只生育一个子女，特发此证，以资鼓励。", INK, _font(36, serif=True))
    pen.text((660, 660), "屈原管理区计划生育委员会", INK, _font(32))
    pen.text((760, 720), "1998 年 6 月 1 日", INK, _font(32))
    _seal(page, (900, 690), "计划生育委员会")
    return _sample(page)


def _labour_contract_page(person: MadeUpPerson) -> Image.Image:
    page, pen = _sheet((1060, 1500), (250, 249, 245))
    pen.text((350, 80), "劳 动 合 同 书", INK, _font(60, serif=True))
    lines = [
        f"甲方（用人单位）：{person.employer}",
        f"乙方（劳动者）：{person.name}　　性别：{person.sex}",
        f"身份证号码：{person.id_number}",
        "　　根据《中华人民共和国劳动法》，甲乙双方经平等协商",
        "自愿签订本合同，共同遵守本合同所列条款。",
        "一、劳动合同期限",
        "　　本合同为固定期限，自 1994 年 7 月 1 日起，",
        "至 2004 年 6 月 30 日止。",
        "二、工作内容和工作地点",
        "　　乙方同意在细纱车间挡车工岗位工作，地点营田镇。",
        "三、工作时间和休息休假",
        "　　实行四班三运转工时制，每周至少休息一天。",
        "四、劳动报酬",
        "　　月工资为人民币贰佰陆拾元整，每月 15 日前支付。",
        "五、社会保险",
        "　　甲方依法为乙方缴纳基本养老保险费。",
        "甲方（盖章）　　　　　　　　　乙方（签字）",
        f"　　　　　　　　　　　　　　　　　{person.name}",
        "　　　　　　　　　　　1994 年 7 月 1 日",
    ]
    for i, line in enumerate(lines):
        pen.text((110, 210 + i * 62), line, INK, _font(34, serif=True))
    _seal(page, (270, 1250), person.employer[6:])
    return _sample(page)


def _form_page(person: MadeUpPerson, title: str) -> Image.Image:
    page, pen = _sheet((1060, 1500), (250, 250, 248))
    heading = _font(54, serif=True)
    pen.text(((1060 - heading.getlength(title)) / 2, 90), title, INK, heading)
    rows = [
        ("姓　名", person.name, "性　别", person.sex),
        ("出生年月", person.birth[:7], "参加工作", "1994-07"),
        ("身份证号", person.id_number, "缴费月数", "364"),
        ("工作单位", person.employer[:10], "职　务", "工人"),
        ("联系电话", "13800006688", "户籍地", "河市镇"),
        ("退休类型", "正常退休", "档案所在", "人社局"),
    ]
    _grid(pen, (80, 220), (160, 330, 160, 250), 96, rows)
    for top, who in ((840, "本人签名"), (1010, "单位意见"), (1180, "审核意见")):
        pen.rectangle((80, top, 980, top + 170), outline=INK, width=2)
        pen.text((100, top + 16), f"{who}：", INK, _font(30))
    pen.text((330, 880), person.name, (30, 40, 110), _font(64, serif=True))
    pen.text((330, 1066), "情况属实，同意申报。", (30, 40, 110), _font(38, serif=True))
    _seal(page, (800, 1090), person.employer[6:])
    return _sample(page)


# ── what papers are drawn with ───────────────────────────────────────────────────────────────


def _card(upper: Colour, lower: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A plastic card of 1000 by 630 with round corners."""
    shade = Image.linear_gradient("L").resize((1000, 630))
    card = ImageOps.colorize(shade, upper, lower).convert("RGBA")
    corners = Image.new("L", card.size, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, 999, 629), 38, 255)
    card.putalpha(corners)
    return card, ImageDraw.Draw(card)


def _sheet(size: tuple[int, int], colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGBA", size, (*colour, 255))
    return sheet, ImageDraw.Draw(sheet)


def _waves(card: Image.Image, colour: Colour) -> None:
    """The fine lines of security print."""
    pen = ImageDraw.Draw(card)
    for i in range(26):
        pen.arc((-400 + i * 36, 40 + i * 9, 900 + i * 40, 900 - i * 12), 190, 350, colour, 2)


def _grid(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], widths: tuple[int, ...], height: int, rows: Sequence[tuple[str, ...]]
) -> None:
    for i, row in enumerate(rows):
        x, y = at[0], at[1] + i * height
        for j, (width, words) in enumerate(zip(widths, row, strict=True)):
            pen.rectangle((x, y, x + width, y + height), outline=INK, width=2)
            size = 30
            while size > 16 and _font(size).getlength(words) > width - 20:
                size -= 2
            pen.text((x + 12, y + (height - size * 1.4) / 2), words, GREY if j % 2 == 0 else INK, _font(size))
            x += width


def _portrait(person: MadeUpPerson, size: tuple[int, int], background: Colour = (96, 150, 214)) -> Image.Image:
    """A face that belongs to nobody, from the shoulders up."""
    chance = _chance(person.name)
    picture = Image.new("RGB", (300, 400), background)
    pen = ImageDraw.Draw(picture)
    skin = (226 + chance.randint(-8, 8), 184 + chance.randint(-8, 8), 154 + chance.randint(-8, 8))
    shade = tuple(c - 34 for c in skin)
    hair, coat = (44, 40, 40), (52, 58, 82) if person.sex == "男" else (112, 48, 62)
    if person.sex == "女":
        pen.ellipse((72, 60, 228, 244), fill=hair)
    pen.ellipse((10, 300, 290, 560), fill=coat)
    pen.polygon([(112, 310), (188, 310), (150, 380)], fill=(238, 238, 240))
    pen.rectangle((124, 240, 176, 316), fill=shade)
    pen.ellipse((84, 90, 216, 284), fill=skin)
    pen.pieslice((80, 62, 220, 220), 180, 360, fill=hair)
    pen.ellipse((96, 112, 204, 190), fill=skin)
    for x in (122, 178):
        pen.arc((x - 18, 150, x + 18, 174), 200, 340, hair, 5)
        pen.ellipse((x - 12, 172, x + 12, 184), fill=(244, 244, 244))
        pen.ellipse((x - 6, 171, x + 6, 184), fill=(40, 30, 26))
    pen.line([(150, 186), (144, 220), (156, 222)], shade, 4)
    pen.arc((126, 226, 174, 256), 20, 160, (168, 74, 74), 6)
    return picture.filter(ImageFilter.GaussianBlur(1.6)).resize(size, Image.Resampling.BICUBIC)


def _couple() -> Image.Image:
    both = Image.new("RGB", (430, 400), RED)
    both.paste(_portrait(HIM, (215, 400), background=RED), (0, 0))
    both.paste(_portrait(HER, (215, 400), background=RED), (215, 0))
    return both


def _star(pen: ImageDraw.ImageDraw, centre: Point, radius: float, colour: Colour) -> None:
    pen.regular_polygon((*centre, radius), 30, fill=colour)
    pen.regular_polygon((*centre, radius * 0.8), 30, fill=(240, 206, 120))
    _five_points(pen, centre, radius * 0.62, colour)


def _five_points(pen: ImageDraw.ImageDraw, centre: Point, radius: float, colour: tuple[int, ...]) -> None:
    turns = [(math.pi * (i / 5 - 0.5), radius if i % 2 == 0 else radius * 0.38) for i in range(10)]
    pen.polygon([(centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)) for a, r in turns], fill=colour)


def _seal(page: Image.Image, centre: tuple[int, int], words: str) -> None:
    """A round red seal, pressed unevenly."""
    seal = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    pen = ImageDraw.Draw(seal)
    pen.ellipse((8, 8, 231, 231), outline=(*RED, 200), width=7)
    _five_points(pen, (120, 108), 40, (*RED, 200))
    font = _font(min(26, 190 // len(words)))
    pen.text((120 - font.getlength(words) / 2, 156), words, (*RED, 210), font)
    turned = seal.rotate(-9, Image.Resampling.BICUBIC)
    page.alpha_composite(turned, (centre[0] - 120, centre[1] - 120))


def _sample(paper: Image.Image) -> Image.Image:
    """Says of the paper that it is none."""
    pen = ImageDraw.Draw(paper)
    pen.text((paper.width - 170, paper.height - 70), "测试样张", (150, 110, 110), _font(28))
    return paper


def _chance(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same dust on the same photo, not a secret


def _long_date(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


@lru_cache(maxsize=64)
def _font(size: int, *, serif: bool = False) -> ImageFont.FreeTypeFont:
    path = serif_path() if serif else sans_path()
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
