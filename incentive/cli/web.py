"""`incentive web`: the web server, Granian with WSGI workers."""

import gc
import os
import signal
from typing import Final

import click
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from incentive.app import create_app
from incentive.config import Settings
from incentive.core.keystore.checking import check_at_start
from incentive.embedded.lifeline import die_with_parent

# As many scans a second as with more of them, for less of the processor: they would only
# queue for the interpreter's lock. More than one, so that an export holds up nobody alone.
THREADS: Final = 2


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1, 128),
    default=THREADS,
    show_default=True,
    envvar="INCENTIVE_WEB_THREADS",
    help="Requests that one process works on at a time.",
)
def commands(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serve HTTP with the INCENTIVE_* settings of the environment."""
    # Asked here once, so that a missing setting is one line and not a loop of dying workers.
    check_at_start(Settings.from_environment(os.environ))
    # Imported modules are shared by the forked workers; frozen, so that the collector does
    # not touch, and thereby copy, every page of them.
    gc.freeze()
    serve_web(host, port, workers, threads)


def serve_web(host: str, port: int, workers: int, threads: int) -> None:
    """Serve HTTP until SIGTERM or SIGINT: `workers` processes of `threads` requests each."""
    server = Granian(
        "incentive.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=4,
    )
    server.serve(target_loader=_Loader(os.getpid()), wrap_loader=False)


class _Loader:
    """Makes the application inside each worker, whose connections must be its own."""

    def __init__(self, parent_pid: int) -> None:
        self.parent_pid = parent_pid

    def __call__(self) -> Flask:
        # The fork has the main process's handlers, which would let a stop pass unheard
        # until Granian sets the worker's own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent(self.parent_pid, signal.SIGTERM)
        return create_app(Settings.from_environment(os.environ))
