"""What every page of a station has around it: its name, what the reader may do, and its tabs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import url_for

from incentive.core.i18n import Text, _
from incentive.people.caller import SESSION, Caller
from incentive.people.errors import OutOfScope
from incentive.stations import service as stations
from incentive.stations.views import StationView

# Endpoint, label, and the permission that opens it.
_TABS: Final[tuple[tuple[str, Text, str], ...]] = (
    ("web.counter", _("Counter"), "station.serve"),
    ("web.station_ledger", _("Ledger"), "station.audit"),
    ("web.station_stock", _("Stock"), "station.goods"),
    ("web.stocktakes", _("Stocktakes"), "station.goods"),
    ("web.station_days", _("Day close"), "station.audit"),
    ("web.station_discrepancies", _("Findings"), "station.audit"),
    ("web.station_statement", _("Station statement"), "station.audit"),
    ("web.counters_devices", _("Devices"), "station.serve"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the station's."""

    label: Text
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The station, and what the reader may do there."""

    station: StationView
    may: frozenset[str]
    tabs: list[Tab]


def frame(who: Caller, station_id: UUID, permission: str, here: str, at: datetime) -> Frame:
    """Return what stands around the page of the endpoint `here`.

    Raises:
        UnknownStation, OutOfScope: the reader may not see it.
    """
    may = stations.permissions_at(who, station_id)
    if permission not in may:
        raise OutOfScope(permission)
    tabs = [
        Tab(label, url_for(endpoint, station_id=station_id), endpoint == here)
        for endpoint, label, needed in _TABS
        if needed in may and (who.kind == SESSION or endpoint == "web.counter")
    ]
    return Frame(stations.get(station_id, at), may, tabs)
