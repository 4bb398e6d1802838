"""A sealer that is killed at any point, while others post, leaves no gap and seals nothing twice."""

import multiprocessing
import os
import random
import signal

import pytest

from incentive.core.db import db, transaction
from incentive.ledger import sealer, sealing
from incentive.ledger import service as ledger
from tests.ledger.sealed import ask, assert_sealed_whole, number_in_runs_of, seal
from tests.ledger.test_postings import award

KILLS = 50
_fork = multiprocessing.get_context("fork")


def child(app, work, *args):
    """Run `work` in a process of its own, with connections of its own."""

    def run():
        with app.app_context():
            db.engine.dispose(close=False)
            work(*args)

    process = _fork.Process(target=run, daemon=True)
    process.start()
    return process


def post_for_ever(told):
    """Post sets of all sizes, now and then one that is taken back, so that ids have gaps."""
    chance, number = random.Random(7), 0
    while True:
        number += 1
        size = chance.choice((1, 1, 3, 60))
        try:
            with transaction():
                ledger.post(
                    [
                        award(f"person:{chance.randrange(9)}", 1, f"{number}:{n}")
                        for n in range(size)
                    ]
                )
                taken_back(chance)
        except LookupError:
            continue
        told.send_bytes(b"posted")


def taken_back(chance):
    if chance.random() < 0.1:
        raise LookupError


def seal_for_ever(told):
    """Seal, and tell of every step that has been committed."""
    for name in ("number", "make_leaves", "grow", "checkpoint"):
        step = getattr(sealing, name)

        def telling(*args, _step=step, _name=name):
            told.send_bytes(_name.encode())
            found = _step(*args)
            told.send_bytes(b"done")
            return found

        setattr(sealing, name, telling)
    while True:
        sealer.seal_all(lambda _: None)


def hear(heard):
    assert heard.poll(60)
    return heard.recv_bytes()


@pytest.mark.timeout(150)
def test_fifty_kills_leave_no_gap_no_double_and_the_right_roots(live):
    number_in_runs_of(live, 200)
    limits = sealing.LARGE, sealing.WORTH_GROWING
    sealing.LARGE, sealing.WORTH_GROWING = 200, 100
    posted, posting = _fork.Pipe(duplex=False)
    writer = child(live, post_for_ever, posting)
    posting.close()
    chance, left_over = random.Random(20261124), 0
    try:
        for number in range(KILLS):
            assert posted.poll(60)
            while posted.poll():
                posted.recv_bytes()
            heard, telling = _fork.Pipe(duplex=False)
            sealer = child(live, seal_for_ever, telling)
            telling.close()
            for _ in range(chance.randrange(1, 24)):
                hear(heard)
            # However much is posted meanwhile, some of them come to sign.
            if number % 10 == 0:
                while hear(heard) != b"checkpoint":
                    pass
                while hear(heard) != b"number":
                    pass
            os.kill(sealer.pid, signal.SIGKILL)
            sealer.join(60)
            assert sealer.exitcode == -signal.SIGKILL
            heard.close()
            left_over += ask(live, "SELECT count(*) FROM seal_runs")[0][0] > 0
    finally:
        sealing.LARGE, sealing.WORTH_GROWING = limits
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(60)
    assert left_over > 0, "the kills never met a sealer at its work"
    seal(live)
    assert_sealed_whole(live)
    sizes = ask(live, "SELECT count(*) FROM leaves")
    assert sizes == ask(live, "SELECT count(*) FROM transactions")
    assert sizes[0][0] > KILLS
    assert ask(live, "SELECT count(*) > 1 FROM checkpoints") == [(True,)]
