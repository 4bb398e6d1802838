"""`incentive keys`: the master keys and the keys of blind indexes, looked at and changed."""

import click
from flask import current_app

from incentive.config import Settings, SettingsError
from incentive.core import clock
from incentive.core.db import jurisdiction, transaction, use_jurisdiction
from incentive.core.jobs import jurisdictions
from incentive.core.keystore import rotating
from incentive.people import acts, index_queries, reblinding


@click.group("keys")
def commands() -> None:
    """Keep the keys of personal data."""


@commands.command("status")
def status() -> None:
    """List the master keys that the key store knows, and how many keys each wraps."""
    for master in rotating.known_masters(_settings()):
        state = "current" if master.current else "retired" if master.retired else "being replaced"
        click.echo(f"master {master.id}\t{state}\t{master.keys} keys")
    for code in jurisdictions():
        with use_jurisdiction(code), transaction():
            versions = [str(one.version) for one in index_queries.versions()]
        click.echo(f"blind indexes of {code}\tversion {' and '.join(versions)}")


@commands.command("rotate")
def rotate() -> None:
    """Wrap all keys by the master key that was added last. Broken off, call it again."""
    try:
        done = rotating.rotate(_settings(), _progress, _record)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{done.keys} keys are wrapped by {done.master}.")
    for former in done.former:
        click.echo(f"Nothing needs {former} any more: take its line away and restart.")


@commands.command("reblind")
def reblind() -> None:
    """Blind the phones, ID numbers and names of one jurisdiction by a new key."""
    done = reblinding.reblind(clock.now(), lambda count: click.echo(f"{count} persons"))
    click.echo(f"{jurisdiction()}: version {done.version}, {done.persons} persons.")
    if done.unreadable:
        raise click.ClickException(
            f"{done.unreadable} persons cannot be read and keep the former key in use:"
            f" see personal.unreadable in the log."
        )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _progress(done: int, total: int) -> None:
    click.echo(f"{done} of {total} keys")


def _record(rotated: rotating.Rotated) -> None:
    # One key store for all of them: each has it in its own books.
    for code in jurisdictions():
        with use_jurisdiction(code), transaction():
            acts.record(
                None,
                "keys.rotate",
                subject="keys:master",
                before={"masters": list(rotated.former)},
                after={"master": rotated.master, "keys": rotated.keys},
            )
