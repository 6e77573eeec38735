"""A finding in words: whole values to the applicant, masked ones to staff. What a finding is: domain/findings.py."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.domain.case import Case
from backend.domain.findings import Finding, FindingKind
from backend.domain.materials import Slot
from backend.domain.people import chinese_date, mask_account, mask_address, mask_id_number, mask_name
from backend.domain.places import area_in_words, area_masked
from backend.domain.reading import DocumentKind, FieldKey

# fmt: off
KIND_LABELS: dict[FindingKind, str] = {
    FindingKind.DIFFERS:        "照片和填写不一样",
    FindingKind.CHECK_DIGIT:    "身份证号校验不对",
    FindingKind.WRONG_DOCUMENT: "不是这种材料",
    FindingKind.WRONG_SIDE:     "正反面拍反了",
    FindingKind.SAME_PHOTO:     "同一张照片用了两次",
    FindingKind.SEEN_ELSEWHERE: "照片在别的申请里用过",
    FindingKind.UNREADABLE:     "没有认出字",
}

PAPER_LABELS: dict[DocumentKind, str] = {
    DocumentKind.ID_CARD_FRONT:              "身份证正面",
    DocumentKind.ID_CARD_BACK:               "身份证反面",
    DocumentKind.SOCIAL_SECURITY_CARD_FRONT: "社会保障卡正面",
    DocumentKind.SOCIAL_SECURITY_CARD_BACK:  "社会保障卡反面",
    DocumentKind.BANK_CARD:                  "银行卡",
    DocumentKind.MARRIAGE_CERTIFICATE:       "结婚证",
    DocumentKind.DIVORCE_CERTIFICATE:        "离婚证",
    DocumentKind.HOUSEHOLD_REGISTER:         "户口本",
    DocumentKind.ONLY_CHILD_CERTIFICATE:     "独生子女证",
    DocumentKind.RETIREMENT_APPLICATION:     "退休申请表",
    DocumentKind.QUALIFICATION_FORM:         "退休资格认定表",
    DocumentKind.CONTRIBUTION_RECORD:        "个人权益单",
    DocumentKind.LABOUR_CONTRACT:            "劳动合同",
}

# Aspect → its name on the photo, and how her own answer is called beside it.
ASPECTS: dict[FieldKey, tuple[str, str]] = {
    FieldKey.NAME:           ("姓名", "填的是"),
    FieldKey.ID_NUMBER:      ("身份证号", "填的是"),
    FieldKey.BIRTH_DATE:     ("出生日期", "填的身份证号里是"),
    FieldKey.SEX:            ("性别", "填的身份证号里是"),
    FieldKey.ADDRESS:        ("住址", "填的户籍是"),
    FieldKey.ACCOUNT_NUMBER: ("银行账号", "填的是"),
}
# fmt: on
SEXES = {"male": "男", "female": "女"}


def hers(finding: Finding, case: Case, slots: Mapping[str, Slot]) -> dict[str, str | None]:
    """`sentence`, and whole `read` and `typed`, for her who typed them and took the photo."""
    read, typed = _value(finding.aspect, finding.read), _typed(finding, case)
    return {"sentence": _to_her(finding, read, typed, case, slots), "read": read, "typed": typed}


def staffs(finding: Finding, case: Case, slots: Mapping[str, Slot]) -> dict[str, str | None]:
    """The same with what identifies a person starred: the crop beside it shows the rest, under the viewer's name."""
    read, typed = _masked(finding.aspect, finding.read), _typed_masked(finding, case)
    return {"sentence": _to_staff(finding, case, slots), "read": read, "typed": typed}


def place_label(finding: Finding, slots: Mapping[str, Slot]) -> str:
    """身份证 正面（有照片的一面）; of a slot with one photo its name alone."""
    return _place(finding.slot_key, finding.part_key, slots)


