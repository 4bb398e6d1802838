"""One's linked accounts over HTTP; they are linked with a browser."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import RIGHTS, needs
from incentive.people.caller import caller
from incentive.people.external import service
from incentive.people.external.models import LinkedIdentity
from incentive.people.external.schemas import IdentitiesSchema

bp: Final = ApiBlueprint("identities", __name__, description="Accounts at other services")


@bp.get("/me/identities")
@needs(RIGHTS)
@bp.response(200, IdentitiesSchema)
def list_identities() -> dict[str, Sequence[LinkedIdentity]]:
    """List the accounts at other services that sign you in."""
    with transaction():
        return {"items": service.identities(caller())}


@bp.delete("/me/identities/<uuid:identity_id>")
@needs(RIGHTS)
@bp.response(204)
def unlink_identity(identity_id: UUID) -> None:
    """Unlink an account: it signs you in no more."""
    with transaction():
        service.unlink(identity_id, caller())
