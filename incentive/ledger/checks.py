"""Proofs that the books are whole: each names what must agree, and finds the rows that do not.

The ledger brings its own (`own_checks`); packages that keep facts beside it register theirs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from sqlalchemy import text

from incentive.core.db import session

ROWS_MAX: Final = 100
Row = Mapping[str, Any]
Finder = Callable[[], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One side of a comparison: what is summed, and the rows that it is summed over.

    `rows` is a query (no ORDER BY) with the columns `key`, unique among its rows, and `amount`; whatever
    else it selects is shown with each row. `key_type` is the key's type in PostgreSQL.
    """

    name: str
    rows: str
    key_type: str = "uuid"


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold: `find` gives the rows that are wrong, and all `figures` are the same."""

    name: str
    find: str | Finder
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed and (up to 100 of) the rows that show it."""

    check: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check saw: its figures by name, how many rows are wrong, and up to 100 of them.

    `error` says why it could not be made, if so; `seconds` how long it took.
    """

    check: Check
    figures: dict[str, int] = field(default_factory=dict)
    found: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    error: str = ""

    @property
    def clean(self) -> bool:
        """Nothing is wrong and all figures agree."""
        return not self.error and not self.found and len(set(self.figures.values())) <= 1


_checks: Final[dict[str, Check]] = {}


def register(name: str, find: str | Finder, *figures: Figure) -> None:
    """Add the check `name`; `find` is SQL or a function, and gives no rows when all is well.

    `name` is a sentence that says what must hold: people read it, translated.
    """
    _checks[name] = Check(name, find, figures)


def names() -> list[str]:
    """Return the names of all checks, in the order in which they run."""
    return list(_checks)


def registered() -> list[Check]:
    """Return all checks, in the order in which they run."""
    return list(_checks.values())


def named(name: str) -> Check | None:
    """Return the check `name`, if it is still made."""
    return _checks.get(name)


def run() -> Iterator[Finding]:
    """Run every check in the open transaction and yield those that fail."""
    for check in registered():
        outcome = look(check)
        if not outcome.clean:
            yield Finding(check.name, outcome.rows or [dict(outcome.figures)])


def look(check: Check) -> Outcome:
    """Make `check` in the open transaction."""
    figures = {figure.name: _sum(figure) for figure in check.figures}
    if callable(check.find):
        rows = [dict(row) for row in islice(check.find(), ROWS_MAX)]
        return Outcome(check, figures, len(rows), rows)
    found = session().execute(text(f"{check.find} LIMIT {ROWS_MAX}")).mappings().all()
    count = len(found)
    if count == ROWS_MAX:
        count = int(session().scalar(text(f"SELECT count(*) FROM ({check.find}) wrong")) or 0)  # noqa: S608 - ours
    return Outcome(check, figures, count, [dict(row) for row in found])


def _sum(figure: Figure) -> int:
    # The query is a constant of the package that registered it.
    total = text(f"SELECT coalesce(sum(amount), 0) FROM ({figure.rows}) counted")  # noqa: S608
    return int(session().scalar(total) or 0)
