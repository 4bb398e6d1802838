"""What a table is once it is read: rows of texts, and what is odd about some of the cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

FILE_BYTES_MAX: Final = 16 * 1024 * 1024
CELL_LENGTH_MAX: Final = 1_000
COLUMNS_MAX: Final = 100


class Mark(StrEnum):
    """Why a cell's text may not be what was meant."""

    ROUNDED = "rounded"  # a number of more digits than a spreadsheet keeps
    MERGED = "merged"  # the value of a merged cell's first corner
    EMPTY_FORMULA = "empty_formula"  # a formula that was never worked out
    FAULTY = "faulty"  # shows #REF! or the like


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: where it stands in the file, its texts, and the marks of some, by column."""

    line: int
    cells: list[str]
    marks: Mapping[int, Mark] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was written in it; what a merged cell lends it does not count."""
        return not any(
            text and self.marks.get(place) is not Mark.MERGED
            for place, text in enumerate(self.cells)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Its rows, to be read once, and how many sheets of the file are left aside.

    `starts_1904`: in what days' numbers are counted from.
    """

    rows: Iterator[TableRow]
    sheets_left: int = 0
    starts_1904: bool = False
