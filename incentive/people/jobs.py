"""What callers leave behind, forgotten in time."""

from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.jobs import enqueue, lasting, periodic
from incentive.people import index_queries, reblinding, sweeping
from incentive.people.erasing import doing as erasing
from incentive.people.erasing import queries as erasing_queries
from incentive.people.guardians import growing
from incentive.people.imports import queries as import_queries
from incentive.people.imports import sweeping as import_sweeping
from incentive.people.imports import working
from incentive.people.retention import doing as retention


@periodic(cron="40 3 * * *")
@lasting(7200)
def forget() -> None:
    """End every trace that is past its time, as the retention table says."""
    retention.run(clock.now())


@periodic(cron="10 4 * * *")
def sweep_keys() -> None:
    """Drop keys of personal data that are nobody's. Run twice, finds nothing more."""
    sweeping.sweep(clock.now())


@lasting(3600)
def work_on_import(import_id: str) -> None:
    """Read a list of persons, enter it, or take it back: whatever it waits for."""
    working.work_on(UUID(import_id))


@periodic(seconds=60)
def resume_imports() -> None:
    """Go on with the lists that wait: their pokes may be lost, or their worker died."""
    with transaction():
        for import_id in import_queries.working():
            enqueue(work_on_import, str(import_id))


@periodic(cron="25 * * * *")
def forget_imports() -> None:
    """Forget what lists of persons said a day after, each hour: a night would be late for them."""
    while True:
        with transaction():
            if not import_sweeping.sweep_old(clock.now()):
                return


@periodic(cron="20 0 1 * *")
def grow_up() -> None:
    """Let minors be a year older, or of age, on the first of a month. Run twice, changes nothing more."""
    growing.grow_up(clock.now())


@periodic(cron="17 * * * *")
@lasting(1800)
def erase() -> None:
    """Erase those whose week is over, and finish what was broken off."""
    erasing.erase_due(clock.now())


@periodic(cron="20 2 * * 0")
@lasting(7200)
def reblind() -> None:
    """Blind everybody anew if somebody was erased since the last time.

    Until then whoever has an old copy of the books *and* the key of the blind indexes could try out
    which phone an erased person had.
    """
    with transaction():
        since = index_queries.since()
        needed = since is not None and erasing_queries.done_since(since)
    if needed:
        reblinding.reblind(clock.now(), lambda _done: None)
