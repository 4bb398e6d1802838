"""How an auditor opens an order: what, where, whose, and who handed it over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.i18n import Text, _
from incentive.ledger.sources import Source, opens
from incentive.people import service as people
from incentive.stations import order_queries
from incentive.stations.models import Redemption

_CLOSED: Final[dict[str, Text]] = {
    "cancelled": _("Cancelled by %(number)s"),
    "refunded": _("Refunded by %(number)s"),
    "lapsed": _("Not collected in time"),
}


@opens("redemption")
def open_order(key: str) -> Source | None:
    """Return the order `key`."""
    row = order_queries.order(Redemption.id == UUID(key))
    if row is None:
        return None
    order: Redemption = row[0]
    return Source(
        _("Order"),
        (
            (_("Volunteer number"), row.volunteer_number),
            (_("Station"), row.station_name),
            (_("Item"), row.item_name),
            (_("Quantity"), order.quantity),
            (_("Points"), order.points),
            (_("Status"), order.status),
            (_("Reason"), order.reason),
        ),
        _events(order),
        ("web.station_ledger", {"station_id": order.station_id, "person": row.volunteer_number}),
    )


def _events(order: Redemption) -> list[tuple[datetime, Text]]:
    numbers = people.numbers_of({who for who in (order.collected_by, order.closed_by) if who})
    events = [(order.held_at, _("Ordered"))]
    if order.collected_at:
        by = numbers.get(order.collected_by, "") if order.collected_by else ""
        events.append((order.collected_at, _("Handed over by %(number)s", number=by)))
    if order.closed_at:
        by = numbers.get(order.closed_by, "") if order.closed_by else ""
        events.append((order.closed_at, Text(_CLOSED[order.status].message, number=by)))
    return events
