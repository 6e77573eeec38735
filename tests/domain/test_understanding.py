"""What lines of text mean: the paper, its fields and their places, whatever way up the photo was taken."""

from __future__ import annotations

from uuid import UUID

import pytest

from backend.domain.reading import DocumentKind, FieldKey, Reading, ReadingState, Seen, SeenLine
from backend.domain.understanding import understood
from tests.domain.cases import AT
from tests.domain.seen_lines import seen

ID_CARD = (
    ("姓名周桂兰", 300, 300),
    ("性别 女 民族 汉", 300, 380),
    ("出生 1975 年 11 月 8 日", 300, 460),
    ("住址 湖南省岳阳市屈原管理", 300, 540),
    ("区河市镇三洲村四组12号", 400, 600),
    ("公民身份号码 430671197511080023", 300, 800),
)
NUMBER = "430671197511080023"


def read(what: Seen) -> Reading:
    return understood(UUID(int=1), what, "test", AT, 12)


def values(what: Seen) -> list[tuple[str, str]]:
    return [(field.key.value, field.value) for field in read(what).fields]


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
@pytest.mark.parametrize("tilt", [-10, 0, 10])
def test_an_id_card_is_read_whatever_way_up_it_was_photographed(quarter: int, tilt: int) -> None:
    reading = read(seen(*ID_CARD, degrees=quarter + tilt))

    assert reading.document is DocumentKind.ID_CARD_FRONT
    assert reading.turn == (360 - quarter) % 360
    assert [(field.key.value, field.value) for field in reading.fields] == [
        ("name", "周桂兰"),
        ("sex", "female"),
        ("birth_date", "1975-11-08"),
        ("address", "湖南省岳阳市屈原管理区河市镇三洲村四组12号"),
        ("id_number", NUMBER),
    ]


def test_a_value_has_its_own_place_and_not_that_of_its_label() -> None:
    name = read(seen(*ID_CARD)).value(FieldKey.NAME)

    assert name is not None
    assert (name.box.left * 1600, name.box.right * 1600) == pytest.approx((380, 500))
    assert (name.box.top * 1200, name.box.bottom * 1200) == pytest.approx((300, 340))


def test_places_are_those_of_the_photo_as_it_is_kept() -> None:
    name = read(seen(*ID_CARD, degrees=180)).value(FieldKey.NAME)

    assert name is not None
    assert (name.box.left * 1600, name.box.right * 1600) == pytest.approx((1100, 1220))
    assert (name.box.top * 1200, name.box.bottom * 1200) == pytest.approx((860, 900))


def test_a_photo_without_text_says_so() -> None:
    reading = read(Seen(1600, 1200, ()))

    assert (reading.state, reading.turn, reading.document, reading.lines) == (ReadingState.NOTHING, 0, None, ())


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("古丽 . 阿不都", "古丽·阿不都"),
        ("欧阳 翀", "欧阳翀"),
    ],
)
def test_a_name_keeps_its_dot_and_loses_its_spaces(printed: str, told: str) -> None:
    rows = (("姓名" + printed, 300, 300), *ID_CARD[1:])

    assert ("name", told) in values(seen(*rows))


def test_a_name_is_found_where_its_label_is_hidden() -> None:
    assert ("name", "周桂兰") in values(seen(("周桂兰", 380, 300), *ID_CARD[1:]))


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("公民身份号码 43067119751108002X", "43067119751108002X"),
        ("公民身份号码 43067119751108002x", "43067119751108002X"),
        ("公民身份号码 4306 7119 7511 0800 23", NUMBER),
        ("公民身份号码 43O67ll975ll080023", NUMBER),
        ("公民身份号码 430671197511080024", "430671197511080024"),  # as printed: nobody repairs it by its check digit
    ],
)
def test_an_id_number_is_read_as_it_stands(printed: str, told: str) -> None:
    assert ("id_number", told) in values(seen(*ID_CARD[:-1], (printed, 300, 800)))


@pytest.mark.parametrize("printed", ["43067119751108002", "430671197513080023", ""])
def test_what_is_no_whole_id_number_is_none(printed: str) -> None:
    assert "id_number" not in dict(values(seen(*ID_CARD[:-1], (f"公民身份号码 {printed}", 300, 800))))


@pytest.mark.parametrize(
    ("printed", "told"), [("2012.03.15-长期", "长期"), ("2016.08.01-2036.08.01", "2036-08-01"), ("2016.08.01", None)]
)
def test_the_other_side_of_an_id_card_says_how_long_it_is_valid(printed: str, told: str | None) -> None:
    back = seen(("居民身份证", 300, 200), ("签发机关 屈原管理区公安局", 300, 500), (f"有效期限 {printed}", 300, 600))

    assert read(back).document is DocumentKind.ID_CARD_BACK
    assert dict(values(back)).get("valid_until") == told


