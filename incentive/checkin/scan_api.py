"""Scans over HTTP: one by one at the door, or a batch that was kept without network."""

from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from flask import Response, json
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from incentive.checkin import events, scanning
from incentive.checkin.domain import ScanRequest
from incentive.checkin.errors import BrokenRow, Raced, UnreadableScan
from incentive.checkin.scanning import ScanAnswer
from incentive.checkin.schemas import BatchAnswerSchema, BatchSchema, ScanAnswerSchema, ScanSchema
from incentive.checkin.wire import wire
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.http import ApiBlueprint
from incentive.core.needs import REGION, needs
from incentive.people.caller import presented_token
from incentive.people.consents.errors import ConsentWithdrawn
from incentive.people.errors import NotSignedIn

bp: Final = ApiBlueprint("scans", __name__, description="Checking in and out")
TRIES: Final = 3
# One for all: making a schema costs more than reading a scan.
_SCAN: Final = ScanSchema()
_ALL_OR_NONE: Final = (
    Unauthenticated,
    Unavailable,
    ConsentWithdrawn,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    DBAPIError,
    PoolTimeout,
)
_log: Final = structlog.get_logger(__name__)


@bp.post("/scans")
@needs("shift.scan", of=REGION, own=True)
@bp.arguments(_SCAN)
@bp.response(201, ScanAnswerSchema)
def scan(request: ScanRequest) -> Response:
    """Check in or out. The nonce makes it happen once; no Idempotency-Key is needed."""
    answer = scan_now(request)
    response = Response(answer.text, 201, mimetype="application/json")
    if answer.replayed:
        response.headers["Idempotent-Replay"] = "true"
    return response


@bp.post("/scans/batch")
@needs("shift.scan", of=REGION, own=True)
@bp.arguments(BatchSchema)
@bp.response(200, BatchAnswerSchema)
def scan_batch(batch: dict[str, Any]) -> Response:
    """Take scans that were kept without network, each by itself and in order.

    A row that is refused, or not even a scan, takes no other with it. What was scanned after the
    privacy consent was withdrawn has the batch refused there, to be kept and sent again.
    """
    if presented_token() is None:
        raise NotSignedIn
    rows = ",".join(_row(row) for row in batch["scans"])
    return Response(f'{{"results":[{rows}]}}', mimetype="application/json")


def scan_now(request: ScanRequest) -> ScanAnswer:
    """Take one scan of the request's caller, and try again if something changed meanwhile.

    Raises:
        As `scanning.scan`; Raced: it changed every time.
    """
    token = presented_token()
    for _try in range(TRIES):
        try:
            with wire() as open_wire:
                answer = scanning.scan(open_wire, token, request, clock.now())
        except Raced:
            continue
        if answer.verified is not None:
            with transaction():
                events.verified([answer.verified])
        return answer
    raise Raced


def _row(row: Any) -> str:
    try:
        answer = scan_now(_SCAN.load(row))
    except ValidationError as error:
        return _refusal(row, UnreadableScan(error.messages_dict))
    except _ALL_OR_NONE:
        # Not this row's fault: the whole batch is sent again, and what was done is answered anew.
        raise
    except IncentiveError as error:
        return _refusal(row, error)
    except Exception:  # noqa: BLE001 - logged; a fault of ours must not take the other rows
        _log.exception("checkin.row_broke")
        return _refusal(row, BrokenRow())
    return f'{{"status":201,{answer.text[1:]}'


def _refusal(row: Any, error: IncentiveError) -> str:
    told = {
        "nonce": _nonce(row),
        "status": error.status,
        "verdict": "refused",
        "code": error.code,
        "detail": str(error.message),
    }
    if error.field in _SCAN.fields:
        told["field"] = error.field
    return json.dumps(told)


def _nonce(row: Any) -> str | None:
    # What is no nonce is not told back: it may be text that no answer can hold.
    try:
        return str(UUID(row["nonce"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
