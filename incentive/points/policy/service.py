"""The policy on points: what holds now, and changing it."""

from datetime import datetime
from typing import Any, Final

from incentive.core.db import session
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.people.permissions import PERMISSIONS
from incentive.points.policy import queries
from incentive.points.policy.errors import NotOverAll
from incentive.points.policy.models import PointsPolicy

FIELDS: Final = (
    "transfers_allowed",
    "donations_allowed",
    "family_max",
    "transfer_cap",
    "donation_cap",
    "adjustment_limit",
    "worker_limit",
    "dispute_open_days",
    "dispute_term_days",
)


def policy() -> PointsPolicy:
    """Return the policy that holds now."""
    return queries.latest()


def change(caller: Caller, at: datetime, **fields: Any) -> PointsPolicy:
    """Let a policy hold that differs from the present one in `fields`.

    Raises:
        OutOfScope, NotOverAll: only who administers the whole jurisdiction may.
    """
    require_over_all(caller, at)
    queries.lock()
    before = acts.picked(queries.latest(), FIELDS)
    changed = PointsPolicy(**before | fields, created_by=caller.person_id, created_at=at)
    session().add(changed)
    session().flush()
    after = acts.picked(changed, FIELDS)
    acts.record(caller, "points.policy", subject="points_policy", before=before, after=after)
    return changed


def require_over_all(caller: Caller, at: datetime) -> None:
    """Let the caller pass only with `points.policy` over all that anybody administers.

    Raises:
        OutOfScope, NotOverAll: otherwise.
    """
    caller.require_somewhere("points.policy")
    paths = caller.regions_for("points.policy")
    if queries.held_outside(PERMISSIONS["points.policy"], paths, at):
        raise NotOverAll
