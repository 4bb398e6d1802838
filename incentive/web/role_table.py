"""The permission table in words: what each role allows, and what one person may not do alone."""

from typing import Any, Final

from incentive.audit.actions import ACTIONS
from incentive.core.i18n import Text, _
from incentive.desk.words import ROLES
from incentive.people.conflicts import both_halves
from incentive.people.domain import DELEGATED_DAYS_MAX, STATION_ROLES
from incentive.people.permission_words import all_words, words
from incentive.people.permissions import PERMISSIONS
from incentive.people.permissions import ROLES as ROLE_NAMES
from incentive.people.separation import NEVER_FOR_ONESELF, SECOND_ACTS

# Acts that the audit log does not keep.
_ACTS: Final[dict[str, Text]] = {
    "order.collect": _("Order handed over"),
    "stocktake.count": _("Goods counted"),
    "stocktake.explain": _("Difference explained"),
}


def context() -> dict[str, Any]:
    """Return what the page of the whole table shows."""
    return {
        "roles": [role(name) for name in ROLE_NAMES],
        "days": DELEGATED_DAYS_MAX,
        "seconds": [
            (_act(act), [_act(first) for first in second.firsts])
            for act, second in SECOND_ACTS.items()
        ],
        "stakes": [(_act(act), stake.family) for act, stake in NEVER_FOR_ONESELF.items()],
    }


def role(name: str) -> dict[str, Any]:
    """Return a role in words: what it allows, and of which acts it has both halves."""
    return {
        "name": name,
        "words": ROLES.get(name, name),
        "at_station": name in STATION_ROLES,
        "allows": all_words(p for p, roles in PERMISSIONS.items() if name in roles),
        "halves": [(words(first), words(second)) for first, second in both_halves(name)],
    }


def _act(name: str) -> Text | str:
    return {**_ACTS, **ACTIONS}.get(name, name)
