"""Drafts, simulations and versions as people read them."""

from typing import Any

from incentive import rules
from incentive.settlement.rulebook.models import Simulation
from incentive.settlement.rulebook.simulation import Results


def words(document: Any, language: str) -> list[str]:
    """Return a sentence per rule; none for a document that cannot be read any more."""
    try:
        return rules.describe(rules.parse(document), language)
    except rules.RuleError:
        return []


def draft_view(row: Any, language: str) -> dict[str, Any]:
    """Return what is shown of a draft."""
    draft = row[0]
    return {
        "id": draft.id,
        "document": draft.document,
        "words": words(draft.document, language),
        "document_hash": draft.document_hash.hex(),
        "effective_from": draft.effective_from,
        "reason": draft.reason,
        "state": draft.state,
        "proposed_by": row.proposer,
        "proposed_at": draft.proposed_at,
        "decided_by": row.decider,
        "decided_at": draft.decided_at,
        "decision": draft.decision,
    }


def version_view(row: Any, language: str) -> dict[str, Any]:
    """Return what is shown of a version."""
    version = row[0]
    return {
        "id": version.id,
        "document": version.document,
        "words": words(version.document, language),
        "effective_from": version.effective_from,
        "proposed_by": row.proposer,
        "approved_by": row.decider,
        "created_at": version.created_at,
        "draft_id": version.draft_id,
    }


def simulation_view(simulation: Simulation) -> dict[str, Any]:
    """Return what is shown of a simulation, its results aside."""
    return {
        "id": simulation.id,
        "draft_id": simulation.draft_id,
        "document_hash": simulation.document_hash.hex(),
        "first_month": f"{simulation.first_month:%Y-%m}",
        "last_month": f"{simulation.last_month:%Y-%m}",
        "asked_at": simulation.asked_at,
        "records_total": simulation.records_total,
        "records_done": simulation.records_done,
        "finished_at": simulation.finished_at,
        "error": simulation.error,
    }


def results_view(results: Results) -> dict[str, Any]:
    """Return what is shown of a simulation's results."""
    return {
        "simulation": simulation_view(results.simulation),
        "records": results.records,
        "paid": results.paid,
        "would_pay": results.would_pay,
        "people": results.people,
        "people_changed": results.people_changed,
        "months": results.months,
        "kinds": results.kinds,
        "most_changed": [
            {
                "volunteer_number": row.volunteer_number,
                "records": row[0].records,
                "paid": row[0].paid,
                "would_pay": row[0].would_pay,
            }
            for row in results.most_changed
        ],
    }
