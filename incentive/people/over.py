"""Who may act on somebody's access: only who could have given all that the person holds."""

from datetime import datetime
from uuid import UUID

from flask import current_app

from incentive.people import queries, role_queries
from incentive.people.caller import Caller
from incentive.people.errors import UnknownPerson
from incentive.people.models import Person


def require_over(by: Caller, permission: str, person_id: UUID, at: datetime) -> Person:
    """Let pass only who has `permission` over each role that the person holds, and over their home.

    Else somebody's equal or inferior could shut them out. Return the person.

    Raises:
        UnknownPerson: nobody here has this id.
        OutOfScope: the caller may not, over one of these.
    """
    row = queries.person_with_home(person_id)
    if row is None:
        raise UnknownPerson
    holder: Person = row[0]
    home = row[1].path if row[1] is not None else None
    held = role_queries.roles_of(person_id, at)
    for grant, region in held:
        if grant.station_id is not None:
            # Stations lie above people; the application says who knows where one stands.
            current_app.extensions["require_at_station"](by, permission, grant.station_id)
        else:
            by.require(permission, region_path=region.path if region else None)
    if home is not None or not held:
        by.require(permission, region_path=home)
    return holder
