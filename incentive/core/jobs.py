"""Background work: a poke over Redis that something is to be done, never the work itself.

What is to be done stands in PostgreSQL. A poke names a function of some package's
`jobs.py` and ids; it may be lost, doubled or late, and cron pokes again. So nothing here
raises when Redis is away, and a request is not held up by it.
"""

import importlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text

from incentive.config import Settings
from incentive.core.db import jurisdiction, on_commit, transaction, use_jurisdiction

QUEUE: Final = "incentive"
# Pickles from a shared Redis would let whoever writes there run code here.
SERIALIZER: Final = JSONSerializer
JOB_SECONDS_MAX: Final = 300
# After a failure leave Redis alone for so long, or every request would wait for it.
AWAY_SECONDS: Final = 2.0
# A poke that nobody takes within this time is thought lost, and may be sent again.
COALESCE_SECONDS: Final = 20
_FUNCTION: Final = re.compile(r"incentive\.(?!core\.)[a-z_]+\.jobs\.[a-z_]+")
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A function that cron pokes in every jurisdiction, each `seconds` or by a cron line."""

    function: str
    seconds: int | None
    cron: str | None


_seconds_max: Final[dict[str, int]] = {}
_periodic: Final[dict[str, Periodic]] = {}
_away_until: dict[str, float] = {}
_worker_app: list[Flask] = []


def periodic(
    *, seconds: int | None = None, cron: str | None = None
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have cron poke the decorated function: every `seconds`, or by a five-field `cron` line.

    A cron line is read in the deployment's time zone. The function takes nothing and runs
    once in every jurisdiction.

    Raises:
        ValueError: not exactly one of the two is given.
    """
    if (seconds is None) == (cron is None):
        raise ValueError("Give either seconds or cron.")

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        name = name_of(function)
        _periodic[name] = Periodic(name, seconds, cron)
        return function

    return declare


def lasting(seconds: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let the decorated job run for `seconds` before it is broken off, not JOB_SECONDS_MAX."""

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        _seconds_max[name_of(function)] = seconds
        return function

    return declare


def schedule() -> list[Periodic]:
    """Return what the imported `jobs` modules declare, by name."""
    return [_periodic[name] for name in sorted(_periodic)]


def name_of(function: Callable[..., None]) -> str:
    """Return the name by which a worker finds `function`.

    Raises:
        ValueError: it is not a plain function of some package's `jobs.py`.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    if not _FUNCTION.fullmatch(name):
        raise ValueError(f"{name} cannot be a job: write it in a package's jobs.py.")
    return name


def enqueue(function: Callable[..., None], *ids: str | int) -> None:
    """Poke `function(*ids)` in the present jurisdiction once the open transaction is committed.

    Never raises for want of Redis: then one line is logged and cron catches up.
    """
    name, code = name_of(function), jurisdiction()
    settings: Settings = current_app.config["SETTINGS"]
    on_commit(lambda: poke(settings.redis_url, code, name, *ids))


def poke(redis_url: str, code: str | None, name: str, *ids: str | int) -> bool:
    """Put one poke on the queue now; return False if Redis is away.

    `code` is a jurisdiction, or None for all of them. A poke like one that still waits
    joins it. One that is being worked off does not count: it may have looked too early.
    """
    if time.monotonic() < _away_until.get(redis_url, 0.0):
        return False
    connection = _connection(redis_url)
    try:
        if connection.set(_waiting_key(code, name, ids), 1, nx=True, ex=COALESCE_SECONDS):
            _queue(connection).enqueue(
                run,
                args=(code, name, *ids),
                job_timeout=_seconds_max.get(name, JOB_SECONDS_MAX),
                result_ttl=0,
                failure_ttl=3600,
                description=f"{code or 'all'}: {name}{ids}",
            )
    except RedisError as error:
        _away_until[redis_url] = time.monotonic() + AWAY_SECONDS
        _log.warning("jobs.redis_away", job=name, error=str(error))
        return False
    return True


def serve(app: Flask) -> None:
    """Let this process, a worker, run jobs within `app`."""
    _worker_app[:] = [app]


def run(code: str | None, name: str, *ids: str | int) -> None:
    """Run one poke: the function `name` in jurisdiction `code`, or a poke for each of them.

    Raises:
        ValueError: `name` is no job. Whatever the job raises goes on to RQ.
    """
    if not _FUNCTION.fullmatch(name):
        raise ValueError(f"{name!r} is no job.")
    app = _worker_app[0]
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        # From here on a new poke is news: this run may already have looked past its reason.
        _connection(settings.redis_url).delete(_waiting_key(code, name, ids))
        if code is None:
            for each in jurisdictions():
                poke(settings.redis_url, each, name, *ids)
            return
        module, _, function = name.rpartition(".")
        job = getattr(importlib.import_module(module), function)
        if name_of(job) != name:
            raise ValueError(f"{name!r} is no job: its module only uses it.")
        with use_jurisdiction(code):
            job(*ids)


def worker_connection(redis_url: str) -> Redis:
    """Return the connection for a worker or cron, who may wait for Redis."""
    return Redis.from_url(redis_url, socket_connect_timeout=2)


def jurisdictions() -> list[str]:
    """Return the codes of all jurisdictions."""
    with transaction() as session:
        return list(session.scalars(text("SELECT code FROM public.jurisdictions ORDER BY code")))


@cache
def _connection(redis_url: str) -> Redis:
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=0.25,
        socket_timeout=0.4,
        # The redis client tries three times by itself; here that would be the request's time.
        retry=Retry(NoBackoff(), 0),
    )


def _queue(connection: Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=SERIALIZER)


def _waiting_key(code: str | None, name: str, ids: tuple[str | int, ...]) -> str:
    return f"incentive:waiting:{code or '*'}:{name}:{':'.join(map(str, ids))}"
