"""One process that the supervisor started."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from incentive.embedded.account import Account
from incentive.embedded.leftovers import stop_session
from incentive.embedded.lifeline import die_with_parent

LOG_BYTES_MAX: Final = 10_000_000


@dataclass(slots=True)
class Child:
    """How to start a process, and the process while it runs.

    `stop_signal` asks it to end in good order; the kernel sends the same one when the
    supervisor itself is killed. It leads a session of its own, so that Ctrl-C in the
    terminal reaches the supervisor alone and the order of stopping is the supervisor's.
    """

    name: str
    command: list[str]
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds_max: float = 8.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; its output goes to the end of `log`."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        parent = os.getpid()

        def between_fork_and_exec() -> None:
            if self.account is not None:
                self.account.become()
            die_with_parent(parent, self.stop_signal)

        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - the command is the program's own
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**self.environ},
                start_new_session=True,
                # The supervisor has one thread, so this is safe; `user=` alone cannot keep
                # the capability, and the order to die must follow the change of user.
                preexec_fn=between_fork_and_exec,  # noqa: PLW1509
            )

    @property
    def pid(self) -> int:
        """Return the process id; it is the session's id as well.

        Raises:
            RuntimeError: the child was never started.
        """
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    def exit_code(self) -> int | None:
        """Return how the process ended (negative: by that signal), or None while it runs."""
        return None if self.process is None else self.process.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal, if the process still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask the process to end, wait, and kill whatever is left of its session."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.stop_seconds_max)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.sweep()

    def sweep(self) -> None:
        """Kill what an ended process left behind: its own workers, orphaned."""
        if self.process is not None:
            stop_session(self.process.pid)

    def last_line(self) -> str:
        """Return the last line of the log that is not empty."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 4096))
                lines = log.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
