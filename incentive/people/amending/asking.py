"""Asking for a correction of one's own data, and taking it back."""

from datetime import datetime
from uuid import UUID

from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.people import personal
from incentive.people.amending import queries
from incentive.people.amending.domain import NAME_MAX, Status, one_form
from incentive.people.amending.errors import (
    CorrectionAsked,
    CorrectionEnded,
    NameUnusable,
    UnknownCorrection,
)
from incentive.people.amending.models import PersonCorrection
from incentive.people.caller import Caller
from incentive.people.consents import queries as consents
from incentive.people.consents.domain import ITEMS, Kind
from incentive.people.consents.errors import ConsentMissing
from incentive.people.errors import UnknownPerson
from incentive.people.models import Person
from incentive.people.sessions.service import require_session


def ask(
    by: Caller, field: str, value: str, reason: str, at: datetime, *, id_type: str | None = None
) -> PersonCorrection:
    """Ask that `field` of the caller's data say `value`; somebody of their community decides.

    Whether somebody else has the ID number is found out by who approves: the answer here would tell.

    Raises:
        SessionNeeded: a device or a token is calling.
        NameUnusable, IdNumberUnusable, BirthMonthUnusable: mend the value.
        ConsentMissing: the item is kept only with a consent of its own.
        CorrectionAsked: one of this field waits.
    """
    require_session(by)
    value = value.strip()
    if field == "name" and not (0 < len(value) <= NAME_MAX and value.isprintable()):
        raise NameUnusable
    kept = one_form(field, value, id_type, at)
    lock_person(by.person_id)
    require_consent(by.person_id, field)
    return wish(by.person_id, field, kept, reason, at)


def wish(person_id: UUID, field: str, kept: str, reason: str, at: datetime) -> PersonCorrection:
    """Keep the wish that a field say `kept`, of a person who is locked and may wish it.

    Raises:
        CorrectionAsked: one of this field waits.
    """
    made = new_id()
    fresh = {
        "id": made,
        "person_id": person_id,
        "field": field,
        "value_sealed": personal.seal_for(person_id, slot(made, "value"), kept),
        "reason_sealed": personal.seal_for(person_id, slot(made, "reason"), reason),
        "status": Status.WAITING,
        "asked_at": at,
    }
    if not queries.put(fresh):
        raise CorrectionAsked(field)
    return correction(made)


def withdraw(by: Caller, correction_id: UUID, at: datetime) -> PersonCorrection:
    """Take back what the caller asked for; again changes nothing.

    Raises:
        SessionNeeded: a device or a token is calling.
        UnknownCorrection: it is none of the caller's.
        CorrectionEnded: it was decided on.
    """
    require_session(by)
    lock_person(by.person_id)
    found = queries.lock(correction_id)
    if found is None or found.person_id != by.person_id:
        raise UnknownCorrection
    if found.status == Status.WITHDRAWN:
        return found
    end(found, Status.WITHDRAWN, at)
    return found


def own(by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of what the caller asked for, the newest first."""
    rows = queries.of_person(by.person_id)
    key = [PersonCorrection.asked_at, PersonCorrection.id]
    return page(rows, key, cursor=cursor, limit=limit, newest_first=True)


def correction(correction_id: UUID) -> PersonCorrection:
    """Return a correction.

    Raises:
        UnknownCorrection: there is none.
    """
    found = queries.correction(correction_id)
    if found is None:
        raise UnknownCorrection
    return found


def end(found: PersonCorrection, status: Status, at: datetime) -> None:
    """End a correction that is locked and waits, and forget what it said.

    Raises:
        CorrectionEnded: it does not wait.
    """
    if found.status != Status.WAITING:
        raise CorrectionEnded(found.status)
    found.status, found.ended_at = status, at
    found.value_sealed = found.reason_sealed = None


def require_consent(person_id: UUID, field: str) -> None:
    """Let no sensitive item be kept without a consent that stands; the person is locked.

    Raises:
        ConsentMissing: it was not given, or is withdrawn.
    """
    if field not in ITEMS:
        return
    rows = consents.current([person_id], [field])
    if not rows or not rows[0].Consent.given:
        raise ConsentMissing(Kind(field))


def lock_person(person_id: UUID) -> Person:
    """Return a person, locked to the end.

    Raises:
        UnknownPerson: nobody here has this id.
    """
    found = consents.lock_person(person_id)
    if found is None:
        raise UnknownPerson
    return found


def slot(correction_id: UUID, part: str) -> str:
    """Return where a part of a correction is sealed for: it opens in no other."""
    return f"correction/{correction_id}/{part}"
