"""What a row of a list says, and what is wrong with it by itself: pure decisions."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from incentive.core.tables import Mark, TableRow, plain_heading
from incentive.people import identity, phones
from incentive.people.ages import ADULT_YEARS, CHILD_YEARS, age
from incentive.people.errors import BirthMonthUnusable, IdNumberUnusable, PhoneUnusable
from incentive.people.identity import RESIDENT_ID
from incentive.people.imports.headings import EXAMPLES, ID_TYPE_WORDS, KEPT, TOTALS

ROWS_MAX: Final = 100_000
UNDO_FOR: Final = timedelta(hours=24)
KEPT_FOR: Final = timedelta(hours=24)
TRIES_MAX: Final = 3
NAME_MAX: Final = 50
ADDRESS_MAX: Final = 200
TEXT_MAX: Final = 200
_SCIENTIFIC: Final = re.compile(r"[0-9.]+[eE]\+?[0-9]{1,3}")
_POINT_ZERO: Final = re.compile(r"([0-9]{5,})\.0+")
_SERIAL: Final = re.compile(r"[1-9][0-9]{3,4}")
_BORN: Final = re.compile(
    r"(?P<y>[12][0-9]{3})(?:[-/.年](?P<m>[0-9]{1,2})(?:[-/.月](?:[0-9]{1,2}日?)?)?"
    r"|(?P<mm>[0-9]{2})(?:[0-9]{2})?)(?:[ T].*)?"
)
_MARKED: Final = ("name", "phone", "id_number")


class Fault(StrEnum):
    """What has to be mended in a row; stable, and part of the API. Some have a figure behind `:`."""

    NAME_MISSING = "name_missing"
    NAME_UNUSABLE = "name_unusable"
    PHONE_OR_ID_MISSING = "phone_or_id_missing"
    PHONE_UNUSABLE = "phone_unusable"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_TWICE = "phone_twice"
    PHONE_OTHERS = "phone_others"
    ID_NUMBER_UNUSABLE = "id_number_unusable"
    ID_NUMBER_ROUNDED = "id_number_rounded"
    ID_NUMBER_TWICE = "id_number_twice"
    ID_NUMBER_OTHERS = "id_number_others"
    ID_TYPE_UNKNOWN = "id_type_unknown"
    BIRTH_MONTH_UNUSABLE = "birth_month_unusable"
    BIRTH_MONTH_DIFFERS = "birth_month_differs"
    ADDRESS_TOO_LONG = "address_too_long"
    REGION_MISSING = "region_missing"
    REGION_UNKNOWN = "region_unknown"
    REGION_AMBIGUOUS = "region_ambiguous"
    CELL_MERGED = "cell_merged"
    CELL_FAULTY = "cell_faulty"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was understood: `told` by field of `personal`, `region` as it was written."""

    line: int
    written: Mapping[str, str]
    told: dict[str, str] = field(default_factory=dict)
    region: str = ""
    faults: list[str] = field(default_factory=list)
    age: int | None = None

    @property
    def is_minor(self) -> bool:
        """Say whether the person is known to be under 18."""
        return self.age is not None and self.age < ADULT_YEARS

    @property
    def is_child(self) -> bool:
        """Say whether the person is known to be under 14."""
        return self.age is not None and self.age < CHILD_YEARS


def read_row(
    row: TableRow, places: Mapping[str, int], today: date, *, starts_1904: bool
) -> Row | None:
    """Return what a row says, with its faults; None if it is nobody's: blank, example or sum."""
    if row.is_blank:
        return None
    written = {name: _cell(row, places.get(name)) for name in KEPT}
    first = next((cell for cell in row.cells if cell), "").casefold()
    if written["name"].casefold().startswith(EXAMPLES) or first.startswith((*EXAMPLES, *TOTALS)):
        return None
    if not any(written.values()):
        return None
    read = Row(row.line, {name: text for name, text in written.items() if text})
    marks = {name: row.marks[place] for name, place in places.items() if place in row.marks}
    _read_marks(read, marks)
    _read_name(read)
    _read_phone(read, marks.get("phone"))
    _read_identity(read, marks.get("id_number"), today, starts_1904=starts_1904)
    _read_address(read)
    if not (read.written.get("phone") or read.written.get("id_number")):
        _add(read, Fault.PHONE_OR_ID_MISSING)
    return Row(
        read.line, read.written, read.told, written["region"], read.faults, _age(read.told, today)
    )


