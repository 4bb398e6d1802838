"""What the sealed books must agree on: rows with leaves, leaves with the tree, tree with notes."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import text

from incentive.core.db import session
from incentive.ledger import merkle, notes, seal_keys, seal_queries
from incentive.ledger.checks import Row, register
from incentive.ledger.merkle import HASH_BYTES, CompactRange
from incentive.ledger.seal_models import CheckpointRow
from incentive.ledger.seal_queries import TILE_LEVELS

# Leaves looked at in one query: a multiple of a tile's.
_AT_ONCE: Final = 1 << 16
_TILE: Final = 1 << TILE_LEVELS
_CHANGED: Final = text(
    """
    SELECT l.seq, l.kind::text AS kind, l.ref, t.key,
           CASE WHEN b.leaf IS NULL THEN 'the row is gone' ELSE 'the row or its leaf was changed' END AS what
    FROM ledger_sealed(:start, :stop) l
    LEFT JOIN ledger_leaves(:start, :stop) b ON b.seq = l.seq
    LEFT JOIN transactions t ON l.kind = 'T' AND t.id = l.ref
    WHERE (sha256('\\x00'::bytea || b.leaf) IS DISTINCT FROM l.hash
           -- The leaf holds the memo of the row's own texts as long as these are there.
           OR substr(b.leaf, CASE l.kind WHEN 'T' THEN 39 ELSE 27 END, 32) <> l.memo)
    ORDER BY l.seq
    """
)


def changed_rows() -> Iterator[Row]:
    """Yield the sealed rows that are no longer what they were."""
    for start in range(0, seal_queries.tree_size(), _AT_ONCE):
        wrong = session().execute(_CHANGED, {"start": start, "stop": start + _AT_ONCE})
        yield from (dict(row) for row in wrong.mappings())


def broken_checkpoints() -> Iterator[Row]:
    """Yield the checkpoints that the tree, rebuilt from its leaves, or their own note belies."""
    size, known = seal_queries.tree_size(), seal_keys.public_keys()
    signed = seal_queries.checkpoints().order_by(CheckpointRow.tree_size)
    rows = iter(session().scalars(signed.execution_options(yield_per=1000)))
    row, sound = next(rows, None), 0
    tiles = CompactRange()
    for start in range(0, size, _AT_ONCE):
        hashes = seal_queries.hashes(0, start, start + _AT_ONCE)
        for at in range(start, min(start + _AT_ONCE, size), _TILE):
            tile = hashes[(at - start) * HASH_BYTES : (at - start + _TILE) * HASH_BYTES]
            here = CompactRange()
            while row is not None and row.tree_size <= at + len(tile) // HASH_BYTES:
                for leaf in range(here.size, row.tree_size - at):
                    here.append(tile[leaf * HASH_BYTES : (leaf + 1) * HASH_BYTES])
                root = merkle.fold([*tiles.full, *here.full])
                what = _fault(row, root, known)
                if what:
                    yield {"tree_size": row.tree_size, "sound_up_to": sound, "what": what}
                else:
                    sound = row.tree_size
                row = next(rows, None)
            if len(tile) == _TILE * HASH_BYTES:
                tiles.append(_above(tile))
    while row is not None:
        yield {"tree_size": row.tree_size, "sound_up_to": sound, "what": "its leaves are gone"}
        row = next(rows, None)


def broken_nodes() -> Iterator[Row]:
    """Yield the kept nodes of the tree that are missing or not what is below them."""
    level, count = 0, seal_queries.tree_size()
    while count >= _TILE:
        above, count_above = level + TILE_LEVELS, count // _TILE
        for start in range(0, count_above, _TILE):
            stop = min(start + _TILE, count_above)
            kept = seal_queries.hashes(above, start, stop)
            right = _above(seal_queries.hashes(level, start * _TILE, stop * _TILE))
            if kept == right:
                continue
            for n in range(stop - start):
                part = slice(n * HASH_BYTES, (n + 1) * HASH_BYTES)
                if kept[part] != right[part]:
                    yield {"level": above, "position": start + n, "what": "not what is below"}
        level, count = above, count_above


def _above(hashes: bytes) -> bytes:
    for _ in range(TILE_LEVELS):
        hashes = merkle.parents(hashes)
    return hashes


def _fault(row: CheckpointRow, root: bytes, known: dict[bytes, bytes]) -> str | None:
    try:
        said = notes.verify(row.note, known)
    except notes.BadNote as error:
        return str(error)
    columns: tuple[Any, ...] = (row.tree_size, row.root, row.at)
    if columns != (said.size, said.root, said.at):
        return "the row says otherwise than its note"
    return None if root == said.root else "the leaves have another root"


register("every sealed row is still what it was when it was sealed", changed_rows)
register(
    "leaves are numbered from 0 without a gap, and follow the order of posting",
    """
    SELECT seq, kind::text AS kind, ref, xid, what FROM (
        SELECT l.seq, l.kind, l.ref, t.xid::text AS xid,
               CASE WHEN l.seq <> lag(l.seq, 1, -1::bigint) OVER (ORDER BY l.seq) + 1
                    THEN 'the leaf before it is missing'
                    WHEN l.ref > m.restored_ref
                     AND (t.xid, l.ref) < (lag(t.xid) OVER of_kind, lag(l.ref) OVER of_kind)
                     AND lag(l.ref) OVER of_kind > m.restored_ref
                    THEN 'it should stand before the one before it' END AS what
        FROM (SELECT ledger_tree_size() AS size OFFSET 0) tree
        CROSS JOIN LATERAL ledger_sealed(0, tree.size) l
        JOIN seal_marks m ON m.kind = l.kind
        LEFT JOIN (SELECT 'T'::"char" AS kind, id, xid FROM transactions
                   UNION ALL SELECT 'L', id, xid FROM audit_entries) t
          ON t.kind = l.kind AND t.id = l.ref
        WINDOW of_kind AS (PARTITION BY l.kind ORDER BY l.seq)) followed
    WHERE what IS NOT NULL
    """,
)
register(
    "everything that was posted before the last sealing has a leaf",
    """
    SELECT r.kind::text AS kind, r.id, r.key, r.xid::text AS xid
    FROM (SELECT 'T'::"char" AS kind, id, xid, key FROM transactions
          UNION ALL SELECT 'L', id, xid, action FROM audit_entries) r
    JOIN seal_marks m ON m.kind = r.kind AND m.cluster = ledger_cluster() AND m.resume_xid IS NULL
    WHERE (r.xid < m.xid OR r.xid >= pg_snapshot_xmax(pg_current_snapshot())
                        AND r.xid IS DISTINCT FROM pg_current_xact_id_if_assigned())
      AND NOT EXISTS (SELECT FROM leaves l WHERE l.kind = r.kind AND l.ref = r.id)
      AND NOT EXISTS (SELECT FROM seal_runs s WHERE s.kind = r.kind AND r.id = ANY (s.ids))
    """,
)
register(
    "every signed checkpoint agrees with the leaves, and its signature holds", broken_checkpoints
)
register("the kept nodes of the tree are what is below them", broken_nodes)
register(
    "every account is still its owner's",
    """
    SELECT id, owner, asset, purpose FROM accounts
    -- Nobody erases an account's salt: without it, nobody could tell.
    WHERE commitment <> sha256(salt || convert_to(owner, 'UTF8')) IS NOT FALSE
    """,
)
