"""Sealed books that are dumped, and restored into another cluster, go on where they stopped."""

import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.app import create_app
from incentive.config import Settings
from incentive.core.db import db, sqlalchemy_url, transaction
from incentive.core.schema import migrate
from incentive.embedded.binaries import postgres_program
from incentive.embedded.servers import running
from incentive.ledger import checks, notes, proving, seal_keys, sealing
from incentive.ledger.verifier.proofs import check_consistency
from tests.conftest import SECRET
from tests.ledger.sealed import ask, assert_sealed_whole, post, post_many, seal, sealed_keys


@pytest.fixture
def elsewhere():
    """An application on a cluster of its own, freshly migrated, with the same secret."""
    with tempfile.TemporaryDirectory(prefix="incentive-restore-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder), {}, fast=True) as addresses:
            migrate(addresses.admin_database_url)
            engine = create_engine(sqlalchemy_url(addresses.admin_database_url), poolclass=NullPool)
            with engine.begin() as connection:
                connection.execute(text("GRANT incentive_app TO incentive"))
            app = create_app(
                Settings(
                    database_url=addresses.database_url,
                    admin_database_url=addresses.admin_database_url,
                    redis_url="unix:///nonexistent/valkey.sock",
                    secret=SECRET,
                )
            )
            yield app
            with app.app_context():
                db.engine.dispose()


def use_up_transaction_ids(app, count):
    url = sqlalchemy_url(app.config["SETTINGS"].admin_database_url)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"DO $$ BEGIN FOR i IN 1..{count} LOOP"
            " PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        )


def carry_over(source, target, folder):
    """Dump and restore as docs/operations.md says."""
    dump = str(folder / "incentive.dump")
    whence, whither = (app.config["SETTINGS"].admin_database_url for app in (source, target))
    for program, *arguments in (
        ("pg_dump", "-Fc", "-f", dump, whence),
        ("pg_restore", "--clean", "--if-exists", "--exit-on-error", "-d", whither, dump),
    ):
        command = [str(postgres_program(program)), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_restored_dump_is_sealed_on_and_every_older_checkpoint_fits_under_the_new(
    live, elsewhere, tmp_path
):
    use_up_transaction_ids(live, 5_000)
    post_many(live, 300)
    older = seal(live)[1]
    post(live, "sealed last")
    last = seal(live)[1]
    post(live, "numbered")
    with live.app_context(), transaction():
        assert sealing.number() == 1
    post(live, "posted")
    before = ask(live, "SELECT seq, kind, ref, memo, hash FROM leaves ORDER BY seq")

    carry_over(live, elsewhere, tmp_path)
    assert ask(elsewhere, "SELECT seq, kind, ref, memo, hash FROM leaves ORDER BY seq") == before
    # That cluster has yet to come to the transaction ids that the rows bear.
    ((behind,),) = ask(elsewhere, "SELECT pg_current_xact_id() < min(xid) FROM transactions")
    assert behind

    post(elsewhere, "after")
    assert seal(elsewhere)[0] == 3
    # By transaction ids, of whichever cluster.
    assert sealed_keys(elsewhere)[-4:] == ["sealed last", "numbered", "after", "posted"]
    assert_sealed_whole(elsewhere)
    with elsewhere.app_context(), transaction():
        assert list(checks.run()) == []
        known = seal_keys.public_keys()
        new = notes.verify(proving.checkpoint_last().note, known)
        assert new.size == 304
        for note in (older, last):
            old = notes.verify(note, known)
            proof = proving.consistency(old.size, new.size)
            check_consistency(old.size, old.root, new.size, new.root, proof)
    # Once looked through, it is sealed by transaction ids again.
    post(elsewhere, "later")
    assert seal(elsewhere)[0] == 1
    assert_sealed_whole(elsewhere)
