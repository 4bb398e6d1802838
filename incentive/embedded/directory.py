"""The data directory: everything that one running instance keeps, and nobody else's."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from incentive.embedded.account import Account
from incentive.embedded.errors import StartError

# A socket's path has room for 107 bytes on Linux and 103 on macOS; the longest name
# that is put behind the folder is PostgreSQL's ".s.PGSQL.5432.lock".
SOCKET_FOLDER_BYTES_MAX: Final = 80
_SOCKETS_PREFIX: Final = "incentive-"


def default_data(environ: Mapping[str, str]) -> Path:
    """Return where the data lies unless `--data` says otherwise.

    `INCENTIVE_DATA`, or `var` below the current folder: a checkout carries its own
    instance, and every command typed in the same place finds it.
    """
    return Path(environ.get("INCENTIVE_DATA") or "var")


class DataDirectory:
    """A folder that this process alone uses until it ends.

    Raises:
        StartError: it cannot be made or written, or another instance uses it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.instance = self.root / "instance.json"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.root / "lock")
            self.root = self.root.resolve()
            for folder in (self.logs, self.metrics):
                folder.mkdir(exist_ok=True)
            # As root the servers are another user's, who must be able to pass through.
            self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.logs.chmod(0o700)
        except OSError as error:
            raise StartError(
                f"The data directory {root} cannot be used: {error.strerror}. "
                f"Choose another with --data DIR."
            ) from None

    @property
    def logs(self) -> Path:
        """Return the folder of the children's logs."""
        return self.root / "log"

    @property
    def metrics(self) -> Path:
        """Return the folder through which the web processes add up their counters."""
        return self.root / "metrics"

    @property
    def messages(self) -> Path:
        """Return the file that short messages are written to while no gateway sends them."""
        return self.root / "messages.txt"

    def log(self, name: str) -> Path:
        """Return the log of the child `name`."""
        return self.logs / f"{name}.log"

    def secret_file(self) -> Path:
        """Return the file of the instance's secret, made at the first call."""
        return self._secret("secret.key")

    def master_key_file(self) -> Path:
        """Return the file of the key that wraps the keys of personal data, likewise."""
        return self._secret("master.key")

    def _secret(self, name: str) -> Path:
        path = self.root / name
        if not path.exists():
            # Written aside first: a half-written secret would lock everybody out for good.
            aside = path.with_suffix(".new")
            aside.unlink(missing_ok=True)
            with os.fdopen(
                os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
            ) as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        return path

    def private_folder(self, name: str, account: Account | None) -> Path:
        """Return the folder `name`, open to its owner alone: `account`, or this user."""
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if account is not None:
            account.own(folder)
        return folder

    def socket_folder(self, account: Account | None) -> Path:
        """Return the folder for sockets: in here, or in a short private one elsewhere."""
        folder = self.root / "run"
        if len(os.fsencode(folder)) <= SOCKET_FOLDER_BYTES_MAX:
            return self.private_folder("run", account)
        folder = Path(tempfile.mkdtemp(prefix=_SOCKETS_PREFIX, dir=_runtime_folder()))
        if account is not None:
            account.own(folder)
        return folder

    def clear_metrics(self) -> None:
        """Forget the counters of processes that no longer live."""
        for file in self.metrics.glob("*.db"):
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the directory."""
        self._lock.close()


def remove_socket_folder(folder: Path) -> None:
    """Remove a private socket folder outside the data directory, and nothing else."""
    if folder.name.startswith(_SOCKETS_PREFIX) and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _runtime_folder() -> str | None:
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    short = 0 < len(os.fsencode(given)) <= SOCKET_FOLDER_BYTES_MAX - 20
    # As root the other user would have to pass through it; /tmp is open to all.
    return given if short and os.geteuid() != 0 and Path(given).is_dir() else "/tmp"  # noqa: S108


def _locked(path: Path) -> IO[str]:
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise StartError(
            f"Another instance (process {holder}) uses the data directory {path.parent}. "
            f"Stop it, or choose another with --data DIR."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
