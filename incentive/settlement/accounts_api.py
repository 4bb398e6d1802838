"""Any account's balances and statement, for those who audit it."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.i18n import language
from incentive.core.needs import STATION, needs
from incentive.core.zone import day_of
from incentive.people import service as people
from incentive.people.caller import Caller, caller
from incentive.regions import service as regions
from incentive.settlement import statements
from incentive.settlement.schemas import (
    AccountBalancesSchema,
    BalancesQuerySchema,
    StatementQuerySchema,
    StatementSchema,
)
from incentive.settlement.statements import Statement
from incentive.stations import service as stations

bp: Final = ApiBlueprint(
    "accounts", __name__, description="Persons', stations' and regions' accounts, for auditors"
)
_OWNER: Final = "/accounts/<any(person,station,region):kind>/<uuid:owner_id>"


@bp.get(f"{_OWNER}/balances")
@needs("points.audit", "station.audit", of=STATION)
@bp.arguments(BalancesQuerySchema, location="query")
@bp.response(200, AccountBalancesSchema)
def balances(wanted: dict[str, Any], kind: str, owner_id: UUID) -> dict[str, Any]:
    """Return what stands on an owner's accounts at the end of a day, or now."""
    now = clock.now()
    with transaction():
        owner = owner_to_audit(caller(), kind, owner_id)
        day = wanted.get("on") or day_of(now)
        standing = statements.standing(owner, day, wanted["basis"], now)
    return {
        "owner": owner,
        "on": day,
        "basis": wanted["basis"],
        "final": standing.final,
        "balances": standing.balances,
    }


@bp.get(f"{_OWNER}/statement")
@needs("points.audit", "station.audit", of=STATION)
@bp.arguments(StatementQuerySchema, location="query")
@bp.response(200, StatementSchema)
def statement(wanted: dict[str, Any], kind: str, owner_id: UUID) -> Statement:
    """Return the transactions on an owner's accounts, newest first."""
    with transaction():
        owner = owner_to_audit(caller(), kind, owner_id)
        return statements.statement(owner, language(), now=clock.now(), **wanted)


def owner_to_audit(who: Caller, kind: str, owner_id: UUID) -> str:
    """Return the ledger's name of an owner whose accounts `who` may read.

    Raises:
        UnknownPerson, UnknownStation, UnknownRegion, OutOfScope: otherwise.
    """
    if kind == "station":
        stations.require_at(who, "station.audit", owner_id)
    elif kind == "region":
        who.require("points.audit", region_path=regions.path_of(owner_id))
    else:
        home = people.person(owner_id).home_region_id
        who.require("points.audit", region_path=regions.path_of(home) if home else None)
    return f"{kind}:{owner_id}"
