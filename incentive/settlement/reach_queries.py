"""Where points are earned and spent."""

from sqlalchemy import or_, select

from incentive.activities.models import Activity
from incentive.core.db import session
from incentive.regions.models import Region
from incentive.stations.models import Station


def ends_in_use() -> tuple[str, str] | None:
    """Return the first and the last path, in order, of regions with activities or stations."""
    used = or_(
        select(Activity.id).where(Activity.region_id == Region.id).exists(),
        select(Station.id).where(Station.region_id == Region.id).exists(),
    )
    paths = select(Region.path).where(used)
    first = session().scalar(paths.order_by(Region.path).limit(1))
    last = session().scalar(paths.order_by(Region.path.desc()).limit(1))
    return None if first is None or last is None else (first, last)
