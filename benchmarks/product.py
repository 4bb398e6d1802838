"""The product as its users start it, on a folder of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS_MAX = 90.0


@dataclass(frozen=True, slots=True)
class Product:
    """One running `incentive up`: its process, where it serves, and its servers' addresses."""

    pid: int
    host: str
    port: int
    environ: Mapping[str, str]


@contextmanager
def running() -> Iterator[Product]:
    """Run `incentive up` on a fresh folder and a free port until the block ends."""
    with tempfile.TemporaryDirectory(prefix="incentive-benchmark-") as folder:
        # PostgreSQL does not run as root, and its own user must get in here.
        Path(folder).chmod(0o755)
        data, log = Path(folder, "data"), Path(folder, "up.log")
        environ = {k: v for k, v in os.environ.items() if not k.startswith("INCENTIVE_")}
        command = [sys.executable, "-m", "incentive.cli", "up", "--data", str(data), "--port", "0"]
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
        try:
            url = _wait_until_ready(process, log)
            instance = json.loads((data / "instance.json").read_text(encoding="utf-8"))
            host, _, port = url.removeprefix("http://").partition(":")
            yield Product(process.pid, host, int(port), instance["environ"])
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        found = [word for word in log.read_text().split() if word.startswith("http://")]
        if found:
            return found[0]
        time.sleep(0.05)
    raise SystemExit(f"`incentive up` did not start:\n{log.read_text()}")
