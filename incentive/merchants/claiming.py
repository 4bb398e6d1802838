"""What a merchant owes on a statement below nothing: claimed, and so booked; or let go again."""

from datetime import datetime
from uuid import UUID

from incentive.core.db import session
from incentive.merchants import queries
from incentive.merchants.closing import second_word
from incentive.merchants.confirming import book
from incentive.merchants.disputes import require_side
from incentive.merchants.domain import check_claimed, check_state, source
from incentive.merchants.errors import NothingSpent
from incentive.merchants.statement_models import Statement
from incentive.merchants.statements import Detail, detail, locked, unbook
from incentive.people import acts
from incentive.people.caller import Caller


def claim(caller: Caller, statement_id: UUID, at: datetime) -> Detail:
    """Book a confirmed statement below nothing: the merchant owes it, the budget has it back.

    Raises:
        UnknownStatement, OutOfScope, ContactOfMerchant, WrongState, NothingToClaim, NothingSpent:
        nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_state(statement.status, "confirmed")
    return _claim(caller, statement, at)


def claim_without_merchant(caller: Caller, statement_id: UUID, at: datetime) -> Detail:
    """Claim what a merchant owes that says nothing any more, as the second person who pays.

    Raises:
        NothingToClaim, NothingSpent, and as `closing.second_word`: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_claimed(statement.total_fen)
    second_word(caller, statement, at)
    return _claim(caller, statement, at)


def let_go(caller: Caller, statement_id: UUID, *, reason: str, at: datetime) -> Detail:
    """Give up a claim on which nothing came back: it is booked back, and the statement settled.

    Raises:
        UnknownStatement, OutOfScope, ContactOfMerchant, WrongState, PaymentsStand,
        BudgetExceeded: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_state(statement.status, "claimed")
    unbook(caller, statement, reason, at)
    statement.status, statement.close_reason, statement.budget_id = "settled", reason, None
    statement.closed_by, statement.closed_at = caller.person_id, at
    session().flush()
    acts.record(
        caller,
        "statement.settle",
        subject=source(statement_id),
        before={"status": "claimed"},
        after={"status": "settled", "total_fen": statement.total_fen},
        reason=reason,
    )
    return detail(caller, statement_id)


def _claim(caller: Caller, statement: Statement, at: datetime) -> Detail:
    check_claimed(statement.total_fen)
    budget = queries.lock_budget_of_returns(statement.id, -statement.total_fen)
    if budget is None:
        raise NothingSpent(-statement.total_fen)
    queries.spend_budget(budget.id, statement.total_fen)
    book(caller, statement, budget.id, at)
    after = {"status": "claimed", "total_fen": statement.total_fen, "budget": budget.id}
    acts.record(caller, "statement.claim", subject=source(statement.id), after=after)
    return detail(caller, statement.id)
