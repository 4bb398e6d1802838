"""The ledger browser over HTTP: pages, files, and one transaction."""

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any, Final

from flask import Response, send_file

from incentive.core.db import transaction
from incentive.core.documents import attachment, file_name
from incentive.core.http import ApiBlueprint
from incentive.core.needs import REACH, needs
from incentive.core.zone import today
from incentive.desk import ledger, transactions
from incentive.desk.ledger import LedgerPage
from incentive.desk.ledger_filter import LedgerFilter
from incentive.desk.schemas import (
    LedgerFilterSchema,
    LedgerPageSchema,
    LedgerQuerySchema,
    TransactionSchema,
)
from incentive.desk.transactions import Opened
from incentive.people.caller import Caller, caller

bp: Final = ApiBlueprint("desk_ledger", __name__, description="The ledger, for auditors")
_FILE: Final = {"type": "string", "format": "binary"}
_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Writer = Callable[[Caller, LedgerFilter, IO[bytes]], None]


@bp.get("/desk/transactions")
@needs("audit.read", of=REACH)
@bp.arguments(LedgerQuerySchema, location="query")
@bp.response(200, LedgerPageSchema)
def browse(query: dict[str, Any]) -> LedgerPage:
    """List the transactions in your scope, the latest first, under the sums of the selection."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return ledger.browse(caller(), LedgerFilter(**query), cursor=cursor, limit=limit)


@bp.get("/desk/transactions/<int:transaction_id>")
@needs("audit.read", of=REACH)
@bp.response(200, TransactionSchema)
def show_transaction(transaction_id: int) -> Opened:
    """Show one transaction with its entries."""
    with transaction():
        return transactions.opened(caller(), transaction_id)


@bp.get("/desk/entries.csv")
@needs("audit.read", of=REACH)
@bp.arguments(LedgerFilterSchema, location="query")
@bp.response(200, _FILE, content_type=_CSV)
def entries_csv(query: dict[str, Any]) -> Response:
    """Give every entry of the selection as CSV, as booked."""
    return _file(ledger.write_csv, query, "csv", _CSV)


@bp.get("/desk/entries.xlsx")
@needs("audit.read", of=REACH)
@bp.arguments(LedgerFilterSchema, location="query")
@bp.response(200, _FILE, content_type=_XLSX)
def entries_xlsx(query: dict[str, Any]) -> Response:
    """Give every entry of the selection as an Excel workbook, as booked."""
    return _file(ledger.write_xlsx, query, "xlsx", _XLSX)


def _file(write: _Writer, query: dict[str, Any], ending: str, mimetype: str) -> Response:
    # Through a file and not straight out: a slow reader would keep a connection to the books
    # from everybody else, and a fault half-way could no longer be told.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    try:
        with transaction():
            write(caller(), LedgerFilter(**query), file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    answer = send_file(file, mimetype=mimetype, max_age=0)
    last = query.get("last_day") or today()
    name = file_name("ledger", query.get("first_day"), last, ending=ending)
    answer.headers["Content-Disposition"] = attachment(name, name)
    return answer
