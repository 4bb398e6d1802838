"""Merged cells: their value stands in the first corner alone, and is meant for all they cover."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from incentive.core.tables.errors import TableTooLarge, TableUnreadable
from incentive.core.tables.model import COLUMNS_MAX, FILE_BYTES_MAX, Mark

MERGES_MAX: Final = 50_000
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# Text is escaped in a sheet, so nothing else can look like this.
_MERGE: Final = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z0-9:$]{2,30})[\"'][^>]*>")
_TAG_BYTES_MAX: Final = 200
_LETTERS: Final = 26


@dataclass(slots=True)
class _Merge:
    """What a merged cell covers, ends included, and its value once it was seen."""

    top: int
    left: int
    bottom: int
    right: int
    text: str = ""
    mark: Mark | None = None


class Merges:
    """The merged cells of a sheet, met from the top down."""

    def __init__(self, merges: Iterable[_Merge]) -> None:
        self._ahead = sorted(merges, key=lambda merge: merge.top, reverse=True)
        self._here: list[_Merge] = []

    def lend(self, line: int, texts: list[str], marks: dict[int, Mark]) -> None:
        """Fill the cells of a row that merged ones cover, and mark them."""
        while self._ahead and self._ahead[-1].top <= line:
            self._here.append(self._ahead.pop())
        if not self._here:
            return
        self._here = [merge for merge in self._here if merge.bottom >= line]
        for merge in self._here:
            if merge.top == line and merge.left < len(texts):
                merge.text, merge.mark = texts[merge.left], marks.get(merge.left)
            if not merge.text:
                continue
            texts += [""] * (merge.right + 1 - len(texts))
            for place in range(merge.left, merge.right + 1):
                if (line, place) != (merge.top, merge.left):
                    texts[place], marks[place] = merge.text, merge.mark or Mark.MERGED


def merges_in(chunks: Iterable[bytes]) -> Merges:
    """Return the merged cells that a sheet names after its rows.

    Raises:
        TableTooLarge: there are more of them than any list has.
    """
    found: list[_Merge] = []
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        last = 0
        for match in _MERGE.finditer(data):
            last = match.end()
            found.append(_merge(match[1].decode()))
        if len(found) > MERGES_MAX:
            raise TableTooLarge(FILE_BYTES_MAX >> 20)
        rest = data[max(last, len(data) - _TAG_BYTES_MAX) :]
    return Merges(found)


def place_of(reference: str) -> tuple[int, int]:
    """Return row (from 1) and column (from 0) of a cell's name, like `B5`.

    Raises:
        TableUnreadable: it is none.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise TableUnreadable
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def _merge(reference: str) -> _Merge:
    first, _, last = reference.partition(":")
    top, left = place_of(first)
    bottom, right = place_of(last or first)
    return _Merge(top, left, bottom, min(right, COLUMNS_MAX - 1))
