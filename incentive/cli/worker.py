"""`incentive worker`: a pool of RQ workers that run the packages' jobs."""

import gc
import logging
import os
import signal
from typing import Any

import click
from rq.job import Job
from rq.queue import Queue
from rq.worker import Worker
from rq.worker_pool import WorkerPool

from incentive.app import create_app
from incentive.cli import schedule
from incentive.config import Settings
from incentive.core import jobs
from incentive.core.db import db
from incentive.embedded.lifeline import die_with_parent


class PoolWorker(Worker):
    """An RQ worker that forks for each job, and whose life hangs on its pool's."""

    # Valkey may be away for a while; it should not take a minute to notice its return.
    max_connection_wait_time = 5.0
    log_job_description = False

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until told to stop."""
        die_with_parent(os.getppid(), signal.SIGTERM)
        # Nothing is put on the queue for later, so RQ's scheduler process would idle.
        return bool(super().work(*args, **options | {"with_scheduler": False}))

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run one job; end with the worker, who alone could report on it."""
        die_with_parent(os.getppid(), signal.SIGKILL)
        super().main_work_horse(job, queue)


@click.command("worker")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def commands(*, workers: int) -> None:
    """Work off the queue with the INCENTIVE_* settings of the environment."""
    settings = Settings.from_environment(os.environ)
    app = create_app(settings)
    with app.app_context():
        # A connection opened before the fork would be shared, and its answers mixed up.
        db.engine.dispose()
    schedule.load()
    jobs.serve(app)
    logging.getLogger("rq").setLevel(logging.WARNING)
    gc.freeze()
    pool = WorkerPool(
        [jobs.QUEUE],
        connection=jobs.worker_connection(settings.redis_url),
        num_workers=workers,
        worker_class=PoolWorker,
        serializer=jobs.SERIALIZER,
    )
    pool.start(logging_level="WARNING")
