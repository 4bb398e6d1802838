"""Budgets: setting and raising them, and counting what is issued against them.

The nearest region at or above that has a budget for the month of the service counts; without
any, nothing limits what is issued. Points count for the day that they are earned on, not for
the day of booking, so a late record counts in its own month.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.points.budgets import queries
from incentive.points.budgets.domain import Demand, Period, admit, last_day, months_of
from incentive.points.budgets.errors import (
    BudgetExhausted,
    BudgetWaiting,
    IssuedMore,
    MonthsTaken,
    NothingWaits,
    OwnBudget,
    RefusesOverrun,
    UnknownBudget,
)
from incentive.points.budgets.models import Budget, BudgetChange, BudgetWait
from incentive.regions import service as regions

_SHOWN: Final = ("amount", "overrun", "policy")


Refusal = BudgetExhausted | BudgetWaiting


def reserve(demands: Sequence[Demand], at: datetime) -> dict[str, Refusal]:
    """Count `demands` against their budgets, all of them; or none, and say by key which do not fit.

    Whoever calls issues what was counted in this same transaction. A demand that does not fit is
    passed over, so a smaller one behind it may. What was approved has room of its own.
    """
    limited = _limited(demands)
    if not limited:
        return {}
    budgets = queries.lock({budget_id for _, budget_id in limited})
    waits = queries.waits([demand.key for demand, _ in limited])
    approved = {key: wait.points for key, wait in waits.items() if wait.approved_by is not None}
    fitting = admit(limited, {b.id: b.room for b in budgets.values()}, approved)
    if len(fitting) == len(limited):
        _count(limited, approved, at)
        return {}
    return {
        demand.key: _refusal(budgets[budget_id], demand.points)
        for demand, budget_id in limited
        if demand.key not in fitting
    }


def keep_waiting(demands: Sequence[Demand], at: datetime) -> None:
    """Put demands that did not fit on the list; an approval of fewer points is void."""
    limited = _limited(demands)
    if not limited:
        return
    queries.lock({budget_id for _, budget_id in limited})
    waits = queries.waits([demand.key for demand, _ in limited])
    for wait in waits.values():
        if wait.approved_by is not None:
            queries.count(wait.budget_id, 0, -wait.points)
    queries.wait(limited, at)


def try_to_count(demand: Demand, at: datetime) -> Refusal | None:
    """Count one demand, or say why it does not fit; nothing waits then."""
    budget = _budget_of(demand)
    if budget is None:
        return None
    if demand.points > budget.room:
        return _refusal(budget, demand.points)
    _count([(demand, budget.id)], {}, at)
    return None


def count_anyway(caller: Caller, demand: Demand, at: datetime) -> None:
    """Count what the caller has decided to issue; the budget runs over if it must.

    Raises:
        OutOfScope, OwnBudget: it would, and the caller could not let it by `approve_overrun`.
    """
    budget = _budget_of(demand)
    if budget is not None:
        short = demand.points - budget.room
        if short > 0:
            caller.require("budget.set", region_path=regions.path_of(budget.region_id))
            if budget.created_by == caller.person_id:
                raise OwnBudget
            queries.widen(budget.id, overrun=short, promised=0)
        _count([(demand, budget.id)], {}, at)


def give_back(key: str, of: str, points: int, at: datetime) -> None:
    """Give back to its budget what the transaction `key` takes back of the transaction `of`."""
    used = queries.use(of)
    if used is None:
        return
    queries.lock({used.budget_id})
    queries.count(used.budget_id, -points, 0)
    queries.add_uses([{"key": key, "budget_id": used.budget_id, "points": -points, "at": at}])


def take_again(key: str, of: str, points: int, at: datetime) -> None:
    """Count again what the transaction `of` had given back and `key` issues; it may run over."""
    used = queries.use(of)
    if used is None:
        return
    budget = queries.lock({used.budget_id})[used.budget_id]
    short = points - budget.room
    if short > 0:
        queries.widen(budget.id, overrun=short, promised=0)
    queries.count(budget.id, points, 0)
    queries.add_uses([{"key": key, "budget_id": budget.id, "points": points, "at": at}])


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
    counts so far, it takes `budget.set` there too.

    Raises:
        UnknownRegion, OutOfScope, MonthsTaken, IssuedMore: nothing was written.
    """
    place = regions.region_by_code(region)
    months = months_of(period, day)
    for outer_id in set(queries.counting({(place.id, month) for month in months}).values()):
        # A nearer budget takes the place of this one: that is for who could raise this one.
        outer = queries.one(outer_id)
        caller.require("budget.set", region_path=outer.path if outer else None)
    caller.require("budget.set", region_path=place.path)
    first, last = months[0], last_day(months[-1])
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
    budget = _for_second_person(caller, budget_id)
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
    caller: Caller, budget_id: UUID, reason: str, at: datetime, keys: Sequence[str] | None = None
) -> Budget:
    """Let what waits (of `keys`, or all but the caller's own) be issued over the budget.

    Raises:
        UnknownBudget, OutOfScope, OwnBudget, RefusesOverrun, NothingWaits: nothing was written.
    """
    budget = _for_second_person(caller, budget_id)
    if budget.policy == "refuse":
        raise RefusesOverrun
    approved = queries.approve_waits(budget_id, caller.person_id, at, keys)
    if not approved:
        raise NothingWaits
    before = acts.picked(budget, _SHOWN)
    points = sum(row.points for row in approved)
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


def _limited(demands: Sequence[Demand]) -> list[tuple[Demand, UUID]]:
    """Return the demands for which a budget counts, each with its budget."""
    places = {(demand.region_id, demand.day.replace(day=1)) for demand in demands}
    counting = queries.counting(places) if places else {}
    return [
        (demand, counting[place])
        for demand in demands
        if (place := (demand.region_id, demand.day.replace(day=1))) in counting
    ]


def _budget_of(demand: Demand) -> Budget | None:
    """Return the budget that counts for a demand, locked."""
    place = (demand.region_id, demand.day.replace(day=1))
    budget_id = queries.counting({place}).get(place)
    return None if budget_id is None else queries.lock({budget_id})[budget_id]


def _count(
    fitting: Sequence[tuple[Demand, UUID]], approved: Mapping[str, int], at: datetime
) -> None:
    """Count on locked budgets what is issued now; what was promised to it is so no longer."""
    if not fitting:
        return
    issued: dict[UUID, int] = defaultdict(int)
    promised: dict[UUID, int] = defaultdict(int)
    for demand, budget_id in fitting:
        issued[budget_id] += demand.points
        promised[budget_id] += approved.get(demand.key, 0)
    for budget_id, points in issued.items():
        queries.count(budget_id, points, -promised[budget_id])
    queries.add_uses(
        [
            {"key": demand.key, "budget_id": budget_id, "points": demand.points, "at": at}
            for demand, budget_id in fitting
        ]
    )
    queries.forget_waits([demand.key for demand, _ in fitting])


def _refusal(budget: Budget, points: int) -> Refusal:
    kind = BudgetWaiting if budget.policy == "queue" else BudgetExhausted
    return kind(points, budget.room)


def _for_second_person(caller: Caller, budget_id: UUID) -> Budget:
    row = queries.one(budget_id)
    if row is None:
        raise UnknownBudget
    caller.require("budget.set", region_path=row.path)
    if row[0].created_by == caller.person_id:
        raise OwnBudget
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
