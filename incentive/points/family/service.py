"""Family links: both sides agree, and there are only so many."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.points.family import queries
from incentive.points.family.errors import (
    AlreadyLinked,
    FamilyFull,
    NotYoursToAccept,
    OwnFamily,
    TransfersOff,
    UnknownLink,
)
from incentive.points.family.models import FamilyLink
from incentive.points.policy import service as policies


@dataclass(frozen=True, slots=True)
class Relative:
    """A family member of somebody's, or a request: `state` says whose turn it is."""

    id: UUID
    volunteer_number: str
    state: str  # linked, asked (by me), asking (me)


def invite(caller: Caller, volunteer_number: str, at: datetime) -> Relative:
    """Ask the person with that number to be linked as family.

    Raises:
        TransfersOff, UnknownPerson, OwnFamily, AlreadyLinked, FamilyFull: nothing was written.
    """
    other = people.person_by_number(volunteer_number)
    if other.id == caller.person_id:
        raise OwnFamily
    first, second = sorted((caller.person_id, other.id))
    # Lock first: two requests at once would each find a place.
    queries.lock_persons(first, second)
    most = _allowed_members()
    link_id = new_id()
    link = {
        "id": link_id,
        "first_id": first,
        "second_id": second,
        "asked_by": caller.person_id,
        "asked_at": at,
    }
    if queries.current(caller.person_id) >= most or queries.current(other.id) >= most:
        raise FamilyFull(most)
    if not queries.insert_link(link):
        raise AlreadyLinked
    return Relative(link_id, other.volunteer_number, "asked")


def accept(caller: Caller, link_id: UUID, at: datetime) -> None:
    """Agree to a request.

    Raises:
        TransfersOff, UnknownLink, NotYoursToAccept, FamilyFull: nothing was written.
    """
    link = _own(caller, link_id)
    queries.lock_persons(link.first_id, link.second_id)
    most = _allowed_members()
    link = _own(caller, link_id)
    if link.asked_by == caller.person_id or link.accepted_at is not None:
        raise NotYoursToAccept
    if queries.current(caller.person_id) >= most:
        raise FamilyFull(most)
    link.accepted_at = at
    session().flush()


def end(caller: Caller, link_id: UUID, at: datetime) -> None:
    """End a link, or take back or decline a request; what was given stays given.

    Raises:
        UnknownLink: it is none of the caller's, or has ended.
    """
    link = _own(caller, link_id)
    queries.lock_persons(link.first_id, link.second_id)
    link = _own(caller, link_id)
    link.ended_by, link.ended_at = caller.person_id, at
    session().flush()


def are_family(one: UUID, other: UUID) -> bool:
    """Say whether the two have agreed to be family and still are."""
    return queries.are_linked(*sorted((one, other)))


def relatives(person_id: UUID) -> list[Relative]:
    """Return a person's family members and open requests."""
    return [
        Relative(link.id, number, _state(link, person_id)) for link, number in queries.of(person_id)
    ]


def linked(person_id: UUID, link_id: UUID) -> FamilyLink:
    """Return an accepted link of the person's.

    Raises:
        UnknownLink: there is none, or it was not accepted.
    """
    link = queries.link(link_id)
    if link is None or link.ended_at is not None or link.accepted_at is None:
        raise UnknownLink
    if person_id not in {link.first_id, link.second_id}:
        raise UnknownLink
    return link


def _state(link: FamilyLink, person_id: UUID) -> str:
    if link.accepted_at is not None:
        return "linked"
    return "asked" if link.asked_by == person_id else "asking"


def _own(caller: Caller, link_id: UUID) -> FamilyLink:
    link = queries.link(link_id)
    if link is None or link.ended_at is not None:
        raise UnknownLink
    if caller.person_id not in {link.first_id, link.second_id}:
        raise UnknownLink
    return link


def _allowed_members() -> int:
    policy = policies.policy()
    if not policy.transfers_allowed:
        raise TransfersOff
    return policy.family_max
