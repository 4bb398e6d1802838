"""Warnings that one's points are about to expire."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, needs
from incentive.people.caller import caller
from incentive.points.notices import service
from incentive.points.notices.schemas import NoticesSchema

bp: Final = ApiBlueprint("notices", __name__, description="Warnings of expiry")


@bp.get("/me/notices")
@needs(OWN)
@bp.response(200, NoticesSchema)
def my_notices() -> dict[str, Any]:
    """Return which of the caller's points expire soon, as far as they were warned of it."""
    with transaction():
        return {"items": service.warnings(caller().person_id, clock.now())}
