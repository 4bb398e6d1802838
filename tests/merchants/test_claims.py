"""What a merchant owes on a statement below nothing is claimed, comes back, and is reconciled."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.ledger import service as ledger
from incentive.merchants import (
    banking,
    claiming,
    closing,
    confirming,
    parties,
    paying,
    statements,
)
from incentive.merchants.domain import reference
from incentive.merchants.errors import BudgetExceeded, NothingSpent
from incentive.merchants.models import SponsorBudget
from incentive.merchants.payment_models import Payment
from incentive.merchants.settling_errors import MerchantMayAnswer, NothingToClaim, WrongState
from incentive.merchants.statement_errors import PaidTooMuch, PaymentsStand, SamePerson
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    API,
    PRICE,
    charged,
    confirmed,
    day,
    findings,
    noon,
    open_market,
    owed,
    paid,
    post,
    statement,
)
from tests.merchants.test_closing import (
    SENT,
    SILENT,
    WHY,
    closing_statement,
    confirm,
    returned_after_all,
)
from tests.merchants.test_races import together

OWED = 3 * PRICE
HEAD = "日期,支出金额,收入金额,附言,对方户名\n"


@pytest.fixture
def made(market):
    """October's four pieces are paid; all of them came back, and one was given since."""
    returned_after_all(market)
    october = statements.listing(market.callers["worker"], status="payable").items[0][0]
    paying.pay(
        market.callers["worker"],
        october.id,
        fen=4 * PRICE,
        reference="网银",
        paid_on=day(11, 5),
        at=SENT,
    )
    return closing_statement(market)


@pytest.fixture
def claimed(market, made):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    return claim(market, made)


def claim(market, made, by="worker"):
    return claiming.claim(market.callers[by], made.id, SENT).statement


def give_back(market, made, fen):
    return paying.give_back(
        market.callers["worker"],
        made.id,
        fen=fen,
        reference="退款",
        paid_on=day(12, 2),
        at=SENT,
    )


def bank(market, *rows):
    content = (HEAD + "".join(f"2026-12-02,{row}\n" for row in rows)).encode("gb18030")
    worker = market.callers["worker"]
    return banking.take_in(
        worker, region=market.region.code, name="十二月.csv", content=content, at=SENT
    )


def spent(market):
    session().expire_all()
    return session().get_one(SponsorBudget, market.budget_id).spent_fen


def test_a_claim_is_owed_by_the_merchant_and_the_budget_has_it_back(market, claimed):
    assert (claimed.status, claimed.total_fen, claimed.paid_fen) == ("claimed", -OWED, 0)
    assert owed(market) == -OWED
    assert ledger.total(f"sponsor:{market.sponsor_id}", "budget", "fen") == -PRICE
    assert spent(market) == PRICE
    assert findings() == []


def test_what_came_back_in_full_closes_the_claim(market, claimed):
    found = give_back(market, claimed, OWED)
    assert (found.statement.status, found.statement.paid_fen) == ("returned", -OWED)
    assert (owed(market), paid(market)) == (0, PRICE)
    assert findings() == []


def test_a_part_leaves_the_rest_claimed_and_no_more_than_it_comes_back(market, claimed):
    assert give_back(market, claimed, PRICE).statement.status == "claimed"
    assert owed(market) == -2 * PRICE
    with pytest.raises(PaidTooMuch) as refused:
        give_back(market, claimed, OWED)
    assert refused.value.figures["outstanding_fen"] == 2 * PRICE
    assert findings() == []


def test_nothing_is_paid_to_the_merchant_on_a_claim(market, claimed):
    with pytest.raises(WrongState):
        paying.pay(
            market.callers["worker"],
            claimed.id,
            fen=1,
            reference="误",
            paid_on=day(12, 2),
            at=SENT,
        )


def test_money_that_came_in_is_found_in_the_banks_file(market, claimed):
    found = bank(market, f",37.50,退款 {reference(claimed.serial)},翠湖便利店", ",9.00,捐款,某人")
    assert (found.rows_new, found.matched) == (2, 1)
    assert (claimed.status, claimed.paid_fen) == ("returned", -OWED)
    assert (owed(market), findings()) == (0, [])
    ((left, now),) = banking.rows(market.callers["worker"]).items
    assert (left[0].fen, now.kind) == (-900, "unquoted")


