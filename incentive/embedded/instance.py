"""What a running instance writes down about itself, for commands and for the next start."""

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from incentive.embedded.child import Child
from incentive.embedded.directory import DataDirectory, remove_socket_folder
from incentive.embedded.leftovers import started_at, stop_in_folder, stop_recorded


@dataclass(slots=True)
class Instance:
    """The addresses of a running instance, and its processes: {name: [pid, started]}.

    `environ` holds the INCENTIVE_* variables by which any process joins this instance;
    the administrator's among them, so the file is its owner's alone.
    """

    pid: int
    environ: dict[str, str] = field(default_factory=dict)
    sockets: str = ""
    children: dict[str, tuple[int, float]] = field(default_factory=dict)

    def record(self, child: Child) -> None:
        """Note the process of `child` in place of an earlier one of that name."""
        self.children[child.name] = (child.pid, started_at(child.pid))

    def write(self, path: Path) -> None:
        """Put this down at `path`, whole or not at all."""
        aside = path.with_suffix(".new")
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            json.dump(asdict(self), file)
        aside.rename(path)


def read_instance(path: Path) -> Instance | None:
    """Return what stands at `path`, or None if there is nothing that can be read."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        children = {name: (int(pid), float(at)) for name, (pid, at) in found["children"].items()}
        return Instance(int(found["pid"]), dict(found["environ"]), found["sockets"], children)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def running_environ(data: Path) -> Mapping[str, str] | None:
    """Return the variables of the instance that runs on `data`, or None if none does."""
    instance = read_instance(data / "instance.json")
    if instance is None or not psutil.pid_exists(instance.pid):
        return None
    return instance.environ or None


def recover(directory: DataDirectory) -> list[str]:
    """End what an instance that was killed left on `directory`; return the names found.

    The caller holds the directory's lock, so whatever is recorded belongs to nobody now.
    PostgreSQL is looked after by `Postgres.prepare`, which knows its lock file.
    """
    instance = read_instance(directory.instance)
    if instance is None:
        return []
    for name, (pid, started) in instance.children.items():
        if name != "postgres":
            stop_recorded(pid, started)
    stop_in_folder(directory.root / "valkey", None, signal.SIGTERM)
    remove_socket_folder(Path(instance.sockets))
    directory.instance.unlink(missing_ok=True)
    return list(instance.children)
