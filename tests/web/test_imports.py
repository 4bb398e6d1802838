"""A list of persons through the pages: sent, looked at, entered and taken back."""

import io
import re

import pytest
from sqlalchemy import select

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.people import jobs
from incentive.people.imports.models import PersonImport
from tests.people.imports.conftest import past_made_up_numbers

ROWS = "姓名,手机号,备注\n张三,13812345670,x\n李四,138,\n小红,13812345679,\n"


@pytest.fixture
def worker(place, browsing):
    past_made_up_numbers()
    return browsing(place.worker)


def send(worker, place, content=ROWS, **fields):
    file = (io.BytesIO(content.encode()), "名单.csv")
    return worker.send("/imports", region=place.community.code, file=file, **fields)


def sent(worker, place, **more):
    answer = send(worker, place, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def worked_off(path):
    jobs.work_on_import(path.rpartition("/")[2])


def acts():
    with transaction():
        return session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_a_list_is_sent_looked_at_entered_and_taken_back(worker, place):
    path = sent(worker, place)
    waiting = worker.get(path).text
    assert "Waiting for a worker" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert worker.get(f"{path}/progress").status_code == 200
    worked_off(path)
    assert worker.get(f"{path}/progress").headers["HX-Refresh"] == "true"
    page = worker.get(path).text
    assert "Enter 2 persons" in page
    assert "This is not a mobile number" in page
    assert "13812345670" not in page
    assert "张*" in worker.get(f"{path}?rows=new").text
    entering = worker.send(f"{path}/enter")
    assert (entering.status_code, entering.headers["Location"]) == (303, path)
    worked_off(path)
    page = worker.get(path).text
    assert re.search(r"Entered</p>\s*<p class=\"stat-figure\"><span class=\"figure\">2<", page)
    assert worker.send(f"{path}/undo").status_code == 303
    worked_off(path)
    assert "Removed again" in worker.get(path).text
    assert acts() == ["import.send", "import.enter", "import.undo"]
    assert "2 entered" in worker.get("/imports").text


def test_a_list_is_given_up_and_cannot_be_entered_then(worker, place):
    path = sent(worker, place)
    worked_off(path)
    assert worker.send(f"{path}/give-up").headers["Location"] == "/imports"
    refused = worker.send(f"{path}/enter")
    assert refused.status_code == 409
    assert "further on" in refused.text
    assert acts()[-1] == "import.give_up"


def test_a_form_sent_twice_makes_one_list(worker, place):
    key = "0d9df0a4-6f20-4b6a-8d8a-3c1d6c0f6f0a"
    assert send(worker, place, key=key).status_code == 303
    assert send(worker, place, key=key).status_code == 303
    with transaction():
        assert len(session().scalars(select(PersonImport)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"code": "abc"}, "no such region"), ({"code": "99"}, "no such region")],
)
def test_a_region_that_is_none_is_told_at_its_field(worker, place, fields, words):
    refused = send(worker, place, **fields)
    assert refused.status_code == 404
    assert words in refused.text


def test_without_a_file_it_says_what_is_taken(worker, place):
    refused = worker.send("/imports", region=place.community.code)
    assert refused.status_code == 422
    assert "no table that can be read" in refused.text


def test_more_than_is_taken_is_refused_before_it_is_read(worker, place, monkeypatch):
    monkeypatch.setattr(worker.client.application.view_functions["web.send_list"], "bytes_max", 99)
    assert send(worker, place).status_code == 413


def test_who_may_not_import_is_not_let_in(place, browsing):
    assert browsing(place.volunteer).get("/imports").status_code == 403
    assert send(browsing(place.steward), place).status_code == 403
