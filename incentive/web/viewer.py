"""Who looks at a page, and where they can go from it."""

from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context, request, url_for

from incentive.core.db import transaction
from incentive.core.i18n import Text, _
from incentive.people.caller import Caller, caller, cookie_name
from incentive.people.errors import NotSignedIn
from incentive.web import alarm, people_frame


@dataclass(frozen=True, slots=True)
class Link:
    """A tab in the header."""

    label: Text
    href: str
    icon: str
    current: bool


def visitor() -> Caller | None:
    """Return who looks at a public page, if they are signed in. Needs an open transaction."""
    if cookie_name() not in request.cookies:
        return None
    try:
        return caller()
    except NotSignedIn:
        return None


def greet() -> Caller | None:
    """Let a page without a transaction of its own name who looks at it, and return them."""
    if cookie_name() not in request.cookies:
        return None
    with transaction():
        return visitor()


def context() -> dict[str, Any]:
    """Return what every template knows of its reader.

    Only what the view has found out already: an error page must not need the books.
    """
    if not has_request_context():
        return {}
    who: Caller | None = g.get("caller")
    viewer = who and {"number": who.volunteer_number, "links": links(who)}
    return {
        "viewer": viewer,
        "has_session": who is not None or cookie_name() in request.cookies,
        "alarm": alarm.raised(who),
    }


def links(who: Caller) -> list[Link]:
    """Return the tabs for the roles that `who` holds; everybody has a page of their own."""
    if who.shift_id is not None:
        return [_link(_("On duty"), url_for("web.duty"), "shield")]
    if who.station_id is not None:
        counter = url_for("web.counter", station_id=who.station_id)
        return [_link(_("Counter"), counter, "counter")]
    found = [_link(_("My page"), url_for("web.me"), "person")]
    if who.regions_for("shift.scan"):
        found.append(_link(_("On duty"), url_for("web.duty"), "shield"))
    station = own_station(who)
    if station is not None:
        found.append(_link(_("Counter"), url_for("web.counter", station_id=station), "counter"))
        ledger = url_for("web.station_ledger", station_id=station)
        found.append(_link(_("Ledger"), ledger, "ledger"))
    elif serves(who):
        found.append(_link(_("Stations"), url_for("web.counters"), "counter"))
    about_people = people_frame.front(who)
    if about_people is not None:
        here = people_frame.is_about_people(request.path)
        found.append(Link(_("Persons"), url_for(about_people), "people", here))
    if who.regions_for("points.adjust"):
        found.append(_link(_("Points"), url_for("web.points_adjustments"), "points"))
    if who.regions_for("statement.read"):
        found.append(_link(_("Settlement"), url_for("web.merchant_statements"), "people"))
    if who.regions_for("audit.read") or who.stations_for("audit.read"):
        found.append(_link(_("Audit desk"), url_for("web.desk"), "search"))
    return found


def own_station(who: Caller) -> Any:
    """Return the one station that `who` serves at, or None."""
    stations = set(who.stations_for("station.serve"))
    wider = who.regions_for("station.serve") or who.regions_for("station.audit")
    return next(iter(stations)) if len(stations) == 1 and not wider else None


def serves(who: Caller) -> bool:
    """Say whether `who` serves anywhere, or keeps or audits goods."""
    return any(
        who.stations_for(permission) or who.regions_for(permission)
        for permission in ("station.serve", "station.goods")
    )


def _link(label: Text, href: str, icon: str) -> Link:
    current = request.path == href or request.path.startswith(f"{href}/")
    return Link(label, href, icon, current)
