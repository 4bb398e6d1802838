"""The SQL of drafts and versions of rules."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, select, update
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person
from incentive.settlement.models import Award, RuleVersion
from incentive.settlement.rulebook.models import RuleDraft, Simulation

Proposer = aliased(Person)
Decider = aliased(Person)


def add(row: RuleDraft | RuleVersion) -> None:
    """Store a draft or a version."""
    session().add(row)
    session().flush()


def lock_draft(draft_id: UUID) -> RuleDraft | None:
    """Lock and return a draft."""
    return session().get(RuleDraft, draft_id, with_for_update=True, populate_existing=True)


def drafts() -> Select[*tuple[Any, ...]]:
    """Return (RuleDraft, volunteer numbers of who proposed and who decided) of all drafts."""
    return (
        select(
            RuleDraft,
            Proposer.volunteer_number.label("proposer"),
            Decider.volunteer_number.label("decider"),
        )
        .join(Proposer, Proposer.id == RuleDraft.proposed_by)
        .outerjoin(Decider, Decider.id == RuleDraft.decided_by)
    )


def draft(draft_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a row of `drafts`."""
    wanted = drafts().where(RuleDraft.id == draft_id)
    return session().execute(wanted.execution_options(populate_existing=True)).one_or_none()


def set_state(draft_id: UUID, state: str, **decided: Any) -> None:
    """Move a draft on."""
    session().execute(
        update(RuleDraft).where(RuleDraft.id == draft_id).values(state=state, **decided)
    )


def decide(draft_id: UUID, state: str, by: UUID, at: datetime, decision: str = "") -> None:
    """Close a draft."""
    set_state(draft_id, state, decided_by=by, decided_at=at, decision=decision)


def is_simulated(draft_id: UUID, document_hash: bytes) -> bool:
    """Say whether a simulation of this very document came to its end."""
    done = exists().where(
        Simulation.draft_id == draft_id,
        Simulation.document_hash == document_hash,
        Simulation.finished_at.is_not(None),
        Simulation.error == "",
    )
    return bool(session().scalar(select(done)))


def begins(day: date) -> bool:
    """Say whether a version begins on `day`."""
    return bool(session().scalar(select(exists().where(RuleVersion.effective_from == day))))


def last_settled(since: date) -> date | None:
    """Return the latest day from `since` on of which something was settled."""
    latest = select(Award.day).where(Award.day >= since).order_by(Award.day.desc()).limit(1)
    return session().scalar(latest)


def versions() -> Select[*tuple[Any, ...]]:
    """Return (RuleVersion, volunteer numbers of who proposed and who approved) of all versions."""
    return (
        select(
            RuleVersion,
            Proposer.volunteer_number.label("proposer"),
            Decider.volunteer_number.label("decider"),
        )
        .outerjoin(Proposer, Proposer.id == RuleVersion.created_by)
        .outerjoin(Decider, Decider.id == RuleVersion.approved_by)
    )


def version_on(day: date) -> Row[*tuple[Any, ...]] | None:
    """Return the row of `versions` that pays for `day`."""
    before = versions().where(RuleVersion.effective_from <= day)
    return session().execute(before.order_by(RuleVersion.effective_from.desc()).limit(1)).first()
