"""docs/ledger.md is enough to write a reader from: one that was is held against the product."""

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest

from incentive.core import clock
from incentive.core.db import snapshot, transaction
from incentive.ledger import exporting, notes, receipting, seal_keys
from incentive.ledger import service as ledger
from tests.ledger import exported, independent_reader
from tests.ledger.sealed import post, post_many, seal
from tests.ledger.test_postings import TODAY, award

READER = Path(independent_reader.__file__)


@pytest.fixture
def books(live):
    """Sealed at 3, at 304 (past a kept tile of the tree) and at 306 rows, with the key's text."""
    post(live, "a", "b", "c")
    seal(live)
    post_many(live, 301)
    seal(live)
    with live.app_context(), transaction():
        ledger.post([award("person:a", 7, "more")])
        ledger.hold(key="h", owner="person:a", amount=9, source="o", actor="柜台", today=TODAY)
    seal(live)
    with live.app_context(), transaction():
        (key,) = seal_keys.all_keys()
    live.key = notes.verifier_key(key.name, key.public_key)
    return live


def export(app, first, last=None):
    file = io.BytesIO()
    with app.app_context(), snapshot():
        exporting.export(exporting.span(first, last), file, clock.now(), personal=False)
    return file.getvalue()


@pytest.mark.parametrize(("first", "last", "begins"), [(0, None, 3), (3, None, 3), (3, 304, 3),
                                                       (300, None, 300), (304, None, 304)])  # fmt: skip
def test_it_proves_that_the_tree_only_grew(books, first, last, begins):
    header, leaves, _ = independent_reader.read_export(export(books, first, last), books.key)
    assert header["consistency"][0] == begins
    assert (header["from"], len(leaves)) == (first, (last or 306) - first)


@pytest.mark.parametrize("transaction_id", [1, 3, 150, 305, 306])
def test_it_proves_that_a_transaction_is_in_the_tree(books, transaction_id):
    with books.app_context(), transaction():
        owner = {1: "person:a", 3: "person:c", 150: "person:m146"}.get(transaction_id, "person:a")
        made, _ = receipting.receipt(transaction_id, owner)
    for text in (made.json().decode(), made.code()):
        seq, lines, _ = independent_reader.read_receipt(text, books.key)
        assert seq == transaction_id - 1
        assert {line[0] for line in lines} >= {owner}


def test_it_reads_what_a_receipt_says(books):
    with books.app_context(), transaction():
        made, _ = receipting.receipt(306, "person:a")
    _, lines, memo = independent_reader.read_receipt(made.code(), books.key)
    assert lines == [("person:a", 1, 1, -9, 3), ("person:a", 1, 2, 9, 9)]
    assert memo == ("柜台", "")


def test_it_refuses_what_was_changed(books):
    data = export(books, 3)
    at = data.index(b"record:m7")
    with pytest.raises(AssertionError):
        independent_reader.read_export(data[:at] + b"record:m8" + data[at + 9 :], books.key)
    other = exported.verifier_key(exported.OTHER_KEY, books.key.split("+")[0])
    with pytest.raises(AssertionError, match="not signed by this key"):
        independent_reader.read_export(data, other)


def test_it_imports_nothing_of_the_product():
    for node in ast.walk(ast.parse(READER.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            for name in names:
                top = name.partition(".")[0]
                assert top == "cryptography" or top in sys.stdlib_module_names, name


def test_it_runs_by_itself(books, tmp_path):
    (tmp_path / "books").write_bytes(export(books, 0))
    with books.app_context(), transaction():
        (tmp_path / "receipt").write_bytes(receipting.receipt(306, "person:a")[0].json())
    arguments = [tmp_path / "books", books.key, tmp_path / "receipt"]
    done = subprocess.run(
        [sys.executable, "-I", READER, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("306 rows of incentive/default/")
    assert "row 305: " in done.stdout
