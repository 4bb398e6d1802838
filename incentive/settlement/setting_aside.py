"""Records that could not be settled: set aside with their reason, and tried again later."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from incentive.checkin import service as checkin
from incentive.checkin.unsettled import VerifiedRecord
from incentive.core.errors import IncentiveError
from incentive.core.paging import Page, page
from incentive.people import acts
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.settlement import queries
from incentive.settlement.domain import retry_at
from incentive.settlement.errors import UnknownFailure
from incentive.settlement.models import SettlementFailure


def listing(paths: Sequence[str] | None, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the records set aside, the oldest first, by volunteer number.

    Of the subtrees at `paths` only, or of everywhere with `None`.
    """
    found = page(
        queries.failures(paths),
        [SettlementFailure.failed_at, SettlementFailure.service_record_id],
        cursor=cursor,
        limit=limit,
    )
    numbers = people.numbers_of([failure.person_id for failure in found.items])
    items = [
        {"failure": failure, "volunteer_number": numbers[failure.person_id]}
        for failure in found.items
    ]
    return Page(items, found.next_cursor)


def one(record_id: UUID) -> SettlementFailure:
    """Return why a record was set aside.

    Raises:
        UnknownFailure: it is not set aside, or was rejected or settled since.
    """
    found = queries.failure(record_id)
    if found is None:
        raise UnknownFailure
    return found


def retry(record_id: UUID, by: Caller | None, at: datetime) -> None:
    """Let the next run try a record that was set aside; `by` is None for the command line.

    Raises:
        UnknownFailure: it is not set aside.
    """
    planned = one(record_id).retry_at
    checkin.postpone([record_id], at)
    acts.record(
        by,
        "settlement.retry",
        subject=f"service_record:{record_id}",
        before={"retry_at": planned},
        after={"retry_at": at},
    )


def set_aside(failed: Sequence[tuple[VerifiedRecord, Exception]], at: datetime) -> None:
    """Put taken records back with what was wrong, to be tried again, ever later."""
    tries = queries.tries_of([record.record_id for record, _ in failed])
    rows = []
    back: dict[datetime, list[str]] = defaultdict(list)
    for record, error in failed:
        attempts = tries.get(record.record_id, 0) + 1
        again = retry_at(attempts, at)
        back[again].append(record.record_id)
        rows.append(
            {
                "service_record_id": UUID(record.record_id),
                "person_id": UUID(record.person_id),
                "region_id": UUID(record.region_id),
                "day": record.day,
                "code": error.code if isinstance(error, IncentiveError) else type(error).__name__,
                # The driver's text may quote values of the row; its first line names the fault only.
                "message": str(error).partition("\n")[0][:300],
                "attempts": attempts,
                "failed_at": at,
                "retry_at": again,
            }
        )
    queries.set_aside(rows)
    for again, record_ids in back.items():
        checkin.put_back(record_ids, again)
