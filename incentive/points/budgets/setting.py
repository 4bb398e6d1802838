"""Setting budgets, raising them, letting them run over, and listing them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.people import acts, separation
from incentive.people.caller import Caller
from incentive.points.budgets import queries
from incentive.points.budgets.domain import Period, last_day, months_of
from incentive.points.budgets.errors import (
    IssuedMore,
    MonthsTaken,
    MoreWaits,
    NothingWaits,
    OwnBudget,
    OwnWiderBudget,
    RefusesOverrun,
    UnknownBudget,
)
from incentive.points.budgets.models import Budget, BudgetChange, BudgetWait
from incentive.regions import service as regions
from incentive.regions.models import Region

_SHOWN: Final = ("amount", "overrun", "policy")


def set_budget(
    caller: Caller,
    *,
    region: str,
    period: Period,
    day: date,
    amount: int,
    policy: str,
    at: datetime,
) -> Budget:
    """Set the budget of the region coded `region` for the period in which `day` lies.

    What was issued for these months before counts against it. Where a budget of a region above
    counts so far, it is for who could raise that one: `budget.set` there, and not who set it.

    Raises:
        UnknownRegion, OutOfScope, OwnWiderBudget, MonthsTaken, IssuedMore: nothing was written.
    """
    place = regions.region_by_code(region)
    months = months_of(period, day)
    first, last = months[0], last_day(months[-1])
    caller.require("budget.set", region_path=place.path)
    for wider in _wider(place, months):
        caller.require("budget.set", region_path=wider.path)
        firsts = [wider.Budget.created_by]
        separation.require_another("budget.set", caller, firsts, OwnWiderBudget)
        _note_change(caller, wider.Budget, "nearer", amount, f"{place.name} {first:%Y-%m}", at)
    budget_id = new_id()
    before = queries.issued_before(place.path, first, last)
    if before > amount:
        raise IssuedMore(before)
    budget = Budget(
        id=budget_id,
        region_id=place.id,
        period=period,
        first_day=first,
        last_day=last,
        policy=policy,
        amount=amount,
        before=max(before, 0),
        issued=max(before, 0),
        created_by=caller.person_id,
        created_at=at,
    )
    session().add(budget)
    session().flush()
    if not queries.take_months(place.id, months, budget_id):
        raise MonthsTaken
    after = acts.picked(budget, ("region_id", "period", "first_day", *_SHOWN))
    acts.record(caller, "budget.set", subject=f"budget:{budget_id}", after=after)
    return budget


def raise_budget(caller: Caller, budget_id: UUID, points: int, reason: str, at: datetime) -> Budget:
    """Plan `points` (≥ 1) more; what waits is tried again by the next run.

    Raises:
        UnknownBudget, OutOfScope, OwnBudget: nothing was written.
    """
    budget = _for_second_person(caller, budget_id, "budget.raise")
    before = acts.picked(budget, _SHOWN)
    budget.amount += points
    _note_change(caller, budget, "raise", points, reason, at)
    acts.record(
        caller,
        "budget.raise",
        subject=f"budget:{budget_id}",
        before=before,
        after=acts.picked(budget, _SHOWN),
        reason=reason,
    )
    return budget


def approve_overrun(
    caller: Caller,
    budget_id: UUID,
    reason: str,
    at: datetime,
    keys: Sequence[str] | None = None,
    points_max: int | None = None,
) -> Budget:
    """Let what waits (of `keys`, or all but the caller's own) be issued over the budget.

    With `points_max`, the points that the caller has seen to wait, no more than these.

    Raises:
        UnknownBudget, OutOfScope, OwnBudget, RefusesOverrun, NothingWaits, MoreWaits: nothing was
        written.
    """
    budget = _for_second_person(caller, budget_id, "budget.overrun")
    if budget.policy == "refuse":
        raise RefusesOverrun
    approved = queries.approve_waits(budget_id, caller.person_id, at, keys)
    if not approved:
        raise NothingWaits
    before = acts.picked(budget, _SHOWN)
    points = sum(row.points for row in approved)
    if points_max is not None and points > points_max:
        raise MoreWaits(points, points_max)
    queries.widen(budget_id, overrun=points, promised=points)
    session().refresh(budget)
    _note_change(caller, budget, "overrun", points, reason, at)
    acts.record(
        caller,
        "budget.overrun",
        subject=f"budget:{budget_id}",
        before=before,
        after=acts.picked(budget, _SHOWN),
        reason=reason,
    )
    return budget


def budgets(paths: Sequence[str], *, cursor: str | None, limit: int) -> Page:
    """Return a page of the budgets in the subtrees at `paths`, the latest period first."""
    rows = queries.listed(paths)
    return page(
        rows,
        [Budget.first_day, Budget.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def waiting(caller: Caller, budget_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of what waits for a budget, by its key.

    Raises:
        UnknownBudget, OutOfScope: there is nothing to be seen.
    """
    row = queries.one(budget_id)
    if row is None:
        raise UnknownBudget
    caller.require("budget.read", region_path=row.path)
    waits = queries.waiting_at(budget_id)
    return page(
        waits, [BudgetWait.since, BudgetWait.key], cursor=cursor, limit=limit, scalars=False
    )


def _wider(place: Region, months: Sequence[date]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the budgets of regions above `place` that count there so far, each with its path."""
    counting = queries.counting({(place.id, month) for month in months})
    found = queries.several(set(counting.values()))
    return [row for row in found if row.Budget.region_id != place.id]


def _for_second_person(caller: Caller, budget_id: UUID, act: str) -> Budget:
    row = queries.one(budget_id)
    if row is None:
        raise UnknownBudget
    caller.require("budget.set", region_path=row.path)
    separation.require_another(act, caller, [row[0].created_by], OwnBudget)
    return queries.lock({budget_id})[budget_id]


def _note_change(
    caller: Caller, budget: Budget, kind: str, points: int, reason: str, at: datetime
) -> None:
    change = BudgetChange(
        budget_id=budget.id,
        set_by=budget.created_by,
        kind=kind,
        points=points,
        reason=reason,
        by=caller.person_id,
        at=at,
    )
    session().add(change)
    session().flush()
