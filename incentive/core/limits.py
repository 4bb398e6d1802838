"""How often one place may do what costs much or could be guessed at: so many times a minute.

Counted in Redis for all processes together; while it is away, in each by itself. Nothing is
refused for want of Redis.
"""

import time
from typing import Final

import structlog
from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import BlockingConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from incentive.config import Settings
from incentive.core import clock
from incentive.core.errors import TooMany
from incentive.core.i18n import _

AWAY_SECONDS: Final = 2.0
WINDOW_SECONDS: Final = 60
_log: Final = structlog.get_logger(__name__)


class TooFast(TooMany):
    """One place does something too often."""

    code = "http.too_fast"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _(
                "Too many tries from here. Wait %(seconds)s seconds, then try again.",
                seconds=seconds,
            ),
            retry_after_seconds=seconds,
        )


class Limits:
    """The counters of one application."""

    def __init__(self, redis_url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            redis_url,
            socket_connect_timeout=0.25,
            socket_timeout=0.4,
            timeout=0.4,
            retry=Retry(NoBackoff(), 0),
        )
        shared = RedisStorage("redis://", connection_pool=pool, key_prefix="incentive:limit")
        self._shared = FixedWindowRateLimiter(shared)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._away_until = 0.0

    def spend(self, what: str, who: str, per_minute: int) -> None:
        """Count one `what` of `who`.

        Raises:
            TooFast: there were `per_minute` of them in this minute already.
        """
        item = RateLimitItemPerMinute(per_minute)
        if time.monotonic() >= self._away_until:
            try:
                return self._take(self._shared, item, what, who)
            except RedisError as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                _log.warning("limits.redis_away", error=str(error))
        return self._take(self._own, item, what, who)

    @staticmethod
    def _take(
        limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, what: str, who: str
    ) -> None:
        if not limiter.hit(item, what, who):
            ends = limiter.get_window_stats(item, what, who).reset_time
            left = round(ends - clock.now().timestamp())
            raise TooFast(min(max(left, 1), WINDOW_SECONDS))


def init_app(app: Flask) -> None:
    """Give `app` counters on its Redis."""
    settings: Settings = app.config["SETTINGS"]
    app.extensions["limits"] = Limits(settings.redis_url)


def count_sign_in(who: str) -> None:
    """Count a try to sign in from `who`.

    Raises:
        TooFast: as `Limits.spend`.
    """
    _limits().spend("sign-in", who, _settings().sign_ins_per_minute)


def count_registration(who: str) -> None:
    """Count a registration from `who`.

    Raises:
        TooFast: as `Limits.spend`.
    """
    _limits().spend("registration", who, _settings().registrations_per_minute)


def count_code(who: str) -> None:
    """Count a one-time code asked for, or tried, from `who`.

    Raises:
        TooFast: as `Limits.spend`.
    """
    _limits().spend("code", who, _settings().codes_per_minute)


def _limits() -> Limits:
    limits: Limits = current_app.extensions["limits"]
    return limits


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