def test_money_that_went_out_does_not_close_a_claim(market, claimed):
    quoted = reference(claimed.serial)
    found = bank(market, f"37.50,,误付 {quoted},翠湖便利店")
    assert [seen.match.kind for seen in found.rows] == ["not_payable"]
    assert claimed.status == "claimed"
    ((row, _now),) = banking.rows(market.callers["worker"]).items
    with pytest.raises(WrongState):
        banking.assign(market.callers["worker"], row[0].id, claimed.id, SENT)


def test_a_part_that_came_in_is_matched_by_hand(market, claimed):
    found = bank(market, f",12.50,退款 {reference(claimed.serial)},翠湖便利店")
    assert [seen.match.kind for seen in found.rows] == ["partial"]
    ((row, _now),) = banking.rows(market.callers["worker"]).items
    banking.assign(market.callers["worker"], row[0].id, claimed.id, SENT)
    assert (claimed.status, claimed.paid_fen) == ("claimed", -PRICE)
    assert findings() == []


def test_money_that_came_back_by_mistake_is_taken_back(market, claimed):
    give_back(market, claimed, OWED)
    payment = session().query(Payment).filter_by(statement_id=claimed.id).one()
    assert payment.fen == -OWED
    paying.take_back(market.callers["worker"], claimed.id, payment.id, reason="退票", at=SENT)
    assert (claimed.status, claimed.paid_fen, owed(market)) == ("claimed", 0, -OWED)
    assert findings() == []


def test_a_claim_given_up_is_borne_by_the_budget_and_both_entries_stay(market, claimed):
    found = claiming.let_go(market.callers["worker"], claimed.id, reason=WHY, at=SENT).statement
    assert (found.status, found.close_reason, owed(market)) == ("settled", WHY, 0)
    assert spent(market) == 4 * PRICE
    last = session().query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (last.action, last.before, last.reason) == (
        "statement.settle",
        {"status": "claimed"},
        WHY,
    )
    assert findings() == []


def test_a_claim_is_not_given_up_once_something_came_back(market, claimed):
    give_back(market, claimed, PRICE)
    with pytest.raises(PaymentsStand):
        claiming.let_go(market.callers["worker"], claimed.id, reason=WHY, at=SENT)
    with pytest.raises(PaymentsStand):
        statements.reverse(market.callers["worker"], claimed.id, reason=WHY, at=SENT)


def test_a_claim_is_not_given_up_where_the_budget_cannot_bear_it(market, claimed):
    parties.change_budget(market.callers["chief"], market.budget_id, PRICE)
    with pytest.raises(BudgetExceeded):
        claiming.let_go(market.callers["worker"], claimed.id, reason=WHY, at=SENT)


def test_a_claim_reversed_becomes_lines_of_the_next_statement(market, claimed):
    statements.reverse(market.callers["worker"], claimed.id, reason="商户又开张", at=SILENT)
    market.give_out(day(12, 5), 9)
    later = statement(market, day(11, 1), day(12, 9), at=noon(day(12, 10)))
    assert later.statement.total_fen == (1 + 9 - 4) * PRICE
    assert (owed(market), spent(market), findings()) == (0, 4 * PRICE, [])


def test_what_is_owed_to_the_merchant_is_not_claimed(market):
    market.give_out(day(10, 5), 4)
    with pytest.raises(NothingToClaim):
        claim(market, confirmed(market).statement)


def test_nothing_is_claimed_on_one_sides_word(market, made):
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(WrongState):
        claim(market, made)


@pytest.mark.parametrize("by", ["auditor", "contact"])
def test_only_who_decides_for_the_paying_side_claims(market, made, by):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    with pytest.raises(OutOfScope):
        claim(market, made, by)


def test_from_a_silent_merchant_two_persons_claim_after_two_weeks(market, made):
    confirm(market, made, "sponsor", "worker")
    alone = claiming.claim_without_merchant
    with pytest.raises(MerchantMayAnswer):
        alone(market.callers["chief"], made.id, SENT)
    with pytest.raises(SamePerson):
        alone(market.callers["worker"], made.id, SILENT)
    assert alone(market.callers["chief"], made.id, SILENT).statement.status == "claimed"
    assert findings() == []


def test_the_budget_that_paid_for_the_goods_has_the_money_back(market):
    """Given under this year's budget, returned under the next one's, which has spent nothing."""
    parties.add_budget(
        market.callers["chief"],
        market.sponsor_id,
        first_day=day(1, 1).replace(year=2027),
        last_day=day(12, 31).replace(year=2027),
        fen=1_000_000,
        at=SENT,
    )
    order = market.give_out(day(12, 20), 4)
    charged(market, first=day(12, 1), last=day(12, 29), at=noon(day(12, 30)))
    january = day(1, 5).replace(year=2027)
    market.take_back(order, january)
    at = noon(day(2, 1).replace(year=2027))
    made = closing_statement_of(market, january, at)
    confirming.confirm(market.callers["contact"], made.id, side="merchant", at=at)
    confirming.confirm(market.callers["worker"], made.id, side="sponsor", at=at)
    claiming.claim(market.callers["worker"], made.id, at)
    assert (made.budget_id, spent(market)) == (market.budget_id, 0)
    assert findings() == []


