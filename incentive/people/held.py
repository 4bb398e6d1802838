"""What is held about a person, table by table, and what becomes of it when they are erased.

Each package says it of its own tables, in its `holdings.py`; a page, a download and the erasure
read it here. A table with a person's column that nobody has said it of fails a test by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table

from incentive.core.i18n import Text, _

# What stands in place of a person's own words once they are erased; no column of theirs is empty.
ERASED_WORDS: Final = "—"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The rows go."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows stay, under the volunteer number; `why` says so to the person."""

    why: Text


@dataclass(frozen=True, slots=True)
class Changed:
    """The rows stay, and `values` of them are put in place of what was there.

    Given the person and the moment; only in the rows that are `only`.
    """

    why: Text
    values: Callable[[UUID, datetime], Mapping[str, Any]]
    only: Callable[[UUID, datetime], ColumnElement[bool]] | None = None


Fate = Deleted | Kept | Changed
DELETED: Final = Deleted()
# The reasons for keeping that many tables share.
BOOKS: Final = Kept(_("The books have to add up, for others too. They know you by number only."))
EVIDENCE: Final = Kept(_("It shows that service was recorded truly. It names you by number only."))
OFFICE: Final = Kept(_("Acts in an office can be looked up later. They name you by number only."))


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table that name a person in `columns`, and what becomes of them.

    `text` says how an owner's or actor's text names a person; None: the columns hold the id.
    `shown` are the columns that a person is shown of their own; of `office` rows, which are what
    they did for others, only what `shown` names. `selects` replaces the plain question.
    """

    group: str
    title: Text
    table: Table
    columns: tuple[str, ...]
    fate: Fate
    shown: tuple[str, ...] = ()
    text: str | None = None
    office: bool = False
    selects: Callable[[UUID], Select[*tuple[Any, ...]]] | None = None

    def names(self, person_id: UUID) -> Any:
        """Return what stands in the columns for a person."""
        return person_id if self.text is None else self.text.format(person_id)


_holdings: Final[list[Holding]] = []


def register(*holdings: Holding) -> None:
    """Say what is held, and what becomes of it; the order is that of the page."""
    _holdings.extend(holdings)


def own(
    group: str,
    title: Text,
    model: Any,
    column: str,
    fate: Fate,
    shown: str = "",
    **more: Any,
) -> None:
    """Register rows about a person; `shown` names columns, with blanks between them."""
    names = tuple(shown.split())
    register(Holding(group, title, model.__table__, (column,), fate, names, **more))


def office(group: str, title: Text, model: Any, columns: str, shown: str = "", **more: Any) -> None:
    """Register rows about others or about things, in which a person stands for what they did."""
    names = tuple(shown.split())
    register(
        Holding(
            group,
            title,
            model.__table__,
            tuple(columns.split()),
            OFFICE,
            names,
            office=True,
            **more,
        )
    )


def holdings() -> Sequence[Holding]:
    """Return all that was registered."""
    return tuple(_holdings)
