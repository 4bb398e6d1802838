"""The same values in both files, whatever the texts look like."""

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from incentive.core.documents import Column, Document, Qr, Table
from incentive.core.documents.pdf import write_pdf
from incentive.core.documents.xlsx import write_xlsx
from tests.qr import read_qr

COLUMNS = (Column("商品", width=3), Column("数量", "number"), Column("金额（元）", "money"))
ROWS = [
    ["=1+1", 3, 1250],
    ["+86 喆喆便利店", 12_345, -5],
    ["@SUM(A1)", 0, 123_456_789],
]
TOTALS = ["合计", 12_348, 123_458_034]
NOTE = "incentive/default\n42\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n"


def document(rows=ROWS, **more):
    usual = {
        "title": "结算单 2026-10",
        "made_at": datetime(2026, 11, 22, 17, 0, 1, tzinfo=UTC),
        "timezone": "Asia/Shanghai",
        "facts": [("商户", "昆明翠湖便利店"), ("开始", date(2026, 10, 1)), ("份数", 2)],
        "tables": [Table("发出的商品", COLUMNS, rows, TOTALS)],
        "notes": ["价格按发放当日的约定。"],
        "signatures": ["商户（签字）", "社区（签字）"],
        "qr": Qr(NOTE, "扫码核对账本的检查点"),
    }
    return Document(**(usual | more))


def pdf(of):
    file = io.BytesIO()
    write_pdf(of, file)
    return PdfReader(file)


def pdf_text(of):
    return "\n".join(page.extract_text() for page in pdf(of).pages)


def sheet(of):
    file = io.BytesIO()
    write_xlsx(of, file)
    return load_workbook(file).active


def cells(of):
    return [[cell for cell in row if cell is not None] for row in sheet(of).values]


@pytest.fixture(scope="module")
def printed():
    return pdf_text(document())


@pytest.mark.parametrize(
    "words",
    [
        *("结算单 2026-10", "昆明翠湖便利店", "2026-10-01", "2026-11-23 01:00:01"),
        *("=1+1", "+86 喆喆便利店", "12,345", "-0.05", "1,234,567.89"),
        *("合计", "12,348", "1,234,580.34", "价格按发放当日的约定。"),
        *("商户（签字）", "扫码核对账本的检查点"),
    ],
)
def test_every_word_and_figure_can_be_read_in_the_pdf(words, printed):
    assert words in printed


def test_a_workbook_holds_numbers_and_days_and_never_a_formula():
    rows = cells(document())
    assert ["=1+1", 3, 12.5] in rows
    assert ["+86 喆喆便利店", 12_345, -0.05] in rows
    assert ["合计", 12_348, 1_234_580.34] in rows
    assert ["开始", "2026-10-01"] in [[str(cell)[:10] for cell in row] for row in rows]
    assert all(cell.data_type != "f" for row in sheet(document()).iter_rows() for cell in row)


def test_a_long_table_repeats_its_headings_and_numbers_its_pages():
    pages = [page.extract_text() for page in pdf(document([["米", 1, 100]] * 120)).pages]
    assert len(pages) > 2
    assert all("商品" in text and "金额（元）" in text for text in pages[:-1])
    for number, text in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in text
    assert sum(text.count("合计") for text in pages) == 1


def test_the_code_on_the_paper_reads_back():
    (image,) = pdf(document()).pages[-1].images
    found = read_qr(image.image.convert("L"))
    assert found.text == NOTE


def test_the_code_in_the_workbook_reads_back():
    (image,) = sheet(document())._images
    with Image.open(io.BytesIO(image._data())) as picture:
        found = read_qr(picture.convert("L"))
    assert found.text == NOTE


def test_a_character_without_a_shape_is_seen_to_be_lacking():
    assert "〓野家" in pdf_text(document([["𠮷野家", 1, 1]]))


def test_an_empty_table_has_its_headings_and_its_totals():
    text = pdf_text(document([]))
    assert "商品" in text
    assert "合计" in text
    assert ["商品", "数量", "金额（元）"] in cells(document([]))


def test_a_bare_document_is_one():
    bare = document(facts=(), tables=(), notes=(), signatures=(), qr=None)
    assert "结算单" in pdf_text(bare)
    assert cells(bare)[0] == ["结算单 2026-10"]
