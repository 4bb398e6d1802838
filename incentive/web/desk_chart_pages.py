"""Points over time, as pictures and as a table whose figures lead to their rows."""

from datetime import date
from typing import Any, Final, get_args

from babel.dates import format_skeleton
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from incentive.core.db import transaction
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, needs
from incentive.core.zone import today
from incentive.desk import charts
from incentive.desk.charts import Period, Unit
from incentive.desk.errors import DaysBackwards, TooManyPeriods
from incentive.desk.reach import PERMISSION
from incentive.desk.schemas import SeriesQuerySchema
from incentive.people.caller import caller
from incentive.web import chart, filters
from incentive.web.site import bp

# What each figure is the net of, in the ledger browser, and how many points one of it is.
_ROWS: Final[dict[str, dict[str, Any]]] = {
    "issued": {"purpose": "issuance"},
    "spent": {"purpose": "income"},
    "expired": {"kind": "expiry", "purpose": "available"},
    "outstanding": {"purpose": "purses"},
}
_UNITS: Final[dict[str, Text]] = {"day": _("Days"), "week": _("Weeks"), "month": _("Months")}
_SKELETONS: Final = {"day": "Md", "week": "Md", "month": "yMMM"}


@bp.get("/desk/charts")
@needs("audit.read", of=REACH)
def desk_charts() -> ResponseReturnValue:
    """Draw the points issued, spent and expired by period, and what people held at its end."""
    typed = filters.typed(("unit", "from", "to"))
    given, errors = filters.load(SeriesQuerySchema, typed)
    periods: list[Period] = []
    unit: Unit = given["unit"] if given else get_args(Unit)[-1]
    with transaction():
        who = caller()
        who.require_somewhere(PERMISSION)
        if given is not None:
            days = given.get("first_day"), given.get("last_day")
            try:
                periods = charts.series(who, unit, *days, today())
            except (DaysBackwards, TooManyPeriods) as error:
                errors = [error]
    labels = [_label(unit, period.first_day) for period in periods]
    moved = [[getattr(each, name) for each in periods] for name in ("issued", "spent", "expired")]
    held = [[each.outstanding for each in periods]]
    return render_template(
        "web/desk_charts.html",
        filters=typed | {"unit": unit},
        errors=[(error.field, error.message) for error in errors],
        units=_UNITS,
        moved=chart.chart(labels, moved, line=False),
        held=chart.chart(labels, held, line=True),
        rows=[_row(label, each) for label, each in zip(labels, periods, strict=True)][::-1],
    ), 422 if errors else 200


def _row(label: str, period: Period) -> dict[str, Any]:
    return {"label": label} | {
        name: {"figure": getattr(period, name), "href": _rows_of(name, period)} for name in _ROWS
    }


def _rows_of(name: str, period: Period) -> str:
    """Return the address of the rows that a figure is the sum of."""
    # What is outstanding came together from the beginning on.
    first = "" if name == "outstanding" else period.first_day
    query: dict[str, Any] = {"from": first, "to": period.last_day, "asset": "points"}
    return url_for("web.desk_ledger", **query, **_ROWS[name])


def _label(unit: str, begin: date) -> str:
    return str(format_skeleton(_SKELETONS[unit], begin, locale=get_locale()))
