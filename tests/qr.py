"""Reading the QR code of a picture, as a phone does."""

from typing import Any

import zxingcpp


def read_qr(image: Any) -> zxingcpp.Barcode:
    """Return the one QR code in a picture.

    Of other kinds none is looked for: some bars of a QR code look like a short code of theirs.
    """
    (found,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return found
