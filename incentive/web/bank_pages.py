"""The bank's files: sent, looked at, taken in; and what no statement or no payment was found for."""

import base64
import binascii
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.merchants import banking, statements
from incentive.merchants.csv_reading import FILE_BYTES_MAX
from incentive.merchants.domain import TRANSFER_STATEMENTS_MAX, reference
from incentive.merchants.matching import Owed
from incentive.merchants.payment_errors import BankFileUnreadable
from incentive.merchants.payment_schemas import meaning
from incentive.people.caller import Caller, caller
from incentive.people.errors import ForeignOrigin
from incentive.web import forms, merchant_queries
from incentive.web.addresses import pager
from incentive.web.errors import NoStatementChosen
from incentive.web.settling import require_reader, tabs
from incentive.web.site import bp

ROWS: Final = 50
SHOWN: Final = 200
_STATES: Final = ("open", "matched", "all")
_ELSEWHERE: Final = (Unauthenticated, Unavailable, ForeignOrigin)


@bp.get("/bank")
@needs("statement.read", of=REACH)
def bank() -> str:
    """Show the form for a file, the bank's rows, and the statements that wait for a payment."""
    return _page()


@bp.post("/bank/preview")
@needs("payment.import", of=REGION)
def preview_bank_file() -> ResponseReturnValue:
    """Show what each row of a file would be; nothing is changed."""
    file = request.files.get("file")
    content = file.read(FILE_BYTES_MAX + 1) if file else b""
    region = request.form.get("region", "")
    try:
        if not content:
            raise BankFileUnreadable(FILE_BYTES_MAX // 1000)
        with transaction():
            who = caller()
            seen = banking.preview(who, region=region, content=content, at=clock.now())
            around = tabs(who, "web.bank")
    except _ELSEWHERE:
        raise
    except IncentiveError as error:
        return _page(error), error.status
    return render_template(
        "web/bank_preview.html",
        tabs=around,
        rows=[_seen(each) for each in seen[:SHOWN]],
        more=max(len(seen) - SHOWN, 0),
        wrong=sum(each.row is None for each in seen),
        fresh=sum(each.row is not None and not each.known for each in seen),
        known=sum(each.known for each in seen),
        matched=sum(each.match is not None and each.match.kind == "matched" for each in seen),
        region=region,
        name=_name(file.filename if file else None),
        content=base64.urlsafe_b64encode(content).decode(),
    )


@bp.post("/bank/files")
@needs("payment.import", of=REGION)
def take_bank_file_in() -> ResponseReturnValue:
    """Take in the file that was looked at."""

    def do(who: Caller, at: datetime) -> Text:
        try:
            content = base64.urlsafe_b64decode(request.form.get("content", ""))
        except (binascii.Error, ValueError):
            raise BankFileUnreadable(FILE_BYTES_MAX // 1000) from None
        region = request.form.get("region", "")
        name = _name(request.form.get("name"))
        taken = banking.take_in(who, region=region, name=name, content=content, at=at)
        if not taken.rows_new:
            return _("Every row of this file was known already; nothing was changed.")
        return _(
            "%(new)s rows taken in; %(paid)s statements are paid by them.",
            new=taken.rows_new,
            paid=taken.matched,
        )

    return forms.act(do, done=url_for("web.bank"), refused=_page)


@bp.post("/bank/rows/<uuid:row_id>/match")
@needs("payment.import", "payment.record", of=REGION)
def match_bank_row(row_id: UUID) -> ResponseReturnValue:
    """Say which statement a row paid, or which several."""

    def do(who: Caller, at: datetime) -> Text:
        chosen = forms.identifiers("statement_id")
        if not 0 < len(chosen) <= TRANSFER_STATEMENTS_MAX:
            raise NoStatementChosen
        if len(chosen) == 1:
            banking.assign(who, row_id, chosen[0], at)
            return _("The payment is recorded on the statement.")
        banking.assign_several(who, row_id, chosen, at)
        return _("The transfer is recorded on %(count)s statements.", count=len(chosen))

    return forms.act(do, done=url_for("web.bank"), refused=lambda e: _page(e, row_id))


def _page(refusal: IncentiveError | None = None, at_row: UUID | None = None) -> str:
    state = request.args.get("state", "open")
    state = state if state in _STATES else "open"
    with transaction():
        who = caller()
        require_reader(who)
        cursor = request.args.get("cursor")
        page = banking.rows(who, state=state, cursor=cursor, limit=ROWS)
        owed = [
            row
            for status in ("payable", "claimed")
            for row in statements.listing(who, status=status, limit=ROWS).items
        ]
        regions = merchant_queries.regions_at(who.regions_for("payment.import"))
        around = tabs(who, "web.bank")
    return render_template(
        "web/bank.html",
        tabs=around,
        state=state,
        rows=[_row(row, now) for row, now in page.items],
        owed=[_owed(row) for row in owed],
        regions=[(row.code, row.name) for row in regions],
        size=FILE_BYTES_MAX // 1000,
        refusal=refusal,
        at_row=at_row,
        **pager(page.next_cursor),
    )


def _row(row: Any, now: Any) -> dict[str, Any]:
    bank = row[0]
    return {
        "id": bank.id,
        "day": bank.day,
        "fen": bank.fen,
        "text": bank.reference,
        "counterparty": bank.counterparty,
        "file": row.file_name,
        "line": bank.line,
        "paid": [
            (statement_id, reference(serial))
            for statement_id, serial in zip(row.statement_ids or [], row.serials or [], strict=True)
        ],
        "meaning": meaning(now.kind) if now else "",
        "several": [_suggested(each) for each in now.statements]
        if now and now.kind == "several"
        else [],
        "suggested": {str(each.id) for each in now.statements} if now else set(),
    }


def _suggested(owed: Owed) -> dict[str, Any]:
    number = reference(owed.serial)
    return {"id": owed.id, "reference": number, "merchant": owed.merchant_name, "fen": owed.fen}


def _owed(row: Any) -> dict[str, Any]:
    statement = row[0]
    return {
        "id": str(statement.id),
        "reference": reference(statement.serial),
        "merchant": row.merchant_name,
        "fen": statement.total_fen - statement.paid_fen,
    }


def _seen(seen: banking.Seen) -> dict[str, Any]:
    row, match = seen.row, seen.match
    return {
        "line": seen.line,
        "day": row and row.day,
        "fen": row and row.fen,
        "text": row.reference if row else "",
        "counterparty": row.counterparty if row else "",
        "known": seen.known,
        "why": seen.why,
        "meaning": meaning(match.kind) if match else "",
        "references": [reference(serial) for serial in match.serials] if match else [],
        "pays": match is not None and match.kind == "matched",
    }


def _name(given: str | None) -> str:
    text = "".join(letter for letter in given or "" if letter.isprintable()).strip()
    return text[-100:] or "bank.csv"
