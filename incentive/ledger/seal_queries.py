"""The SQL of sealing: leaves, nodes of the tree, checkpoints, keys."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select, text

from incentive.core.db import session
from incentive.ledger.merkle import HASH_BYTES, Node, fold, parents
from incentive.ledger.seal_models import CheckpointRow, SealKey

TILE_LEVELS: Final = 8


def leave_disk_to_checkpoint() -> None:
    """Let the commit not wait for the disk: a checkpoint's does, and has all before it written."""
    session().execute(text("SET LOCAL synchronous_commit TO off"))


def number(limit: int) -> int:
    """Give up to `limit` rows of each kind the number of their leaf; return how many got one."""
    return int(session().scalar(text("SELECT ledger_number(:limit)"), {"limit": limit}) or 0)


def seal() -> int:
    """Make the leaves of one run of numbered rows; return how many, 0 if none is left to make."""
    return int(session().scalar(text("SELECT ledger_seal()")) or 0)


def tree_size() -> int:
    """Return the number of leaves that there are without a gap."""
    return int(session().scalar(text("SELECT ledger_tree_size()")) or 0)


def lock_tree() -> None:
    """Wait until nobody else lets the tree of this jurisdiction grow."""
    session().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('tree ' || current_schema(), 0))")
    )


def kept_nodes() -> tuple[int, Sequence[int]]:
    """Return the number of leaves, as `tree_size`, and of the nodes kept of level 8, 16, ….

    Those of each level run from 0 without a gap.
    """
    size, kept = session().execute(_KEPT).one()
    return size, kept


# Eight levels hold more leaves than a bigint counts.
_KEPT: Final = text(
    """
    SELECT ledger_tree_size(), ARRAY(
        SELECT coalesce((SELECT max(position) + 1 FROM tree_nodes WHERE level = 8 * up), 0)
        FROM generate_series(1, 8) AS up ORDER BY up)
    """
)


def hashes(level: int, start: int, stop: int) -> bytes:
    """Return the kept hashes [start, stop) of `level` (0, 8, 16, …), one after the other."""
    # Binary, which SQLAlchemy does not ask for: half a megabyte is not to be spelt in hexadecimal.
    driver: Any = session().connection().connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        wanted = {"level": level, "start": start, "stop": stop}
        cursor.execute(_NODE_HASHES if level else _LEAF_HASHES, wanted)
        (found,) = cursor.fetchone()
    return bytes(found or b"")


_NODE_HASHES: Final = """
    SELECT string_agg(hash, ''::bytea ORDER BY position) FROM tree_nodes
    WHERE level = %(level)s AND position >= %(start)s AND position < %(stop)s
"""
# A pack holds up to 256 leaves, so those that reach into [start, stop) begin less than so many before it.
_LEAF_HASHES: Final = """
    SELECT string_agg(substr(
        k.hashes, 32 * greatest(%(start)s - k.first_seq, 0)::int + 1,
        32 * (least(%(stop)s - k.first_seq, k.size) - greatest(%(start)s - k.first_seq, 0))::int
    ), ''::bytea ORDER BY k.first_seq)
    FROM leaf_packs k
    WHERE k.first_seq > %(start)s - 256 AND k.first_seq < %(stop)s
      AND k.first_seq + k.size > %(start)s
"""


def keep_nodes(nodes: Mapping[Node, bytes]) -> None:
    """Keep the hashes of full subtrees."""
    session().execute(
        text("SELECT ledger_keep_nodes(CAST(:level AS smallint[]), :position, :hash)"),
        {
            "level": [node.level for node in nodes],
            "position": [node.position for node in nodes],
            "hash": list(nodes.values()),
        },
    )


def read_nodes(wanted: Sequence[Node]) -> Mapping[Node, bytes]:
    """Return the hashes of any full subtrees, from two queries and at most 255 rows for each.

    Raises:
        LookupError: one reaches past the leaves.
    """
    runs = {node: _kept_below(node) for node in wanted}
    found: dict[Node, bytes] = {}
    for query in (_LEAVES_BELOW, _NODES_BELOW):
        of_kind = [n for n, (level, _, _) in runs.items() if (level > 0) == (query is _NODES_BELOW)]
        if not of_kind:
            continue
        levels, starts, stops = zip(*(runs[node] for node in of_kind), strict=True)
        parameters = {"level": list(levels), "start": list(starts), "stop": list(stops)}
        for n, below in session().execute(query, parameters):
            found[of_kind[n - 1]] = _top(bytes(below))
    for node, (_, start, stop) in runs.items():
        if node not in found:
            raise LookupError(f"Nothing is sealed at {start} to {stop} below {node}.")
    return found


def _kept_below(node: Node) -> tuple[int, int, int]:
    """Return the level whose nodes are kept below `node`, and which of them it spans."""
    up = node.level % TILE_LEVELS
    return node.level - up, node.position << up, (node.position + 1) << up


def _top(hashes_: bytes) -> bytes:
    while len(hashes_) > HASH_BYTES:
        hashes_ = parents(hashes_)
    return fold([hashes_])


