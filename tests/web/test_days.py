"""The days and the statement on the pages."""

from datetime import timedelta

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.stations.days.models import DayClose
from tests import factories as make


@pytest.fixture
def manager(browsing, place):
    return browsing(place.manager)


@pytest.fixture
def path(place):
    return f"/stations/{place.shop.id}"


@pytest.fixture
def day(manager):
    return day_of(clock.now())


def test_a_day_is_signed_and_shown_with_who_and_when(manager, path, day, place):
    page = manager.get(f"{path}/days").text
    assert "not closed" in page
    answer = manager.send(f"{path}/days/{day}/close", note="少一包")
    assert (answer.status_code, answer.location) == (303, f"{path}/days/{day}")
    page = manager.get(f"{path}/days/{day}").text
    assert "signature is good" in page
    assert "少一包" in page
    assert place.manager.volunteer_number in page
    assert "/close" not in page
    again = manager.send(f"{path}/days/{day}/close")
    assert again.status_code == 409
    assert "is closed and stays so" in again.text
    assert place.manager.volunteer_number in manager.get(f"{path}/days").text


def test_what_came_later_is_shown_and_signed_with_a_reason(manager, path, day, place):
    manager.send(f"{path}/days/{day}/close")
    manager.send(f"{path}/stock/receive", item_id=place.goods.id, quantity="3")
    page = manager.get(f"{path}/days/{day}").text
    assert "After the close" in page
    unsaid = manager.send(f"{path}/days/{day}/amend", note=" ")
    assert unsaid.status_code == 422
    assert 'id="note-error"' in unsaid.text
    assert manager.send(f"{path}/days/{day}/amend", note="补记").status_code == 303
    page = manager.get(f"{path}/days/{day}").text
    assert "After the close" not in page
    assert "Amendment 1" in page
    with transaction():
        assert session().query(DayClose).count() == 2


def test_who_audits_reads_the_days_and_signs_none(browsing, path, day, place):
    with transaction():
        auditor = make.person()
        make.grant(auditor, "auditor", at=place.community)
    browser = browsing(auditor)
    assert "/close" not in browser.get(f"{path}/days/{day}").text
    assert browser.send(f"{path}/days/{day}/close").status_code == 403
    for each in ("days", f"days/{day}", "statement"):
        assert browsing(place.volunteer).get(f"{path}/{each}").status_code == 403
    assert browser.get(f"{path}/days/soon").status_code == 404
    assert browser.get(f"{path}/days/{day + timedelta(days=1)}").status_code == 404


def test_the_statement_is_of_this_month_unless_asked_and_leads_to_its_rows(manager, path, day):
    page = manager.get(f"{path}/statement").text
    assert f"from={day.replace(day=1)}&amp;to={day}" in page
    assert f"/api/v1{path}/statement.xlsx?from={day.replace(day=1)}" in page
    wrong = manager.get(f"{path}/statement?from=2026-02-02&to=2026-01-01")
    assert wrong.status_code == 422
    assert "Swap them" in wrong.text
    assert manager.get(f"{path}/statement?from=soon").status_code == 422


def test_days_and_statement_ask_few_questions(manager, path, day, queries):
    for each in ("days", f"days/{day}", "statement"):
        with queries() as sent:
            manager.get(f"{path}/{each}")
        assert len(sent) <= 11, sent
