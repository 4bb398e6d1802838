"""Scanners and counters over HTTP: pairing, listing, ending."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.addresses import client_network, public_base
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.limits import count_code
from incentive.core.needs import PUBLIC, REGION, STATION, needs
from incentive.people.caller import caller
from incentive.people.devices import service
from incentive.people.devices.schemas import (
    DevicesSchema,
    PairCounterSchema,
    PairedSchema,
    PairingSchema,
    PairScannerSchema,
    UsePairingSchema,
)
from incentive.people.devices.service import Paired, Place

bp: Final = ApiBlueprint("devices", __name__, description="Scanners and counters")


@bp.post("/shifts/<uuid:shift_id>/device-pairings")
@needs("shift.run", of=REGION)
@bp.arguments(PairScannerSchema)
@bp.response(201, PairingSchema)
def pair_scanner(given: dict[str, Any], shift_id: UUID) -> dict[str, Any]:
    """Get a code that makes the device which reads it a scanner of this shift, until its end.

    Takes no Idempotency-Key: its answer, a code, is kept nowhere.
    """
    return _pair(Place(shift_id=shift_id), given["name"], 0)


@bp.post("/stations/<uuid:station_id>/device-pairings")
@needs("station.serve", of=STATION)
@bp.arguments(PairCounterSchema)
@bp.response(201, PairingSchema)
def pair_counter(given: dict[str, Any], station_id: UUID) -> dict[str, Any]:
    """Get a code that makes the device which reads it a counter of this station."""
    return _pair(Place(station_id=station_id), given["name"], given["days"])


@bp.get("/shifts/<uuid:shift_id>/devices")
@needs("shift.run", of=REGION)
@bp.response(200, DevicesSchema)
def list_scanners(shift_id: UUID) -> dict[str, Any]:
    """List the scanners of a shift."""
    return _listed(Place(shift_id=shift_id))


@bp.get("/stations/<uuid:station_id>/devices")
@needs("station.serve", of=STATION)
@bp.response(200, DevicesSchema)
def list_counters(station_id: UUID) -> dict[str, Any]:
    """List the counters' devices of a station."""
    return _listed(Place(station_id=station_id))


@bp.post("/devices")
@needs(PUBLIC)
@bp.arguments(UsePairingSchema)
@bp.response(201, PairedSchema)
def use_pairing(given: dict[str, Any]) -> Paired:
    """Make this device what the pairing code is for; a code is good once."""
    count_code(client_network())
    with transaction():
        return service.use(given["code"], clock.now())


@bp.delete("/devices/<uuid:device_id>")
@needs("shift.run", "station.serve", of=STATION)
@bp.response(204)
def end_device(device_id: UUID) -> None:
    """End a device; its next request opens nothing."""
    with transaction():
        service.end(device_id, by=caller(), at=clock.now())


def _pair(place: Place, name: str, days: int) -> dict[str, Any]:
    with transaction():
        made = service.pair(place, name, days, by=caller(), at=clock.now())
    return {
        "code": made.code,
        "url": f"{public_base().rstrip('/')}/pair/{made.code}",
        "name": made.name,
        "expires_at": made.expires_at,
        "device_until": made.device_until,
    }


def _listed(place: Place) -> dict[str, Any]:
    with transaction():
        return {"items": service.devices(place, caller(), clock.now())}
