"""`incentive worker`: a pool of RQ workers that run the packages' jobs."""

import logging
import os
import signal
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

import click
from flask import Flask
from rq.job import Job
from rq.queue import Queue
from rq.worker import Worker
from rq.worker_pool import WorkerPool

from incentive.cli import schedule
from incentive.cli.cron import poke_forever
from incentive.cli.pokes import Poke
from incentive.cli.web import to_be_forked
from incentive.config import Settings
from incentive.core import jobs
from incentive.core.keystore.checking import check_at_start
from incentive.embedded.lifeline import die_with_parent


class PoolWorker(Worker):
    """An RQ worker that forks for each job, and whose life hangs on its pool's."""

    # Valkey may be away for a while; it should not take a minute to notice its return.
    max_connection_wait_time = 5.0
    log_job_description = False

    pool_pid: int

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until told to stop."""
        _listen_to_signals()
        die_with_parent(self.pool_pid, signal.SIGTERM)
        # Nothing is put on the queue for later, so RQ's scheduler process would idle.
        return bool(super().work(*args, **options | {"with_scheduler": False}))

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run one job; end with the worker, who alone could report on it."""
        die_with_parent(self.pid or 0, signal.SIGKILL)
        super().main_work_horse(job, queue)


class Pool(WorkerPool):
    """A pool of workers that can keep cron as one more child.

    Cron alone would hold a second copy of the application in memory, to poke a few times
    a minute; forked from the pool it shares nearly all of it.
    """

    cron_settings: Settings | None = None
    cron: BaseProcess | None = None

    def check_workers(self, respawn: bool = True) -> None:  # noqa: FBT001, FBT002 - RQ's own
        """Start what is missing; RQ calls this every second."""
        super().check_workers(respawn)
        stopping = not respawn or self.status == self.Status.STOPPED
        if self.cron_settings is None or stopping or (self.cron and self.cron.is_alive()):
            return
        self.cron = get_context("fork").Process(
            target=_cron_child, args=(self.cron_settings, os.getpid()), daemon=True
        )
        self.cron.start()


def _listen_to_signals() -> None:
    # A fork has the pool's handlers, which would stop the pool's copy and not this process.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _cron_child(settings: Settings, parent_pid: int) -> None:
    _listen_to_signals()
    die_with_parent(parent_pid, signal.SIGTERM)
    poke_forever(settings)


@click.command("worker")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--with-cron", is_flag=True, help="Do what `incentive cron` does, too.")
def commands(*, workers: int, with_cron: bool) -> None:
    """Work off the queue with the INCENTIVE_* settings of the environment."""
    settings = Settings.from_environment(os.environ)
    check_at_start(settings)
    schedule.load()
    serve_jobs(to_be_forked(settings), workers, with_cron=with_cron)


def serve_jobs(app: Flask, workers: int, *, with_cron: bool) -> None:
    """Run `workers` processes on the queue until SIGTERM or SIGINT."""
    settings: Settings = app.config["SETTINGS"]
    jobs.serve(app)
    logging.getLogger("rq").setLevel(logging.WARNING)
    PoolWorker.pool_pid = os.getpid()
    pool = Pool(
        [jobs.QUEUE],
        connection=jobs.worker_connection(settings.redis_url),
        num_workers=workers,
        worker_class=PoolWorker,
        job_class=Poke,
        serializer=jobs.SERIALIZER,
    )
    pool.cron_settings = settings if with_cron else None
    pool.start(logging_level="WARNING")
