"""One's own API tokens over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, RIGHTS, needs
from incentive.people.caller import caller
from incentive.people.models import SignIn
from incentive.people.tokens import service
from incentive.people.tokens.schemas import FreshTokenSchema, MakeTokenSchema, TokensSchema

bp: Final = ApiBlueprint("tokens", __name__, description="Personal API tokens")
_SHOWN: Final = ("id", "name", "created_at", "used_at", "expires_at")


@bp.post("/me/tokens")
@needs(OWN)
@bp.arguments(MakeTokenSchema)
@bp.response(201, FreshTokenSchema)
def make_token(given: dict[str, Any]) -> dict[str, Any]:
    """Make a token for a program, with a part of what you may.

    Takes no Idempotency-Key: its answer, a token, is kept nowhere.
    """
    with transaction():
        token, made = service.make(**given, by=caller(), at=clock.now())
        return _shown(made) | {"token": token}


@bp.get("/me/tokens")
@needs(RIGHTS)
@bp.response(200, TokensSchema)
def list_tokens() -> dict[str, Any]:
    """List your tokens."""
    with transaction():
        return {"items": [_shown(each) for each in service.tokens(caller(), clock.now())]}


@bp.delete("/me/tokens/<uuid:token_id>")
@needs(RIGHTS)
@bp.response(204)
def end_token(token_id: UUID) -> None:
    """End a token; its next request opens nothing."""
    with transaction():
        service.end(token_id, by=caller(), at=clock.now())


def _shown(kept: SignIn) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in _SHOWN} | {"scopes": service.scopes(kept)}
