"""What the verifier proves of an export, and that it finds whatever is wrong with one."""

import ast
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import incentive.ledger.verifier
from incentive.ledger.export_format import Row
from incentive.ledger.verifier.exports import Verifier
from incentive.ledger.verifier.proofs import Wrong, read_keys
from tests.ledger import exported as sealed
from tests.ledger.exported import Account, books

FOLDER = Path(incentive.ledger.verifier.__file__).parent
KEYS = read_keys(sealed.verifier_key())
BOOKS = books()
OPENINGS = [(2, 2, 35, 20), (3, 2, 35, 20)]
WHOLE = BOOKS.export(memos=True)


def verify(data, keys=KEYS, since=None):
    return Verifier(keys, since).read(io.BytesIO(data))


def refusal(data, **options):
    with pytest.raises(Wrong) as refused:
        verify(data, **options)
    return str(refused.value)


def test_an_untouched_export_is_proved_and_counted():
    found = verify(WHOLE)
    assert (found.first, found.checkpoint.size, found.checkpoints) == (0, 9, 3)
    assert (found.transactions, found.entries, found.records) == (8, 16, 1)
    assert (found.owners, found.memos, found.waiting) == (2, 9, 0)


@pytest.mark.parametrize("size", [4, 6, 9])
def test_it_is_the_continuation_of_every_earlier_checkpoint(size):
    assert verify(WHOLE, since=BOOKS.notes[size]).checkpoint.size == 9


def test_an_export_may_begin_at_a_checkpoint():
    data = BOOKS.export(4, openings=OPENINGS)
    for size in (4, 6):
        found = verify(data, since=BOOKS.notes[size])
        assert (found.first, found.transactions, found.entries) == (4, 4, 8)


def test_exports_are_proved_one_after_the_other():
    verifier = Verifier(KEYS, BOOKS.notes[6])
    verifier.read(io.BytesIO(BOOKS.export(0, 4)))
    assert not verifier.compared
    verifier.read(io.BytesIO(BOOKS.export(4, 9, openings=OPENINGS)))
    assert verifier.compared
    assert verifier.books.whole


def test_an_export_that_does_not_go_on_where_the_last_ended_is_refused():
    verifier = Verifier(KEYS)
    verifier.read(io.BytesIO(BOOKS.export(0, 4)))
    with pytest.raises(Wrong, match="does not begin where the one before ended, at 4"):
        verifier.read(io.BytesIO(BOOKS.export(6)))


def test_opening_balances_are_not_believed_where_the_export_before_is_known():
    verifier = Verifier(KEYS)
    verifier.read(io.BytesIO(BOOKS.export(0, 4)))
    verifier.read(io.BytesIO(BOOKS.export(4, openings=[(2, 2, 99, 20), (3, 2, 99, 20)])))


def test_opening_balances_that_the_rows_belie_are_found():
    text = refusal(BOOKS.export(4, openings=[(2, 2, 36, 20), (3, 2, 35, 20)]))
    assert text.startswith("seq 4, transaction 5: account 2 had 36 at version 2; after -10 it")


# Damage anywhere


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_byte_changed_anywhere_is_found(at, change):
    data = bytearray(WHOLE)
    data[at] ^= change
    refusal(bytes(data))


def test_a_file_cut_short_anywhere_is_refused():
    for size in range(len(WHOLE)):
        refusal(WHOLE[:size])


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=400))
def test_bytes_slipped_in_anywhere_are_found(at, more):
    data = WHOLE[:at] + more + WHOLE[at:]
    if data != WHOLE:
        refusal(data)


def test_what_follows_the_last_line_is_refused():
    assert refusal(WHOLE + b"\n") == "the file goes on where it should end"
    assert refusal(WHOLE + b"x") == "the file ends within a line, or goes on where it should end"


def test_a_damaged_file_is_told_from_changed_books():
    assert refusal(WHOLE.replace(b'at":"2026', b'at":"2025')).startswith(
        "the file is damaged beside"
    )
    assert refusal(WHOLE[:-2000]).endswith("the file ends before this row does")
    assert refusal(b"hello\n") == "the file is damaged: a line is not JSON"


