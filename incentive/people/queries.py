"""Persons' and sessions' SQL; that of roles is in `role_queries`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.consents.queries import has_withdrawn, required
from incentive.people.models import (
    Password,
    Person,
    RoleGrant,
    SignIn,
    SignInFailure,
    person_sequence,
)
from incentive.regions.models import Region


def session_with_grants(token_hash: bytes, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the live session's person, one row per role held at `at` (role NULL: none)."""
    current = and_(
        RoleGrant.person_id == Person.id,
        RoleGrant.valid_from <= at,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > at),
    )
    statement = (
        select(
            SignIn.id.label("sign_in_id"),
            SignIn.kind,
            SignIn.strong,
            SignIn.owns,
            SignIn.used_at,
            SignIn.permissions.label("limits"),
            SignIn.shift_id,
            SignIn.station_id.label("device_station_id"),
            Person.id.label("person_id"),
            Person.volunteer_number,
            Person.agreed_notice,
            required(at).label("required_notice"),
            has_withdrawn().label("has_withdrawn"),
            RoleGrant.role,
            RoleGrant.station_id,
            RoleGrant.permissions,
            Region.path.label("region_path"),
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(RoleGrant, current)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .where(
            SignIn.token_hash == token_hash,
            SignIn.revoked_at.is_(None),
            SignIn.awaits.is_(None),
            SignIn.expires_at > at,
            Person.status == "active",
        )
    )
    return session().execute(statement).all()


def next_sequence() -> int:
    """Return the next person's place in the volunteer numbers; a gap means nothing."""
    return int(session().execute(select(person_sequence.next_value())).scalar_one())


def insert_person(values: dict[str, Any]) -> bool:
    """Insert a person; return False if another has the phone or the ID number."""
    statement = insert(Person).values(values).on_conflict_do_nothing()
    return session().scalar(statement.returning(Person.id)) is not None


def sealed_of(person_ids: Collection[UUID], fields: Collection[str]) -> Sequence[Row[Any]]:
    """Return id and the sealed `fields` of those who exist."""
    columns = [getattr(Person, f"{field}_sealed") for field in fields]
    return (
        session().execute(select(Person.id, *columns).where(Person.id.in_(set(person_ids)))).all()
    )


def clear_personal(person_id: UUID) -> None:
    """Forget what is sealed of a person, and what they were found by."""
    names = [c.key for c in Person.__table__.c if c.key.endswith(("_sealed", "_blind"))]
    cleared = dict.fromkeys(names)
    session().execute(update(Person).where(Person.id == person_id).values(cleared))


def person(person_id: UUID) -> Person | None:
    """Return the person."""
    return session().get(Person, person_id)


def persons(person_ids: Collection[UUID]) -> Sequence[Person]:
    """Return those who exist, in no order."""
    return session().scalars(select(Person).where(Person.id.in_(set(person_ids)))).all()


def person_by_number(volunteer_number: str) -> Person | None:
    """Return the person of a volunteer number, or whom a merged one leads to."""
    found = _leading_to(Person.volunteer_number == volunteer_number)
    return session().scalar(select(Person).where(Person.id == found))


def person_with_password(phone_blinds: Collection[bytes]) -> Row[*tuple[Any, ...]] | None:
    """Return the active (Person, hash or None) of a phone, by any of its blind indexes."""
    statement = (
        select(Person, Password.hash)
        .outerjoin(Password, Password.person_id == Person.id)
        .where(
            Person.id.in_(_leading_to(Person.phone_blind.in_(phone_blinds))),
            Person.status == "active",
        )
    )
    return session().execute(statement).one_or_none()


def _leading_to(which: ColumnElement[bool]) -> ScalarSelect[UUID]:
    """Return, in SQL, the id of who is found, or of the entry that they were merged into."""
    return (
        select(func.coalesce(Person.merged_into, Person.id))
        .where(which)
        .correlate(None)
        .scalar_subquery()
    )


def person_with_home(person_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return (Person, home Region or None)."""
    statement = (
        select(Person, Region)
        .outerjoin(Region, Region.id == Person.home_region_id)
        .where(Person.id == person_id)
    )
    return session().execute(statement).one_or_none()


def found(
    column: str, values: Collection[Any], *, within: Collection[str]
) -> Select[*tuple[Any, ...]]:
    """Return those at home `within` regions (paths) in whose `column` one of `values` stands."""
    return (
        select(Person.id, Person.volunteer_number, Person.status, Region.name.label("home"))
        .join(Region, Region.id == Person.home_region_id)
        .where(getattr(Person, column).in_(values), or_(false(), *map(Region.path.within, within)))
    )


def numbers_of(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the volunteer numbers of those who exist."""
    rows = session().execute(
        select(Person.id, Person.volunteer_number).where(Person.id.in_(set(person_ids)))
    )
    return {row.id: row.volunteer_number for row in rows}


def set_status(person_id: UUID, status: str) -> bool:
    """Give the person another status; return False if it was that already."""
    statement = (
        update(Person).where(Person.id == person_id, Person.status != status).values(status=status)
    )
    return session().connection().execute(statement).rowcount == 1


def set_password(person_id: UUID, password_hash: str, at: datetime) -> None:
    """Keep the hash of a person's password in place of any before."""
    changed = {"hash": password_hash, "changed_at": at}
    statement = insert(Password).values(person_id=person_id, **changed)
    session().execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=changed))


def failures_of(phone_blind: bytes) -> SignInFailure | None:
    """Return the wrong tries for a phone."""
    return session().get(SignInFailure, phone_blind)


def lock_failures(phone_blind: bytes, at: datetime) -> SignInFailure:
    """Return the tries for a phone, made if there were none, locked until the end."""
    fresh = insert(SignInFailure).values(phone_blind=phone_blind, failures=0, failed_at=at)
    session().execute(fresh.on_conflict_do_nothing())
    statement = select(SignInFailure).filter_by(phone_blind=phone_blind).with_for_update()
    return session().scalars(statement.execution_options(populate_existing=True)).one()


def drop_failures(phone_blind: bytes) -> None:
    """Forget the wrong tries for a phone."""
    session().execute(delete(SignInFailure).where(SignInFailure.phone_blind == phone_blind))


def revoke(token_hash: bytes, at: datetime) -> bool:
    """End a session; return whether there was one."""
    statement = (
        update(SignIn)
        .where(SignIn.token_hash == token_hash, SignIn.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return session().connection().execute(statement).rowcount == 1


def revoke_all(person_id: UUID, at: datetime, but: UUID | None = None) -> None:
    """End all sessions of a person, `but` one."""
    statement = update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(SignIn.id != but)
    session().execute(statement.values(revoked_at=at))


def lock_looks(person_id: UUID) -> None:
    """Let a worker see one person's data in full after the other, until the transaction ends."""
    key = func.hashtextextended(f"reveal {person_id}", 0)
    session().execute(select(func.pg_advisory_xact_lock(key)))
