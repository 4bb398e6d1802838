"""PostgreSQL from the wheel's binaries, in the data directory, on a Unix socket."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from incentive.embedded.account import Account
from incentive.embedded.binaries import postgres_program
from incentive.embedded.child import Child
from incentive.embedded.errors import StartError
from incentive.embedded.leftovers import stop_in_folder

MAJOR: Final = "18"
DATABASE: Final = "incentive"
SUPERUSER: Final = "postgres"
# What the application logs in as; all it may do comes from the group that migrations make.
LOGIN: Final = "incentive"
GROUP: Final = "incentive_app"
START_SECONDS_MAX: Final = 60.0
# `--auth=trust`: whoever reaches the socket is let in, and only the owner of its folder
# (and root) reaches it. `peer` would not do: under root, client and server are two users.
_INITDB: Final = (
    *("--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8"),
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    *("--data-checksums", "--no-instructions"),
)
# For one machine that does other things too; the rest is PostgreSQL's own default, and a
# commit means that the disk has it.
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "max_wal_size": "1GB",
    # With the default, a 32nd of shared_buffers, sessions that write much wait for each other.
    "wal_buffers": "32MB",
    # Until a young server has old files of its log to use again, each new one of 16 MB would be
    # written twice, once with zeros, and whoever commits at its beginning would wait for that.
    "wal_init_zero": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "idle_in_transaction_session_timeout": "60s",
}
# A session that handles thousands of rows at once takes and gives back memory all the time. The C
# library is to keep some of it at hand: got anew from the system, each page is zeroed and mapped anew.
_MEMORY: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
    "MALLOC_TOP_PAD_": str(1024 * 1024),
}
# For tests, whose data may vanish with the machine's power, and who open many connections.
# An ANALYZE of autovacuum's is a transaction that sealing waits for, at any time it likes.
_FAST: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


class Postgres:
    """One cluster: its files, and how to start it and speak to it.

    `folder` is the cluster's, `sockets` holds its socket; both belong to `account`.
    """

    def __init__(
        self, folder: Path, sockets: Path, account: Account | None, *, fast: bool = False
    ) -> None:
        self.folder = folder
        self.sockets = sockets
        self.account = account
        self.settings = {**_SETTINGS, **(_FAST if fast else {})}
        self.fast = fast

    def prepare(self, log: Path) -> None:
        """Make the cluster if there is none, and stop a server that was left running on it.

        Raises:
            StartError: the cluster is another major version's, or cannot be made.
        """
        if not (self.folder / "PG_VERSION").exists():
            self._create(log)
        version = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != MAJOR:
            raise StartError(
                f"{self.folder} was written by PostgreSQL {version}, and this is {MAJOR}: "
                f"carry the data over with pg_dump of the older release (docs/operations.md)."
            )
        lock = self.folder / "postmaster.pid"
        if lock.exists():
            first = lock.read_text(encoding="utf-8", errors="replace").split("\n")[0].strip()
            stop_in_folder(self.folder, int(first) if first.isdecimal() else None, signal.SIGINT)
            # Nothing works on these files now. A number that has since gone to an unrelated
            # process must not keep PostgreSQL from starting.
            lock.unlink(missing_ok=True)

    def child(self, log: Path) -> Child:
        """Return the server, ready to be started."""
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        where = ["-D", str(self.folder), "-k", str(self.sockets)]
        return Child(
            name="postgres",
            command=[str(postgres_program("postgres")), *where, *options],
            log=log,
            environ=_plain_environ() | _MEMORY,
            folder=self.folder,
            account=self.account,
            # SIGINT is PostgreSQL's "fast" shutdown: break off sessions, then end cleanly.
            stop_signal=signal.SIGINT,
            stop_seconds_max=20.0,
        )

    def wait_until_ready(self, server: Child) -> None:
        """Return when the server takes connections.

        Raises:
            StartError: it ended, or did not come up in time.
        """
        lock = self.folder / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if server.exit_code() is not None:
                raise StartError(
                    f"PostgreSQL did not start: {server.last_line()} (see {server.log})"
                )
            lines = lock.read_text(encoding="utf-8").split("\n") if lock.exists() else []
            # The eighth line is the server's own word on its state.
            if len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready":  # noqa: PLR2004
                return
            time.sleep(0.02)
        raise StartError(f"PostgreSQL did not start within {START_SECONDS_MAX:.0f} s: {server.log}")

    def url(self, role: str) -> str:
        """Return the libpq URL by which `role` reaches the database."""
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.sockets), safe='/')}"

    def ensure_database(self) -> None:
        """Make the database and the application's login, if they are missing."""
        made = self.run_sql(
            "postgres",
            f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'",  # noqa: S608 - constants
        )
        if not made:
            self.run_sql("postgres", f"CREATE DATABASE {DATABASE}")
        self.run_sql(DATABASE, _ensure_role(LOGIN, "LOGIN"))

    def admit_login(self) -> None:
        """Make the application's login a member of the group that the migrations made."""
        self.run_sql(DATABASE, f"{_ensure_role(GROUP, 'NOLOGIN')}; GRANT {GROUP} TO {LOGIN}")

    def run_sql(self, database: str, sql: str) -> str:
        """Run `sql` as the superuser and return the rows as text.

        Through the wheel's own psql: the supervisor stays small without a driver.

        Raises:
            StartError: the server refuses.
        """
        where = ["-h", str(self.sockets), "-U", SUPERUSER, "-d", database]
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(postgres_program("psql")), "-XqAt", "-v", "ON_ERROR_STOP=1", *where, "-c", sql],
            env=_plain_environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StartError(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip()

    def _create(self, log: Path) -> None:
        # Made aside and renamed, so that a start that was cut short leaves no half cluster.
        aside = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        if self.account is not None:
            self.account.own(aside)
        sync = ["--no-sync"] if self.fast else []
        maker = Child(
            name="initdb",
            command=[str(postgres_program("initdb")), "-D", str(aside), *_INITDB, *sync],
            log=log,
            environ=_plain_environ(),
            folder=aside,
            account=self.account,
        )
        maker.start()
        while maker.exit_code() is None:
            time.sleep(0.02)
        if maker.exit_code() != 0:
            raise StartError(f"PostgreSQL cannot be set up: {maker.last_line()} (see {log})")
        aside.rename(self.folder)


def _plain_environ() -> dict[str, str]:
    # Variables like PGDATA, PGPORT or LC_ALL of the caller must not steer this server.
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _ensure_role(name: str, option: str) -> str:
    return (
        f"DO $$ BEGIN CREATE ROLE {name} {option}; "
        f"EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
