"""An address as a picture to scan (二维码), SVG."""

from io import BytesIO

import segno


def picture_to_scan(address: str, border: int = 0) -> bytes:
    """The address as an SVG of squares, `border` of them wide around it."""
    picture = BytesIO()
    light = "#fff" if border else None
    segno.make(address, micro=False, error="m").save(picture, kind="svg", border=border, light=light, scale=8)
    return picture.getvalue()
