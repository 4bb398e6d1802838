"""The SQL of simulations: past facts a set of persons at a time, and what they come to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from incentive.activities.models import Activity
from incentive.checkin.models import ServiceRecord
from incentive.core.db import session
from incentive.people.models import Person
from incentive.settlement.models import Award
from incentive.settlement.rulebook.domain import Change, PaidFact, Sums
from incentive.settlement.rulebook.models import (
    RuleDraft,
    Simulation,
    SimulationPerson,
    SimulationSum,
)

_OPEN = Simulation.finished_at.is_(None)


def put(values: dict[str, Any]) -> None:
    """Ask for a simulation, unless one of the same draft is going on."""
    session().execute(
        insert(Simulation)
        .values(values)
        .on_conflict_do_nothing(
            index_elements=["draft_id"], index_where=text("finished_at IS NULL")
        )
    )


def open_of(draft_id: UUID) -> Simulation | None:
    """Return the simulation of a draft that is going on."""
    return (
        session().scalars(select(Simulation).where(_OPEN, Simulation.draft_id == draft_id)).first()
    )


def lock_next() -> tuple[Simulation, Any] | None:
    """Lock and return the oldest simulation that nobody works on now, and its draft's document."""
    waiting = (
        select(Simulation, RuleDraft.document)
        .join(RuleDraft, RuleDraft.id == Simulation.draft_id)
        .where(_OPEN)
        .order_by(Simulation.id)
        .limit(1)
        .with_for_update(of=Simulation, skip_locked=True)
    )
    row = session().execute(waiting.execution_options(populate_existing=True)).one_or_none()
    return (row[0], row[1]) if row else None


def count_records(first: date, until: date) -> int:
    """Return how many records were settled for the days from `first` to before `until`."""
    counted = select(func.count()).where(Award.day >= first, Award.day < until)
    return int(session().scalar(counted) or 0)


def next_persons(after: UUID | None, first: date, until: date, limit: int) -> list[UUID]:
    """Return up to `limit` persons with awards of those days, in order, after the one given."""
    theirs = select(Award.person_id).where(Award.day >= first, Award.day < until)
    if after is not None:
        theirs = theirs.where(Award.person_id > after)
    ids = theirs.group_by(Award.person_id).order_by(Award.person_id).limit(limit)
    return list(session().scalars(ids))


def facts(persons: Sequence[UUID], first: date, until: date) -> list[PaidFact]:
    """Return all that these persons were settled for on those days, in the order of settling."""
    rows = session().execute(
        select(
            Award.service_record_id,
            Award.person_id,
            Award.activity_id,
            Activity.kind,
            Award.day,
            ServiceRecord.minutes,
            Award.points,
        )
        .join(ServiceRecord, ServiceRecord.id == Award.service_record_id)
        .join(Activity, Activity.id == Award.activity_id)
        .where(Award.person_id.in_(persons), Award.day >= first, Award.day < until)
        .order_by(Award.awarded_at, Award.service_record_id)
    )
    return [PaidFact(*row) for row in rows]


def sums_before(persons: Sequence[UUID], first: date) -> Sums:
    """Return what these persons were awarded for days before `first`, the start of a month."""
    earlier = (
        select(Award.person_id, Award.activity_id, func.sum(Award.points))
        .where(Award.person_id.in_(persons), Award.day < first, Award.points > 0)
        .group_by(Award.person_id, Award.activity_id)
    )
    by_activity = {(person, activity): int(n) for person, activity, n in session().execute(earlier)}
    return Sums(by_activity, frozenset(person for person, _ in by_activity))


def note(simulation_id: UUID, **values: Any) -> None:
    """Note how far a simulation is."""
    session().execute(update(Simulation).where(Simulation.id == simulation_id).values(**values))


def fail(simulation_id: UUID, at: datetime, error: str) -> None:
    """Give a simulation up."""
    session().execute(
        update(Simulation)
        .where(Simulation.id == simulation_id, _OPEN)
        .values(finished_at=at, error=error)
    )


def add_sums(simulation_id: UUID, part: str, changes: Mapping[str, Change]) -> None:
    """Add changes to the sums of `part`, one statement for all."""
    rows = [
        _row(simulation_id, change) | {"part": part, "name": n} for n, change in changes.items()
    ]
    put_in = insert(SimulationSum)
    counted = {name: put_in.excluded[name] for name in ("records", "paid", "would_pay")}
    session().execute(
        put_in.on_conflict_do_update(
            index_elements=["simulation_id", "part", "name"],
            set_={name: getattr(SimulationSum, name) + new for name, new in counted.items()},
        ),
        rows,
    )


def add_persons(simulation_id: UUID, changes: Mapping[UUID, Change]) -> None:
    """Store the changes of persons, one statement for all."""
    rows = [_row(simulation_id, change) | {"person_id": id_} for id_, change in changes.items()]
    session().execute(insert(SimulationPerson), rows)


def simulation(draft_id: UUID, simulation_id: UUID) -> Simulation | None:
    """Return a simulation of a draft."""
    wanted = select(Simulation).filter_by(id=simulation_id, draft_id=draft_id)
    return session().scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def of_draft(draft_id: UUID) -> Sequence[Simulation]:
    """Return the simulations of a draft, the latest first."""
    theirs = select(Simulation).filter_by(draft_id=draft_id).order_by(Simulation.id.desc())
    return session().scalars(theirs.execution_options(populate_existing=True)).all()


def sums(simulation_id: UUID) -> Sequence[SimulationSum]:
    """Return the sums of a simulation, by part and name."""
    found = select(SimulationSum).filter_by(simulation_id=simulation_id)
    ordered = found.order_by(SimulationSum.part, SimulationSum.name)
    return session().scalars(ordered.execution_options(populate_existing=True)).all()


def people(simulation_id: UUID) -> tuple[int, int]:
    """Return how many persons a simulation looked at, and for how many something changes."""
    counted = select(func.count(), func.count().filter(SimulationPerson.size > 0))
    row = session().execute(counted.where(SimulationPerson.simulation_id == simulation_id)).one()
    return int(row[0]), int(row[1])


def persons() -> Select[*tuple[Any, ...]]:
    """Return (SimulationPerson, volunteer number) of all simulations."""
    return select(SimulationPerson, Person.volunteer_number).join(
        Person, Person.id == SimulationPerson.person_id
    )


def most_changed(simulation_id: UUID, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of `persons` for whom most changes, either way."""
    changed = persons().where(
        SimulationPerson.simulation_id == simulation_id, SimulationPerson.size > 0
    )
    most = changed.order_by(SimulationPerson.size.desc(), SimulationPerson.person_id.desc())
    return session().execute(most.limit(limit)).all()


def _row(simulation_id: UUID, change: Change) -> dict[str, Any]:
    return {
        "simulation_id": simulation_id,
        "records": change.records,
        "paid": change.paid,
        "would_pay": change.would_pay,
    }
