"""How many of those who live in a scope agreed to which version of which notice."""

from typing import Any

from flask import render_template

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.needs import REACH, needs
from incentive.people.caller import caller
from incentive.people.consents import queries as consents
from incentive.people.consents.domain import NAMES, Kind
from incentive.web import consent_figure_queries as queries
from incentive.web.people_frame import tabs
from incentive.web.site import bp


@bp.get("/persons/consents")
@needs("person.reveal", of=REACH)
def consent_figures() -> str:
    """Count who agreed to the notices in force, to earlier ones, withdrew, or said nothing."""
    with transaction():
        who = caller()
        who.require_somewhere("person.reveal")
        paths = who.regions_for("person.reveal")
        everybody = queries.persons(paths)
        said = queries.by_version(paths)
        notices = {each.kind: each for each in consents.in_force(clock.now())}
        around = tabs(who, "web.consent_figures")
    return render_template(
        "web/consent_figures.html",
        tabs=around,
        everybody=everybody,
        rows=[_row(kind, notices[kind], said, everybody) for kind in Kind if kind in notices],
    )


def _row(kind: Kind, notice: Any, said: Any, everybody: int) -> dict[str, Any]:
    of = [each for each in said if each.kind == kind]
    agreed = sum(each.agreed for each in of if each.version == notice.version)
    earlier = sum(each.agreed for each in of if each.version != notice.version)
    withdrawn = sum(each.withdrawn for each in of)
    return {
        "name": NAMES[kind],
        "version": notice.version,
        "agreed": agreed,
        "earlier": earlier,
        "withdrawn": withdrawn,
        "silent": max(0, everybody - agreed - earlier - withdrawn),
    }
