"""What people see of themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incentive.people import masking, personal, queries, role_queries
from incentive.people.errors import UnknownPerson
from incentive.regions.models import Region


@dataclass(frozen=True, slots=True)
class Role:
    """A role that somebody holds, over a region or at a station."""

    id: UUID
    role: str
    region: Region | None
    station_id: UUID | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """What a person sees of themselves; `phone` is masked."""

    id: UUID
    volunteer_number: str
    name: str | None
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
    known = personal.one(person_id, "name", "phone")
    return Me(
        id=found.id,
        volunteer_number=found.volunteer_number,
        name=known.name,
        phone=masking.phone(known.phone),
        home=home,
        roles=[
            Role(grant.id, grant.role, region, grant.station_id, grant.valid_until)
            for grant, region in role_queries.roles_of(person_id, at)
        ],
    )
