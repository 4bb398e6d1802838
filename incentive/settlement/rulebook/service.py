"""A change of rules: proposed, simulated, submitted, and decided on by a second person."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive import rules
from incentive.core.paging import Page, page
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.settlement.models import RuleVersion
from incentive.settlement.queries import lock_settlement
from incentive.settlement.rulebook import domain, queries
from incentive.settlement.rulebook.errors import (
    DraftNotSimulated,
    EffectiveDayTaken,
    EffectiveTooEarly,
    RulesInvalid,
    UnknownDraft,
)
from incentive.settlement.rulebook.models import RuleDraft


def propose(
    document: Any, effective_from: date, reason: str, by: Caller, at: datetime, today: date
) -> RuleDraft:
    """Write a draft down; its words never change again.

    Raises:
        RulesInvalid: at the field that its path names.
        EffectiveTooEarly, EffectiveDayTaken: the day cannot be had.
    """
    try:
        rules.parse(document)
    except rules.RuleError as error:
        raise RulesInvalid(error.path, error.problem) from None
    _check_day(effective_from, today)
    draft = RuleDraft(
        document=document,
        effective_from=effective_from,
        reason=reason,
        proposed_by=by.person_id,
        proposed_at=at,
    )
    queries.add(draft)
    after = {"effective_from": effective_from, "document": document, "state": "draft"}
    acts.record(by, "rules.propose", subject=_subject(draft), after=after, reason=reason)
    return draft


def submit(draft_id: UUID, by: Caller) -> None:
    """Put a simulated draft before a second person.

    Raises:
        UnknownDraft, DraftClosed, NotOwnDraft, DraftNotSimulated: nothing is changed.
    """
    draft = _locked(draft_id)
    domain.check_submits(draft.state, draft.proposed_by, by.person_id)
    if not queries.is_simulated(draft.id, draft.document_hash):
        raise DraftNotSimulated
    _record(by, "rules.submit", draft, "submitted")
    queries.set_state(draft.id, "submitted")


def withdraw(draft_id: UUID, by: Caller, at: datetime) -> None:
    """Take a draft of one's own back.

    Raises:
        UnknownDraft, DraftClosed, NotOwnDraft: nothing is changed.
    """
    draft = _locked(draft_id)
    domain.check_own(draft.state, draft.proposed_by, by.person_id)
    _record(by, "rules.withdraw", draft, "withdrawn")
    queries.decide(draft.id, "withdrawn", by.person_id, at)


def reject(draft_id: UUID, by: Caller, reason: str, at: datetime) -> None:
    """Refuse a submitted draft of somebody else's, for a stated reason.

    Raises:
        UnknownDraft, DraftClosed, DraftNotSubmitted, OwnDraft: nothing is changed.
    """
    draft = _locked(draft_id)
    domain.check_decides(draft.state, draft.proposed_by, by.person_id)
    _record(by, "rules.reject", draft, "rejected", reason)
    queries.decide(draft.id, "rejected", by.person_id, at, reason)


def approve(draft_id: UUID, by: Caller, at: datetime, today: date) -> RuleVersion:
    """Put a submitted draft of somebody else's in force from its day on.

    Raises:
        UnknownDraft, DraftClosed, DraftNotSubmitted, OwnDraft, DraftNotSimulated,
        EffectiveTooEarly, EffectiveDayTaken: nothing is changed.
    """
    # First of all: nobody may settle a day under the old rules while it gets new ones.
    lock_settlement()
    draft = _locked(draft_id)
    domain.check_decides(draft.state, draft.proposed_by, by.person_id)
    if not queries.is_simulated(draft.id, draft.document_hash):
        raise DraftNotSimulated
    _check_day(draft.effective_from, today)
    settled = queries.last_settled(draft.effective_from)
    if settled is not None:
        raise EffectiveTooEarly(str(settled + timedelta(days=1)))
    version = RuleVersion(
        effective_from=draft.effective_from,
        document=draft.document,
        created_by=draft.proposed_by,
        created_at=at,
        draft_id=draft.id,
        approved_by=by.person_id,
    )
    queries.add(version)
    _record(by, "rules.approve", draft, "approved")
    queries.decide(draft.id, "approved", by.person_id, at)
    return version


def draft(draft_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return (RuleDraft, proposer, decider), the persons by volunteer number.

    Raises:
        UnknownDraft: there is none.
    """
    found = queries.draft(draft_id)
    if found is None:
        raise UnknownDraft
    return found


def drafts(*, cursor: str | None, limit: int) -> Page:
    """Return a page of all drafts, the latest first."""
    return page(
        queries.drafts(),
        [RuleDraft.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def versions(*, cursor: str | None, limit: int) -> Page:
    """Return a page of all rules that are, were or will be in force, the latest first."""
    return page(
        queries.versions(),
        [RuleVersion.effective_from],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def version_on(day: date) -> Row[*tuple[Any, ...]] | None:
    """Return (RuleVersion, proposer, approver) of the rules that pay for `day`, if any do."""
    return queries.version_on(day)


def _check_day(effective_from: date, today: date) -> None:
    domain.check_begins(effective_from, today)
    if queries.begins(effective_from):
        raise EffectiveDayTaken(str(effective_from))


def _locked(draft_id: UUID) -> RuleDraft:
    found = queries.lock_draft(draft_id)
    if found is None:
        raise UnknownDraft
    return found


def _subject(draft: RuleDraft) -> str:
    return f"rules:{draft.id}"


def _record(by: Caller, action: str, draft: RuleDraft, state: str, reason: str = "") -> None:
    # Called before the draft moves on: its state is still the one before.
    day = {"effective_from": draft.effective_from}
    before, after = day | {"state": draft.state}, day | {"state": state}
    acts.record(by, action, subject=_subject(draft), before=before, after=after, reason=reason)
