"""The nightly comparison as auditors and administrators see it."""

import re

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from incentive.core.db import sqlalchemy_url, transaction
from incentive.ledger import checks, jobs, reconciliation
from incentive.settlement import service as settlement
from incentive.web import alarm
from tests import factories as make
from tests.web.conftest import Browser


@pytest.fixture
def site(live):
    """A community whose volunteer was paid for an hour, and who looks at its books."""
    with live.app_context():
        with transaction():
            home = make.region()
            auditor, chief, volunteer = (make.person(name) for name in "甲乙丙")
            make.grant(auditor, "auditor", at=home)
            make.grant(chief, "administrator", at=home)
            make.grant(volunteer, "volunteer", at=home)
            make.service_record(make.shift(make.activity(home, by=chief)), volunteer, 60)
            settlement.settle(make.NOW)
            tokens = {
                "auditor": make.token(auditor),
                "administrator": make.token(chief),
                "volunteer": make.token(volunteer),
            }
        yield lambda role: Browser(live.test_client(), tokens[role])


def tamper(app, statement):
    engine = create_engine(
        sqlalchemy_url(app.config["SETTINGS"].admin_database_url), poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO j_default"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))


def compare_now(browser):
    answer = browser.send("/reconciliation")
    assert (answer.status_code, answer.location) == (303, "/reconciliation")
    jobs.reconcile()


def test_an_auditor_has_the_books_compared_and_sees_both_totals(site, live):
    auditor = site("auditor")
    assert "not been compared yet" in auditor.get("/reconciliation").text
    compare_now(auditor)
    page = auditor.get("/reconciliation").text
    assert "points awarded <a" in page
    assert re.search(r"points awarded <a[^>]*>10<", page)
    assert re.search(r"points that persons got by awards <a[^>]*>10<", page)
    assert "do not agree" not in page


def test_a_figure_opens_down_to_its_rows(site, live):
    auditor = site("auditor")
    compare_now(auditor)
    page = auditor.get("/reconciliation").text
    (href,) = re.findall(r'points awarded <a class="figure" href="([^"]+)"', page)
    rows = auditor.get(href).text
    assert "+10" in rows
    assert "2026-11-22" in rows


def test_a_difference_is_a_red_word_on_every_page_of_those_who_answer_for_the_books(site, live):
    tamper(live, "UPDATE awards SET points = 11")
    compare_now(site("administrator"))
    for role in ("auditor", "administrator"):
        page = site(role).get("/me").text
        assert re.search(r"The books do not agree: \d checks? failed", page)
        (href,) = re.findall(r'href="(/reconciliation/[0-9a-f-]+)"', page)
    run = site("auditor").get(href).text
    assert "1 row differs" in run
    assert "do not agree" not in site("volunteer").get("/me").text


def test_the_row_that_differs_is_named_on_the_checks_page(site, live):
    tamper(live, "UPDATE awards SET points = 11")
    auditor = site("auditor")
    compare_now(auditor)
    page = auditor.get("/reconciliation").text
    href = re.search(r'href="([^"]+)">every award&#39;s points are what', page)[1]
    check = auditor.get(href).text
    assert "<h1>every award&#39;s points are what its transaction gave the person</h1>" in check
    assert re.search(r'data-label="Points"[^>]*><span>\s*11', check)


def test_the_red_word_is_gone_once_the_books_agree_again(site, live):
    tamper(live, "UPDATE awards SET points = 11")
    compare_now(site("auditor"))
    tamper(live, "UPDATE awards SET points = 10")
    compare_now(site("auditor"))
    assert "do not agree" not in site("auditor").get("/me").text


def test_while_it_is_compared_the_page_shows_how_far_and_then_draws_itself_anew(site, live):
    auditor = site("auditor")
    auditor.send("/reconciliation")
    with transaction():
        asked = reconciliation.waiting()
    page = auditor.get(f"/reconciliation/{asked.id}").text
    assert "Waiting for a worker" in page
    assert f'hx-get="/reconciliation/{asked.id}/progress"' in page
    jobs.reconcile()
    ended = auditor.get(f"/reconciliation/{asked.id}/progress")
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (204, "true")
    shown = auditor.get(f"/reconciliation/{asked.id}").text
    assert f"{len(checks.names())}" in auditor.get("/reconciliation").text
    assert "Everything agrees" in shown


def test_a_volunteer_is_refused(site, live):
    answer = site("volunteer").get("/reconciliation")
    assert answer.status_code == 403


def test_who_audits_one_community_does_not_read_the_books_of_all(site, live):
    with transaction():
        other = make.region("530102001002")
        make.activity(other, by=make.person())
    answer = site("auditor").get("/reconciliation")
    assert answer.status_code == 403
    tamper(live, "UPDATE awards SET points = 11")
    with transaction():
        reconciliation.ask("system", make.NOW)
    jobs.reconcile()
    assert "do not agree" not in site("auditor").get("/me").text


def test_pages_open_though_the_alarm_cannot_be_read(site, live, monkeypatch):
    def away():
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(alarm.reconciliation, "last", away)
    assert site("auditor").get("/complain").status_code == 200


def test_a_page_that_is_not_there_says_so(site, live):
    auditor = site("auditor")
    compare_now(auditor)
    with transaction():
        run = reconciliation.last()
    for path in ("checks/999", "checks/99999999999", "checks/1/figures/99"):
        assert auditor.get(f"/reconciliation/{run.id}/{path}").status_code == 404
    assert auditor.get(f"/reconciliation/{make.new_id()}").status_code == 404
