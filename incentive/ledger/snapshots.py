"""Balances of the accounts that nobody may wait for, kept beside the writers.

A posting neither locks nor updates the account of a region, a station, a merchant, a sponsor or
the system: its balance is the sum of its entries. So that reading it does not cost more with every
posting, that sum is kept, now and then, up to a position that no posting can come before any more.
"""

from typing import Final

from incentive.ledger import snapshot_queries

# What a reader sums up at most, besides what was booked since the last run.
EVERY: Final = 100


# So many transactions in one step, which takes about a second: of old books there are many.
STEP: Final = 20_000


def take() -> tuple[int, bool]:
    """Add the snapshots that are due, of one step; return how many, and if there is more to do.

    Run twice, or by two at once, takes each once; broken off, the next one goes on from there.
    """
    return snapshot_queries.take(EVERY, STEP)
