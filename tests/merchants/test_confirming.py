"""Two sides, two persons; objections are answered and never edited away; the budget holds."""

from contextlib import nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.core.db import session
from incentive.merchants import confirming, disputes, parties, paying, statements
from incentive.merchants.errors import BudgetExceeded, NoBudget
from incentive.merchants.models import SponsorBudget
from incentive.merchants.settling_errors import CorrectionTooLarge, WrongState
from incentive.merchants.statement_errors import (
    ConfirmedBefore,
    ContactOfMerchant,
    LineObjected,
    NotAContact,
    ObjectionsOpen,
    OrdersNotOnLine,
    OwnObjection,
    PaidInFuture,
    PaidTooMuch,
    PaymentsStand,
    StatementChanged,
    UnknownLine,
    UnknownObjection,
    UnknownPayment,
)
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    PRICE,
    build_market,
    charged,
    confirmed,
    day,
    findings,
    noon,
    owed,
    paid,
    sent,
    statement,
)

AT = noon(day(11, 3))


def confirm(market, made, side, by):
    return confirming.confirm(market.callers[by], made.id, side=side, at=AT)


@pytest.fixture
def made(market):
    market.give_out(day(10, 5), 4)
    return sent(market).statement


@pytest.fixture
def objection(market, made):
    found = disputes.object_to(
        market.callers["contact"], made.id, number=1, side="merchant", text="多记了一袋", at=AT
    )
    return found.objections[0][0]


def test_a_statement_is_confirmed_when_both_sides_have_by_two_persons(market, made):
    assert confirm(market, made, "merchant", "contact").statement.status == "sent"
    assert confirm(market, made, "sponsor", "worker").statement.status == "confirmed"
    assert findings() == []


def test_the_order_of_the_sides_does_not_matter(market, made):
    assert confirm(market, made, "sponsor", "worker").statement.status == "sent"
    assert confirm(market, made, "merchant", "contact").statement.status == "confirmed"


@pytest.mark.parametrize(
    ("side", "by", "error"),
    [
        ("merchant", "worker", NotAContact),
        ("merchant", "chief", NotAContact),
        ("sponsor", "contact", OutOfScope),
        ("sponsor", "auditor", OutOfScope),
    ],
)
def test_a_side_is_confirmed_only_by_who_speaks_for_it(market, made, side, by, error):
    with pytest.raises(error):
        confirm(market, made, side, by)


def test_who_speaks_for_the_merchant_does_not_decide_for_who_pays(market, made):
    number = market.people["worker"].volunteer_number
    parties.add_contact(market.callers["chief"], market.merchant_id, volunteer_number=number, at=AT)
    with pytest.raises(ContactOfMerchant):
        confirm(market, made, "sponsor", "worker")


def test_one_person_for_both_sides_is_refused_by_the_database_itself(market, made):
    confirm(market, made, "merchant", "contact")
    with pytest.raises(DBAPIError, match="uq_statement_confirmations"):
        session().execute(
            text(
                "INSERT INTO statement_confirmations VALUES"
                " (:statement, 0, 'sponsor', :person, 1, now())"
            ),
            {"statement": made.id, "person": market.people["contact"].id},
        )


def test_a_side_confirms_once(market, made):
    confirm(market, made, "merchant", "contact")
    with pytest.raises(ConfirmedBefore):
        confirm(market, made, "merchant", "contact")


def test_a_contact_that_ended_speaks_no_longer(market, made):
    (row,) = parties.contacts(market.callers["chief"], market.merchant_id)
    parties.end_contact(market.callers["chief"], row[0].id, AT)
    with pytest.raises(statements.UnknownStatement):
        confirm(market, made, "merchant", "contact")


def test_a_draft_is_confirmed_by_nobody(market):
    market.give_out(day(10, 5))
    with pytest.raises(WrongState):
        confirm(market, statement(market).statement, "merchant", "contact")


def test_nothing_is_confirmed_while_an_objection_waits(market, made, objection):
    with pytest.raises(ObjectionsOpen):
        confirm(market, made, "sponsor", "worker")
    disputes.decline(market.callers["worker"], made.id, objection.id, answer="监控可查", at=AT)
    assert confirm(market, made, "sponsor", "worker").objections[0][0].outcome == "declined"


def test_an_objection_is_met_by_a_line_of_correction_and_nothing_is_edited(market, made, objection):
    found = disputes.correct(
        market.callers["worker"], made.id, objection.id, quantity=-1, answer="核减一袋", at=AT
    )
    given, correction = (row[0] for row in found.lines)
    assert (given.quantity, given.amount_fen) == (4, 4 * PRICE)
    assert (correction.kind, correction.quantity, correction.amount_fen) == (
        "correction",
        -1,
        -PRICE,
    )
    assert found.lines[1].corrects == 1
    assert (found.statement.total_fen, found.statement.revision) == (3 * PRICE, 1)
    assert findings() == []


