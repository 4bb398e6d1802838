"""Who of a list is a person already, or stands in it twice.

Of somebody who lives outside the list's area nothing is told but that they are registered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from incentive.people.imports import person_queries
from incentive.people.imports.domain import Fault, Row
from incentive.people.index import Index

_UNIQUE: Final = (
    ("phone", Fault.PHONE_TWICE, Fault.PHONE_OTHERS),
    ("id_number", Fault.ID_NUMBER_TWICE, Fault.ID_NUMBER_OTHERS),
)
# So few bytes of a blind tell 100,000 rows apart, in a fifth of the memory.
_SHORT_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Match:
    """What the books say of a row: somebody `is_known`, perhaps who, or what does not fit."""

    is_known: bool = False
    person_id: UUID | None = None
    faults: tuple[Fault, ...] = ()


class Matcher:
    """Compares rows with one another and with the persons of the books."""

    def __init__(self, index: Index, path: str) -> None:
        self._index, self._path = index, path
        self._lines: dict[bytes, int] = {}

    def twice(self, row: Row) -> list[str]:
        """Return what of a sound row stood in a sound row before; else remember it."""
        shorts = {
            field: self._index.blind(field, row.told[field])[:_SHORT_BYTES]
            for field, _, _ in _UNIQUE
            if field in row.told
        }
        faults = [
            f"{fault}:{self._lines[shorts[field]]}"
            for field, fault, _ in _UNIQUE
            if shorts.get(field) in self._lines
        ]
        if not faults:
            self._lines |= dict.fromkeys(shorts.values(), row.line)
        return faults

    def known(self, told: Sequence[dict[str, str]]) -> list[Match]:
        """Return, for each of `told`, whether the books have such a person; one query for all."""
        holders = person_queries.holders(
            self._blinds(told, "phone"), self._blinds(told, "id_number"), self._path
        )
        by_blind: dict[bytes, Any] = {}
        for holder in holders:
            for blind in (holder.phone_blind, holder.id_number_blind):
                if blind is not None:
                    by_blind[bytes(blind)] = holder
        return [self._match(each, by_blind) for each in told]

    def _blinds(self, told: Iterable[dict[str, str]], field: str) -> list[bytes]:
        return [
            blind for each in told if field in each for blind in self._index.all(field, each[field])
        ]

    def _match(self, told: dict[str, str], by_blind: dict[bytes, Any]) -> Match:
        found = {}
        for field, _, others in _UNIQUE:
            if field in told:
                for blind in self._index.all(field, told[field]):
                    if blind in by_blind:
                        found[others] = by_blind[blind]
        if not found:
            return Match()
        near = {fault: holder for fault, holder in found.items() if holder.is_near}
        names = set(self._index.all("name", told["name"]))
        unlike = [
            fault
            for fault, holder in near.items()
            if holder.name_blind is None or bytes(holder.name_blind) not in names
        ]
        if unlike:
            return Match(faults=tuple(unlike))
        whose = {holder.id for holder in found.values()}
        is_one = len(near) == len(found) and len(whose) == 1
        return Match(is_known=True, person_id=whose.pop() if is_one else None)
