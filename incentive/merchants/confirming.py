"""Both sides confirm, by two persons; then what is owed is booked against the sponsor's budget."""

from datetime import datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse
from incentive.merchants import queries, statement_queries
from incentive.merchants.disputes import require_side
from incentive.merchants.domain import (
    FEN,
    Side,
    check_owed,
    check_state,
    complete,
    merchant,
    moved,
    open_state,
    source,
    sponsor,
)
from incentive.merchants.errors import BudgetExceeded, NoBudget
from incentive.merchants.refusing import refusing
from incentive.merchants.statement_errors import (
    ConfirmedBefore,
    ObjectionsOpen,
    SamePerson,
    StatementChanged,
)
from incentive.merchants.statement_models import Confirmation, Statement
from incentive.merchants.statements import Detail, charge_key, detail, locked
from incentive.people import acts
from incentive.people.caller import Caller


def confirm(
    caller: Caller, statement_id: UUID, *, side: Side, at: datetime, revision: int | None = None
) -> Detail:
    """Confirm a statement for one side; with both it is confirmed.

    `revision` is the one that the caller has read: what was corrected since is not confirmed
    unseen. Without it the statement is confirmed as it is now.

    Raises:
        UnknownStatement, NotAContact, ContactOfMerchant, OutOfScope, WrongState, ObjectionsOpen,
        StatementChanged, ConfirmedBefore, SamePerson: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, side)
    statement: Statement = found[0]
    check_state(statement.status, "sent")
    if waiting := statement_queries.open_objections(statement_id):
        raise ObjectionsOpen(waiting)
    if revision is not None and revision != statement.revision:
        raise StatementChanged(statement.total_fen)
    with refusing(
        pk_statement_confirmations=ConfirmedBefore(),
        uq_statement_confirmations_statement_id_revision_person_id=SamePerson(),
    ):
        session().add(
            Confirmation(
                statement_id=statement_id,
                revision=statement.revision,
                side=side,
                person_id=caller.person_id,
                total_fen=statement.total_fen,
                at=at,
            )
        )
        session().flush()
    sides = [
        row[0].side
        for row in statement_queries.confirmations(statement_id)
        if row[0].revision == statement.revision
    ]
    if complete(sides):
        statement.status = "confirmed"
        session().flush()
    after = {"side": side, "revision": statement.revision, "total_fen": statement.total_fen}
    acts.record(caller, "statement.confirm", subject=source(statement_id), after=after)
    return detail(caller, statement_id)


def charge(caller: Caller, statement_id: UUID, at: datetime) -> Detail:
    """Book a confirmed statement: the merchant is owed its total, the sponsor's budget pays.

    Raises:
        UnknownStatement, OutOfScope, ContactOfMerchant, WrongState, NothingOwed, NoBudget,
        BudgetExceeded: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_state(statement.status, "confirmed")
    check_owed(statement.total_fen)
    budget = queries.lock_budget_for(statement.sponsor_id, statement.first_day, statement.last_day)
    if budget is None:
        raise NoBudget
    left = budget.fen - budget.spent_fen
    with refusing(ck_sponsor_budgets_not_past_its_end=BudgetExceeded(statement.total_fen, left)):
        queries.spend_budget(budget.id, statement.total_fen)
    book(caller, statement, budget.id, at)
    after = {"status": "payable", "total_fen": statement.total_fen, "budget": budget.id}
    acts.record(caller, "statement.charge", subject=source(statement_id), after=after)
    return detail(caller, statement_id)


def book(caller: Caller, statement: Statement, budget_id: UUID, at: datetime) -> None:
    """Let a budget owe the merchant a locked statement's total, or below 0 the merchant owe it."""
    statement.status, statement.budget_id = open_state(statement.total_fen), budget_id
    statement.charged_by, statement.charged_at = caller.person_id, at
    session().flush()
    ledger.post(
        [
            Posting(
                key=charge_key(statement.id),
                kind="charge",
                source=source(statement.id),
                actor=f"person:{caller.person_id}",
                effective_on=day_of(at),
                lines=moved(
                    Purse(sponsor(statement.sponsor_id), "budget", asset=FEN),
                    Purse(merchant(statement.merchant_id), "payable", asset=FEN),
                    statement.total_fen,
                ),
            )
        ]
    )
