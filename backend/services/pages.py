"""A PDF sent as photos: which page goes to which part of the slot (材料槽), and as which photo."""

from uuid import UUID, uuid5

from backend.domain.errors import PdfTooLong
from backend.domain.materials import Slot

PDF = "application/pdf"
PAGES_PER_PDF = 10


def parts_for(slot: Slot, picked: str, pages: int) -> list[str]:
    """The parts that the pages fill, in order.

    Of a slot with pages, from the part that was picked on; of one with fixed parts, all of them, or with one page the
    part that was picked. Raises PdfTooLong when they do not fit.
    """
    keys = [part.key for part in slot.parts]
    has_pages = any(not part.required for part in slot.parts)
    if pages > 1 and not has_pages:
        picked = keys[0]
    free = keys[keys.index(picked) :]
    if pages > min(len(free), PAGES_PER_PDF) or (not has_pages and pages not in (1, len(keys))):
        raise PdfTooLong(pages=pages, room=min(len(free), PAGES_PER_PDF))
    return free[:pages]


def page_id(photo_id: UUID, picked: str, part: str) -> UUID:
    """The photo that the page in `part` becomes, always the same: in the part that was picked, the announced one."""
    return photo_id if part == picked else uuid5(photo_id, part)
