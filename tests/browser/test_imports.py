"""A list of persons in a real browser: the template filled in, sent, looked at, entered, undone."""

import io

import openpyxl

from incentive.core.db import transaction
from incentive.people import jobs
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.models import Person
from tests import factories as make
from tests.people.imports.conftest import past_made_up_numbers

ROWS = [
    ["张三", "13900000001", "53010219900101001X", "", "", "翠湖北路1号", ""],
    ["李四", "13900000002", "", "", "1988-03", "", "翠湖"],
    ["小红", "13900000003", "", "", "2016-05", "", ""],
    ["王五", "1390000", "", "", "", "", ""],
    ["赵六", "13900000001", "", "", "", "", ""],
    ["钱七", "", "5.3010219900101E+17", "", "", "", ""],
]


def filled_in(page, folder):
    """The template as the page gives it, filled in."""
    with page.expect_download() as given:
        page.click("a[href$='template.xlsx']")
    book = openpyxl.load_workbook(io.BytesIO(given.value.path().read_bytes()))
    for row in ROWS:
        book.active.append(row)
    file = folder / "名单.xlsx"
    book.save(file)
    return file


def work_off(site):
    (sent,) = site.rows(PersonImport)
    with site.place.app.app_context():
        jobs.work_on_import(str(sent.id))


def figures(page):
    return [each.inner_text() for each in page.query_selector_all("#summary .figure")]


def seen(page, site, name):
    """For whoever looks at the pages themselves: a picture of this one."""


def test_the_template_is_filled_in_sent_entered_and_undone(site):
    with site.place.app.app_context():
        past_made_up_numbers()
        with transaction():
            make.grant(site.place.steward, "community_worker", at=site.place.home)
    page = site.open_for(site.place.steward, "/imports", width=1200, height=900)
    file = filled_in(page, site.folder)
    seen(page, site, "list")
    page.set_input_files("input[type=file]", file)
    page.click("#send form button")
    page.wait_for_url(lambda url: "/imports/" in url)
    seen(page, site, "reading")
    work_off(site)
    page.wait_for_selector("#summary")  # the page has noticed by itself
    assert figures(page) == ["3", "0", "3"]
    told = page.inner_text("#rows")
    assert "手机号" in told
    assert "第 3 行" in told
    assert "Excel 只保留 15 位" in told
    seen(page, site, "preview")

    site.expected.append("422")
    page.click("#summary form button")
    page.wait_for_selector("[role=alert]")
    assert "监护人" in page.inner_text("[role=alert]")
    page.check("#guardians")
    page.click("#summary form button")
    page.wait_for_selector(".toasts .alert-success")
    work_off(site)
    page.wait_for_selector("#summary details")
    assert figures(page) == ["3", "0", "3"]
    seen(page, site, "entered")
    assert len([row for row in site.rows(PersonImportRow) if row.status == "entered"]) == 3

    page.click("#summary details summary")
    page.click("#summary details form button")
    page.wait_for_selector(".toasts .alert-success")
    work_off(site)
    page.wait_for_selector("#summary")
    assert figures(page) == ["3", "3", "0", "3"]
    seen(page, site, "undone")
    assert len([person for person in site.rows(Person) if person.status == "removed"]) == 3