def test_the_two_sides_of_a_social_security_card() -> None:
    front = seen(
        ("中华人民共和国社会保障卡", 300, 200),
        ("姓名 周桂兰", 300, 500),
        ("社会保障号码", 300, 600),
        (NUMBER, 300, 660),
    )
    back = seen(("6230 1975 1108 0028 017", 300, 300), ("本卡用于社会保障事务,也可作银行卡使用。", 300, 500))

    assert read(front).document is DocumentKind.SOCIAL_SECURITY_CARD_FRONT
    assert values(front) == [("name", "周桂兰"), ("id_number", NUMBER)]
    assert read(back).document is DocumentKind.SOCIAL_SECURITY_CARD_BACK
    assert values(back) == [("account_number", "6230197511080028017")]


def test_a_bank_card_has_a_number_and_sometimes_a_holder() -> None:
    card = seen(("湖南农村商业银行", 300, 200), ("6230 9010 1234 5678", 300, 500), ("户名:周桂兰", 300, 600))

    assert read(card).document is DocumentKind.BANK_CARD
    assert values(card) == [("account_number", "6230901012345678"), ("holder", "周桂兰")]


def test_a_marriage_certificate_names_both_and_its_number() -> None:
    opened = seen(
        ("结 婚 证", 200, 100),
        ("结婚证字号 湘岳屈结字第0960117号", 200, 800),
        ("姓名 周桂兰 性别 女", 900, 100),
        ("身份证件号 430671197511080023", 900, 200),
        ("姓名 刘建国 性别 男", 900, 400),
        ("身份证件号 430681196305020036", 900, 500),
    )

    assert read(opened).document is DocumentKind.MARRIAGE_CERTIFICATE
    assert values(opened) == [
        ("names", "周桂兰"),
        ("names", "刘建国"),
        ("id_number", NUMBER),
        ("id_number", "430681196305020036"),
        ("certificate_number", "湘岳屈结字第0960117号"),
    ]


def test_an_only_child_certificate_is_not_taken_for_its_application() -> None:
    certificate = seen(
        ("独生子女父母光荣证", 300, 100), ("父亲姓名", 200, 300), ("刘建国", 420, 300), ("证号 98-0316", 200, 500)
    )
    application = seen(("独生子女父母奖励对象申请表", 300, 100), ("光荣证编号 98-0316", 300, 300))

    assert read(certificate).document is DocumentKind.ONLY_CHILD_CERTIFICATE
    assert values(certificate) == [("names", "刘建国"), ("certificate_number", "98-0316")]
    assert read(application).document is None


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("离婚证", DocumentKind.DIVORCE_CERTIFICATE),
        ("常住人口登记卡", DocumentKind.HOUSEHOLD_REGISTER),
        ("参保人员退休申请表", DocumentKind.RETIREMENT_APPLICATION),
        ("退休资格认定表", DocumentKind.QUALIFICATION_FORM),
        ("个人权益记录单", DocumentKind.CONTRIBUTION_RECORD),
        ("劳 动 合 同 书", DocumentKind.LABOUR_CONTRACT),
        ("今天天气很好", None),
    ],
)
def test_papers_are_known_by_their_titles(title: str, told: DocumentKind | None) -> None:
    assert read(seen((title, 500, 100))).document is told


def test_letters_that_are_set_wide_apart_are_one_label() -> None:
    form = seen(("参保人员退休申请表", 500, 100), ("姓", 200, 300), ("名", 290, 300), ("周桂兰", 420, 300))

    assert dict(values(form))["name"] == "周桂兰"


def test_what_is_taken_for_a_huge_letter_does_not_mix_the_rows() -> None:
    rows = seen(*ID_CARD).lines
    portrait = SeenLine("日", ((900, 250), (1300, 250), (1300, 900), (900, 900)), 0.8)

    address = read(Seen(1600, 1200, (portrait, *rows))).value(FieldKey.ADDRESS)

    assert address is not None
    assert address.value == "湖南省岳阳市屈原管理区河市镇三洲村四组12号"


def test_a_form_of_cells_is_read_to_the_right_of_its_labels() -> None:
    form = seen(
        ("参保人员退休申请表", 500, 100), ("姓名", 200, 300), ("周桂兰", 420, 304), ("性别", 700, 300), ("女", 900, 300)
    )

    assert dict(values(form))["name"] == "周桂兰"