# Rows


def rows_with(change):
    rows = BOOKS.rows(0, 9)
    change(rows)
    return refusal(BOOKS.export(rows=rows))


def test_a_dropped_row_is_found_between_its_checkpoints():
    text = rows_with(lambda rows: rows.pop(2))
    assert text.startswith("rows 0 to 3 do not give the root of its checkpoint of 4 rows")


def test_two_rows_swapped_are_found_and_the_first_named():
    def swap(rows):
        rows[1], rows[3] = rows[3], rows[1]

    assert "out of the order of sealing: seq 1, transaction 4" in rows_with(swap)


def test_a_row_slipped_in_is_named():
    text = rows_with(lambda rows: rows.insert(2, rows[1]))
    assert text.startswith("seq 2, transaction 2: account 3 had 15 at version 1; after +15 it")


def test_a_transaction_between_stations_may_not_come_twice():
    leaf = sealed.transaction_leaf(2, [(A, -5, -1, -1), (replace(A, id=5), 5, -1, -1)])
    assert refusal(ledger(AWARD, leaf, leaf)) == "seq 2, transaction 2: it was here before"


def test_a_row_changed_after_sealing_is_named_with_what_no_longer_adds_up():
    def pay_more(rows):
        leaf = bytearray(rows[1].leaf)
        leaf[-47 - 24 - 1] ^= 0
        at = leaf.index((15).to_bytes(8, "big"))
        leaf[at : at + 8] = (16).to_bytes(8, "big")
        rows[1] = rows[1]._replace(leaf=bytes(leaf))

    text = rows_with(pay_more)
    assert text == (
        "seq 1, transaction 2: was changed after it was sealed: its entries sum to 1 points, not to 0"
    )


def test_a_row_changed_with_its_sealed_hash_is_found_between_its_checkpoints():
    leaf = BOOKS.leaves[6].replace(b"record:6", b"record:7")
    assert leaf != BOOKS.leaves[6]
    text = rows_with(lambda rows: rows.__setitem__(6, Row("T", 6, sealed.leaf_hash(leaf), leaf)))
    assert text.startswith("rows 6 to 8 do not give the root of its checkpoint of 9 rows")


def test_a_sealed_hash_rewritten_beside_an_untouched_row_is_named():
    text = rows_with(lambda rows: rows.__setitem__(3, rows[3]._replace(hash=bytes(32))))
    assert text.startswith("seq 3, transaction 4: was changed after it was sealed")
    assert text.endswith("(or rather its sealed hash: the root fits)")


@pytest.mark.parametrize(("seq", "row"), [(0, "transaction 1"), (5, "audit record 1")])
def test_a_row_that_is_gone_from_the_books_is_named(seq, row):
    text = rows_with(lambda rows: rows.__setitem__(seq, rows[seq]._replace(leaf=None)))
    assert text.startswith(f"seq {seq}, {row}: is gone from the books")


def test_an_opened_memo_that_was_not_sealed_is_found():
    rows = BOOKS.rows(0, 9, memos=True)
    rows[2] = rows[2]._replace(opening=sealed.memo_opening(reason="another"))
    text = refusal(BOOKS.export(rows=rows))
    assert text == "seq 2, transaction 3: its opened memo, who and why, is not what was sealed"


# What the seals cannot excuse: rows that were sealed as they are, and are wrong


def ledger(*leaves):
    made = sealed.Sealed(leaves=list(leaves), openings=[b""] * len(leaves))
    made.checkpoint()
    return made.export()


A, B, C = Account(1, "region:1", 3), Account(2, "person:2", 1), Account(3, "person:3", 1)
FEN = Account(4, "sponsor:4", 8, asset=3)
AWARD = sealed.transaction_leaf(1, [(A, -5, -1, -1), (B, 5, 5, 1)])


def second(*lines, **options):
    return sealed.transaction_leaf(2, lines, **options)


