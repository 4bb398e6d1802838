"""The audit desk over HTTP: the audit log, and points over time."""

from typing import Any, Final

from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, needs
from incentive.core.paging import Page
from incentive.core.zone import today
from incentive.desk import acts, charts
from incentive.desk.acts import ActFilter
from incentive.desk.charts import Period
from incentive.desk.schemas import ActQuerySchema, ActSchema, SeriesQuerySchema, SeriesSchema
from incentive.people.caller import caller

bp: Final = ApiBlueprint("desk", __name__, description="The audit desk: for auditors")


@bp.get("/audit-log")
@needs("audit.read", of=REACH)
@bp.arguments(ActQuerySchema, location="query")
@bp.response(200, page_of(ActSchema))
def search_acts(query: dict[str, Any]) -> Page:
    """List the administrative acts in your scope, the latest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return acts.search(caller(), ActFilter(**query), cursor=cursor, limit=limit)


@bp.get("/desk/series")
@needs("audit.read", of=REACH)
@bp.arguments(SeriesQuerySchema, location="query")
@bp.response(200, SeriesSchema)
def points_over_time(query: dict[str, Any]) -> dict[str, list[Period]]:
    """Sum up the points issued, spent, expired and outstanding in your scope, by period."""
    first, last = query.get("first_day"), query.get("last_day")
    with transaction():
        return {"items": charts.series(caller(), query["unit"], first, last, today())}
