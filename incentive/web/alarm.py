"""The red word on the pages of those who answer for the books, when these do not agree."""

from dataclasses import dataclass
from uuid import UUID

from flask import g, has_request_context
from sqlalchemy.exc import SQLAlchemyError

from incentive.core.db import db, transaction
from incentive.ledger import reconciliation
from incentive.people.caller import Caller
from incentive.settlement.reach import reaches_all

PERMISSION = "reconciliation.read"


@dataclass(frozen=True, slots=True)
class Alarm:
    """The last comparison of the books found differences."""

    run_id: UUID
    failed: int
    rows: int


def raised(who: Caller | None) -> Alarm | None:
    """Return the alarm that `who` is to see, found out once a page; None while the books are away."""
    if who is None or not has_request_context() or not who.regions_for(PERMISSION):
        return None
    if "alarm" not in g:
        try:
            if db.session().info.get("open"):
                g.alarm = _look(who)
            else:
                with transaction():
                    g.alarm = _look(who)
        except SQLAlchemyError:
            g.alarm = None
    alarm: Alarm | None = g.alarm
    return alarm


def _look(who: Caller) -> Alarm | None:
    last = reconciliation.last()
    if last is None or not last.failed or not reaches_all(who, PERMISSION):
        return None
    return Alarm(last.id, last.failed, last.rows_found)
