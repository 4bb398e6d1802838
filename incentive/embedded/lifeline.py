"""Ties a process's life to its parent's, so that a killed supervisor leaves nobody behind.

Only Linux offers this. Elsewhere the next start finds and stops what was left.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
# Loaded here and not in the child: between fork and exec only plain calls are safe.
_libc: Final = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent_pid: int, signal_number: signal.Signals) -> None:
    """Have the kernel send `signal_number` to this process when its parent ends.

    The kernel watches the *thread* that made this process, so that one must live as long
    as the parent does: start children from the main thread. A fork forgets the order, and
    so does a change of user: call this last, and again in every grandchild.
    """
    if sys.platform != "linux":
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    # The parent may have died before the order was given.
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal_number)


def name_process(name: str) -> None:
    """Show this process as `name` (15 bytes at most) in `top` and `ps -o comm`, on Linux."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)