@pytest.mark.parametrize(
    ("leaf", "what"),
    [
        (second((A, -5, -1, -1), (B, 6, 11, 2)), "its entries sum to 1 points, not to 0"),
        (second((A, -5, -1, -1), (FEN, 5, -1, -1)), "sum to -5 points and 5 fen, not to 0"),
        (second((A, 0, -1, -1), (B, 0, 5, 2)), "entry 1 has number 1 and amount 0"),
        (second((A, -5, -1, -1)), "its entries sum to -5 points, not to 0"),
        (second(), "it has not two entries or more"),
        (second((A, -5, -1, -1), (B, 5, 11, 2)), "account 2 had 5 at version 1; after \\+5 it"),
        (second((A, -5, -1, -1), (B, 5, 10, 1)), "account 2 had 5 at version 1"),
        (second((A, -5, -1, -1), (B, 5, -1, -1)), "account 2 had 5 at version 1"),
        (second((A, 9, -1, -1), (B, -9, -4, 2)), "account 2 had 5 at version 1; after -9 it"),
        (second((A, -5, 0, 1), (C, 5, 5, 1)), "entry 1 has a balance that is not kept"),
        (second((replace(A, owner="region:2"), -5, -1, -1), (B, 5, 10, 2)), "account 1 has another"),
        (second((replace(A, purpose=6), -5, -1, -1), (B, 5, 10, 2)), "account 1 has another owner"),
        (second((replace(A, id=9, purpose=10), -5, -1, -1), (B, 5, 10, 2)), "no known asset and"),
        (second((A, -5, -1, -1), (B, 5, 10, 2), closes=2), "it closes transaction 2, which is no"),
        (second((A, -5, -1, -1), (B, 5, 10, 2), closes=-1), "it closes transaction -1, which is"),
        (AWARD, "it was here before|account 2 had 5"),
        (b"T\2" + AWARD[2:], "is of no known kind and version"),
        (b"Q\1" + AWARD[2:], "is of no known kind and version"),
        (AWARD[:-1], "is no transaction of version 1"),
        (sealed.audit_leaf(2) + b"x", "is no audit record of version 1"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_although_it_was_sealed(leaf, what):
    assert re.search(
        f"^seq 1, (transaction|audit record|row) -?\\d+: .*({what})", refusal(ledger(AWARD, leaf))
    )


def test_a_hold_closed_twice_is_named():
    again = sealed.transaction_leaf(3, [(A, -5, -1, -1), (B, 5, 15, 3)], closes=1)
    once = second((A, -5, -1, -1), (B, 5, 10, 2), closes=1)
    assert refusal(ledger(AWARD, once, again)).startswith(
        "seq 2, transaction 3: it closes transaction 1, which was closed before"
    )


def test_points_and_fen_may_move_in_one_transaction_if_each_sums_to_zero():
    budget = replace(FEN, id=5, owner="sponsor:5")
    leaf = second((A, -5, -1, -1), (FEN, 7, -1, -1), (B, 5, 10, 2), (budget, -7, -1, -1))
    assert verify(ledger(AWARD, leaf)).entries == 6


# A writer that was slower is sealed later


EARLY = [
    sealed.transaction_leaf(3, [(A, -1, -1, -1), (B, 1, 6, 3)], closes=2),
    sealed.transaction_leaf(1, [(A, -2, -1, -1), (B, 2, 2, 1)]),
    sealed.transaction_leaf(2, [(A, -3, -1, -1), (B, 3, 5, 2)]),
]


def test_rows_sealed_before_those_on_which_they_build_are_no_fault():
    assert verify(ledger(*EARLY)).waiting == 0


def test_what_is_still_missing_is_waited_for():
    found = verify(ledger(*EARLY[:2]))
    assert found.waiting == 2


def test_what_is_missing_for_longer_than_any_writer_takes_is_named():
    made = sealed.Sealed(leaves=EARLY[:2], openings=[b"", b""])
    made.checkpoint(at=sealed.T0 + timedelta(days=1, seconds=1))
    assert re.match(
        "seq 0, transaction 3: (transaction 2|version 2 of account 2), on which it builds, is missing",
        refusal(made.export()),
    )


def test_what_comes_late_must_fit_all_the_same():
    late = sealed.transaction_leaf(2, [(A, -4, -1, -1), (B, 4, 6, 2)])
    assert refusal(ledger(*EARLY[:2], late)).startswith("seq 0, transaction 3: account 2 had 6 at")


def test_an_export_knows_what_was_sealed_early_before_it_began():
    made = sealed.Sealed()
    for leaf in EARLY[:2]:
        made.add(leaf)
    made.checkpoint()
    made.add(EARLY[2])
    made.add(sealed.transaction_leaf(4, [(A, -1, -1, -1), (B, 1, 7, 4)]))
    made.checkpoint(at=sealed.T0 + timedelta(days=2))
    assert verify(made.export(2, openings=[(2, 1, 2, 2), (2, 3, 6, 1)])).waiting == 0
    assert "version 3 of account 2" in refusal(made.export(2, openings=[(2, 1, 2, 2)]))


# Whose checkpoints


def test_a_wrong_key_is_refused():
    keys = read_keys(sealed.verifier_key(sealed.OTHER_KEY))
    assert (
        refusal(WHOLE, keys=keys)
        == f"checkpoint 9 of {sealed.ORIGIN} is not signed by the key given"
    )


def test_another_jurisdictions_key_and_checkpoint_are_refused():
    elsewhere = read_keys(sealed.verifier_key(sealed.OTHER_KEY, "incentive.test/ledger/second"))
    assert (
        "another ledger, incentive.test/ledger/default; the key is of incentive.test/ledger/second"
        in (refusal(WHOLE, keys=elsewhere))
    )
    theirs = sealed.note(
        4, bytes(32), keys=(sealed.OTHER_KEY,), origin="incentive.test/ledger/second"
    )
    assert refusal(WHOLE, keys=[*KEYS, *elsewhere], since=theirs) == (
        "your checkpoint is of incentive.test/ledger/second, this of incentive.test/ledger/default"
    )


def test_another_history_under_the_true_key_is_found_by_an_earlier_checkpoint():
    other = books()
    other.leaves[1] = other.leaves[1].replace(b"record:2", b"record:9")
    for size in (4, 6, 9):
        other.notes[size] = sealed.note(size, sealed.root(other.hashes(size)))
    assert verify(other.export()).transactions == 8
    assert refusal(other.export(), since=BOOKS.notes[4]).startswith(
        "rows 0 to 3 do not give the root of your checkpoint of 4 rows"
    )
    assert refusal(other.export(4, openings=OPENINGS), since=BOOKS.notes[4]).startswith(
        "the rows before 4 do not give the root of your checkpoint of 4 rows"
    )


def test_a_checkpoint_from_before_the_file_is_refused_with_the_way_out():
    assert refusal(BOOKS.export(6), since=BOOKS.notes[4]) == (
        "your checkpoint is of 4 rows, and this file begins only with row 6:"
        " export from your checkpoint, or from before it"
    )


def test_a_replaced_checkpoint_in_the_file_is_found():
    forged = sealed.note(6, bytes(32), keys=(sealed.OTHER_KEY,))
    notes = [BOOKS.notes[4], forged, BOOKS.notes[9]]
    assert "checkpoint 6" in refusal(BOOKS.export(checkpoints=notes))
    known = [sealed.verifier_key(), sealed.verifier_key(sealed.OTHER_KEY)]
    assert refusal(BOOKS.export(checkpoints=notes, keys=known)).startswith(
        "rows 4 to 5 do not give the root of its checkpoint of 6 rows"
    )


def test_older_checkpoints_may_be_signed_by_a_key_that_the_file_names():
    older = sealed.note(4, sealed.root(BOOKS.hashes(4)), keys=(sealed.OTHER_KEY,))
    known = [sealed.verifier_key(), sealed.verifier_key(sealed.OTHER_KEY)]
    assert verify(BOOKS.export(checkpoints=[older, BOOKS.notes[9]], keys=known)).checkpoints == 2


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"checkpoints": []}, "no checkpoint"),
        ({"checkpoints": [BOOKS.notes[6], BOOKS.notes[4], BOOKS.notes[9]]}, "not in the order"),
        ({"checkpoints": [BOOKS.notes[6]]}, "does not say what its last checkpoint says"),
        ({"origin": "elsewhere"}, "does not say what its last checkpoint says"),
        ({"frontier": [bytes(32)]}, "0 rows have 0 full subtrees, not 1"),
        ({"consistency": (4, [bytes(32)] * 2)}, "the consistency proof does not hold"),
        ({"consistency": (5, [])}, "the consistency proof is of no checkpoint here"),
        ({"keys": ["nonsense"]}, "nonsense.* no Ed25519 verifier key|not base64"),
    ],
)
def test_a_header_that_does_not_hold_together_is_refused(changes, what):
    assert re.search(what, refusal(BOOKS.export(**changes)))


