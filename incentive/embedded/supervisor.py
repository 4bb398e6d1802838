"""`incentive up`: starts every part, starts again what dies, and stops all of it.

It imports nothing heavy: it lives as long as the product does and counts in its memory.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from incentive.embedded.child import Child
from incentive.embedded.directory import DataDirectory
from incentive.embedded.errors import StartError
from incentive.embedded.instance import Instance
from incentive.embedded.migrated import is_migrated, mark_migrated
from incentive.embedded.network import answers, claim_port, url_of
from incentive.embedded.restart import Restarts
from incentive.embedded.servers import Addresses, Servers

READY_SECONDS_MAX: Final = 60.0
STEP_SECONDS_MAX: Final = 900.0
TICK_SECONDS: Final = 0.2
_ADMINISTRATORS: Final = ("INCENTIVE_ADMIN_DATABASE_URL", "INCENTIVE_KEYS_ADMIN_DATABASE_URL")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _StopRequested(BaseException):
    """Somebody asked the program to end; raised wherever it happens to be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: where it listens, where its data lies, how many processes."""

    host: str
    port: int
    data: Path
    web_workers: int
    job_workers: int
    demo: bool
    environ: Mapping[str, str]
    say: Callable[[str], None]


def run(plan: Plan) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP.

    Raises:
        StartError: something cannot start; whatever had started is stopped again.
    """
    for number in _SIGNALS:
        signal.signal(number, _request_stop)
    directory = DataDirectory(plan.data)
    try:
        Supervisor(plan, directory).run()
    finally:
        directory.close()


class Supervisor:
    """The parts of one running instance, in the order in which they start."""

    def __init__(self, plan: Plan, directory: DataDirectory) -> None:
        self.plan = plan
        self.directory = directory
        self.servers = Servers(directory, plan.environ)
        self.roles: Child | None = None
        self.instance = Instance(pid=os.getpid())
        self.restarts = Restarts()

    def run(self) -> None:
        """Start, watch, stop."""
        try:
            self._start()
            while True:
                self._restart_the_dead()
                time.sleep(TICK_SECONDS)
        except _StopRequested:
            self.plan.say("Stopping …")
        finally:
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self._stop()

    def _start(self) -> None:
        addresses = self.servers.start()
        port = claim_port(self.plan.host, self.plan.port)
        self.directory.clear_metrics()
        administrator = self._environ(addresses)
        self.instance.environ = {
            name: value for name, value in administrator.items() if name.startswith("INCENTIVE_")
        }
        self.instance.sockets = str(self.servers.sockets or "")
        for server in self.servers.children:
            self.instance.record(server)
        self.instance.write(self.directory.instance)
        self._migrate(administrator)
        # Before anybody can look: whoever finds the server ready finds the whole demo there.
        sign_ins = self._load_demo(administrator) if self.plan.demo else ""
        # What serves requests must not know how to change the schema.
        environ = {
            name: value for name, value in administrator.items() if name not in _ADMINISTRATORS
        }
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(self.directory.metrics)
        where = ["--host", self.plan.host, "--port", str(port)]
        web, jobs = str(self.plan.web_workers), str(self.plan.job_workers)
        options = [*where, "--workers", web, "--job-workers", jobs]
        self.roles = self._command("roles", "roles", *options, environ=environ)
        self.roles.start()
        self.instance.record(self.roles)
        self.instance.write(self.directory.instance)
        self._wait_until_ready(self.roles, port)
        self.plan.say(f"Incentive serves {url_of(self.plan.host, port)}  (Ctrl-C stops it)")
        if sign_ins:
            self.plan.say(sign_ins)

    def _environ(self, addresses: Addresses) -> dict[str, str]:
        environ = dict(self.plan.environ) | {
            "INCENTIVE_DATABASE_URL": addresses.database_url,
            "INCENTIVE_ADMIN_DATABASE_URL": addresses.admin_database_url,
            "INCENTIVE_REDIS_URL": addresses.redis_url,
        }
        if not environ.get("INCENTIVE_SECRET") and not environ.get("INCENTIVE_SECRET_FILE"):
            environ["INCENTIVE_SECRET_FILE"] = str(self.directory.secret_file())
        # Nobody has a contract with an operator yet: codes are written where one can look.
        environ.setdefault("INCENTIVE_SMS", f"file:{self.directory.messages}")
        # Made-up people have no authenticator app and no phone; whoever serves real ones is asked.
        if self.plan.demo:
            environ.setdefault("INCENTIVE_PROVE_PHONES", "no")
            environ.setdefault("INCENTIVE_SECOND_FACTOR", "optional")
        if not environ.get("INCENTIVE_MASTER_KEY") and not environ.get("INCENTIVE_MASTER_KEY_FILE"):
            environ["INCENTIVE_MASTER_KEY_FILE"] = str(self.directory.master_key_file())
        return environ

    def _migrate(self, environ: Mapping[str, str]) -> None:
        postgres = self.servers.postgres
        if postgres is not None and is_migrated(postgres.folder):
            return
        self._step("migrate", "migrate", environ=environ)
        if postgres is not None:
            postgres.admit_login()
            mark_migrated(postgres.folder)

    def _load_demo(self, environ: Mapping[str, str]) -> str:
        self.plan.say("Loading the demo data (the first time takes half a minute or more) …")
        return self._step("demo", "demo", "load", environ=environ)

    def _command(self, name: str, *arguments: str, environ: Mapping[str, str]) -> Child:
        return Child(
            name=name,
            command=[sys.executable, "-P", "-m", "incentive.cli", *arguments],
            log=self.directory.log(name),
            environ=environ,
        )

    def _step(self, name: str, *arguments: str, environ: Mapping[str, str]) -> str:
        """Run one command to its end and return what it printed."""
        child = self._command(name, *arguments, environ=environ)
        before = child.log.stat().st_size if child.log.exists() else 0
        child.start()
        deadline = time.monotonic() + STEP_SECONDS_MAX
        while child.exit_code() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if child.exit_code() != 0:
            child.stop()
            raise StartError(
                f"`incentive {' '.join(arguments)}` failed: {child.last_line()} (see {child.log})"
            )
        with child.log.open("rb") as log:
            log.seek(before)
            return log.read().decode(errors="replace").rstrip()

    def _wait_until_ready(self, roles: Child, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not answers(self.plan.host, port, "/readyz"):
            if roles.exit_code() is not None:
                raise StartError(f"The web server ended: {roles.last_line()} (see {roles.log})")
            if time.monotonic() > deadline:
                raise StartError(
                    f"The web server is not ready after {READY_SECONDS_MAX:.0f} s: see {roles.log}"
                )
            time.sleep(0.05)

    def _restart_the_dead(self) -> None:
        for child in [*self.servers.children, *([self.roles] if self.roles else [])]:
            code = child.exit_code()
            if code is None:
                self.restarts.note_alive(child.name)
            elif self.restarts.is_due(child.name):
                child.start()
                self.instance.record(child)
                self.instance.write(self.directory.instance)
            elif self.restarts.note_death(child.name):
                # Its own workers must not go on without it: they would hold the port.
                child.sweep()
                # A signal tells all there is to tell; an exit code has a reason in the log.
                reason = f": {child.last_line()}" if code > 0 else ""
                self.plan.say(f"{child.name} ended ({code}), starting it again{reason}")

    def _stop(self) -> None:
        if self.roles is not None:
            self.roles.stop()
        self.servers.stop()
        self.directory.instance.unlink(missing_ok=True)


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopRequested
