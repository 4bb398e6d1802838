"""The budgets' SQL. Budgets are locked in the order of their ids."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.points.budgets.domain import Demand
from incentive.points.budgets.models import Budget, BudgetMonth, BudgetUse, BudgetWait
from incentive.regions.models import Region

# The nearest region at or above that has a budget for the month counts, and no other.
_COUNTING: Final = text(
    "SELECT want.region_id, want.month, nearest.budget_id"
    " FROM unnest(CAST(:regions AS uuid[]), CAST(:months AS date[])) AS want (region_id, month)"
    " JOIN regions r ON r.id = want.region_id"
    " CROSS JOIN LATERAL (SELECT m.budget_id FROM budget_months m"
    " JOIN regions a ON a.id = m.region_id AND a.path @> r.path"
    " WHERE m.month = want.month ORDER BY nlevel(a.path) DESC LIMIT 1) nearest"
)
# What the ledger issued for the months below the region and no nearer budget has counted.
_ISSUED: Final = text(
    "SELECT coalesce(-sum(e.amount), 0) FROM regions r"
    " JOIN accounts a ON a.owner = 'region:' || r.id AND a.purpose = 'issuance'"
    " AND a.asset = 'points'"
    " JOIN entries e ON e.account_id = a.id JOIN transactions t ON t.id = e.transaction_id"
    " WHERE r.path <@ CAST(:path AS ltree) AND t.effective_on BETWEEN :first AND :last"
    " AND NOT EXISTS (SELECT FROM budget_months m JOIN regions n ON n.id = m.region_id"
    " WHERE m.month = date_trunc('month', t.effective_on)::date AND n.path @> r.path"
    " AND n.path <@ CAST(:path AS ltree) AND n.path <> CAST(:path AS ltree))"
)


def counting(places: Collection[tuple[UUID, date]]) -> dict[tuple[UUID, date], UUID]:
    """Return the budget that counts for each (region, month) that has one."""
    rows = session().execute(
        _COUNTING,
        {"regions": [place[0] for place in places], "months": [place[1] for place in places]},
    )
    return {(row.region_id, row.month): row.budget_id for row in rows}


def lock(budget_ids: Collection[UUID]) -> dict[UUID, Budget]:
    """Return budgets, locked until the end; nobody else counts against them meanwhile."""
    wanted = select(Budget).where(Budget.id.in_(budget_ids)).order_by(Budget.id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {budget.id: budget for budget in session().scalars(locked)}


def issued_before(path: str, first: date, last: date) -> int:
    """Return the points issued for those days in the subtree at `path`, nearer budgets aside."""
    return int(session().scalar(_ISSUED, {"path": path, "first": first, "last": last}) or 0)


def take_months(region_id: UUID, months: Sequence[date], budget_id: UUID) -> bool:
    """Let a budget cover `months`; return False if another of the region covers one of them."""
    rows = [{"region_id": region_id, "month": m, "budget_id": budget_id} for m in months]
    taken = upsert(BudgetMonth).values(rows).on_conflict_do_nothing()
    return len(session().execute(taken.returning(BudgetMonth.month)).all()) == len(months)


def waits(keys: Collection[str]) -> dict[str, BudgetWait]:
    """Return what waits under `keys`."""
    found = select(BudgetWait).where(BudgetWait.key.in_(keys))
    fresh = found.execution_options(populate_existing=True)
    return {wait.key: wait for wait in session().scalars(fresh)}


def count(budget_id: UUID, issued: int, promised: int) -> None:
    """Count points issued, and those promised or no longer so, on a locked budget."""
    session().execute(
        update(Budget)
        .where(Budget.id == budget_id)
        .values(issued=Budget.issued + issued, promised=Budget.promised + promised)
        .execution_options(synchronize_session=False)
    )


def add_uses(uses: list[dict[str, Any]]) -> None:
    """Keep what counts against budgets."""
    session().execute(insert(BudgetUse), uses)


def use(key: str) -> BudgetUse | None:
    """Return what the transaction `key` counts against a budget."""
    return session().get(BudgetUse, key)


def forget_waits(keys: Collection[str]) -> None:
    """Take off the list what was issued."""
    session().execute(delete(BudgetWait).where(BudgetWait.key.in_(keys)))


def wait(refused: Sequence[tuple[Demand, UUID]], at: datetime) -> None:
    """Put demands on the list, or bring them up to date; a former approval is void."""
    statement = upsert(BudgetWait).values(
        [
            {
                "key": demand.key,
                "budget_id": budget_id,
                "person_id": demand.person_id,
                "points": demand.points,
                "since": at,
            }
            for demand, budget_id in refused
        ]
    )
    fresh = {
        "budget_id": statement.excluded.budget_id,
        "points": statement.excluded.points,
        "approved_by": None,
        "approved_at": None,
    }
    session().execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))


def listed(paths: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return budgets in the subtrees at `paths`: each with its Region and what waits for it."""
    waiting = (
        select(
            func.count().label("waiting"),
            func.coalesce(func.sum(BudgetWait.points), 0).label("waiting_points"),
        )
        .where(BudgetWait.budget_id == Budget.id, BudgetWait.approved_by.is_(None))
        .lateral("waits")
    )
    return (
        select(Budget, Region, waiting.c.waiting, waiting.c.waiting_points)
        .join(Region, Region.id == Budget.region_id)
        .join(waiting, text("true"))
        .where(reach.within(Region.path, paths))
    )


def several(budget_ids: Collection[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return budgets, each with its region's path."""
    statement = select(Budget, Region.path).join(Region, Region.id == Budget.region_id)
    return session().execute(statement.where(Budget.id.in_(budget_ids)).order_by(Budget.id)).all()


def one(budget_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a budget with its region's path."""
    found = several([budget_id])
    return found[0] if found else None


def waiting_at(budget_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return what waits for a budget and nobody has approved, with the volunteer numbers."""
    return (
        select(BudgetWait, Person.volunteer_number)
        .join(Person, Person.id == BudgetWait.person_id)
        .where(BudgetWait.budget_id == budget_id, BudgetWait.approved_by.is_(None))
    )


def approve_waits(
    budget_id: UUID, by: UUID, at: datetime, keys: Collection[str] | None
) -> list[Row[*tuple[Any, ...]]]:
    """Approve what waits (of `keys`, or all), the approver's own points left out."""
    wanted = update(BudgetWait).where(
        BudgetWait.budget_id == budget_id,
        BudgetWait.approved_by.is_(None),
        BudgetWait.person_id != by,
    )
    if keys is not None:
        wanted = wanted.where(BudgetWait.key.in_(keys))
    approved = wanted.values(approved_by=by, approved_at=at)
    returned = approved.returning(BudgetWait.key, BudgetWait.points)
    return list(session().execute(returned.execution_options(synchronize_session=False)).all())


def widen(budget_id: UUID, *, overrun: int, promised: int) -> None:
    """Give a locked budget more room, some of it promised already."""
    session().execute(
        update(Budget)
        .where(Budget.id == budget_id)
        .values(overrun=Budget.overrun + overrun, promised=Budget.promised + promised)
        .execution_options(synchronize_session=False)
    )
