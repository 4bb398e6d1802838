"""Devices' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from incentive.core.db import session
from incentive.people.devices.models import DevicePairing
from incentive.people.models import Person, SignIn


def insert_pairing(values: dict[str, Any]) -> None:
    """Keep a pairing code."""
    session().add(DevicePairing(**values))


def lock_pairing(code_hash: bytes, at: datetime) -> DevicePairing | None:
    """Return the pairing of a code that is good at `at`, locked against a second use."""
    statement = (
        select(DevicePairing)
        .where(
            DevicePairing.code_hash == code_hash,
            DevicePairing.used_at.is_(None),
            DevicePairing.expires_at > at,
        )
        .with_for_update()
    )
    return session().scalar(statement)


def open_session(sign_in_id: UUID, at: datetime) -> SignIn | None:
    """Return a session that is open, of a person who is active."""
    statement = (
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.id == sign_in_id,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
            Person.status == "active",
        )
    )
    return session().scalar(statement)


def devices_at(
    shift_id: UUID | None, station_id: UUID | None, at: datetime, most: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (SignIn, volunteer number of who paired it) of a place's devices, the newest first."""
    place = SignIn.shift_id == shift_id if shift_id else SignIn.station_id == station_id
    statement = (
        select(SignIn, Person.volunteer_number)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            place,
            SignIn.kind == "device",
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
        )
        .order_by(SignIn.id.desc())
        .limit(most)
    )
    return session().execute(statement).all()


def lock_device(device_id: UUID, at: datetime) -> SignIn | None:
    """Return a device that is paired now, locked against a second end."""
    statement = (
        select(SignIn)
        .where(
            SignIn.id == device_id,
            SignIn.kind == "device",
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
        )
        .with_for_update()
    )
    return session().scalar(statement)
