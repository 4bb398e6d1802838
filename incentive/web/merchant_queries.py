"""What can be chosen on the pages of merchants' settlement: reads only, each in one round trip."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select

from incentive.core.db import session
from incentive.merchants.models import Merchant, MerchantContact, Sponsor
from incentive.people import reach
from incentive.regions.models import Region
from incentive.stations.models import Item, Station

CHOICES_MAX: Final = 300


def regions_at(paths: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (code, name) of the regions at just these paths, by code."""
    statement = (
        select(Region.code, Region.name)
        .where(Region.path.in_(paths), Region.valid_until.is_(None))
        .order_by(Region.code)
    )
    return session().execute(statement).all()


def parties(party: type[Merchant | Sponsor], paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return id and name of the merchants or sponsors below the paths, by name."""
    statement = (
        select(party.id, party.name)
        .join(Region, Region.id == party.region_id)
        .where(reach.within(Region.path, paths))
        .order_by(party.name, party.id)
        .limit(CHOICES_MAX)
    )
    return [(str(row.id), row.name) for row in session().execute(statement)]


def items(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return id and name, with the station's, of what stations below the paths offer."""
    statement = (
        select(Item.id, Item.name, Station.name.label("station"))
        .join(Station, Station.id == Item.station_id)
        .join(Region, Region.id == Station.region_id)
        .where(reach.within(Region.path, paths), Item.status == "offered")
        .order_by(Station.name, Item.name, Item.id)
        .limit(CHOICES_MAX)
    )
    return [(str(row.id), f"{row.station} · {row.name}") for row in session().execute(statement)]


def speaks_for_any(person_id: UUID) -> bool:
    """Say whether a person is some merchant's contact."""
    statement = select(MerchantContact.id).where(
        MerchantContact.person_id == person_id, MerchantContact.valid_until.is_(None)
    )
    return session().scalar(statement.limit(1)) is not None
