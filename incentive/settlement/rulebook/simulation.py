"""What a draft would have paid: past awards recomputed, a few hundred persons at a time.

Each set of persons is one transaction that also notes how far it is, so that a simulation may be
broken off at any moment and goes on from there; memory holds one set, however long the period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from incentive import rules
from incentive.core.ids import new_id
from incentive.people.caller import Caller
from incentive.settlement.rulebook import domain, queries, simulation_queries
from incentive.settlement.rulebook.errors import UnknownDraft, UnknownSimulation
from incentive.settlement.rulebook.models import Simulation, SimulationSum

PERSONS: Final = 500
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Results:
    """What a simulation came to: in all, by month, by kind, and for whom most changes."""

    simulation: Simulation
    records: int
    paid: int
    would_pay: int
    people: int
    people_changed: int
    months: Sequence[SimulationSum]
    kinds: Sequence[SimulationSum]
    most_changed: Sequence[Any]


def ask(
    draft_id: UUID, first: date, last: date, by: Caller, at: datetime, today: date
) -> Simulation:
    """Have a draft simulated on the months `first` to `last`; one that is going on is returned.

    Raises:
        UnknownDraft, DraftClosed, MonthsInvalid: nothing is asked for.
    """
    draft = queries.lock_draft(draft_id)
    if draft is None:
        raise UnknownDraft
    domain.check_open(draft.state)
    first, last = first.replace(day=1), last.replace(day=1)
    domain.check_months(first, last, today)
    simulation_queries.put(
        {
            "id": new_id(),
            "draft_id": draft_id,
            "document_hash": draft.document_hash,
            "first_month": first,
            "last_month": last,
            "asked_by": by.person_id,
            "asked_at": at,
        }
    )
    found = simulation_queries.open_of(draft_id)
    if found is None:  # nobody else finishes it: the draft is locked
        raise UnknownSimulation
    return found


def step(at: datetime) -> bool:
    """Recompute the next set of persons of the oldest simulation; False when there is none."""
    locked = simulation_queries.lock_next()
    if locked is None:
        return False
    simulation, document = locked
    first, until = simulation.first_month, domain.month_after(simulation.last_month)
    total = simulation.records_total
    if total is None:
        total = simulation_queries.count_records(first, until)
    persons = simulation_queries.next_persons(simulation.last_person, first, until, PERSONS)
    if not persons:
        _finish(simulation, at)
        return True
    facts = simulation_queries.facts(persons, first, until)
    before = simulation_queries.sums_before(persons, first)
    found = domain.recompute(facts, before, rules.parse(document))
    simulation_queries.add_persons(simulation.id, found.persons)
    simulation_queries.add_sums(simulation.id, "month", found.months)
    simulation_queries.add_sums(simulation.id, "kind", found.kinds)
    done = simulation.records_done + len(facts)
    simulation_queries.note(
        simulation.id,
        # More may have been settled meanwhile for those days.
        records_total=max(total, done),
        records_done=done,
        last_person=persons[-1],
    )
    return True


def give_up(error: Exception, at: datetime) -> None:
    """Close the simulation whose step has failed, with the reason: it would fail again."""
    locked = simulation_queries.lock_next()
    if locked is not None:
        reason = str(error).partition("\n")[0][:300] or type(error).__name__
        simulation_queries.fail(locked[0].id, at, reason)
        _log.error("settlement.simulation_failed", simulation=str(locked[0].id), error=reason)


def results(draft_id: UUID, simulation_id: UUID) -> Results:
    """Return what a simulation came to so far.

    Raises:
        UnknownSimulation: this draft has no such one.
    """
    found = simulation_queries.simulation(draft_id, simulation_id)
    if found is None:
        raise UnknownSimulation
    sums = simulation_queries.sums(simulation_id)
    months = [one for one in sums if one.part == "month"]
    people, changed = simulation_queries.people(simulation_id)
    return Results(
        found,
        sum(one.records for one in months),
        sum(one.paid for one in months),
        sum(one.would_pay for one in months),
        people,
        changed,
        months,
        [one for one in sums if one.part == "kind"],
        simulation_queries.most_changed(simulation_id, domain.MOST_CHANGED),
    )


def of_draft(draft_id: UUID) -> Sequence[Simulation]:
    """Return a draft's simulations, the latest first."""
    return simulation_queries.of_draft(draft_id)


def _finish(simulation: Simulation, at: datetime) -> None:
    draft = queries.lock_draft(simulation.draft_id)
    simulation_queries.note(simulation.id, finished_at=at, records_total=simulation.records_done)
    if draft is not None and draft.state == "draft":
        queries.set_state(draft.id, "simulated")
