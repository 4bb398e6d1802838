"""The SQL of guardians. The minor's row is locked before anything about them is written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.consents.models import Consent
from incentive.people.guardians.models import GuardianInvitation, Guardianship
from incentive.people.models import Person
from incentive.regions.models import Region

_Minor = aliased(Person)


def age_class(person_id: UUID) -> str | None:
    """Return the class of a minor; None of whoever is of age."""
    return session().scalar(select(Person.age_class).where(Person.id == person_id))


def person_with_path(volunteer_number: str) -> Row[*tuple[Any, ...]] | None:
    """Return (Person, the path of the home or None) of a volunteer number."""
    wanted = (
        select(Person, Region.path)
        .outerjoin(Region, Region.id == Person.home_region_id)
        .where(Person.volunteer_number == volunteer_number)
    )
    return session().execute(wanted).one_or_none()


def close_invitations(minor_id: UUID, at: datetime) -> None:
    """Let nobody use what was sent before."""
    session().execute(
        update(GuardianInvitation)
        .where(GuardianInvitation.minor_id == minor_id, GuardianInvitation.used_at.is_(None))
        .values(used_at=at)
    )


def invitation(
    code_hash: bytes, at: datetime, *, lock: bool = False
) -> Row[*tuple[Any, ...]] | None:
    """Return (GuardianInvitation, volunteer number of the minor) that is open at `at`."""
    wanted = (
        select(GuardianInvitation, Person.volunteer_number)
        .join(Person, Person.id == GuardianInvitation.minor_id)
        .where(
            GuardianInvitation.code_hash == code_hash,
            GuardianInvitation.used_at.is_(None),
            GuardianInvitation.expires_at > at,
        )
    )
    if lock:
        wanted = wanted.with_for_update(of=GuardianInvitation)
    return session().execute(wanted).one_or_none()


def link(values: dict[str, Any]) -> bool:
    """Make somebody a guardian; return False if they are."""
    fresh = insert(Guardianship).values(values).on_conflict_do_nothing()
    return session().scalar(fresh.returning(Guardianship.id)) is not None


def is_guardian(guardian_id: UUID, minor_id: UUID) -> bool:
    """Say whether somebody is the minor's guardian now."""
    wanted = select(Guardianship.id).where(
        Guardianship.guardian_id == guardian_id,
        Guardianship.minor_id == minor_id,
        Guardianship.ended_at.is_(None),
    )
    return session().scalar(wanted) is not None


def are_linked(one: UUID, other: UUID) -> bool:
    """Say whether one of the two is, or ever was, the other's guardian."""
    wanted = select(Guardianship.id).where(
        or_(
            (Guardianship.guardian_id == one) & (Guardianship.minor_id == other),
            (Guardianship.guardian_id == other) & (Guardianship.minor_id == one),
        )
    )
    return session().scalar(wanted.limit(1)) is not None


def guardians_of(minor_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the minor's guardianships with each guardian's volunteer number."""
    wanted = (
        select(Guardianship, Person.volunteer_number)
        .join(Person, Person.id == Guardianship.guardian_id)
        .where(Guardianship.minor_id == minor_id, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.since, Guardianship.id)
    )
    return session().execute(wanted).all()


def wards_of(guardian_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the guardian's guardianships with each minor's number and age class."""
    wanted = (
        select(Guardianship, _Minor.volunteer_number, _Minor.age_class)
        .join(_Minor, _Minor.id == Guardianship.minor_id)
        .where(Guardianship.guardian_id == guardian_id, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.since, Guardianship.id)
    )
    return session().execute(wanted).all()


def consented(minor_ids: Collection[UUID]) -> set[UUID]:
    """Return for which minors a guardian's consent holds: the last word of a guardian was yes."""
    newest = (
        select(Consent.person_id, func.max(Consent.number).label("number"))
        .where(Consent.person_id.in_(set(minor_ids)), Consent.kind == "minors")
        .group_by(Consent.person_id)
        .subquery()
    )
    wanted = (
        select(Consent.person_id)
        .join(newest, newest.c.number == Consent.number)
        .where(Consent.given)
    )
    return set(session().scalars(wanted))


def minors_after(after: UUID | None, limit: int) -> Sequence[Person]:
    """Return minors in the order of their ids, locked; whoever somebody else has is left out."""
    wanted = select(Person).where(Person.age_class.is_not(None))
    if after is not None:
        wanted = wanted.where(Person.id > after)
    locked = (
        wanted.order_by(Person.id).limit(limit).with_for_update(skip_locked=True, key_share=True)
    )
    return session().scalars(locked.execution_options(populate_existing=True)).all()
