"""Receipts: what somebody can take away of a transaction of theirs, and prove anywhere."""

import structlog

from incentive.ledger import export_queries, proving, seal_keys, seal_queries
from incentive.ledger.errors import UnknownTransaction
from incentive.ledger.export_errors import ReceiptDoesNotHold, ReceiptNotReady
from incentive.ledger.export_format import Owner
from incentive.ledger.receipt_format import Receipt
from incentive.ledger.verifier.proofs import Key, Wrong
from incentive.ledger.verifier.receipts import Receipt as Proved
from incentive.ledger.verifier.receipts import read_receipt

_log = structlog.get_logger(__name__)


def receipt(transaction_id: int, owner: str) -> tuple[Receipt, Proved]:
    """Return the receipt of a transaction that moved something of `owner`'s, and what it proves.

    It opens whose the owner's own accounts are, and nobody else's; and who acted and why, unless
    that was somebody else whose points it moved: who gave.

    Raises:
        UnknownTransaction: there is none such of theirs.
        ReceiptNotReady: it is not under a checkpoint yet.
        ReceiptDoesNotHold: what stands in the books now is not what was sealed.
    """
    concerned = proving.owners_of(transaction_id)
    if owner not in concerned:
        raise UnknownTransaction
    seq = seal_queries.leaf_of_transaction(transaction_id)
    checkpoint = None if seq is None else proving.checkpoint_covering(seq)
    if seq is None or checkpoint is None:
        raise ReceiptNotReady
    _, proof = proving.inclusion(transaction_id, checkpoint.tree_size)
    (row,) = export_queries.rows(seq, seq + 1, opened=True)
    if row.leaf is None:
        raise ReceiptDoesNotHold(transaction_id)
    owners = [
        Owner(each.owner, bytes(each.salt))
        for each in export_queries.own_accounts(transaction_id, owner)
    ]
    by_another = export_queries.actor_of(transaction_id) in set(concerned) - {owner}
    made = Receipt(
        transaction_id,
        seq,
        bytes(row.leaf),
        proof,
        checkpoint.note,
        owners,
        b"" if by_another else bytes(row.opening or b""),
    )
    keys = [Key(key.name, bytes(key.public_key)) for key in seal_keys.all_keys()]
    try:
        return made, read_receipt(made.json().decode(), keys)
    except Wrong as wrong:
        _log.error("ledger.receipt_does_not_hold", transaction=transaction_id, reason=str(wrong))
        raise ReceiptDoesNotHold(transaction_id) from wrong
