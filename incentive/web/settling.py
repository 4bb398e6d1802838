"""What the pages of merchants' settlement have around them: their tabs, and lists to choose from."""

from dataclasses import dataclass
from typing import Final

from flask import url_for

from incentive.core.i18n import Text, _
from incentive.merchants import queries
from incentive.people.caller import Caller
from incentive.people.errors import OutOfScope

READ: Final = "statement.read"
# Endpoint, label, icon; a merchant's contact sees the first one alone.
_TABS: Final[tuple[tuple[str, Text, str], ...]] = (
    ("web.merchant_statements", _("Statements"), "ledger"),
    ("web.price_agreements", _("Prices"), "gift"),
    ("web.merchant_list", _("Merchants and sponsors"), "people"),
    ("web.bank", _("Bank"), "download"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the settlement."""

    label: Text
    href: str
    icon: str
    current: bool


def tabs(who: Caller, here: str) -> list[Tab]:
    """Return the pages that the caller may open; `here` is the endpoint of the present one.

    Raises:
        OutOfScope: none.
    """
    reads = bool(who.regions_for(READ))
    if not reads and not queries.merchants_of(who.person_id):
        raise OutOfScope(READ)
    return [
        Tab(label, url_for(endpoint), icon, endpoint == here)
        for endpoint, label, icon in (_TABS if reads else _TABS[:1])
    ]


def require_reader(who: Caller) -> None:
    """Let only those pass who read statements in some region.

    Raises:
        OutOfScope: nowhere.
    """
    if not who.regions_for(READ):
        raise OutOfScope(READ)
