"""The audit desk over HTTP: the audit log."""

from typing import Any, Final

from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.paging import Page
from incentive.desk import acts
from incentive.desk.acts import ActFilter
from incentive.desk.schemas import ActQuerySchema, ActSchema
from incentive.people.caller import caller

bp: Final = ApiBlueprint("desk", __name__, description="The audit desk: for auditors")


@bp.get("/audit-log")
@bp.arguments(ActQuerySchema, location="query")
@bp.response(200, page_of(ActSchema))
def search_acts(query: dict[str, Any]) -> Page:
    """List the administrative acts in your scope, the latest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return acts.search(caller(), ActFilter(**query), cursor=cursor, limit=limit)
