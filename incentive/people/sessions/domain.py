"""Decisions about sessions: pure, without clock, session or request."""

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final

from incentive.people.permissions import ADMINISTRATOR, AUDITOR, STATION_MANAGER

# Whoever holds one of these proves it by a second factor, where that is required.
GUARDED: Final = frozenset({STATION_MANAGER, AUDITOR, ADMINISTRATOR})
HALF_OPEN_TIME: Final = timedelta(minutes=10)
# How true the time of last use is: written no more often, a session costs nothing to follow.
USE_TIME: Final = timedelta(hours=1)
_NETWORK_BITS: Final = 24
_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class Awaits(StrEnum):
    """What a half open session needs to be opened."""

    CODE = "code"
    ENROLMENT = "enrolment"


def awaits(*, enrolled: bool, required: bool, guarded: bool) -> Awaits | None:
    """Return what a fresh session awaits: whoever has a second factor uses it, whatever the rule."""
    if enrolled:
        return Awaits.CODE
    return Awaits.ENROLMENT if required and guarded else None


def device_name(user_agent: str) -> str:
    """Return what a person recognises of a browser: `WeChat · Android`; "" for what is unknown."""
    found = (
        next((name for mark, name in table if mark in user_agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name)


def coarse_network(address: str) -> str:
    """Return no more of an address than says which network it was: `203.0.113.*`."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a /64 already, or none
    if not isinstance(parsed, IPv4Address):
        return str(ip_network((parsed, 64), strict=False))
    network = ip_network((parsed, _NETWORK_BITS), strict=False)
    return f"{str(network.network_address).rpartition('.')[0]}.*"
