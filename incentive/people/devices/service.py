"""Pairing devices and ending them.

A device acts for the person who paired it, for one shift or station and one permission, and only
as long as that person may: their roles are looked at anew with every request.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from flask import current_app

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people import acts
from incentive.people.caller import Caller, token_hash
from incentive.people.devices import queries
from incentive.people.devices.errors import PairingSpent, UnknownDevice
from incentive.people.models import SignIn
from incentive.people.sessions.opening import TOKEN_BYTES, where
from incentive.people.sessions.service import require_session

CODE_TIME: Final = timedelta(minutes=10)
# A scanner that was without network sends its scans after the shift.
AFTER_SHIFT: Final = timedelta(hours=12)
COUNTER_DAYS: Final = 30
COUNTER_DAYS_MAX: Final = 180
LISTED_MAX: Final = 100
SCANNING: Final = "shift.scan"
SERVING: Final = "station.serve"
_RUNNING: Final = "shift.run"


@dataclass(frozen=True, slots=True)
class Place:
    """What a device is for: one shift, or one station."""

    shift_id: UUID | None = None
    station_id: UUID | None = None

    @property
    def subject(self) -> str:
        """The place as the audit log writes it."""
        return f"shift:{self.shift_id}" if self.shift_id else f"station:{self.station_id}"


@dataclass(frozen=True, slots=True)
class Pairing:
    """A code to show as a QR code, this once, and how long it and the device are good."""

    code: str
    name: str
    place: Place
    expires_at: datetime
    device_until: datetime


class Paired(NamedTuple):
    """A device's token, shown this once."""

    token: str
    expires_at: datetime
    name: str
    place: Place


def pair(place: Place, name: str, days: int, *, by: Caller, at: datetime) -> Pairing:
    """Return a code that makes the device which reads it a scanner or a counter called `name`.

    A scanner ends 12 hours after its shift, a counter after `days`.

    Raises:
        SessionNeeded, OutOfScope: the caller may not.
        UnknownShift, UnknownStation: there is no such place.
    """
    require_session(by)
    ends_at = _require(place, by)
    until = ends_at + AFTER_SHIFT if ends_at else at + timedelta(days=days)
    code = secrets.token_urlsafe(TOKEN_BYTES)
    made = Pairing(code, name, place, at + CODE_TIME, max(until, at + CODE_TIME))
    pairing_id = new_id()
    queries.insert_pairing(
        {
            "id": pairing_id,
            "code_hash": token_hash(code),
            "made_by": by.person_id,
            "made_in": by.sign_in_id,
            "name": name,
            "shift_id": place.shift_id,
            "station_id": place.station_id,
            "made_at": at,
            "expires_at": made.expires_at,
            "device_until": made.device_until,
        }
    )
    told = {"name": name, "pairing": pairing_id, "until": made.device_until}
    acts.record(by, "device.pair", subject=place.subject, after=told)
    return made


def use(code: str, at: datetime) -> Paired:
    """Make this device what the code is for.

    Raises:
        PairingSpent: the code is unknown, used or too old, or who made it is signed out.
    """
    pairing = queries.lock_pairing(token_hash(code), at)
    if pairing is None:
        raise PairingSpent
    made_in = queries.open_session(pairing.made_in, at)
    if made_in is None:
        raise PairingSpent
    pairing.used_at = at
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session().add(
        SignIn(
            id=pairing.id,
            person_id=pairing.made_by,
            token_hash=token_hash(token),
            created_at=at,
            expires_at=pairing.device_until,
            kind="device",
            strong=made_in.strong,
            owns=False,
            name=pairing.name,
            permissions=[SCANNING if pairing.shift_id else SERVING],
            shift_id=pairing.shift_id,
            station_id=pairing.station_id,
            used_at=at,
            **where(),
        )
    )
    place = Place(pairing.shift_id, pairing.station_id)
    return Paired(token, pairing.device_until, pairing.name, place)


def devices(place: Place, by: Caller, at: datetime) -> list[dict[str, Any]]:
    """Return the devices of a place, the newest first.

    Raises:
        As `pair`.
    """
    require_session(by)
    _require(place, by)
    rows = queries.devices_at(place.shift_id, place.station_id, at, LISTED_MAX)
    shown = ("id", "name", "browser", "network", "created_at", "used_at", "expires_at")
    return [
        {name: getattr(device, name) for name in shown} | {"paired_by": number}
        for device, number in rows
    ]


def end(device_id: UUID, *, by: Caller, at: datetime) -> Place:
    """End a device: its next request opens nothing. Return where it was.

    Raises:
        UnknownDevice: it is not paired now.
        SessionNeeded, OutOfScope: the caller may not.
    """
    require_session(by)
    device = queries.lock_device(device_id, at)
    if device is None:
        raise UnknownDevice
    place = Place(device.shift_id, device.station_id)
    _require(place, by)
    device.revoked_at = at
    told = {"name": device.name, "pairing": device.id}
    acts.record(by, "device.end", subject=place.subject, before=told)
    return place


def _require(place: Place, by: Caller) -> datetime | None:
    """Let pass only who runs the shift or serves at the station; return when the shift ends."""
    # Shifts and stations lie above people; the application says who knows where they are.
    if place.shift_id is not None:
        ends_at: datetime = current_app.extensions["require_at_shift"](by, _RUNNING, place.shift_id)
        return ends_at
    current_app.extensions["require_at_station"](by, SERVING, place.station_id)
    return None
