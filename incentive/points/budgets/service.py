"""Counting what is issued against budgets.

The nearest region at or above that has a budget for the month of the service counts; without
any, nothing limits what is issued. Points count for the day that they are earned on, not for
the day of booking, so a late record counts in its own month.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from incentive.people.caller import Caller
from incentive.points.budgets import queries
from incentive.points.budgets.domain import Demand, admit
from incentive.points.budgets.errors import BudgetExhausted, BudgetWaiting, OwnBudget
from incentive.points.budgets.models import Budget
from incentive.regions import service as regions

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


def limits(places: Collection[tuple[UUID, date]]) -> bool:
    """Say whether a budget counts for any of the (region, day) places."""
    months = {(region_id, day.replace(day=1)) for region_id, day in places}
    return bool(months and queries.counting(months))


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
