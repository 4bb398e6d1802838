"""The servers of a test process: a PostgreSQL and a Valkey that nobody else uses.

One PostgreSQL for all processes would not do. A cluster has one row of transaction ids, and
the sealer takes nothing that an older running transaction could still come before: what one
process tests would wait for what another is writing.
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
    """Start the servers on a folder of their own, and name them in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="incentive-tests-"))
    folder.chmod(0o755)
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    addresses = _stack.enter_context(running(folder, {}, fast=True))
    os.environ[ADMIN_URL] = addresses.admin_database_url
    os.environ[REDIS_URL] = addresses.redis_url


def stop() -> None:
    """Stop what `start` started, and leave nothing behind."""
    _stack.close()
