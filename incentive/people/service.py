"""Persons: registering them and finding them.

Roles are granted in `roles`, sessions opened in `sign_in`, cards made in `cards`; `me` is
what people see of themselves.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from incentive.core.codes import volunteer_number
from incentive.core.ids import new_id
from incentive.core.keys import vault
from incentive.people import (
    acts,
    identity,
    index,
    passwords,
    personal,
    phones,
    queries,
    role_queries,
)
from incentive.people.caller import Caller
from incentive.people.consents import giving
from incentive.people.consents.domain import ITEMS
from incentive.people.domain import is_home
from incentive.people.errors import HomeTooWide, PhoneTaken, UnknownPerson
from incentive.people.models import Person
from incentive.people.permissions import VOLUNTEER
from incentive.people.role_ends import revoke_role
from incentive.people.roles import grant_role
from incentive.regions import service as regions
from incentive.regions.models import Region

__all__ = [
    "blind_phone",
    "blind_place",
    "create_person",
    "grant_role",
    "numbers_of",
    "person",
    "person_by_number",
    "person_by_phone",
    "register",
    "revoke_role",
    "set_password",
    "sign_up",
]
_PROVINCE_DIGITS: Final = 2


def create_person(
    *,
    name: str,
    phone: str,
    password: str | None,
    home_region_id: UUID,
    role: str = VOLUNTEER,
    more: Mapping[str, str | None] = MappingProxyType({}),
    agreed: Collection[UUID] | None = None,
    by: Caller | None,
    at: datetime,
) -> Person:
    """Enter a person with a fresh volunteer number and `role` over the home region.

    Who has no password cannot sign in, and shows the card on paper. `by` is None for the
    person themselves and for the command line; nobody's permission is asked here. `more` is what
    else they tell: `id_type` and `id_number`, `birth_month`, `address`. `agreed` are the notices
    that they agree to; where nobody could be asked (None) they are when they sign in.

    Raises:
        PhoneUnusable, PhoneTaken, PasswordWeak: each says what to mend.
        IdNumberUnusable, IdNumberTaken, BirthMonthUnusable: likewise.
        UnknownRegion: the home is none.
        UnknownNotice, NoticeReplaced, NoticeNotAgreed, ConsentMissing: it may not be kept.
    """
    e164 = phones.parse(phone)
    home = regions.region(home_region_id, field="home_region_id")
    password_hash = None
    if password is not None:
        passwords.check(password, e164)
        password_hash = passwords.hashed(password)
    person_id = new_id()
    told = {"name": name, "phone": e164} | identity.checked(more, at)
    notices = None
    if agreed is not None:
        notices = giving.for_newcomer(agreed, [item for item in more if more[item]], at)
        told = {name: told[name] for name in told if name not in ITEMS or name in notices}
    personal.refuse_taken(told)
    created = {
        "id": person_id,
        "volunteer_number": volunteer_number(queries.next_sequence(), home.code[:_PROVINCE_DIGITS]),
        **personal.sealed(person_id, told),
        "home_region_id": home.id,
        "card_serial": 1,
        "status": "active",
        "created_at": at,
    }
    if not queries.insert_person(created):
        # Somebody was entered in this very moment; the same question now has an answer.
        personal.refuse_taken(told)
        raise PhoneTaken
    if password_hash is not None:
        queries.set_password(person_id, password_hash, at)
    role_queries.insert_grant(
        {
            "id": new_id(),
            "person_id": person_id,
            "role": role,
            "region_id": home.id,
            "valid_from": at,
            "granted_by": by.person_id if by else None,
        }
    )
    entered = person(person_id)
    if notices is not None:
        giving.write(entered, list(notices.values()), giving.giver(person_id, by), at, given=True)
    return entered


def sign_up(
    *,
    name: str,
    phone: str,
    password: str,
    home_region_id: UUID,
    role: str,
    more: Mapping[str, str | None] = MappingProxyType({}),
    agreed: Collection[UUID],
    at: datetime,
) -> Person:
    """Enter the person who asks for it, at the community where they live.

    Raises:
        HomeTooWide: the home is no community or part of one.
        As `create_person`.
    """
    _home(home_region_id)
    return create_person(
        name=name,
        phone=phone,
        password=password,
        home_region_id=home_region_id,
        role=role,
        more=more,
        agreed=agreed,
        by=None,
        at=at,
    )


def register(
    *,
    name: str,
    phone: str,
    home_region_id: UUID,
    role: str,
    more: Mapping[str, str | None] = MappingProxyType({}),
    agreed: Collection[UUID],
    by: Caller,
    at: datetime,
) -> Person:
    """Enter a person of a community in which the caller may, without a password.

    The notices in `agreed` are those that the person signed on paper.

    Raises:
        OutOfScope: the caller may not there.
        As `sign_up`.
    """
    by.require("person.create", region_path=_home(home_region_id).path)
    fresh = create_person(
        name=name,
        phone=phone,
        password=None,
        home_region_id=home_region_id,
        role=role,
        more=more,
        agreed=agreed,
        by=by,
        at=at,
    )
    record_entered(by, fresh, role)
    return fresh


def record_entered(by: Caller | None, entered: Person, role: str) -> None:
    """Record that staff, or the command line, entered a person."""
    after = {
        "volunteer_number": entered.volunteer_number,
        "role": role,
        "home_region_id": entered.home_region_id,
    }
    acts.record(by, "person.create", subject=f"person:{entered.id}", after=after)


def person(person_id: UUID) -> Person:
    """Return the person.

    Raises:
        UnknownPerson: nobody here has this id.
    """
    found = queries.person(person_id)
    if found is None:
        raise UnknownPerson
    return found


def person_by_number(number: str) -> Person:
    """Return the person of a volunteer number.

    Raises:
        UnknownPerson: nobody here has it.
    """
    found = queries.person_by_number(number)
    if found is None:
        raise UnknownPerson
    return found


def person_by_phone(e164: str) -> Person:
    """Return the active person of a phone.

    Raises:
        UnknownPerson: nobody here has it.
    """
    row = queries.person_with_password(index.reading().all("phone", e164))
    if row is None:
        raise UnknownPerson
    found: Person = row[0]
    return found


def numbers_of(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the volunteer numbers of those who exist, in one query."""
    return queries.numbers_of(person_ids) if person_ids else {}


def set_password(person_id: UUID, password: str, at: datetime) -> None:
    """Give the person a new password and end all their sessions.

    Raises:
        UnknownPerson, PasswordWeak: nothing is changed.
    """
    person(person_id)
    passwords.check(password, personal.one(person_id, "phone").phone or "-")
    queries.set_password(person_id, passwords.hashed(password), at)
    queries.revoke_all(person_id, at)


def blind_phone(e164: str) -> bytes:
    """Return what wrong tries for a phone are counted by."""
    return vault().blind(f"phone/{e164}")


def blind_place(e164: str, place: str) -> bytes:
    """Return what wrong tries for a phone from one place are counted by."""
    return vault().blind(f"phone-from/{e164}/{place}")


def _home(region_id: UUID) -> Region:
    home = regions.region(region_id, field="home_region_id")
    if not is_home(home.level):
        raise HomeTooWide
    return home
