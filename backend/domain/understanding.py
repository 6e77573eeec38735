"""Which document a photo shows and what its fields say, from the lines on it. Pure: no picture is looked at here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.domain import paper_fields as find
from backend.domain.layout import PlacedLine, laid_out
from backend.domain.papers import kind_of
from backend.domain.reading import DocumentKind, ReadField, Reading, ReadingState, Seen

ID_CARD = (find.name_on_id_card, find.sex, find.birth_date, find.address_on_id_card, find.id_numbers)
CERTIFICATE = (find.names_of_holders, find.id_numbers, find.certificate_number)
FORM = (find.name_on_form, find.id_numbers)
# fmt: off
FINDERS: dict[DocumentKind | None, tuple[find.Finder, ...]] = {
    DocumentKind.ID_CARD_FRONT:              ID_CARD,
    DocumentKind.ID_CARD_BACK:               (find.valid_until,),
    DocumentKind.SOCIAL_SECURITY_CARD_FRONT: (find.name_on_card, find.id_numbers, find.card_number),
    DocumentKind.SOCIAL_SECURITY_CARD_BACK:  (find.account_number, find.holder),
    DocumentKind.BANK_CARD:                  (find.account_number, find.holder),
    DocumentKind.MARRIAGE_CERTIFICATE:       CERTIFICATE,
    DocumentKind.DIVORCE_CERTIFICATE:        CERTIFICATE,
    DocumentKind.HOUSEHOLD_REGISTER:         (find.names_of_holders, find.sex, find.birth_date, find.id_numbers),
    DocumentKind.ONLY_CHILD_CERTIFICATE:     (find.names_on_only_child_certificate, find.certificate_number),
    DocumentKind.RETIREMENT_APPLICATION:     FORM,
    DocumentKind.QUALIFICATION_FORM:         FORM,
    DocumentKind.CONTRIBUTION_RECORD:        FORM,
    DocumentKind.LABOUR_CONTRACT:            FORM,
    None:                                    (find.id_numbers,),
}
# fmt: on
ONE_OF_EACH = frozenset(
    {
        DocumentKind.ID_CARD_FRONT,
        DocumentKind.SOCIAL_SECURITY_CARD_FRONT,
        DocumentKind.HOUSEHOLD_REGISTER,
        DocumentKind.RETIREMENT_APPLICATION,
        DocumentKind.QUALIFICATION_FORM,
        DocumentKind.CONTRIBUTION_RECORD,
        DocumentKind.LABOUR_CONTRACT,
    }
)


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
    kind = kind_of(line.text for line in lines)
    found = [field for finder in FINDERS[kind] for field in finder(lines)]
    if kind in ONE_OF_EACH:
        found = [field for i, field in enumerate(found) if field.key not in {each.key for each in found[:i]}]
    return kind, tuple(found)
