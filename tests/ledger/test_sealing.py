import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core import clock
from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.ledger import jobs, merkle, proving, seal_queries, sealer, sealing
from incentive.ledger import service as ledger
from incentive.ledger.seal_errors import NoSuchTree, NotSealedYet
from tests.ledger.sealed import (
    administrator,
    ask,
    assert_sealed_whole,
    number_in_runs_of,
    post,
    post_many,
    seal,
    sealed_keys,
)
from tests.ledger.test_postings import award

AUDIT = "INSERT INTO audit_entries (actor, action, subject, reason) VALUES ('person:1', 'role.grant', 'person:2', '因故')"


@pytest.fixture
def writer(live):
    """A connection of somebody else's who posts and takes their time to commit."""
    url = sqlalchemy_url(live.config["SETTINGS"].database_url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text("SET search_path TO j_default, public"))
        yield connection


def slow_post(connection, key):
    connection.execute(
        text(
            "SELECT ledger_post(ARRAY[:key], ARRAY['\\x00'::bytea], ARRAY['adjustment'], ARRAY['s'],"
            " ARRAY[''], ARRAY['a'], ARRAY[DATE '2026-11-22'], ARRAY[NULL::bigint], ARRAY[1, 1],"
            " ARRAY['region:9', :owner], ARRAY['points', 'points'], ARRAY['issuance', 'available'],"
            " ARRAY[DATE '9999-12-31', DATE '9999-12-31'], ARRAY[-5, 5])"
        ),
        {"key": key, "owner": f"person:{key}"},
    )


def test_every_transaction_gets_one_leaf_in_the_order_of_posting(live):
    post(live, "a", "b")
    post(live, "c")
    assert seal(live)[0] == 3
    assert seal(live) == (0, None)
    assert sealed_keys(live) == ["a", "b", "c"]
    post(live, "d")
    assert seal(live)[0] == 1
    assert_sealed_whole(live)


def test_a_leaf_is_written_as_the_format_says(live):
    post(live, "a")
    seal(live)
    ((leaf,),) = ask(live, "SELECT leaf FROM ledger_leaves(0, 1)")
    (row,) = ask(live, "SELECT *, xid::text::bigint AS x FROM transactions")
    entries = ask(
        live,
        "SELECT e.*, a.commitment, a.expires_on FROM entries e JOIN accounts a ON a.id = e.account_id ORDER BY line",
    )

    def string(value):
        return struct.pack(">I", len(value.encode())) + value.encode()

    posted_at = round(
        (row.posted_at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)
    )
    epoch = date(1970, 1, 1)
    memo = sha256(row.salt + string(row.actor) + string(row.reason)).digest()
    wanted = b"T\x01" + struct.pack(
        ">qqqqi", row.id, 0, posted_at, row.x, (row.effective_on - epoch).days
    )
    texts = [row.key.encode(), row.kind.encode(), row.source.encode(), row.request_hash]
    wanted += memo + struct.pack(">HIIII", len(entries), *map(len, texts))
    for entry, purpose in zip(entries, (3, 1), strict=True):
        wanted += struct.pack(">hq", entry.line, entry.account_id) + entry.commitment
        wanted += struct.pack(
            ">BBiqqq",
            1,
            purpose,
            (entry.expires_on - epoch).days,
            entry.amount,
            -1 if entry.balance is None else entry.balance,
            -1 if entry.version is None else entry.version,
        )
    assert leaf == wanted + b"".join(texts)
    ((hash_, kept),) = ask(live, "SELECT hash, memo FROM leaves")
    assert (hash_, kept) == (merkle.leaf_hash(leaf), memo)