_BELOW: Final = """
    SELECT b.n, b.hashes FROM (
        SELECT r.n, r.start, r.stop, string_agg({hashes}, ''::bytea ORDER BY k.{at}) AS hashes
        FROM unnest(CAST(:level AS smallint[]), CAST(:start AS bigint[]), CAST(:stop AS bigint[]))
            WITH ORDINALITY AS r (level, start, stop, n)
        JOIN {table} k ON {within}
        GROUP BY r.n, r.start, r.stop) b
    WHERE octet_length(b.hashes) = 32 * (b.stop - b.start)
"""
_LEAVES_BELOW: Final = text(
    _BELOW.format(
        hashes="""substr(
            k.hashes, 32 * greatest(r.start - k.first_seq, 0)::int + 1,
            32 * (least(r.stop - k.first_seq, k.size) - greatest(r.start - k.first_seq, 0))::int)""",
        at="first_seq",
        table="leaf_packs",
        within="""k.first_seq > r.start - 256 AND k.first_seq < r.stop
            AND k.first_seq + k.size > r.start""",
    )
)
_NODES_BELOW: Final = text(
    _BELOW.format(
        hashes="k.hash",
        at="position",
        table="tree_nodes",
        within="k.level = r.level AND k.position >= r.start AND k.position < r.stop",
    )
)


def add_checkpoint(size: int, root: bytes, at: datetime, key_id: str, note: str) -> None:
    """Keep a signed checkpoint; it must be of more leaves than the last, and later."""
    session().execute(
        text("SELECT ledger_checkpoint(:size, :root, :at, :key_id, :note)"),
        {"size": size, "root": root, "at": at, "key_id": key_id, "note": note},
    )


def checkpoints() -> Select[CheckpointRow]:
    """Return the checkpoints, to be paged by size."""
    return select(CheckpointRow)


def last_checkpoint() -> CheckpointRow | None:
    """Return the checkpoint of the most leaves."""
    return session().scalar(checkpoints().order_by(CheckpointRow.tree_size.desc()).limit(1))


def checkpoint_at(size: int) -> CheckpointRow | None:
    """Return the checkpoint of just so many leaves."""
    return session().get(CheckpointRow, size)


def checkpoint_covering(seq: int) -> CheckpointRow | None:
    """Return the earliest checkpoint that has the leaf `seq`."""
    after = checkpoints().where(CheckpointRow.tree_size > seq)
    return session().scalar(after.order_by(CheckpointRow.tree_size).limit(1))


def notes_of(sizes: Collection[int]) -> dict[int, str]:
    """Return the notes of the checkpoints of just these numbers of leaves, by them."""
    rows = session().scalars(checkpoints().where(CheckpointRow.tree_size.in_(sizes)))
    return {row.tree_size: row.note for row in rows}


def keys_announced() -> set[str]:
    """Return the ids of the keys of which the audit log says who made them."""
    found = text("SELECT substr(subject, 10) FROM audit_entries WHERE action = 'seal_key.rotate'")
    return set(session().scalars(found))


_LATEST: Final = (SealKey.created_at.desc(), SealKey.retires_at.desc().nulls_first())


def all_keys() -> Sequence[SealKey]:
    """Return all keys that ever signed, the latest first."""
    return session().scalars(select(SealKey).order_by(*_LATEST)).all()


def current_key() -> SealKey:
    """Return the key that has no end."""
    return session().scalars(select(SealKey).where(SealKey.retires_at.is_(None))).one()


def signing_keys(at: datetime) -> Sequence[SealKey]:
    """Return the keys that sign at `at`, the current one first."""
    signing = select(SealKey).where(
        SealKey.created_at <= at, or_(SealKey.retires_at.is_(None), SealKey.retires_at > at)
    )
    return session().scalars(signing.order_by(*_LATEST)).all()


def add_key(
    key_id: str, name: str, public: bytes, wrapped: bytes, at: datetime, until: datetime
) -> None:
    """Keep a new key that signs from `at`; the present one signs until `until` as well."""
    session().execute(
        text("SELECT ledger_add_key(:id, :name, :public, :wrapped, :at, :until)"),
        {
            "id": key_id,
            "name": name,
            "public": public,
            "wrapped": wrapped,
            "at": at,
            "until": until,
        },
    )


def leaf_of_transaction(transaction_id: int) -> int | None:
    """Return the sequence number of the transaction's leaf, if it is sealed."""
    found = text("SELECT seq FROM ledger_seq_of(:id)")
    seq: int | None = session().scalar(found, {"id": transaction_id})
    return seq


def owners_of(transaction_id: int) -> set[str]:
    """Return whose accounts a transaction moved."""
    rows = session().scalars(
        text(
            "SELECT DISTINCT a.owner FROM entries e JOIN accounts a ON a.id = e.account_id"
            " WHERE e.transaction_id = :id"
        ),
        {"id": transaction_id},
    )
    return set(rows)


def waiting() -> Row[*tuple[Any, ...]] | None:
    """Return since when the oldest row waits that a running transaction holds back, and for whom.

    `None` when nothing waits. `pid`, `state`, `application` and `running_since` are those of the
    oldest running transaction, as far as the database lets one see.
    """
    return session().execute(_WAITING).one_or_none()


_WAITING: Final = text(
    """
    SELECT w.since, h.pid, h.state, h.application, h.running_since
    FROM (SELECT least(
              (SELECT min(posted_at) FROM transactions
               WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())
                 AND xid::text::bigint >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
              (SELECT min(at) FROM audit_entries
               WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))) AS since) w
    LEFT JOIN LATERAL (
        SELECT l.pid, a.state, a.application_name AS application, a.xact_start AS running_since
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
          AND l.pid IS DISTINCT FROM pg_backend_pid()
        ORDER BY age(l.transactionid) DESC LIMIT 1) h ON true
    WHERE w.since IS NOT NULL
    """
)
