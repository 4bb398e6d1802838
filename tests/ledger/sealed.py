"""Books to seal, and what to ask of them."""

from hashlib import sha256
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.ledger import merkle, notes, seal_keys, seal_queries, sealer
from incentive.ledger import service as ledger
from tests.ledger.test_postings import award


def post(app: Flask, *keys: str) -> None:
    with app.app_context(), transaction():
        ledger.post([award(f"person:{key}", 5, key) for key in keys])


def post_many(app: Flask, count: int, prefix: str = "m") -> None:
    for start in range(0, count, 500):
        post(app, *(f"{prefix}{n}" for n in range(start, min(start + 500, count))))


def seal(app: Flask) -> tuple[int, str | None]:
    with app.app_context():
        return sealer.seal_all(lambda _: None)


def ask(app: Flask, sql: str, **values: Any) -> list[Any]:
    with app.app_context(), transaction():
        return list(session().execute(text(sql), values))


def sealed_keys(app: Flask) -> list[str]:
    rows = ask(
        app,
        "SELECT t.key FROM leaves l JOIN transactions t ON t.id = l.ref AND l.kind = 'T'"
        " ORDER BY l.seq",
    )
    return [key for (key,) in rows]


def administrator(app: Flask):
    """A connection past every rule, in the books' schema."""
    url = sqlalchemy_url(app.config["SETTINGS"].admin_database_url)
    connection = create_engine(url, poolclass=NullPool).connect()
    connection.execute(text("SET search_path TO j_default, public"))
    connection.execute(text("SET session_replication_role = replica"))
    return connection


def tamper(app: Flask, *statements: str, **values: Any) -> None:
    """Change the books past every rule. What is done to `leaves`, one by one, is done to their packs."""
    with administrator(app) as connection:
        connection.execute(text("CREATE TEMP TABLE leaves ON COMMIT DROP AS SELECT * FROM leaves"))
        for statement in statements:
            connection.execute(text(statement), values)
        if any(" leaves " in statement for statement in statements):
            connection.execute(text("DELETE FROM leaf_packs"))
            connection.execute(_PACK)
        connection.commit()


# In packs of 4, so that what is changed stands among others.
_PACK = text("""
    INSERT INTO leaf_packs (first_seq, kind, size, ids, memos, hashes)
    SELECT min(seq), kind, count(*), array_agg(ref ORDER BY seq),
           string_agg(memo, ''::bytea ORDER BY seq), string_agg(hash, ''::bytea ORDER BY seq)
    FROM (SELECT *, seq - row_number() OVER (PARTITION BY kind ORDER BY seq) AS stretch FROM leaves) l
    GROUP BY kind, stretch, seq / 4
""")


def number_in_runs_of(app: Flask, count: int) -> None:
    with administrator(app) as connection:
        definition = connection.scalar(text("SELECT pg_get_functiondef('ledger_number'::regproc)"))
        assert "int := 8000" in definition
        connection.execute(text(definition.replace("int := 8000", f"int := {count}")))
        connection.commit()


def assert_sealed_whole(app: Flask) -> None:
    """Every row has one leaf, numbered without a gap; roots and signatures are right."""
    rows = ask(app, "SELECT seq, kind, ref, hash FROM leaves ORDER BY seq")
    assert [row.seq for row in rows] == list(range(len(rows)))
    assert len({(row.kind, row.ref) for row in rows}) == len(rows)
    unsealed = (
        "SELECT id FROM transactions t WHERE NOT EXISTS"
        " (SELECT FROM leaves WHERE kind = 'T' AND ref = t.id)"
    )
    assert ask(app, unsealed) == []
    leaves = ask(app, "SELECT seq, leaf FROM ledger_leaves(0, :n) ORDER BY seq", n=len(rows))
    assert [sha256(b"\x00" + leaf).digest() for _, leaf in leaves] == [row.hash for row in rows]
    with app.app_context(), transaction():
        known = seal_keys.public_keys()
        signed = session().scalars(seal_queries.checkpoints()).all()
        for row in signed:
            said = notes.verify(row.note, known)
            assert (said.size, said.root, said.at) == (row.tree_size, row.root, row.at)
    assert max((row.tree_size for row in signed), default=0) == len(rows)
    tree = merkle.CompactRange()
    roots = {}
    for row in rows:
        tree.append(row.hash)
        roots[tree.size] = tree.root()
    assert {row.tree_size: row.root for row in signed} == {
        row.tree_size: roots[row.tree_size] for row in signed
    }
