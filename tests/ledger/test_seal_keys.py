import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import snapshot, transaction
from incentive.ledger import exporting, notes, seal_keys, sealing
from incentive.ledger.seal_errors import SealKeyUnreadable
from incentive.ledger.verifier.exports import Verifier
from incentive.ledger.verifier.proofs import read_keys
from incentive.seals.commands import commands
from tests.ledger.sealed import (
    administrator,
    ask,
    assert_sealed_whole,
    post,
    seal,
)


def rotate(app, at, overlap):
    with app.app_context(), transaction():
        return seal_keys.rotate(at, overlap).id


def checkpoint(app, at):
    with app.app_context(), transaction():
        sealing.seal_batch()
        return sealing.checkpoint(at)


def signers(note):
    return [line.key_id.hex() for line in notes.read(note)[1]]


def test_the_first_checkpoint_makes_the_first_key_and_every_later_one_keeps_its_name(live):
    post(live, "a")
    first = checkpoint(live, clock.now())
    post(live, "b")
    second = checkpoint(live, clock.now())
    ((key_id, name),) = ask(live, "SELECT id, name FROM seal_keys")
    assert signers(first.note) == signers(second.note) == [key_id]
    assert first.key_id == key_id
    origin = notes.read(first.note)[0].origin
    assert origin == notes.read(second.note)[0].origin == name
    assert origin.startswith("incentive/default/")


def test_jurisdictions_have_each_their_own_origin(live):
    from incentive.core.db import use_jurisdiction

    names = set()
    for code in ("default", "second"):
        with live.app_context(), use_jurisdiction(code), transaction():
            names.add(seal_keys.rotate(clock.now()).name)
    assert len(names) == 2


def test_while_keys_overlap_both_sign_and_then_only_the_new_one(live):
    now = clock.now()
    post(live, "a")
    old = checkpoint(live, now).key_id
    new = rotate(live, now + timedelta(days=1), timedelta(days=30))
    post(live, "b")
    assert signers(checkpoint(live, now + timedelta(days=2)).note) == [new, old]
    post(live, "c")
    assert signers(checkpoint(live, now + timedelta(days=32)).note) == [new]
    assert_sealed_whole(live)


def test_old_public_keys_are_kept_with_their_dates_and_old_private_ones_are_not(live):
    now = clock.now()
    keys = [rotate(live, now + timedelta(days=n), timedelta(days=1)) for n in (0, 10, 20)]
    rows = ask(
        live,
        "SELECT id, retires_at - created_at, private_key IS NULL FROM seal_keys ORDER BY created_at",
    )
    day = timedelta(days=11)
    assert rows == [(keys[0], day, True), (keys[1], day, False), (keys[2], None, False)]


def test_a_private_key_does_not_lie_open_in_the_books(live):
    post(live, "a")
    checkpoint(live, clock.now())
    with live.app_context(), transaction():
        raw = seal_keys.signers(clock.now())[0].key.private_bytes_raw()
    ((kept,),) = ask(live, "SELECT private_key FROM seal_keys")
    assert raw not in kept
    assert raw.hex().encode() not in kept


def test_under_another_secret_nothing_is_signed_until_the_key_is_changed(live):
    post(live, "a")
    seal(live)
    post(live, "b")
    live.config["SETTINGS"] = replace(live.config["SETTINGS"], secret=b"another secret" * 3)
    with pytest.raises(SealKeyUnreadable):
        checkpoint(live, clock.now())
    now = clock.now()
    new = rotate(live, now, timedelta())
    assert signers(checkpoint(live, now).note) == [new]


def test_a_clock_set_back_does_not_set_the_log_back(live):
    now = clock.now()
    post(live, "a")
    first = checkpoint(live, now)
    post(live, "b")
    assert checkpoint(live, now - timedelta(hours=1)).at == first.at


def test_a_key_cannot_be_changed_even_by_the_administrator(live):
    post(live, "a")
    seal(live)
    with administrator(live) as connection:
        connection.execute(text("SET session_replication_role = origin"))
        for change in ("public_key = '\\x00'", "private_key = '\\x00'", "name = 'x'"):
            with pytest.raises(Exception, match="never changed"), connection.begin_nested():
                connection.execute(text(f"UPDATE seal_keys SET {change}"))


