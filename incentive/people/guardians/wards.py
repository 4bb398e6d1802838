"""What a guardian does for a ward, one consent like the other; and who a minor's guardians are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from incentive.people.caller import Caller
from incentive.people.consents import notices
from incentive.people.consents import service as consents
from incentive.people.consents.domain import Capacity, Kind
from incentive.people.consents.giving import Giver
from incentive.people.guardians import queries, service
from incentive.people.guardians.errors import UnknownWard


def guardians(minor_id: UUID) -> dict[str, Any]:
    """Return a person's guardians, and whether they sign up for nothing without one's consent."""
    found = [
        {"volunteer_number": row.volunteer_number, "how": row[0].how, "since": row[0].since}
        for row in queries.guardians_of(minor_id)
    ]
    needed = queries.age_class(minor_id) is not None and not queries.consented([minor_id])
    return {"items": found, "needed": needed}


def give(
    by: Caller,
    minor_id: UUID,
    notice_id: UUID,
    at: datetime,
    *,
    value: str | None = None,
    id_type: str | None = None,
) -> Kind:
    """Consent for one's ward, to service or to an item's being kept; return to what.

    Raises:
        UnknownWard: the caller is not their guardian.
        As `consents.service.give`.
    """
    kind = Kind(notices.notice(notice_id).kind)
    if kind == Kind.MINORS:
        service.consent(by, minor_id, notice_id, at)
        return kind
    _require(by, minor_id)
    giver = Giver(by.person_id, Capacity.GUARDIAN)
    return consents.give(minor_id, notice_id, giver, at, value=value, id_type=id_type)


def withdraw(by: Caller, minor_id: UUID, kind: Kind, at: datetime) -> int:
    """Withdraw a consent for one's ward; return how many places on shifts were given back.

    Raises:
        UnknownWard: the caller is not their guardian.
        NothingToWithdraw: it was never given, or is withdrawn.
    """
    if kind == Kind.MINORS:
        return service.withdraw(by, minor_id, at)
    _require(by, minor_id)
    consents.withdraw(minor_id, kind, Giver(by.person_id, Capacity.GUARDIAN), at)
    return 0


def _require(by: Caller, minor_id: UUID) -> None:
    if not queries.is_guardian(by.person_id, minor_id):
        raise UnknownWard
