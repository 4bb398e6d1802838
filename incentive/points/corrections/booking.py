"""Bringing an adjustment into the ledger, with its budget and what it undoes."""

from datetime import datetime

from psycopg import errors as postgres
from sqlalchemy.exc import IntegrityError

from incentive.core.db import session
from incentive.core.zone import day_of
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Booked, Posted, Posting, Purse, transfer
from incentive.ledger.errors import AlreadyClosed, InsufficientPoints
from incentive.people.caller import Caller
from incentive.points.budgets import service as budgets
from incentive.points.budgets.domain import Demand
from incentive.points.budgets.errors import BudgetExhausted
from incentive.points.corrections import queries
from incentive.points.corrections.domain import lasts_until
from incentive.points.corrections.errors import SpentSince, UndoneBefore
from incentive.points.corrections.models import Adjustment


def book(adjustment: Adjustment, caller: Caller, at: datetime, *, approved: bool) -> None:
    """Post the adjustment; past a budget that queues it stays proposed, unless `approved`.

    Raises:
        BudgetExhausted: the budget refuses it.
        OutOfScope, OwnBudget: it runs over, and the caller may not let it.
        UndoneBefore, SpentSince, InsufficientPoints: there is no such number of points to undo
            or to take.
    """
    wrong = history.booked(adjustment.corrects) if adjustment.corrects is not None else None
    if not _budgeted(adjustment, wrong, caller, at, approved=approved):
        adjustment.over_budget = True
        session().flush()
        return
    if wrong is not None:
        _undo(wrong, adjustment)
    if adjustment.points < 0 and wrong is not None:
        # Before the accounts, as the settlement does: else each waits for what the other locked.
        budgets.give_back(_key(adjustment), wrong.key, -adjustment.points, at)
    posted = _reversal(adjustment, wrong, caller, at) if wrong else None
    if posted is None:
        posted = _adjustment(adjustment, caller, at)
    adjustment.status = "booked"
    adjustment.transaction_id = posted.transaction_id
    session().flush()


def foresee(adjustment: Adjustment, at: datetime) -> None:
    """Refuse to propose what could not be booked today either."""
    if adjustment.points < 0:
        owner = f"person:{adjustment.person_id}"
        usable = ledger.usable_balances(owner, day_of(at))
        left = sum(b.points for b in usable if b.purpose == "available")
        if left < -adjustment.points:
            if adjustment.action == "reverse":
                raise SpentSince(-adjustment.points, left)
            raise InsufficientPoints(-adjustment.points, left)


def _key(adjustment: Adjustment) -> str:
    return f"adjustment:{adjustment.id}"


def _budgeted(
    adjustment: Adjustment, wrong: Booked | None, caller: Caller, at: datetime, *, approved: bool
) -> bool:
    """Count points that are issued against the budget; return False if they wait for approval."""
    if adjustment.points < 0:
        return True
    day = wrong.effective_on if wrong else adjustment.effective_on
    demand = Demand(
        _key(adjustment), adjustment.region_id, day, adjustment.person_id, adjustment.points
    )
    refusal = budgets.try_to_count(demand, at)
    if isinstance(refusal, BudgetExhausted):
        raise refusal
    if refusal is not None and approved:
        budgets.count_anyway(caller, demand, at)
    return refusal is None or approved


def _undo(wrong: Booked, adjustment: Adjustment) -> None:
    moved, points = abs(wrong.net(f"person:{adjustment.person_id}")), abs(adjustment.points)
    try:
        with session().begin_nested():
            queries.undo(wrong.id, moved, points)
    except IntegrityError as error:
        if isinstance(error.orig, postgres.CheckViolation):
            raise UndoneBefore(moved - queries.undone(wrong.id)) from None
        raise


def _reversal(adjustment: Adjustment, wrong: Booked, caller: Caller, at: datetime) -> Posted | None:
    if adjustment.action != "reverse":
        return None
    try:
        with session().begin_nested():
            return ledger.reverse(
                key=_key(adjustment),
                reversed_key=wrong.key,
                actor=f"person:{caller.person_id}",
                today=day_of(at),
                reason=adjustment.reason,
            )
    except InsufficientPoints:
        raise SpentSince(-adjustment.points, _usable(adjustment, at)) from None
    except AlreadyClosed:
        raise UndoneBefore(0) from None


def _usable(adjustment: Adjustment, at: datetime) -> int:
    usable = ledger.usable_balances(f"person:{adjustment.person_id}", day_of(at))
    left = sum(b.points for b in usable if b.purpose == "available")
    return min(left, -adjustment.points)


def _adjustment(adjustment: Adjustment, caller: Caller, at: datetime) -> Posted:
    owner = f"person:{adjustment.person_id}"
    issuance = Purse(f"region:{adjustment.region_id}", "issuance")
    source = f"adjustment:{adjustment.id}"
    actor = f"person:{caller.person_id}"
    if adjustment.points < 0:
        return ledger.move(
            key=_key(adjustment),
            kind="adjustment",
            owner=owner,
            amount=-adjustment.points,
            to=issuance,
            source=source,
            actor=actor,
            today=day_of(at),
            effective_on=adjustment.effective_on,
            reason=adjustment.reason,
        )
    purse = Purse(owner, "available", lasts_until(adjustment.effective_on, day_of(at)))
    posting = Posting(
        key=_key(adjustment),
        kind="adjustment",
        source=source,
        actor=actor,
        effective_on=adjustment.effective_on,
        lines=transfer(issuance, purse, adjustment.points),
        reason=adjustment.reason,
    )
    return ledger.post([posting])[0]
