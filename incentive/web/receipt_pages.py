"""The receipt of one movement of one's points: a code, a file, and what they prove."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.needs import OWN, needs
from incentive.desk.words import KINDS, PURPOSES
from incentive.ledger import receipting
from incentive.ledger.domain import NEVER
from incentive.ledger.export_errors import ReceiptNotReady
from incentive.people.caller import caller
from incentive.web.site import bp


@bp.get("/me/receipts/<int:transaction_id>")
@needs(OWN)
def receipt(transaction_id: int) -> ResponseReturnValue:
    """Show what was sealed of a movement of one's points, with the code that carries the proof."""
    with transaction():
        owner = f"person:{caller().person_id}"
        try:
            _, found = receipting.receipt(transaction_id, owner)
        except ReceiptNotReady as soon:
            return render_template("web/receipt.html", soon=soon, id=transaction_id, of=None), 409
    return render_template(
        "web/receipt.html",
        soon=None,
        id=transaction_id,
        of=found,
        kind=KINDS.get(found.kind, found.kind),
        moved=[
            {
                "points": entry.amount,
                "purpose": PURPOSES[entry.purpose],
                "until": None if entry.expires_on == NEVER else entry.expires_on,
            }
            for entry in found.entries
            if entry.owner == owner
        ],
        links={
            "svg": url_for("api_receipts.draw_receipt", transaction_id=transaction_id),
            "json": url_for("api_receipts.receipt", transaction_id=transaction_id),
        },
    )
