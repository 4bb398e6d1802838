"""Pure: the canonical form of a day's figures, which is what is signed."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from incentive.stations.statement.service import Goods, Statement

# The first line of what is signed: no checkpoint's text, so one cannot pass for the other.
FORM: Final = "incentive station day, form 1"
_GOODS: Final = tuple(each.name for each in fields(Goods))


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs which version of which day, when, with which words, and how far the books were."""

    station_id: UUID
    day: date
    version: int
    volunteer_number: str
    at: datetime
    note: str
    last_movement_id: int
    last_transaction_id: int


def canonical(signing: Signing, found: Statement) -> str:
    """Return the text that is signed: two lines, the second one JSON with its names in order.

    Whole numbers and texts only; instants in UTC; goods by item id, each as
    [item id, name, opening, received, …, held]. Nothing is paid in cash, and that is said.
    """
    document = {
        **_figures(found),
        "cash_fen": 0,
        "closed_at": signing.at.astimezone(UTC).isoformat(),
        "closed_by": signing.volunteer_number,
        "day": signing.day.isoformat(),
        "last_movement": signing.last_movement_id,
        "last_transaction": signing.last_transaction_id,
        "note": signing.note,
        "station": str(signing.station_id),
        "version": signing.version,
    }
    return f"{FORM}\n{_json(document)}\n"


def read(text: str) -> dict[str, Any]:
    """Return the figures of a text that `canonical` made.

    Raises:
        ValueError: it is none.
    """
    form, _, rest = text.partition("\n")
    if form != FORM:
        raise ValueError("not a station's day")
    document: dict[str, Any] = json.loads(rest)
    return document


def changed(signed: dict[str, Any], now: Statement) -> bool:
    """Say whether the books tell other figures of the day now than were signed."""
    figures = json.loads(_json(_figures(now)))
    return any(signed.get(name) != value for name, value in figures.items())


def _figures(found: Statement) -> dict[str, Any]:
    rows = sorted(found.goods, key=lambda row: str(row.item_id))
    return {
        "goods": [
            [str(row.item_id), row.item, *(asdict(row.goods)[name] for name in _GOODS)]
            for row in rows
        ],
        "orders": found.orders,
        "points_in": found.points_in,
        "points_out": found.points_out,
        "refunds": found.refunds,
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
