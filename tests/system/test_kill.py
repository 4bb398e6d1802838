"""What was acknowledged survives: real processes are killed while real requests arrive."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from tests.system.crowd import SERVED_MINUTES, gather, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(150)]

_SETTLING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'"
    " AND granted"
)


def role(product, name):
    """The process that the stem has forked for a role, once it has its own children."""
    stem = psutil.Process(product.pid_of("roles"))
    product.wait_for(
        lambda: any(c.name().startswith(name) and c.children() for c in stem.children())
    )
    return next(c for c in stem.children() if c.name().startswith(name))


def kill(process):
    os.kill(process.pid, signal.SIGKILL)


def check_ledger(product):
    return subprocess.run(
        [sys.executable, "-P", "-m", "incentive.cli", "ledger", "check", "--data", product.data],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_whole(product, crowd):
    """Every acknowledged scan is there, every verified record is paid once, the books are clean."""
    until(lambda: crowd.unsettled() == 0, 60, lambda: (crowd.unsettled(), product.printed()))
    kept = {str(nonce) for (nonce,) in crowd.ask("SELECT nonce FROM scans")}
    assert {answer["nonce"] for answer in crowd.answers} == kept
    served = {str(r["service_record"]["id"]) for r in crowd.answers if r["service_record"]}
    records = crowd.ask("SELECT id, minutes FROM service_records WHERE status = 'verified'")
    assert served <= {str(record_id) for record_id, _ in records}
    paid = crowd.ask("SELECT source FROM transactions WHERE kind = 'award'")
    assert sorted(source for (source,) in paid) == sorted(f"service_record:{r}" for r, _ in records)
    assert crowd.number("SELECT sum(points) FROM awards") == sum(minutes for _, minutes in records)
    assert crowd.number("SELECT count(*) FROM settlement_failures") == 0
    done = check_ledger(product)
    assert done.returncode == 0, done.stdout
    assert "clean" in done.stdout


def test_a_worker_killed_in_the_middle_of_a_batch_pays_everybody_once(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    crowd = gather(product, people=3000)
    pool = role(product, "incentive-work")
    crowd.leave_unsettled()
    # One scan out pokes the settlement, which then finds three thousand records to pay.
    crowd.scan_in_and_out([1])
    for _ in range(2):
        until(
            lambda: crowd.number(_SETTLING) > 0 and crowd.unsettled() > 0,
            30,
            crowd.unsettled,
        )
        for process in reversed(pool.children(recursive=True)):
            kill(process)
    assert crowd.unsettled() > 0, "the kills came too late to prove anything"
    assert_whole(product, crowd)


def test_kills_under_load_lose_nothing_and_pay_once(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    crowd = gather(product, people=700)
    first_valkey = product.pid_of("valkey")
    load = threading.Thread(target=crowd.scan_in_and_out, args=(range(1, crowd.people + 1),))
    load.start()

    def after(share):
        until(lambda: len(crowd.answers) > share * 2 * crowd.people, 60, lambda: crowd.answers[-1:])

    after(0.1)
    kill(role(product, "incentive-web").children()[0])
    after(0.25)
    for process in reversed(role(product, "incentive-work").children(recursive=True)):
        kill(process)
    after(0.4)
    kill(psutil.Process(first_valkey))
    after(0.6)
    kill(role(product, "incentive-web").children()[0])
    kill(role(product, "incentive-work"))
    after(0.8)
    kill(role(product, "incentive-web"))
    load.join(90)
    assert not load.is_alive()

    assert len(crowd.answers) == 2 * crowd.people
    assert crowd.away > 0, "nobody noticed the kills"
    assert_whole(product, crowd)
    assert product.pid_of("valkey") != first_valkey
    product.wait_for(lambda: product.status("/readyz") == 200)
    role(product, "incentive-work")


def test_postgres_gone_is_503_and_back_without_a_restart_of_the_web(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    crowd = gather(product, people=300)
    web = role(product, "incentive-web")
    before = {child.pid for child in web.children()}
    load = threading.Thread(target=crowd.scan_in_and_out, args=(range(1, crowd.people + 1),))
    load.start()
    for share in (0.2, 0.6):
        until(lambda s=share: len(crowd.answers) > s * 600, 60, lambda: crowd.answers[-1:])
        postgres = product.pid_of("postgres")
        os.kill(postgres, signal.SIGKILL)
        product.wait_for(lambda old=postgres: product.pid_of("postgres") != old)
    load.join(90)
    assert not load.is_alive()
    assert crowd.away > 0, "nobody noticed that PostgreSQL was gone"
    assert_whole(product, crowd)
    assert {child.pid for child in web.children()} == before


def test_without_valkey_people_scan_sign_up_and_redeem_and_are_paid_later(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    crowd = gather(product, people=2)
    crowd.scan_in_and_out([1])
    until(lambda: crowd.unsettled() == 0, 30, product.printed)
    (later,) = crowd.ask("SELECT id FROM shifts WHERE title = 'later'")[0]
    (item,) = crowd.ask("SELECT id FROM items")[0]

    # Frozen is worse than dead: connections are taken and never answered.
    valkey = product.pid_of("valkey")
    os.kill(valkey, signal.SIGSTOP)
    began = time.monotonic()
    with crowd.phone(1) as one, crowd.phone(2) as other:
        bought = one.post("/api/v1/redemptions", {"item_id": str(item), "quantity": 1})
        signed = other.post(f"/api/v1/shifts/{later}/sign-ups")
        crowd.answers += other.come_and_go()
    gone = crowd.answers[-1]
    seconds = time.monotonic() - began
    assert (bought["status"], signed["status"]) == ("held", "confirmed")
    assert gone["service_record"]["minutes"] == SERVED_MINUTES
    assert gone["service_record"]["status"] == "verified"
    assert seconds < 6
    assert crowd.away == 0
    assert crowd.unsettled() == 1

    os.kill(valkey, signal.SIGKILL)
    assert_whole(product, crowd)
