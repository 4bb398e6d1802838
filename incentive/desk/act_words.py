"""What an act changed, in words: what the fields are called, and what stands in them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from incentive.core.i18n import Text, _
from incentive.core.money import yuan
from incentive.core.zone import timezone
from incentive.desk.words import FIELDS, ROLES
from incentive.people.permission_words import words as permission_words
from incentive.stations.discrepancies.domain import KINDS as FINDINGS

_POINTS: Final[dict[str, Text]] = {
    "adjustment_limit": _("Adjusted without a second person, at most"),
    "dispute_open_days": _("Days to open a dispute"),
    "dispute_term_days": _("Days to decide a dispute"),
    "donation_cap": _("Donated in a month, at most"),
    "donations_allowed": _("Donations allowed"),
    "effective_on": _("The day it is for"),
    "family_max": _("Family members, at most"),
    "held": _("Points put aside"),
    "overrun": _("Past the budget"),
    "period": _("Period"),
    "person_id": _("Person"),
    "policy": _("What is over the budget"),
    "transaction_id": _("Transaction"),
    "transfer_cap": _("Given to family in a month, at most"),
    "transfers_allowed": _("Giving to family allowed"),
    "worker_limit": _("Moved by one worker in a month, at most"),
}
_GOODS: Final[dict[str, Text]] = {
    "different": _("Goods that differ"),
    "discrepancy_id": _("Number of the finding"),
    "fewer": _("Pieces missing"),
    "item_id": _("Item"),
    "items": _("Goods"),
    "more": _("Pieces too many"),
    "movement_id": _("Number of the movement"),
    "sha256": _("Fingerprint of what was signed"),
}
_SETTLING: Final[dict[str, Text]] = {
    "contact": _("Contact"),
    "corrects": _("Corrects"),
    "credit_code": _("Credit code"),
    "line": _("Line"),
    "merchant": _("Merchant"),
    "merchant_id": _("Merchant"),
    "objection": _("Objection"),
    "paid": _("Payments recorded"),
    "revision": _("Revision"),
    "rows_known": _("Rows there already"),
    "rows_new": _("New rows"),
    "sponsor": _("Sponsor"),
    "sponsor_id": _("Sponsor"),
}
_MONEY: Final[dict[str, Text]] = {
    "fen": _("Amount of money"),
    "price_fen": _("Agreed price"),
    "total_fen": _("Total"),
}
_MORE: Final[dict[str, Text]] = {
    "amount": _("Amount"),
    "cause": _("Cause"),
    "day": _("Day"),
    "fields": _("What was seen"),
    "first_day": _("First day"),
    "last_day": _("Last day"),
    "note": _("Note"),
    "permissions": _("Permissions"),
    "quantity": _("Quantity"),
    "reason": _("Reason"),
    "seen_at": _("Seen at"),
    "until": _("Ends"),
    "valid_from": _("From"),
    "valid_until": _("Ends"),
    "version": _("Version"),
}
_STATES: Final[dict[str, Text]] = {
    "active": _("in good standing"),
    "suspended": _("blocked"),
}
_SEEN: Final[dict[str, Text]] = {
    "name": _("Name"),
    "phone": _("Phone number"),
    "id_number": _("ID number"),
    "birth_month": _("Month of birth"),
    "address": _("Address"),
}
_VALUES: Final[dict[str, dict[str, Text]]] = {
    "fields": _SEEN,
    "kind": FINDINGS,
    "period": {"month": _("month"), "quarter": _("quarter"), "year": _("year")},
    "policy": {"refuse": _("is refused"), "queue": _("waits for approval")},
    "role": ROLES,
    "status": _STATES,
}
_FIELDS: Final = {**_POINTS, **_GOODS, **_SETTLING, **_MONEY, **_MORE, **FIELDS}
_INSTANT_LENGTH_MIN: Final = 19
# Ids of what has no name say nothing to a reader; the API tells them.
_UNSAID: Final = frozenset({"id", "from", "pairing"})


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[Text | str, str, str]]:
    """Return what differs: field, before, after; "" where there was or is nothing."""
    names = [*before, *(name for name in after if name not in before)]
    return [
        (
            _FIELDS.get(name, name),
            value(name, before.get(name)),
            value(name, after.get(name)),
        )
        for name in names
        if name not in _UNSAID and before.get(name) != after.get(name)
    ]


def value(name: str, kept: Any) -> str:
    """Return what stands in a field, in the reader's words where there are some."""
    match kept:
        case None:
            return ""
        case int() if name in _MONEY:
            return f"¥{yuan(kept)}"
        case bool():
            return str(_("yes") if kept else _("no"))
        case list():
            return str(_("; ")).join(value(name, each) for each in kept)
        case str():
            return _text(name, kept)
    return json.dumps(kept, ensure_ascii=False)


def _text(name: str, kept: str) -> str:
    if name == "permissions":
        return str(permission_words(kept))
    if kept in (words := _VALUES.get(name, {})):
        return str(words[kept])
    return _local(kept) or kept


def _local(kept: str) -> str | None:
    """Return an instant in local time, or None: the text is none."""
    if len(kept) < _INSTANT_LENGTH_MIN:
        return None
    try:
        at = datetime.fromisoformat(kept)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return at.astimezone(ZoneInfo(timezone())).strftime("%Y-%m-%d %H:%M")
