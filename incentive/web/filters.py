"""Filters in a page's query: what was typed stays, and what cannot be read is told at its field."""

from collections.abc import Iterable
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError

from incentive.core.errors import IncentiveError
from incentive.web.errors import FieldUnreadable


def typed(names: Iterable[str]) -> dict[str, str]:
    """Return what the query has for each name, or ""."""
    return {name: request.args.get(name, "").strip() for name in names}


def load(
    shape: type[Schema], values: dict[str, str]
) -> tuple[dict[str, Any] | None, list[IncentiveError]]:
    """Return what `shape` reads in the values that are there, or None and what has to be mended."""
    given = {name: value for name, value in values.items() if value}
    try:
        found: dict[str, Any] = shape(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        return None, [FieldUnreadable(name) for name in error.messages_dict]
    return found, []


def at(field: str, error: IncentiveError) -> IncentiveError:
    """Return `error` as one of the field that it is about."""
    error.field = field
    return error
