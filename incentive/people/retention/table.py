"""The one table: what is kept how long, from when it counts, why, and what happens then.

Each package says it of its own tables, in its `retention.py` (people's are in `rows.py` beside this).
What is evidence, the ledger, service records, decisions and the audit log, is in no row: it is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, and_

from incentive.core.i18n import Text, _

# Where the rules come from. What no law gives in days is as short as its purpose lets it be.
SHORTEST: Final = _("Personal Information Protection Law, arts. 19 and 47: no longer than needed")
LOGS: Final = _("Cybersecurity Law, art. 21: logs for six months at least")


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of one table that are past `kept` after the moment `counted` go; without it, none.

    `since` says in words what `counted` is, `law` and `why` where the time comes from. They are
    deleted, or `blanks` are put in their place; rows that are not `only` are left alone. `sweep`,
    given the present instant, does one batch in place of that and returns how many it did; it
    has to leave none that are past.
    """

    name: str
    title: Text
    model: Any
    kept: timedelta
    counted: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None]
    since: Text
    why: Text
    law: Text = SHORTEST
    only: ColumnElement[bool] | None = None
    blanks: Mapping[str, Any] | None = None
    sweep: Callable[[datetime], int] | None = None

    @property
    def table(self) -> Table:
        """The table whose rows go."""
        table: Table = self.model.__table__
        return table

    @property
    def is_blanked(self) -> bool:
        """Whether the rows stay, without what they said."""
        return self.blanks is not None or self.sweep is not None

    def past(self, at: datetime) -> ColumnElement[bool]:
        """Return which rows have been kept for long enough at `at`."""
        late = self.counted < at - self.kept
        return late if self.only is None else and_(late, self.only)


_rules: Final[dict[str, Rule]] = {}


def keep(*given: Rule) -> None:
    """Say how long something is kept.

    Raises:
        ValueError: another rule has the name, under which figures are kept.
    """
    for rule in given:
        if rule.name in _rules:
            raise ValueError(f"There are two retention rules named {rule.name}.")
        _rules[rule.name] = rule


def rules() -> Sequence[Rule]:
    """Return all rules; the order is that of the run and of the page."""
    return tuple(_rules.values())
