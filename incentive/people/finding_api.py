"""Finding persons, and revealing what says who they are, over HTTP."""

from typing import Any, Final
from uuid import UUID

from flask import after_this_request
from werkzeug import Response

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import REACH, REGION, needs
from incentive.people import finding
from incentive.people.caller import caller
from incentive.people.finding_schemas import (
    FoundListSchema,
    RevealedSchema,
    RevealSchema,
    SearchSchema,
)
from incentive.people.personal import Personal

bp: Final = ApiBlueprint("finding", __name__, description="Finding and revealing persons")


@bp.post("/persons/search")
@needs("person.find", of=REACH)
@bp.arguments(SearchSchema)
@bp.response(200, FoundListSchema)
def find(given: dict[str, Any]) -> dict[str, list[finding.Found]]:
    """Find persons of your regions by one thing known of them; they are shown masked.

    A POST that changes nothing: what is looked for must not stand in an address.
    """
    after_this_request(_kept_nowhere)
    with transaction():
        return {"items": finding.find(caller(), **given)}


@bp.post("/persons/<uuid:person_id>/reveal")
@needs("person.reveal", of=REGION)
@bp.arguments(RevealSchema)
@bp.response(200, RevealedSchema)
def reveal(given: dict[str, Any], person_id: UUID) -> Personal:
    """Show a person's data in full, this once; who saw what, and why, is recorded.

    Takes no Idempotency-Key: its answer is kept nowhere, and each look is one of its own.
    """
    after_this_request(_kept_nowhere)
    with transaction():
        wanted, reason = given["fields_"], given["reason"].strip()
        return finding.reveal(person_id, wanted, reason, caller(), clock.now())


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
