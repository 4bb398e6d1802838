"""What people see of themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incentive.core.keys import vault
from incentive.people import phones, queries, role_queries
from incentive.people.errors import UnknownPerson
from incentive.regions.models import Region


@dataclass(frozen=True, slots=True)
class Role:
    """A role that somebody holds, over a region or at a station."""

    id: UUID
    role: str
    region: Region | None
    station_id: UUID | None


@dataclass(frozen=True, slots=True)
class Me:
    """What a person sees of themselves; `phone` is masked."""

    id: UUID
    volunteer_number: str
    name: str
    phone: str | None
    home: Region | None
    roles: list[Role]


def me(person_id: UUID, at: datetime) -> Me:
    """Return what the person sees of themselves at `at`.

    Raises:
        UnknownPerson: nobody here has this id.
    """
    row = queries.person_with_home(person_id)
    if row is None:
        raise UnknownPerson
    found, home = row
    return Me(
        id=found.id,
        volunteer_number=found.volunteer_number,
        name=found.name,
        phone=phones.masked(vault().open(found.phone_sealed)) if found.phone_sealed else None,
        home=home,
        roles=[
            Role(grant.id, grant.role, region, grant.station_id)
            for grant, region in role_queries.roles_of(person_id, at)
        ],
    )
