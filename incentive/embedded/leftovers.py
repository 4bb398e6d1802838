"""Finds and ends processes that an earlier run left behind."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

import psutil

ORDERLY_SECONDS_MAX: Final = 20.0
KILL_SECONDS_MAX: Final = 5.0
GONE: Final = 0.0
LINUX: Final[bool] = sys.platform == "linux"


def stop_in_folder(folder: Path, leader_pid: int | None, stop_signal: signal.Signals) -> None:
    """End every process that works in `folder`: first `leader_pid` in good order, then the rest.

    A server keeps its data directory as its working directory, so that a process id that
    now belongs to somebody else is never touched.
    """
    here = _working_in(folder)
    for process in here:
        if process.pid == leader_pid:
            _signal(process, stop_signal)
            _wait([process], ORDERLY_SECONDS_MAX)
    _kill(_working_in(folder))


def stop_session(session_id: int) -> None:
    """Kill every process of the session `session_id`."""
    _kill(_in_session(session_id))


def stop_recorded(pid: int, started: float) -> None:
    """End the session led by `pid`, if that process was made at `started` or is gone.

    A process id is not given out again while a session bears its number, so members of a
    session without its leader are the leader's own children.
    """
    found = started_at(pid)
    if found not in {started, GONE}:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(pid)
        _signal(leader, signal.SIGTERM)
        _wait([leader], KILL_SECONDS_MAX)
    stop_session(pid)


def started_at(pid: int) -> float:
    """Return when the kernel made process `pid`, on a clock of the kernel's; GONE if it is gone.

    On Linux these are clock ticks since boot, which no change of the wall clock moves.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        if not LINUX:
            return float(psutil.Process(pid).create_time())
        # The second field is the program's name in brackets, and may hold anything.
        return float(stat.read_text(errors="replace").rpartition(")")[2].split()[19])
    except (OSError, psutil.NoSuchProcess):
        return GONE


def _working_in(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.cwd() == str(folder):
                found.append(process)
    return found


def _in_session(session_id: int) -> list[psutil.Process]:
    found = []
    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            if pid != os.getpid() and os.getsid(pid) == session_id:
                found.append(psutil.Process(pid))
    return found


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        _signal(process, signal.SIGKILL)
    _wait(processes, KILL_SECONDS_MAX)


def _wait(processes: list[psutil.Process], seconds_max: float) -> None:
    deadline = time.monotonic() + seconds_max
    while any(_lives(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)


def _lives(process: psutil.Process) -> bool:
    try:
        # In a container nobody may ever collect an orphan that has ended.
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _signal(process: psutil.Process, signal_number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(signal_number)
