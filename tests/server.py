"""The PostgreSQL server of a test run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def admin_server(_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the administrator's URL of a throw-away server."""
    yield os.environ["INCENTIVE_TEST_ADMIN_URL"]
