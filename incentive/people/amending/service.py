"""Deciding on corrections: looked at masked, in full for a reason, and approved or refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.people import acts, finding, masking, personal, queries, reach
from incentive.people.amending import asking
from incentive.people.amending import queries as corrections
from incentive.people.amending.domain import Status, to_keep
from incentive.people.amending.errors import (
    CorrectionEnded,
    CorrectionUnreadable,
    OwnCorrection,
    UnknownCorrection,
)
from incentive.people.amending.models import PersonCorrection
from incentive.people.caller import Caller
from incentive.people.erasing.errors import PersonErased
from incentive.people.errors import IdNumberTaken, UnknownPerson
from incentive.people.models import Person
from incentive.people.separation import require_no_stake
from incentive.regions.models import Region

PERMISSION: Final = "person.correct"


@dataclass(frozen=True, slots=True)
class Looked:
    """A correction that waits: what is kept of its field, and what is asked for.

    Masked, of which nothing is left of a month of birth, or in full. `reason` is the person's own.
    """

    correction: PersonCorrection
    volunteer_number: str
    home: str | None
    before: str | None
    after: str | None
    reason: str


def waiting(by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of (PersonCorrection, volunteer number, home) in the caller's reach, the oldest first.

    Raises:
        OutOfScope: the caller reaches none.
    """
    by.require_somewhere(PERMISSION)
    within = reach.within(Region.path, by.regions_for(PERMISSION))
    key = [PersonCorrection.asked_at, PersonCorrection.id]
    return page(corrections.waiting(within), key, cursor=cursor, limit=limit, scalars=False)


def look(correction_id: UUID, by: Caller) -> Looked:
    """Return what is asked for, masked.

    Raises:
        UnknownCorrection, OutOfScope, OwnCorrection, ForFamily: nothing is shown.
        CorrectionEnded: what was asked for is forgotten.
    """
    found = asking.correction(correction_id)
    return _looked(found, by, masked=True)


def reveal(correction_id: UUID, reason: str, by: Caller, at: datetime) -> Looked:
    """Return what is asked for in full; it counts and is recorded as a look at the person's data.

    Raises:
        As `look`; RevealedTooOften: as `finding.reveal`.
    """
    found = asking.correction(correction_id)
    looked = _looked(found, by, masked=False)
    finding.reveal(found.person_id, [found.field], reason, by, at)
    return looked


def approve(correction_id: UUID, by: Caller, at: datetime) -> PersonCorrection:
    """Have the person's field say what was asked for. By the same person again changes nothing.

    Raises:
        UnknownCorrection, OutOfScope, OwnCorrection, ForFamily, CorrectionEnded: nothing is changed.
        ConsentMissing: the consent was withdrawn meanwhile.
        IdNumberTaken: somebody else here has the number.
        BirthMonthUnusable: it is another than in the ID number.
        CorrectionUnreadable, PersonErased: it cannot be done any more.
    """
    found, person = _locked(correction_id, by, "person.correct")
    if _is_done(found, Status.APPROVED, by):
        return found
    told = _to_keep(found)
    asking.require_consent(person.id, found.field)
    asking.end(found, Status.APPROVED, at)
    found.decided_by = by.person_id
    personal.refuse_taken(told, besides=person.id)
    personal.write(person, told)
    try:
        session().flush()
    except IntegrityError:
        # Somebody told the same number in this very moment.
        raise IdNumberTaken from None
    _record(by, "person.correct", found, person)
    return found


def refuse(correction_id: UUID, reason: str, by: Caller, at: datetime) -> PersonCorrection:
    """Leave the person's field as it is, and tell them why. By the same person again changes nothing.

    Raises:
        UnknownCorrection, OutOfScope, OwnCorrection, ForFamily, CorrectionEnded: nothing is changed.
    """
    found, person = _locked(correction_id, by, "person.refuse_correction")
    if _is_done(found, Status.REFUSED, by):
        return found
    asking.end(found, Status.REFUSED, at)
    found.decided_by, found.decision_reason = by.person_id, reason
    session().flush()
    _record(by, "person.refuse_correction", found, person, reason)
    return found


def _looked(found: PersonCorrection, by: Caller, *, masked: bool) -> Looked:
    home, number = _require(found.person_id, by)
    require_no_stake("person.correct", by, found.person_id, OwnCorrection)
    if found.status != Status.WAITING:
        raise CorrectionEnded(found.status)
    known: str | None = getattr(personal.one(found.person_id, found.field), found.field)
    asked = _opened(found, "value")
    if masked:
        known, asked = _masked(found.field, known), _masked(found.field, asked)
    return Looked(
        correction=found,
        volunteer_number=number,
        home=home.name if home is not None else None,
        before=known,
        after=asked,
        reason=_opened(found, "reason") or "",
    )


def _masked(field: str, value: str | None) -> str | None:
    if field == "name":
        return masking.name(value)
    return masking.id_number(value) if field == "id_number" else None


def _locked(correction_id: UUID, by: Caller, act: str) -> tuple[PersonCorrection, Person]:
    # The person first, as whoever withdraws a consent, or is erased, has them first, too.
    person = asking.lock_person(asking.correction(correction_id).person_id)
    found = corrections.lock(correction_id)
    if found is None:
        raise UnknownCorrection
    _require(person.id, by)
    require_no_stake(act, by, person.id, OwnCorrection)
    if person.status == "erased":
        raise PersonErased
    return found, person


def _is_done(found: PersonCorrection, status: Status, by: Caller) -> bool:
    return found.status == status and found.decided_by == by.person_id


def _to_keep(found: PersonCorrection) -> dict[str, str | None]:
    if found.status != Status.WAITING:
        raise CorrectionEnded(found.status)
    value = _opened(found, "value")
    if value is None:
        raise CorrectionUnreadable
    known = personal.one(found.person_id, "id_number", "birth_month")
    return to_keep(
        found.field, value, {"id_number": known.id_number, "birth_month": known.birth_month}
    )


def _opened(found: PersonCorrection, part: str) -> str | None:
    kept = found.value_sealed if part == "value" else found.reason_sealed
    return personal.open_for(found.person_id, asking.slot(found.id, part), kept)


def _require(person_id: UUID, by: Caller) -> tuple[Region | None, str]:
    row = queries.person_with_home(person_id)
    if row is None:
        raise UnknownPerson
    person, home = row
    by.require(PERMISSION, region_path=home.path if home is not None else None)
    return home, person.volunteer_number


def _record(
    by: Caller, act: str, found: PersonCorrection, person: Person, reason: str = ""
) -> None:
    after = {
        "volunteer_number": person.volunteer_number,
        "correction": found.id,
        "field": found.field,
    }
    acts.record(by, act, subject=f"person:{person.id}", after=after, reason=reason)