def test_a_trailer_from_another_export_is_refused():
    other = books()
    other.post((Account(9, "region:9", 3), -1), (Account(10, "person:10", 1), 1))
    other.checkpoint()

    def split(data):
        cut = data.index(b'{"owner"')
        return data[:cut], data[cut:]

    (ours, _), (_, theirs) = split(BOOKS.export()), split(other.export())
    assert refusal(ours + theirs) == "no account here is committed to the owner 'region:9'"
    (ours, _), (_, theirs) = split(BOOKS.export()), split(BOOKS.export(4, openings=OPENINGS))
    assert refusal(ours + theirs) == "the file is damaged beside its rows: its sum does not fit"


def test_owners_are_believed_only_when_their_accounts_are_committed_to_them():
    made = books()
    made.owners["station:rich", b"salt"] = None
    assert refusal(made.export()) == "no account here is committed to the owner 'station:rich'"


# By itself


def test_the_verifier_imports_the_standard_library_and_cryptography_alone():
    allowed = sys.stdlib_module_names | {"cryptography"}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [] if node.level == 1 else [node.module]
            else:
                continue
            assert {name.partition(".")[0] for name in names} <= allowed, path.name


def run_alone(folder, *arguments):
    shutil.copytree(FOLDER, folder / "verifier", dirs_exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "verifier", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_copied_anywhere_it_runs_from_the_command_line(tmp_path):
    for name, content in {"a": BOOKS.export(0, 4), "b": BOOKS.export(4, openings=OPENINGS)}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "note").write_text(BOOKS.notes[6], encoding="utf-8")
    (tmp_path / "key").write_text(sealed.verifier_key(), encoding="utf-8")
    done = run_alone(tmp_path, "a", "b", "--key", "key", "--since", "note")
    assert (done.returncode, done.stderr) == (0, "")
    assert "rows 4 to 8 of incentive.test/ledger/default are as they were sealed" in done.stdout
    assert "the rows of your checkpoint, note, are how it begins" in done.stdout
    done = run_alone(tmp_path, "b", "--key", sealed.verifier_key())
    assert "what stood in the accounts before row 4 is the exporter's word" in done.stdout


def test_it_exits_with_1_and_the_reason(tmp_path):
    (tmp_path / "a").write_bytes(WHOLE[:-1])
    done = run_alone(tmp_path, "a", "--key", sealed.verifier_key())
    assert done.returncode == 1
    assert done.stderr.startswith("NOT PROVED: the file ends")
    done = run_alone(tmp_path, "none", "--key", sealed.verifier_key())
    assert done.returncode == 1


def test_a_checkpoint_past_the_end_of_the_files_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(BOOKS.export(0, 4))
    (tmp_path / "note").write_text(BOOKS.notes[6], encoding="utf-8")
    done = run_alone(tmp_path, "a", "--key", sealed.verifier_key(), "--since", "note")
    assert (done.returncode, "your checkpoint is of more rows" in done.stderr) == (1, True)
