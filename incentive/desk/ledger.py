"""The ledger browser: a selection's pages and sums, and all its rows as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from incentive.core import sheets
from incentive.core.i18n import _
from incentive.core.sheets import Cell, Sheet
from incentive.core.zone import timezone
from incentive.desk import ledger_queries as queries
from incentive.desk.errors import UnknownNumber
from incentive.desk.labels import labels
from incentive.desk.ledger_filter import LedgerFilter, Selection, selection
from incentive.desk.reach import reach_of
from incentive.desk.words import ASSETS, KINDS, PURPOSES
from incentive.ledger.domain import NEVER
from incentive.ledger.models import Transaction
from incentive.people import queries as people
from incentive.people.caller import Caller
from incentive.regions import service as regions
from incentive.stations.domain import owner as station_owner

_SYSTEM: Final = "system"
_SHEET: Final = Sheet(
    _("General ledger"),
    (
        _("Transaction"),
        _("Line"),
        _("Day"),
        _("Booked at"),
        _("Kind"),
        _("Asset"),
        _("Whose"),
        _("Purpose"),
        _("Valid until"),
        _("Amount"),
        _("Balance"),
        _("Done by"),
        _("Source"),
        _("Reason"),
    ),
    {3: 20, 6: 24, 12: 52, 13: 24},
)


@dataclass(frozen=True, slots=True)
class Sum:
    """What the entries that count brought in and took out, of one kind or one transaction."""

    asset: str
    amount_in: int
    amount_out: int

    @property
    def net(self) -> int:
        """In without out."""
        return self.amount_in - self.amount_out


@dataclass(frozen=True, slots=True)
class KindTotal(Sum):
    """A kind's sum over the whole selection, and in how many transactions."""

    kind: str
    transactions: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A transaction of the selection, who did it in words, and its sums by asset."""

    transaction: Transaction
    actor: str
    sums: list[Sum]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of transactions, the latest first, under the sums of the whole selection."""

    totals: list[KindTotal]
    items: list[Listed]
    next_cursor: str | None


def browse(
    caller: Caller, which: LedgerFilter, *, cursor: str | None = None, limit: int = 20
) -> LedgerPage:
    """Return a page of the transactions in the caller's scope that pass the filter.

    Raises:
        OutOfScope, DaysBackwards, UnknownNumber, UnknownRegion: nothing is shown.
    """
    found = _selected(caller, which)
    ids = queries.few(found)
    shown = queries.listed(found, ids, cursor=cursor, limit=limit)
    sums: dict[int, list[Sum]] = {transaction.id: [] for transaction in shown.items}
    for row in queries.sums_of(found, list(sums)) if sums else ():
        sums[row.transaction_id].append(Sum(row.asset, int(row.amount_in), int(row.amount_out)))
    names = labels({transaction.actor for transaction in shown.items})
    items = [Listed(each, names.get(each.actor, each.actor), sums[each.id]) for each in shown.items]
    return LedgerPage(_totals(found, ids), items, shown.next_cursor)


def write_csv(caller: Caller, which: LedgerFilter, file: IO[bytes]) -> None:
    """Write every entry of the selection, as booked, as CSV.

    Raises:
        As `browse`.
    """
    sheets.write_csv(_SHEET, _rows(caller, which), file)


def write_xlsx(caller: Caller, which: LedgerFilter, file: IO[bytes]) -> None:
    """Write every entry of the selection, as booked, as an Excel workbook.

    Raises:
        As `browse`.
    """
    sheets.write_xlsx(_SHEET, _rows(caller, which), file)


def _totals(found: Selection, ids: list[int] | None) -> list[KindTotal]:
    return [
        KindTotal(row.asset, int(row.amount_in), int(row.amount_out), row.kind, row.transactions)
        for row in queries.totals(found, ids)
    ]


def _selected(caller: Caller, which: LedgerFilter) -> Selection:
    reach = reach_of(caller)
    owner = station_owner(which.station) if which.station else None
    if which.person:
        owner = _person(which.person, "person")
    actor = which.actor
    if actor and actor != _SYSTEM:
        actor = _person(actor, "actor")
    path = regions.region_by_code(which.region).path if which.region else None
    return selection(which, reach, owner=owner, actor=actor or None, path=path)


def _person(number: str, field: str) -> str:
    person = people.person_by_number(number.replace("-", ""))
    if person is None:
        raise UnknownNumber(field)
    return f"person:{person.id}"


def _rows(caller: Caller, which: LedgerFilter) -> Iterator[tuple[Cell, ...]]:
    found = _selected(caller, which)
    zone = ZoneInfo(timezone())
    for row in queries.stream(found, queries.few(found)):
        yield _cells(row, zone)


def _cells(row: Row[*tuple[Any, ...]], zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        row.transaction_id,
        row.line,
        row.effective_on,
        row.posted_at.astimezone(zone).replace(tzinfo=None, microsecond=0),
        str(KINDS.get(row.kind, row.kind)),
        str(ASSETS.get(row.asset, row.asset)),
        row.whose,
        str(PURPOSES.get(row.purpose, row.purpose)),
        "" if row.expires_on == NEVER else row.expires_on,
        row.amount,
        "" if row.balance is None else row.balance,
        row.actor,
        row.source,
        row.reason,
    )
