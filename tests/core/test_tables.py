"""Files that people send as tables: what is read in them, and what is refused."""

import io
import zipfile

import pytest
import xlsxwriter

from incentive.core.tables import (
    Mark,
    TableTooLarge,
    TableUnreadable,
    WorkbookProtected,
    check_kind,
    find_headings,
    read_table,
)

NAMES = {"name": frozenset({"姓名", "name"}), "phone": frozenset({"手机号", "phone"})}


def workbook(fill):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    fill(book)
    book.close()
    return file.getvalue()


def sheet_of(fill):
    return workbook(lambda book: fill(book.add_worksheet()))


def rows_of(content):
    return list(read_table(content).rows)


def changed(content, name, old, new):
    """The same workbook with something else in one of its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for entry in before.namelist():
            data = before.read(entry)
            if entry == name:
                assert old in data
                data = data.replace(old, new)
            after.writestr(entry, data)
    return file.getvalue()


def plain_sheet():
    return sheet_of(lambda sheet: sheet.write_row(0, 0, ["姓名", "手机号"]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_csv_is_read_in_any_encoding_and_however_its_columns_are_parted(encoding, delimiter):
    text = f"姓名{delimiter}手机号\n张䶮{delimiter}13812345678\n"
    rows = rows_of(text.encode(encoding))
    assert [row.cells for row in rows] == [["姓名", "手机号"], ["张䶮", "13812345678"]]
    assert rows[1].line == 2


def test_headings_are_found_in_any_order_below_a_title():
    rows = [["志愿者名单", ""], ["", ""], ["*手机号（11 位）", "姓 名"], ["13812345678", "张三"]]
    assert find_headings(rows, NAMES) == (3, {"phone": 0, "name": 1})


def test_a_number_keeps_its_digits_or_says_that_they_are_lost():
    def fill(sheet):
        sheet.write_row(0, 0, [13812345678, 1.5, 530102199001010011, "530102199001010011"])

    (row,) = rows_of(sheet_of(fill))
    assert row.cells[:2] == ["13812345678", "1.5"]
    assert row.cells[3] == "530102199001010011"
    assert row.marks == {2: Mark.ROUNDED}


def test_a_merged_cell_counts_for_all_that_it_covers_and_says_so():
    def fill(sheet):
        sheet.merge_range(0, 0, 0, 2, "名单")
        for number in range(1, 4):
            sheet.write(number, 0, f"人{number}")
        sheet.merge_range(1, 1, 3, 1, "翠湖社区")

    rows = rows_of(sheet_of(fill))
    assert [row.cells[1] for row in rows[1:]] == ["翠湖社区"] * 3
    assert [row.marks.get(1) for row in rows[1:]] == [None, Mark.MERGED, Mark.MERGED]
    assert rows[0].cells == ["名单"] * 3


def test_a_row_in_which_only_a_merged_cell_reaches_down_is_blank():
    def fill(book):
        book.add_worksheet().merge_range(0, 0, 5, 0, "翠湖社区", book.add_format({"bold": True}))

    assert [row.is_blank for row in rows_of(workbook(fill))] == [False] + [True] * 5


def test_what_programs_put_around_a_number_is_taken_off():
    rows = rows_of("姓名,手机号\n张三,13812345678\t\n李四,'13812345679\n".encode())
    assert [row.cells[1] for row in rows[1:]] == ["13812345678", "13812345679"]


def test_of_a_formula_the_value_counts_that_was_shown_last():
    def fill(sheet):
        sheet.write_formula(0, 0, "=1+1", None, "2")
        sheet.write_formula(0, 1, "=A9", None, "")
        sheet.write_formula(0, 2, "=1/0", None, "#DIV/0!")

    (row,) = rows_of(sheet_of(fill))
    assert row.cells[0] == "2"
    assert row.marks == {1: Mark.EMPTY_FORMULA, 2: Mark.FAULTY}


def test_a_hidden_sheet_is_not_read_and_further_ones_are_counted():
    def fill(book):
        hidden, seen, other = (book.add_worksheet(name) for name in ("藏", "名单", "别的"))
        seen.activate()
        hidden.hide()
        hidden.write(0, 0, "x")
        seen.write(0, 0, "张三")
        other.write(0, 0, "y")

    table = read_table(workbook(fill))
    assert table.sheets_left == 1
    assert [row.cells for row in table.rows] == [["张三"]]


def test_rich_texts_and_days_from_1904_are_read():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_rich_string(0, 0, book.add_format({"bold": True}), "张", "三")

    content = workbook(fill)
    assert rows_of(content)[0].cells == ["张三"]
    old = changed(content, "xl/workbook.xml", b"<workbookPr ", b'<workbookPr date1904="1" ')
    assert read_table(old).starts_1904


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_part_with_a_dtd_or_entities_is_refused(part):
    bomb = b'standalone="yes"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = changed(plain_sheet(), part, b'standalone="yes"?>', bomb)
    with pytest.raises(TableUnreadable):
        rows_of(content)


def test_what_would_burst_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b" " * (8 << 20))
    with pytest.raises(TableTooLarge):
        check_kind(file.getvalue())


def test_what_has_very_many_parts_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for number in range(1_001):
            package.writestr(f"{number}", b"")
    with pytest.raises(TableTooLarge):
        check_kind(file.getvalue())


def test_a_directory_that_lies_about_a_size_ends_as_a_broken_file():
    content = bytearray(plain_sheet())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    content = bytes(content).replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    with pytest.raises(TableUnreadable):
        rows_of(content)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", TableUnreadable),
        (b"  \n ", TableUnreadable),
        (b"\x00\x01", TableUnreadable),
        (b"\xff\xfe\x00", TableUnreadable),
        (b"\x81", TableUnreadable),
        (b"PK\x03\x04", TableUnreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", WorkbookProtected),
        (b"a" * ((16 << 20) + 1), TableTooLarge),
    ],
)
def test_what_is_no_table_is_refused(content, error):
    with pytest.raises(error):
        check_kind(content)


@pytest.mark.parametrize("cut", [30, 300, 1_000, 3_000])
def test_a_file_cut_off_is_refused_whole(cut):
    with pytest.raises(TableUnreadable):
        rows_of(plain_sheet()[:cut])


def test_a_part_whose_own_name_is_no_text_is_refused():
    content = bytearray(plain_sheet())
    name = content.find(b"xl/worksheets/sheet1.xml")
    assert content[name - 30 : name - 26] == b"PK\x03\x04"
    content[name - 23] |= 0x08  # it says that it is UTF-8
    content[name] = 0xFF
    with pytest.raises(TableUnreadable):
        rows_of(bytes(content))


def test_a_cell_that_names_a_text_that_is_not_there_is_refused():
    content = changed(plain_sheet(), "xl/worksheets/sheet1.xml", b"<v>1</v>", b"<v>99</v>")
    with pytest.raises(TableUnreadable):
        rows_of(content)


@pytest.mark.parametrize("reference", [b'r="1A"', b'r="AAAA1"', b'r=""'])
def test_a_cell_without_a_place_is_refused(reference):
    content = changed(plain_sheet(), "xl/worksheets/sheet1.xml", b'r="B1"', reference)
    with pytest.raises(TableUnreadable):
        rows_of(content)
