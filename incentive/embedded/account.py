"""The user that the servers run as, because PostgreSQL refuses to run as root."""

import ctypes
import os
import pwd
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from incentive.embedded.errors import StartError

CAP_DAC_OVERRIDE: Final = 1
CAP_DAC_READ_SEARCH: Final = 2
CAP_SETPCAP: Final = 8
_PR_SET_SECUREBITS: Final = 28
_SECBIT_NO_SETUID_FIXUP: Final = 4
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_RAISE: Final = 2
_CAPABILITY_VERSION: Final = 0x20080522
_libc: Final = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user, with at most one capability: to pass through closed folders.

    Root's home is often closed to everyone else. When the data directory or the virtual
    environment lies in it, PostgreSQL could not reach its own files; opening root's home to
    everybody would be worse than letting this one process through.
    """

    uid: int
    gid: int
    capability: int | None = None

    def own(self, path: Path) -> None:
        """Give `path` to this user."""
        os.chown(path, self.uid, self.gid)

    def become(self) -> None:
        """Turn the calling process into this user; it cannot go back.

        Raises:
            OSError: the kernel refuses; the process must not go on.
        """
        if self.capability is not None:
            # Keep capabilities through setuid; and let access(2), by which initdb looks for
            # its fellow programs, count them for a user who is not root.
            _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.capability is not None:
            bits = 1 << self.capability
            header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
            # Two records of (effective, permitted, inheritable); the first holds bits 0-31.
            sets = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
            _call("capset", header, sets)
            _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, self.capability, 0, 0)


def account_for(folders: Iterable[Path], programs: Iterable[Path]) -> Account | None:
    """Return the user for servers that must enter `folders` and run `programs`.

    None means the present user, who is not root.

    Raises:
        StartError: this is root, and no other user could reach the paths.
    """
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    programs = [program.resolve() for program in programs]
    closed = [
        place
        for path in [*(folder.resolve() for folder in folders), *programs]
        for place in path.parents
        if not _may(place, account, stat.S_IXOTH, stat.S_IXUSR)
    ]
    locked = [path for path in programs if not _may(path, account, stat.S_IXOTH, stat.S_IXUSR)]
    if not closed and not locked:
        return account
    held = _capabilities()
    # Reading and passing is enough, unless the programs themselves are root's alone.
    wanted = [CAP_DAC_OVERRIDE] if locked else [CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE]
    for capability in wanted:
        if held >> capability & held >> CAP_SETPCAP & 1:
            return replace(account, capability=capability)
    place = (closed or locked)[0]
    raise StartError(
        f"PostgreSQL does not run as root, and the user nobody may not enter {place}: "
        f"run as an ordinary user, or choose a --data directory that others may enter."
    )


def _may(path: Path, account: Account, others: int, owner: int) -> bool:
    status = path.stat()
    return bool(status.st_mode & (owner if status.st_uid == account.uid else others))


def _capabilities() -> int:
    if sys.platform != "linux":
        return 0
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
