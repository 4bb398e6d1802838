"""Statements are made of what was given out and given back, and of nothing else."""

from datetime import date, datetime
from uuid import UUID

from incentive.core.clock import day_bounds
from incentive.core.db import session
from incentive.core.zone import day_of, timezone
from incentive.merchants import order_queries, queries, statement_queries
from incentive.merchants.domain import Line, check_period, gather, source, total
from incentive.merchants.errors import UnknownMerchant
from incentive.merchants.parties import sponsor
from incentive.merchants.settling_errors import NothingToSettle
from incentive.merchants.statement_models import Statement
from incentive.merchants.statements import Detail, detail
from incentive.people import acts
from incentive.people.caller import Caller


def make(
    caller: Caller,
    *,
    merchant_id: UUID,
    sponsor_id: UUID,
    first_day: date,
    last_day: date,
    at: datetime,
) -> Detail:
    """Draft a statement of what was given on these days (both included) and is on none yet.

    With it come the goods of earlier statements of the two that were given back since. Where they
    outweigh what was given nothing is drafted: a later statement carries them over.

    Raises:
        UnknownMerchant, UnknownSponsor, OutOfScope, PeriodBackwards, PeriodRunning,
        PeriodTooLong, NothingToSettle: nothing was written.
    """
    made = Statement(
        merchant_id=merchant_id, sponsor_id=sponsor_id, first_day=first_day, last_day=last_day
    )
    lines = _lines(caller, made, at)
    if total(lines) <= 0:
        raise NothingToSettle(total(lines), sum(len(line.orders) for line in lines))
    return _draft(caller, made, lines, at)


def make_closing(
    caller: Caller,
    *,
    merchant_id: UUID,
    sponsor_id: UUID,
    first_day: date,
    last_day: date,
    at: datetime,
) -> Detail:
    """Draft the last statement of the two, whatever it comes to: no later one will follow.

    As `make` otherwise; one of nothing or less is not paid but settled (`closing`).

    Raises:
        UnknownMerchant, UnknownSponsor, OutOfScope, PeriodBackwards, PeriodRunning,
        PeriodTooLong, NothingToSettle: nothing was written.
    """
    made = Statement(
        merchant_id=merchant_id, sponsor_id=sponsor_id, first_day=first_day, last_day=last_day
    )
    lines = _lines(caller, made, at)
    if not lines:
        raise NothingToSettle(0, 0)
    return _draft(caller, made, lines, at)


def _lines(caller: Caller, made: Statement, at: datetime) -> list[Line]:
    merchant = queries.merchant(made.merchant_id)
    if merchant is None:
        raise UnknownMerchant
    sponsor(caller, made.sponsor_id)
    caller.require("statement.make", region_path=merchant.region_path)
    check_period(made.first_day, made.last_day, day_of(at))
    made.region_id = merchant[0].region_id
    # Two who make one at once: the second sees what the first one has.
    queries.lock_merchant(made.merchant_id)
    zone = timezone()
    since, until = day_bounds(made.first_day, zone)[0], day_bounds(made.last_day, zone)[1]
    parties = (made.merchant_id, made.sponsor_id)
    return gather(
        [
            *order_queries.given(*parties, since, until, zone),
            *order_queries.returned(*parties, until, zone),
        ]
    )


def _draft(caller: Caller, made: Statement, lines: list[Line], at: datetime) -> Detail:
    made.total_fen, made.made_by, made.made_at = total(lines), caller.person_id, at
    session().add(made)
    session().flush()
    statement_queries.insert_lines(made, lines, at)
    after = {"merchant": made.merchant_id, "sponsor": made.sponsor_id, "total_fen": made.total_fen}
    after |= {"first_day": made.first_day, "last_day": made.last_day}
    acts.record(caller, "statement.make", subject=source(made.id), after=after)
    return detail(caller, made.id)
