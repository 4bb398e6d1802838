"""Runs the steps of a walk with a few people at a time, and notes how each went."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar, cast

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from incentive.demo.walk.errors import Broken
from incentive.demo.walk.server import CONNECTIONS

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done:
    """A step that went well: how often something was done, and how long all took."""

    name: str
    count: int
    seconds: float


@dataclass(slots=True)
class Stage:
    """The steps so far; `present` names the one that is being played."""

    progress: Progress
    done: list[Done] = field(default_factory=list)
    present: str = ""

    def each(self, name: str, act: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Have `act` done for every item, a few at a time; return the results in order.

        Raises:
            Broken: the first that went wrong; the rest is not begun.
        """
        self.present = name
        task = self.progress.add_task(name, total=len(items))
        began = time.monotonic()

        broken: list[Broken] = []

        def one(item: Item) -> Result | None:
            if broken:
                return None
            try:
                result = act(item)
            except Broken as error:
                broken.append(error)
                return None
            self.progress.advance(task)
            return result

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            results = list(pool.map(one, items))
        if broken:
            raise broken[0]
        self.done.append(Done(name, len(items), time.monotonic() - began))
        return cast("list[Result]", results)

    def once(self, name: str, act: Callable[[], Result]) -> Result:
        """Have `act` done; return its result."""
        return self.each(name, lambda _: act(), [None])[0]

    def counted(self, name: str, act: Callable[[], int]) -> int:
        """Have `act` done, which does something as often as it returns; return that."""
        count = self.once(name, act)
        self.done[-1] = Done(name, count, self.done[-1].seconds)
        return count

    def show(self, console: Console) -> None:
        """Print the table of the steps."""
        table = Table("step", title="The chain", title_justify="left")
        table.add_column("count", justify="right")
        table.add_column("seconds", justify="right")
        for step in self.done:
            table.add_row(step.name, str(step.count), f"{step.seconds:.1f}")
        console.print(table)
