"""Keys in the key store that are nobody's: left by an entry that was broken off."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from incentive.core.db import jurisdiction, transaction
from incentive.core.keystore.store import keystore
from incentive.people import index, queries

# Long enough that books restored from a backup of last week lose nobody's key meanwhile.
UNUSED_FOR: Final = timedelta(days=30)
# More of them than this are a sign that the books, not the keys, are the wrong ones.
SHARE_MAX: Final = 0.1
_log: Final = structlog.get_logger(__name__)


def sweep(at: datetime) -> int:
    """Drop keys that have been nobody's for 30 days; return how many. Opens its transactions.

    Nothing is dropped if the key store is not that of these books, or if too many are nobody's.
    """
    before, code = at - UNUSED_FOR, jurisdiction()
    with transaction():
        if not index.reading().keys:
            return 0
    unused: list[UUID] = []
    seen, after = 0, None
    while page := keystore().holders(code, after, before):
        with transaction():
            known = queries.numbers_of(page)
        unused += [one for one in page if one not in known]
        seen, after = seen + len(page), page[-1]
    if len(unused) > max(1, seen * SHARE_MAX):
        _log.error("keys.many_are_nobodys", jurisdiction=code, keys=seen, unused=len(unused))
        return 0
    return keystore().drop(code, unused, before) if unused else 0
