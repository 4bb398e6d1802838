"""What an administrator sees of a person's access: reads only, each in one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from incentive.activities.models import Activity, Shift
from incentive.core.db import session
from incentive.people.models import SignIn
from incentive.stations.models import Station


def signed_in(person_id: UUID, at: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (SignIn, place, all) of what opens something in a person's name, the last used first.

    `place` is what a device is for; `all` how many there are, the last only being listed.
    """
    statement = (
        select(
            SignIn,
            func.coalesce(Station.name, Activity.title).label("place"),
            func.count().over().label("all"),
        )
        .outerjoin(Station, Station.id == SignIn.station_id)
        .outerjoin(Shift, Shift.id == SignIn.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .where(
            SignIn.person_id == person_id,
            SignIn.revoked_at.is_(None),
            SignIn.awaits.is_(None),
            SignIn.expires_at > at,
        )
        .order_by(SignIn.used_at.desc().nulls_last(), SignIn.id.desc())
        .limit(limit)
    )
    return session().execute(statement).all()
