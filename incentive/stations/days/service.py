"""Closing a station's day: the figures of the books, signed by a person with the jurisdiction's key.

A closed day is never opened again. What is booked on it later is told as after the close, and
may be signed in an amendment.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import notes, seal_keys
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.stations import queries as stations
from incentive.stations import service
from incentive.stations.days import queries
from incentive.stations.days.domain import Signing, canonical, changed, read
from incentive.stations.days.errors import DayClosed, DayOpen, NothingToAmend, UnknownDay
from incentive.stations.days.models import DayClose
from incentive.stations.statement import service as statements
from incentive.stations.statement.service import Statement
from incentive.stations.stock import queries as goods

LATER_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class SignedDay:
    """One signing of a day; `genuine` unless the text or its signature was changed since."""

    version: int
    closed_by: str
    closed_at: datetime
    note: str
    signed: str
    sha256: str
    genuine: bool
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayView:
    """A day as the books tell it now, every time it was signed, and what came after the last."""

    day: date
    now: Statement
    versions: list[SignedDay]
    differs: bool
    goods_after: Sequence[Row[*tuple[Any, ...]]]
    points_after: Sequence[Row[*tuple[Any, ...]]]

    @property
    def closed(self) -> bool:
        """Say whether somebody signed it."""
        return bool(self.versions)


def days(
    caller: Caller, station_id: UUID, at: datetime, *, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of a station's days, today first, open and closed.

    Raises:
        UnknownStation, OutOfScope: nothing is shown.
    """
    service.require_at(caller, "station.audit", station_id)
    statement, key = queries.days(station_id, _first_day(station_id, at), day_of(at))
    return page(statement, [key], cursor=cursor, limit=limit, newest_first=True, scalars=False)


def get(caller: Caller, station_id: UUID, day: date, at: datetime) -> DayView:
    """Return a station's day.

    Raises:
        UnknownStation, OutOfScope, UnknownDay: nothing is shown.
    """
    service.require_at(caller, "station.audit", station_id)
    return _view(station_id, day, at)


def close(caller: Caller, station_id: UUID, day: date, at: datetime, note: str = "") -> DayView:
    """Sign a day's figures as the books tell them; `note` says what was found to differ.

    Raises:
        UnknownStation, OutOfScope, UnknownDay, DayClosed: nothing was written.
    """
    service.require_at(caller, "station.close", station_id)
    _known(station_id, day, at)
    _sign(caller, station_id, day, at, 1, note)
    return _view(station_id, day, at)


def amend(caller: Caller, station_id: UUID, day: date, at: datetime, note: str) -> DayView:
    """Sign a closed day's figures anew, with what was booked on it since; the earlier ones stay.

    Raises:
        UnknownStation, OutOfScope, UnknownDay, DayOpen, NothingToAmend, DayClosed: nothing
        was written.
    """
    service.require_at(caller, "station.close", station_id)
    found = _view(station_id, day, at)
    if not found.versions:
        raise DayOpen(day)
    if not found.differs:
        raise NothingToAmend
    _sign(caller, station_id, day, at, len(found.versions) + 1, note)
    return _view(station_id, day, at)


def _sign(
    caller: Caller, station_id: UUID, day: date, at: datetime, version: int, note: str
) -> None:
    # Whatever moves goods or points of the station holds an item's lock: what is under way is
    # waited for, and what begins later gets higher ids than those that are signed.
    stations.lock_items(queries.item_ids(station_id))
    last_movement_id, last_transaction_id = queries.far(station_id)
    signing = Signing(
        station_id,
        day,
        version,
        caller.volunteer_number,
        at,
        note,
        last_movement_id,
        last_transaction_id,
    )
    text = canonical(signing, statements.figures(station_id, day, day))
    row = {
        "station_id": station_id,
        "day": day,
        "version": version,
        "closed_by": caller.person_id,
        "closed_at": at,
        "note": note,
        "signed": notes.sign_text(text, _signers(at)),
        "last_movement_id": last_movement_id,
        "last_transaction_id": last_transaction_id,
    }
    if not queries.add(row):
        raise DayClosed(day)
    # The audit log is sealed in the ledger's tree, and the day's figures with it.
    acts.record(
        caller,
        "day.close" if version == 1 else "day.amend",
        subject=f"station:{station_id}",
        after={"day": day, "version": version, "sha256": _sha256(text)},
        reason=note,
    )


def _signers(at: datetime) -> list[notes.Signer]:
    """Return who signs: also what is dated before the present key was made, as in a demo's past."""
    present = [key.created_at for key in seal_keys.all_keys() if key.retires_at is None]
    return seal_keys.signers(max([at, *present]))


def _view(station_id: UUID, day: date, at: datetime) -> DayView:
    _known(station_id, day, at)
    rows = queries.versions(station_id, day)
    keys = seal_keys.public_keys() if rows else {}
    versions = [_signed(row[0], row.volunteer_number, keys) for row in rows]
    now = statements.figures(station_id, day, day)
    goods_after: Sequence[Row[*tuple[Any, ...]]] = []
    points_after: Sequence[Row[*tuple[Any, ...]]] = []
    if rows:
        last: DayClose = rows[-1][0]
        goods_after = goods.some(
            goods.movements(
                station_id, first_day=day, last_day=day, after_id=last.last_movement_id
            ),
            LATER_MAX,
        )
        points_after = queries.points_after(station_id, day, last.last_transaction_id, LATER_MAX)
    differs = bool(versions) and changed(versions[-1].figures, now)
    return DayView(day, now, versions, differs, goods_after, points_after)


def _signed(row: DayClose, volunteer_number: str, keys: dict[bytes, bytes]) -> SignedDay:
    """Return a signing, and whether all that is kept of it is what was signed."""
    try:
        text = notes.verify_text(row.signed, keys)
        figures = read(text)
        genuine = _kept(row, volunteer_number) == {name: figures.get(name) for name in _KEPT}
    except (notes.BadNote, ValueError):
        text, figures, genuine = row.signed.rpartition("\n\n")[0] + "\n", {}, False
    return SignedDay(
        row.version,
        volunteer_number,
        row.closed_at,
        row.note,
        row.signed,
        _sha256(text),
        genuine,
        figures,
    )


_KEPT: Final = ("station", "day", "version", "closed_by", "note", "last_movement")


def _kept(row: DayClose, volunteer_number: str) -> dict[str, Any]:
    return {
        "station": str(row.station_id),
        "day": row.day.isoformat(),
        "version": row.version,
        "closed_by": volunteer_number,
        "note": row.note,
        "last_movement": row.last_movement_id,
    }


def _known(station_id: UUID, day: date, at: datetime) -> None:
    if not _first_day(station_id, at) <= day <= day_of(at):
        raise UnknownDay


def _first_day(station_id: UUID, at: datetime) -> date:
    """Return the day of the station's first goods; a day can be written down a little late."""
    opened = queries.opened_on(station_id)
    return min(opened, day_of(at)) if opened else day_of(at) - timedelta(days=1)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
