"""Draw a text as a QR code."""

import io

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.image.base import BaseImage
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathFillImage

# The quiet zone that ISO/IEC 18004 asks for, in modules.
BORDER = 4
PNG_MODULE_PIXELS = 8
# Makes a module one unit of the SVG, so that its coordinates are whole and short.
_SVG_MODULE = 10


def svg(text: str) -> bytes:
    """Return `text` as a QR code: a standalone SVG document, black on white, UTF-8.

    White is drawn too, so that the code can be read on a page in dark colours.
    """
    return _draw(text, SvgPathFillImage, _SVG_MODULE)


def dense_svg(text: str) -> bytes:
    """Return a long `text` as a QR code like `svg`, for a screen or a clean print: it bears no wear."""
    return _draw(text, SvgPathFillImage, _SVG_MODULE, ERROR_CORRECT_L)


def png(text: str, module_pixels: int = PNG_MODULE_PIXELS) -> bytes:
    """Return `text` as a QR code: a black and white PNG, `module_pixels` to a module."""
    return _draw(text, PyPNGImage, module_pixels)


def _draw(
    text: str, factory: type[BaseImage], box_size: int, level: int = ERROR_CORRECT_M
) -> bytes:
    # Level M survives a scratched plastic sleeve; H would make a card's code too dense
    # for a cheap camera. The library picks the modes: capitals after the URL are packed.
    drawing = QRCode(error_correction=level, border=BORDER, box_size=box_size)
    drawing.add_data(text)
    drawing.make(fit=True)
    out = io.BytesIO()
    drawing.make_image(image_factory=factory).save(out)
    return out.getvalue()
