"""CSV: in UTF-8 with or without its mark, UTF-16 with it, or GB18030; whatever parts the columns."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from incentive.core.tables.errors import TableUnreadable
from incentive.core.tables.model import CELL_LENGTH_MAX, COLUMNS_MAX, TableRow

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = (",", "\t", ";", "|")
_CHUNK_BYTES: Final = 1 << 16
_SAMPLE_CHARACTERS: Final = 20_000
_SAMPLE_LINES: Final = 20
# Some programs end each number with a tab or begin it with a quote, so that Excel leaves it alone.
_AROUND: Final = " \t\u3000\u00a0'`"


def encoding_of(content: bytes) -> str:
    """Return the encoding that all of `content` is written in.

    Raises:
        TableUnreadable: it is in none that is known, or no text at all.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        if b"\x00" in content:
            raise TableUnreadable
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        if _is_in(content, encoding):
            return encoding
    raise TableUnreadable


def read_csv(content: bytes) -> Iterator[TableRow]:
    """Yield the rows of a CSV.

    Raises:
        TableUnreadable: it is no text, or its quotes never end.
    """
    encoding = encoding_of(content)
    delimiter = _delimiter(content, encoding)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for cells in reader:
            kept = [cell.strip(_AROUND)[:CELL_LENGTH_MAX] for cell in cells[:COLUMNS_MAX]]
            yield TableRow(reader.line_num, kept)
    except csv.Error:
        raise TableUnreadable from None


def _is_in(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for first in range(0, len(content), _CHUNK_BYTES):
            if "\x00" in decoder.decode(content[first : first + _CHUNK_BYTES]):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(content: bytes, encoding: str) -> str:
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    lines = text.read(_SAMPLE_CHARACTERS).splitlines()[:_SAMPLE_LINES]
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark])
