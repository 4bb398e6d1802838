from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from incentive.core.arrays import bytes_array, id_array, plain_array, text_array
from incentive.core.db import session

ODD = ["", "NULL", "a,b", '"', "\\", '\\"', "{}", " a ", "积分", "'", "a\nb", "%s", ":x"]


def read(literal, kind):
    return session().scalar(text(f"SELECT CAST(:literal AS {kind}[])"), {"literal": literal})


@pytest.mark.parametrize(
    "values", [ODD, ["plain", "", "NULL", "a,b"], [""], [], *([v] for v in ODD)]
)
def test_texts_arrive_as_they_were(tx, values):
    assert read(text_array(values), "text") == values


def test_bytes_arrive_as_they_were(tx):
    values = [b"", bytes(range(256)), b"\\x00"]
    assert read(bytes_array(values), "bytea") == values


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, -2, None, 2**62]),
        ("date", [date(2026, 11, 24), date.max, None]),
        ("bigint", []),
    ],
)
def test_numbers_and_days_arrive_as_they_were(tx, kind, values):
    assert read(plain_array(values), kind) == values


def test_ids_arrive_as_they_were(tx):
    values = [UUID(int=7), UUID(int=2**128 - 1)]
    assert read(id_array(values), "uuid") == values
