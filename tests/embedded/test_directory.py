"""The data directory: whose it is, and what is kept in it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from incentive.embedded.directory import (
    SOCKET_FOLDER_BYTES_MAX,
    DataDirectory,
    default_data,
    remove_socket_folder,
)
from incentive.embedded.errors import StartError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def directory(tmp_path: Path):
    directory = DataDirectory(tmp_path / "data")
    yield directory
    directory.close()


def test_the_data_lies_below_the_present_folder_unless_told_otherwise():
    assert default_data({}) == Path("var")
    assert default_data({"INCENTIVE_DATA": "/srv/x"}) == Path("/srv/x")


def test_the_secret_is_made_once_and_is_its_owners_alone(directory):
    path = directory.secret_file()
    first = path.read_text()
    assert len(first.strip()) == 64
    assert mode(path) == 0o600
    assert directory.secret_file().read_text() == first


def test_the_master_key_is_made_once_and_is_not_the_secret(directory):
    path = directory.master_key_file()
    assert len(path.read_text().strip()) == 64
    assert mode(path) == 0o600
    assert directory.master_key_file().read_text() == path.read_text()
    assert path.read_text() != directory.secret_file().read_text()


def test_a_secret_that_was_cut_short_is_made_again(directory):
    (directory.root / "secret.new").write_text("ha")
    assert len(directory.secret_file().read_text().strip()) == 64


def test_only_one_process_holds_a_directory(directory):
    code = (
        "import sys, pathlib\n"
        "from incentive.embedded.directory import DataDirectory\n"
        "DataDirectory(pathlib.Path(sys.argv[1]))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(directory.root)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert f"Another instance (process {os.getpid()})" in other.stderr


def test_a_directory_that_was_let_go_can_be_held_again(directory):
    directory.close()
    DataDirectory(directory.root).close()


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="cannot be used: Not a directory") as refused:
        DataDirectory(tmp_path / "file" / "data")
    assert "\n" not in str(refused.value)


def test_sockets_lie_in_the_directory_when_the_path_is_short(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    directory = DataDirectory(tmp_path / "d")
    if len(os.fsencode(directory.root / "run")) > SOCKET_FOLDER_BYTES_MAX:
        pytest.skip("the temporary folder's own path is too long")
    folder = directory.socket_folder(None)
    assert folder == directory.root / "run"
    assert mode(folder) == 0o700
    directory.close()


def test_sockets_lie_in_a_short_private_folder_when_the_path_is_long(tmp_path):
    directory = DataDirectory(tmp_path / ("long" * 30))
    folder = directory.socket_folder(None)
    assert len(os.fsencode(folder)) <= SOCKET_FOLDER_BYTES_MAX
    assert mode(folder) == 0o700
    remove_socket_folder(folder)
    assert not folder.exists()
    directory.close()


def test_no_other_folder_is_ever_removed_as_a_socket_folder(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    remove_socket_folder(precious)
    link = tmp_path / "incentive-link"
    link.symlink_to(precious)
    remove_socket_folder(link)
    assert precious.is_dir()