def test_orders_taken_off_a_line_are_not_taken_off_once_more_when_they_are_refunded(market):
    never = market.give_out(day(10, 5), 3)
    given = market.give_out(day(10, 6), 2)
    made = sent(market).statement
    objection = disputes.object_to(
        market.callers["contact"], made.id, number=1, side="merchant", text="没有发过", at=AT
    ).objections[0][0]
    answer = {"answer": "柜台误扫", "at": AT}
    for wrong in ([], [never, made.id]):
        with pytest.raises(OrdersNotOnLine):
            disputes.take_off(
                market.callers["worker"], made.id, objection.id, orders=wrong, **answer
            )
    found = disputes.take_off(
        market.callers["worker"], made.id, objection.id, orders=[never], **answer
    )
    correction = found.lines[1][0]
    assert (correction.quantity, correction.reason) == (-3, "柜台误扫")
    assert found.statement.total_fen == 2 * PRICE
    # The counter puts its books right later, and somebody brings back what they really had.
    market.take_back(never, day(11, 4))
    market.take_back(given, day(11, 5))
    market.give_out(day(11, 6), 9)
    later = statement(market, day(11, 1), day(11, 10), at=noon(day(11, 12)))
    assert [row[0].quantity for row in later.lines] == [9, -2]
    assert findings() == []


def test_an_order_is_taken_off_once(market):
    one, two = market.give_out(day(10, 5)), market.give_out(day(10, 6))
    made = sent(market).statement
    for orders, refusal in (([one], None), ([one, two], OrdersNotOnLine)):
        objection = disputes.object_to(
            market.callers["contact"], made.id, number=1, side="merchant", text="x", at=AT
        ).objections[-1][0]
        with pytest.raises(refusal) if refusal else nullcontext():
            disputes.take_off(
                market.callers["worker"], made.id, objection.id, orders=orders, answer="x", at=AT
            )


def test_who_confirmed_before_a_correction_confirms_again(market, made):
    confirm(market, made, "sponsor", "worker")
    found = disputes.object_to(
        market.callers["contact"], made.id, number=1, side="merchant", text="少", at=AT
    )
    disputes.correct(
        market.callers["worker"],
        made.id,
        found.objections[0][0].id,
        quantity=1,
        answer="补一袋",
        at=AT,
    )
    assert confirm(market, made, "merchant", "contact").statement.status == "sent"
    assert confirm(market, made, "sponsor", "worker").statement.status == "confirmed"


def test_what_was_corrected_since_it_was_read_is_not_confirmed_unseen(market, made):
    contact = market.callers["contact"]
    read = made.revision
    found = disputes.object_to(contact, made.id, number=1, side="merchant", text="少", at=AT)
    objection_id = found.objections[0][0].id
    disputes.correct(
        market.callers["worker"], made.id, objection_id, quantity=-1, answer="x", at=AT
    )
    with pytest.raises(StatementChanged) as refused:
        confirming.confirm(contact, made.id, side="merchant", at=AT, revision=read)
    assert refused.value.figures["total_fen"] == made.total_fen
    found = confirming.confirm(contact, made.id, side="merchant", at=AT, revision=read + 1)
    assert [row[0].revision for row in found.confirmations] == [read + 1]


def test_no_more_is_taken_off_a_line_than_is_on_it(market, made, objection):
    with pytest.raises(CorrectionTooLarge):
        disputes.correct(
            market.callers["worker"], made.id, objection.id, quantity=-5, answer="x", at=AT
        )


def test_an_objection_is_answered_once_and_by_another(market, made):
    found = disputes.object_to(
        market.callers["worker"], made.id, number=1, side="sponsor", text="查", at=AT
    )
    objection_id = found.objections[0][0].id
    with pytest.raises(OwnObjection):
        disputes.decline(market.callers["worker"], made.id, objection_id, answer="x", at=AT)
    disputes.decline(market.callers["chief"], made.id, objection_id, answer="x", at=AT)
    with pytest.raises(UnknownObjection):
        disputes.decline(market.callers["chief"], made.id, objection_id, answer="x", at=AT)


def test_a_line_has_one_open_objection_and_a_correction_none(market, made, objection):
    with pytest.raises(LineObjected), session().begin_nested():
        disputes.object_to(
            market.callers["worker"], made.id, number=1, side="sponsor", text="x", at=AT
        )
    disputes.correct(
        market.callers["worker"], made.id, objection.id, quantity=-1, answer="x", at=AT
    )
    with pytest.raises(UnknownLine):
        disputes.object_to(
            market.callers["contact"], made.id, number=2, side="merchant", text="x", at=AT
        )


def test_what_is_charged_is_owed_to_the_merchant_and_off_the_budget(market):
    market.give_out(day(10, 5), 4)
    found = charged(market).statement
    budget = session().get(SponsorBudget, market.budget_id, populate_existing=True)
    assert (found.status, owed(market), budget.spent_fen) == ("payable", 4 * PRICE, 4 * PRICE)
    assert findings() == []


