"""All that an answer tells: also what a spreadsheet's parts, a paper and a picture's codes say."""

import base64
import io
import re
import zipfile
from functools import lru_cache

from PIL import Image
from pypdf import PdfReader

from tests.qr import all_qr, rasterised

_PICTURE = re.compile(rb"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_PNG = b"\x89PNG"


@lru_cache(maxsize=4096)
def readable(body: bytes) -> bytes:
    """Return the body of an answer, and what it holds besides for whoever opens it."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return b"\n".join(readable(parts.read(name)) for name in parts.namelist())
    if body.startswith(b"%PDF"):
        return _paper(body)
    if body.startswith(_PNG):
        return _codes(Image.open(io.BytesIO(body)))
    drawn = [body] if b"<svg" in body[:300] else []
    drawn += [base64.b64decode(found) for found in _PICTURE.findall(body)]
    pictures = [rasterised(each.decode()) for each in drawn]
    return b"\n".join([body, *(_codes(picture) for picture in pictures if picture is not None)])


def _paper(body: bytes) -> bytes:
    pages = PdfReader(io.BytesIO(body)).pages
    # A long number may be broken where its column ends.
    texts = [page.extract_text() for page in pages]
    joined = [re.sub(r"\s", "", text) for text in texts]
    images = [image.image for page in pages for image in page.images]
    return b"\n".join(
        [*map(str.encode, texts + joined), *(_codes(image) for image in images if image)]
    )


def _codes(picture: Image.Image) -> bytes:
    return b"\n".join(found.text.encode() for found in all_qr(picture.convert("L")))