def test_lines_of_the_audit_log_are_sealed_in_the_same_tree(live):
    post(live, "a")
    with live.app_context(), transaction():
        session().execute(text(AUDIT))
    assert seal(live)[0] == 2
    assert_sealed_whole(live)
    ((leaf, salt, xid, at),) = ask(
        live,
        "SELECT l.leaf, r.salt, r.xid::text::bigint, r.at FROM ledger_leaves(1, 2) l, audit_entries r",
    )
    texts = ["person:1", "", "", "", "person:2", "", "", "因故"]
    encoded = [struct.pack(">I", len(t.encode())) + t.encode() for t in texts]
    memo = sha256(salt + b"".join(encoded)).digest()
    micros = round((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    action = b"role.grant"
    assert leaf == (
        b"L\x01" + struct.pack(">qqq", 1, micros, xid) + memo + struct.pack(">I", 10) + action
    )


def test_what_commits_late_is_sealed_later_and_nothing_is_skipped(live, writer):
    post(live, "before")
    slow_post(writer, "late")
    post(live, "meanwhile")
    assert seal(live)[0] == 1
    assert sealed_keys(live) == ["before"]
    writer.commit()
    post(live, "after")
    assert seal(live)[0] == 3
    assert sealed_keys(live) == ["before", "late", "meanwhile", "after"]
    assert_sealed_whole(live)


def test_a_set_larger_than_a_batch_is_sealed_in_parts(live):
    post_many(live, 700)
    with live.app_context():
        sizes = []
        while True:
            with transaction():
                sizes.append(sealing.seal_batch(limit=300))
            if not sizes[-1]:
                break
    assert sizes == [300, 300, 100, 0]
    seal(live)
    assert_sealed_whole(live)


def test_full_subtrees_are_kept_and_proofs_of_any_size_agree_with_the_leaves(live):
    post_many(live, 900)
    seal(live)
    hashes = [hash_ for (hash_,) in ask(live, "SELECT hash FROM leaves ORDER BY seq")]
    assert ask(live, "SELECT level, position FROM tree_nodes ORDER BY 2") == [
        (8, 0),
        (8, 1),
        (8, 2),
    ]
    memory = {}

    def below(level, position):
        known = memory.get((level, position))
        if known is None:
            known = memory[level, position] = (
                merkle.node_hash(below(level - 1, 2 * position), below(level - 1, 2 * position + 1))
                if level
                else hashes[position]
            )
        return known

    def plain(wanted):
        return {node: below(*node) for node in wanted}

    ids = dict(map(tuple, ask(live, "SELECT seq, ref FROM leaves")))
    with live.app_context(), transaction():
        for seq, size in [
            (0, 1),
            (0, 900),
            (255, 256),
            (256, 257),
            (767, 768),
            (899, 900),
            (5, 899),
        ]:
            assert proving.inclusion(ids[seq], size) == (
                seq,
                merkle.inclusion_proof(seq, size, plain),
            )
        for first, second in [(1, 900), (256, 900), (257, 768), (768, 900), (899, 900), (900, 900)]:
            assert proving.consistency(first, second) == merkle.consistency_proof(
                first, second, plain
            )


def test_what_is_not_in_a_tree_has_no_proof_from_it(live):
    post(live, "a", "b")
    seal(live)
    post(live, "c")
    ids = dict(map(tuple, ask(live, "SELECT key, id FROM transactions")))
    with live.app_context(), transaction():
        for key, size in (("c", 2), ("b", 1)):
            with pytest.raises(NotSealedYet):
                proving.inclusion(ids[key], size)
        with pytest.raises(NoSuchTree):
            proving.inclusion(ids["a"], 3)
        for first, second in [(0, 2), (2, 1), (1, 3)]:
            with pytest.raises(NoSuchTree):
                proving.consistency(first, second)


def test_two_sealers_at_once_seal_everything_once(live):
    post_many(live, 400)

    def work(_):
        with live.app_context():
            total = 0
            while True:
                with transaction():
                    sealed = sealing.seal_batch(limit=30)
                if not sealed:
                    return total
                total += sealed

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(work, range(3))) == 400
    seal(live)
    assert_sealed_whole(live)


def test_nobody_who_posts_waits_for_a_sealer(live, writer):
    post(live, "a")
    with live.app_context(), transaction():
        assert sealing.seal_batch() == 1
        writer.execute(text("SET lock_timeout = '1s'"))
        slow_post(writer, "b")
        writer.commit()
    seal(live)
    assert_sealed_whole(live)


def test_after_a_restore_into_another_cluster_nothing_is_skipped_or_sealed_twice(live, writer):
    post(live, "sealed")
    seal(live)
    post(live, "unsealed")
    # As a restored dump looks: the ids of its rows are far ahead of this cluster's counting.
    with administrator(live) as connection:
        connection.execute(
            text("UPDATE transactions SET xid = (xid::text::bigint + 100000)::text::xid8")
        )
        connection.execute(
            text(
                "UPDATE seal_marks SET cluster = 1, xid = (xid::text::bigint + 100000)::text::xid8"
            )
        )
        connection.commit()
    slow_post(writer, "late")
    post(live, "new")
    assert seal(live)[0] == 1
    assert sealed_keys(live) == ["sealed", "unsealed"]
    writer.commit()
    assert seal(live)[0] == 2
    post(live, "newer")
    assert seal(live)[0] == 1
    # The restored ids come round: this cluster has counted up to them.
    with administrator(live) as connection:
        connection.execute(
            text(
                "UPDATE transactions SET xid = (SELECT xid FROM seal_marks WHERE kind = 'T')"
                " WHERE key IN ('sealed', 'unsealed')"
            )
        )
        connection.commit()
    assert seal(live)[0] == 0
    assert sorted(sealed_keys(live)) == ["late", "new", "newer", "sealed", "unsealed"]


def test_a_salt_that_is_erased_takes_the_texts_with_it_and_leaves_the_proof(live):
    post(live, "a")
    seal(live)
    with administrator(live) as connection:
        connection.execute(text("UPDATE transactions SET salt = NULL, actor = '', reason = ''"))
        connection.commit()
    assert_sealed_whole(live)


def test_a_long_transaction_that_holds_the_sealer_back_is_named(live, writer):
    slow_post(writer, "late")
    post(live, "waits")
    seal(live)
    now = clock.now()
    with live.app_context(), transaction():
        assert sealing.held_back(now) is None
        found = sealing.held_back(now + timedelta(minutes=2))
    assert found.pid == writer.connection.dbapi_connection.info.backend_pid
    assert found.state == "idle in transaction"
    assert found.since <= now
    writer.rollback()
    with live.app_context(), transaction():
        assert sealing.held_back(now + timedelta(minutes=2)) is None


def test_a_line_of_the_audit_log_that_is_held_back_is_known_of_as_well(live, writer):
    slow_post(writer, "late")
    with live.app_context(), transaction():
        session().execute(text(AUDIT))
    seal(live)
    now = clock.now()
    with live.app_context(), transaction():
        found = sealing.held_back(now + timedelta(minutes=2))
    assert found is not None
    assert found.since <= now


def test_a_sealer_that_is_held_back_warns(live, writer, monkeypatch):
    slow_post(writer, "late")
    post(live, "waits")
    warned = []
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(jobs._log, "warning", lambda event, **more: warned.append((event, more)))
    with live.app_context():
        jobs.seal()
    ((event, more),) = warned
    assert event == "ledger.sealing_held_back"
    assert more["held_back_by"] == writer.connection.dbapi_connection.info.backend_pid


def test_the_application_adds_no_leaf_and_no_checkpoint_by_itself(tx):
    for table in ("leaf_packs", "leaves", "tree_nodes", "checkpoints", "seal_keys", "seal_marks"):
        for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            allowed = session().scalar(
                text("SELECT has_table_privilege(:t, :p)"),
                {"t": f"j_default.{table}", "p": privilege},
            )
            assert not allowed, (table, privilege)


@pytest.mark.parametrize("table", ["leaf_packs", "tree_nodes", "checkpoints", "seal_keys"])
def test_even_the_administrator_is_refused_by_the_triggers(live, table):
    post_many(live, 300)
    seal(live)
    with administrator(live) as connection:
        connection.execute(text("SET session_replication_role = origin"))
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(Exception, match="append-only"), connection.begin_nested():
                connection.execute(text(statement))


def test_sealing_asks_the_books_a_fixed_number_of_questions(live):
    post_many(live, 600)
    from sqlalchemy import event

    from incentive.core.db import db

    with live.app_context():
        sent = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: sent.append(a[2]))
        with transaction():
            assert sealing.seal_batch() == 600
    assert len([s for s in sent if not s.startswith("SET")]) <= 8, sent


