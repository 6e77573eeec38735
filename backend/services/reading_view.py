"""What the machine read on the photos of a case, for staff: where each field stands, and which answer it goes with.

Values are masked as answers are: the photo itself shows the rest, under the viewer's name.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from backend.domain.boxes import Box
from backend.domain.case import Case, Photo
from backend.domain.materials import Checklist, Whose
from backend.domain.people import mask_account, mask_address, mask_id_number, mask_name
from backend.domain.reading import DocumentKind, FieldKey, ReadField, Reading, ReadingState

F = FieldKey
# fmt: off
FIELD_LABELS: dict[FieldKey, str] = {
    F.NAME:               "姓名",
    F.ID_NUMBER:          "身份证号",
    F.BIRTH_DATE:         "出生日期",
    F.SEX:                "性别",
    F.ADDRESS:            "住址",
    F.CARD_NUMBER:        "卡号",
    F.ACCOUNT_NUMBER:     "银行账号",
    F.HOLDER:             "持卡人",
    F.VALID_UNTIL:        "有效期至",
    F.NAMES:              "持证人",
    F.CERTIFICATE_NUMBER: "证号",
}

MASKS: Mapping[FieldKey, Callable[[str], str]] = {
    F.NAME:               mask_name,
    F.ID_NUMBER:          mask_id_number,
    F.ADDRESS:            mask_address,
    F.CARD_NUMBER:        mask_account,
    F.ACCOUNT_NUMBER:     mask_account,
    F.HOLDER:             mask_name,
    F.NAMES:              mask_name,
    F.CERTIFICATE_NUMBER: mask_account,
    F.BIRTH_DATE:         lambda text: text[:4] + "-**-**",
    F.SEX:                lambda text: {"male": "男", "female": "女"}.get(text, text),
}

# Read on a paper of hers → the answer that says the same.
ANSWERS: Mapping[FieldKey, str] = {
    F.NAME:           "name",
    F.HOLDER:         "name",
    F.ID_NUMBER:      "id_number",
    F.BIRTH_DATE:     "id_number",
    F.SEX:            "id_number",
    F.ADDRESS:        "household_area",
    F.ACCOUNT_NUMBER: "bank_account",
}
# fmt: on
OF_SEVERAL = frozenset(
    {
        DocumentKind.MARRIAGE_CERTIFICATE,
        DocumentKind.DIVORCE_CERTIFICATE,
        DocumentKind.HOUSEHOLD_REGISTER,
        DocumentKind.ONLY_CHILD_CERTIFICATE,
    }
)


def readings_view(case: Case, slots: Checklist, readings: Mapping[UUID, Reading]) -> dict[str, Any]:
    """`{waiting, photos: [...]}` of the photos that staff are shown, the returned ones too."""
    shown = [*case.photos.values(), *case.returned_photos.values()]
    hers = {slot.key for slot in slots if slot.whose is Whose.HERS}
    found = [(photo, readings[photo.id]) for photo in shown if photo.id in readings]
    return {
        "waiting": sum(reading.state is ReadingState.WAITING for _, reading in found),
        "photos": [_photo(photo, reading, hers) for photo, reading in found],
    }


def box_view(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


def _photo(photo: Photo, reading: Reading, hers: Collection[str]) -> dict[str, Any]:
    is_hers = photo.slot_key in hers and reading.document not in OF_SEVERAL
    return {
        "photo_id": str(photo.id),
        "state": reading.state,
        "document": reading.document,
        "fields": [_field(field, is_hers=is_hers) for field in reading.fields],
    }


def _field(field: ReadField, *, is_hers: bool) -> dict[str, Any]:
    masked = MASKS.get(field.key, str)
    return {
        "key": field.key,
        "label": FIELD_LABELS[field.key],
        "value": masked(field.value),
        "box": box_view(field.box),
        "confidence": field.confidence,
        "question_key": ANSWERS.get(field.key) if is_hers else None,
    }
