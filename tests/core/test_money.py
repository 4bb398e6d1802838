from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.core.money import FEN_MAX, decimal_yuan, parse_yuan, yuan

AMOUNTS = st.integers(-FEN_MAX, FEN_MAX)


@given(AMOUNTS)
def test_what_is_written_reads_back_as_the_same_fen(fen):
    assert parse_yuan(yuan(fen)) == fen
    assert parse_yuan(f"￥{yuan(fen)}") == fen
    assert parse_yuan(f" {yuan(fen)} 元 ") == fen
    assert parse_yuan(yuan(fen).replace(",", "")) == fen


@given(AMOUNTS)
def test_a_number_of_yuan_is_exact(fen):
    assert decimal_yuan(fen) * 100 == fen
    assert decimal_yuan(fen) == Decimal(yuan(fen).replace(",", ""))


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text):
    try:
        fen = parse_yuan(text)
    except ValueError:
        return
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("12", 1200),
        ("12.5", 1250),
        ("12.05", 1205),
        ("1,234.56", 123456),
        ("-0.05", -5),
        ("−3.00", -300),
        ("+3.00", 300),
        ("¥-3.00", -300),
        ("-¥3.00", -300),
        ("１２．５０元", 1250),
        ("￥ 1,000,000.00", 100_000_000),
    ],
)
def test_amounts_as_banks_write_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1.",
        ".5",
        "1.234",
        "1e3",
        "1,23",
        "12,34.00",
        "--1",
        "-¥-1",
        "1 元 5",
        "٣",
        "NaN",
        "Infinity",
        "1.2.3",
        "10000000000.01",
    ],
)
def test_what_is_no_amount_of_whole_fen_is_refused(text):
    with pytest.raises(ValueError, match=r"amount in yuan|more than can"):
        parse_yuan(text)


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (100_000_000, "1,000,000.00")]
)
def test_amounts_as_people_read_them(fen, text):
    assert yuan(fen) == text
