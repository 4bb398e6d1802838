"""Erasing for good, in two steps that can each be broken off and taken up again.

The books and the key store have no common commit. So the decision is committed first: from then on
nobody signs in as the person and nothing new is written about them. Then the key goes, and with it
what was sealed; then what else is held. A run that dies after the first step is finished by the
next one, which does over whatever was not committed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Purse
from incentive.people import acts, held_queries, personal, queries
from incentive.people.erasing import hindering
from incentive.people.erasing import queries as erasures
from incentive.people.erasing.domain import GIVEN_UP_TO, Status, points_key
from incentive.people.erasing.errors import PointsLeft
from incentive.people.erasing.models import Erasure
from incentive.people.erasing.service import points_left
from incentive.people.held import holdings
from incentive.people.one_time import queries as code_queries
from incentive.people.service import blind_phone

BATCH: Final = 100
_log: Final = structlog.get_logger(__name__)


def erase_due(at: datetime) -> int:
    """Erase those whose time has come, and finish what was broken off; return how many are done.

    Opens its own transactions. What still stands in the way is noted, and tried again next time;
    one that fails does not keep the others waiting.
    """
    done, after = 0, None
    while True:
        with transaction():
            some: Sequence[UUID] = erasures.due(at, after, BATCH)
        if not some:
            return done
        done += sum(_one(erasure_id, at) for erasure_id in some)
        after = some[-1]


def erase(erasure_id: UUID, at: datetime) -> bool:
    """Erase the person of a wish that is due; return whether they are erased now, or before."""
    with transaction():
        if not _begin(erasure_id, at):
            return False
    with transaction():
        _finish(erasure_id, at)
    return True


def _one(erasure_id: UUID, at: datetime) -> bool:
    try:
        return erase(erasure_id, at)
    except OperationalError:
        # Somebody holds the person just now: it is the erasure that gives way.
        _log.info("erasing.later", erasure=str(erasure_id))
    except Exception:  # noqa: BLE001 - whatever it was, the others are not to wait for it
        _log.exception("erasing.failed", erasure=str(erasure_id))
    return False


def _begin(erasure_id: UUID, at: datetime) -> bool:
    """Commit to it: nobody is the person any more. Return whether it is, or was, begun."""
    found = erasures.lock(erasure_id)
    if found is None or found.status not in {Status.WAITING, Status.BEGUN, Status.DONE}:
        return False
    if found.status != Status.WAITING:
        return True
    if found.due_at is None or found.due_at > at:
        return False
    # From here on, whoever writes anything about the person waits, and is then refused.
    person = erasures.lock_person(found.person_id)
    hindered = _hindered(found, at)
    if hindered is not None:
        found.waits_for = hindered.code
        return False
    found.points = _give_up_points(found, at)
    found.status, found.begun_at, found.waits_for = Status.BEGUN, at, ""
    person.status, person.age_class = "erased", None
    queries.revoke_all(person.id, at)
    erasures.end_what_was_handed_on(person.id, at)
    _forget_phone(person.id)
    return True


def _finish(erasure_id: UUID, at: datetime) -> None:
    """Destroy the key, and do with everything else what it says; again changes nothing."""
    found = erasures.lock(erasure_id)
    if found is None or found.status != Status.BEGUN:
        return
    personal.destroy(found.person_id)
    for holding in holdings():
        held_queries.erase(holding, found.person_id, at)
    found.status, found.ended_at = Status.DONE, at
    acts.record(
        None,
        "person.erased",
        subject=f"person:{found.person_id}",
        after={"erasure": found.id, "points": found.points},
    )


def _hindered(found: Erasure, at: datetime) -> IncentiveError | None:
    stops = hindering.stops(found.person_id, at) + hindering.waits(found.person_id, at)
    if stops:
        return stops[0]
    points = points_left(found.person_id, at)
    return PointsLeft(points) if points and not found.gives_up_points else None


def _give_up_points(found: Erasure, at: datetime) -> int:
    points = points_left(found.person_id, at)
    if points:
        owner, purpose = GIVEN_UP_TO
        ledger.move(
            key=points_key(found.id),
            kind="adjustment",
            owner=f"person:{found.person_id}",
            amount=points,
            to=Purse(owner, purpose),
            source=points_key(found.id),
            actor=f"person:{found.person_id}",
            today=day_of(at),
        )
    return points


def _forget_phone(person_id: UUID) -> None:
    # While the phone can still be read: what is counted by it is not found by the person.
    phone = personal.one(person_id, "phone").phone
    if phone is not None:
        blind = blind_phone(phone)
        code_queries.forget_phone(blind)
        queries.drop_failures(blind)
