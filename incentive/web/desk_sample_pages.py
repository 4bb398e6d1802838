"""Spot checks: draw a sample, and fill in its worksheet."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import API_PREFIX
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, needs
from incentive.core.zone import today
from incentive.desk import samples, worksheets
from incentive.desk.samples import Finding
from incentive.desk.words import KINDS
from incentive.people.caller import Caller, caller
from incentive.web import forms, queries
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.site import bp

SIZE: Final = 20
NOTE_MAX: Final = 200


@bp.get("/desk/samples")
@needs("audit.read", of=REACH)
def desk_samples() -> str:
    """List the samples, with a form that draws one."""
    return _draw()


@bp.post("/desk/samples")
@needs("audit.read", of=REACH)
def draw_sample() -> ResponseReturnValue:
    """Draw a sample of last month, or of the days that were chosen."""

    def do(who: Caller, at: datetime) -> Text:
        first, last = forms.day("from"), forms.day("to")
        if first is None or last is None:
            raise FieldUnreadable("to" if first else "from")
        kind = request.form.get("kind") or None
        if kind is not None and kind not in KINDS:
            raise FieldUnreadable("kind")
        sheet = samples.draw(
            who,
            first_day=first,
            last_day=last,
            size=forms.whole("size", 1, samples.SIZE_MAX),
            kind=kind,
            by_kind="by_kind" in request.form,
            at=at,
        )
        return _(
            "Drawn: %(size)s of %(population)s transactions. The sample is kept.",
            size=len(sheet.rows),
            population=sheet.sample.population,
        )

    def refused(error: IncentiveError) -> str:
        return _draw(error)

    return forms.act(do, done=url_for("web.desk_samples"), refused=refused)


@bp.get("/desk/samples/<uuid:sample_id>")
@needs("audit.read", of=REACH)
def desk_sample(sample_id: UUID) -> str:
    """Show the worksheet of a sample."""
    return _sheet(sample_id)


@bp.post("/desk/samples/<uuid:sample_id>")
@needs("audit.read", of=REACH)
def check_sample(sample_id: UUID) -> ResponseReturnValue:
    """Keep what was found at the rows that were filled in."""

    def do(who: Caller, at: datetime) -> Text:
        kept = samples.record(who, sample_id, _findings(), at)
        return _("Kept: %(rows)s new findings. Earlier ones stay.", rows=kept)

    def refused(error: IncentiveError) -> str:
        return _sheet(sample_id, error)

    done = url_for("web.desk_sample", sample_id=sample_id)
    return forms.act(do, done=done, refused=refused)


def _findings() -> list[Finding]:
    found = []
    for position in range(1, samples.SIZE_MAX + 1):
        seen = request.form.get(f"seen-{position}")
        if seen in {"yes", "no"}:
            note = forms.words(f"note-{position}", NOTE_MAX)
            found.append(Finding(position, seen == "yes", note))
    return found


def _draw(refusal: IncentiveError | None = None) -> str:
    first = today().replace(day=1)
    usual = {"from": (first - timedelta(days=1)).replace(day=1), "to": first - timedelta(days=1)}
    typed = {name: request.form.get(name, str(day)) for name, day in usual.items()}
    with transaction():
        page = samples.listed(caller(), cursor=request.args.get("cursor"), limit=SIZE)
    return render_template(
        "web/desk_samples.html",
        typed=typed
        | {
            "size": request.form.get("size", str(SIZE)),
            "kind": request.form.get("kind", ""),
            "by_kind": "by_kind" in request.form,
        },
        errors=[(refusal.field, refusal.message)] if refusal else [],
        kinds=KINDS,
        rows=page.items,
        **pager(page.next_cursor),
    )


def _sheet(sample_id: UUID, refusal: IncentiveError | None = None) -> str:
    with transaction():
        sheet = samples.worksheet(caller(), sample_id)
        titles = queries.titles_of({row.source for row in sheet.rows})
    own = f"{API_PREFIX}/desk/samples/{sample_id}/worksheet"
    return render_template(
        "web/desk_sample.html",
        sheet=sheet,
        how=worksheets.HOW,
        kinds=KINDS,
        titles=titles,
        refusal=refusal,
        xlsx=f"{own}.xlsx",
        pdf=f"{own}.pdf",
    )
