"""Leaves lie in packs: none holds a number or a row that another holds, and each leaf is found by either."""

from hashlib import sha256

import psycopg
import pytest
from alembic import command
from sqlalchemy import text

from incentive.core import schema
from incentive.core.db import transaction
from incentive.ledger import seal_queries
from incentive.ledger import service as ledger
from tests.conftest import _database, _server
from tests.ledger.sealed import administrator, ask, post, post_many, seal
from tests.ledger.test_postings import award

LEAVES = "SELECT seq, kind, ref, memo, hash FROM leaves ORDER BY seq"
PACKS = "SELECT kind, first_seq, size, cardinality(ids) FROM leaf_packs ORDER BY first_seq"
FORMER = "incentive_leaves"


@pytest.fixture
def gaps(live):
    """Books sealed in three packs: 256 and 44 rows without a gap, and 60 with some between their ids."""
    post_many(live, 300)
    seal(live)
    for n in range(0, 60, 20):
        post(live, *(f"{n}:{m}" for m in range(20)))
        with pytest.raises(LookupError), live.app_context(), transaction():
            ledger.post([award("person:1", 1, f"gone{n}")])
            raise LookupError
    seal(live)
    return live


def test_a_pack_lists_its_rows_only_where_there_is_a_gap_between_them(gaps):
    assert ask(gaps, PACKS) == [("T", 0, 256, 1), ("T", 256, 44, 1), ("T", 300, 60, 60)]


def test_every_leaf_is_found_by_its_row(gaps):
    with gaps.app_context(), transaction() as session:
        for seq, ref in session.execute(text("SELECT seq, ref FROM leaves")).all():
            assert seal_queries.leaf_of_transaction(ref) == seq
        known = set(session.scalars(text("SELECT ref FROM leaves")))
        for ref in range(max(known) + 3):
            assert (seal_queries.leaf_of_transaction(ref) is not None) == (ref in known)


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 0),
        (0, 1),
        (255, 256),
        (255, 257),
        (1, 299),
        (299, 301),
        (310, 320),
        (0, 900),
        (360, 900),
    ],
)
def test_leaves_and_their_hashes_are_given_from_any_number_to_any_other(gaps, start, stop):
    wanted = ask(gaps, LEAVES)[start:stop]
    asked = "SELECT seq, kind, ref, memo, hash FROM ledger_sealed(:a, :b) ORDER BY seq"
    assert ask(gaps, asked, a=start, b=stop) == wanted
    with gaps.app_context(), transaction():
        assert seal_queries.hashes(0, start, stop) == b"".join(row.hash for row in wanted)


PACK = "INSERT INTO leaf_packs (first_seq, kind, size, ids, memos, hashes) VALUES"


@pytest.mark.parametrize(
    ("pack", "constraint"),
    [
        ("(360, 'T', 1, '{7}', {32}, {32})", "ex_leaf_packs_transactions"),
        ("(360, 'T', 2, '{-2}', {64}, {64})", None),
        ("(360, 'T', 3, '{-1}', {96}, {96})", "ex_leaf_packs_transactions"),
        ("(360, 'T', 2, '{9001,302}', {64}, {64})", "ex_leaf_packs_transactions"),
        ("(360, 'T', 2, '{9001,9001}', {64}, {64})", "ck_leaf_packs_refs"),
        ("(360, 'T', 3, '{9001,9002}', {96}, {96})", "ck_leaf_packs_ids"),
        ("(360, 'T', 2, '{9001}', {64}, {32})", "ck_leaf_packs_hashes"),
        ("(360, 'T', 2, '{9001}', {32}, {64})", "ck_leaf_packs_memos"),
        ("(360, 'T', 257, '{9001}', {8224}, {8224})", "ck_leaf_packs_size"),
        ("(360, 'X', 1, '{9001}', {32}, {32})", "ck_leaf_packs_kind"),
        ("(359, 'L', 1, '{1}', {32}, {32})", "ex_leaf_packs_seq"),
        ("(-1, 'L', 2, '{1}', {64}, {64})", "ex_leaf_packs_seq"),
        ("(360, 'L', 1, '{7}', {32}, {32})", None),
    ],
)
def test_the_database_refuses_a_row_or_a_number_that_is_sealed_already(gaps, pack, constraint):
    for count in (32, 64, 96, 8224):
        pack = pack.replace(f"{{{count}}}", f"decode(repeat('00', {count}), 'hex')")
    with administrator(gaps) as connection:
        if constraint is None:
            connection.execute(text(f"{PACK} {pack}"))
        else:
            with pytest.raises(Exception, match=constraint):
                connection.execute(text(f"{PACK} {pack}"))


@pytest.fixture
def former(server):
    """Books from when each leaf had a row of its own."""
    with _server(server) as connection:
        connection.execute(text(f"CREATE DATABASE {FORMER}"))
    url = _database(server, FORMER)
    with schema.administrator(url) as connection:
        schema.prepare_roles(connection)
        schema.upgrade(connection, "public", "shared")
        schema._register(connection, "default", "default")
        books = schema._prepare_schema(connection, "default")
        command.upgrade(schema.alembic_config(connection, books), "0063_concerned")
    yield url
    with _server(server) as connection:
        connection.execute(text(f"DROP DATABASE {FORMER} WITH (FORCE)"))


def test_leaves_that_had_rows_of_their_own_are_packed_as_they_are(former):
    rows = [(seq, "T", seq + 1) for seq in range(600)]
    rows += [(seq, "L", seq - 599) for seq in range(600, 603)]
    rows += [(603, "T", 700), (604, "T", 699), (605, "T", 900), (606, "L", 4)]
    hashes = [sha256(b"%d" % n).digest() for n in range(2 * len(rows))]
    rows = [(*row, hashes[2 * n], hashes[2 * n + 1]) for n, row in enumerate(rows)]
    with psycopg.connect(former) as connection:
        connection.cursor().executemany(
            "INSERT INTO j_default.leaves VALUES (%s, %s, %s, %s, %s)", rows
        )
    assert schema.migrate(former) == ["default"]
    with psycopg.connect(former, options="-c search_path=j_default,public") as connection:
        found = connection.execute(
            "SELECT seq, kind::text, ref, memo, hash FROM leaves ORDER BY seq"
        ).fetchall()
        assert found == rows
        packs = connection.execute(
            "SELECT kind::text, first_seq, size, cardinality(ids) FROM leaf_packs ORDER BY 2"
        )
        assert packs.fetchall() == [
            ("T", 0, 256, 1), ("T", 256, 256, 1), ("T", 512, 88, 1),
            ("L", 600, 3, 1), ("T", 603, 3, 3), ("L", 606, 1, 1),
        ]  # fmt: skip
        assert connection.execute("SELECT ledger_tree_size()").fetchone() == (607,)
