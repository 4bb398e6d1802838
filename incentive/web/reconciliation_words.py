"""What the columns of a check's rows are called."""

from typing import Final

from incentive.core.i18n import Text, _

_COLUMNS: Final[dict[str, Text]] = {
    "account_id": _("Account"),
    "amount": _("Counts for"),
    "awarded": _("Awarded"),
    "awarded_at": _("Awarded at"),
    "awards": _("Awards"),
    "balance": _("Balance"),
    "day": _("Day"),
    "decided_at": _("Decided at"),
    "expires_on": _("Expires on"),
    "income": _("Income"),
    "issued": _("Issued"),
    "item_id": _("Item"),
    "key": _("Row"),
    "kind": _("Kind"),
    "minutes": _("Minutes"),
    "name": _("Name"),
    "orders": _("Orders"),
    "owner": _("Whose"),
    "points": _("Points"),
    "quantity": _("Quantity"),
    "record_id": _("Service record"),
    "redemption_id": _("Order"),
    "service_record_id": _("Service record"),
    "lane": _("Lane"),
    "retry_at": _("To be tried again at"),
    "source": _("Source"),
    "state": _("State"),
    "statement": _("Statement"),
    "station_id": _("Station"),
    "status": _("State"),
    "stock": _("Stock"),
    "transaction_id": _("Transaction"),
    "transactions": _("Transactions"),
    "version": _("Version"),
}


def column(name: str) -> Text | str:
    """Return the heading of the column `name`; its own name where there is no word for it."""
    return _COLUMNS.get(name, name)
