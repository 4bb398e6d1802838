"""What stands on a statement: every order given once, at the price of its day, and none lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.merchants import agreements, statements
from incentive.merchants.domain import Moved, gather, reference, references_in, total
from incentive.merchants.settling_errors import (
    NothingToSettle,
    PeriodBackwards,
    PeriodRunning,
    PeriodTooLong,
    WrongState,
)
from incentive.merchants.statement_errors import UnknownStatement
from incentive.merchants.unagreed import unagreed
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    PRICE,
    charged,
    day,
    findings,
    noon,
    owed,
    sent,
    statement,
)


def lines_of(detail):
    return [
        (row[0].kind, row.item_name, row[0].quantity, row[0].price_fen, row[0].amount_fen)
        for row in detail.lines
    ]


def test_goods_given_in_the_period_make_a_line_at_the_agreed_price(market):
    market.give_out(day(10, 1), 2)
    market.give_out(day(10, 31), 3)
    made = statement(market)
    assert lines_of(made) == [("given", market.item.name, 5, PRICE, 5 * PRICE)]
    assert made.statement.total_fen == 5 * PRICE
    assert findings() == []


def test_days_are_local_and_both_ends_belong_to_the_period(market):
    market.give_out(day(9, 30))
    market.give_out(day(10, 1))
    market.give_out(day(11, 1))
    assert statement(market).statement.total_fen == PRICE


def test_goods_without_an_agreement_are_on_no_statement(market):
    market.give_out(day(10, 5), item=market.other)
    with pytest.raises(NothingToSettle):
        statement(market)
    assert findings() == []


def test_each_order_takes_the_price_of_its_own_day(market):
    agreements.end(
        market.callers["chief"],
        market.agreement_id,
        last_day=day(10, 15),
        reason="涨价",
        at=noon(day(10, 10)),
    )
    agreements.agree(
        market.callers["chief"],
        item_id=market.item.id,
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        price_fen=1300,
        valid_from=day(10, 16),
        at=noon(day(10, 10)),
    )
    market.give_out(day(10, 15), 2)
    market.give_out(day(10, 16), 4)
    made = statement(market)
    assert [line[2:] for line in lines_of(made)] == [(2, PRICE, 2 * PRICE), (4, 1300, 5200)]
    assert made.statement.total_fen == 2 * PRICE + 5200


def test_what_was_refunded_within_the_period_was_not_given(market):
    market.give_out(day(10, 5))
    market.take_back(market.give_out(day(10, 6), 4), day(10, 7))
    assert statement(market).statement.total_fen == PRICE
    assert findings() == []


def test_what_was_refunded_later_is_a_negative_line_of_the_next_statement(market):
    market.give_out(day(10, 5), 3)
    late = market.give_out(day(10, 31), 2)
    first = statement(market)
    market.take_back(late, day(11, 1))
    market.give_out(day(11, 2), 4)
    second = statement(market, day(11, 1), day(11, 5), noon(day(11, 6)))
    assert first.statement.total_fen == 5 * PRICE
    assert lines_of(second) == [
        ("given", market.item.name, 4, PRICE, 4 * PRICE),
        ("returned", market.item.name, -2, PRICE, -2 * PRICE),
    ]
    assert second.statement.total_fen == 2 * PRICE
    assert findings() == []


def test_a_refund_after_the_period_leaves_it_given_even_if_the_statement_is_made_later(market):
    market.take_back(market.give_out(day(10, 31), 2), day(11, 1))
    market.give_out(day(11, 2), 5)
    assert statement(market, at=noon(day(11, 10))).statement.total_fen == 2 * PRICE
    second = statement(market, day(11, 1), day(11, 5), noon(day(11, 10)))
    assert second.statement.total_fen == 3 * PRICE


def test_a_return_that_no_statement_could_take_waits_for_the_next(market):
    late = market.give_out(day(10, 31), 9)
    statement(market)
    market.take_back(late, day(11, 1))
    market.give_out(day(11, 2))
    with pytest.raises(NothingToSettle) as refused:
        statement(market, day(11, 1), day(11, 5), noon(day(11, 6)))
    assert refused.value.figures == {"total_fen": -8 * PRICE, "orders": 2}
    market.give_out(day(11, 7), 20)
    taken = statement(market, day(11, 1), day(11, 8), noon(day(11, 9)))
    assert taken.statement.total_fen == 12 * PRICE


def test_goods_never_settled_and_given_back_are_no_return(market):
    market.take_back(market.give_out(day(9, 30), 2), day(10, 1))
    market.give_out(day(10, 5))
    assert statement(market).statement.total_fen == PRICE


def test_a_second_statement_of_the_same_days_finds_nothing(market):
    market.give_out(day(10, 5))
    statement(market)
    with pytest.raises(NothingToSettle):
        statement(market)


def test_a_reversed_statement_frees_its_orders_and_stays_to_be_seen(market):
    market.give_out(day(10, 5), 2)
    wrong = charged(market).statement
    assert owed(market) == 2 * PRICE
    found = statements.reverse(
        market.callers["worker"], wrong.id, reason="商户填错", at=noon(day(11, 5))
    )
    assert (found.statement.status, found.statement.close_reason) == ("reversed", "商户填错")
    assert len(found.lines) == 1
    assert owed(market) == 0
    assert findings() == []
    again = charged(market).statement
    assert (again.total_fen, owed(market)) == (2 * PRICE, 2 * PRICE)
    assert findings() == []


def test_a_statement_is_reversed_once(market):
    market.give_out(day(10, 5))
    made = statement(market).statement
    statements.reverse(market.callers["worker"], made.id, reason="x", at=noon(day(11, 5)))
    with pytest.raises(WrongState):
        statements.reverse(market.callers["worker"], made.id, reason="x", at=noon(day(11, 5)))


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        (day(10, 2), day(10, 1), PeriodBackwards),
        (day(11, 1), day(11, 2), PeriodRunning),
        (day(11, 1), day(11, 3), PeriodRunning),
        (day(10, 31).replace(year=2025), day(11, 1), PeriodTooLong),
    ],
)
def test_only_days_that_are_over_are_settled_and_not_too_many(market, first, last, error):
    with pytest.raises(error):
        statement(market, first, last)


def test_a_statement_is_made_and_seen_only_within_the_scope(market):
    market.give_out(day(10, 5))
    with pytest.raises(OutOfScope):
        statement(market, by="auditor")
    made = statement(market).statement
    statements.detail(market.callers["auditor"], made.id)
    statements.detail(market.callers["contact"], made.id)
    for nobody in ("stranger", "buyer", "manager"):
        with pytest.raises(UnknownStatement):
            statements.detail(market.callers[nobody], made.id)
        assert not statements.listing(market.callers[nobody]).items


def test_a_line_opens_down_to_its_orders(market):
    orders = [market.give_out(day(10, number), number) for number in (1, 2, 3)]
    made = statement(market).statement
    shown = statements.orders(market.callers["worker"], made.id, 1, cursor=None, limit=2)
    rest = statements.orders(
        market.callers["worker"], made.id, 1, cursor=shown.next_cursor, limit=2
    )
    rows = [*shown.items, *rest.items]
    assert [row.redemption_id for row in rows] == orders
    assert sum(row.quantity for row in rows) == 6


def test_a_list_is_filtered_by_state_party_and_days(market):
    market.give_out(day(10, 5))
    market.give_out(day(9, 5))
    october = sent(market).statement
    september = statement(market, day(9, 1), day(9, 30)).statement
    who = market.callers["worker"]

    def found(**which):
        return [row[0].id for row in statements.listing(who, **which).items]

    assert found() == [september.id, october.id]
    assert found(status="sent") == [october.id]
    assert found(first_day=day(10, 31)) == [october.id]
    assert found(last_day=day(9, 30)) == [september.id]
    assert found(merchant_id=market.merchant_id) == [september.id, october.id]
    assert found(merchant_id=new_id()) == found(sponsor_id=new_id()) == []


def test_an_order_that_fell_through_is_found_by_the_nightly_check(market):
    lost = market.give_out(day(10, 5))
    market.give_out(day(10, 6))
    made = statement(market).statement
    assert findings() == []
    session().execute(
        text("UPDATE statement_orders SET released_at = now() WHERE redemption_id = :id"),
        {"id": lost},
    )
    assert made.status == "draft"
    assert set(findings()) == {
        "no order stands on two statements, and those on a reversed one stand on it no longer",
        "every order of a settled time stands on a statement, if its goods had a price agreed",
    }


MOVED = st.builds(
    lambda item, price, quantity, sign, number: Moved(
        new_id(),
        ITEMS[item],
        f"item {item}",
        AGREEMENTS[price],
        price,
        sign * quantity,
        day(10, number),
    ),
    st.integers(0, 3),
    st.sampled_from((1, 99, 1250, 100_000_000)),
    st.integers(1, 1000),
    st.sampled_from((1, 1, -1)),
    st.integers(1, 31),
)
ITEMS = [new_id() for _ in range(4)]
AGREEMENTS = {price: new_id() for price in (1, 99, 1250, 100_000_000)}


@given(st.lists(MOVED, max_size=40))
def test_a_statement_of_any_orders_comes_to_what_a_plain_sum_says(orders):
    lines = gather(orders)
    assert total(lines) == sum(order.price_fen * order.quantity for order in orders)
    assert sorted(order.order_id for line in lines for order in line.orders) == sorted(
        order.order_id for order in orders
    )
    assert all(line.kind == ("given" if line.quantity > 0 else "returned") for line in lines)
    assert all({order.price_fen for order in line.orders} == {line.price_fen} for line in lines)
    keys = [(line.kind, line.item_id, line.agreement_id) for line in lines]
    assert len(set(keys)) == len(keys)


@given(st.integers(1, 10**12))
def test_the_number_on_a_transfer_leads_to_its_statement(serial):
    quoted = reference(serial)
    for text_ in (quoted, f"付{quoted}货款", quoted.lower(), f"JS-{serial}", f"ＪＳ{serial}"):
        assert references_in(text_) == [serial]


@pytest.mark.parametrize("text_", ["", "货款", "JS", "JS0", "JSA42", "JS" + "9" * 30])
def test_what_is_no_number_leads_nowhere(text_):
    assert references_in(text_) == []


def test_goods_given_out_without_a_price_agreed_are_listed(market):
    market.give_out(day(10, 5), 4)
    unpaid = market.give_out(day(10, 5), 2, item=market.other)
    market.give_out(day(10, 8), 3, item=market.other)
    at = noon(day(11, 2))

    def found(by="worker"):
        rows = unagreed(market.callers[by], at).items
        return [(row.item_id, row.quantity, row.first_day, row.last_day) for row in rows]

    assert found() == [(market.other.id, 5, day(10, 5), day(10, 8))]
    market.take_back(unpaid, day(10, 9))
    assert found() == [(market.other.id, 3, day(10, 8), day(10, 8))]
    assert found("contact") == []
    agreements.agree(
        market.callers["worker"],
        item_id=market.other.id,
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        price_fen=100,
        valid_from=day(10, 8),
        at=at,
    )
    assert found() == []
