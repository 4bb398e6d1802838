"""Guardians: inviting one, accepting, confirming from paper, and acting for a ward."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import current_app

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people import acts, masking, personal, separation
from incentive.people.ages import AgeClass
from incentive.people.caller import Caller, token_hash
from incentive.people.consents import giving
from incentive.people.consents import queries as consent_queries
from incentive.people.consents.domain import Capacity, Channel, Kind
from incentive.people.consents.errors import NothingToWithdraw, NoticeNotAgreed
from incentive.people.consents.giving import Giver
from incentive.people.errors import UnknownPerson
from incentive.people.guardians import queries
from incentive.people.guardians.domain import INVITATION_TIME
from incentive.people.guardians.errors import (
    InvitationSpent,
    NotAGuardian,
    NotAMinor,
    UnknownWard,
)
from incentive.people.guardians.models import GuardianInvitation
from incentive.people.sessions.service import require_session

# Gives a minor's places on shifts to come back: what knows shifts lies above, and is registered.
RELEASES: Final = "releases_places"
CODE_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation; the code is shown this once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Ward:
    """A minor as a guardian sees them; `name` is masked until the guardian is one."""

    id: UUID
    volunteer_number: str
    name: str | None
    age_class: AgeClass | None
    consented: bool


def is_minor(person_id: UUID) -> bool:
    """Say whether somebody told that they are under 18."""
    return queries.age_class(person_id) is not None


def invite(by: Caller, at: datetime) -> Invited:
    """Make an invitation for the caller's guardian; those before are void.

    Raises:
        NotAMinor: the caller is of age, or told no month of birth.
        SessionNeeded: a device or a token is calling.
    """
    require_session(by)
    if queries.age_class(by.person_id) is None:
        raise NotAMinor
    consent_queries.lock_person(by.person_id)
    queries.close_invitations(by.person_id, at)
    code, expires_at = secrets.token_urlsafe(CODE_BYTES), at + INVITATION_TIME
    made = GuardianInvitation(
        id=new_id(), minor_id=by.person_id, code_hash=token_hash(code), expires_at=expires_at
    )
    session().add(made)
    session().flush()
    return Invited(code, expires_at)


def invited_by(code: str, at: datetime) -> Ward:
    """Return who invites: the masked name, and the volunteer number.

    Raises:
        InvitationSpent: the code is unknown, used up or too old.
    """
    row = queries.invitation(token_hash(code), at)
    if row is None:
        raise InvitationSpent
    minor_id = row[0].minor_id
    name = masking.name(personal.one(minor_id, "name").name)
    return Ward(minor_id, row.volunteer_number, name, None, consented=False)


def accept(by: Caller, code: str, notice_id: UUID, at: datetime) -> UUID:
    """Become the guardian of who made the invitation, and consent for them; return whose.

    Raises:
        InvitationSpent: the code is unknown, used up or too old.
        NotAGuardian: the caller is a minor, or the minor.
        As `_consent`.
    """
    require_session(by)
    row = queries.invitation(token_hash(code), at, lock=True)
    if row is None:
        raise InvitationSpent
    minor_id: UUID = row[0].minor_id
    if minor_id == by.person_id or queries.age_class(by.person_id) is not None:
        raise NotAGuardian
    row[0].used_at = at
    _link(minor_id, by.person_id, at, how="invited")
    _consent(minor_id, notice_id, Giver(by.person_id, Capacity.GUARDIAN), at)
    return minor_id


def confirm(
    by: Caller, *, minor: str, guardian: str, notice_id: UUID, reason: str, at: datetime
) -> UUID:
    """Enter from paper that `guardian` is the `minor`'s (volunteer numbers) and consents.

    Raises:
        UnknownPerson: nobody has one of the numbers.
        OutOfScope: the caller may not where the minor lives.
        NotAMinor, NotAGuardian: as they say; nor is it the worker.
        ForFamily: a worker does not for the own family.
    """
    found, other = queries.person_with_path(minor), queries.person_with_path(guardian)
    if found is None or other is None:
        raise UnknownPerson
    child, adult = found[0], other[0]
    by.require("guardian.confirm", region_path=found.path)
    separation.require_no_stake("guardian.confirm", by, child.id, NotAGuardian)
    if child.age_class is None:
        raise NotAMinor
    if adult.age_class is not None or adult.id in {child.id, by.person_id}:
        raise NotAGuardian
    _link(child.id, adult.id, at, how="paper", confirmed_by=by.person_id, reason=reason)
    _consent(child.id, notice_id, Giver(adult.id, Capacity.GUARDIAN, Channel.PAPER), at)
    after = {"minor": child.volunteer_number, "guardian": adult.volunteer_number}
    acts.record(by, "guardian.confirm", subject=f"person:{child.id}", after=after, reason=reason)
    return UUID(str(child.id))


def wards(by: Caller) -> list[Ward]:
    """Return whose guardian the caller is."""
    rows = queries.wards_of(by.person_id)
    ids = [row[0].minor_id for row in rows]
    known, agreed = personal.of(ids, "name"), queries.consented(ids) if ids else set()
    return [
        Ward(
            id=row[0].minor_id,
            volunteer_number=row.volunteer_number,
            name=known[row[0].minor_id].name,
            age_class=AgeClass(row.age_class) if row.age_class else None,
            consented=row[0].minor_id in agreed,
        )
        for row in rows
    ]


def ward(by: Caller, minor_id: UUID) -> Ward:
    """Return one of the caller's wards.

    Raises:
        UnknownWard: the caller is not their guardian.
    """
    for each in wards(by):
        if each.id == minor_id:
            return each
    raise UnknownWard


def consent(by: Caller, minor_id: UUID, notice_id: UUID, at: datetime) -> None:
    """Consent, again or to a newer notice, for one's ward.

    Raises:
        UnknownWard: the caller is not their guardian.
        UnknownNotice, NoticeReplaced, NoticeNotAgreed: it is not the notice in force.
    """
    require_session(by)
    consent_queries.lock_person(minor_id)
    if not queries.is_guardian(by.person_id, minor_id):
        raise UnknownWard
    _consent(minor_id, notice_id, Giver(by.person_id, Capacity.GUARDIAN), at)


def withdraw(by: Caller, minor_id: UUID, at: datetime) -> int:
    """Withdraw the consent for one's ward; return how many places on shifts were given back.

    Raises:
        UnknownWard: the caller is not their guardian.
        NothingToWithdraw: it is withdrawn.
    """
    require_session(by)
    # Shifts before the person, as signing up does; whoever signs up meanwhile is waited for.
    release: Callable[[UUID, datetime], int] = current_app.extensions[RELEASES]
    if not queries.is_guardian(by.person_id, minor_id):
        raise UnknownWard
    freed = release(minor_id, at)
    minor = consent_queries.lock_person(minor_id)
    rows = consent_queries.current([minor_id], [Kind.MINORS])
    if minor is None or not rows or not rows[0].Consent.given:
        raise NothingToWithdraw
    notice = consent_queries.notice(rows[0].Consent.notice_id)
    if notice is None:
        raise NothingToWithdraw
    giving.write(minor, [notice], Giver(by.person_id, Capacity.GUARDIAN), at, given=False)
    return freed


def are_family(one: UUID, other: UUID) -> bool:
    """Say whether one of the two is, or was, the other's guardian: they are family for good."""
    return queries.are_linked(one, other)


def _link(
    minor_id: UUID,
    guardian_id: UUID,
    at: datetime,
    *,
    how: str,
    confirmed_by: UUID | None = None,
    reason: str = "",
) -> None:
    consent_queries.lock_person(minor_id)
    queries.link(
        {
            "id": new_id(),
            "minor_id": minor_id,
            "guardian_id": guardian_id,
            "how": how,
            "confirmed_by": confirmed_by,
            "reason": reason,
            "since": at,
        }
    )


def _consent(minor_id: UUID, notice_id: UUID, giver: Giver, at: datetime) -> None:
    agreed = giving.in_force([notice_id], at)
    if Kind.MINORS not in agreed:
        raise NoticeNotAgreed
    minor = consent_queries.lock_person(minor_id)
    if minor is None:
        raise UnknownPerson
    giving.write(minor, list(agreed.values()), giver, at, given=True)
