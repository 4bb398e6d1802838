"""Banks' files as they come: encodings, headings, dates and amounts; a bad row is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.core.money import yuan
from incentive.merchants.csv_reading import FILE_BYTES_MAX, BankLine, Unreadable, read
from incentive.merchants.payment_errors import BankColumnsMissing, BankFileUnreadable

TODAY = date(2026, 11, 20)
ENGLISH = "date,amount,reference,counterparty\n"
CHINESE = "交易日期,支出金额（元）,附言,对方户名\n"
ROW = '2026-11-01,"1,234.56",JS000042 货款,翠湖便利店\n'
LINE = BankLine(2, date(2026, 11, 1), 123_456, "JS000042 货款", "翠湖便利店")


def lines(text, encoding="utf-8"):
    return read(text.encode(encoding), TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("head", [ENGLISH, CHINESE, "Date;Amount;Reference;Counterparty\n"])
def test_a_file_is_read_in_either_encoding_and_language(encoding, head):
    row = (
        ROW.replace(",翠", ";翠").replace("-01,", "-01;").replace('",', '";')
        if ";" in head
        else ROW
    )
    assert lines(head + row, encoding) == [LINE]


def test_rare_characters_come_through_gb18030():
    (row,) = lines(CHINESE + "2026-11-01,1,JS1,喆镕𠮷野家\n", "gb18030")
    assert row.counterparty == "喆镕𠮷野家"


@pytest.mark.parametrize(
    "day",
    ["2026-11-01", "2026/11/1", "20261101", "2026年11月1日", "2026.11.01", "2026-11-01 09:30:00"],
)
def test_days_as_banks_write_them(day):
    assert lines(f"{ENGLISH}{day},1.00,x,y\n")[0].day == date(2026, 11, 1)


def test_what_stands_before_the_headings_and_the_sums_after_the_rows_are_left_out():
    text = f"网上银行交易明细,,,\n账号：,6222,,\n\n{CHINESE}{ROW}\n,,,\n合计：,1234.56,,\n"
    assert [row.fen for row in lines(text)] == [123_456]


def test_columns_stand_in_any_order_among_others():
    text = "序号\t收款人\t金额(元)\t余额\t备注\t记账日期\n1\t翠湖便利店\t`1234.56\t9\tJS000042 货款\t20261101\t\n"
    assert lines(text) == [LINE]


def test_two_like_payments_are_two_and_have_hashes_of_their_own():
    first, second = lines(ENGLISH + ROW + ROW)
    assert first.hash != second.hash
    (again,) = lines(CHINESE + "\n\n" + ROW)
    assert again.hash == first.hash


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-13-01,1.00,x,y", "is no date"),
        (",1.00,x,y", "is no date"),
        ("2026-11-21,1.00,x,y", "still to come"),
        ("2026-11-01,1.005,x,y", "is no amount"),
        ("2026-11-01,,x,y", "is no amount"),
        ("2026-11-01,1e3,x,y", "is no amount"),
        ("2026-11-01,0.00,x,y", "above zero"),
        ("2026-11-01,-5.00,x,y", "above zero"),
        (f"2026-11-01,1.00,{'x' * 201},y", "too long"),
        ("2026-11-01,1.00,a\x00b,y", "too long"),
        ("2026-11-01", "is no amount"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line_and_reason(row, why):
    good, bad = lines(ENGLISH + ROW + row + "\n")
    assert good == LINE
    assert isinstance(bad, Unreadable)
    assert (bad.line, why in str(bad.why)) == (3, True), str(bad.why)


@pytest.mark.parametrize(
    ("head", "row", "fen"),
    [
        ("日期,借方发生额,贷方发生额,摘要,对方户名", "2026-11-01,,30.00,JS1,甲", -3000),
        ("日期,借方发生额,贷方发生额,摘要,对方户名", "2026-11-01,0.00,30.00,JS1,甲", -3000),
        ("日期,借方发生额,贷方发生额,摘要,对方户名", "2026-11-01,30.00,,JS1,甲", 3000),
        ("日期,借方发生额,贷方发生额,摘要,对方户名", "2026-11-01,30.00,0.00,JS1,甲", 3000),
        ("交易时间,收/支,金额,备注,交易对方", "2026-11-01,收入,30.00,JS1,甲", -3000),
        ("交易时间,收/支,金额,备注,交易对方", "2026-11-01,支出,30.00,JS1,甲", 3000),
    ],
)
def test_what_came_in_is_below_zero(head, row, fen):
    assert [line.fen for line in lines(f"{head}\n{row}\n")] == [fen]


def test_a_row_that_does_not_say_which_way_it_went_is_named():
    (bad,) = lines("日期,收/支,金额,备注,对方\n2026-11-01,不计收支,30.00,JS1,甲\n")
    assert "不计收支" in str(bad.why)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\xd8", b"x" * (FILE_BYTES_MAX + 1)])
def test_what_is_no_table_is_refused(content):
    with pytest.raises((BankFileUnreadable, BankColumnsMissing)):
        read(content, TODAY)


def test_headings_without_rows_are_no_payments():
    with pytest.raises(BankFileUnreadable):
        lines(ENGLISH)


def test_the_columns_that_lack_are_named():
    with pytest.raises(BankColumnsMissing) as refused:
        lines("date,amount,note\n2026-11-01,1,x\n")
    assert "Reference" in str(refused.value)
    assert "Counterparty" in str(refused.value)
    assert "Amount" not in str(refused.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        read(content, TODAY)
    except (BankFileUnreadable, BankColumnsMissing):
        return


PLAIN = st.text(st.characters(codec="gb18030", categories=("L", "N", "P")), max_size=20).map(
    lambda text: text.strip(" \t\u3000'`")
)


@given(
    st.lists(st.tuples(st.integers(1, 10**10), PLAIN, PLAIN), min_size=1, max_size=20),
    st.sampled_from(("utf-8", "utf-8-sig", "gb18030")),
)
def test_what_is_written_as_a_file_reads_back(payments, encoding):
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["日期", "金额", "附言", "对方户名"])
    writer.writerows(["2026-11-01", yuan(fen), ref, who] for fen, ref, who in payments)
    found = read(out.getvalue().encode(encoding), TODAY)
    assert [(row.fen, row.reference, row.counterparty) for row in found] == payments
    assert len({row.hash for row in found}) == len(found)
