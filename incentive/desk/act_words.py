"""What an act changed, in words: what the fields are called, and what stands in them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from incentive.core.i18n import Text, _
from incentive.core.zone import timezone
from incentive.desk.words import FIELDS, ROLES
from incentive.people.permission_words import words as permission_words

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
_FIELDS: Final = {**_MORE, **FIELDS}
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
        case bool():
            return str(_("yes") if kept else _("no"))
        case list():
            return str(_("; ")).join(value(name, each) for each in kept)
        case str():
            return _text(name, kept)
    return json.dumps(kept, ensure_ascii=False)


def _text(name: str, kept: str) -> str:
    match name:
        case "role":
            return str(ROLES.get(kept, kept))
        case "status":
            return str(_STATES.get(kept, kept))
        case "fields":
            return str(_SEEN.get(kept, kept))
        case "permissions":
            return str(permission_words(kept))
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
