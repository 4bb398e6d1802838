"""The servers of a test run: one PostgreSQL and one Valkey, started by the first process.

Workers of xdist find the addresses in the environment that they inherit.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from incentive.embedded.servers import running

ADMIN_URL: Final = "INCENTIVE_TEST_ADMIN_URL"
REDIS_URL: Final = "INCENTIVE_TEST_REDIS_URL"
_stack: Final = ExitStack()


def start() -> None:
    """Start the servers on a folder of their own, unless the environment names some."""
    if ADMIN_URL in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="incentive-tests-"))
    folder.chmod(0o755)
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    addresses = _stack.enter_context(running(folder, {}, fast=True))
    os.environ[ADMIN_URL] = addresses.admin_database_url
    os.environ[REDIS_URL] = addresses.redis_url
    _stack.callback(os.environ.pop, ADMIN_URL)


def stop() -> None:
    """Stop what `start` started, and leave nothing behind."""
    _stack.close()
