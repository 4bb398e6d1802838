"""Connections that the server dropped while they lay in a pool are given up before anybody has one.

Asking the server first would cost a round trip each time. But it says goodbye: an idle connection
on which something waits to be read is closed, or is about to be, and looking costs microseconds.
"""

import select
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool

_KEY: Final = "readable"


@event.listens_for(Pool, "checkout")
def give_up(connection: Any, record: Any, _borrower: object) -> None:
    """Have the pool make a new connection in the place of one that was dropped, and of all older.

    Raises:
        InvalidatePoolError: the pool's own signal for it; nobody else sees it.
    """
    if connection.closed or _is_readable(connection, record.info):
        raise InvalidatePoolError


def _is_readable(connection: Any, info: dict[str, Any]) -> bool:
    # Kept with the connection: the pool forgets both together.
    poller = info.get(_KEY)
    if poller is None:
        poller = info[_KEY] = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
    return bool(poller.poll(0))
