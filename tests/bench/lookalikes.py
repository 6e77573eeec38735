"""How near two photos' hashes are: the same photo sent on by another app, and papers that only look alike.

`python -m tests.bench.lookalikes` prints, in bits of 64, what NEAR_BITS of backend/domain/lookalikes.py is chosen by.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import combinations

from PIL import Image, ImageEnhance

from backend.adapters.images import PillowPictures
from backend.domain.lookalikes import NEAR_BITS, bits_apart
from tests import pictures

PEOPLE = (pictures.HER, pictures.HIM)
PAPERS: dict[str, Callable[..., bytes]] = {
    "身份证": pictures.id_card_front,
    "社保卡": pictures.social_security_card_front,
    "申请表": pictures.form_page,
    "劳动合同": pictures.labour_contract_page,
    "户口页": pictures.household_register_page,
}
OURS = PillowPictures(max_bytes=20_000_000, max_pixels=60_000_000)


def sent_on(photo: bytes) -> Iterator[bytes]:
    """The photo as other apps pass it on: saved anew, made smaller, lighter, paler."""
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    yield pictures.as_jpeg(picture)
    yield pictures.as_jpeg(picture.resize((picture.width // 3, picture.height // 3)))
    yield pictures.as_jpeg(picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)))
    yield pictures.as_jpeg(ImageEnhance.Brightness(picture).enhance(1.15))
    yield pictures.as_jpeg(ImageEnhance.Contrast(picture).enhance(0.85))


def bits(one: bytes, other: bytes) -> int:
    hashes = [OURS.clean(each, "image/jpeg").perceptual_hash or 0 for each in (one, other)]
    return bits_apart(hashes[0], hashes[1])


def main() -> None:
    same, alike, apart = [], [], []
    for draw in PAPERS.values():
        photos = [draw(PEOPLE[0], seed) for seed in (1, 2, 3)]
        same += [bits(photos[0], each) for each in sent_on(photos[0])]
        apart += [bits(one, other) for one, other in combinations(photos, 2)]
        alike.append(bits(draw(PEOPLE[0], 7), draw(PEOPLE[1], 7)))
    for what, found in (
        ("the same photo, sent on", same),
        ("another person's paper of one kind, same table and light", alike),
        ("the same paper, photographed again", apart),
    ):
        near = sum(each <= NEAR_BITS for each in found)
        print(f"{what}: {min(found)} to {max(found)} bits; {near} of {len(found)} within {NEAR_BITS}")


if __name__ == "__main__":
    main()
