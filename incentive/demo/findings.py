"""What looks wrong at two counters: codes shown where, or when, they should not be."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from incentive.core.ids import new_id
from incentive.demo import queries
from incentive.demo.people import Human
from incentive.demo.places import STATIONS
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.regions.domain import path_of_code
from incentive.stations import counter
from incentive.stations.discrepancies import service as discrepancies
from incentive.stations.errors import AlreadyCollected, OtherStation

LATER: Final = timedelta(minutes=30)


def happen(crowd: Sequence[Human], at: datetime) -> None:
    """Let codes be tried in vain, unless any was; look for what is unusual; clear one finding."""
    if queries.has_refusals():
        return
    here, there = STATIONS[:2]
    managers = {h.station_id: h for h in crowd if h.role == role.STATION_MANAGER}
    worker = next(
        h for h in crowd if h.role == role.COMMUNITY_WORKER and h.scope == there.community
    )
    concerned = (managers[here.id], managers[there.id], worker)
    numbers = queries.known_persons([human.id for human in concerned])

    def caller(human: Human, grant: Grant) -> Caller:
        return Caller(human.id, numbers[human.id], new_id(), (grant,))

    again, elsewhere, *_ = queries.collected(here.id)
    for place, code in ((here, again), (there, elsewhere)):
        keeper = caller(managers[place.id], Grant(role.STATION_MANAGER, None, place.id))
        # Each is refused, and that is kept.
        with suppress(AlreadyCollected, OtherStation):
            counter.collect(keeper, code, at + LATER, place.id)
    discrepancies.find(at + LATER)
    clerk = caller(worker, Grant(role.COMMUNITY_WORKER, path_of_code(there.community), None))
    for row in discrepancies.of_station(keeper, there.id).items:
        note = "已电话核实：本人走错驿站，未发放。"
        discrepancies.clear(clerk, row.id, at + LATER, note)
