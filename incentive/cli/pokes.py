"""What a worker takes for a job: a poke of ours, and nothing else that lies on the queue.

RQ imports and calls whatever a job names, be it `os.system`. Redis is no place to trust so
far: whoever can write there could run anything here.
"""

from collections.abc import Callable
from typing import Any, Final

from rq.job import Job

from incentive.core import jobs

RUN: Final = f"{jobs.run.__module__}.{jobs.run.__qualname__}"


class NoPoke(Exception):
    """A job on the queue was not put there by this product."""


class Poke(Job):
    """A job that runs `core.jobs.run` or fails; it calls nothing and nobody else, before or after."""

    success_callback = None
    failure_callback = None
    stopped_callback = None

    @property
    def func(self) -> Callable[..., None]:
        """Return `core.jobs.run`.

        Raises:
            NoPoke: the job names another function; it is not even imported.
        """
        if self.func_name != RUN or self.instance:
            raise NoPoke(f"{self.func_name!r} is not {RUN}")
        return jobs.run

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Send none: their addresses, too, are whatever somebody wrote."""