def test_a_reader_of_nodes_says_when_one_is_not_there(live):
    post(live, "a")
    seal(live)
    with live.app_context(), transaction(), pytest.raises(LookupError):
        seal_queries.read_nodes([merkle.Node(1, 0)])


def test_a_posting_in_the_sealers_own_transaction_comes_with_the_next_run(live):
    with live.app_context(), transaction():
        ledger.post([award("person:1", 5, "own")])
        assert sealing.seal_batch() == 0
    assert seal(live)[0] == 1


def test_a_large_backlog_is_sealed_side_by_side_and_in_order(live, monkeypatch):
    monkeypatch.setattr(sealing, "LARGE", 100)
    monkeypatch.setattr(sealing, "BATCH", 400)
    monkeypatch.setattr(sealing, "WORTH_GROWING", 60)
    ahead, grow_ahead = [], sealing.grow_ahead
    monkeypatch.setattr(sealing, "grow_ahead", lambda: ahead.append(grow_ahead()))
    patience = sys.getswitchinterval()
    post(live, "first")
    seal(live)
    number_in_runs_of(live, 50)
    post_many(live, 900)
    told = []
    with live.app_context():
        total, note = sealer.seal_all(told.append)
    assert (total, note.split("\n")[1]) == (900, "901")
    assert told == [400, 800]
    assert ahead
    assert sys.getswitchinterval() == patience
    assert ask(live, "SELECT count(*) FROM seal_runs") == [(0,)]
    assert_sealed_whole(live)


