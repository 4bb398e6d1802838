"""How many agreed to which version of which notice: reads only, in one round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from incentive.core.db import session
from incentive.people import reach
from incentive.people.consents.models import Consent, PrivacyNotice
from incentive.people.models import Person
from incentive.regions.models import Region


def persons(paths: Sequence[str]) -> int:
    """Return how many persons live in the subtrees."""
    statement = (
        select(func.count()).select_from(Person).join(Region, Region.id == Person.home_region_id)
    )
    return int(session().scalar(statement.where(reach.within(Region.path, paths))) or 0)


def by_version(paths: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return kind, version, agreed and withdrawn: what the persons there said last of each kind."""
    last = (
        select(Consent.kind, Consent.notice_id, Consent.given)
        .join(Person, Person.id == Consent.person_id)
        .join(Region, Region.id == Person.home_region_id)
        .where(reach.within(Region.path, paths))
        .ext(distinct_on(Consent.person_id, Consent.kind))
        .order_by(Consent.person_id, Consent.kind, Consent.number.desc())
        .subquery()
    )
    statement = (
        select(
            PrivacyNotice.kind,
            PrivacyNotice.version,
            func.count(case((last.c.given, 1))).label("agreed"),
            func.count(case((~last.c.given, 1))).label("withdrawn"),
        )
        .join(last, last.c.notice_id == PrivacyNotice.id)
        .group_by(PrivacyNotice.kind, PrivacyNotice.version)
        .order_by(PrivacyNotice.kind, PrivacyNotice.version.desc())
    )
    return session().execute(statement).all()
