"""Lists without an end are read by cursor: the last row seen, never an offset."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import ColumnElement, Select, tuple_

from incentive.core.db import session
from incentive.core.errors import Malformed
from incentive.core.http import Schema, is_storable
from incentive.core.i18n import _

PAGE_MAX: Final = 100
PAGE_DEFAULT: Final = 20
_BIGINT: Final = 1 << 63
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "i": int,
    "s": str,
    "u": UUID,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
}


class CursorUnknown(Malformed):
    """The cursor is not one that this list gave."""

    code = "http.cursor_unknown"

    def __init__(self) -> None:
        super().__init__(_("This cursor is not from this list. Start without one."), field="cursor")


class PageQuerySchema(Schema):
    """Which page of a list."""

    cursor = fields.String(validate=validate.Length(max=400))
    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(1, PAGE_MAX))


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and where the next ones begin (`None`: this is the end)."""

    items: Sequence[Any]
    next_cursor: str | None


def page(
    rows: Select[*tuple[Any, ...]],
    key: Sequence[ColumnElement[Any] | Any],
    *,
    cursor: str | None,
    limit: int,
    newest_first: bool = False,
    scalars: bool = True,
) -> Page:
    """Return up to `limit` rows of `rows`, ordered by `key`, after the row of `cursor`.

    `key` must tell any two rows apart; all its columns run in one direction, so that one
    index serves. With `scalars` each item is the row's first column (an entity), else the row.

    Raises:
        CursorUnknown: `cursor` does not fit `key`.
    """
    statement = rows.add_columns(*key)
    if cursor:
        seen = tuple_(*_decode(cursor, key))
        here = tuple_(*key)
        statement = statement.where(here < seen if newest_first else here > seen)
    order = [column.desc() if newest_first else column.asc() for column in key]
    found = session().execute(statement.order_by(*order).limit(limit + 1)).all()
    more = len(found) > limit
    found = found[:limit]
    last = found[-1][-len(key) :] if more else None
    items = [row[0] for row in found] if scalars else found
    return Page(items, _encode(last) if last else None)


def _encode(values: Sequence[Any]) -> str:
    parts = []
    for value in values:
        match value:
            case int():
                parts.append(f"i{value}")
            case UUID():
                parts.append(f"u{value}")
            case datetime():
                parts.append(f"t{value.isoformat()}")
            case date():
                parts.append(f"d{value.isoformat()}")
            case _:
                parts.append(f"s{value}")
    return (
        base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )


def _decode(cursor: str, key: Sequence[ColumnElement[Any] | Any]) -> list[Any]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_READERS[part[0]](part[1:]) for part in parts]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise CursorUnknown from None
    if not isinstance(parts, list) or len(values) != len(key):
        raise CursorUnknown
    # Whoever writes one by hand, or brings that of another list, would have the database compare
    # a text with an instant.
    if not all(_fits(value, column) for value, column in zip(values, key, strict=True)):
        raise CursorUnknown
    return values


def _fits(value: Any, column: ColumnElement[Any] | Any) -> bool:
    if type(value) is not column.type.python_type:
        return False
    match value:
        case int():
            return -_BIGINT <= value < _BIGINT
        case str():
            return is_storable(value)
        case datetime():
            return value.tzinfo is not None
    return True
