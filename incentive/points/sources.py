"""How an auditor opens what moved points by hand: adjustments, gifts and disputes."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.db import session
from incentive.core.i18n import Text, _
from incentive.ledger.sources import Source, opens
from incentive.people import service as people
from incentive.points.corrections.models import Adjustment
from incentive.points.disputes.models import Dispute
from incentive.points.giving.models import Gift
from incentive.points.merges.models import PersonMerge

_PROPOSED: Final = _("Proposed by %(number)s")
_DECIDED: Final = _("Decided by %(number)s")
_OPENED: Final = _("Opened by %(number)s")
_GIVEN: Final = _("Given by %(number)s")
_Step = tuple[Text, UUID | None, datetime | None]


@opens("adjustment")
def open_adjustment(key: str) -> Source | None:
    """Return the adjustment `key`."""
    found = session().get(Adjustment, UUID(key))
    if found is None:
        return None
    return Source(
        _("Adjustment"),
        (
            (_("Volunteer number"), _number(found.person_id)),
            (_("Points"), found.points),
            (_("Reason"), found.reason),
            (_("Status"), found.status),
            (_("Corrects transaction"), found.corrects),
            (_("Reason of the decision"), found.decision_reason),
        ),
        _events(
            (_PROPOSED, found.proposed_by, found.proposed_at),
            (_DECIDED, found.decided_by, found.decided_at),
        ),
    )


@opens("dispute")
def open_dispute(key: str) -> Source | None:
    """Return the dispute `key`."""
    found = session().get(Dispute, UUID(key))
    if found is None:
        return None
    return Source(
        _("Dispute"),
        (
            (_("Volunteer number"), _number(found.person_id)),
            (_("Transaction"), found.transaction_id),
            (_("Points"), found.points),
            (_("Reason"), found.reason),
            (_("Status"), found.status),
            (_("Reason of the decision"), found.decision_reason),
        ),
        _events(
            (_OPENED, found.opened_by, found.opened_at),
            (_DECIDED, found.decided_by, found.decided_at),
        ),
    )


@opens("gift")
def open_gift(key: str) -> Source | None:
    """Return the gift `key`."""
    found = session().get(Gift, UUID(key))
    if found is None:
        return None
    return Source(
        _("Gift"),
        ((_("Points"), found.points), (_("Kind"), found.kind)),
        _events((_GIVEN, found.giver_id, found.at)),
    )


@opens("merge")
def open_merge(key: str) -> Source | None:
    """Return the merge `key` of two entries of one person."""
    found = session().get(PersonMerge, UUID(key))
    if found is None:
        return None
    return Source(
        _("Merge of two entries"),
        (
            (_("Entry that stays"), _number(found.kept_id)),
            (_("Entry that closes"), _number(found.gone_id)),
            (_("Points"), found.points),
            (_("Reason"), found.reason),
            (_("Status"), found.status),
        ),
        _events(
            (_PROPOSED, found.asked_by, found.asked_at),
            (_DECIDED, found.decided_by, found.decided_at),
        ),
    )


def _number(person_id: UUID) -> str:
    return people.numbers_of([person_id]).get(person_id, "")


def _events(*steps: _Step) -> list[tuple[datetime, Text]]:
    """Return the steps that were taken, each with the volunteer number of who took it."""
    numbers = people.numbers_of([who for _words, who, _at in steps if who])
    return [
        (at, Text(words.message, number=numbers.get(who, "")))
        for words, who, at in steps
        if who is not None and at is not None
    ]
