"""One's own sessions over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import RIGHTS, needs
from incentive.people.caller import caller
from incentive.people.sessions import service
from incentive.people.sessions.schemas import OpenSessionsSchema

bp: Final = ApiBlueprint("sessions", __name__, description="One's open sessions")
_SHOWN: Final = ("id", "browser", "network", "created_at", "used_at", "expires_at")


@bp.get("/me/sessions")
@needs(RIGHTS)
@bp.response(200, OpenSessionsSchema)
def list_sessions() -> dict[str, Any]:
    """List where you are signed in."""
    with transaction():
        who = caller()
        found = service.sessions(who, clock.now())
        return {
            "items": [
                {name: getattr(each, name) for name in _SHOWN}
                | {"current": each.id == who.sign_in_id}
                for each in found
            ]
        }


@bp.delete("/me/sessions/<uuid:session_id>")
@needs(RIGHTS)
@bp.response(204)
def end_session(session_id: UUID) -> None:
    """Sign one of your phones or browsers out."""
    with transaction():
        service.end(session_id, caller(), clock.now())


@bp.delete("/me/sessions")
@needs(RIGHTS)
@bp.response(204)
def end_all_sessions() -> None:
    """Sign out everywhere: all sessions, this one too, and the devices and tokens in your name."""
    with transaction():
        service.end_all(caller(), clock.now())
