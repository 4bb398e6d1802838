"""Who may draw a grid: regions themselves know nobody."""

from datetime import datetime
from uuid import UUID

from incentive.core.zone import day_of
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.regions import service as regions
from incentive.regions.models import GridKind, Region


def add_grid(community_id: UUID, *, name: str, kind: GridKind, by: Caller, at: datetime) -> Region:
    """Draw a grid below a community in which the caller may.

    Raises:
        OutOfScope: the caller may not there.
        As `regions.service.add_grid`.
    """
    by.require("grid.manage", region_path=regions.path_of(community_id))
    grid = regions.add_grid(community_id, name=name, kind=kind, day=day_of(at))
    after = {"code": grid.code, "name": name, "kind": kind}
    acts.record(by, "grid.add", subject=f"region:{grid.id}", after=after)
    return grid
