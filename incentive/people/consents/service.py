"""A person's consents: giving them, with the item that they are about, and withdrawing them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from incentive.core.db import session
from incentive.core.i18n import Text, _
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.people import identity, personal
from incentive.people.ages import AgeClass, class_of_fields, is_milder, month_of_fields
from incentive.people.amending import asking
from incentive.people.amending import queries as corrections
from incentive.people.consents import giving, queries
from incentive.people.consents.domain import CORRECTED, EFFECTS, ITEMS, NAMES, Kind
from incentive.people.consents.errors import (
    BirthMonthFixed,
    ConsentWithdrawn,
    GuardianDecides,
    ItemHeld,
    ItemMissing,
    NothingToWithdraw,
    UnknownNotice,
)
from incentive.people.consents.giving import Giver
from incentive.people.consents.models import Consent, PrivacyNotice
from incentive.people.errors import IdNumberTaken, UnknownPerson
from incentive.people.models import Person

_TOLD_ANEW: Final = _("Told anew, after the consent to an earlier one was withdrawn.")


@dataclass(frozen=True, slots=True)
class State:
    """Where a consent of somebody's stands: `notice` is in force, `agreed_version` what they agreed to.

    `held`: there is something that the consent is about; `effect` is what ends with it.
    """

    kind: Kind
    name: Text
    notice: PrivacyNotice
    given: bool
    agreed_version: int | None
    since: datetime | None
    held: bool
    effect: Text

    @property
    def is_outdated(self) -> bool:
        """Say whether a newer version is in force than was agreed to."""
        return self.given and self.agreed_version != self.notice.version


def states(person_id: UUID, at: datetime) -> list[State]:
    """Return where each consent of a person's stands; the guardian's only if there was one."""
    notices = {each.kind: each for each in queries.in_force(at)}
    latest = {row.Consent.kind: row for row in queries.current([person_id])}
    told = personal.one(person_id, *ITEMS)
    kinds = [kind for kind in Kind if kind != Kind.MINORS or kind in latest]
    return [_state(kind, notices[kind], latest.get(kind), told) for kind in kinds]


def state(person_id: UUID, kind: Kind, at: datetime) -> State:
    """Return where one consent of a person's stands.

    Raises:
        UnknownNotice: it is a guardian's, and there was none.
    """
    for found in states(person_id, at):
        if found.kind == kind:
            return found
    raise UnknownNotice


def history(person_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of all that a person, or somebody for them, agreed to and withdrew."""
    rows = queries.history(person_id)
    key = [Consent.number]
    return page(rows, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def give(
    person_id: UUID,
    notice_id: UUID,
    giver: Giver,
    at: datetime,
    *,
    value: str | None = None,
    id_type: str | None = None,
) -> Kind:
    """Agree to the notice in force, and keep the `value` of the item that it is about.

    Agreeing again to the same changes nothing. A guardian's consent is given in `guardians`. Whoever
    withdrew an ID number or a month of birth and tells one anew has it kept once somebody of their
    community has approved it: else withdrawing would be a correction that nobody looks at.

    Raises:
        UnknownNotice, NoticeReplaced: it is none, or not the one in force.
        GuardianDecides: it is not for oneself.
        ItemMissing: nothing is held of the item, and nothing was told.
        IdNumberUnusable, IdNumberTaken, BirthMonthUnusable, BirthMonthFixed: mend the value.
        ItemHeld: another ID number or month of birth is kept.
        CorrectionAsked: one that was told anew waits already.
        ConsentWithdrawn: nothing more is kept of whoever withdrew the privacy consent.
    """
    ((kind, notice),) = giving.in_force([notice_id], at).items()
    if kind == Kind.MINORS:
        raise GuardianDecides
    person = _lock(person_id)
    waits = None
    if kind in ITEMS:
        if queries.withdrew(person_id):
            raise ConsentWithdrawn
        waits = _keep(person, kind, value, id_type, at)
    if not _stands(person_id, kind, notice):
        giving.write(person, [notice], giver, at, given=True)
    if waits is not None:
        asking.wish(person_id, kind, waits, str(_TOLD_ANEW), at)
    try:
        session().flush()
    except IntegrityError:
        # Somebody told the same number in this very moment.
        raise IdNumberTaken from None
    return kind


def withdraw(person_id: UUID, kind: Kind, giver: Giver, at: datetime) -> Kind:
    """Withdraw a consent; what it was about is deleted at once.

    Of the privacy notice it leaves an account that opens nothing but the way to close it.

    Raises:
        NothingToWithdraw: it was never given, or is withdrawn.
        GuardianDecides: it is not for oneself.
    """
    if kind == Kind.MINORS:
        raise GuardianDecides
    person = _lock(person_id)
    rows = queries.current([person_id], [kind])
    if not rows or not rows[0].Consent.given:
        raise NothingToWithdraw
    notice = queries.notice(rows[0].Consent.notice_id)
    if notice is None:
        raise UnknownNotice
    giving.write(person, [notice], giver, at, given=False)
    if kind in ITEMS:
        personal.write(person, {kind.value: None})
        corrections.take_back(person_id, kind, at)
    session().flush()
    return kind


def _keep(
    person: Person, kind: Kind, value: str | None, id_type: str | None, at: datetime
) -> str | None:
    """Keep an item that is told, or return it if it has to wait for somebody's approval."""
    if not value:
        if getattr(person, f"{kind}_sealed") is None:
            raise ItemMissing(kind)
        return None
    checked = identity.checked({kind.value: value, "id_type": id_type}, at)
    told = {kind.value: checked[kind.value]}
    known = AgeClass(person.age_class) if person.age_class else None
    if month_of_fields(told) and is_milder(class_of_fields(told, day_of(at)), known):
        raise BirthMonthFixed
    held = getattr(personal.one(person.id, kind.value), kind.value)
    if kind in CORRECTED and held not in (None, told[kind.value]):
        raise ItemHeld
    if kind in CORRECTED and held is None and queries.ever_withdrew(person.id, kind):
        return told[kind.value]
    personal.refuse_taken(told, besides=person.id)
    personal.write(person, told)
    return None


def _stands(person_id: UUID, kind: Kind, notice: PrivacyNotice) -> bool:
    rows = queries.current([person_id], [kind])
    return bool(rows) and rows[0].Consent.given and rows[0].Consent.notice_id == notice.id


def _state(kind: Kind, notice: PrivacyNotice, row: Any, told: personal.Personal) -> State:
    given = row is not None and row.Consent.given
    return State(
        kind=kind,
        name=NAMES[kind],
        notice=notice,
        given=given,
        agreed_version=row.version if given else None,
        since=row.Consent.at if row is not None else None,
        held=kind not in ITEMS or getattr(told, kind) is not None,
        effect=EFFECTS[kind],
    )


def _lock(person_id: UUID) -> Person:
    found = queries.lock_person(person_id)
    if found is None:
        raise UnknownPerson
    return found
