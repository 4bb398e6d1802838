"""Pokes: sent after commit, joined while they wait, harmless when Redis is away."""

import signal
import sys
import time
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from flask import Flask
from rq import Callback, Queue, SimpleWorker

from incentive.app import create_app
from incentive.cli.pokes import Poke
from incentive.core import jobs
from incentive.core.db import db, jurisdiction, transaction, use_jurisdiction
from incentive.core.keystore.store import keystore
from incentive.embedded.child import Child
from incentive.embedded.directory import DataDirectory
from incentive.embedded.servers import Servers
from incentive.ledger import jobs as ledger_jobs

NAME = "incentive.fake.jobs.settle"


@pytest.fixture
def calls(monkeypatch) -> list[tuple[object, ...]]:
    """What the job `incentive.fake.jobs.settle` was called with, and in whose books."""
    calls: list[tuple[object, ...]] = []
    module = types.ModuleType("incentive.fake.jobs")

    def settle(*ids: object) -> None:
        calls.append((jurisdiction(), *ids))

    settle.__module__, settle.__qualname__ = module.__name__, "settle"
    module.settle = settle
    monkeypatch.setitem(sys.modules, "incentive.fake", types.ModuleType("incentive.fake"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


@pytest.fixture
def settle(calls):
    return sys.modules["incentive.fake.jobs"].settle


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[str, Child]]:
    """A Valkey of the test's own, to fill and to kill: its URL and its process."""
    directory = DataDirectory(tmp_path / "valkey")
    servers = Servers(directory, {"INCENTIVE_DATABASE_URL": "postgresql://unused"})
    url = servers.start().redis_url
    yield url, servers.children[0]
    servers.stop()
    directory.close()


@pytest.fixture
def app(live: Flask, valkey: tuple[str, Child]) -> Iterator[Flask]:
    app = create_app(replace(live.config["SETTINGS"], redis_url=valkey[0]))
    with app.app_context():
        yield app
        db.engine.dispose()
        keystore().dispose()


@pytest.fixture
def queue(valkey: tuple[str, Child]) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey[0]) as connection:
        yield connection


def waiting(queue: redis.Redis) -> int:
    return queue.llen(f"rq:queue:{jobs.QUEUE}")


def work(app: Flask, queue: redis.Redis) -> None:
    """Work the queue off, as a worker does."""
    jobs.serve(app)
    worker = SimpleWorker(
        [jobs.QUEUE], connection=queue, serializer=jobs.SERIALIZER, job_class=Poke
    )
    worker.work(burst=True, logging_level="ERROR")


def test_a_poke_runs_in_the_jurisdiction_that_sent_it(app, queue, settle, calls):
    with use_jurisdiction("second"), transaction():
        jobs.enqueue(settle, "a", 7)
    work(app, queue)
    assert calls == [("second", "a", 7)]


def test_nothing_is_sent_before_the_commit(app, queue, settle):
    with transaction():
        jobs.enqueue(settle)
        assert waiting(queue) == 0
    assert waiting(queue) == 1


def test_nothing_is_sent_when_the_transaction_fails(app, queue, settle):
    def fail_after_enqueueing() -> None:
        with transaction():
            jobs.enqueue(settle)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_enqueueing()
    assert waiting(queue) == 0


def test_pokes_alike_join_while_they_wait_and_others_do_not(app, queue, valkey):
    for _ in range(5):
        assert jobs.poke(valkey[0], "default", NAME, "a")
    jobs.poke(valkey[0], "default", NAME, "b")
    jobs.poke(valkey[0], "second", NAME, "a")
    assert waiting(queue) == 3


def test_a_poke_sent_while_its_like_is_at_work_is_not_lost(app, queue, valkey, calls, monkeypatch):
    module = sys.modules["incentive.fake.jobs"]
    plain = module.settle

    def settle_and_be_poked() -> None:
        monkeypatch.setattr(module, "settle", plain)
        jobs.poke(valkey[0], "default", NAME)

    settle_and_be_poked.__module__, settle_and_be_poked.__qualname__ = module.__name__, "settle"
    monkeypatch.setattr(module, "settle", settle_and_be_poked)
    jobs.poke(valkey[0], "default", NAME)
    work(app, queue)
    assert calls == [("default",)]


def test_a_job_that_lasts_is_given_its_time_and_others_the_usual(app, queue, valkey):
    name = jobs.name_of(ledger_jobs.reconcile)
    for each in (name, NAME):
        jobs.poke(valkey[0], "default", each)
    limits = {job.args[1]: job.timeout for job in jobs._queue(queue).jobs}
    assert limits == {name: 3600, NAME: jobs.JOB_SECONDS_MAX}


