"""Which document a photo shows and what its fields say, from the lines on it. Pure: no picture is looked at here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.domain.layout import PlacedLine, laid_out
from backend.domain.reading import DocumentKind, ReadField, Reading, ReadingState, Seen


def understood(photo_id: UUID, seen: Seen, engine: str, at: datetime, milliseconds: int) -> Reading:
    """The reading of a photo on which these lines were seen."""
    layout = laid_out(seen)
    document, fields = understand(layout.lines)
    return Reading(
        photo_id=photo_id,
        state=ReadingState.READ if layout.lines else ReadingState.NOTHING,
        engine=engine,
        turn=layout.turn,
        document=document,
        fields=fields,
        lines=layout.as_kept(),
        read_at=at,
        milliseconds=milliseconds,
    )


def understand(lines: Sequence[PlacedLine]) -> tuple[DocumentKind | None, tuple[ReadField, ...]]:
    """The kind of paper, None when it is none that is known, and its fields."""
    is_card = any("公民身份" in line.text for line in lines)
    return DocumentKind.ID_CARD_FRONT if is_card else None, ()
