"""A hundred thousand rows, really: every row answered, all entered, in bounded memory."""

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import jobs
from incentive.people.imports import service
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.models import Person
from tests import factories
from tests.people.conftest import territory
from tests.people.imports.conftest import HEADINGS, caller_of, past_made_up_numbers, phone

ROWS = 100_000
WRONG_EACH = 1_000
MIB_MAX = 400


def peak_mib():
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024


def peak_anew():
    """Have the system begin to measure the peak of this process's memory anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_mib()


def long_list(rows):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number in range(1, rows + 1):
        told = phone(number) if number % WRONG_EACH else "138"
        row = [f"居民{chr(0x4E00 + number % 9_000)}", told, "", "1970-05", f"翠湖北路{number}号"]
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


@pytest.mark.timeout(900)
def test_a_hundred_thousand_rows_are_answered_and_entered_in_bounded_memory(live):
    with live.app_context():
        past_made_up_numbers()
        places = territory()
        with transaction():
            person = factories.person()
            factories.grant(person, "community_worker", at=places["530102001"])
        content = long_list(ROWS)
        before = peak_anew()
        with transaction():
            by, code = caller_of(person.id), "530102001007"
            sent = service.send(by, region=code, content=content, at=clock.now()).id
        jobs.work_on_import(str(sent))
        with transaction():
            shown = session().get(PersonImport, sent, populate_existing=True)
            wrong = ROWS // WRONG_EACH
            assert (shown.status, shown.new_rows, shown.wrong_rows) == (
                "checked",
                ROWS - wrong,
                wrong,
            )
            assert session().scalar(select(func.count()).select_from(PersonImportRow)) == ROWS
            service.enter(caller_of(person.id), sent, guardians=False)
        jobs.work_on_import(str(sent))
        with transaction():
            assert session().scalar(select(func.count(Person.phone_blind))) == ROWS - wrong
        assert peak_mib() - before < MIB_MAX


def test_one_row_more_is_refused_whole(live):
    with live.app_context():
        past_made_up_numbers()
        places = territory()
        with transaction():
            person = factories.person()
            factories.grant(person, "community_worker", at=places["530102001"])
            rows = "\n".join(f"居民,{phone(number)}" for number in range(ROWS + 1))
            content = f"姓名,手机号\n{rows}\n".encode()
            by, code = caller_of(person.id), "530102001007"
            sent = service.send(by, region=code, content=content, at=clock.now()).id
        jobs.work_on_import(str(sent))
        with transaction():
            shown = session().get(PersonImport, sent, populate_existing=True)
            assert (shown.status, shown.refusal) == ("unreadable", "imports.too_many_rows")
            assert session().scalar(select(func.count()).select_from(PersonImportRow)) == 0
