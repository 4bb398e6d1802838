"""Where the browser's files and the schema's steps lie: in the wheel, or beside the package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def static_dir() -> Path:
    """Return the folder that is served below /static."""
    return _shipped("_static", "static")


def migrations_dir() -> Path:
    """Return the folder with Alembic's environment and versions."""
    return _shipped("_migrations", "migrations")


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    shipped = _PACKAGE / in_wheel
    return shipped if shipped.is_dir() else _PACKAGE.parent / in_checkout
