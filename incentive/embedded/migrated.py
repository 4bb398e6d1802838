"""Remembers which migrations a cluster has had, so that a warm start need not ask.

The mark lies among the cluster's own files and shares their fate: a restored or copied
cluster brings its own. A database that is not ours is always asked.
"""

import hashlib
from pathlib import Path
from typing import Final

from incentive.core.paths import migrations_dir

_MARK: Final = "incentive.migrated"


def is_migrated(cluster: Path) -> bool:
    """Return whether the cluster at `cluster` has had every migration as it stands now."""
    try:
        return (cluster / _MARK).read_text(encoding="ascii") == _fingerprint()
    except OSError:
        return False


def mark_migrated(cluster: Path) -> None:
    """Remember that the cluster at `cluster` has had every migration."""
    (cluster / _MARK).write_text(_fingerprint(), encoding="ascii")


def _fingerprint() -> str:
    root = migrations_dir()
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        if file.suffix in {".py", ".sql"}:
            digest.update(f"{file.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
