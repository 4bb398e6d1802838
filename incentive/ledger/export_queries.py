"""The SQL of exports: sealed rows as they are now, and what an export says beside them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Row, select, text

from incentive.core.db import session
from incentive.ledger.models import Transaction

CHUNK: Final = 5_000


def rows(first: int, last: int, *, opened: bool) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield (seq, kind, ref, hash, leaf, opening) of [first, last), one for each number.

    `kind`, `ref` and `hash` are null where no leaf is kept, `leaf` where its row is gone;
    `opening` is what the memo commits to if that is to be `opened` and its salt is there.
    """
    query = _OPENED if opened else _CLOSED
    for start in range(first, last, CHUNK):
        stop = min(start + CHUNK, last)
        yield from session().execute(query, {"first": start, "last": stop})


_ROWS: Final = """
    SELECT n.seq, l.kind, l.ref, l.hash, b.leaf, {opening} AS opening
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint) - 1) AS n (seq)
    LEFT JOIN ledger_sealed(:first, :last) l ON l.seq = n.seq
    LEFT JOIN ledger_leaves(:first, :last) b ON b.seq = n.seq
    {joins}
    ORDER BY n.seq
"""
_CLOSED: Final = text(_ROWS.format(opening="NULL::bytea", joins=""))
_OPENED: Final = text(
    _ROWS.format(
        opening="""(
            SELECT coalesce(t.salt, r.salt) || string_agg(
                int4send(octet_length(coalesce(f.t, ''))) || convert_to(coalesce(f.t, ''), 'UTF8'),
                ''::bytea ORDER BY f.n)
            FROM unnest(CASE l.kind WHEN 'T' THEN ARRAY[t.actor, t.reason]
                        ELSE ARRAY[r.actor, r.role, r.scope, r.origin, r.subject, r.before::text,
                                   r.after::text, r.reason] END) WITH ORDINALITY AS f (t, n))""",
        joins="""LEFT JOIN transactions t ON l.kind = 'T' AND t.id = l.ref
            LEFT JOIN audit_entries r ON l.kind = 'L' AND r.id = l.ref""",
    )
)


def openings(first: int, last: int) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield (account_id, version, balance, amount) of the running accounts moved in [first, last).

    Of each: its last entry before its first one here, and whatever of it was sealed before
    `first` though it comes later; version 0 and balance 0 for one that begins with the latter.
    """
    return iter(_stream(_OPENINGS, first, last))


_OPENINGS: Final = """
    WITH moved AS (
        SELECT e.account_id, min(e.version) AS version
        FROM ledger_sealed(:first, :last) l JOIN entries e ON e.transaction_id = l.ref
        WHERE l.kind = 'T' AND e.version IS NOT NULL
        GROUP BY e.account_id
    ), early AS (
        SELECT e.account_id, e.version, e.balance, e.amount
        FROM moved m JOIN entries e ON e.account_id = m.account_id AND e.version > m.version
        CROSS JOIN LATERAL ledger_seq_of(e.transaction_id) l
        WHERE :first > 0 AND l.seq < :first
    )
    SELECT m.account_id, coalesce(b.version, 0) AS version, coalesce(b.balance, 0), coalesce(b.amount, 0)
    FROM moved m LEFT JOIN LATERAL (
        SELECT e.version, e.balance, e.amount
        FROM entries e CROSS JOIN LATERAL ledger_seq_of(e.transaction_id) l
        WHERE :first > 0 AND l.seq < :first AND e.account_id = m.account_id AND e.version < m.version
        ORDER BY e.version DESC LIMIT 1) b ON true
    WHERE b.version IS NOT NULL OR EXISTS (SELECT FROM early x WHERE x.account_id = m.account_id)
    UNION ALL SELECT * FROM early
    ORDER BY 1, 2
"""


def owners(first: int, last: int, *, persons: bool) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield (owner, salt) of the accounts moved in [first, last), those of persons if wanted."""
    return iter(_stream(_OWNERS if persons else f"{_OWNERS} AND NOT a.limited", first, last))


_OWNERS: Final = """
    SELECT DISTINCT a.owner, a.salt
    FROM ledger_sealed(:first, :last) l
    JOIN entries e ON e.transaction_id = l.ref JOIN accounts a ON a.id = e.account_id
    WHERE l.kind = 'T' AND a.salt IS NOT NULL
"""


def actor_of(transaction_id: int) -> str | None:
    """Return the key of who made a transaction."""
    return session().scalar(select(Transaction.actor).where(Transaction.id == transaction_id))


def own_accounts(transaction_id: int, owner: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (owner, salt) of the owner's accounts that a transaction moved."""
    found = session().execute(_OWN_ACCOUNTS, {"id": transaction_id, "owner": owner})
    return found.all()


_OWN_ACCOUNTS: Final = text("""
    SELECT DISTINCT a.owner, a.salt FROM entries e JOIN accounts a ON a.id = e.account_id
    WHERE e.transaction_id = :id AND a.owner = :owner AND a.salt IS NOT NULL
    ORDER BY a.salt
""")


def notes(first: int, last: int, most: int) -> list[str]:
    """Return the notes of the checkpoints of `first` to `last` rows, at most about `most` of them.

    The last is among them; of the others as many are left out as need be, evenly.
    """
    found = session().scalars(_NOTES, {"first": first, "last": last, "most": most})
    return list(found)


_NOTES: Final = text("""
    SELECT c.note FROM (
        SELECT note, tree_size, row_number() OVER w AS n, count(*) OVER () AS of
        FROM checkpoints WHERE tree_size >= :first AND tree_size <= :last
        WINDOW w AS (ORDER BY tree_size)) c
    WHERE c.n = c.of OR c.n % (1 + c.of / :most) = 0
    ORDER BY c.tree_size
""")


def _stream(sql: str, first: int, last: int) -> Any:
    options = {"yield_per": CHUNK}
    return session().execute(text(sql), {"first": first, "last": last}, execution_options=options)
