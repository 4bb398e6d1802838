"""What is held about a person for their points."""

from datetime import datetime
from typing import Any
from uuid import UUID

from incentive.core.errors import IncentiveError
from incentive.core.i18n import _
from incentive.people.erasing.hindering import hinders
from incentive.people.held import BOOKS, DELETED, ERASED_WORDS, Changed, office, own
from incentive.points import queries
from incentive.points.budgets.models import Budget, BudgetChange, BudgetWait
from incentive.points.corrections.models import Adjustment
from incentive.points.disputes.models import Dispute
from incentive.points.errors import CorrectionsOpen, DisputesOpen
from incentive.points.family.models import FamilyLink
from incentive.points.giving.models import Gift
from incentive.points.merges.models import PersonMerge
from incentive.points.notices.models import PointsNotice
from incentive.points.policy.models import PointsPolicy

_FAMILY = _("The other's own list tells them that it has ended.")
_WORDS = _("That points were disputed, and how it ended, stays; what you wrote does not.")


def _ended(person_id: UUID, at: datetime) -> dict[str, Any]:
    return {"ended_at": at, "ended_by": person_id}


own(
    "points",
    _("Corrections of points"),
    Adjustment,
    "person_id",
    BOOKS,
    "action points reason effective_on status proposed_at decided_at decision_reason",
)
own(
    "points",
    _("Disputes about points"),
    Dispute,
    "person_id",
    # What others wrote about points that they dispute is theirs.
    Changed(
        _WORDS,
        lambda _person_id, _at: {"reason": ERASED_WORDS},
        lambda person_id, _at: Dispute.opened_by == person_id,
    ),
    "side points held reason opened_at due_on status decided_at decision_reason",
)
own("points", _("Points given away"), Gift, "giver_id", BOOKS, "kind points at")
own("points", _("Points given to you"), Gift, "recipient", BOOKS, "points at", text="person:{}")
own(
    "points",
    _("Warnings of expiry"),
    PointsNotice,
    "person_id",
    DELETED,
    "expires_on stage points at",
)
own("points", _("Points that wait for a budget"), BudgetWait, "person_id", BOOKS, "points since")
for _column in ("kept_id", "gone_id"):
    own(
        "points",
        _("Merges of two entries"),
        PersonMerge,
        _column,
        BOOKS,
        "status points reason asked_at decided_at undone_at",
    )
for _column in ("first_id", "second_id"):
    own(
        "family",
        _("Family links"),
        FamilyLink,
        _column,
        Changed(_FAMILY, _ended, lambda _person_id, _at: FamilyLink.ended_at.is_(None)),
        "asked_at accepted_at ended_at",
    )
office(
    "office",
    _("Corrections proposed or decided"),
    Adjustment,
    "proposed_by decided_by",
    "proposed_at",
)
office(
    "office",
    _("Disputes opened or decided"),
    Dispute,
    "opened_by made_by proposed_by decided_by",
    "opened_at",
)
office(
    "office",
    _("Merges of entries asked for or decided"),
    PersonMerge,
    "asked_by decided_by undone_by",
    "asked_at",
)
office("office", _("Budgets set"), Budget, "created_by", "created_at")
office("office", _("Budgets raised"), BudgetChange, "by set_by", "at")
office("office", _("Overruns approved"), BudgetWait, "approved_by", "approved_at")
office("office", _("Policies on points"), PointsPolicy, "created_by", "created_at")


@hinders
def _disputes(person_id: UUID, _at: datetime) -> IncentiveError | None:
    count = queries.count_disputes(person_id)
    return DisputesOpen(count) if count else None


@hinders(waits=True)
def _corrections(person_id: UUID, _at: datetime) -> IncentiveError | None:
    count = queries.count_corrections(person_id)
    return CorrectionsOpen(count) if count else None