def born(text: str, *, starts_1904: bool = False) -> str:
    """Return the month in a date as people and spreadsheets write it: `1990-01`.

    A number of at most five digits is a spreadsheet's count of days.

    Raises:
        BirthMonthUnusable: there is none in it.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain):
        start = date(1904, 1, 1) if starts_1904 else date(1899, 12, 30)
        return f"{start + timedelta(days=int(plain)):%Y-%m}"
    found = _BORN.fullmatch(plain)
    if found is None:
        raise BirthMonthUnusable
    return f"{found['y']}-{int(found['m'] or found['mm']):02}"


def _cell(row: TableRow, place: int | None) -> str:
    text = row.cells[place] if place is not None and place < len(row.cells) else ""
    # No database keeps a null, and no line of a name has a break in it.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:TEXT_MAX]


def _read_marks(read: Row, marks: Mapping[str, Mark]) -> None:
    found = set(marks.values())
    if Mark.FAULTY in found or Mark.EMPTY_FORMULA in found:
        _add(read, Fault.CELL_FAULTY)
    # One community for many rows is meant so; one phone for many people is a slip.
    if any(marks.get(name) is Mark.MERGED for name in _MARKED):
        _add(read, Fault.CELL_MERGED)


def _read_name(read: Row) -> None:
    name = unicodedata.normalize("NFC", read.written.get("name", ""))
    if not name:
        _add(read, Fault.NAME_MISSING)
    elif len(name) > NAME_MAX or not any(map(str.isalpha, name)):
        _add(read, Fault.NAME_UNUSABLE)
    else:
        read.told["name"] = name


def _read_phone(read: Row, mark: Mark | None) -> None:
    text = _number(read.written.get("phone", ""))
    if not text:
        return
    if mark is Mark.ROUNDED or _SCIENTIFIC.fullmatch(text):
        _add(read, Fault.PHONE_ROUNDED)
        return
    try:
        read.told["phone"] = phones.parse(text)
    except PhoneUnusable:
        _add(read, Fault.PHONE_UNUSABLE)


def _read_identity(read: Row, mark: Mark | None, today: date, *, starts_1904: bool) -> None:
    number = _number(read.written.get("id_number", ""))
    kind = ID_TYPE_WORDS.get(plain_heading(read.written.get("id_type", "")) or "身份证")
    if kind is None:
        _add(read, Fault.ID_TYPE_UNKNOWN)
    elif number and (mark is Mark.ROUNDED or _SCIENTIFIC.fullmatch(number)):
        _add(read, Fault.ID_NUMBER_ROUNDED)
    elif number:
        try:
            read.told["id_number"] = identity.id_number(kind, number)
        except IdNumberUnusable:
            _add(read, Fault.ID_NUMBER_UNUSABLE)
    month = _month(read, today, starts_1904=starts_1904)
    kept = read.told.get("id_number", "")
    in_number = identity.month_in(kept) if kept.startswith(f"{RESIDENT_ID}:") else None
    if month and in_number and month != in_number:
        _add(read, Fault.BIRTH_MONTH_DIFFERS)
    elif month or in_number:
        read.told["birth_month"] = month or in_number or ""


def _month(read: Row, today: date, *, starts_1904: bool) -> str | None:
    text = read.written.get("birth_month", "")
    if not text:
        return None
    try:
        return identity.birth_month(born(text, starts_1904=starts_1904), today)
    except BirthMonthUnusable:
        _add(read, Fault.BIRTH_MONTH_UNUSABLE)
        return None


def _read_address(read: Row) -> None:
    address = read.written.get("address", "")
    if len(address) >= ADDRESS_MAX:
        _add(read, Fault.ADDRESS_TOO_LONG)
    elif address:
        read.told["address"] = address


def _number(text: str) -> str:
    """Return a number without what a spreadsheet or an input method has put to it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _POINT_ZERO.fullmatch(plain)
    return found[1] if found else plain


def _age(told: Mapping[str, str], today: date) -> int | None:
    month = told.get("birth_month")
    return None if month is None else age(month, today)


def _add(read: Row, fault: Fault) -> None:
    if fault not in read.faults:
        read.faults.append(fault)
