"""Giving points away: to a family member, who gets them with their expiry, or to a fund."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Purse
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.points.family import queries as family_queries
from incentive.points.family import service as family
from incentive.points.family.errors import TransfersOff
from incentive.points.giving import funds, queries
from incentive.points.giving.errors import (
    CapReached,
    DonationsOff,
    FundUnclear,
    RecipientAway,
    UnknownFund,
)
from incentive.points.giving.models import Gift
from incentive.points.policy import service as policies
from incentive.regions import service as regions
from incentive.regions.errors import UnknownRegion

# A gift as it is shown: who gave and got it by their volunteer numbers.
Given = Row[*tuple[Any, ...]]


def transfer(caller: Caller, link_id: UUID, points: int, at: datetime) -> Given:
    """Give `points` (≥ 1) to the family member at the other end of a link.

    Raises:
        TransfersOff, UnknownLink, RecipientAway, CapReached, InsufficientPoints: nothing was
            written.
    """
    other = family.linked(caller.person_id, link_id).other(caller.person_id)
    # Lock first: the cap is on a sum, and the link may be ended at this moment.
    family_queries.lock_persons(caller.person_id, other)
    family.linked(caller.person_id, link_id)
    policy = policies.policy()
    if not policy.transfers_allowed:
        raise TransfersOff
    if people.person(other).status != "active":
        raise RecipientAway
    to = Purse(f"person:{other}", "available")
    return _give(caller, "transfer", to, points, policy.transfer_cap, at)


def donate(
    caller: Caller,
    points: int,
    at: datetime,
    *,
    region: str | None = None,
    station_id: UUID | None = None,
) -> Given:
    """Give `points` (≥ 1) to the fund of the region coded `region`, or of a station.

    Without either they go back to the community where the caller lives.

    Raises:
        DonationsOff, FundUnclear, UnknownFund, CapReached, InsufficientPoints: nothing was
            written.
    """
    if region is not None and station_id is not None:
        raise FundUnclear
    owner = _station(station_id) if station_id is not None else _region(caller, region)
    family_queries.lock_persons(caller.person_id)
    policy = policies.policy()
    if not policy.donations_allowed:
        raise DonationsOff
    return _give(caller, "donation", Purse(owner, "income"), points, policy.donation_cap, at)


def gifts(person_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of what a person gave and was given, the latest first."""
    return page(
        queries.gifts(person_id),
        [Gift.at, Gift.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def left_this_month(person_id: UUID, kind: str, at: datetime) -> int:
    """Return how many points a person may still give away this month in that way."""
    policy = policies.policy()
    cap = policy.transfer_cap if kind == "transfer" else policy.donation_cap
    return max(cap - queries.given(person_id, kind, day_of(at).replace(day=1)), 0)


def _give(caller: Caller, kind: str, to: Purse, points: int, cap: int, at: datetime) -> Given:
    month = day_of(at).replace(day=1)
    left = cap - queries.given(caller.person_id, kind, month)
    if points > left:
        raise CapReached(cap, max(left, 0))
    gift_id = new_id()
    giver = f"person:{caller.person_id}"
    posted = ledger.move(
        key=f"gift:{gift_id}",
        kind="transfer" if kind == "transfer" else "donation",
        owner=giver,
        amount=points,
        to=to,
        source=f"gift:{gift_id}",
        actor=giver,
        today=day_of(at),
    )
    gift = Gift(
        id=gift_id,
        giver_id=caller.person_id,
        kind=kind,
        recipient=to.owner,
        points=points,
        month=month,
        transaction_id=posted.transaction_id,
        at=at,
    )
    session().add(gift)
    session().flush()
    return queries.shown(gift_id)


def _station(station_id: UUID) -> str:
    if funds.name_of("station", station_id) is None:
        raise UnknownFund
    return f"station:{station_id}"


def _region(caller: Caller, code: str | None) -> str:
    home = people.person(caller.person_id).home_region_id
    try:
        if code is not None:
            return f"region:{regions.region_by_code(code).id}"
        if home is not None:
            return f"region:{regions.region(home).id}"
    except UnknownRegion:
        pass
    raise UnknownFund
