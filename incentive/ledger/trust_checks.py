"""What lets one trust the seals at all: whose keys they are, what opens them, who else has them."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from flask import current_app

from incentive.ledger import delivering, delivery_queries, notes, seal_keys, seal_queries
from incentive.ledger.checks import Row, register

_AT_ONCE: Final = 1_000


def strange_keys() -> Iterator[Row]:
    """Yield the keys that are not what their id says, and those that came in without a record."""
    every = sorted(seal_keys.all_keys(), key=lambda key: key.created_at)
    announced = seal_queries.keys_announced()
    # The first is made by the first checkpoint, unasked. Others may be of the same second.
    unasked = next((key for key in every if key.id not in announced), None)
    if unasked and unasked.created_at > every[0].created_at:
        unasked = None
    for key in every:
        row = {"key": key.id, "created_at": key.created_at}
        if notes.key_id(key.name, bytes(key.public_key)).hex() != key.id:
            yield row | {"what": "its id is another key's"}
        elif key is not unasked and key.id not in announced:
            yield row | {"what": "no record says who made it"}


def contradicted_deliveries() -> Iterator[Row]:
    """Yield the checkpoints that were delivered to a file and that the books deny now."""
    file = delivering.file_of(current_app.config["SETTINGS"])
    if file is None:
        return
    if not file.exists():
        if delivery_queries.delivered(delivering.FILE):
            yield {"file": str(file), "what": "the file of delivered checkpoints is gone"}
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        delivered = delivering.read(lines)
        while some := list(islice(delivered, _AT_ONCE)):
            kept = seal_queries.notes_of({each.size for each in some})
            for each in some:
                if _said(kept.get(each.size)) != each:
                    yield {
                        "tree_size": each.size,
                        "delivered_of": each.at,
                        "what": "the books have another checkpoint here"
                        if each.size in kept
                        else "the books no longer have it",
                    }


def _said(note: str | None) -> notes.Checkpoint | None:
    try:
        return notes.read(note)[0] if note else None
    except notes.BadNote:
        return None


register(
    "what was sealed of who acted and why can be opened, or is gone together with what opened it",
    """
    SELECT 'T' AS kind, id AS ref, key, actor, reason AS what FROM transactions
    WHERE salt IS NULL AND concat(actor, reason) <> ''
    UNION ALL
    SELECT 'L', id, action, actor, reason FROM audit_entries
    WHERE salt IS NULL
      AND concat(actor, role, scope, origin, subject, before::text, after::text, reason) <> ''
    """,
)
register("every key of the checkpoints is what its id says, and somebody made it", strange_keys)
register("every checkpoint that was delivered to a file is in the books", contradicted_deliveries)
