"""The policy on points."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import SIGNED_IN, WHOLE, needs
from incentive.people.caller import caller
from incentive.points.policy import service
from incentive.points.policy.models import PointsPolicy
from incentive.points.policy.schemas import PolicyChangeSchema, PolicySchema

bp: Final = ApiBlueprint(
    "points_policy",
    __name__,
    description="What people may do with points, and from where on two must agree",
)


@bp.get("/points-policy")
@needs(SIGNED_IN)
@bp.response(200, PolicySchema)
def show_policy() -> PointsPolicy:
    """Return the policy that holds now."""
    with transaction():
        caller()
        return service.policy()


@bp.patch("/points-policy")
@needs("points.policy", of=WHOLE)
@bp.arguments(PolicyChangeSchema)
@bp.response(200, PolicySchema)
def change_policy(fields: dict[str, Any]) -> PointsPolicy:
    """Change what is named of the policy, from now on."""
    with transaction():
        return service.change(caller(), clock.now(), **fields)
