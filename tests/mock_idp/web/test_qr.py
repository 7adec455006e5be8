"""The QR code: both formats say the same, and it is shown only while there is something to scan."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from mock_idp.web.qr import PIXELS_PER_MODULE, QUIET_ZONE, drawn

if TYPE_CHECKING:
    from tests.mock_idp.web.desk import Desk

TEXT = "http://localhost:8080/phone/scan?t=bm9uZQ"
SQUARE = re.compile(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H")
SCALE = 10


def test_the_png_is_read_back() -> None:
    """Eight pixels a module, four modules of white around."""
    image = Image.open(io.BytesIO(drawn(TEXT, "png"))).convert("L")
    read = zxingcpp.read_barcode(image)
    dark = image.point(lambda value: 255 - value).getbbox()

    assert read is not None
    assert TEXT == read.text
    assert dark is not None
    assert QUIET_ZONE * PIXELS_PER_MODULE == dark[0] == dark[1] == image.width - dark[2]


def test_the_svg_is_read_back() -> None:
    """The same modules, as squares of a path."""
    source = drawn(TEXT, "svg").decode()
    size = float(re.search(r'viewBox="0 0 ([\d.]+) ', source)[1])  # type: ignore[index]  # without a viewBox it fails
    image = Image.new("L", (round(size * SCALE),) * 2, 255)
    pen = ImageDraw.Draw(image)
    for left, top, right, bottom in SQUARE.findall(source):
        pen.rectangle([float(left) * SCALE, float(top) * SCALE, float(right) * SCALE - 1, float(bottom) * SCALE - 1], 0)
    read = zxingcpp.read_barcode(image)

    assert read is not None
    assert TEXT == read.text


@pytest.mark.parametrize(("kind", "media"), [("png", "image/png"), ("svg", "image/svg+xml")])
def test_the_page_offers_both(desk: Desk, kind: str, media: str) -> None:
    """A browser takes the sharp one, a program the one it can read."""
    desk.to_qr_code()
    sources = [desk.computer.one("picture source").attrs["srcset"], desk.computer.one("img#qr").attrs["src"]]
    wanted = next(source for source in sources if source and f".{kind}?" in source)
    answer = desk.computer.client.get(wanted, base_url=desk.computer.base)

    assert (200, media) == (answer.status_code, answer.mimetype)


@pytest.mark.parametrize("kind", ["gif", "", "svg/", "PNG"])
def test_there_is_no_other_format(desk: Desk, kind: str) -> None:
    """And no other address."""
    desk.to_qr_code()

    assert 404 == desk.computer.open(desk.computer.action("renew") + f".{kind}")


def test_no_qr_code_before_the_card_or_after_the_scan(desk: Desk) -> None:
    """The image follows the phase, like the page."""
    desk.log_in()
    desk.identify()
    image = desk.computer.action("begin").replace("commencer", "qr.png")

    assert (422, "unexpected-event") == (desk.computer.open(image), desk.computer.error)

    desk.computer.send("begin")
    desk.prove()

    assert 200 == desk.computer.client.get(image, base_url=desk.computer.base).status_code

    desk.accept_terms()
    desk.scan()

    assert 422 == desk.computer.open(image)
