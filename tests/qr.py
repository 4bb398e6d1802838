"""Reading the QR code of a picture, as a phone does."""

import re
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw

# What our drawings are made of: one path of squares.
_SQUARES = re.compile(r' d="((?:M[\d.]+,[\d.]+H[\d.]+V[\d.]+H[\d.]+z)+)"')
_SQUARE = re.compile(r"M([\d.]+),([\d.]+)H([\d.]+)V")
_SIDE = re.compile(r'viewBox="0 0 ([\d.]+) ')
_SCALE = 10


def read_qr(image: Any) -> zxingcpp.Barcode:
    """Return the one QR code in a picture.

    Of other kinds none is looked for: some bars of a QR code look like a short code of theirs.
    """
    (found,) = all_qr(image)
    return found


def all_qr(image: Any) -> list[zxingcpp.Barcode]:
    """Return the QR codes in a picture."""
    return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)


def rasterised(svg: str) -> Image.Image | None:
    """Return a drawing of ours in pixels, or None: it is none of a QR code."""
    path, box = _SQUARES.search(svg), _SIDE.search(svg)
    if path is None or box is None:
        return None
    image = Image.new("L", (int(float(box[1]) * _SCALE),) * 2, 255)
    draw = ImageDraw.Draw(image)
    for found in _SQUARE.finditer(path[1]):
        left, top, right = (float(number) for number in found.groups())
        corners = (left, top, right, top + right - left)
        x, y, to_x, to_y = (number * _SCALE for number in corners)
        draw.rectangle([x, y, to_x - 1, to_y - 1], fill=0)
    return image
