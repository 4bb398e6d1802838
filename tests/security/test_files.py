"""Files that come in are read within limits and as what they are; files that go out run nothing."""

import csv
import io
import re
import zipfile

import pytest
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from incentive.core.db import transaction
from incentive.merchants.csv_reading import FILE_BYTES_MAX, ROWS_MAX
from tests.security import world
from tests.security.urls import addresses

OWN = {"Origin": "http://localhost"}
HEAD = "日期,金额,附言,对方户名\n"
ROW = "2026-10-31,1.00,MS-1,便利店\n"


@pytest.fixture
def here(books):
    with transaction():
        return world.build()


@pytest.fixture
def sending(client, here):
    """A function that sends a bank's file by the form; returns the status."""

    def send(content, name="bank.csv", kind="text/csv"):
        return post(
            client, here, {"file": FileStorage(io.BytesIO(content), name, content_type=kind)}
        ).status_code

    return send


def post(client, here, fields):
    # Encoded here, for the test's client would leave a large one's file open.
    boundary, body = encode_multipart(fields | {"region": here.community.code})
    kind = f'multipart/form-data; boundary="{boundary}"'
    headers = here.headers | OWN
    return client.post("/bank/preview", data=body, content_type=kind, headers=headers)


def bomb():
    """Ten megabytes in ten kilobytes, as a workbook is packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 10_000_000)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_banks_file_is_read_in_the_encodings_that_banks_use(sending, encoding):
    assert sending((HEAD + ROW).encode(encoding)) == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        (HEAD + ROW).encode("utf-16"),
        bomb(),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
        b"<html><script>alert(1)</script></html>",
        HEAD.encode(),
        (HEAD + ROW * (ROWS_MAX + 1)).encode(),
        ("日" * 200_000).encode(),
        b'"' * 200_000,
        b"a," * 140_000,
    ],
    ids=["empty", "nulls", "wide", "bomb", "picture", "page", "no rows", "rows", "one cell",
         "quotes", "columns"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(sending, content):
    assert sending(content) == 422


@pytest.mark.parametrize("kind", ["text/html", "application/x-msdownload", "image/png", "x"])
def test_what_a_sender_calls_the_file_counts_for_nothing(sending, kind):
    assert sending((HEAD + ROW).encode(), name="../../etc/passwd", kind=kind) == 200
    assert sending(bomb(), name="bank.csv", kind="text/csv") == 422


def test_a_file_that_is_too_large_is_not_even_read(sending):
    assert sending(b"x" * (FILE_BYTES_MAX + 1)) == 422
    assert sending(b"x" * (1024 * 1024)) == 413


def test_a_form_of_too_many_parts_is_refused(client, here):
    assert post(client, here, {f"f{n}": "x" for n in range(2000)}).status_code == 413


# What a spreadsheet would run, each with a word to find it by.
FORMULAS = ["=wz9k()", "+wz9k", "-wz9k", "@wz9k", "\twz9k", "\rwz9k", "＝wz9k"]
NAMED = ("items.name", "stations.name", "merchants.name", "sponsors.name", "activities.title",
         "regions.name")  # fmt: skip


def cells_of(content):
    if not content.startswith(b"PK"):
        return [
            cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row
        ]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if ".xml" in name}
    for name, part in parts.items():
        # A formula stands in an element of its own; a text is a text, whatever it begins with.
        assert not re.search(r"<f[ >]", part), name
        assert "externalLink" not in name
        assert "<ddeLink" not in part
    return []


@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
def test_no_export_has_a_cell_that_a_spreadsheet_runs(books, client, here, formula):
    with transaction() as session:
        for place in NAMED:
            table, _, column = place.partition(".")
            session.execute(text(f"UPDATE {table} SET {column} = :f || ctid"), {"f": formula})
    seen = 0
    for address in addresses(books, here.ids):
        if address.method != "GET" or not re.search(r"\.(csv|xlsx)$", address.path):
            continue
        with client.get(address.path, headers=here.headers) as answer:
            if answer.status_code != 200:
                continue
            seen += 1
            content = answer.get_data()
        for cell in cells_of(content):
            assert "wz9k" not in cell or cell.startswith("'"), (str(address), cell)
    assert seen >= 5
