"""A run of the sealer: short transactions, and sessions side by side for a large backlog."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final

from flask import current_app

from incentive.core import clock
from incentive.core.db import jurisdiction, transaction, use_jurisdiction
from incentive.ledger import sealing

# Sessions that make leaves: more would only wait for each other at the end of the table.
SIDE_BY_SIDE: Final = 2
# How long a session may wait for the interpreter while the tree is hashed. By default, 5 ms, it
# stands still as long as making a thousand leaves would take.
SWITCH_SECONDS: Final = 0.0002


def seal_all(progress: Callable[[int], object]) -> tuple[int, str | None]:
    """Seal batch by batch and sign at the end; return how many leaves are new, and the note.

    `progress` is told the sum after each batch but the last. Of a large batch the leaves are
    made side by side, in sessions of their own, while the tree grows by those that are there.
    """
    total = 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as beside:
        while True:
            with transaction():
                numbered = sealing.number()
            made = sum(_make_beside(beside) if numbered > sealing.LARGE else _make())
            total += made
            # What is posted meanwhile is for the next run: a checkpoint is not to wait for ever.
            # More made than numbered: a dead sealer's, before which others may have to wait.
            if numbered < sealing.BATCH and made <= numbered:
                break
            progress(total)
    with transaction():
        checkpoint = sealing.checkpoint(clock.now())
    return total, checkpoint.note if checkpoint else None


def _make() -> Iterator[int]:
    """Make the leaves of all that is numbered, run by run; yield how many they are."""
    while True:
        with transaction():
            made = sealing.make_leaves()
        if not made:
            return
        yield made


def _make_beside(beside: Executor) -> Iterator[int]:
    """Do so in several sessions, and let the tree grow meanwhile."""
    app, code = current_app._get_current_object(), jurisdiction()  # type: ignore[attr-defined]  # noqa: SLF001
    ready: SimpleQueue[int] = SimpleQueue()

    def make() -> None:
        try:
            with app.app_context(), use_jurisdiction(code):
                for made in _make():
                    ready.put(made)
        finally:
            ready.put(0)

    with _quick_to_switch():
        making = [beside.submit(make) for _ in range(SIDE_BY_SIDE)]
        left, waiting = SIDE_BY_SIDE, 0
        while left:
            news = [ready.get()]
            while not ready.empty():
                news.append(ready.get())
            yield from news
            left -= news.count(0)
            waiting += sum(news)
            # What a few leaves add is for the checkpoint.
            if left and waiting >= sealing.WORTH_GROWING:
                with transaction():
                    sealing.grow_ahead()
                waiting = 0
    for done in making:
        done.result()


@contextmanager
def _quick_to_switch() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
