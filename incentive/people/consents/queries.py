"""The SQL of notices and consents. A person's row is locked before their consents are written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    case,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert

from incentive.core.db import session
from incentive.people.consents.domain import Kind
from incentive.people.consents.models import Consent, PrivacyNotice, PrivacyNoticeDraft
from incentive.people.models import Person

_LOCK = "(hashtextextended('privacy notices ' || current_schema(), 0))"


def lock_publishing() -> None:
    """Let nobody agree to anything, or publish, until the end."""
    session().execute(text(f"SELECT pg_advisory_xact_lock{_LOCK}"))


def hold_notices() -> None:
    """Let nobody publish a notice until the end; others may agree meanwhile."""
    session().execute(text(f"SELECT pg_advisory_xact_lock_shared{_LOCK}"))


def holds(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a notice's time has come by `at`."""
    return or_(PrivacyNotice.effective_from.is_(None), PrivacyNotice.effective_from <= at)


def in_force(at: datetime, kinds: Collection[str] | None = None) -> Sequence[PrivacyNotice]:
    """Return the version of each kind that holds at `at`."""
    wanted = select(PrivacyNotice).where(holds(at)).ext(distinct_on(PrivacyNotice.kind))
    if kinds is not None:
        wanted = wanted.where(PrivacyNotice.kind.in_(kinds))
    order = PrivacyNotice.kind, PrivacyNotice.version.desc()
    return session().scalars(wanted.order_by(*order)).all()


def notice(notice_id: UUID) -> PrivacyNotice | None:
    """Return a published version."""
    return session().get(PrivacyNotice, notice_id)


def notices(notice_ids: Collection[UUID]) -> Sequence[PrivacyNotice]:
    """Return those that exist."""
    wanted = select(PrivacyNotice).where(PrivacyNotice.id.in_(set(notice_ids)))
    return session().scalars(wanted).all()


def versions(kind: str) -> Select[*tuple[Any, ...]]:
    """Return the versions of a kind, those to come as well."""
    return select(PrivacyNotice).where(PrivacyNotice.kind == kind)


def first_versions() -> Sequence[PrivacyNotice]:
    """Return the notices that came with the product."""
    return session().scalars(select(PrivacyNotice).filter_by(version=1)).all()


def version(kind: str, number: int) -> PrivacyNotice | None:
    """Return one version of a kind."""
    wanted = select(PrivacyNotice).filter_by(kind=kind, version=number)
    return session().scalar(wanted)


def latest(kind: str) -> PrivacyNotice | None:
    """Return the last version that was published of a kind, be it to come."""
    newest = select(PrivacyNotice).filter_by(kind=kind).order_by(PrivacyNotice.version.desc())
    return session().scalar(newest.limit(1))


def required(at: datetime) -> ColumnElement[int | None]:
    """Return, in SQL, the version of the privacy notice that everybody must have agreed to."""
    return (
        select(func.max(PrivacyNotice.version))
        .where(PrivacyNotice.kind == Kind.PRIVACY, PrivacyNotice.renews, holds(at))
        .scalar_subquery()
    )


def has_withdrawn() -> ColumnElement[bool]:
    """Say, in SQL, whether the person withdrew the consent to the privacy notice.

    Who never answered it has no version either, but no consent: their pages wait, no more.
    """
    asked = exists().where(Consent.person_id == Person.id, Consent.kind == Kind.PRIVACY)
    # In this order: nearly everybody has a version, and the consents are not looked at.
    return case((Person.agreed_notice.is_not(None), false()), else_=asked)


def withdrew(person_id: UUID) -> bool:
    """Say whether a person withdrew the consent to the privacy notice, and did not give it again."""
    return bool(session().scalar(select(has_withdrawn()).where(Person.id == person_id)))


def ever_withdrew(person_id: UUID, kind: str) -> bool:
    """Say whether a person ever withdrew a consent of a kind."""
    said = exists().where(
        Consent.person_id == person_id, Consent.kind == kind, Consent.given.is_(False)
    )
    return bool(session().scalar(select(said)))


def drafts() -> Select[*tuple[Any, ...]]:
    """Return the drafts."""
    return select(PrivacyNoticeDraft)


def draft(draft_id: UUID) -> PrivacyNoticeDraft | None:
    """Return a draft."""
    return session().get(PrivacyNoticeDraft, draft_id)


def every() -> Sequence[PrivacyNotice]:
    """Return all versions of all kinds; they are few."""
    return session().scalars(select(PrivacyNotice)).all()


def lock_draft(draft_id: UUID) -> PrivacyNoticeDraft | None:
    """Return a draft as it stands now, locked until the end."""
    wanted = select(PrivacyNoticeDraft).filter_by(id=draft_id).with_for_update()
    return session().scalar(wanted.execution_options(populate_existing=True))


def delete_draft(draft_id: UUID) -> bool:
    """Take a draft away; return whether there was one."""
    gone = delete(PrivacyNoticeDraft).where(PrivacyNoticeDraft.id == draft_id)
    return session().connection().execute(gone).rowcount == 1


def lock_person(person_id: UUID) -> Person | None:
    """Return a person as they stand now, locked so that their consents come one after the other."""
    wanted = select(Person).filter_by(id=person_id).with_for_update(key_share=True)
    return session().scalar(wanted.execution_options(populate_existing=True))


def put(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write consents down."""
    session().execute(insert(Consent).values([dict(row) for row in rows]))


def current(
    person_ids: Collection[UUID], kinds: Collection[str] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the last (Consent, version) of each person and kind."""
    wanted = (
        select(Consent, PrivacyNotice.version)
        .join(PrivacyNotice, PrivacyNotice.id == Consent.notice_id)
        .where(Consent.person_id.in_(set(person_ids)))
        .ext(distinct_on(Consent.person_id, Consent.kind))
    )
    if kinds is not None:
        wanted = wanted.where(Consent.kind.in_(kinds))
    order = Consent.person_id, Consent.kind, Consent.number.desc()
    return session().execute(wanted.order_by(*order)).all()


def history(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return a person's consents, each with its notice's version and who gave or withdrew it."""
    return (
        select(
            Consent.number,
            Consent.kind,
            Consent.given,
            Consent.at,
            Consent.capacity,
            Consent.channel,
            Consent.network,
            PrivacyNotice.id.label("notice_id"),
            PrivacyNotice.version,
            Person.volunteer_number.label("by"),
        )
        .join(PrivacyNotice, PrivacyNotice.id == Consent.notice_id)
        .outerjoin(Person, Person.id == Consent.by_person_id)
        .where(Consent.person_id == person_id)
    )
