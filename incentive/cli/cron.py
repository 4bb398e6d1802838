"""`incentive cron`: pokes what is to be done from time to time. One is enough, two do no harm."""

import contextlib
import os
import signal
import time
from types import FrameType
from typing import Any, Final

import click
import structlog
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.cron import CronJob, CronScheduler

from incentive.cli import schedule
from incentive.config import Settings
from incentive.core import jobs

RETRY_SECONDS_MAX: Final = 5.0
_log: Final = structlog.get_logger(__name__)


class PokeJob(CronJob):
    """A cron job that pokes by the product's own rules: by name, as JSON, like pokes joined."""

    def __init__(self, redis_url: str, entry: jobs.Periodic) -> None:
        super().__init__(
            jobs.QUEUE,
            func_name=entry.function,
            interval=entry.seconds,
            cron=entry.cron,
        )
        self._redis_url = redis_url

    def enqueue(self, connection: Redis) -> Any:  # noqa: ARG002 - RQ gives its own
        """Poke the function in every jurisdiction; there is no RQ job of this one's own."""
        jobs.poke(self._redis_url, None, self.func_name)


class Scheduler(CronScheduler):
    """RQ's scheduler, which can take its leave of a Redis that has gone first."""

    def register_death(self, pipeline: Pipeline | None = None) -> None:
        """Strike this scheduler off, if there is still a Redis to do it in."""
        # The error would take the place of the request to stop, and cron would go on.
        with contextlib.suppress(RedisError):
            super().register_death(pipeline)


@click.command("cron")
def commands() -> None:
    """Poke the packages' periodic jobs with the INCENTIVE_* settings of the environment."""
    schedule.load()
    poke_forever(Settings.from_environment(os.environ))


def poke_forever(settings: Settings) -> None:
    """Poke what the imported jobs declare, until SIGTERM or SIGINT; wait for an absent Redis."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    # RQ reads cron lines in the process's own time zone.
    os.environ["TZ"] = settings.timezone
    time.tzset()
    scheduler = Scheduler(jobs.worker_connection(settings.redis_url), logging_level="WARNING")
    scheduler.get_jobs().extend(PokeJob(settings.redis_url, entry) for entry in jobs.schedule())
    delay = 0.5
    while True:
        try:
            scheduler.start()  # type: ignore[no-untyped-call]
        except RedisError as error:
            _log.warning("cron.redis_away", error=str(error), retry_seconds=delay)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _leave)
            time.sleep(delay)
            delay = min(delay * 2, RETRY_SECONDS_MAX)
        else:
            return


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