def test_only_what_both_sides_confirmed_is_charged(market, made):
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(WrongState):
        confirming.charge(market.callers["worker"], made.id, AT)


def test_nothing_is_charged_past_the_budget(tx):
    market = build_market(budget=4 * PRICE - 1)
    market.give_out(day(10, 5), 4)
    with pytest.raises(BudgetExceeded) as refused:
        charged(market)
    assert refused.value.figures == {"needed_fen": 4 * PRICE, "left_fen": 4 * PRICE - 1}


def test_a_budget_is_spent_to_its_last_fen(tx):
    market = build_market(budget=4 * PRICE)
    market.give_out(day(10, 5), 4)
    assert charged(market).statement.status == "payable"


def test_days_without_a_budget_are_not_charged(tx):
    market = build_market(budget=None)
    parties.add_budget(
        market.callers["chief"],
        market.sponsor_id,
        first_day=day(10, 2),
        last_day=day(12, 31),
        fen=10**9,
        at=AT,
    )
    market.give_out(day(10, 5), 4)
    with pytest.raises(NoBudget):
        charged(market)


def test_a_reversal_gives_the_budget_back(market):
    market.give_out(day(10, 5), 4)
    found = charged(market).statement
    statements.reverse(market.callers["worker"], found.id, reason="错", at=AT)
    budget = session().get(SponsorBudget, market.budget_id, populate_existing=True)
    assert (budget.spent_fen, owed(market)) == (0, 0)
    assert findings() == []


def pay(market, found, fen, on=None, reference="转账 1"):
    return paying.pay(
        market.callers["worker"],
        found.id,
        fen=fen,
        reference=reference,
        paid_on=on or day(11, 5),
        at=noon(day(11, 6)),
    )


def test_a_statement_is_paid_when_all_of_it_is(market):
    market.give_out(day(10, 5), 4)
    found = charged(market).statement
    assert pay(market, found, PRICE).statement.status == "payable"
    assert (owed(market), paid(market)) == (3 * PRICE, PRICE)
    assert pay(market, found, 3 * PRICE).statement.status == "paid"
    assert (owed(market), paid(market)) == (0, 4 * PRICE)
    assert findings() == []


def test_no_more_is_paid_than_is_owed_and_nothing_in_the_future(market):
    market.give_out(day(10, 5), 4)
    found = charged(market).statement
    with pytest.raises(PaidTooMuch):
        pay(market, found, 4 * PRICE + 1)
    with pytest.raises(PaidInFuture):
        pay(market, found, PRICE, on=day(11, 7))
    pay(market, found, 4 * PRICE)
    with pytest.raises(WrongState):
        pay(market, found, 1)


def test_a_payment_is_taken_back_in_the_open_and_then_the_statement_may_be_reversed(market):
    market.give_out(day(10, 5), 4)
    found = charged(market).statement
    payment = pay(market, found, 4 * PRICE).payments[0][0]
    with pytest.raises(PaymentsStand):
        statements.reverse(market.callers["worker"], found.id, reason="错", at=AT)
    back = paying.take_back(
        market.callers["worker"], found.id, payment.id, reason="退票", at=noon(day(11, 7))
    )
    assert (back.statement.status, back.statement.paid_fen) == ("payable", 0)
    assert (owed(market), paid(market)) == (4 * PRICE, 0)
    assert findings() == []
    with pytest.raises(UnknownPayment):
        paying.take_back(
            market.callers["worker"], found.id, payment.id, reason="退票", at=noon(day(11, 7))
        )
    statements.reverse(market.callers["worker"], found.id, reason="错", at=AT)
    assert findings() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statement_lines SET quantity = 1, amount_fen = price_fen",
        "DELETE FROM statement_lines",
        "UPDATE statement_orders SET quantity = 1",
        "DELETE FROM statement_orders",
        "UPDATE statement_confirmations SET side = 'sponsor'",
        "DELETE FROM statement_confirmations",
        "UPDATE statement_objections SET text = 'x'",
        "UPDATE statement_payments SET fen = 1",
        "DELETE FROM statement_payments",
        "UPDATE merchant_statements SET first_day = last_day",
        "DELETE FROM merchant_statements",
        "UPDATE price_agreements SET price_fen = 1",
        "DELETE FROM price_agreements",
        "UPDATE sponsor_budgets SET sponsor_id = id",
        "UPDATE merchant_contacts SET person_id = added_by",
        "DELETE FROM merchants",
        "UPDATE bank_rows SET fen = 1",
        "DELETE FROM bank_files",
    ],
)
def test_what_is_evidence_the_application_cannot_change(market, change):
    with pytest.raises(DBAPIError, match="permission denied"):
        session().execute(text(change))


def test_a_confirmed_statement_takes_no_objection(market):
    market.give_out(day(10, 5))
    made = confirmed(market).statement
    with pytest.raises(WrongState):
        disputes.object_to(
            market.callers["contact"], made.id, number=1, side="merchant", text="x", at=AT
        )
