"""A workbook's package, a ZIP of XML: bounded before it is unpacked, and parsed without a DTD.

Python's reader unpacks no entry beyond the size that its directory tells, so the directory is
judged, and a lie in it ends as a broken file.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final
from xml.parsers import expat  # with no DTD nothing is expanded or fetched

from incentive.core.tables.errors import TableTooLarge, TableUnreadable, WorkbookProtected

ENTRIES_MAX: Final = 1_000
UNPACKED_BYTES_MAX: Final = 256 * 1024 * 1024
# Sheets of like rows pack to a fortieth; what packs to far less was made to burst.
RATIO_MAX: Final = 200
_SMALL_BYTES: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_CHUNK_BYTES: Final = 1 << 16
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What Python's reader says of a file that is not what it claims, or lacks a part.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    ValueError,
)
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """The parts of a workbook, by their names.

    Raises:
        TableUnreadable, TableTooLarge, WorkbookProtected: it is none, or would burst.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN:
            raise TableUnreadable from None
        entries = self._zip.infolist()
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise WorkbookProtected
        if (
            len(entries) > ENTRIES_MAX
            or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX
            or any(map(_bursts, entries))
        ):
            raise TableTooLarge(UNPACKED_BYTES_MAX >> 20)
        if any(entry.compress_type not in _METHODS for entry in entries):
            raise TableUnreadable
        self._names = {entry.filename for entry in entries}

    def has(self, name: str) -> bool:
        """Say whether there is a part of that name."""
        return name in self._names

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part.

        Raises:
            TableUnreadable: there is none, or it is broken.
        """
        try:
            with self._zip.open(name) as part:
                yield from _pieces(part)
        except _BROKEN:
            raise TableUnreadable from None


@contextmanager
def parser(
    start: Start, end: End = lambda _name: None, text: Text = lambda _data: None
) -> Iterator[expat.XMLParserType]:
    """Give a parser that calls back with each element's plain name, and refuses any DTD.

    Raises:
        TableUnreadable: within the block, what was given is no XML, or has a DTD or entities.
    """
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartElementHandler = lambda name, attributes: start(
        name.rpartition(" ")[2],
        {key.rpartition(" ")[2]: value for key, value in attributes.items()},
    )
    made.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    made.CharacterDataHandler = text
    made.StartDoctypeDeclHandler = _refuse
    made.EntityDeclHandler = _refuse
    try:
        yield made
    except expat.ExpatError:
        raise TableUnreadable from None


def elements(package: Package, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return all elements of a small part, in order: plain names and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    with parser(lambda *element: found.append(element)) as reading:
        for piece in package.chunks(name):
            reading.Parse(piece)
            if len(found) > _SMALL_BYTES:
                raise TableUnreadable
        reading.Parse(b"", True)
    return found


def _bursts(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(_SMALL_BYTES, entry.compress_size * RATIO_MAX)


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(_CHUNK_BYTES):
        yield piece


def _refuse(*_declared: object) -> None:
    raise TableUnreadable
