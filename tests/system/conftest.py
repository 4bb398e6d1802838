"""Starts the whole product as its users do, and finds every process that belongs to it."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

SECONDS_MAX = 60
COMMAND = [sys.executable, "-P", "-m", "incentive.cli"]
_FOREIGN = ("INCENTIVE_", "PROMETHEUS_")


class Product:
    """One `incentive up` on `data`; `url` answers once `wait_until_ready` has returned."""

    def __init__(
        self,
        data: Path,
        command: list[str],
        environ: dict[str, str],
        cwd: Path,
        options: Sequence[str] = (),
    ) -> None:
        self.data = data
        self.mark = uuid.uuid4().hex
        self.output = cwd / f"up-{self.mark}.log"
        plain = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "up", *options, "--data", str(data), "--port", "0"],
                env={**plain, **environ, "INCENTIVE_TEST_MARK": self.mark},
                cwd=cwd,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def url(self) -> str:
        line = next(s for s in self.printed().splitlines() if "http://" in s)
        return line.split()[2]

    @property
    def instance(self) -> dict[str, object]:
        return json.loads((self.data / "instance.json").read_text())

    def pid_of(self, name: str) -> int:
        return self.instance["children"][name][0]

    def printed(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self, seconds_max: float = SECONDS_MAX) -> "Product":
        deadline = time.monotonic() + seconds_max
        while "http://" not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.02)
        return self

    def status(self, path: str) -> int:
        """The status of a GET, or 0 if nobody answers."""
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def wait_for(self, condition: Callable[[], bool], seconds_max: float = 30) -> None:
        deadline = time.monotonic() + seconds_max
        while not condition():
            assert time.monotonic() < deadline, (self.printed(), self.alive())
            time.sleep(0.05)

    def cpu_seconds(self) -> float:
        """What the living processes, and those they have waited for, have cost so far."""
        pids = [int(line.split()[0]) for line in self.alive()]
        return sum(sum(psutil.Process(pid).cpu_times()[:4]) for pid in pids)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS_MAX)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS_MAX)

    def alive(self) -> list[str]:
        """The command lines of all living processes of this product."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if str(self.data) in line or _mark(process) == self.mark:
                    found.append(f"{process.pid} {line}")
        return found


def _mark(process: psutil.Process) -> str | None:
    with contextlib.suppress(psutil.Error, OSError):
        return process.environ().get("INCENTIVE_TEST_MARK")
    return None


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that has been started once; migrating is the dearest part of a start."""
    folder = tmp_path_factory.mktemp("migrated")
    product = Product(folder / "data", COMMAND, {}, folder)
    try:
        product.wait_until_ready()
        product.stop()
    finally:
        product.process.kill()
    return folder / "data"


@pytest.fixture
def migrated_data(migrated: Path, tmp_path: Path) -> Path:
    """A copy of it for one test, owners and modes included."""
    subprocess.run(["cp", "-a", migrated, tmp_path / "data"], check=True)
    return tmp_path / "data"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """Start `incentive up` on a data directory; whatever runs at the end is killed."""
    started: list[Product] = []

    def start(
        data: Path | None = None,
        *options: str,
        command: list[str] | None = None,
        **environ: str,
    ) -> Product:
        product = Product(
            data or tmp_path / "data",
            command or COMMAND,
            environ,
            tmp_path,
            options,
        )
        started.append(product)
        return product

    yield start
    for product in started:
        if product.process.poll() is None:
            product.process.kill()
            product.process.wait()
        for line in product.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(line.split()[0]), signal.SIGKILL)