def test_the_runs_of_a_backlog_become_shorter_towards_its_end(live):
    number_in_runs_of(live, 80)
    post_many(live, 300)
    with live.app_context(), transaction():
        assert sealing.number() == 300
    runs = ask(live, "SELECT first_seq, cardinality(ids) FROM seal_runs ORDER BY first_seq")
    assert runs == [(0, 80), (80, 80), (160, 70), (230, 35), (265, 20), (285, 15)]
    assert seal(live)[0] == 300
    assert_sealed_whole(live)


def test_what_a_dead_sealer_had_numbered_the_next_one_seals(live):
    post(live, "a", "b")
    with live.app_context(), transaction():
        assert sealing.number() == 2
    post(live, "c")
    with live.app_context(), transaction():
        assert seal_queries.tree_size() == 0
        assert sealing.grow() == 0
    assert seal(live)[0] == 3
    assert sealed_keys(live) == ["a", "b", "c"]
    assert_sealed_whole(live)


def test_rows_that_are_numbered_and_gone_stop_the_sealer_loudly(live):
    post(live, "a", "b")
    with live.app_context(), transaction():
        sealing.number()
    with administrator(live) as connection:
        connection.execute(text("DELETE FROM transactions WHERE key = 'a'"))
        connection.commit()
    with pytest.raises(Exception, match="of 2 rows numbered from 0 on, 1 are there"):
        seal(live)


def test_a_sealer_that_works_side_by_side_stops_as_loudly(live, monkeypatch):
    monkeypatch.setattr(sealing, "LARGE", 1)
    post(live, "a", "b", "c")
    with administrator(live) as connection:
        connection.execute(
            text("ALTER TABLE leaf_packs ADD CONSTRAINT no CHECK (NOT refs @> 2::bigint)")
        )
        connection.commit()
    with pytest.raises(Exception, match='violates check constraint "no"'):
        seal(live)
    assert ask(live, "SELECT count(*) FROM seal_runs") == [(1,)]
    with administrator(live) as connection:
        connection.execute(text("ALTER TABLE leaf_packs DROP CONSTRAINT no"))
        connection.commit()
    assert seal(live)[0] == 3
    assert_sealed_whole(live)


def test_runs_that_a_dump_brought_along_are_made_before_anything_is_looked_through(live):
    post(live, "a")
    seal(live)
    post(live, "b")
    with live.app_context(), transaction():
        sealing.number()
    with administrator(live) as connection:
        connection.execute(text("UPDATE seal_marks SET cluster = 1"))
        connection.commit()
    post(live, "c")
    assert seal(live)[0] == 2
    assert sealed_keys(live) == ["a", "b", "c"]
    assert_sealed_whole(live)


def test_rows_with_gaps_between_their_ids_and_out_of_their_order_are_sealed_by_transaction(
    live, writer
):
    slow_post(writer, "one")
    post(live, "two")
    slow_post(writer, "three")
    with pytest.raises(Exception, match="balance"), live.app_context(), transaction():
        ledger.post([award("person:1", 5, "gone")])
        ledger.post([award("person:1", 5, "x"), award("person:1", 5, "x")])
    post(live, "four")
    writer.commit()
    assert seal(live)[0] == 4
    assert sealed_keys(live) == ["one", "three", "two", "four"]
    assert_sealed_whole(live)
