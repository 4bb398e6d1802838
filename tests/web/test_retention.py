"""The page that says how long what is kept, and what the last runs ended."""

import re
from datetime import timedelta

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.ids import new_id
from incentive.people.retention import doing, queries
from incentive.people.retention.table import rules
from tests import factories as make
from tests.people.retention_samples import add

ADDRESS = "/persons/retention"


@pytest.fixture
def holder(books, browsing):
    def as_(role):
        with transaction():
            person = make.person()
            make.grant(person, role, at=home)
        return browsing(person)

    with transaction():
        home = make.region()
    return as_


def rows(page, card):
    body = page.text.partition(f'id="{card}')[2].partition("<tbody")[2].partition("</tbody>")[0]
    return [re.sub(r"<[^>]+>|\s+", " ", row) for row in body.split("</tr>")[:-1]]


def test_before_the_first_run_the_policy_is_there_in_words(holder):
    page = holder("auditor").get(ADDRESS)
    assert page.status_code == 200
    assert len(rows(page, "policy")) == len(rules())
    assert "200 days after signing out, or its end" in page.text
    assert "arts. 19 and 47" in page.text
    assert "No run yet" in page.text


def test_the_last_run_shows_its_figures_and_a_broken_one_that_it_was(holder):
    now = clock.now()
    with transaction():
        for _ in range(3):
            add("codes", make.person(), now - timedelta(days=9))
        queries.begin(new_id(), rules()[0], now - timedelta(hours=1))
    doing.run(now)
    page = holder("auditor").get(ADDRESS)
    codes = next(row for row in rows(page, "policy") if "Codes sent to phones" in row)
    assert codes.split()[-1] == "3"
    whole, broken = rows(page, "runs")
    assert "complete" in whole
    assert whole.split()[-1] == "3"
    assert "not complete" in broken
    assert broken.split()[-1] == "0"


def test_only_who_may_read_the_audit_log_sees_it(holder):
    assert holder("grid_worker").get(ADDRESS).status_code == 403
    assert holder("administrator").get(ADDRESS).status_code == 200
