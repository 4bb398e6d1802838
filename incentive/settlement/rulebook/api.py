"""Rules over the API: proposed, simulated, submitted, decided on; and what was in force when."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.i18n import language
from incentive.core.jobs import enqueue
from incentive.core.needs import WHOLE, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.zone import today
from incentive.people.caller import Caller, caller
from incentive.settlement import jobs
from incentive.settlement.reach import require_over_all
from incentive.settlement.rulebook import service, simulation
from incentive.settlement.rulebook.schemas import (
    DecisionSchema,
    DraftSchema,
    MonthsSchema,
    NewDraftSchema,
    ResultsSchema,
    SimulationSchema,
    VersionSchema,
)
from incentive.settlement.rulebook.views import (
    draft_view,
    results_view,
    simulation_view,
    version_view,
)

bp: Final = ApiBlueprint("rules", __name__, description="Earning rules: drafts, trials, versions")


def allowed(permission: str) -> Caller:
    """Return the caller if their role reaches all that the rules pay for."""
    who = caller()
    require_over_all(who, permission)
    return who


@bp.get("/rule-versions")
@needs("rule.read", of=WHOLE)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(VersionSchema))
def versions(wanted: dict[str, Any]) -> Page:
    """List the rules that are, were or will be in force, the latest first."""
    with transaction():
        allowed("rule.read")
        found = service.versions(cursor=wanted.get("cursor"), limit=wanted["limit"])
        return Page([version_view(row, language()) for row in found.items], found.next_cursor)


@bp.get("/rule-drafts")
@needs("rule.read", of=WHOLE)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(DraftSchema))
def drafts(wanted: dict[str, Any]) -> Page:
    """List the drafts, the latest first."""
    with transaction():
        allowed("rule.read")
        found = service.drafts(cursor=wanted.get("cursor"), limit=wanted["limit"])
        return Page([draft_view(row, language()) for row in found.items], found.next_cursor)


@bp.post("/rule-drafts")
@needs("rule.propose", of=WHOLE)
@bp.arguments(NewDraftSchema)
@bp.once(201, DraftSchema)
def propose(fields: dict[str, Any]) -> dict[str, Any]:
    """Write a draft down. It takes effect only once a second person has approved it."""
    draft = service.propose(**fields, by=allowed("rule.propose"), at=clock.now(), today=today())
    return draft_view(service.draft(draft.id), language())


@bp.get("/rule-drafts/<uuid:draft_id>")
@needs("rule.read", of=WHOLE)
@bp.response(200, DraftSchema)
def draft(draft_id: UUID) -> dict[str, Any]:
    """Return a draft."""
    with transaction():
        allowed("rule.read")
        return draft_view(service.draft(draft_id), language())


@bp.post("/rule-drafts/<uuid:draft_id>/simulate")
@needs("rule.propose", of=WHOLE)
@bp.arguments(MonthsSchema)
@bp.once(202, SimulationSchema)
def simulate(months: dict[str, date], draft_id: UUID) -> dict[str, Any]:
    """Have a draft recomputed over past months; ask for its results by the id."""
    who = allowed("rule.propose")
    asked = simulation.ask(
        draft_id, months["first_month"], months["last_month"], who, clock.now(), today()
    )
    enqueue(jobs.simulate)
    return simulation_view(asked)


@bp.get("/rule-drafts/<uuid:draft_id>/simulations/<uuid:simulation_id>")
@needs("rule.read", of=WHOLE)
@bp.response(200, ResultsSchema)
def results(draft_id: UUID, simulation_id: UUID) -> dict[str, Any]:
    """Return how far a simulation is, and what it came to."""
    with transaction():
        allowed("rule.read")
        return results_view(simulation.results(draft_id, simulation_id))


@bp.post("/rule-drafts/<uuid:draft_id>/submit")
@needs("rule.propose", of=WHOLE)
@bp.response(200, DraftSchema)
def submit(draft_id: UUID) -> dict[str, Any]:
    """Put one's simulated draft before a second person."""
    with transaction():
        service.submit(draft_id, allowed("rule.propose"))
        return draft_view(service.draft(draft_id), language())


@bp.post("/rule-drafts/<uuid:draft_id>/withdraw")
@needs("rule.propose", of=WHOLE)
@bp.response(200, DraftSchema)
def withdraw(draft_id: UUID) -> dict[str, Any]:
    """Take one's draft back."""
    with transaction():
        service.withdraw(draft_id, allowed("rule.propose"), clock.now())
        return draft_view(service.draft(draft_id), language())


@bp.post("/rule-drafts/<uuid:draft_id>/approve")
@needs("rule.approve", of=WHOLE)
@bp.response(200, DraftSchema)
def approve(draft_id: UUID) -> dict[str, Any]:
    """Put somebody else's draft in force from its day on."""
    with transaction():
        service.approve(draft_id, allowed("rule.approve"), clock.now(), today())
        return draft_view(service.draft(draft_id), language())


@bp.post("/rule-drafts/<uuid:draft_id>/reject")
@needs("rule.approve", of=WHOLE)
@bp.arguments(DecisionSchema)
@bp.response(200, DraftSchema)
def reject(given: dict[str, str], draft_id: UUID) -> dict[str, Any]:
    """Refuse somebody else's draft, for a stated reason."""
    with transaction():
        service.reject(draft_id, allowed("rule.approve"), given["reason"], clock.now())
        return draft_view(service.draft(draft_id), language())
