"""A bank's files: looked at, taken in, and matched with the statements that they pay."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.merchants import banking, statements
from incentive.merchants.banking import Taken
from incentive.merchants.matching import Match
from incentive.merchants.payment_schemas import (
    AssignSchema,
    BankFilePreviewSchema,
    BankRowQuerySchema,
    BankRowSchema,
    NewBankFileSchema,
    PreviewSchema,
    TakenSchema,
)
from incentive.merchants.statement_schemas import MerchantStatementDetailSchema
from incentive.merchants.statements import Detail
from incentive.people.caller import caller

bp: Final = ApiBlueprint("payments", __name__, description="Payments that the bank shows")


@bp.post("/bank-files/preview")
@needs("payment.import", of=REGION)
@bp.arguments(BankFilePreviewSchema)
@bp.response(200, PreviewSchema)
def preview(fields: dict[str, Any]) -> dict[str, Any]:
    """Say what each row of a file is; nothing is changed."""
    with transaction():
        return {"rows": banking.preview(caller(), at=clock.now(), **fields)}


@bp.post("/bank-files")
@needs("payment.import", of=REGION)
@bp.arguments(NewBankFileSchema)
@bp.once(201, TakenSchema)
def take_in(fields: dict[str, Any]) -> Taken:
    """Take a file in, whole or not at all; a row that came before changes nothing."""
    return banking.take_in(caller(), at=clock.now(), **fields)


@bp.get("/bank-rows")
@needs("statement.read", of=REACH)
@bp.arguments(BankRowQuerySchema, location="query")
@bp.response(200, page_of(BankRowSchema))
def list_rows(query: dict[str, Any]) -> Page:
    """List rows from the bank, the latest first, each with what it is now."""
    with transaction():
        found = banking.rows(caller(), **query)
        return Page([_shown(row, now) for row, now in found.items], found.next_cursor)


@bp.post("/bank-rows/<uuid:row_id>/match")
@needs("payment.import", "payment.record", of=REGION)
@bp.arguments(AssignSchema)
@bp.once(200, MerchantStatementDetailSchema)
def assign(fields: dict[str, Any], row_id: UUID) -> Detail:
    """Say which statement a row paid, or which several; the first of them is shown."""
    who, at = caller(), clock.now()
    if "statement_ids" in fields:
        banking.assign_several(who, row_id, fields["statement_ids"], at)
        return statements.detail(who, fields["statement_ids"][0])
    return statements.detail(who, banking.assign(who, row_id, fields["statement_id"], at))


def _shown(row: Any, now: Match | None) -> dict[str, Any]:
    return {"row": row, "now": now, "paid": row.statement_ids or []}
