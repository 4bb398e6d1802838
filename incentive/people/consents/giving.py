"""Writing consents down, for the person themselves and for whoever acts for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import has_request_context, request

from incentive.core.addresses import client_network
from incentive.core.http import API_PREFIX
from incentive.people.caller import Caller
from incentive.people.consents import queries
from incentive.people.consents.domain import Capacity, Channel, Kind, missing
from incentive.people.consents.errors import (
    ConsentMissing,
    NoticeNotAgreed,
    NoticeReplaced,
    UnknownNotice,
)
from incentive.people.consents.models import PrivacyNotice
from incentive.people.models import Person
from incentive.people.sessions.domain import coarse_network


@dataclass(frozen=True, slots=True)
class Giver:
    """Who consents or withdraws, and as whom; nobody by a command."""

    person_id: UUID | None
    capacity: Capacity = Capacity.SELF
    channel: Channel | None = None


def giver(person_id: UUID, by: Caller | None) -> Giver:
    """Return who consents for somebody who is entered: they themselves, or `by` from their paper."""
    if by is None:
        return Giver(person_id)
    return Giver(by.person_id, Capacity.WORKER, Channel.PAPER)


def in_force(notice_ids: Iterable[UUID], at: datetime) -> dict[Kind, PrivacyNotice]:
    """Return the notices, by kind, if each is the version that holds; no other is published meanwhile.

    Raises:
        UnknownNotice, NoticeReplaced: one is none, or not the one in force.
    """
    queries.hold_notices()
    wanted = set(notice_ids)
    found = queries.notices(wanted) if wanted else []
    if len(found) != len(wanted):
        raise UnknownNotice
    holding = {each.kind: each for each in queries.in_force(at, {each.kind for each in found})}
    for each in found:
        if holding[each.kind].id != each.id:
            raise NoticeReplaced(holding[each.kind].version)
    return {Kind(each.kind): each for each in found}


def for_newcomer(
    notice_ids: Collection[UUID], told: Collection[str], at: datetime
) -> dict[Kind, PrivacyNotice]:
    """Return the notices to which somebody agrees who registers and tells the fields `told`.

    Raises:
        UnknownNotice, NoticeReplaced: as `in_force`.
        NoticeNotAgreed: the privacy notice is not among them.
        ConsentMissing: a sensitive item was told without its own.
    """
    agreed = in_force(notice_ids, at)
    if Kind.PRIVACY not in agreed:
        raise NoticeNotAgreed
    lacking = missing(list(told), set(agreed))
    if lacking is not None:
        raise ConsentMissing(lacking)
    return {kind: notice for kind, notice in agreed.items() if kind in told or kind == Kind.PRIVACY}


def write(
    person: Person, notices: Collection[PrivacyNotice], giver: Giver, at: datetime, *, given: bool
) -> None:
    """Write down that consents were given or withdrawn, for a person who is new or locked."""
    rows = [_row(person.id, notice.kind, notice.id, giver, at, given=given) for notice in notices]
    if not rows:
        return
    queries.put(rows)
    for notice in notices:
        if notice.kind == Kind.PRIVACY:
            person.agreed_notice = notice.version if given else None


def _row(
    person_id: UUID, kind: str, notice_id: UUID, giver: Giver, at: datetime, *, given: bool
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "kind": kind,
        "notice_id": notice_id,
        "given": given,
        "at": at,
        "by_person_id": giver.person_id,
        "capacity": giver.capacity,
        "channel": giver.channel or channel(),
        "network": coarse_network(client_network()) if has_request_context() else "",
    }


def channel() -> Channel:
    """Return by which way the request at hand came."""
    if not has_request_context():
        return Channel.COMMAND
    return Channel.API if request.path.startswith(f"{API_PREFIX}/") else Channel.PAGE