def test_the_commands_seal_list_and_rotate(live):
    post(live, "a")
    run = live.test_cli_runner()
    with live.app_context():
        assert "no key yet" in run.invoke(commands, ["keys"]).output
        sealed = run.invoke(commands, ["seal"])
        assert sealed.exit_code == 0, sealed.output
        assert "sealed 1 rows" in sealed.output
        assert "— incentive/default/" in sealed.output
        assert "nothing new to sign" in run.invoke(commands, ["seal"]).output
        assert "signs from now on" in run.invoke(commands, ["rotate-key"]).output
        listed = run.invoke(commands, ["keys"]).output.splitlines()
    assert len(listed) == 2
    assert ["until -" in line for line in listed] == [True, False]


def test_whoever_changes_the_key_leaves_a_record(live):
    run = live.test_cli_runner()
    with live.app_context():
        for days in ("30", "0"):
            assert run.invoke(commands, ["rotate-key", "--overlap-days", days]).exit_code == 0
    (new, old) = ask(live, "SELECT id FROM seal_keys ORDER BY retires_at DESC NULLS FIRST")
    acts = ask(live, "SELECT actor, action, subject, before, after FROM audit_entries ORDER BY id")
    assert acts == [
        ("cli", "seal_key.rotate", f"seal_key:{old.id}", None, {"key": old.id, "overlap_days": 30}),
        (
            "cli", "seal_key.rotate", f"seal_key:{new.id}",
            {"key": old.id}, {"key": new.id, "overlap_days": 0},
        ),
    ]  # fmt: skip
    # And is not believed to have done so when nothing came of it.
    with live.app_context():
        assert run.invoke(commands, ["rotate-key", "--overlap-days", "-1"]).exit_code != 0
    assert len(ask(live, "SELECT id FROM audit_entries")) == 2


def test_a_key_changed_between_the_signature_and_its_keeping_spoils_no_checkpoint(
    live, monkeypatch
):
    post(live, "a")
    old = checkpoint(live, clock.now()).key_id
    post(live, "b")
    sign, changed = notes.sign, []

    def sign_while_the_key_changes(said, signing):
        with ThreadPoolExecutor(1) as beside:
            changed.append(beside.submit(rotate, live, clock.now(), timedelta()).result())
        return sign(said, signing)

    with live.app_context(), transaction():
        sealing.seal_batch()
    monkeypatch.setattr(notes, "sign", sign_while_the_key_changes)
    with live.app_context(), transaction():
        assert signers(sealing.checkpoint(clock.now()).note) == [old]
    monkeypatch.undo()
    post(live, "c")
    assert signers(checkpoint(live, clock.now() + timedelta(seconds=2)).note) == changed
    assert_sealed_whole(live)


@pytest.mark.parametrize("overlap", [timedelta(), timedelta(days=30)])
def test_keys_changed_while_a_sealer_runs_leave_one_chain_of_checkpoints(live, overlap):
    post(live, "a")
    checkpoint(live, clock.now())
    barrier = Barrier(3)

    def work(n):
        barrier.wait()
        for step in range(4):
            if n:
                post(live, f"{n}-{step}")
                seal(live)
            else:
                rotate(live, clock.now(), overlap)

    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(work, n) for n in range(3)]:
            done.result()
    seal(live)
    assert_sealed_whole(live)
    ((current,),) = ask(live, "SELECT count(*) FROM seal_keys WHERE retires_at IS NULL")
    assert current == 1


def test_a_key_changed_while_an_export_is_written_leaves_it_provable_by_the_key_before(live):
    post(live, "a", "b")
    checkpoint(live, clock.now())
    ((name, public),) = ask(live, "SELECT name, public_key FROM seal_keys")
    file, begun = io.BytesIO(), exporting._keys

    def rotated_beside():
        with ThreadPoolExecutor(1) as beside:
            beside.submit(rotate, live, clock.now(), timedelta()).result()
            beside.submit(post, live, "c").result()
            beside.submit(seal, live).result()
        return begun()

    with pytest.MonkeyPatch.context() as patch, live.app_context(), snapshot():
        rows = exporting.span(0, None)
        patch.setattr(exporting, "_keys", rotated_beside)
        exporting.export(rows, file, clock.now(), personal=False)
    file.seek(0)
    known = read_keys(notes.verifier_key(name, bytes(public)))
    assert Verifier(known).read(file).checkpoint.size == 2
