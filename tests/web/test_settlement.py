"""Merchants' settlement through the pages: from a price to a payment that the bank shows."""

import io
import re
from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.merchants.domain import reference
from incentive.merchants.models import PriceAgreement, SponsorBudget
from incentive.merchants.payment_models import BankRow, Payment
from incentive.merchants.statement_models import Objection, Statement
from tests.merchants.conftest import PRICE, charged, day, open_market, sent
from tests.merchants.conftest import statement as draft
from tests.merchants.test_shared_transfers import taken, two_dues


@pytest.fixture
def shop(books):
    return open_market()


@pytest.fixture
def given_out(shop):
    with transaction():
        shop.give_out(day(10, 5), 4)
    return shop


@pytest.fixture
def people(browsing, shop):
    return {name: browsing(person) for name, person in shop.people.items()}


def acts():
    with transaction():
        return [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]


def one(kind):
    with transaction():
        return session().query(kind).populate_existing().order_by(kind.id.desc()).first()


def done(answer, page, path):
    """The answer is a redirect to `path`, which then says what was done."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(path)
    return page.get(answer.headers["Location"]).text


def test_parties_prices_and_budgets_are_entered_and_ended(shop, people):
    chief, code = people["chief"], shop.region.code
    before = len(acts())
    fresh = {"name": "南屏百货", "credit_code": "", "region": code}
    assert "南屏百货" in done(chief.send("/merchants", **fresh), chief, "/merchants")
    assert chief.send("/merchants", **fresh).status_code == 409
    assert "慈善会" in done(
        chief.send("/sponsors", name="慈善会", region=code), chief, "/merchants"
    )
    number = shop.people["stranger"].volunteer_number
    merchant, sponsor = f"/merchants/{shop.merchant_id}", f"/sponsors/{shop.sponsor_id}"
    text = done(chief.send(f"{merchant}/contacts", volunteer_number=number), chief, merchant)
    assert number in text
    contact = re.findall(rf"{merchant}/contacts/([0-9a-f-]+)/end", text)[-1]
    done(chief.send(f"{merchant}/contacts/{contact}/end"), chief, merchant)
    days = {"first_day": "2027-01-01", "last_day": "2027-12-31"}
    done(chief.send(f"{sponsor}/budgets", **days, fen="1,234.50"), chief, sponsor)
    budget = one(SponsorBudget)
    assert budget.fen == 123_450
    done(chief.send(f"{sponsor}/budgets/{budget.id}", fen="2000"), chief, sponsor)
    assert one(SponsorBudget).fen == 200_000
    refused = chief.send(f"{sponsor}/budgets", **days, fen="1")
    assert (refused.status_code, "has a budget on some" in refused.text) == (409, True)
    chosen = {
        "item_id": shop.other.id,
        "merchant_id": shop.merchant_id,
        "sponsor_id": shop.sponsor_id,
        "price_fen": "12.5",
        "valid_from": "2026-02-01",
    }
    done(chief.send("/price-agreements", **chosen), chief, "/price-agreements")
    agreed = one(PriceAgreement)
    assert (agreed.price_fen, agreed.valid_until) == (1250, None)
    overlap = chief.send("/price-agreements", **chosen)
    assert (overlap.status_code, "End that one" in overlap.text) == (409, True)
    wrong = chief.send("/price-agreements", **(chosen | {"price_fen": "1.234"}))
    assert (wrong.status_code, "as in 12.50" in wrong.text) == (422, True)
    done(
        chief.send(f"/price-agreements/{agreed.id}/end", last_day="2026-03-01", reason="换货"),
        chief,
        "/price-agreements",
    )
    assert one(PriceAgreement).valid_until == day(3, 1)
    assert acts()[before:] == [
        "merchant.add",
        "sponsor.add",
        "merchant.contact",
        "merchant.contact",
        "sponsor.budget",
        "sponsor.budget",
        "agreement.make",
        "agreement.end",
    ]


def test_a_statement_goes_from_draft_to_paid_through_the_pages(given_out, people):
    worker, contact = people["worker"], people["contact"]
    before = len(acts())
    wanted = {
        "merchant_id": given_out.merchant_id,
        "sponsor_id": given_out.sponsor_id,
        "first_day": "2026-10-01",
        "last_day": "2026-10-31",
    }
    text = done(worker.send("/merchant-statements", **wanted), worker, "/merchant-statements")
    assert f"{4 * PRICE / 100:.2f}" in text
    nothing = worker.send("/merchant-statements", **wanted)
    assert (nothing.status_code, "not on a statement" in nothing.text) == (409, True)
    made = one(Statement)
    path = f"/merchant-statements/{made.id}"
    assert contact.get(path).status_code == 200
    assert f"{path}/send" not in contact.get(path).text
    done(worker.send(f"{path}/send"), worker, path)
    empty = contact.send(f"{path}/lines/1/object", side="merchant", text="")
    assert (empty.status_code, "cannot be read" in empty.text) == (422, True)
    text = done(
        contact.send(f"{path}/lines/1/object", side="merchant", text="少一袋"), contact, path
    )
    assert "少一袋" in text
    assert f"{path}/confirm" not in worker.get(path).text
    done(
        worker.send(
            f"{path}/objections/{one(Objection).id}/answer",
            answer="补记一袋",
            quantity="1",
            direction="more",
        ),
        worker,
        path,
    )
    assert one(Statement).total_fen == 5 * PRICE
    done(contact.send(f"{path}/confirm", side="merchant"), contact, path)
    assert f"{path}/confirm" not in contact.get(path).text
    foreign = contact.send(f"{path}/confirm", side="sponsor")
    assert foreign.status_code == 403
    done(worker.send(f"{path}/confirm", side="sponsor"), worker, path)
    done(worker.send(f"{path}/charge"), worker, path)
    paid = {"fen": "62.50", "paid_on": "2026-11-05", "reference": "网银 1"}
    done(worker.send(f"{path}/payments", **paid), worker, path)
    assert one(Statement).status == "paid"
    payment = one(Payment)
    done(worker.send(f"{path}/payments/{payment.id}/take-back", reason="退票"), worker, path)
    done(worker.send(f"{path}/reverse", reason="重做"), worker, path)
    assert one(Statement).status == "reversed"
    assert acts()[before:] == [
        "statement.make",
        "statement.send",
        "statement.object",
        "statement.answer",
        "statement.confirm",
        "statement.confirm",
        "statement.charge",
        "statement.pay",
        "statement.take_back",
        "statement.reverse",
    ]


def test_what_came_back_after_all_is_settled_without_a_payment(shop, people):
    worker, chief, contact = people["worker"], people["chief"], people["contact"]
    with transaction():
        order = shop.give_out(day(10, 20), 2)
        charged(shop)
        shop.take_back(order, day(11, 2))
    wanted = {
        "merchant_id": shop.merchant_id,
        "sponsor_id": shop.sponsor_id,
        "first_day": "2026-11-01",
        "last_day": "2026-11-05",
    }
    refused = worker.send("/merchant-statements", **wanted)
    assert (refused.status_code, "/merchant-statements/closing" in refused.text) == (409, True)
    closing = "/merchant-statements/closing"
    done(worker.send(closing, **wanted), worker, "/merchant-statements")
    path = f"/merchant-statements/{one(Statement).id}"
    assert "Nothing is to be paid" in worker.get(path).text
    done(worker.send(f"{path}/send"), worker, path)
    assert "settle-without-merchant" not in chief.get(path).text
    done(worker.send(f"{path}/confirm", side="sponsor"), worker, path)
    assert "settle-without-merchant" not in worker.get(path).text
    assert "settle-without-merchant" in chief.get(path).text
    early = chief.send(f"{path}/settle-without-merchant", reason="商户停业")
    assert (early.status_code, "may still answer" in early.text) == (409, True)
    done(contact.send(f"{path}/confirm", side="merchant"), contact, path)
    assert f"{path}/charge" not in worker.get(path).text
    assert worker.send(f"{path}/settle", reason="").status_code == 422
    assert "现金退回" in done(worker.send(f"{path}/settle", reason="现金退回"), worker, path)
    assert acts()[-1] == "statement.settle"
    assert one(Statement).status == "settled"


def test_what_the_merchant_owes_is_claimed_and_comes_back(shop, people):
    worker, chief, contact = people["worker"], people["chief"], people["contact"]
    with transaction():
        order = shop.give_out(day(10, 20), 2)
        charged(shop)
        shop.take_back(order, day(11, 2))
    days = {"first_day": "2026-11-01", "last_day": "2026-11-05"}
    parties = {"merchant_id": shop.merchant_id, "sponsor_id": shop.sponsor_id}
    worker.send("/merchant-statements/closing", **parties, **days)
    path = f"/merchant-statements/{one(Statement).id}"
    worker.send(f"{path}/send")
    worker.send(f"{path}/confirm", side="sponsor")
    assert f"{path}/claim-without-merchant" in chief.get(path).text
    early = chief.send(f"{path}/claim-without-merchant")
    assert (early.status_code, "may still answer" in early.text) == (409, True)
    contact.send(f"{path}/confirm", side="merchant")
    assert f"{path}/claim" in worker.get(path).text
    assert "Claimed" in done(worker.send(f"{path}/claim"), worker, path)
    assert "25.00" in worker.get("/bank").text
    assert f"{path}/repayments" not in contact.get(path).text
    paid = {"paid_on": "2026-11-10", "reference": "退款"}
    too_much = worker.send(f"{path}/repayments", fen="30", **paid)
    assert (too_much.status_code, "Only 25.00 yuan" in too_much.text) == (409, True)
    assert worker.send(f"{path}/repayments", fen="", **paid).status_code == 422
    done(worker.send(f"{path}/repayments", fen="10", **paid), worker, path)
    assert f"{path}/let-go" not in worker.get(path).text
    payment = one(Payment).id
    done(worker.send(f"{path}/payments/{payment}/take-back", reason="退票"), worker, path)
    done(worker.send(f"{path}/let-go", reason="商户停业"), worker, path)
    assert one(Statement).status == "settled"
    assert acts()[-4:] == [
        "statement.claim",
        "statement.pay",
        "statement.take_back",
        "statement.settle",
    ]


def test_one_transfer_for_two_statements_is_proposed_and_confirmed(shop, people):
    worker = people["worker"]
    with transaction():
        two_dues(shop)
        taken(shop)
    text = worker.get("/bank").text
    assert "It pays these 2 statements" in text
    (form,) = re.findall(r"<form[^>]*/bank/rows/[^>]*>(?:(?!</form>).)*these 2", text, re.DOTALL)
    path = re.search(r'action="([^"]+)"', form)[1]
    chosen = re.findall(r'name="statement_id" value="([^"]+)"', form)
    none = worker.send(path)
    assert (none.status_code, "Tick the statement" in none.text) == (422, True)
    assert "on 2 statements" in done(worker.send(path, statement_id=chosen), worker, "/bank")
    assert acts()[-1] == "statement.pay"
    again = worker.send(path, statement_id=chosen)
    assert (again.status_code, "matched with a statement already" in again.text) == (409, True)


def test_an_objection_is_declined_in_words(given_out, people):
    with transaction():
        made = sent(given_out).statement.id
    path = f"/merchant-statements/{made}"
    people["contact"].send(f"{path}/lines/1/object", side="merchant", text="少一袋")
    people["worker"].send(
        f"{path}/objections/{one(Objection).id}/answer", answer="监控可查", quantity=""
    )
    assert one(Objection).outcome == "declined"
    assert "监控可查" in people["contact"].get(path).text


def test_an_objection_is_answered_by_taking_orders_off_on_the_line_s_page(given_out, people):
    worker, contact = people["worker"], people["contact"]
    with transaction():
        path = f"/merchant-statements/{sent(given_out).statement.id}"
    contact.send(f"{path}/lines/1/object", text="没有发过", side="merchant")
    page = worker.get(f"{path}/lines/1").text
    order, *_ = re.findall(r'name="order" value="([^"]+)"', page)
    seen = contact.get(f"{path}/lines/1").text
    assert 'name="order"' not in seen
    assert "/ledger" not in seen  # a merchant does not read the station's books
    take_off = f"{path}/objections/{one(Objection).id}/take-off"
    assert worker.send(take_off, answer="x").status_code == 422
    assert worker.send(take_off, answer="柜台误扫", order=order).status_code == 303
    assert "柜台误扫" in worker.get(path).text
    assert one(Objection).outcome == "corrected"


def test_a_line_leads_to_its_orders(given_out, people):
    with transaction():
        made = draft(given_out).statement.id
    page = people["worker"].get(f"/merchant-statements/{made}/lines/1")
    assert "/ledger?person=" in page.text
    assert given_out.people["buyer"].volunteer_number in page.text
    assert people["worker"].get(f"/merchant-statements/{made}/lines/2").status_code == 404


def test_a_list_is_filtered_and_a_wrong_filter_is_told_at_its_field(given_out, people):
    with transaction():
        quoted = reference(draft(given_out).statement.serial)
    worker = people["worker"]
    assert quoted in worker.get("/merchant-statements?status=draft&from=2026-10-31").text
    assert quoted not in worker.get("/merchant-statements?status=paid").text
    wrong = worker.get("/merchant-statements?from=x")
    assert (wrong.status_code, "cannot be read" in wrong.text) == (422, True)


@pytest.mark.parametrize(
    "path", ["/merchant-statements", "/price-agreements", "/merchants", "/bank"]
)
def test_pages_are_for_those_who_settle(shop, people, path):
    for name in ("chief", "worker", "auditor"):
        assert people[name].get(path).status_code == 200
    for name in ("stranger", "buyer", "manager"):
        assert people[name].get(path).status_code == 403
    assert people["contact"].get(path).status_code == (
        200 if path == "/merchant-statements" else 403
    )


def test_a_contact_is_led_to_their_statements_from_their_own_page(shop, people):
    assert 'href="/merchant-statements"' in people["contact"].get("/me").text
    assert 'href="/merchant-statements"' not in people["buyer"].get("/me").text


def bank_file(*rows):
    text = "日期,金额,附言,对方户名\n" + "".join(",".join(row) + "\n" for row in rows)
    return io.BytesIO(text.encode("gb18030")), "十一月.csv"


def preview(worker, shop, *rows):
    fields = {"region": shop.region.code, "file": bank_file(*rows)}
    return worker.post("/bank/preview", fields)


def content_of(page):
    return re.search(r'name="content" value="([^"]*)"', page.text)[1]


def test_a_bank_file_is_looked_at_then_taken_in_and_pays_the_statement(given_out, people):
    worker = people["worker"]
    with transaction():
        made = charged(given_out).statement
    yesterday = (day_of(clock.now()) - timedelta(days=1)).isoformat()
    rows = [
        (yesterday, "50.00", f"货款 {reference(made.serial)}", "翠湖便利店"),
        (yesterday, "7.00", "水费", "自来水"),
    ]
    page = preview(worker, given_out, *rows)
    assert (page.status_code, "pays the statement" in page.text) == (200, True)
    assert one(BankRow) is None
    sent_on = {"region": given_out.region.code, "name": "x.csv", "content": content_of(page)}
    text = done(worker.send("/bank/files", **sent_on), worker, "/bank")
    assert "自来水" in text
    assert one(Statement).status == "paid"
    again = done(worker.send("/bank/files", **sent_on), worker, "/bank")
    assert "nothing was changed" in again
    assert reference(made.serial) in worker.get("/bank?state=matched").text
    assert acts()[-1] == "bank.import"


def test_a_row_is_matched_by_hand(given_out, people):
    worker = people["worker"]
    with transaction():
        made = charged(given_out).statement.id
    yesterday = (day_of(clock.now()) - timedelta(days=1)).isoformat()
    page = preview(worker, given_out, (yesterday, "20.00", "货款", "某店"))
    worker.send("/bank/files", region=given_out.region.code, name="x", content=content_of(page))
    row = one(BankRow)
    done(worker.send(f"/bank/rows/{row.id}/match", statement_id=made), worker, "/bank")
    assert (one(Statement).paid_fen, acts()[-1]) == (2000, "statement.pay")


def test_a_file_with_a_bad_row_is_shown_and_cannot_be_taken_in(given_out, people):
    worker = people["worker"]
    page = preview(worker, given_out, ("x", "1.00", "y", "z"))
    assert "is no date" in page.text
    assert 'action="/bank/files"' not in page.text


@pytest.mark.parametrize("content", [b"", b"x" * 300_001, b"\xff\xff"])
def test_what_is_no_table_is_told_at_the_file(shop, people, content):
    fields = {"region": shop.region.code, "file": (io.BytesIO(content), "x.csv")}
    answer = people["worker"].post("/bank/preview", fields)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def test_a_list_asks_the_same_number_of_questions_whatever_there_is(given_out, people, queries):
    worker = people["worker"]
    # Whose books they are is asked once, and remembered for a while.
    worker.get("/merchant-statements")
    counts = []
    for number in range(2):
        with queries() as asked:
            worker.get("/merchant-statements")
        counts.append(len(asked))
        with transaction():
            for each in range(3):
                at = day(9, 3 * number + each + 1)
                given_out.give_out(at)
                draft(given_out, at, at)
    assert counts[0] == counts[1] <= 8
