"""What a person has and how it came about; and for those in charge, what could not be settled."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.i18n import language
from incentive.core.needs import OWN, REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.zone import today
from incentive.ledger import service as ledger
from incentive.ledger.domain import Balance
from incentive.people.caller import caller
from incentive.regions import service as regions
from incentive.settlement import awards, setting_aside, statements
from incentive.settlement.award_schemas import AwardSchema
from incentive.settlement.schemas import (
    BalancesQuerySchema,
    BalancesSchema,
    FailureSchema,
    StatementQuerySchema,
    StatementSchema,
)
from incentive.settlement.statements import Statement

bp: Final = ApiBlueprint("settlement", __name__, description="Points: balances and statements")


@bp.get("/me/balances")
@needs(OWN)
@bp.arguments(BalancesQuerySchema, location="query")
@bp.response(200, BalancesSchema)
def my_balances(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the caller's points, available and held, the earliest to expire first.

    With `on`, those of that day's end.
    """
    day = wanted.get("on")
    with transaction():
        owner = f"person:{caller().person_id}"
        if day is None:
            return _purses(ledger.usable_balances(owner, today()))
        standing = statements.standing(owner, day, wanted["basis"], clock.now())
    usable = [b for b in standing.balances if b.purpose == "held" or b.expires_on >= day]
    return _purses(usable) | {"on": day, "basis": wanted["basis"], "final": standing.final}


@bp.get("/me/statement")
@needs(OWN)
@bp.arguments(StatementQuerySchema, location="query")
@bp.response(200, StatementSchema)
def my_statement(wanted: dict[str, Any]) -> Statement:
    """Return the caller's transactions, newest first, each with its reasons in words."""
    with transaction():
        owner = f"person:{caller().person_id}"
        return statements.statement(owner, language(), now=clock.now(), **wanted)


@bp.get("/settlement/failures")
@needs("settlement.read", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(FailureSchema))
def failures(wanted: dict[str, Any]) -> Page:
    """Return the service records set aside in the caller's regions, the oldest first."""
    with transaction():
        paths = caller().regions_for("settlement.read")
        return setting_aside.listing(paths, cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/settlement/failures/<uuid:record_id>/retry")
@needs("settlement.retry", of=REGION)
@bp.response(204)
def retry(record_id: UUID) -> None:
    """Let the next run try a record again."""
    with transaction():
        # First who asks: nobody else learns what is set aside.
        who = caller()
        path = regions.path_of(setting_aside.one(record_id).region_id)
        who.require("settlement.retry", region_path=path)
        setting_aside.retry(record_id, who, clock.now())


def _purses(balances: Sequence[Balance]) -> dict[str, Any]:
    sums = {
        purpose: sum(b.points for b in balances if b.purpose == purpose)
        for purpose in ("available", "held")
    }
    return {**sums, "balances": balances}


@bp.get("/awards/<uuid:record_id>")
@needs("settlement.read", of=REGION, own=True)
@bp.response(200, AwardSchema)
def award(record_id: UUID) -> dict[str, Any]:
    """Return why a service record earned what it did: one's own, or one in one's regions."""
    with transaction():
        return awards.award(record_id, caller(), language())
