"""SQL of the blind indexes: which versions are in use, and who is still blinded by an older one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update

from incentive.core.db import session
from incentive.people.models import BlindIndex, Person


class Version(NamedTuple):
    """A version in use, and what tells its key from any other; None while it has none."""

    version: int
    key_check: bytes | None


def versions() -> list[Version]:
    """Return the versions in use, the current one first."""
    found = select(BlindIndex.version, BlindIndex.key_check).where(BlindIndex.retired_at.is_(None))
    rows = session().execute(found.order_by(BlindIndex.version.desc())).all()
    return [Version(row.version, row.key_check and bytes(row.key_check)) for row in rows]


def since() -> datetime | None:
    """Return since when the present version is in use, or None: it has blinded nobody."""
    current = select(func.max(BlindIndex.since)).where(
        BlindIndex.retired_at.is_(None), BlindIndex.key_check.is_not(None)
    )
    return session().scalar(current)


def set_check(version: int, check: bytes) -> None:
    """Remember the key of a version."""
    session().execute(
        update(BlindIndex).where(BlindIndex.version == version).values(key_check=check)
    )


def hold_versions() -> None:
    """Let nobody begin another version until the transaction ends."""
    # Asked for again after this: a row that came while waiting for the lock is not in its answer.
    session().execute(select(BlindIndex.version).with_for_update(read=True)).all()


def lock_versions() -> None:
    """Wait for all who write by the present versions, and let nobody begin to."""
    session().execute(select(BlindIndex.version).with_for_update()).all()


def is_taken(column: str, blinds: Collection[bytes], besides: UUID | None = None) -> bool:
    """Say whether anybody, `besides` one, is found in `column` by any of `blinds`."""
    if not blinds:
        return False
    found = select(Person.id).where(getattr(Person, column).in_(blinds))
    if besides is not None:
        found = found.where(Person.id != besides)
    return session().scalar(found.limit(1)) is not None


def lock_behind(version: int, after: UUID | None, limit: int) -> Sequence[Person]:
    """Return persons, in order, who are blinded by an older version than `version`, locked."""
    found = select(Person).where(Person.blind_version < version)
    if after is not None:
        found = found.where(Person.id > after)
    return session().scalars(found.order_by(Person.id).limit(limit).with_for_update()).all()


def put_blinds(rows: Sequence[dict[str, Any]]) -> None:
    """Give persons, by their ids, other blinds."""
    session().execute(update(Person), rows)


def count_behind(version: int) -> int:
    """Return how many persons are blinded by an older version than `version`."""
    behind = select(func.count()).select_from(Person).where(Person.blind_version < version)
    return int(session().scalar(behind) or 0)


def add_version(version: int, at: datetime) -> None:
    """Begin a version; its key is made by whoever writes first."""
    session().add(BlindIndex(version=version, since=at))
    session().flush()


def retire(versions: Collection[int], at: datetime) -> None:
    """Use versions no more."""
    session().execute(
        update(BlindIndex).where(BlindIndex.version.in_(versions)).values(retired_at=at)
    )
