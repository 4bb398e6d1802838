import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from incentive.core import codes
from tests.qr import rasterised, read_qr

KEYS = codes.CodeKeys.derive(b"a secret that only tests may know", "kunming")
BASE = "https://volunteer.kunming.example.cn"
TEXTS = [
    codes.url(BASE, codes.issue_card(KEYS, codes.volunteer_number(42, "53"), 1).text),
    codes.url(BASE, codes.printed_code(KEYS, 1234, 1).text),
    codes.url(BASE, "X7K3M9QXD2AB"),
]


def read(image: Image.Image) -> str:
    found = read_qr(image)
    return found.text


@pytest.mark.parametrize("text", TEXTS)
def test_a_png_reads_back(text):
    with Image.open(io.BytesIO(codes.png(text))) as image:
        assert read(image.convert("L")) == text


def test_a_small_png_reads_back_and_keeps_its_quiet_zone():
    with Image.open(io.BytesIO(codes.png(TEXTS[1], module_pixels=3))) as image:
        grey = image.convert("L")
        assert grey.crop((0, 0, grey.width, 4 * 3)).getextrema() == (255, 255)
        assert grey.getpixel((4 * 3, 4 * 3)) == 0
        assert read(grey) == TEXTS[1]


@pytest.mark.parametrize("text", TEXTS)
def test_an_svg_reads_back(text):
    """Rasterise its one path, which is squares `MxyHxVyHxz`, and read that."""
    svg = codes.svg(text)
    root = ET.fromstring(svg)  # noqa: S314 -- our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{http://www.w3.org/2000/svg}rect").get("fill") == "white"
    assert read(rasterised(svg.decode())) == text
