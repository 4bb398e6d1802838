"""A statement of nothing or less is settled: nothing is paid, and its orders stand on it for good."""

from datetime import datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.zone import day_of
from incentive.merchants import statement_queries
from incentive.merchants.disputes import require_side
from incentive.merchants.domain import check_settling, check_silence, check_state, source
from incentive.merchants.refusing import refusing
from incentive.merchants.statement_errors import (
    ConfirmedBefore,
    ObjectionsOpen,
    SamePerson,
    SponsorFirst,
)
from incentive.merchants.statement_models import Confirmation, Statement
from incentive.merchants.statements import Detail, detail, locked
from incentive.people import acts, separation
from incentive.people.caller import Caller


def settle(caller: Caller, statement_id: UUID, *, reason: str, at: datetime) -> Detail:
    """Close a statement of nothing or less that both sides confirmed; `reason` says how.

    What was given back beyond what was given is let go; it may be claimed instead (`claiming`).

    Raises:
        UnknownStatement, OutOfScope, ContactOfMerchant, WrongState, SomethingOwed: nothing was
        written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_state(statement.status, "confirmed")
    check_settling(statement.total_fen)
    return _close(caller, statement, reason, at)


def settle_without_merchant(
    caller: Caller, statement_id: UUID, *, reason: str, at: datetime
) -> Detail:
    """Close a statement of nothing or less on which the merchant says nothing any more.

    The side that pays has confirmed it, and the caller is another person of that side.

    Raises:
        UnknownStatement, OutOfScope, ContactOfMerchant, WrongState, SomethingOwed,
        ObjectionsOpen, MerchantMayAnswer, SponsorFirst, SamePerson: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, "sponsor")
    statement: Statement = found[0]
    check_settling(statement.total_fen)
    second_word(caller, statement, at)
    return _close(caller, statement, reason, at)


def second_word(caller: Caller, statement: Statement, at: datetime) -> None:
    """Let the caller's word stand for that of a merchant who is silent, on a locked statement.

    Raises:
        WrongState, ObjectionsOpen, MerchantMayAnswer, SponsorFirst, SamePerson,
        ConfirmedBefore: it does not.
    """
    check_state(statement.status, "sent")
    if waiting := statement_queries.open_objections(statement.id):
        raise ObjectionsOpen(waiting)
    check_silence(day_of(statement_queries.changed_at(statement.id)), day_of(at))
    firsts = _confirmed_by(statement)
    if not firsts:
        raise SponsorFirst
    separation.require_another("statement.settle", caller, firsts, SamePerson)
    # The books hold it, too: one person stands once among the confirmations of a revision.
    with refusing(
        pk_statement_confirmations=ConfirmedBefore(),
        uq_statement_confirmations_statement_id_revision_person_id=SamePerson(),
    ):
        session().add(
            Confirmation(
                statement_id=statement.id,
                revision=statement.revision,
                side="second",
                person_id=caller.person_id,
                total_fen=statement.total_fen,
                at=at,
            )
        )
        session().flush()


def _confirmed_by(statement: Statement) -> list[UUID]:
    return [
        row[0].person_id
        for row in statement_queries.confirmations(statement.id)
        if row[0].revision == statement.revision and row[0].side == "sponsor"
    ]


def _close(caller: Caller, statement: Statement, reason: str, at: datetime) -> Detail:
    before = statement.status
    statement.status, statement.close_reason = "settled", reason
    statement.closed_by, statement.closed_at = caller.person_id, at
    session().flush()
    acts.record(
        caller,
        "statement.settle",
        subject=source(statement.id),
        before={"status": before},
        after={"status": "settled", "total_fen": statement.total_fen},
        reason=reason,
    )
    return detail(caller, statement.id)
