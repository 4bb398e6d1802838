"""Where the people of a list live: the community or grid that a row names by its code or name."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from incentive.people.domain import is_home
from incentive.people.imports import person_queries
from incentive.people.imports.domain import Fault
from incentive.regions.models import Region

# One character begins too many names.
_BEGINNING_MIN: Final = 2
_KNOWN_MAX: Final = 20_000


class Homes:
    """The homes in the subtree of `area`; who names none lives there itself, if one can."""

    def __init__(self, area: Region) -> None:
        self._path = area.path
        self._default: UUID | Fault = area.id if is_home(area.level) else Fault.REGION_MISSING
        self._known: dict[str, UUID | Fault] = {}

    def learn(self, names: Iterable[str]) -> None:
        """Look up what is not known yet of `names`, all at once."""
        if len(self._known) > _KNOWN_MAX:
            self._known.clear()
        asked = {name for name in names if name} - self._known.keys()
        found: dict[str, list[Any]] = defaultdict(list)
        if asked:
            for row in person_queries.homes(asked, self._path):
                found[row.asked].append(row)
        for name in asked:
            self._known[name] = _chosen(name, found[name])

    def of(self, name: str) -> UUID | Fault:
        """Return the home that a row names, or why there is none; `learn` of it first."""
        return self._known[name] if name else self._default


def _chosen(name: str, found: list[Any]) -> UUID | Fault:
    whole = [row.id for row in found if row.is_whole]
    fitting = whole or [row.id for row in found if len(name) >= _BEGINNING_MIN]
    if not fitting:
        return Fault.REGION_UNKNOWN
    return fitting[0] if len(fitting) == 1 else Fault.REGION_AMBIGUOUS
