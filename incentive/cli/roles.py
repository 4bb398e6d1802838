"""The web server and the workers of `incentive up`, forked from one process.

Each role alone would import the application anew: 100 MiB and a second of a core for each.
Forked from a process that has made it and does nothing else, they share it.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Final

import click

from incentive.cli import schedule
from incentive.cli.web import THREADS, serve_web, to_be_forked
from incentive.cli.worker import serve_jobs
from incentive.config import Settings
from incentive.core.keystore.checking import check_at_start
from incentive.embedded.lifeline import die_with_parent, name_process
from incentive.embedded.restart import Restarts

TICK_SECONDS: Final = 0.1


@click.command("roles", hidden=True)
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=8000)
@click.option("--workers", type=int, default=2)
@click.option("--threads", type=int, default=THREADS, envvar="INCENTIVE_WEB_THREADS")
@click.option("--job-workers", type=int, default=1)
def commands(*, host: str, port: int, workers: int, threads: int, job_workers: int) -> None:
    """Run web and workers with the INCENTIVE_* settings of the environment."""
    settings = Settings.from_environment(os.environ)
    check_at_start(settings)
    schedule.load()
    app = to_be_forked(settings)
    Stem(
        {
            "web": partial(serve_web, app, host, port, workers, threads),
            "worker": partial(serve_jobs, app, job_workers, with_cron=True),
        }
    ).run()


class Stem:
    """Forks the roles, and forks anew the ones that die, until SIGTERM or SIGINT."""

    def __init__(self, roles: dict[str, Callable[[], None]]) -> None:
        self.roles = roles
        self.names: dict[int, str] = {}
        self.stopping = False
        self.restarts = Restarts()

    def run(self) -> None:
        """Run the roles; return when all have stopped."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name in self.roles:
            self._fork(name)
        dead: set[str] = set()
        while self.names or not self.stopping:
            dead |= self._collect()
            for name in [name for name in dead if self.restarts.is_due(name)]:
                dead.discard(name)
                if not self.stopping:
                    self._fork(name)
            time.sleep(TICK_SECONDS)

    def _collect(self) -> set[str]:
        ended = set()
        for pid, name in list(self.names.items()):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del self.names[pid]
                self.restarts.note_death(name)
                ended.add(name)
                if not self.stopping:
                    sys.stderr.write(f"{name} (process {pid}) ended, starting it again\n")
            else:
                self.restarts.note_alive(name)
        return ended

    def _fork(self, name: str) -> None:
        sys.stderr.flush()
        stem = os.getpid()
        pid = os.fork()
        if pid:
            self.names[pid] = name
            return
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            die_with_parent(stem, signal.SIGTERM)
            name_process(f"incentive-{name}")
            self.roles[name]()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except BaseException:  # noqa: BLE001 - nothing may run on into the stem's own code
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        for pid in self.names:
            os.kill(pid, signal.SIGTERM)
