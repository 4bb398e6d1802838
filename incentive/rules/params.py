"""Take typed parameters out of a JSON object, and leave none behind."""

from collections.abc import Mapping
from datetime import date

from incentive.core.i18n import _
from incentive.rules.errors import RuleError

POINTS_MAX = 100_000
PERCENT_MAX = 1_000
DATES_MAX = 1_000
KINDS_MAX = 200
NAME_LENGTH_MAX = 64


class Params:
    """The members of the object at `path`, each taken once."""

    def __init__(self, members: Mapping[str, object], path: str) -> None:
        self._left = dict(members)
        self._path = path

    def whole(
        self, name: str, *, low: int = 0, high: int = POINTS_MAX, default: int | None = None
    ) -> int:
        """Take a whole number within `low` and `high`, both included."""
        if name not in self._left and default is not None:
            return default
        return _whole(self._take(name), self._at(name), low, high)

    def percents(self, name: str) -> dict[str, int]:
        """Take an object of names, each with a percentage of 0 to PERCENT_MAX."""
        path = self._at(name)
        table = self._take(name)
        if not isinstance(table, dict) or not 1 <= len(table) <= KINDS_MAX:
            raise RuleError(path, _("must be an object with 1 to %(most)s members", most=KINDS_MAX))
        for key in table:
            if not isinstance(key, str) or not 1 <= len(key) <= NAME_LENGTH_MAX:
                raise RuleError(
                    path, _("names have 1 to %(most)s characters", most=NAME_LENGTH_MAX)
                )
        return {key: _whole(value, f"{path}.{key}", 0, PERCENT_MAX) for key, value in table.items()}

    def dates(self, name: str) -> frozenset[date]:
        """Take a list of ISO dates; empty when it is absent."""
        path = self._at(name)
        values = self._left.pop(name, [])
        if not isinstance(values, list) or len(values) > DATES_MAX:
            raise RuleError(path, _("must be a list of at most %(most)s dates", most=DATES_MAX))
        return frozenset(_date(value, f"{path}[{index}]") for index, value in enumerate(values))

    def finish(self) -> None:
        """Raise RuleError when a member is left that nobody asked for."""
        for name in self._left:
            raise RuleError(self._at(name), _("is not a parameter here"))

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise RuleError(self._at(name), _("is missing"))
        return self._left.pop(name)

    def _at(self, name: str) -> str:
        return f"{self._path}.{name[:NAME_LENGTH_MAX]}"


def _whole(value: object, path: str, low: int, high: int) -> int:
    # JSON's true is an int to Python; a rule that pays `true` points is a mistake.
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RuleError(
            path, _("must be a whole number from %(low)s to %(high)s", low=low, high=high)
        )
    return value


def _date(value: object, path: str) -> date:
    # fromisoformat also reads 20260101 and week dates; one form keeps documents comparable.
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise RuleError(path, _("must be a date such as 2026-10-01"))
    return day
