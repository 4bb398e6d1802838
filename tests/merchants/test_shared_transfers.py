"""One transfer for several statements: booked where it names them all and is all that they are owed.

Else proposed where only one choice fits, and booked when a person says so.
"""

import base64
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.merchants import banking, paying
from incentive.merchants.domain import reference
from incentive.merchants.matching import SEVERAL_MAX, Match, Owed, match
from incentive.merchants.payment_errors import BankRowMatched, SumDiffers
from incentive.merchants.payment_models import Payment
from incentive.merchants.settling_errors import WrongState
from incentive.merchants.statement_errors import UnknownStatement
from incentive.merchants.statement_models import Statement
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    PRICE,
    charged,
    day,
    findings,
    get,
    noon,
    open_market,
    owed,
    paid,
    post,
)
from tests.merchants.test_banking import csv, row, take_in
from tests.merchants.test_races import together

AT = noon(day(11, 20))
A, B, C = Owed(1, 7, "甲", 100), Owed(2, 8, "甲", 250), Owed(3, 9, "甲", 400)
D = Owed(4, 10, "乙", 250)


def said(fen, quoted="", who="甲"):
    return SimpleNamespace(fen=fen, reference=quoted, counterparty=who, day=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("payment", "found"),
    [
        (said(350, "JS7 JS8"), Match("matched", (A, B))),
        (said(350, "JS7、JS8、JS9"), Match("several", (A, B))),
        (said(750, "JS7 JS8 JS9"), Match("matched", (A, B, C))),
        (said(350, "JS7 JS8 JS99"), Match("several", (A, B))),
        (said(351, "JS7 JS8"), Match("unknown")),
        (said(100, "JS7 JS8"), Match("unknown")),
        (said(350, "JS7 JS8 JS10"), Match("unknown")),  # 100 and either 250
        (said(350), Match("several", (A, B))),
        (said(750), Match("several", (A, B, C))),
        (said(400), Match("unquoted", (C,))),
        (said(350, who="乙"), Match("unquoted")),
        (said(751), Match("unquoted")),
    ],
)
def test_what_a_payment_of_several_is(payment, found):
    assert match([payment], [A, B, C, D]) == [found]


def test_where_two_choices_fit_none_is_proposed():
    alike = [Owed(number, number, "甲", 100) for number in range(1, 4)]
    assert match([said(200)], alike) == [Match("unquoted")]
    assert match([said(300)], alike) == [Match("several", tuple(alike))]


def test_what_an_earlier_row_paid_counts_no_more():
    (first, second) = match([said(100, "JS7"), said(350, "JS7 JS8")], [A, B])
    assert (first.kind, second.kind) == ("matched", "unknown")


def test_among_very_many_only_all_of_them_are_proposed():
    many = [Owed(number, number, "甲", 2**number) for number in range(SEVERAL_MAX + 1)]
    assert match([said(3)], many) == [Match("unquoted")]
    assert match([said(2 ** (SEVERAL_MAX + 1) - 1)], many) == [Match("several", tuple(many))]


@given(st.lists(st.integers(1, 50), min_size=2, max_size=7), st.data())
def test_a_proposal_comes_to_the_payment_and_is_the_only_one_that_does(amounts, data):
    fen = data.draw(st.integers(1, sum(amounts)))
    owed_ = [Owed(place, place + 1, "甲", amount) for place, amount in enumerate(amounts)]
    choices = [
        tuple(each for place, each in enumerate(owed_) if bits >> place & 1)
        for bits in range(1, 2 ** len(owed_))
    ]
    fitting = [choice for choice in choices if sum(each.fen for each in choice) == fen]
    (found,) = match([said(fen)], owed_)
    if len(fitting) == 1:
        kind = "several" if len(fitting[0]) > 1 else "unquoted"
        assert found == Match(kind, fitting[0])
    elif found.statements:  # several choices, of which one is a single statement
        assert (found.kind, len(found.statements), found.statements[0].fen) == ("unquoted", 1, fen)


