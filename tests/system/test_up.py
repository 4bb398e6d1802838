"""`incentive up`, run as a user runs it: one command, real servers, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from incentive.embedded.servers import running

pytestmark = pytest.mark.system


def incentive(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("INCENTIVE_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "incentive.cli", *arguments],
        cwd=cwd,
        env={**plain, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def write_mark(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.mark AS SELECT 42 AS value")


def read_mark(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT value FROM public.mark").fetchone()[0]


def test_a_start_serves_refuses_a_second_instance_and_stops_on_sigterm(up, tmp_path):
    product = up().wait_until_ready()
    assert product.status("/readyz") == 200
    again = refusal(incentive("up", "--data", str(product.data), "--port", "0", cwd=tmp_path))
    assert f"process {product.process.pid}" in again
    assert product.status("/readyz") == 200
    assert {"postgres", "valkey", "roles"} == set(product.instance["children"])
    began = time.monotonic()
    assert product.stop() == 0
    assert time.monotonic() - began < 10
    assert product.alive() == []
    assert not (product.data / "instance.json").exists()


def test_a_second_start_resumes_and_costs_less_than_six_seconds(up, migrated_data):
    first = up(migrated_data).wait_until_ready()
    write_mark(first.instance["environ"]["INCENTIVE_ADMIN_DATABASE_URL"])
    secret = (first.data / "secret.key").read_text()
    first.stop()

    second = up(migrated_data).wait_until_ready()
    # Counted in the work of one core: the tests share the machine, a user has it alone.
    assert second.cpu_seconds() < 6
    assert read_mark(second.instance["environ"]["INCENTIVE_ADMIN_DATABASE_URL"]) == 42
    assert (second.data / "secret.key").read_text() == secret


def test_a_lost_master_key_is_one_line_and_no_new_key(up, migrated_data, tmp_path):
    up(migrated_data).wait_until_ready().stop()
    file = migrated_data / "master.key"
    kept = file.read_text()
    file.write_text("ab" * 32)
    arguments = ("up", "--data", str(migrated_data), "--port", "0")
    line = refusal(incentive(*arguments, cwd=tmp_path))
    assert "is not at hand" in line
    assert "No new key is made" in line
    file.write_text(kept)
    assert up(migrated_data).wait_until_ready().status("/readyz") == 200


def test_a_killed_parent_leaves_no_child_and_the_next_start_recovers(up, migrated_data):
    first = up(migrated_data).wait_until_ready()
    write_mark(first.instance["environ"]["INCENTIVE_ADMIN_DATABASE_URL"])
    first.kill()
    second = up(migrated_data).wait_until_ready()
    assert read_mark(second.instance["environ"]["INCENTIVE_ADMIN_DATABASE_URL"]) == 42
    second.stop()
    assert first.alive() == []


def test_children_end_by_themselves_when_the_parent_is_killed(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    product.kill()
    product.wait_for(lambda: product.alive() == [], seconds_max=12)


def test_every_part_that_dies_is_started_again(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    for name in ("roles", "valkey", "postgres"):
        before = product.pid_of(name)
        os.kill(before, signal.SIGKILL)
        product.wait_for(lambda name=name, before=before: product.pid_of(name) != before)
        assert f"{name} ended" in product.printed()
    product.wait_for(lambda: product.status("/readyz") == 200)


def test_web_workers_and_cron_that_die_are_started_again(up, migrated_data):
    product = up(migrated_data).wait_until_ready()
    stem = psutil.Process(product.pid_of("roles"))
    # The web server has its two processes, the pool its worker and cron.
    product.wait_for(lambda: sorted(len(role.children()) for role in stem.children()) == [2, 2])
    for role in stem.children():
        for child in role.children():
            child.kill()
            product.wait_for(
                lambda role=role, child=child: (
                    child not in role.children() and len(role.children()) == 2
                )
            )
    for role in stem.children():
        role.kill()
        product.wait_for(
            lambda role=role: (
                role not in stem.children()
                and [len(each.children()) for each in stem.children()] == [2, 2]
            )
        )
    product.wait_for(lambda: product.status("/readyz") == 200)


def test_a_taken_port_is_refused_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refusal(incentive("up", "--data", "data", "--port", port, cwd=tmp_path))
    assert port in line
    assert "--port" in line


def test_a_directory_that_cannot_be_written_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    line = refusal(incentive("up", "--data", "file/data", "--port", "0", cwd=tmp_path))
    assert "file/data" in line


def test_a_command_without_an_instance_says_so_in_one_line(tmp_path):
    line = refusal(incentive("jurisdiction", "list", cwd=tmp_path))
    assert "incentive up" in line


def test_commands_find_the_running_instance(up, migrated_data, tmp_path):
    product = up(migrated_data).wait_until_ready()
    at = ["--data", str(product.data)]
    assert incentive("jurisdiction", "create", "dali", "大理", *at, cwd=tmp_path).returncode == 0
    listed = incentive("jurisdiction", "list", *at, cwd=tmp_path).stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["dali", "default"]
    assert incentive("migrate", *at, cwd=tmp_path).stdout == "Up to date: dali, default\n"


def test_servers_that_the_environment_names_are_used_instead(up, tmp_path):
    with running(tmp_path / "own", {}, fast=True) as own:
        product = up(
            INCENTIVE_DATABASE_URL=own.admin_database_url,
            INCENTIVE_REDIS_URL=own.redis_url,
        ).wait_until_ready()
        assert product.status("/readyz") == 200
        assert set(product.instance["children"]) == {"roles"}
        with psycopg.connect(own.admin_database_url) as connection:
            codes = connection.execute("SELECT code FROM public.jurisdictions").fetchall()
        assert codes == [("default",)]
        with redis.Redis.from_url(own.redis_url) as connection:
            product.wait_for(lambda: connection.scard("rq:workers") > 0)
        product.stop()
