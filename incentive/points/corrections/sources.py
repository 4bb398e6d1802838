"""How an auditor opens an adjustment: whose, how much, by whose word, and why."""

from typing import Final
from uuid import UUID

from incentive.core.db import session
from incentive.core.i18n import Text, _
from incentive.ledger.sources import Source, opens
from incentive.people import service as people
from incentive.points.corrections.models import Adjustment

_PROPOSED: Final = _("Proposed by %(number)s")
_DECIDED: Final = _("Decided by %(number)s")


@opens("adjustment")
def open_adjustment(key: str) -> Source | None:
    """Return the adjustment `key`."""
    found = session().get(Adjustment, UUID(key))
    if found is None:
        return None
    decided = [found.decided_by] if found.decided_by else []
    numbers = people.numbers_of([found.person_id, found.proposed_by, *decided])
    events = [(found.proposed_at, _said(_PROPOSED, numbers.get(found.proposed_by)))]
    if found.decided_by and found.decided_at:
        events.append((found.decided_at, _said(_DECIDED, numbers.get(found.decided_by))))
    return Source(
        _("Adjustment"),
        (
            (_("Volunteer number"), numbers.get(found.person_id, "")),
            (_("Points"), found.points),
            (_("Reason"), found.reason),
            (_("Status"), found.status),
            (_("Corrects transaction"), found.corrects),
            (_("Reason of the decision"), found.decision_reason),
        ),
        events,
    )


def _said(words: Text, number: str | None) -> Text:
    return Text(words.message, number=number or "")