def test_a_poke_to_all_reaches_every_jurisdiction(app, queue, valkey, calls):
    jobs.poke(valkey[0], None, NAME)
    work(app, queue)
    assert sorted(calls) == [("default",), ("second",)]


def test_without_redis_a_request_goes_on_at_once(app, settle, valkey):
    valkey[1].process.kill()
    valkey[1].process.wait()
    began = time.monotonic()
    for _ in range(50):
        with transaction():
            jobs.enqueue(settle)
    assert time.monotonic() - began < 1.0


def test_a_redis_that_hangs_costs_one_short_wait(app, settle, valkey):
    valkey[1].process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(10):
            with transaction():
                jobs.enqueue(settle)
        assert time.monotonic() - began < 1.0
    finally:
        valkey[1].process.send_signal(signal.SIGCONT)


def test_pokes_flow_again_when_redis_is_back(app, queue, settle, valkey, monkeypatch):
    valkey[1].process.kill()
    valkey[1].process.wait()
    with transaction():
        jobs.enqueue(settle)
    valkey[1].start()
    monkeypatch.setattr(jobs, "_away_until", {})
    deadline = time.monotonic() + 10
    while not jobs.poke(valkey[0], "default", NAME) and time.monotonic() < deadline:
        monkeypatch.setattr(jobs, "_away_until", {})
        time.sleep(0.02)
    assert waiting(queue) == 1


def test_a_name_that_is_no_job_is_not_run(app):
    jobs.serve(app)
    with pytest.raises(ValueError, match="is no job"):
        jobs.run("default", "os.system", "true")


@pytest.mark.parametrize("name", ["poke", "periodic", "run"])
def test_the_queue_s_own_functions_are_no_jobs(app, name):
    jobs.serve(app)
    with pytest.raises(ValueError, match="is no job"):
        jobs.run("default", f"incentive.core.jobs.{name}", "redis://evil.example")


def test_what_a_jobs_module_only_uses_is_no_job(app, calls):
    jobs.serve(app)
    sys.modules["incentive.fake.jobs"].borrowed = sys.exit
    with pytest.raises(ValueError, match="cannot be a job"):
        jobs.run("default", "incentive.fake.jobs.borrowed")


@pytest.mark.parametrize(
    "planted",
    [
        {"func": "os.system"},
        {"func": "incentive.core.jobs.run", "callbacks": "os.system"},
        {"func": "incentive.core.jobs.run_then"},
    ],
)
def test_a_planted_job_is_not_even_imported(app, queue, tmp_path, planted):
    # A module that would leave a file when it is imported, and one when it is called.
    folder = tmp_path / "planted"
    folder.mkdir()
    trace = tmp_path / "trace"
    (folder / "planted_job.py").write_text(
        f"open({str(trace)!r}, 'w')\ndef call(*_): pass\n", encoding="utf-8"
    )
    sys.path.insert(0, str(folder))
    try:
        plain = Queue(jobs.QUEUE, connection=queue, serializer=jobs.SERIALIZER)
        callback = Callback("planted_job.call") if "callbacks" in planted else None
        for function in ("planted_job.call", planted["func"]):
            plain.enqueue(
                function,
                args=(f"touch {trace}",),
                on_success=callback,
                on_failure=callback,
                on_stopped=callback,
            )
        work(app, queue)
    finally:
        sys.path.remove(str(folder))
    assert not trace.exists()
    assert "planted_job" not in sys.modules
    assert waiting(queue) == 0


def test_a_poke_is_worked_off_after_a_planted_job(app, queue, valkey, calls):
    Queue(jobs.QUEUE, connection=queue, serializer=jobs.SERIALIZER).enqueue("os.system", "false")
    jobs.poke(valkey[0], "default", NAME)
    work(app, queue)
    assert calls == [("default",)]


def test_only_a_function_of_a_jobs_module_can_be_sent():
    with pytest.raises(ValueError, match=r"jobs\.py"):
        jobs.name_of(work)


def test_a_period_is_seconds_or_a_cron_line():
    with pytest.raises(ValueError, match="either"):
        jobs.periodic()
    with pytest.raises(ValueError, match="either"):
        jobs.periodic(seconds=1, cron="* * * * *")


def test_declared_periods_are_cron_s_schedule(settle, monkeypatch):
    monkeypatch.setattr(jobs, "_periodic", {})
    jobs.periodic(cron="5 0 * * *")(settle)
    assert jobs.schedule() == [jobs.Periodic(NAME, None, "5 0 * * *")]
