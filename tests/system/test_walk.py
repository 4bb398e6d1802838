"""The whole chain on a real instance with demo data, as `script/up` serves it."""

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(500)]
# Loading takes twenty seconds of one core, which other tests may have meanwhile.
DEMO_SECONDS_MAX = 300


def incentive(*arguments):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "incentive.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_chain_is_whole_at_once_and_again_and_the_ledger_clean(up, migrated_data):
    # Whoever finds the server ready finds the demo there: the walk need not be tried again.
    product = up(migrated_data, "--demo").wait_until_ready(DEMO_SECONDS_MAX)
    at = ("--data", product.data)
    for _ in range(2):
        walked = incentive("demo", "walk", "--people", 5, "--server", product.url)
        assert walked.splitlines()[-1].startswith("chain whole: 5 volunteers, ")
    assert "13800000006" in product.printed()
    assert "clean" in incentive("ledger", "check", *at)
