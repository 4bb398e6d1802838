"""Read a list of regions from a file: CSV, plain or compressed, UTF-8 or GB18030."""

import csv
import gzip
import lzma
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from incentive.regions.domain import Row
from incentive.regions.errors import FileUnreadable

COLUMNS: Final = ("code", "level", "parent_code", "name")
_OFFICIAL: Final = "regions-yunnan.csv.xz"
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_XZ: Final = b"\xfd7zXZ\x00"
_GZIP: Final = b"\x1f\x8b"


def official() -> list[Row]:
    """Return the regions of Yunnan that travel with the product."""
    return read((resources.files("incentive.regions") / "data" / _OFFICIAL).read_bytes())


def read_file(path: Path) -> list[Row]:
    """Return the rows of the file at `path`.

    Raises:
        FileUnreadable: it is not a list of regions.
    """
    return read(path.read_bytes())


def read(data: bytes) -> list[Row]:
    """Return the rows in `data`.

    Each line is parsed by itself, so that a quote left open spoils one row and not the rest.

    Raises:
        FileUnreadable: neither encoding fits, or a column is missing.
    """
    lines = _LINE_END.split(_text(_unpacked(data)))
    header = _cells(lines[0]) if lines else None
    if header is None or not set(COLUMNS) <= set(header):
        raise FileUnreadable
    return list(_rows(lines, header))


def _rows(lines: list[str], header: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = _cells(line)
        if cells is None or len(cells) != len(header):
            yield Row(number, code=line.partition(",")[0].strip()[:20], whole=False)
            continue
        named = dict(zip(header, cells, strict=True))
        yield Row(number, named["code"], named["level"], named["parent_code"], named["name"])


def _cells(line: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error:
        return None


def _unpacked(data: bytes) -> bytes:
    try:
        if data.startswith(_XZ):
            return lzma.decompress(data)
        if data.startswith(_GZIP):
            return gzip.decompress(data)
    except (lzma.LZMAError, OSError, EOFError):
        raise FileUnreadable from None
    return data


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable
