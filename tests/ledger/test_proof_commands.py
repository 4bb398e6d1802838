import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from incentive.seals.commands import commands
from tests.ledger.sealed import post, seal


@pytest.fixture
def run(live):
    """A function that runs `incentive ledger …` on three sealed rows, two of them sealed early."""
    post(live, "a", "b")
    live.early = seal(live)[1]
    post(live, "c")
    seal(live)

    def run(*arguments):
        with live.app_context():
            return CliRunner().invoke(commands, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def key(run):
    return run("keys").output.split()[-1]


def test_an_export_is_written_and_proved(run, key, tmp_path):
    file, _note = tmp_path / "books", tmp_path / "note"
    done = run("export", file)
    assert (done.exit_code, done.output) == (
        0, f"rows 0 to 2 are in {file}, {file.stat().st_size:,} bytes\n",
    )  # fmt: skip
    done = run("verify", file, "--key", key)
    assert done.exit_code == 0, done.output
    assert "rows 0 to 2 of incentive/default/" in done.output
    assert "3 transactions with 6 entries, 0 audit records; 1 owners and 0 memos" in done.output


def test_the_plain_list_of_keys_is_a_file_to_verify_with(run, tmp_path):
    file, keys = tmp_path / "books", tmp_path / "public-keys"
    run("rotate-key")
    run("export", file)
    keys.write_text(run("keys", "--plain").output, encoding="ascii")
    assert len(keys.read_text(encoding="ascii").splitlines()) == 2
    done = run("verify", file, "--key", keys)
    assert done.exit_code == 0, done.output


def test_an_export_goes_on_from_a_checkpoint_file(live, run, key, tmp_path):
    file, note = tmp_path / "books", tmp_path / "note"
    note.write_text(live.early, encoding="utf-8")
    assert run("export", "--from", note, "--personal", file).output.startswith("rows 2 to 2 are")
    done = run("verify", file, "--key", key, "--since", note)
    assert done.exit_code == 0, done.output
    assert "2 owners and 1 memos opened" in done.output
    assert "what stood in the accounts before row 2 is the exporter's word" in done.output
    assert f"the rows of your checkpoint, {note}, are how it begins, unchanged" in done.output


def test_verifying_needs_no_database(run, key, tmp_path):
    file = tmp_path / "books"
    run("export", file)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("INCENTIVE_")}

    def verify(*arguments):
        command = [sys.executable, "-m", "incentive.cli", "ledger", "verify", *arguments]
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False
        ).returncode

    assert verify(file, "--key", key) == 0
    assert verify(file, "--key", key[:-3]) == 1
    assert verify(file) == 2


def test_what_is_not_proved_exits_with_1_and_the_reason(run, key, tmp_path):
    file = tmp_path / "books"
    run("export", file)
    file.write_bytes(file.read_bytes()[:-10])
    done = run("verify", file, "--key", key)
    assert (done.exit_code, done.stderr.startswith("NOT PROVED: the file ends")) == (1, True)


def test_an_export_that_fails_leaves_the_last_one_and_no_rest(live, run, tmp_path):
    file = tmp_path / "books"
    file.write_bytes(b"the last one")
    done = run("export", "--from", 99, file)
    assert done.exit_code == 1
    assert [each.name for each in tmp_path.iterdir()] == ["books"]
    assert file.read_bytes() == b"the last one"


@pytest.mark.parametrize("given", ["-1", "many", "no-such-file", "9" * 19, "9" * 5000])
def test_what_is_neither_a_number_nor_a_checkpoint_is_refused(run, tmp_path, given):
    for end in ("--from", "--to"):
        done = run("export", end, given, tmp_path / "books")
        assert done.exit_code == 2
        assert "neither a number nor a file with a checkpoint" in done.output


def test_a_checkpoint_of_a_day_before_all_days_is_none(run, tmp_path):
    note = tmp_path / "note"
    root = "A" * 43 + "="
    note.write_text(f"x\n1\n{root}\n0001-01-01T00:00:00+14:00\n\n\u2014 x AAAA\n", encoding="utf-8")
    done = run("export", "--from", note, tmp_path / "books")
    assert (done.exit_code, "neither a number nor" in done.output) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("--key", "{file}"), ("--key", "{key}", "--since", "{file}"), ("--key", "{dir}")]
)
def test_a_file_in_another_ones_place_is_refused_with_its_name(run, key, tmp_path, arguments):
    file = tmp_path / "books"
    run("export", file)
    done = run("verify", file, *(a.format(file=file, key=key, dir=tmp_path) for a in arguments))
    assert (done.exit_code, done.stderr.startswith("NOT PROVED: ")) == (1, True)
    assert str(tmp_path) in done.stderr
