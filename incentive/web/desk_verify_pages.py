"""The sealed books, recomputed in the reader's browser."""

from flask import render_template

from incentive.core.db import transaction
from incentive.core.http import API_PREFIX
from incentive.core.needs import REACH, needs
from incentive.desk.reach import reach_of
from incentive.ledger import proving
from incentive.people.caller import caller
from incentive.web.site import bp


@bp.get("/desk/verify")
@needs("audit.read", of=REACH)
def desk_verify() -> str:
    """Offer to recompute the newest rows, and to compare with what this browser saw before."""
    with transaction():
        reach = reach_of(caller())
        latest = proving.checkpoint_last()
    return render_template("web/desk_verify.html", latest=latest, whole=reach.whole, api=API_PREFIX)
