"""What is noticed on photos, what is left alone, and what is never taken for another person's photo."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from backend.domain.case import Case, Photo
from backend.domain.findings import Finding, FindingKind, KindCount, count_waiting, findings
from backend.domain.lookalikes import Twin, bits_apart, have_the_same_writing, name_the_same_person
from backend.domain.materials import Checklist, Whose
from backend.domain.reading import DocumentKind, FieldKey, Reading, ReadingState
from tests.domain.cases import a_case, a_photo
from tests.domain.examples import AREA_ELSEWHERE, answers, id_number, rulebook
from tests.domain.readings import a_field, a_reading, an_id_card

DOCUMENTS = DocumentKind
OLDER, OLDEST = id_number(date(1968, 3, 12)), id_number(date(1963, 5, 2), woman=False)


def with_photos(*photos: Photo, **changes: Any) -> Case:
    return a_case(answers=answers(**changes), photos={photo.id: photo for photo in photos})


def slots_of(case: Case) -> Checklist:
    return rulebook().checklist(case.answers)


def found_on(case: Case, *readings: Reading, twins: tuple[Twin, ...] = ()) -> list[Finding]:
    by_photo = {reading.photo_id: reading for reading in readings}
    return list(findings(case, slots_of(case), by_photo, twins, ["汨罗市"]))


def about_her_card(**printed: Any) -> list[Finding]:
    photo = a_photo()
    return found_on(with_photos(photo), an_id_card(photo.id, **printed))


# ── read against typed ───────────────────────────────────────────────────────────────────────


def test_a_card_that_says_what_she_typed_is_not_spoken_of() -> None:
    assert about_her_card() == []


# fmt: off
DIFFERENCES = [
    # printed on the card                         question           aspect         read
    ({"name": "王秀芳"},                          "name",            "name",        "王秀芳"),
    ({"birth_date": "1976-03-21"},                "id_number",       "birth_date",  "1976-03-21"),
    ({"sex": "male"},                             "id_number",       "sex",         "male"),
    ({"address": "湖北省监利市朱河镇某某村"},     "household_area",  "address",     "湖北省监利市朱河镇某某村"),
]
# fmt: on


@pytest.mark.parametrize(("printed", "question", "aspect", "read"), DIFFERENCES)
def test_each_difference_is_told_once(printed: dict[str, str], question: str, aspect: str, read: str) -> None:
    found = about_her_card(**printed)

    assert [(f.kind, f.question_key, f.aspect, f.read) for f in found] == [
        (FindingKind.DIFFERS, question, aspect, read)
    ]


def test_another_number_is_one_finding_though_birth_and_sex_differ_with_it() -> None:
    (found,) = about_her_card(id_number=OLDER, birth_date="1968-03-12", sex="male")

    assert (found.kind, found.aspect, found.typed) == (FindingKind.DIFFERS, FieldKey.ID_NUMBER, answers()["id_number"])
    assert found.key == f"differs:id_number:{found.photo_id}"
    assert found.box is not None


def test_a_printed_number_that_breaks_its_check_digit_is_told_only_when_it_was_read_very_surely() -> None:
    broken = answers()["id_number"][:-1] + ("0" if answers()["id_number"][-1] != "0" else "1")

    assert [f.kind for f in about_her_card(id_number=broken, confidence=0.99)] == [FindingKind.CHECK_DIGIT]
    assert about_her_card(id_number=broken, confidence=0.95) == []


def test_what_was_read_unsurely_is_not_held_against_her() -> None:
    assert about_her_card(name="李桂芳", confidence=0.75) == []
    assert about_her_card(name="王秀芳", confidence=0.9) == []  # one character: machines mistake one for another
    assert len(about_her_card(name="李桂芳", confidence=0.9)) == 1


def test_what_she_has_not_typed_yet_cannot_differ() -> None:
    photo = a_photo()
    case = a_case(answers={}, photos={photo.id: photo})

    assert found_on(case, an_id_card(photo.id)) == []


def test_the_social_security_card_is_compared_too() -> None:
    photo = a_photo("social_security_card", "front")
    fields = [
        a_field(FieldKey.NAME, "王秀芳"),
        a_field(FieldKey.ID_NUMBER, OLDER),
        a_field(FieldKey.ACCOUNT_NUMBER, "6228480000000000026"),
    ]
    found = found_on(with_photos(photo), a_reading(photo.id, DOCUMENTS.SOCIAL_SECURITY_CARD_FRONT, fields))

    assert [f.question_key for f in found] == ["name", "id_number", "bank_account"]


def test_a_marriage_certificate_has_to_name_her_among_the_two() -> None:
    photo = a_photo("marriage_certificate", "page_1", "marriage_certificate")
    with_her = [a_field(FieldKey.NAMES, "刘建国"), a_field(FieldKey.NAMES, "王秀兰")]
    without = [a_field(FieldKey.NAMES, "刘建国"), a_field(FieldKey.NAMES, "李桂芳")]
    case = with_photos(photo)

    assert found_on(case, a_reading(photo.id, DOCUMENTS.MARRIAGE_CERTIFICATE, with_her)) == []
    (found,) = found_on(case, a_reading(photo.id, DOCUMENTS.MARRIAGE_CERTIFICATE, without))
    assert (found.question_key, found.read) == ("name", "刘建国、李桂芳")


def test_her_own_card_where_the_spouses_belongs_is_the_wrong_paper() -> None:
    photo = a_photo("spouse_id_card", "front")
    case = with_photos(photo)

    (found,) = found_on(case, an_id_card(photo.id))

    assert (found.kind, found.aspect) == (FindingKind.WRONG_DOCUMENT, FieldKey.ID_NUMBER)
    assert found_on(case, an_id_card(photo.id, name="刘建国", id_number=OLDEST)) == []


# ── the right paper in its place ─────────────────────────────────────────────────────────────

# fmt: off
PLACES = [
    # slot                    part      seen on the photo                     what is said
    ("id_card",               "front",  DOCUMENTS.ID_CARD_BACK,               FindingKind.WRONG_SIDE),
    ("id_card",               "front",  DOCUMENTS.BANK_CARD,                  FindingKind.WRONG_DOCUMENT),
    ("id_card",               "front",  None,                                 None),
    ("social_security_card",  "back",   DOCUMENTS.SOCIAL_SECURITY_CARD_FRONT, FindingKind.WRONG_SIDE),
    ("retirement_application", "page_1", DOCUMENTS.ID_CARD_FRONT,             FindingKind.WRONG_DOCUMENT),
    ("retirement_application", "page_1", DOCUMENTS.RETIREMENT_APPLICATION,    None),
    ("work_history_proof",    "page_1", DOCUMENTS.LABOUR_CONTRACT,            None),
    ("work_history_proof",    "page_1", DOCUMENTS.ID_CARD_FRONT,              FindingKind.WRONG_DOCUMENT),
    ("household_register",    "page_1", DOCUMENTS.MARRIAGE_CERTIFICATE,       FindingKind.WRONG_DOCUMENT),
    ("portrait",              "photo",  DOCUMENTS.ID_CARD_FRONT,              FindingKind.WRONG_DOCUMENT),
]
# fmt: on


@pytest.mark.parametrize(("slot", "part", "seen", "said"), PLACES)
def test_a_paper_in_the_wrong_place_is_told(
    slot: str, part: str, seen: DocumentKind | None, said: FindingKind | None
) -> None:
    photo = a_photo(slot, part)

    found = found_on(with_photos(photo), a_reading(photo.id, seen, text=["某某"]))

    assert [f.kind for f in found] == ([said] if said else [])


def test_of_a_slot_of_kinds_only_the_named_kind_is_expected() -> None:
    lost = a_photo("marriage_certificate", "page_1", "other_marriage_proof")

    assert found_on(with_photos(lost), a_reading(lost.id, DOCUMENTS.HOUSEHOLD_REGISTER)) == []


def test_a_photo_without_a_word_is_told_but_for_a_portrait_and_for_a_machine_that_gave_up() -> None:
    card, portrait = a_photo(sha256="1" * 64), a_photo("portrait", "photo", sha256="2" * 64)
    case = with_photos(card, portrait)
    nothing = [a_reading(photo.id, state=ReadingState.NOTHING) for photo in (card, portrait)]

    assert [(f.kind, f.photo_id) for f in found_on(case, *nothing)] == [(FindingKind.UNREADABLE, card.id)]
    assert found_on(case, a_reading(card.id, state=ReadingState.GAVE_UP)) == []


def test_photos_that_wait_are_counted_and_not_spoken_of() -> None:
    card, back = a_photo(sha256="1" * 64), a_photo("id_card", "back", sha256="2" * 64)
    case = with_photos(card, back)
    waiting = {card.id: a_reading(card.id, state=ReadingState.WAITING)}

    assert count_waiting(case, slots_of(case), waiting) == 1
    assert findings(case, slots_of(case), waiting) == ()


# ── the same photo ───────────────────────────────────────────────────────────────────────────

FORM = ["参保人员退休申请表", "姓名", "单位", "申请理由", "年 月 日", "单位意见（盖章）", "人社部门意见"]
FILLED = [*FORM, "王秀兰", "屈原管理区营田纺织有限公司", "到龄退休，现申请办理"]


def test_the_same_bytes_twice_in_a_case_are_told_of_the_later_place() -> None:
    front, back = a_photo(), a_photo("id_card", "back")

    (found,) = found_on(with_photos(back, front))

    assert (found.kind, found.photo_id, found.other_photo_id) == (FindingKind.SAME_PHOTO, back.id, front.id)


@pytest.mark.parametrize(
    ("other_text", "other_hash", "is_told"),
    [(FILLED, 0b10111, True), (FILLED, 0b111111, False), ([*FORM[3:], "第二页的内容"], 0b1, False)],
)
def test_a_photo_sent_on_by_another_app_is_known_by_picture_and_writing(
    other_text: list[str], other_hash: int, is_told: bool
) -> None:
    one = a_photo("retirement_application", "page_1", sha256="1" * 64, perceptual_hash=0)
    other = a_photo("retirement_application", "page_2", sha256="2" * 64, perceptual_hash=other_hash)
    readings = [a_reading(one.id, text=FILLED), a_reading(other.id, text=other_text)]

    assert bool(found_on(with_photos(one, other), *readings)) is is_told


def a_twin(photo: Photo, **changes: Any) -> Twin:
    facts = {"other_whose": Whose.HERS, "is_exact": False, "other_reading": None, **changes}
    return Twin(photo.id, uuid4(), uuid4(), **facts)


def test_the_very_bytes_of_another_persons_photo_are_told() -> None:
    photo = a_photo()
    twin = a_twin(photo, is_exact=True)

    (found,) = found_on(with_photos(photo), twins=(twin,))

    assert (found.kind, found.other_case_id) == (FindingKind.SEEN_ELSEWHERE, twin.other_case_id)


def test_what_a_family_shares_may_be_in_two_cases() -> None:
    certificate = a_photo("marriage_certificate", "page_1", "marriage_certificate")
    spouse, mine = a_photo("spouse_id_card", "front", sha256="1" * 64), a_photo("id_card", "front", sha256="2" * 64)
    twins = (
        a_twin(certificate, is_exact=True, other_whose=Whose.FAMILY),
        a_twin(spouse, is_exact=True),
        a_twin(mine, is_exact=True, other_whose=Whose.SPOUSE),
    )

    assert found_on(with_photos(certificate, spouse, mine), twins=twins) == []


BLANK = a_reading(text=FORM)
NAMED = [a_field(FieldKey.NAME, "王秀兰")]
NUMBERED = [a_field(FieldKey.ID_NUMBER, OLDER)]


@pytest.mark.parametrize(
    ("mine", "theirs", "is_told"),
    [
        (BLANK, BLANK, False),  # two people photographed the same empty form
        (a_reading(fields=NAMED, text=FILLED), a_reading(fields=NAMED, text=FILLED), True),
        (a_reading(fields=NAMED, text=FILLED), BLANK, False),
        (
            a_reading(fields=NAMED, text=FILLED),
            a_reading(fields=[a_field(FieldKey.NAME, "李桂芳")], text=[*FORM, "李桂芳"]),
            False,
        ),
        (a_reading(fields=NUMBERED), a_reading(fields=NUMBERED), True),
        (a_reading(fields=NUMBERED), a_reading(fields=[a_field(FieldKey.ID_NUMBER, OLDEST)]), False),
        (a_reading(fields=NUMBERED), None, False),  # the other one was never read
    ],
)
def test_a_near_picture_is_another_persons_only_when_both_name_the_same_person(
    mine: Reading, theirs: Reading | None, is_told: bool
) -> None:
    assert name_the_same_person(mine, theirs) is is_told


def test_few_words_are_no_writing_to_go_by() -> None:
    assert not have_the_same_writing(a_reading(text=["姓名"]), a_reading(text=["姓名"]))


def test_hashes_are_compared_as_the_database_keeps_them() -> None:
    assert bits_apart(-1, 0) == 64
    assert bits_apart(-(2**63), 0) == 1
    assert bits_apart(0b1011, 0b0011) == 1


# ── the report ───────────────────────────────────────────────────────────────────────────────


def test_precision_is_of_what_was_judged() -> None:
    count = KindCount("2026-11", FindingKind.DIFFERS, said=10, right=3, wrong=1)

    assert (count.unjudged, count.precision_percent) == (6, 75)
    assert KindCount("2026-11", FindingKind.DIFFERS, 2, 0, 0).precision_percent is None


def test_the_area_of_another_place_is_not_held_against_her_town() -> None:
    photo = a_photo()
    case = with_photos(photo, household_area=AREA_ELSEWHERE)

    (found,) = found_on(case, an_id_card(photo.id))

    assert found.question_key == "household_area"
