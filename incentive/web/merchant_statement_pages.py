"""Statements of goods given: the list, one with its lines, and the orders behind a line."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import API_PREFIX
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.core.zone import today
from incentive.merchants import making, papers, statements
from incentive.merchants.domain import SIDES, SILENCE_DAYS, STATUSES, reference
from incentive.merchants.models import Merchant, Sponsor
from incentive.merchants.papers import KINDS, STATES
from incentive.merchants.queries import merchants_of
from incentive.merchants.statement_schemas import StatementQuerySchema
from incentive.merchants.statements import Detail
from incentive.merchants.unagreed import unagreed
from incentive.people.caller import Caller, caller
from incentive.web import filters, forms, merchant_queries
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.settling import READ, tabs
from incentive.web.site import bp

ROWS: Final = 30
UNPAID_ROWS: Final = 20
_FILTERS: Final = ("status", "merchant_id", "sponsor_id", "from", "to")


@bp.get("/merchant-statements")
@needs("statement.read", of=REACH, own=True)
def merchant_statements() -> ResponseReturnValue:
    """List statements, with a form to draft one."""
    return _list()


@bp.post("/merchant-statements")
@needs("statement.make", of=REGION)
def draft_statement() -> ResponseReturnValue:
    """Draft a statement of what was given on some days."""
    return _draft(making.make)


@bp.post("/merchant-statements/closing")
@needs("statement.make", of=REGION)
def draft_closing_statement() -> ResponseReturnValue:
    """Draft the last statement of two parties, though it may come to nothing or less."""
    return _draft(making.make_closing)


def _draft(make: Callable[..., Detail]) -> ResponseReturnValue:
    def do(who: Caller, at: datetime) -> Text:
        first, last = forms.day("first_day"), forms.day("last_day")
        merchant, sponsor = forms.identifier("merchant_id"), forms.identifier("sponsor_id")
        if first is None or last is None:
            raise FieldUnreadable("first_day" if first is None else "last_day")
        if merchant is None or sponsor is None:
            raise FieldUnreadable("merchant_id" if merchant is None else "sponsor_id")
        made = make(
            who, merchant_id=merchant, sponsor_id=sponsor, first_day=first, last_day=last, at=at
        )
        number = reference(made.statement.serial)
        return _("Statement %(number)s is drafted. Look at it, then send it.", number=number)

    def refused(error: IncentiveError) -> str:
        page, _status = _list(error)
        return page

    return forms.act(do, done=url_for("web.merchant_statements"), refused=refused)


@bp.get("/merchant-statements/<uuid:statement_id>")
@needs("statement.read", of=REGION, own=True)
def merchant_statement(statement_id: UUID) -> str:
    """Show a statement: its lines, what was said about them, and what is next."""
    return shown(statement_id)


@bp.get("/merchant-statements/<uuid:statement_id>/lines/<int:number>")
@needs("statement.read", of=REGION, own=True)
def merchant_statement_line(statement_id: UUID, number: int) -> str:
    """List the orders behind a line."""
    with transaction():
        who = caller()
        found = statements.detail(who, statement_id)
        cursor = request.args.get("cursor")
        page = statements.orders(who, statement_id, number, cursor=cursor, limit=ROWS)
        around = tabs(who, "web.merchant_statements")
        line = next(row for row in found.lines if row[0].number == number)
        waiting = [
            row[0].id
            for row in found.objections
            if row[0].line_id == line[0].id and row[0].outcome is None
        ]
        may_answer = line[0].kind == "given" and who.may(
            "statement.make", region_path=found.row.region_path
        )
        audits = bool(who.regions_for("station.audit") or who.stations_for("station.audit"))
    return render_template(
        "web/merchant_statement_line.html",
        tabs=around,
        audits=audits,
        statement=found.statement,
        reference=reference(found.statement.serial),
        line=line,
        objection=waiting[0] if waiting and may_answer else None,
        rows=page.items,
        **pager(page.next_cursor),
    )


def shown(statement_id: UUID, refusal: IncentiveError | None = None, at_form: str = "") -> str:
    """Return the page of a statement; a `refusal` stands at the form it is about."""
    with transaction():
        who = caller()
        found = statements.detail(who, statement_id)
        around = tabs(who, "web.merchant_statements")
        may = standing(who, found)
    own = url_for("web.merchant_statement", statement_id=statement_id)
    return render_template(
        "web/merchant_statement.html",
        tabs=around,
        found=found,
        statement=found.statement,
        reference=reference(found.statement.serial),
        states=STATES,
        kinds=KINDS,
        sides=papers.SIDES,
        silence_days=SILENCE_DAYS,
        may=may,
        me=who.person_id,
        today=today(),
        pdf=f"{API_PREFIX}{own}.pdf",
        xlsx=f"{API_PREFIX}{own}.xlsx",
        typed=request.form,
        refusal=refusal,
        at_form=at_form,
    )


def standing(who: Caller, found: Detail) -> dict[str, Any]:
    """Return what the caller may do with a statement as it is now, and for which side."""
    statement, path = found.statement, found.row.region_path
    contact = statement.merchant_id in merchants_of(who.person_id)
    decides = who.may("statement.confirm", region_path=path) and not contact
    side = "merchant" if contact else "sponsor" if decides else None
    now = [row[0] for row in found.confirmations if row[0].revision == statement.revision]
    heard = {each.side for each in now} | ({side} if who.person_id in _who(now) else set())
    waiting = any(row[0].outcome is None for row in found.objections)
    makes = who.may("statement.make", region_path=path)
    status, owed = statement.status, statement.total_fen > 0
    alone = (
        decides
        and status == "sent"
        and not (owed or waiting)
        and any(row.side == "sponsor" and row.person_id != who.person_id for row in now)
    )
    return {
        "side": side,
        "send": makes and status == "draft",
        "object": side is not None and status == "sent",
        "answer": makes and status == "sent",
        "confirm": side is not None and status == "sent" and not waiting and side not in heard,
        "charge": decides and status == "confirmed" and owed,
        "settle": decides and status == "confirmed" and not owed,
        "settle_alone": alone,
        "claim": decides and status == "confirmed" and statement.total_fen < 0,
        "claim_alone": alone and statement.total_fen < 0,
        "let_go": decides and status == "claimed" and not statement.paid_fen,
        "give_back": who.may("payment.record", region_path=path) and status == "claimed",
        "pay": who.may("payment.record", region_path=path) and status == "payable",
        "take_back": who.may("payment.record", region_path=path),
        "reverse": status in {"draft", "sent", "confirmed", "payable", "claimed", "settled"}
        and not statement.paid_fen
        and (decides if status in {"payable", "claimed", "settled"} else makes),
        "waiting": waiting,
        "sides": [(each, each in {row.side for row in now}) for each in SIDES],
    }


def _who(confirmations: list[Any]) -> set[UUID]:
    return {each.person_id for each in confirmations}


def _list(refusal: IncentiveError | None = None) -> tuple[str, int]:
    typed = filters.typed(_FILTERS)
    wanted, errors = filters.load(StatementQuerySchema, typed)
    with transaction():
        who = caller()
        around = tabs(who, "web.merchant_statements")
        page = Page([], None)
        if wanted is not None:
            wanted |= {"cursor": request.args.get("cursor"), "limit": ROWS}
            page = statements.listing(who, **wanted)
        reads = who.regions_for(READ)
        merchants = merchant_queries.parties(Merchant, reads) if reads else []
        sponsors = merchant_queries.parties(Sponsor, reads) if reads else []
        unpaid = unagreed(who, clock.now(), limit=UNPAID_ROWS) if reads else Page([], None)
    page_text = render_template(
        "web/merchant_statements.html",
        tabs=around,
        rows=[_row(row) for row in page.items],
        states=[(status, STATES[status]) for status in STATUSES],
        merchants=merchants,
        sponsors=sponsors,
        unpaid=unpaid.items,
        unpaid_more=unpaid.next_cursor is not None,
        makes=bool(who.regions_for("statement.make")),
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        typed=request.form,
        refusal=refusal,
        **pager(page.next_cursor),
    )
    return page_text, 422 if errors else 200


def _row(row: Any) -> dict[str, Any]:
    statement = row[0]
    return {
        "statement": statement,
        "reference": reference(statement.serial),
        "merchant": row.merchant_name,
        "sponsor": row.sponsor_name,
        "state": STATES[statement.status],
    }