def closing_statement_of(market, on, at):
    from incentive.merchants import making

    made = making.make_closing(
        market.callers["worker"],
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        first_day=on,
        last_day=on,
        at=at,
    )
    return statements.send(market.callers["worker"], made.statement.id, at).statement


def test_what_no_budget_has_spent_comes_back_to_none(market):
    """The goods stood on a statement that was settled, so no budget ever paid for them."""
    order = market.give_out(day(10, 20), 4)
    charged(market)
    market.take_back(order, day(11, 5))
    made = closing_statement(market)
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    session().get_one(SponsorBudget, market.budget_id).spent_fen = 0
    session().flush()
    with pytest.raises(NothingSpent):
        claim(market, made)


def test_the_books_themselves_hold_a_claim_to_what_is_owed(market, claimed):
    claimed.paid_fen = -OWED - 1
    with pytest.raises(DBAPIError, match="ck_merchant_statements_paid_fen"):
        session().flush()


def test_the_books_themselves_refuse_to_claim_what_is_owed_to_the_merchant(market):
    market.give_out(day(10, 5), 4)
    made = charged(market).statement
    with pytest.raises(DBAPIError, match="ck_merchant_statements_charged"):
        session().execute(
            text("UPDATE merchant_statements SET status = 'claimed' WHERE id = :id"),
            {"id": made.id},
        )


def test_the_nightly_run_finds_a_claim_that_nobody_booked(market, made):
    confirm(market, made, "merchant", "contact")
    confirm(market, made, "sponsor", "worker")
    made.status, made.budget_id = "claimed", market.budget_id
    made.charged_by, made.charged_at = made.made_by, SENT
    session().flush()
    assert set(findings()) == {
        "a statement is charged in the ledger with its total, once, if it is payable",
        "what is owed to each merchant is what its payable statements leave open",
        "what is spent of each budget is the statements charged to it",
    }


def test_of_two_who_claim_or_settle_at_once_one_does(live):
    with live.app_context():
        market = open_market()
        with transaction():
            returned_after_all(market)
            made = closing_statement(market)
            confirm(market, made, "merchant", "contact")
            confirm(market, made, "sponsor", "worker")
            statement_id = made.id
        worker = market.callers["worker"]

        def claims():
            return claiming.claim(worker, statement_id, SENT).statement.status

        def settles():
            return closing.settle(worker, statement_id, reason=WHY, at=SENT).statement.status

        outcomes = together(live, [claims, settles] * 3)
        assert outcomes.count("merchants.wrong_state") == 5
        with transaction():
            assert findings() == []


def test_over_the_api_and_on_paper(client, shop):
    with transaction():
        returned_after_all(shop)
        october = statements.listing(shop.callers["worker"], status="payable").items[0][0]
        made = closing_statement(shop)
        confirm(shop, made, "merchant", "contact")
        confirm(shop, made, "sponsor", "worker")
        path = f"/merchant-statements/{made.id}"
    assert post(client, shop, f"/merchant-statements/{october.id}/claim").status_code == 409
    done = post(client, shop, f"{path}/claim")
    assert done.json["statement"]["status"] == "claimed"
    body = {"fen": OWED, "reference": "退款", "paid_on": day(11, 20)}
    back = post(client, shop, f"{path}/repayments", body)
    assert back.json["statement"]["status"] == "returned"
    assert (back.json["statement"]["paid_fen"], back.json["payments"][0]["fen"]) == (-OWED, -OWED)
    assert post(client, shop, f"{path}/let-go", {"reason": WHY}).json["code"] == (
        "merchants.wrong_state"
    )
    file = client.get(f"{API}{path}.xlsx", headers=shop.headers["worker"])
    sheet = load_workbook(io.BytesIO(file.data)).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert cells.count("37.50") == 2
    assert client.get(f"{API}{path}.pdf", headers=shop.headers["worker"]).status_code == 200
    with transaction():
        actions = [entry.action for entry in session().query(AuditEntry).order_by(AuditEntry.id)]
        assert actions[-2:] == ["statement.claim", "statement.pay"]
