"""What a document consists of: a title, facts, tables with totals, signatures, a QR code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from incentive.core.i18n import Text
from incentive.core.money import yuan

Cell = str | Text | int | date | datetime | None
# `number`: whole, such as points or pieces. `money`: fen, shown in yuan.
Kind = Literal["text", "number", "money"]
_SECONDS: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is its share of the page beside the others'."""

    label: str | Text
    kind: Kind = "text"
    width: float = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below headings, and perhaps a last row of `totals` (as many cells as columns)."""

    title: str | Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] | None = None


@dataclass(frozen=True, slots=True)
class Qr:
    """A text to be scanned, and the words beside it."""

    text: str
    caption: str | Text


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. `facts` are lines of term and value; `signatures` leave room for a pen.

    `made_at` stands at the foot of each page, in `timezone`.
    """

    title: str | Text
    made_at: datetime
    timezone: str
    facts: Sequence[tuple[str | Text, Cell]] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str | Text] = ()
    signatures: Sequence[str | Text] = ()
    qr: Qr | None = None
    author: str = ""

    @property
    def made_at_local(self) -> str:
        """The local time of making, in words of digits."""
        return words(self.made_at, "text", self.timezone)


def words(cell: Cell, kind: Kind, timezone: str) -> str:
    """Return a cell as it is printed."""
    match cell:
        case None:
            return ""
        case int():
            return yuan(cell) if kind == "money" else f"{cell:,}"
        case datetime():
            return cell.astimezone(ZoneInfo(timezone)).strftime(_SECONDS)
        case date():
            return cell.isoformat()
    return str(cell)
