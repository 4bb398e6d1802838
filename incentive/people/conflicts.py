"""Which roles are worth a warning before they are given.

It forbids nothing: `separation` refuses the second act to whoever did the first, whatever their
roles. But who audits what they do themselves audits nothing, and a role with both halves of an
act needs a second holder, or nobody can do the second half.
"""

from collections.abc import Iterable
from typing import Final

from incentive.people.domain import SELF_ROLES
from incentive.people.permissions import AUDITOR, PERMISSIONS

# Halves of one act, by the permissions for them: see `separation.SECOND_ACTS`.
HALVES: Final = (
    ("rule.propose", "rule.approve"),
    ("points.adjust", "points.approve"),
    ("points.dispute", "points.decide"),
    ("station.count", "station.confirm_count"),
    ("station.serve", "discrepancy.clear"),
    ("statement.make", "statement.confirm"),
)


def clashing(fresh: str, held: Iterable[str]) -> list[str]:
    """Return those of the roles `held` that whoever gets `fresh` would audit, or be audited by."""
    acting = sorted(set(held) - {fresh, *SELF_ROLES})
    if fresh == AUDITOR:
        return acting
    return [AUDITOR] if AUDITOR in acting and fresh not in SELF_ROLES else []


def both_halves(role: str) -> list[tuple[str, str]]:
    """Return the pairs of which a role has both halves."""
    return [pair for pair in HALVES if all(role in PERMISSIONS[half] for half in pair)]