@pytest.fixture
def dues(market):
    return two_dues(market)


def two_dues(market):
    """September's 4 pieces and October's 2, both to be paid."""
    market.give_out(day(9, 5), 4)
    market.give_out(day(10, 5), 2)
    months = ((day(9, 1), day(9, 30)), (day(10, 1), day(10, 31)))
    return [charged(market, first=first, last=last).statement for first, last in months]


def taken(market, fen=6 * PRICE, quoted="九十月货款"):
    take_in(market, row(fen, quoted))
    return banking.rows(market.callers["worker"]).items[0]


def ids(statements):
    return [each.id for each in statements]


def test_a_transfer_for_two_is_proposed_and_books_nothing_by_itself(market, dues):
    shown, now = taken(market)
    assert (now.kind, [each.id for each in now.statements]) == ("several", ids(dues))
    assert [each.status for each in dues] == ["payable", "payable"]
    assert shown.statement_ids is None


def test_a_person_confirms_it_and_each_is_paid_all_it_is_owed(market, dues):
    shown, _now = taken(market)
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    assert [(each.status, each.paid_fen) for each in dues] == [
        ("paid", 4 * PRICE),
        ("paid", 2 * PRICE),
    ]
    assert (owed(market), paid(market)) == (0, 6 * PRICE)
    ((shown, now),) = banking.rows(market.callers["worker"], state="matched").items
    assert (shown.statement_ids, now) == (ids(dues), None)
    assert findings() == []


def test_a_transfer_that_names_all_it_pays_pays_them_by_itself(market, dues):
    numbers = " ".join(reference(each.serial) for each in dues)
    found = take_in(market, row(6 * PRICE, numbers), row(500, "水费", "自来水"))
    assert (found.rows_new, found.matched) == (2, 2)
    assert [(each.status, each.paid_fen) for each in dues] == [
        ("paid", 4 * PRICE),
        ("paid", 2 * PRICE),
    ]
    payments = session().query(Payment).order_by(Payment.bank_row_part).all()
    assert [payment.statement_id for payment in payments] == ids(dues)
    assert len({payment.bank_row_id for payment in payments}) == 1
    assert (owed(market), paid(market), findings()) == (0, 6 * PRICE, [])
    again = take_in(market, row(6 * PRICE, numbers))
    assert (again.rows_new, again.rows_known) == (0, 1)


def test_a_transfer_that_names_more_than_it_pays_is_left_to_a_person(market, dues):
    numbers = " ".join(reference(each.serial) for each in dues)
    assert take_in(market, row(6 * PRICE, f"{numbers} JS999999")).matched == 0
    assert [each.status for each in dues] == ["payable", "payable"]


def test_what_does_not_come_to_the_transfer_is_refused(market, dues):
    shown, _now = taken(market, 6 * PRICE - 1)
    with pytest.raises(SumDiffers) as refused:
        banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    assert refused.value.figures == {"paid_fen": 6 * PRICE - 1, "owed_fen": 6 * PRICE}
    assert [each.paid_fen for each in dues] == [0, 0]


def test_a_transfer_is_matched_once(market, dues):
    shown, _now = taken(market)
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    with pytest.raises(BankRowMatched):
        banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    with pytest.raises(BankRowMatched):
        banking.assign(market.callers["worker"], shown[0].id, dues[0].id, AT)


def test_only_what_is_payable_and_known_and_in_reach_is_paid(market, dues):
    shown, _now = taken(market)
    worker, row_id = market.callers["worker"], shown[0].id
    with pytest.raises(UnknownStatement):
        banking.assign_several(worker, row_id, [dues[0].id, row_id], AT)
    with pytest.raises(banking.UnknownBankRow):
        banking.assign_several(market.callers["auditor"], row_id, ids(dues), AT)
    paying.pay(worker, dues[0].id, fen=4 * PRICE, reference="现金", paid_on=day(11, 5), at=AT)
    with pytest.raises(WrongState):
        banking.assign_several(worker, row_id, ids(dues), AT)


