"""The command line: `incentive`, with every role, and every package's own commands below it.

A command's module is imported when the command is called, and not before: `incentive up`
lives as long as the product and must not carry the application in its memory.
"""

import sys

from incentive.cli.lazy import LazyGroup, Place
from incentive.config import SettingsError
from incentive.embedded.errors import StartError

incentive = LazyGroup(
    "incentive",
    help="The books and the counter for volunteer service and community points.",
    no_args_is_help=True,
    places={
        "up": Place("incentive.cli.up", "Run everything: servers, web, workers, cron."),
        "web": Place("incentive.cli.web", "Serve HTTP."),
        "worker": Place("incentive.cli.worker", "Work off the queue."),
        "cron": Place("incentive.cli.cron", "Poke what is to be done from time to time."),
        "roles": Place("incentive.cli.roles", "Web and workers in one, for `up`.", hidden=True),
        "migrate": Place("incentive.cli.migrate", "Bring every jurisdiction's tables up to date."),
        "jurisdiction": Place("incentive.cli.jurisdiction", "Open and list jurisdictions."),
        "regions": Place("incentive.regions.commands", "The territory tree.", in_app=True),
        "people": Place("incentive.people.commands", "Persons and roles.", in_app=True),
        "keys": Place("incentive.people.key_commands", "Keys of personal data.", in_app=True),
        "ledger": Place("incentive.seals.commands", "The books.", in_app=True),
        "settlement": Place("incentive.settlement.commands", "Paying what is due.", in_app=True),
        "demo": Place("incentive.demo.commands", "Made-up data, and a walk.", in_app=True),
    },
)


def main() -> None:
    """Run the command line; what the user can put right is one line and exit code 1."""
    try:
        incentive(prog_name="incentive")
    except (SettingsError, StartError) as error:
        sys.stderr.write(f"incentive: {error}\n")
        sys.exit(1)
