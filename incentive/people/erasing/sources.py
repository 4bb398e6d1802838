"""How an auditor opens what an erasure booked: the points that were given up."""

from uuid import UUID

from incentive.core.db import session
from incentive.core.i18n import _
from incentive.ledger.sources import Source, opens
from incentive.people.erasing.models import Erasure
from incentive.people.queries import numbers_of


@opens("erasure")
def open_erasure(key: str) -> Source | None:
    """Return the erasure `key`."""
    found = session().get(Erasure, UUID(key))
    if found is None:
        return None
    return Source(
        _("Points given up when a person was erased"),
        (
            (_("Volunteer number"), numbers_of([found.person_id])[found.person_id]),
            (_("Points"), found.points),
            (_("Status"), found.status),
        ),
        [(found.asked_at, _("Asked for"))],
    )
