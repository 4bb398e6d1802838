"""The ledger browser: from sums to transactions, to entries, to what caused them."""

from typing import Final
from urllib.parse import urlencode

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.http import API_PREFIX
from incentive.core.needs import REACH, needs
from incentive.core.zone import today
from incentive.desk import ledger, transactions
from incentive.desk.errors import DaysBackwards, UnknownNumber
from incentive.desk.ledger import LedgerPage
from incentive.desk.ledger_filter import LedgerFilter
from incentive.desk.reach import PERMISSION
from incentive.desk.schemas import LedgerFilterSchema
from incentive.desk.words import ASSETS, KINDS, PURPOSES
from incentive.ledger.sources import Source
from incentive.people.caller import Caller, caller
from incentive.regions.errors import UnknownRegion
from incentive.web import counter_queries, filters, queries
from incentive.web.addresses import here, pager
from incentive.web.site import bp

ROWS: Final = 50
STATIONS_MAX: Final = 200
FILTERS: Final = (
    "from",
    "to",
    "by",
    "kind",
    "asset",
    "purpose",
    "person",
    "station",
    "region",
    "account",
    "least",
    "most",
    "actor",
    "source",
)


@bp.get("/desk/ledger")
@needs("audit.read", of=REACH)
def desk_ledger() -> ResponseReturnValue:
    """List transactions in the reader's scope; without any filter, those of this month."""
    typed = filters.typed(FILTERS)
    if not request.args.keys() & set(FILTERS):
        typed["from"] = today().replace(day=1).isoformat()
    given, errors = filters.load(LedgerFilterSchema, typed)
    page = LedgerPage([], [], None)
    with transaction():
        who = caller()
        who.require_somewhere(PERMISSION)
        if given is not None:
            try:
                cursor = request.args.get("cursor")
                page = ledger.browse(who, LedgerFilter(**given), cursor=cursor, limit=ROWS)
            except (DaysBackwards, UnknownNumber) as error:
                errors = [error]
            except UnknownRegion as error:
                errors = [filters.at("region", error)]
        titles = queries.titles_of({each.transaction.source for each in page.items})
        stations = _stations(who)
    return render_template(
        "web/desk_ledger.html",
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        stations=stations,
        kinds=KINDS,
        assets=ASSETS,
        purposes=PURPOSES,
        totals=[
            {"row": total, "href": here(kind=total.kind, asset=total.asset, cursor=None)}
            for total in page.totals
        ],
        rows=[
            {"of": titles.get(each.transaction.source, ""), "listed": each} for each in page.items
        ],
        readable=not errors,
        csv=_file("csv", typed),
        xlsx=_file("xlsx", typed),
        **pager(page.next_cursor),
    ), 422 if errors else 200


@bp.get("/desk/transactions/<int:transaction_id>")
@needs("audit.read", of=REACH)
def desk_transaction(transaction_id: int) -> str:
    """Show one transaction with its entries and what caused it."""
    with transaction():
        found = transactions.opened(caller(), transaction_id)
    return render_template(
        "web/desk_transaction.html",
        found=found,
        kinds=KINDS,
        assets=ASSETS,
        purposes=PURPOSES,
        source_href=_page_of(found.source),
    )


def _page_of(source: Source | None) -> str | None:
    """Return the address of the page that shows a source, if that page is installed."""
    if source is None or source.page is None or source.page[0] not in current_app.view_functions:
        return None
    return url_for(source.page[0], **source.page[1])


def _stations(who: Caller) -> list[tuple[str, str]]:
    rows = counter_queries.stations_within(
        who.regions_for(PERMISSION), who.stations_for(PERMISSION), STATIONS_MAX
    )
    return [(str(row.id), row.name) for row in rows]


def _file(ending: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    return f"{API_PREFIX}/desk/entries.{ending}?{query}"
