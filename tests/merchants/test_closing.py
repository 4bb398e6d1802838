"""A statement of nothing or less is settled by two persons' word, and its goods stand on it for good."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.merchants import closing, confirming, disputes, making, parties, statements
from incentive.merchants.settling_errors import (
    MerchantMayAnswer,
    NothingOwed,
    NothingToSettle,
    SomethingOwed,
    WrongState,
)
from incentive.merchants.statement_errors import (
    ContactOfMerchant,
    ObjectionsOpen,
    SamePerson,
    SponsorFirst,
)
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    PRICE,
    charged,
    confirmed,
    day,
    findings,
    noon,
    owed,
    post,
    sent,
    statement,
)

SENT, SILENT = noon(day(12, 2)), noon(day(12, 16))
WHY = "商户停业，差额不再追回"
NOVEMBER = {"first_day": day(11, 1), "last_day": day(11, 30)}


def returned_after_all(market):
    """October is charged; in November most of it comes back and one piece is given."""
    order = market.give_out(day(10, 20), 4)
    charged(market)
    market.take_back(order, day(11, 5))
    market.give_out(day(11, 6), 1)


def closing_statement(market):
    made = making.make_closing(
        market.callers["worker"],
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        at=noon(day(12, 1)),
        **NOVEMBER,
    )
    return statements.send(market.callers["worker"], made.statement.id, SENT).statement


def confirm(market, made, side, by, at=SENT):
    return confirming.confirm(market.callers[by], made.id, side=side, at=at).statement


def settle(market, made, by="worker", at=SENT):
    return closing.settle(market.callers[by], made.id, reason=WHY, at=at).statement


def settle_alone(market, made, by="chief", at=SILENT):
    found = closing.settle_without_merchant(market.callers[by], made.id, reason=WHY, at=at)
    return found.statement


@pytest.fixture
def made(market):
    returned_after_all(market)
    return closing_statement(market)


def test_more_given_back_than_given_waits_for_a_later_statement(market):
    returned_after_all(market)
    with pytest.raises(NothingToSettle):
        statement(market, day(11, 1), day(11, 30), at=noon(day(12, 1)))
    market.give_out(day(12, 5), 9)
    later = statement(market, day(11, 1), day(12, 9), at=noon(day(12, 10)))
    assert later.statement.total_fen == (1 + 9 - 4) * PRICE


def test_a_closing_statement_may_come_to_less_than_nothing(made):
    assert (made.status, made.total_fen) == ("sent", -3 * PRICE)


def test_a_closing_statement_of_no_order_at_all_is_refused(market):
    with pytest.raises(NothingToSettle):
        closing_statement(market)


def test_both_sides_word_settles_it_and_no_money_moves(market, made):
    before = owed(market)
    confirm(market, made, "merchant", "contact")
    assert confirm(market, made, "sponsor", "worker").status == "confirmed"
    assert settle(market, made).status == "settled"
    assert owed(market) == before
    assert findings() == []


def test_what_is_settled_comes_back_on_no_later_statement(market, made):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    settle(market, made)
    market.give_out(day(12, 5), 2)
    later = statement(market, day(12, 1), day(12, 9), at=noon(day(12, 10)))
    assert later.statement.total_fen == 2 * PRICE
    assert findings() == []


def test_a_settled_statement_reversed_carries_its_goods_over(market, made):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    settle(market, made)
    statements.reverse(market.callers["worker"], made.id, reason="商户又开张", at=SILENT)
    market.give_out(day(12, 5), 9)
    later = statement(market, day(11, 1), day(12, 9), at=noon(day(12, 10)))
    assert later.statement.total_fen == (1 + 9 - 4) * PRICE


def test_a_statement_corrected_to_nothing_is_settled_too(market):
    market.give_out(day(10, 5), 4)
    made = sent(market).statement
    found = disputes.object_to(
        market.callers["contact"], made.id, number=1, side="merchant", text="未发", at=SENT
    )
    answer = {"quantity": -4, "answer": "核减", "at": SENT}
    disputes.correct(market.callers["worker"], made.id, found.objections[0][0].id, **answer)
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(NothingOwed):
        confirming.charge(market.callers["worker"], made.id, SENT)
    assert settle(market, made).status == "settled"
    assert findings() == []


def test_what_is_owed_is_booked_and_not_settled(market):
    market.give_out(day(10, 5), 4)
    made = confirmed(market).statement
    with pytest.raises(SomethingOwed):
        settle(market, made)


def test_nothing_is_settled_on_one_sides_word(market, made):
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(WrongState):
        settle(market, made)


@pytest.mark.parametrize("by", ["auditor", "contact"])
def test_only_who_decides_for_the_paying_side_settles(market, made, by):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(OutOfScope):
        settle(market, made, by=by)


def test_a_merchant_who_is_silent_is_waited_for_two_weeks_and_then_no_longer(market, made):
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(MerchantMayAnswer, match="2026-12-16"):
        settle_alone(market, made, at=noon(day(12, 15)))
    assert settle_alone(market, made).status == "settled"
    assert findings() == []


def test_a_correction_gives_the_merchant_its_two_weeks_again(market, made):
    found = disputes.object_to(
        market.callers["worker"], made.id, number=1, side="sponsor", text="未发", at=SENT
    )
    answer = {"quantity": -1, "answer": "核减", "at": noon(day(12, 10))}
    disputes.correct(market.callers["chief"], made.id, found.objections[0][0].id, **answer)
    confirm(market, made, "sponsor", "worker", noon(day(12, 10)))
    with pytest.raises(MerchantMayAnswer, match="2026-12-24"):
        settle_alone(market, made)


def test_without_the_merchant_it_takes_two_persons(market, made):
    with pytest.raises(SponsorFirst):
        settle_alone(market, made)
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(SamePerson):
        settle_alone(market, made, by="worker")
    with pytest.raises(OutOfScope):
        settle_alone(market, made, by="auditor")


def test_a_contact_of_the_merchant_does_not_stand_in_for_it(market, made):
    confirm(market, made, "sponsor", "worker")
    number = market.people["chief"].volunteer_number
    parties.add_contact(
        market.callers["worker"], market.merchant_id, volunteer_number=number, at=SENT
    )
    with pytest.raises(ContactOfMerchant):
        settle_alone(market, made)


def test_an_objection_is_answered_before_anything_is_settled(market, made):
    confirm(market, made, "sponsor", "worker")
    disputes.object_to(
        market.callers["contact"], made.id, number=1, side="merchant", text="少记", at=SENT
    )
    with pytest.raises(ObjectionsOpen):
        settle_alone(market, made)


def test_the_books_themselves_refuse_one_person_for_both_words(market, made):
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(DBAPIError, match="uq_statement_confirmations"):
        session().execute(
            text(
                "INSERT INTO statement_confirmations VALUES"
                " (:statement, 0, 'second', :person, 1, now())"
            ),
            {"statement": made.id, "person": market.people["worker"].id},
        )


def test_the_books_themselves_refuse_to_settle_what_is_owed(market):
    market.give_out(day(10, 5), 4)
    made = confirmed(market).statement
    made.status, made.closed_by, made.closed_at = "settled", made.made_by, SENT
    with pytest.raises(DBAPIError, match="ck_merchant_statements_settled"):
        session().flush()


def test_the_nightly_run_finds_a_statement_settled_on_one_word(market, made):
    confirm(market, made, "sponsor", "worker")
    made.status, made.closed_by, made.closed_at = "settled", made.made_by, SENT
    session().flush()
    assert findings() == ["what is owed or settled has the word of two persons"]


def test_over_the_api_and_with_a_record_of_who_did_it(client, shop):
    with transaction():
        returned_after_all(shop)
    body = {"merchant_id": shop.merchant_id, "sponsor_id": shop.sponsor_id}
    # November is over only in December: the goods of these days are what came back by then.
    body |= {"first_day": "2026-11-01", "last_day": "2026-11-10"}
    refused = post(client, shop, "/merchant-statements", body)
    assert refused.json["code"] == "merchants.nothing_to_settle"
    made = post(client, shop, "/merchant-statements/closing", body)
    assert (made.status_code, made.json["statement"]["total_fen"]) == (201, -3 * PRICE)
    path = f"/merchant-statements/{made.json['statement']['id']}"
    post(client, shop, f"{path}/send")
    post(client, shop, f"{path}/confirmations", {"side": "sponsor"})
    early = post(client, shop, f"{path}/settle-without-merchant", {"reason": WHY}, by="chief")
    assert early.json["code"] == "merchants.merchant_may_answer"
    post(client, shop, f"{path}/confirmations", {"side": "merchant"}, "contact")
    assert post(client, shop, f"{path}/charge").json["code"] == "merchants.nothing_owed"
    done = post(client, shop, f"{path}/settle", {"reason": WHY})
    assert done.json["statement"]["status"] == "settled"
    assert done.json["statement"]["close_reason"] == WHY
    with transaction():
        done = session().query(AuditEntry).order_by(AuditEntry.id)
        entries = done.all()
        settled, actions = entries[-1], [entry.action for entry in entries]
        assert (settled.action, settled.reason) == ("statement.settle", WHY)
        assert actions.count("statement.make") == 2
