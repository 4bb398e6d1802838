"""The trials of a draft, as its page shows them."""

from typing import Any
from uuid import UUID

from incentive.settlement.rulebook import simulation
from incentive.settlement.rulebook.models import Simulation
from incentive.settlement.rulebook.views import results_view, simulation_view


def trials(draft_id: UUID) -> dict[str, Any]:
    """Return the trial that goes on, if one does, what the last one came to, and all of them."""
    made = simulation.of_draft(draft_id)
    going_on = next((one for one in made if one.finished_at is None), None)
    last = next((one for one in made if _is_whole(one)), None)
    broken = made[0].error if made and made[0].error else ""
    return {
        "going_on": going_on and simulation_view(going_on),
        "last": results_view(simulation.results(draft_id, last.id)) if last else None,
        "broken": broken,
    }


def _is_whole(trial: Simulation) -> bool:
    return trial.finished_at is not None and not trial.error
