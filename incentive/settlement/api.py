"""What a person has and how it came about; and for those in charge, what could not be settled."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.i18n import language
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.zone import today
from incentive.ledger import service as ledger
from incentive.people.caller import caller
from incentive.regions import service as regions
from incentive.settlement import service
from incentive.settlement.schemas import BalancesSchema, FailureSchema, StatementLineSchema

bp: Final = ApiBlueprint("settlement", __name__, description="Points: balances and statements")


@bp.get("/me/balances")
@bp.response(200, BalancesSchema)
def my_balances() -> dict[str, Any]:
    """Return the caller's points, available and held, the earliest to expire first."""
    with transaction():
        balances = ledger.usable_balances(f"person:{caller().person_id}", today())
    sums = {
        purpose: sum(b.points for b in balances if b.purpose == purpose)
        for purpose in ("available", "held")
    }
    return {**sums, "balances": balances}


@bp.get("/me/statement")
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(StatementLineSchema))
def my_statement(wanted: dict[str, Any]) -> Page:
    """Return the caller's transactions, newest first, each with its reasons in words."""
    with transaction():
        owner = f"person:{caller().person_id}"
        return service.statement(
            owner, language(), cursor=wanted.get("cursor"), limit=wanted["limit"]
        )


@bp.get("/settlement/failures")
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(FailureSchema))
def failures(wanted: dict[str, Any]) -> Page:
    """Return the service records set aside in the caller's regions, the oldest first."""
    with transaction():
        paths = caller().regions_for("settlement.read")
        return service.failures(paths, cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/settlement/failures/<uuid:record_id>/retry")
@bp.response(204)
def retry(record_id: UUID) -> None:
    """Let the next run try a record again."""
    with transaction():
        failure = service.failure(record_id)
        path = regions.path_of(failure.region_id)
        caller().require("settlement.retry", region_path=path)
        service.retry(record_id, caller(), clock.now())
