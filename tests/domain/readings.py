"""Readings for tests that are not about reading: what a machine would have read on a paper, without a machine."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from backend.domain.boxes import Box
from backend.domain.reading import DocumentKind, FieldKey, Line, ReadField, Reading, ReadingState
from tests.domain.cases import AT
from tests.domain.examples import answers

ENGINE = "made up for tests"


def a_field(key: FieldKey, value: str, confidence: float = 0.99, at: int = 0) -> ReadField:
    """A field in its own row of the picture."""
    return ReadField(key, value, Box(0.1, 0.05 + at * 0.1, 0.7, 0.12 + at * 0.1), confidence)


def a_reading(
    photo_id: UUID | None = None,
    document: DocumentKind | None = None,
    fields: Sequence[ReadField] = (),
    state: ReadingState = ReadingState.READ,
    text: Sequence[str] = (),
) -> Reading:
    """A photo on which these fields were read; `text` are its lines, the fields' values unless given."""
    texts = text or [each.value for each in fields]
    lines = tuple(Line(words, Box(0.1, 0.01 * n, 0.9, 0.01 * n + 0.01), 0.98) for n, words in enumerate(texts))
    done = state is not ReadingState.WAITING
    return Reading(
        photo_id=photo_id or uuid4(),
        state=state,
        engine=ENGINE if done else None,
        document=document,
        fields=tuple(fields),
        lines=lines,
        read_at=AT if done else None,
        milliseconds=640 if done else None,
        tries=1 if done else 0,
    )


def an_id_card(photo_id: UUID | None = None, confidence: float = 0.99, **changes: Any) -> Reading:
    """The front of the ID card that fits tests.domain.examples.answers(); `changes` by field key."""
    typed = answers()
    values = {
        "name": typed["name"],
        "id_number": typed["id_number"],
        "birth_date": "1976-03-12",
        "sex": "female",
        "address": "湖南省岳阳市屈原管理区营田镇槐花社区三组12号",
        **changes,
    }
    fields = [
        a_field(FieldKey(key), value, confidence, at)
        for at, (key, value) in enumerate(values.items())
        if value is not None
    ]
    return a_reading(photo_id, DocumentKind.ID_CARD_FRONT, fields)
