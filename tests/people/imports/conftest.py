import io

import pytest
import xlsxwriter
from sqlalchemy import text

from incentive.core.db import session, transaction
from incentive.people import jobs
from incentive.people.caller import identify
from incentive.people.models import Person
from tests import factories
from tests.people.conftest import territory

HEADINGS = ["姓名", "手机号", "身份证号", "出生年月", "地址", "社区"]
NUMBER = "53010219900101001X"


def csv_of(*rows, headings=HEADINGS, encoding="utf-8"):
    return "\n".join(",".join(row) for row in (headings, *rows)).encode(encoding)


def workbook(*rows, headings=HEADINGS, more=None):
    """A workbook with one sheet, changed by `more(book, sheet)`."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate((headings, *rows)):
        sheet.write_row(number, 0, row)
    if more:
        more(book, sheet)
    book.close()
    return file.getvalue()


def past_made_up_numbers():
    """Let volunteer numbers begin where those of `factories` never come."""
    with transaction() as session:
        session.execute(
            text("SELECT count(nextval('person_sequence')) FROM generate_series(1, 9999)")
        )


@pytest.fixture
def places(books):
    past_made_up_numbers()
    return territory()


@pytest.fixture
def worker(places):
    """A community worker of the whole street."""
    with transaction():
        person = factories.person("王主任", home_region_id=places["530102001007"].id)
        factories.grant(person, "community_worker", at=places["530102001"])
        return person


@pytest.fixture
def api(client, worker):
    """A function that asks the API as the worker."""

    def ask(method, path, as_=None, **more):
        with transaction():
            headers = factories.creating(as_ or worker)
        return getattr(client, method)(f"/api/v1/person-imports{path}", headers=headers, **more)

    return ask


@pytest.fixture
def send(api):
    """A function that sends a list and has it read; returns what the API then shows."""

    def do(content, region="530102001007", as_=None):
        sent = api("post", f"?region={region}", data=content, as_=as_)
        assert sent.status_code == 201, sent.text
        jobs.work_on_import(sent.json["id"])
        return api("get", f"/{sent.json['id']}", as_=as_).json

    return do


def phone(number):
    """The mobile number of the `number`th made-up person."""
    return f"138{number:08d}"


def caller_of(person_id):
    """That person as a caller, with the roles they hold now; in the open transaction."""
    return identify(factories.token(session().get(Person, person_id)))
