"""The QR code on the computer's screen, as an image."""

from __future__ import annotations

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M

PIXELS_PER_MODULE = 8
QUIET_ZONE = 4


def png(text: str) -> bytes:
    """Return a QR code as PNG (ISO/IEC 18004; quiet zone of four modules, correction level M).

    Args:
        text: what a camera reads.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=PIXELS_PER_MODULE, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    image = BytesIO()
    code.make_image().save(image, "PNG")
    return image.getvalue()
