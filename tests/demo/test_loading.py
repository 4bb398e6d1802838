from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.core.db import transaction
from incentive.demo import loading, people
from incentive.demo.errors import PhoneInUse
from incentive.ledger import checks, reconciliation
from incentive.ledger import jobs as ledger_jobs
from incentive.people import service as persons
from incentive.people.sign_in import sign_in
from tests.factories import NOW, region

_TABLES = [
    "regions",
    "persons",
    "passwords",
    "role_grants",
    "teams",
    "activities",
    "shifts",
    "sign_ups",
    "attendances",
    "service_records",
    "awards",
    "accounts",
    "transactions",
    "entries",
    "stations",
    "items",
    "stock_movements",
    "redemptions",
    "stocktakes",
    "stocktake_counts",
    "day_closes",
    "settlement_failures",
    "merchants",
    "merchant_contacts",
    "sponsors",
    "sponsor_budgets",
    "price_agreements",
    "merchant_statements",
    "statement_lines",
    "statement_orders",
    "statement_confirmations",
    "statement_objections",
    "statement_payments",
    "bank_files",
    "bank_rows",
    "points_policies",
    "budgets",
    "budget_changes",
    "budget_uses",
    "adjustments",
    "family_links",
    "gifts",
    "disputes",
    "counter_refusals",
    "discrepancies",
    "discrepancy_clearings",
]


def load(at=NOW):
    for _, step in loading.steps(at):
        step()


def fingerprint():
    """How many rows each table has, and a hash of all of them."""
    with transaction() as session:
        return {
            table: tuple(
                session.execute(
                    text(
                        f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                    )
                ).one()
            )
            for table in _TABLES
        }


def test_loading_fills_the_books_lets_people_sign_in_and_again_changes_nothing(live):
    with live.app_context():
        load()
        first = fingerprint()
        assert first["settlement_failures"][0] == 0
        assert first["regions"][0] > 16_495
        empty = {table for table, (count, _) in first.items() if not count}
        assert empty == {"settlement_failures"}
        load()
        assert fingerprint() == first
        with transaction() as session:
            assert list(checks.run()) == []
            asked = reconciliation.ask("system", NOW)
        ledger_jobs.reconcile()
        with transaction() as session:
            _, run = reconciliation.request(asked.id)
            assert (run.checks, run.failed) == (len(checks.names()), 0)
            sides = [result.figures for result in reconciliation.results(run.id)]
            # Both sides of most are of something: an empty comparison proves nothing.
            assert sum(any(total for _, total in figures) for figures in sides) > 12

            told = "SELECT string_agg(status, ' ' ORDER BY serial) FROM merchant_statements"
            assert session.scalar(text(told)) == "paid sent draft payable"
            told = "SELECT string_agg(status, ' ' ORDER BY status) FROM adjustments"
            assert session.scalar(text(told)) == "booked booked booked booked proposed proposed"
            told = "SELECT string_agg(status, ' ' ORDER BY status) FROM disputes"
            assert session.scalar(text(told)) == "for_person open"
            told = "SELECT string_agg(kind, ' ' ORDER BY kind) FROM discrepancies"
            assert session.scalar(text(told)) == "other_station used_again"

        for human in people.listed():
            assert sign_in(human.phone, people.PASSWORD, NOW)[2].id == human.id

        load(NOW + timedelta(days=1))
        later = fingerprint()
        added = {table for table in _TABLES if later[table] != first[table]}
        assert added == {"shifts", "sign_ups"}
        with transaction():
            assert list(checks.run()) == []


def test_a_phone_that_somebody_else_has_stops_it_and_writes_nothing(live):
    with live.app_context():
        with transaction():
            home = region("530102001007")
            persons.create_person(
                name="别人",
                phone=people.listed()[0].phone,
                password=None,
                home_region_id=home.id,
                by=None,
                at=NOW,
            )
        with pytest.raises(PhoneInUse):
            load()
        with transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM persons")) == 1
            assert session.scalar(text("SELECT count(*) FROM stations")) == 0
