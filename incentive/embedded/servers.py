"""The two servers together: whichever the environment does not already name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from incentive.embedded.account import Account, account_for
from incentive.embedded.binaries import postgres_program, valkey_program
from incentive.embedded.child import Child
from incentive.embedded.directory import DataDirectory, remove_socket_folder
from incentive.embedded.instance import Instance, recover
from incentive.embedded.postgres import LOGIN, SUPERUSER, Postgres
from incentive.embedded.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are: libpq and Redis URLs."""

    database_url: str
    admin_database_url: str
    redis_url: str


class Servers:
    """PostgreSQL and Valkey on one data directory.

    A server that `environ` names (INCENTIVE_DATABASE_URL, INCENTIVE_REDIS_URL) is used
    instead of an own one. `fast` gives up durability and is for tests.
    """

    def __init__(
        self, directory: DataDirectory, environ: Mapping[str, str], *, fast: bool = False
    ) -> None:
        self.directory = directory
        self.environ = environ
        self.fast = fast
        self.postgres: Postgres | None = None
        self.children: list[Child] = []
        self.sockets: Path | None = None

    def start(self) -> Addresses:
        """Start the servers, wait until they answer, and return their addresses.

        Raises:
            StartError: one cannot start.
        """
        recover(self.directory)
        database_url = self.environ.get("INCENTIVE_DATABASE_URL", "").strip()
        redis_url = self.environ.get("INCENTIVE_REDIS_URL", "").strip()
        admin_url = self.environ.get("INCENTIVE_ADMIN_DATABASE_URL", "").strip() or database_url
        if database_url and redis_url:
            return Addresses(database_url, admin_url, redis_url)
        programs = [postgres_program("postgres"), valkey_program()]
        account = account_for([self.directory.root / "run"], programs)
        self.sockets = self.directory.socket_folder(account)
        valkey = None if redis_url else self._start_valkey(self.sockets, account)
        if not database_url:
            self.postgres = self._start_postgres(self.sockets, account)
            database_url = self.postgres.url(LOGIN)
            admin_url = self.postgres.url(SUPERUSER)
        if valkey is not None:
            valkey.wait_until_ready(self.children[0])
            redis_url = valkey.url
        return Addresses(database_url, admin_url, redis_url)

    def stop(self) -> None:
        """Stop the servers, PostgreSQL last."""
        for child in self.children:
            child.stop()
        self.children.clear()
        if self.sockets is not None:
            remove_socket_folder(self.sockets)

    def _start_valkey(self, sockets: Path, account: Account | None) -> Valkey:
        valkey = Valkey(self.directory.private_folder("valkey", account), sockets, account)
        child = valkey.child(self.directory.log("valkey"))
        self.children.append(child)
        child.start()
        return valkey

    def _start_postgres(self, sockets: Path, account: Account | None) -> Postgres:
        folder = self.directory.root / "postgres"
        postgres = Postgres(folder, sockets, account, fast=self.fast)
        log = self.directory.log("postgres")
        postgres.prepare(log)
        child = postgres.child(log)
        self.children.append(child)
        child.start()
        postgres.wait_until_ready(child)
        postgres.ensure_database()
        return postgres


@contextmanager
def running(folder: Path, environ: Mapping[str, str], *, fast: bool = False) -> Iterator[Addresses]:
    """Run the servers on `folder` until the block ends; call it from the main thread.

    Raises:
        StartError: one cannot start.
    """
    directory = DataDirectory(folder)
    servers = Servers(directory, environ, fast=fast)
    try:
        addresses = servers.start()
        instance = Instance(pid=0, sockets=str(servers.sockets or ""))
        for child in servers.children:
            instance.record(child)
        instance.write(directory.instance)
        yield addresses
    finally:
        servers.stop()
        directory.instance.unlink(missing_ok=True)
        directory.close()