def test_payments_by_one_transfer_are_taken_back_together(market, dues):
    shown, _now = taken(market)
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    first = session().query(Payment).filter_by(statement_id=dues[1].id).one()
    paying.take_back(market.callers["worker"], dues[1].id, first.id, reason="退票", at=AT)
    assert [(each.status, each.paid_fen) for each in dues] == [("payable", 0), ("payable", 0)]
    assert (owed(market), paid(market)) == (6 * PRICE, 0)
    assert findings() == []
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    assert paid(market) == 6 * PRICE
    assert findings() == []


def test_no_one_takes_back_payments_out_of_reach(market, dues):
    shown, _now = taken(market)
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    payment = session().query(Payment).filter_by(statement_id=dues[0].id).one()
    with pytest.raises(OutOfScope):
        paying.take_back(market.callers["auditor"], dues[0].id, payment.id, reason="退票", at=AT)


def test_the_books_themselves_give_each_part_of_a_transfer_once(market, dues):
    shown, _now = taken(market)
    banking.assign_several(market.callers["worker"], shown[0].id, ids(dues), AT)
    with pytest.raises(DBAPIError, match="uq_statement_payments_bank_row"):
        session().execute(
            text(
                "INSERT INTO statement_payments (id, statement_id, fen, reference, paid_on,"
                " bank_row_id, bank_row_part, recorded_by, recorded_at, taken_back_reason)"
                " SELECT gen_random_uuid(), statement_id, fen, reference, paid_on,"
                " bank_row_id, bank_row_part, recorded_by, recorded_at, ''"
                " FROM statement_payments"
            )
        )


def test_of_six_who_match_one_transfer_at_once_one_does(live):
    with live.app_context():
        market = open_market()
        with transaction():
            both = ids(two_dues(market))
            row_id = taken(market)[0][0].id
        worker = market.callers["worker"]

        def several():
            banking.assign_several(worker, row_id, both, AT)
            return "done"

        def others():
            banking.assign_several(worker, row_id, both[::-1], AT)
            return "done"

        outcomes = together(live, [several, others] * 3)
        assert outcomes.count("done") == 1
        with transaction():
            session().expire_all()
            assert paid(market) == 6 * PRICE
            assert session().query(Statement).filter_by(status="paid").count() == 2
            assert findings() == []


@pytest.fixture
def payables(shop):
    with transaction():
        return two_dues(shop)


def test_over_the_api_several_are_proposed_and_confirmed(client, shop, payables):
    content = csv(row(6 * PRICE, "货款"))
    sent = {"region": shop.region.code, "content": base64.b64encode(content).decode()}
    numbers = [reference(each.serial) for each in payables]
    seen = post(client, shop, "/bank-files/preview", sent).json["rows"][0]
    assert (seen["match"], seen["statements"]) == ("several", numbers)
    assert post(client, shop, "/bank-files", sent | {"name": "x.csv"}).json["matched"] == 0
    (left,) = get(client, shop, "/bank-rows").json["items"]
    assert [each["reference"] for each in left["suggestions"]] == numbers
    path = f"/bank-rows/{left['id']}/match"
    chosen = [each["id"] for each in left["suggestions"]]
    headers = shop.headers["worker"]
    for wrong in ({}, {"statement_id": chosen[0], "statement_ids": chosen}):
        answer = client.post(
            f"/api/v1{path}", json=wrong, headers=headers | {"Idempotency-Key": "a-key-of-its-own"}
        )
        assert answer.status_code == 422
    answer = client.post(
        f"/api/v1{path}",
        json={"statement_ids": chosen},
        headers=headers | {"Idempotency-Key": "another-key"},
    )
    assert (answer.status_code, answer.json["statement"]["status"]) == (200, "paid")
    (now,) = get(client, shop, "/bank-rows?state=matched").json["items"]
    assert now["statement_ids"] == chosen
    with transaction():
        last = session().query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (last.action, last.after["statements"]) == ("statement.pay", numbers)
