"""Verified service records become points: set by set, each record once, whatever fails.

`settle_lane` takes some thousand records of one lane in one transaction; another lane may be
settled at the same time. What it cannot settle in one go is left to `settle`, which has the
settlement to itself and halves the set, until the one record that is at fault stands alone; that
one is set aside with its reason and tried again later, and the rest are paid.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import compress
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError, OperationalError

from incentive import rules
from incentive.checkin import service as checkin
from incentive.checkin.models import LANES
from incentive.checkin.unsettled import Doubts, Taken, VerifiedRecord, VerifiedRecords
from incentive.core.db import session
from incentive.core.errors import IncentiveError
from incentive.ledger import service as ledger
from incentive.ledger.domain import Issues
from incentive.points.budgets import service as budgets
from incentive.points.budgets.domain import Demand
from incentive.points.corrections.domain import expires_on
from incentive.settlement import queries, setting_aside
from incentive.settlement.domain import Version, oldest_version
from incentive.settlement.errors import NoRuleInForce, OverBudget
from incentive.settlement.findings import service as findings
from incentive.settlement.findings.domain import Doubtful

BATCH: Final = 5000
ACTOR: Final = "system"
# What may be some record's fault. That the database is away, or wants another try, is not.
FAULTS: Final = (
    OverBudget,
    IncentiveError,
    DBAPIError,
    rules.RuleError,
    ArithmeticError,
    ValueError,
    Doubtful,
)


def settle_lane(lane: int, at: datetime, limit: int = BATCH) -> tuple[int, bool]:
    """Settle up to `limit` records of a lane; return how many were dealt with, and if there are more.

    A short rest is settled along with the last of them: a batch costs something by itself.

    All locks are taken once and in order, budgets before accounts; so lanes never wait for each
    other in a circle, and whatever goes wrong undoes all of it.

    Raises:
        OverBudget, IncentiveError, DBAPIError, rules.RuleError, ArithmeticError, ValueError,
        Doubtful (FAULTS): these records need `settle`.
    """
    queries.lock_lane(lane)
    version, (records, doubts, are_more) = _take((lane,), at, limit)
    if findings.look(doubts, at):
        raise Doubtful
    if records:
        _award(version, records, at)
        if are_more:
            queries.commit_with_the_next()
    return len(records), are_more


def settle(at: datetime, limit: int = BATCH, lanes: Sequence[int] = LANES) -> int:
    """Settle up to `limit` verified records alone; return how many were dealt with, 0 at the end.

    Run twice, by two workers at once or after a crash, it pays each record once.
    """
    queries.lock_settlement()
    version, (records, doubts, _) = _take(lanes, at, limit)
    doubtful = findings.look(doubts, at)
    plain = [record for record in records if record.record_id not in doubtful]
    if plain:
        _settle_or_split(version, plain, at)
    for record in records:
        if record.record_id in doubtful:
            _settle_and_hold(version, record, at)
    return len(records)


def count_waiting() -> int:
    """Return how many records wait to be settled, counting to a batch and one more."""
    return checkin.count_unsettled(BATCH + 1)


def open_issuances() -> None:
    """Open what points of activities are issued from, so that no lane waits for another to do it."""
    ledger.open_issuances([f"region:{each}" for each in queries.regions_of_activities()])


def wake(at: datetime) -> int:
    """Let the next run try what now finds room in its budget; return how many records.

    Records are locked before budgets, so whoever raises a budget leaves this to us.
    """
    ready = queries.ready(at, BATCH)
    if ready:
        checkin.postpone(ready, at)
    return len(ready)


def expire(today: date) -> int:
    """Move points that lapsed before `today` to breakage, a batch; return how many balances."""
    return ledger.expire(today, ACTOR)


def _take(lanes: Sequence[int], at: datetime, limit: int) -> tuple[Version | None, Taken]:
    """Take records that one rule version pays, and what doubts there are about them.

    Those of days under another take a transaction of their own: a posting locks its accounts in
    order, and a second one in the same transaction would not.
    """
    records, doubts, are_more = VerifiedRecords.of([]), Doubts(), False
    for lane in lanes:
        more = checkin.take_unsettled(lane, at, max(limit - len(records), 0))
        records, doubts = records.and_those(more.records), doubts.and_those(more.doubts)
        are_more = are_more or more.are_more
    if not records:
        return None, Taken(records, doubts, are_more)
    version, days = oldest_version(set(records.day), queries.rule_versions())
    pays = [day in days for day in records.day]
    if not all(pays):
        checkin.put_back(records.where([not each for each in pays]).record_id, at)
        records, are_more = records.where(pays), True
        doubts = doubts.among(records.record_id)
    return version, Taken(records, doubts, are_more)


def _settle_or_split(
    version: Version | None, records: Sequence[VerifiedRecord], at: datetime
) -> None:
    try:
        with session().begin_nested():
            _award(version, VerifiedRecords.of(records), at)
    except OverBudget as over:
        _leave_waiting(version, records, over, at)
    except OperationalError:
        raise  # the database is away or wants another try: no record is at fault
    except FAULTS as error:
        if len(records) == 1:
            setting_aside.set_aside([(records[0], error)], at)
            return
        middle = len(records) // 2
        _settle_or_split(version, records[:middle], at)
        _settle_or_split(version, records[middle:], at)


def _settle_and_hold(version: Version | None, record: VerifiedRecord, at: datetime) -> None:
    """Pay a record of which something was found, and hold its points before anybody spends them."""
    _settle_or_split(version, [record], at)
    record_id = UUID(record.record_id)
    transaction_id = queries.transaction_of(record_id)
    if transaction_id is not None:
        findings.hold(record_id, transaction_id, UUID(record.person_id), at)


def _award(version: Version | None, records: VerifiedRecords, at: datetime) -> None:
    if version is None:
        raise NoRuleInForce(str(records.day[0]))
    rule_set = rules.parse(version.document)
    facts = [
        rules.Fact(*each)
        for each in zip(
            records.person_id,
            records.activity_id,
            records.activity_kind,
            records.day,
            records.minutes,
            strict=True,
        )
    ]
    for n, sums in queries.paid_before(records, rule_set.looks_at).items():
        facts[n] = rules.Fact(*facts[n][:5], *sums)
    awards = rules.award_all(facts, rule_set)
    points = [award.points for award in awards]
    _reserve(records, points, at)
    ends = {day: expires_on(day) for day in set(records.day)}
    expiries = [ends[day] for day in records.day]
    posted = iter(ledger.issue(_issues(records, expiries, points), ACTOR))
    transactions = [next(posted) if each else None for each in points]
    queries.insert_awards(records.record_id, awards, expiries, transactions, version.id, at)
    if queries.has_failures():
        queries.forget_failures(records.record_id)


def _key(record: VerifiedRecord) -> str:
    return f"award:{record.record_id}"


def _reserve(records: VerifiedRecords, points: Sequence[int], at: datetime) -> None:
    """Count what is paid against the budgets that there are for it."""
    places = set(zip(records.region_id, records.day, strict=True))
    if not budgets.limits([(UUID(region_id), day) for region_id, day in places]):
        return
    paid = [(record, each) for record, each in zip(records, points, strict=True) if each]
    refused = budgets.reserve([_demand(record, each) for record, each in paid], at)
    if refused:
        raise OverBudget({r.record_id: each for r, each in paid if _key(r) in refused}, refused)


def _demand(record: VerifiedRecord, points: int) -> Demand:
    place, person_id = UUID(record.region_id), UUID(record.person_id)
    return Demand(_key(record), place, record.day, person_id, points)


def _leave_waiting(
    version: Version | None, records: Sequence[VerifiedRecord], over: OverBudget, at: datetime
) -> None:
    """Set aside what found no room in a budget, and settle the rest as if it were not there.

    The rest is reckoned anew: its caps must not count points that are not paid.
    """
    waiting = [record for record in records if record.record_id in over.points]
    budgets.keep_waiting([_demand(r, over.points[r.record_id]) for r in waiting], at)
    setting_aside.set_aside([(record, over.refused[_key(record)]) for record in waiting], at)
    rest = [record for record in records if record.record_id not in over.points]
    if rest:
        _settle_or_split(version, rest, at)


def _issues(records: VerifiedRecords, expiries: Sequence[date], points: Sequence[int]) -> Issues:
    """Return what is issued for the records that earned points."""
    if not all(points):
        records = records.where(points)
        expiries, points = list(compress(expiries, points)), [each for each in points if each]
    return Issues(
        [f"award:{each}" for each in records.record_id],
        [f"service_record:{each}" for each in records.record_id],
        records.day,
        [f"region:{each}" for each in records.region_id],
        [f"person:{each}" for each in records.person_id],
        expiries,
        points,
    )
