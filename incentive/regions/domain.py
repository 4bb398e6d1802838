"""What a list of official regions says, row by row, and what it changes: pure decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from incentive.regions.models import Level, street_kind

OFFICIAL_LEVELS: Final = (
    Level.PROVINCE,
    Level.CITY,
    Level.COUNTY,
    Level.STREET,
    Level.COMMUNITY,
)
# Digits of the national statistical code, from the province down: 2 + 2 + 2 + 3 + 3.
CODE_DIGITS: Final = dict(zip(OFFICIAL_LEVELS, (2, 4, 6, 9, 12), strict=True))
GRID_DIGITS: Final = 3
GRIDS_MAX: Final = 10**GRID_DIGITS - 1
NAME_LENGTH_MAX: Final = 100
_PARENT: Final[dict[Level, Level]] = dict(
    zip(OFFICIAL_LEVELS[1:], OFFICIAL_LEVELS[:-1], strict=True)
)


class Fault(StrEnum):
    """Why a row is refused; stable, and part of the import's report."""

    MALFORMED = "regions.row_malformed"
    UNKNOWN_LEVEL = "regions.row_unknown_level"
    CODE_LENGTH = "regions.row_code_length"
    STREET_NUMBER = "regions.row_street_number"
    PARENT_MISMATCH = "regions.row_parent_mismatch"
    NAME_UNUSABLE = "regions.row_name_unusable"
    DUPLICATE = "regions.row_duplicate"
    ORPHAN = "regions.row_orphan"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list as read; not `whole` if its cells do not fit the first line."""

    line: int
    code: str = ""
    level: str = ""
    parent_code: str = ""
    name: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that stays out, where it stands and why."""

    line: int
    fault: Fault
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """A region in the books."""

    id: UUID
    name: str


@dataclass(slots=True)
class Plan:
    """What a list changes: `new` has parents before children."""

    new: list[Row] = field(default_factory=list)
    renamed: list[Row] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


def plan(rows: Iterable[Row], known: Mapping[str, Known]) -> Plan:
    """Return what `rows`, in any order, change in the `known` regions (by code)."""
    result = Plan()
    sound: dict[str, Row] = {}
    for row in rows:
        fault = row_fault(row)
        if fault is None and row.code in sound:
            fault = Fault.DUPLICATE
        if fault is None:
            sound[row.code] = row
        else:
            result.refused.append(Refusal(row.line, fault, row.code))
    here = set(known)
    for row in sorted(sound.values(), key=lambda row: (len(row.code), row.line)):
        if row.parent_code and row.parent_code not in here:
            result.refused.append(Refusal(row.line, Fault.ORPHAN, row.code))
            continue
        here.add(row.code)
        before = known.get(row.code)
        if before is None:
            result.new.append(row)
        elif before.name != row.name:
            result.renamed.append(row)
        else:
            result.unchanged += 1
    result.refused.sort(key=lambda refusal: refusal.line)
    return result


def row_fault(row: Row) -> Fault | None:
    """Return what is wrong with `row` by itself, or None."""
    level = next((level for level in OFFICIAL_LEVELS if level == row.level), None)
    if not row.whole or level is None:
        return Fault.UNKNOWN_LEVEL if row.whole else Fault.MALFORMED
    if not _is_digits(row.code) or len(row.code) != CODE_DIGITS[level]:
        return Fault.CODE_LENGTH
    if row.parent_code != parent_code(row.code, level):
        return Fault.PARENT_MISMATCH
    if level is Level.STREET and street_kind(row.code) is None:
        return Fault.STREET_NUMBER
    if not 1 <= len(row.name) <= NAME_LENGTH_MAX or not row.name.isprintable():
        return Fault.NAME_UNUSABLE
    return None


def parent_code(code: str, level: Level) -> str:
    """Return the code of the region above, empty for a province."""
    above = _PARENT.get(level)
    return code[: CODE_DIGITS[above]] if above else ""


def path_of_code(code: str) -> str:
    """Return the path of an official code: itself and all above it, joined by dots."""
    return ".".join(code[:digits] for digits in CODE_DIGITS.values() if digits <= len(code))


def next_grid_code(community_code: str, taken: str | None) -> str | None:
    """Return the code after `taken`, the community's highest grid code; None if all are used."""
    number = int(taken[-GRID_DIGITS:]) + 1 if taken else 1
    return f"{community_code}{number:0{GRID_DIGITS}d}" if number <= GRIDS_MAX else None


def _is_digits(text: str) -> bool:
    # isdecimal alone also takes the digits of other scripts.
    return text.isascii() and text.isdecimal()
