"""Where the browser's files and the schema's steps lie: in the wheel, or beside the package."""

import hashlib
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def static_dir() -> Path:
    """Return the folder that is served below /static."""
    return _shipped("_static", "static")


def static_version() -> str:
    """Return 12 letters that change with any of the browser's files.

    They stand in the files' addresses, before the path, because modules import each other
    by relative ones: so a browser may keep a file for ever and still never mix versions.
    """
    digest = hashlib.sha256()
    root = static_dir()
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(root)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def migrations_dir() -> Path:
    """Return the folder with Alembic's environment and versions."""
    return _shipped("_migrations", "migrations")


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    shipped = _PACKAGE / in_wheel
    return shipped if shipped.is_dir() else _PACKAGE.parent / in_checkout
