"""`incentive people`: the first administrator, and a way back in."""

import click
from flask import current_app

from incentive.core import clock
from incentive.core.db import transaction
from incentive.people import acts, passwords, permission_paper, phones, service
from incentive.people.permissions import ROLES
from incentive.people.retention import doing, queries
from incentive.people.retention.table import rules
from incentive.people.second_factor import service as factor
from incentive.regions import service as regions

_PHONE = click.option("--phone", required=True, help="Mobile number to sign in with.")


@click.group("people")
def commands() -> None:
    """Keep persons and roles."""


@commands.command("create")
@_PHONE
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--region", required=True, help="Code of the region over which the role is held.")
def create(*, phone: str, name: str, role: str, region: str) -> None:
    """Enter a person with a role: the first administrator, who then enters all others."""
    password = _ask_password(phones.parse(phone))
    with transaction():
        home = regions.region_by_code(region)
        person = service.create_person(
            name=name,
            phone=phone,
            password=password,
            home_region_id=home.id,
            role=role,
            by=None,
            at=clock.now(),
        )
        service.record_entered(None, person, role)
    click.echo(f"{person.volunteer_number} is {role} over {home.name}.")


@commands.command("password")
@_PHONE
def password(*, phone: str) -> None:
    """Give a person a new password; their sessions end."""
    e164 = phones.parse(phone)
    with transaction():
        person = service.person_by_phone(e164)
    new = _ask_password(e164)
    with transaction():
        service.set_password(person.id, new, clock.now())
        after = {"volunteer_number": person.volunteer_number}
        acts.record(None, "person.password", subject=f"person:{person.id}", after=after)
    click.echo(f"{person.volunteer_number} has a new password.")


@commands.command("second-factor")
@_PHONE
def second_factor(*, phone: str) -> None:
    """Take off the authenticator app of a person who lost it; their sessions end."""
    with transaction():
        person = service.person_by_phone(phones.parse(phone))
        factor.reset_by_command(person.id, by=None, at=clock.now())
    click.echo(f"{person.volunteer_number} sets up a new authenticator app at the next sign-in.")


@commands.command("permissions")
def permissions() -> None:
    """Print who may do what, and what each address needs, as docs/permissions.md has it."""
    click.echo(permission_paper.document(current_app), nl=False)


@commands.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
def retention(*, dry_run: bool) -> None:
    """End every trace that is past its time, as each night; print how many rows of what."""
    at = clock.now()
    if dry_run:
        with transaction():
            gone = doing.due(at)
    else:
        run_id = doing.run(at)
        with transaction():
            gone = queries.figures(run_id)
    for rule in rules():
        verb = "blank" if rule.is_blanked else "delete"
        click.echo(
            f"{gone[rule.name]:>9}  {verb:<6}  {rule.name}, {rule.kept.days} d after {rule.since}"
        )
    click.echo(f"{sum(gone.values()):>9}  {'would go' if dry_run else 'gone'}")


def _ask_password(e164: str) -> str:
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    passwords.check(given, e164)
    return given
