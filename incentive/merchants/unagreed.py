"""Goods that were given out without a price agreed: nobody is paid for them until there is one."""

from datetime import datetime, timedelta
from typing import Final

from incentive.core.paging import Page, page
from incentive.core.zone import timezone
from incentive.merchants import order_queries
from incentive.people.caller import Caller
from incentive.stations.models import Item

# As far back as anybody settles in practice: a quarter.
LOOK_BACK: Final = timedelta(days=92)


def unagreed(caller: Caller, at: datetime, *, cursor: str | None = None, limit: int = 20) -> Page:
    """Return a page of goods of the caller's regions, by name: how many, and when, of late.

    What was given back since is left out.
    """
    paths = caller.regions_for("statement.read")
    found = order_queries.unagreed(paths, at - LOOK_BACK, timezone())
    return page(found, [Item.name, Item.id], cursor=cursor, limit=limit, scalars=False)
