"""A shift's code, for a screen at the door or on paper, with who is there."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from sqlalchemy import Row

from incentive.activities.errors import UnknownShift
from incentive.checkin import showing
from incentive.core import clock
from incentive.core.addresses import public_base
from incentive.core.db import transaction
from incentive.core.http import API_PREFIX
from incentive.core.needs import REGION, at_once, needs
from incentive.people.caller import caller
from incentive.web import duty_queries
from incentive.web.duty_pages import counts
from incentive.web.me import shift as shift_context
from incentive.web.site import bp


@bp.get("/shifts/<uuid:shift_id>/code")
@needs("shift.run", of=REGION)
@at_once
def shift_code(shift_id: UUID) -> str:
    """Show the rotating code; only the page's script, which renews it, counts as showing it."""
    return _page(shift_id, printed=False)


@bp.get("/shifts/<uuid:shift_id>/printed-code")
@needs("shift.run", of=REGION)
@at_once
def printed_code(shift_id: UUID) -> str:
    """Show the code to hang on a door."""
    return _page(shift_id, printed=True)


@bp.get("/shifts/<uuid:shift_id>/counts")
@needs("shift.run", of=REGION)
@at_once
def shift_counts(shift_id: UUID) -> str:
    """Return the figures of the screen, to be put into the page that stands there."""
    with transaction():
        row = _shift(shift_id)
        caller().require("shift.run", region_path=row.region_path)
    return render_template("web/_shift_counts.html", counts=counts(row))


def _shift(shift_id: UUID) -> Row[*tuple[Any, ...]]:
    row = duty_queries.counts_of(shift_id)
    if row is None:
        raise UnknownShift
    return row


def _page(shift_id: UUID, *, printed: bool) -> str:
    show = showing.on_paper if printed else showing.on_screen
    with transaction():
        code = show(shift_id, caller(), public_base(), clock.now())
        row = _shift(shift_id)
    own, other = f"{API_PREFIX}/shifts/{shift_id}", "shift_code" if printed else "printed_code"
    kind = "printed-code" if printed else "code"
    return render_template(
        "web/shift_code.html",
        shift=shift_context(row),
        code={
            "text": code.text,
            "svg": f"{own}/{kind}.svg",
            "json": None if printed else f"{own}/{kind}",
        },
        counts=counts(row),
        printed=printed,
        other_href=url_for(f"web.{other}", shift_id=shift_id),
    )