def _to_her(finding: Finding, read: str | None, typed: str | None, case: Case, slots: Mapping[str, Slot]) -> str:
    match finding.kind:
        case FindingKind.DIFFERS if finding.aspect is FieldKey.ACCOUNT_NUMBER:
            return f"卡上的银行账号是 {read}，您填的是 {typed}。发到哪张卡都可以，看一眼没有填错就行。"
        case FindingKind.DIFFERS if finding.aspect is not None:
            name, said = ASPECTS[finding.aspect]
            return f"照片上的{name}是 {read}，您{said} {typed}。"
        case FindingKind.CHECK_DIGIT:
            return f"照片上的身份证号读出来是 {read}，有一位对不上，可能没有拍清楚。"
        case FindingKind.WRONG_DOCUMENT if finding.aspect is not None:
            return "这里要拍配偶的身份证，照片上好像是您自己的。"
        case FindingKind.WRONG_DOCUMENT:
            return f"这里要拍{slots[finding.slot_key].label}，照片上好像是{_paper(finding)}。"
        case FindingKind.WRONG_SIDE:
            return f"这里要拍{place_label(finding, slots)}，照片上好像是另一面。"
        case FindingKind.SAME_PHOTO:
            return f"这张和“{_other_place(finding, case, slots)}”用的是同一张照片。两样印在同一页上的，不用管它。"
        case FindingKind.SEEN_ELSEWHERE:
            return "这张照片在别的申请里用过，请看看是不是选错了照片。"
    return "这张照片上的字没有认出来，可能不太清楚。重拍一张，窗口就不用再找您。"


def _to_staff(finding: Finding, case: Case, slots: Mapping[str, Slot]) -> str:
    match finding.kind:
        case FindingKind.DIFFERS if finding.aspect is not None:
            return f"照片上的{ASPECTS[finding.aspect][0]}和填写的不一样"
        case FindingKind.CHECK_DIGIT:
            return "照片上的身份证号校验位不对"
        case FindingKind.WRONG_DOCUMENT if finding.aspect is not None:
            return "应当是配偶的身份证，照片上好像是申请人自己的"
        case FindingKind.WRONG_DOCUMENT:
            return f"应当是{slots[finding.slot_key].label}，照片上好像是{_paper(finding)}"
        case FindingKind.WRONG_SIDE:
            return f"应当是{place_label(finding, slots)}，照片上好像是另一面"
        case FindingKind.SAME_PHOTO:
            return f"和“{_other_place(finding, case, slots)}”是同一张照片"
        case FindingKind.SEEN_ELSEWHERE:
            return "这张照片在另一件申请里用过"
    return "照片上没有认出字，可能不清楚"


def _paper(finding: Finding) -> str:
    return PAPER_LABELS[finding.document] if finding.document else "别的材料"


def _other_place(finding: Finding, case: Case, slots: Mapping[str, Slot]) -> str:
    other = case.photos[finding.other_photo_id] if finding.other_photo_id else None
    return _place(other.slot_key, other.part_key, slots) if other else ""


def _place(slot_key: str, part_key: str, slots: Mapping[str, Slot]) -> str:
    slot = slots[slot_key]
    part = next((part for part in slot.parts if part.key == part_key), None)
    return slot.label if part is None or len(slot.parts) == 1 else f"{slot.label} {part.label}"


def _value(aspect: FieldKey | None, value: str | None) -> str | None:
    """A value as people write it."""
    if value is None:
        return None
    if aspect is FieldKey.SEX:
        return SEXES.get(value, value)
    if aspect is FieldKey.BIRTH_DATE:
        try:
            return chinese_date(date.fromisoformat(value))
        except ValueError:
            return value
    return value


def _masked(aspect: FieldKey | None, value: str | None) -> str | None:
    if value is None:
        return None
    match aspect:
        case FieldKey.NAME:
            return "、".join(mask_name(name) for name in value.split("、"))
        case FieldKey.ID_NUMBER:
            return mask_id_number(value)
        case FieldKey.ACCOUNT_NUMBER:
            return mask_account(value)
        case FieldKey.ADDRESS:
            return mask_address(value)
        case FieldKey.BIRTH_DATE:
            return f"{value[:4]}年**月**日"
    return _value(aspect, value)


def _typed(finding: Finding, case: Case) -> str | None:
    area = _area(finding, case)
    return area_in_words(area) if area else _value(finding.aspect, finding.typed)


def _typed_masked(finding: Finding, case: Case) -> str | None:
    area = _area(finding, case)
    return area_masked(area) if area else _masked(finding.aspect, finding.typed)


def _area(finding: Finding, case: Case) -> Mapping[str, Any] | None:
    return case.answers.get("household_area") if finding.question_key == "household_area" else None
