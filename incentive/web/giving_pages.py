"""One's family, and points given to them or to a fund."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, needs
from incentive.people.caller import Caller, caller
from incentive.points.family import service as family
from incentive.points.giving import service as giving
from incentive.points.policy import service as policies
from incentive.web import counter_queries, forms, queries
from incentive.web.me import available
from incentive.web.site import bp

POINTS_MAX: Final = 1_000_000
STATIONS_MAX: Final = 20


@bp.get("/me/giving")
@needs(OWN)
def my_giving() -> str:
    """Show one's family and the forms to give points away."""
    return draw()


@bp.post("/me/giving/invite")
@needs(OWN)
def invite_family() -> ResponseReturnValue:
    """Ask somebody to be linked as family."""

    def do(who: Caller, at: datetime) -> Text:
        number = forms.words("volunteer_number", 20, required=True).replace("-", "")
        asked = family.invite(who, number.replace(" ", ""), at)
        return _("%(number)s has been asked and has to agree.", number=asked.volunteer_number)

    return _act(do)


@bp.post("/me/giving/<uuid:link_id>/accept")
@needs(OWN)
def accept_family(link_id: UUID) -> ResponseReturnValue:
    """Agree to a request."""

    def do(who: Caller, at: datetime) -> Text:
        family.accept(who, link_id, at)
        return _("You are linked as family.")

    return _act(do)


@bp.post("/me/giving/<uuid:link_id>/end")
@needs(OWN)
def end_family(link_id: UUID) -> ResponseReturnValue:
    """End a link, or decline or take back a request."""

    def do(who: Caller, at: datetime) -> Text:
        family.end(who, link_id, at)
        return _("It is ended. Points that were given stay given.")

    return _act(do)


@bp.post("/me/giving/<uuid:link_id>/transfer")
@needs(OWN)
def transfer_points(link_id: UUID) -> ResponseReturnValue:
    """Give points to a family member."""

    def do(who: Caller, at: datetime) -> Text:
        gift = giving.transfer(who, link_id, forms.whole("points", 1, POINTS_MAX), at)
        return _("%(points)s points are given, with their expiry.", points=gift.points)

    return _act(do)


@bp.post("/me/giving/donate")
@needs(OWN)
def donate_points() -> ResponseReturnValue:
    """Give points to a station's fund, or back to one's community."""

    def do(who: Caller, at: datetime) -> Text:
        points = forms.whole("points", 1, POINTS_MAX)
        gift = giving.donate(who, points, at, station_id=forms.identifier("station_id"))
        return _("Thank you: %(points)s points are donated.", points=gift.points)

    return _act(do)


def draw(refusal: IncentiveError | None = None) -> str:
    """Return the page, with what was refused."""
    with transaction():
        who, at = caller(), clock.now()
        policy = policies.policy()
        home = queries.home_path(who.person_id)
        stations = counter_queries.nearest_with_goods(home, STATIONS_MAX)
        context = {
            "policy": policy,
            "family": family.relatives(who.person_id),
            "available": available(who, at),
            "transfer_left": giving.left_this_month(who.person_id, "transfer", at),
            "donation_left": giving.left_this_month(who.person_id, "donation", at),
            "stations": [{"id": row.id, "name": row.name} for row in stations],
        }
    return render_template(
        "web/giving.html", refusal=refusal, typed=request.form.to_dict(), **context
    )


def _act(do: forms.Action) -> ResponseReturnValue:
    return forms.act(do, done=url_for("web.my_giving"), refused=draw)
