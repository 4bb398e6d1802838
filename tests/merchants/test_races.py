"""Real parallel connections on books of their own: no order twice, no budget past its end."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.merchants import agreements, confirming, disputes, paying, statements
from incentive.merchants.models import SponsorBudget
from tests.merchants.conftest import (
    PRICE,
    charged,
    confirmed,
    day,
    findings,
    noon,
    open_market,
    owed,
    sent,
    statement,
)


def together(app, works):
    """Do all at once, each in a transaction on a connection of its own; return results or codes."""
    barrier = Barrier(len(works))

    def run(work):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    return work()
            except IncentiveError as error:
                return error.code

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result() for future in [threads.submit(run, work) for work in works]]


@pytest.fixture
def market(live):
    with live.app_context():
        yield open_market()


@pytest.fixture
def given_out(market):
    with transaction():
        for number in range(1, 6):
            market.give_out(day(10, number), number)
    return market


def test_of_five_who_make_a_statement_of_the_same_days_one_does(live, given_out):
    made = together(live, [lambda: statement(given_out).statement.total_fen] * 5)
    assert sorted(made, key=str) == [15 * PRICE] + ["merchants.nothing_to_settle"] * 4
    with transaction():
        assert findings() == []


def test_the_database_keeps_an_order_off_a_second_statement_even_without_our_lock(
    live, given_out, monkeypatch
):
    monkeypatch.setattr(statements.queries, "lock_merchant", lambda _id: None)
    barrier = Barrier(2)
    insert = statements.statement_queries.insert_lines

    def both_at_once(*args):
        barrier.wait()
        insert(*args)

    monkeypatch.setattr(statements.statement_queries, "insert_lines", both_at_once)

    def make():
        try:
            return statement(given_out).statement.total_fen
        except Exception as error:  # noqa: BLE001 - which one is the point
            raise Refused(error) from None

    class Refused(IncentiveError):
        def __init__(self, error):
            self.code = "uq_statement_orders_current" if CONSTRAINT in str(error) else repr(error)

    assert sorted(together(live, [make] * 2), key=str) == [15 * PRICE, CONSTRAINT]


CONSTRAINT = "uq_statement_orders_current"


def test_of_ten_prices_for_one_item_and_day_one_is_agreed(live, market):
    def agree(price):
        return agreements.agree(
            market.callers["chief"],
            item_id=market.other.id,
            merchant_id=market.merchant_id,
            sponsor_id=market.sponsor_id,
            price_fen=price,
            valid_from=day(1, 1),
            at=noon(day(1, 1)),
        )[0].price_fen

    made = together(live, [lambda price=price: agree(price) for price in range(1, 11)])
    assert made.count("merchants.agreements_overlap") == 9


def test_of_ten_budgets_for_one_day_one_is_entered(live, market):
    from incentive.merchants import parties

    def add():
        parties.add_budget(
            market.callers["chief"],
            market.sponsor_id,
            first_day=day(1, 1).replace(year=2027),
            last_day=day(1, 1).replace(year=2027),
            fen=1,
            at=noon(day(1, 1)),
        )

    assert together(live, [add] * 10).count("merchants.budgets_overlap") == 9


def test_of_statements_that_would_together_pass_the_budget_only_those_within_it_are_charged(live):
    with live.app_context():
        market = open_market(budget=10 * PRICE)
        with transaction():
            ready = []
            for number in range(1, 6):
                market.give_out(day(10, number), 4)
                ready.append(confirmed(market, first=day(10, number), last=day(10, number)))
        ids = [found.statement.id for found in ready]
        done = together(
            live,
            [
                lambda each=each: (
                    confirming.charge(
                        market.callers["worker"], each, noon(day(11, 4))
                    ).statement.status
                )
                for each in ids
            ],
        )
        assert sorted(done) == ["merchants.budget_exceeded"] * 3 + ["payable"] * 2
        with transaction():
            budget = session().get(SponsorBudget, market.budget_id)
            assert budget.spent_fen == owed(market) == 8 * PRICE
            assert findings() == []


def test_the_database_keeps_a_budget_even_from_us(live, market):
    with pytest.raises(Exception, match="not_past_its_end"), transaction():
        session().execute(text("UPDATE sponsor_budgets SET spent_fen = fen + 1"))


def test_of_ten_charges_of_one_statement_one_is_booked(live, given_out):
    with transaction():
        made = confirmed(given_out).statement.id
    who = given_out.callers["worker"]
    done = together(
        live, [lambda: confirming.charge(who, made, noon(day(11, 4))).statement.status] * 10
    )
    assert sorted(done) == ["merchants.wrong_state"] * 9 + ["payable"]
    with transaction():
        assert owed(given_out) == 15 * PRICE


def test_both_sides_confirming_at_once_are_both_heard(live, given_out):
    with transaction():
        made = sent(given_out).statement.id
    both = together(
        live,
        [
            lambda side=side, by=by: (
                confirming.confirm(
                    given_out.callers[by], made, side=side, at=noon(day(11, 3))
                ).statement.status
            )
            for side, by in (("merchant", "contact"), ("sponsor", "worker"))
        ],
    )
    assert sorted(both) == ["confirmed", "sent"]


def test_a_confirmation_and_an_objection_at_once_go_one_way(live, given_out):
    with transaction():
        made = sent(given_out).statement.id
        confirming.confirm(given_out.callers["contact"], made, side="merchant", at=noon(day(11, 3)))
    works = [
        lambda: (
            confirming.confirm(
                given_out.callers["worker"], made, side="sponsor", at=noon(day(11, 3)), revision=0
            ).statement.status
        ),
        lambda: (
            disputes.object_to(
                given_out.callers["contact"],
                made,
                number=1,
                side="merchant",
                text="少",
                at=noon(day(11, 3)),
            ).statement.status
        ),
    ]
    done = together(live, works)
    # Whichever was first, the other one is told: nothing is confirmed over an open objection.
    assert done in (
        ["confirmed", "merchants.wrong_state"], ["merchants.objections_open", "sent"],
    )  # fmt: skip


def test_of_ten_payments_at_once_no_more_is_taken_than_is_owed(live, given_out):
    with transaction():
        made = charged(given_out).statement.id

    def pay():
        return paying.pay(
            given_out.callers["worker"],
            made,
            fen=4 * PRICE,
            reference="x",
            paid_on=day(11, 5),
            at=noon(day(11, 6)),
        ).statement.paid_fen

    done = together(live, [pay] * 10)
    assert sorted(each for each in done if isinstance(each, int)) == [
        4 * PRICE,
        8 * PRICE,
        12 * PRICE,
    ]
    with transaction():
        assert owed(given_out) == 3 * PRICE
        assert findings() == []
