"""Which rows a role reaches: the one place in which a scope becomes a condition on rows.

A list asks the caller for the `regions_for` and `stations_for` its permission, and keeps to one of
these conditions. What is one thing is looked up first and asked for with `Caller.require`.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from incentive.regions.queries import inside


def within(path: Any, paths: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the ltree column `path` lies in one of the subtrees `paths`.

    Of none nothing lies in it.
    """
    return inside(path, paths)


def within_or_at(
    path: Any, station_id: Any, paths: Sequence[str], station_ids: Sequence[UUID]
) -> ColumnElement[bool]:
    """Return the condition that a station is one of these, or lies in one of the subtrees."""
    return or_(within(path, paths), station_id.in_(station_ids))
