"""What the volunteer's own page shows; each part is one question to the books."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from incentive.activities.models import Shift
from incentive.core.http import API_PREFIX
from incentive.core.i18n import Text, _, language
from incentive.core.paging import page
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import NEVER, Balance
from incentive.people import personal
from incentive.people.caller import Caller
from incentive.points.disputes.domain import TAKEN
from incentive.points.notices import service as notices
from incentive.settlement import statements
from incentive.stations import orders
from incentive.stations.models import Item
from incentive.stations.views import OrderView
from incentive.web import counter_queries, merchant_queries, queries

SHIFTS_MAX: Final = 20
OFFERS_MAX: Final = 5
STATIONS_MAX: Final = 3
LINES_MAX: Final = 4
# A shift stays in sight for a while after its end, with what became of it.
SHOWN_AFTER: Final = timedelta(hours=3)
WARN_BEFORE: Final = timedelta(days=90)
COUNTY_DEPTH: Final = 3
_KINDS: Final[dict[str, Text]] = {
    "award": _("Service"),
    "hold": _("Held for an order"),
    "redemption": _("Handed over; the held points were spent"),
    "release": _("Order closed; the points came back"),
    "refund": _("Refunded"),
    "expiry": _("Expired"),
    "adjustment": _("Adjusted"),
    "reversal": _("Reversed"),
    "transfer": _("Between family members"),
    "donation": _("Donated"),
}
# Why the books say that an order was closed; what else stands there, somebody wrote.
_CLOSED: Final[dict[str, Text]] = {
    "cancelled": _("You cancelled the order; the points came back"),
    "lapsed": _("Not collected in time; the points came back"),
}
_REASONED: Final = ("release", "refund", "adjustment", "reversal")


def me(who: Caller, at: datetime) -> dict[str, Any]:
    """Return the context of `web/me.html`."""
    home = queries.home_path(who.person_id)
    name = personal.one(who.person_id, "name").name
    return {
        "person": {"number": who.volunteer_number, "name": name},
        "balance": _balance(who, at),
        "notices": notices.warnings(who.person_id, at),
        "links": {"card_svg": f"{API_PREFIX}/me/card.svg"},
        "settles": merchant_queries.speaks_for_any(who.person_id),
        "shifts": [
            _shift(row, at)
            for row in queries.shifts_of(who.person_id, at - SHOWN_AFTER, SHIFTS_MAX)
        ],
        "offers": offers(who, home, at),
        "stations": _stations(who, home),
        "orders": [_order(order) for order in orders.mine(who, status="held").items],
        "statement": statement_lines(
            statements.lines(f"person:{who.person_id}", language(), limit=LINES_MAX).items
        ),
    }


def offers(who: Caller, home: str | None, at: datetime) -> list[dict[str, Any]]:
    """Return the next shifts in the county of the person's home that they could sign up for."""
    near = home and ".".join(home.split(".")[:COUNTY_DEPTH])
    found = page(
        queries.open_shifts(at, near=near, without=who.person_id),
        [Shift.starts_at, Shift.id],
        cursor=None,
        limit=OFFERS_MAX,
        scalars=False,
    )
    return [shift(row) for row in found.items]


def shift(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """Return what is shown of a shift."""
    of, own = row.activity_title, row.title
    return {
        "id": row.id,
        "title": of if of == own else f"{of} · {own}",
        "place": row.place,
        "start": row.starts_at,
        "end": row.ends_at,
        "left": row.left,
        "quota": row.quota,
        "region": getattr(row, "region", ""),
        "team": getattr(row, "team", ""),
        "minimum_age": getattr(row, "minimum_age", None),
    }


def statement_lines(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is shown of the lines of a statement."""
    titles = queries.titles_of({line["source"] for line in items}) if items else {}
    return [_line(line, titles.get(line["source"])) for line in items]


def _line(line: dict[str, Any], title: str | None) -> dict[str, Any]:
    kind = str(_KINDS.get(line["kind"], line["kind"]))
    reason, said = line["reason"], _CLOSED.get(line["reason"])
    if line["kind"] == "release" and said is not None:
        kind = str(said)
    why = [*line["explanation"]] or ([kind] if title else [])
    if line["kind"] in _REASONED and reason and said is None:
        why.append(str(_("Reason: %(reason)s", reason=reason)))
    return {
        "id": line["id"],
        "at": line["posted_at"],
        "day": line["effective_on"],
        "contestable": line["kind"] in TAKEN and line["available"] + line["held"] < 0,
        "text": title or kind,
        "why": " ".join(why),
        "points": line["available"],
        "record_id": line["record_id"],
    }


def _balance(who: Caller, at: datetime) -> dict[str, Any]:
    balances = ledger.usable_balances(f"person:{who.person_id}", day_of(at))
    return {
        "available": _sum(balances, "available"),
        "held": _sum(balances, "held"),
        "minutes": queries.verified_minutes(who.person_id),
        "expiring": next(
            (
                {"points": balance.points, "on": balance.expires_on}
                for balance in balances
                if balance.purpose == "available"
                and balance.expires_on != NEVER
                and day_of(at) <= balance.expires_on <= day_of(at + WARN_BEFORE)
            ),
            None,
        ),
    }


def _sum(balances: Sequence[Balance], purpose: str) -> int:
    return sum(balance.points for balance in balances if balance.purpose == purpose)


def _shift(row: Row[*tuple[Any, ...]], at: datetime) -> dict[str, Any]:
    off = row.shift_status == "cancelled" or row.status == "cancelled"
    if row.check_in_at is None:
        state = "called_off" if off else row.status
    elif row.check_out_at is None:
        state = "checked_in"
    else:
        state = "closed_by_system" if row.closed_by == "system" else "checked_out"
    free = row.check_in_at is None and not off and at < row.ends_at
    return shift(row) | {"state": state, "position": row.position, "can_withdraw": free}


def _stations(who: Caller, home: str | None) -> list[dict[str, Any]]:
    nearest = counter_queries.nearest_with_goods(home, STATIONS_MAX)
    goods = counter_queries.goods_at([row.id for row in nearest], who.person_id)
    return [
        {
            "id": station.id,
            "name": station.name,
            "address": station.address,
            "goods": [good(item, had) for item, had in goods if item.station_id == station.id],
        }
        for station in nearest
    ]


def good(item: Item, had: int) -> dict[str, Any]:
    """Return what is shown of an item to somebody who holds or had `had` of it."""
    return {
        "id": item.id,
        "name": item.name,
        "note": item.description,
        "points": item.points_price,
        "stock": item.stock,
        "allowed": item.per_person_limit is None or had < item.per_person_limit,
    }


def available(who: Caller, at: datetime) -> int:
    """Return the points that the person can spend."""
    return _sum(ledger.usable_balances(f"person:{who.person_id}", day_of(at)), "available")


def _order(order: OrderView) -> dict[str, Any]:
    return {
        "id": order.id,
        "item": order.item.name,
        "quantity": order.quantity,
        "points": order.points,
        "code": order.code,
        "svg": f"{API_PREFIX}/redemptions/{order.id}/code.svg",
        "station": order.station.name,
        "expires_at": order.expires_at,
    }
