"""`incentive up`: everything on one machine, by one command."""

import os
from pathlib import Path

import click

from incentive.embedded.directory import default_data
from incentive.embedded.supervisor import Plan, run


@click.command("up")
@click.option("--demo", is_flag=True, help="Fill in made-up people, shifts and stations.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where everything is kept (default: var, or INCENTIVE_DATA).",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Web processes.",
)
@click.option(
    "--job-workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Background processes.",
)
def commands(
    *, demo: bool, host: str, port: int, data: Path | None, workers: int, job_workers: int
) -> None:
    """Run everything until Ctrl-C or SIGTERM.

    PostgreSQL and Valkey are started from their packages and keep their files in the data
    directory, unless INCENTIVE_DATABASE_URL or INCENTIVE_REDIS_URL name others.
    """
    run(
        Plan(
            host=host,
            port=port,
            data=data or default_data(os.environ),
            web_workers=workers,
            job_workers=job_workers,
            demo=demo,
            environ=os.environ,
            say=click.echo,
        )
    )
