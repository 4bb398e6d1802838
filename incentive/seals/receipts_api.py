"""Receipts: everybody takes away what is sealed of their own points."""

from typing import Any, Final

from flask import Response

from incentive.core import codes
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, needs
from incentive.ledger import receipting
from incentive.ledger.receipt_format import Receipt
from incentive.people.caller import caller
from incentive.seals.schemas import LedgerReceiptSchema

bp: Final = ApiBlueprint(
    "receipts", __name__, description="Receipts of one's own points, to prove anywhere"
)
_DRAWING: Final = {"type": "string", "format": "binary"}


@bp.get("/me/receipts/<int:transaction_id>")
@needs(OWN)
@bp.response(200, LedgerReceiptSchema)
def receipt(transaction_id: int) -> dict[str, Any]:
    """Give the receipt of a transaction that moved your points, for `incentive ledger verify-receipt`."""
    return _receipt(transaction_id).fields()


@bp.get("/me/receipts/<int:transaction_id>.svg")
@needs(OWN)
@bp.response(200, _DRAWING, content_type="image/svg+xml")
def draw_receipt(transaction_id: int) -> Response:
    """Draw the receipt as a QR code, whose text `incentive ledger verify-receipt` takes as well."""
    drawing = codes.dense_svg(_receipt(transaction_id).code())
    # It names whose points these are; a phone handed on must not show it.
    private = {"Cache-Control": "private, no-store"}
    return Response(drawing, mimetype="image/svg+xml", headers=private)


def _receipt(transaction_id: int) -> Receipt:
    with transaction():
        made, _ = receipting.receipt(transaction_id, f"person:{caller().person_id}")
    return made
