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
from incentive.core.db import db
from incentive.core.keystore.checking import check_at_start
from incentive.core.keystore.store import keystore
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
    settings = Settings.from_environment(os.environ)
    check_at_start(settings)
    serve_web(to_be_forked(settings), host, port, workers, threads)


def to_be_forked(settings: Settings) -> Flask:
    """Return the application for processes that are forked afterwards, which share its memory."""
    app = create_app(settings)
    with app.app_context():
        # A connection opened before the fork would be shared, and its answers mixed up.
        db.engine.dispose()
        keystore().dispose()
    # Frozen, so that the collector does not touch, and thereby copy, every page of it.
    gc.collect()
    gc.freeze()
    return app


def serve_web(app: Flask, host: str, port: int, workers: int, threads: int) -> None:
    """Serve HTTP until SIGTERM or SIGINT: `workers` processes of `threads` requests each."""
    server = Granian(
        "incentive",
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
    server.serve(target_loader=_Loader(app, os.getpid()), wrap_loader=False)


class _Loader:
    """Hands the application, made before, to each worker."""

    def __init__(self, app: Flask, parent_pid: int) -> None:
        self.app = app
        self.parent_pid = parent_pid

    def __call__(self) -> Flask:
        # The fork has the main process's handlers, which would let a stop pass unheard
        # until Granian sets the worker's own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent(self.parent_pid, signal.SIGTERM)
        return self.app
