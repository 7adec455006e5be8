"""The QR code on the computer's screen, as an image."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

if TYPE_CHECKING:
    from collections.abc import Mapping

PIXELS_PER_MODULE = 8
QUIET_ZONE = 4

KINDS: Mapping[str, str] = {"png": "image/png", "svg": "image/svg+xml"}
"""Formats, with their media types: PNG for programs that read images, SVG for screens of any sharpness."""


def drawn(text: str, kind: str) -> bytes:
    """Return a QR code as an image (ISO/IEC 18004; quiet zone of four modules, correction level M).

    Args:
        text: what a camera reads.
        kind: one of ``KINDS``.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=PIXELS_PER_MODULE, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    image = BytesIO()
    if kind == "svg":
        code.make_image(image_factory=SvgPathImage).save(image)
    else:
        code.make_image().save(image, "PNG")
    return image.getvalue()
